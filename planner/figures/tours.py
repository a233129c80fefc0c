"""Rotations tour by tour, and the calendar of changeovers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch

from planner.figures.names import Names, check_known, ordinals
from planner.figures.style import COLOURS, Chart, chart, empty, finish, fit, month_axis, style, tidy
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import month, month_names, number
from planner.months import Month
from planner.tolerances import SHOWN

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from planner.results.result import Tables

__all__ = ["changeovers", "rotations"]

LANES = 64
"""Most bars below each other; demands that do not fit whole are counted in the subtitle."""
LANE, GAP = 0.135, 0.1
"""Inches of a lane, and between demands."""
SMALL = 6.3
"""Points of a name that has but one lane and needs two lines."""

SHADES = LinearSegmentedColormap.from_list("arrive", ["#FFFFFF", "#9ED4F2", "#0072B2", "#003B5C"])

BUSY = 6
"""Busiest months that are taken apart by mission."""

NAMED = 3
"""Missions that are named in each of them."""

LEAST = 0.05
"""Persons below which a month has no arrivals."""


@figure("result", "tours of a mission or pool as bars")
def rotations(
    result: Tables, mission: str | None = None, pool: str | None = None, lang: str = "en"
) -> Chart:
    """Draw the tours of a mission, of a pool, or of a mission's people from one pool.

    Parameters
    ----------
    result : Tables
    mission, pool : str, optional
        By default the mission of main task 2 that loses most to packages, or the largest.
    lang : {"en", "nl"}

    Raises
    ------
    ResultError
        The mission or pool is unknown.
    """
    names = Names(result, lang)
    mission = _mission(result) if mission is None and pool is None else mission
    tours = _tours(result, mission, pool)
    parts = [names.mission(mission)] if mission is not None else []
    called = " – ".join([*parts, names.pool(pool)] if pool is not None else parts)
    with style():
        if tours.empty:
            title = say("rotations_plain", lang, name=called)
            return empty(say("no_tours", lang), title, names.source)
        tours, left = _fitting(tours, names)
        groups = list(dict.fromkeys(tours["demand"]))
        lanes = int(tours["lane"].max()) + 1
        figure = chart(1.75 + LANE * lanes + GAP * len(groups))
        axes = figure.subplots()
        _bars(axes, tours, groups, names)
        _label(axes, tours, groups, names)
        month_axis(axes, *names.span, lang)
        subtitle = say("rotations_subtitle", lang)
        if left:
            subtitle += " " + say("rotations_left_out", lang, count=left)
        title = say("rotations_title", lang, name=called, ratio=_ratio(tours, lang))
        return finish(figure, title, subtitle, names.source, _key(lang))


def _mission(result: Tables) -> str | None:
    """Return the mission that is worth looking at first."""
    lost = result.displacement
    lost = lost[(lost["main_task"] == 2) & (lost["displaced_person_months"] > SHOWN)]
    by, value = (lost, "displaced_person_months")
    if lost.empty:
        by, value = (result.demands, "filled_person_months")
    total = by.groupby("mission", sort=False)[value].sum()
    return None if total.empty else str(total.idxmax())


def _tours(result: Tables, mission: str | None, pool: str | None) -> pd.DataFrame:
    demands, tours = result.demands, result.tours
    for what, id, known in (
        ("mission", mission, demands["mission"]), ("pool", pool, result.pools["pool"]),
    ):  # fmt: skip
        if id is not None:
            check_known(what, id, known.unique().tolist())
    keep = tours["people_persons"] > SHOWN
    if mission is not None:
        keep &= tours["demand"].isin(demands.loc[demands["mission"] == mission, "demand"])
    if pool is not None:
        keep &= tours["pool"] == pool
    tours = tours[keep]
    columns = {
        "prepares": "preparation_from", "first": "first_month", "last": "last_month",
        "rests": "rest_until",
    }  # fmt: skip
    return tours.assign(**{name: ordinals(tours[column]) for name, column in columns.items()})


def _fitting(tours: pd.DataFrame, names: Names) -> tuple[pd.DataFrame, int]:
    """Return tours with the lane each lies in, and the number that did not fit.

    Demands come largest first; within one, a tour takes the first lane that is free.
    """
    first, last = names.span
    tours = tours[(tours["rests"] >= first) & (tours["prepares"] <= last)]
    months = tours["last"] - tours["first"] + 1
    size = (tours["people_persons"] * months).groupby(tours["demand"]).sum()
    order = size.sort_values(ascending=False, kind="stable").index
    rank = tours["demand"].map({id: place for place, id in enumerate(order)})
    tours = tours.assign(rank=rank).sort_values(["rank", "prepares", "cohort"], kind="stable")
    lanes: list[int] = []
    below, current = 0, -1
    free: list[int] = []
    row: Any
    for row in tours.itertuples():
        if row.rank != current:
            below, free, current = below + len(free), [], row.rank
        lane = next((n for n, until in enumerate(free) if until < row.prepares), len(free))
        if lane == len(free):
            free.append(0)
        free[lane] = row.rests
        lanes.append(below + lane)
    tours = tours.assign(lane=lanes)
    deepest = tours.groupby("demand")["lane"].transform("max")
    whole = (deepest < LANES) | ((tours["rank"] == 0) & (tours["lane"] < LANES))
    return tours[whole], int((~whole).sum())


def _bars(axes: Axes, tours: pd.DataFrame, groups: list[str], names: Names) -> None:
    place = {demand: number for number, demand in enumerate(groups)}
    y = tours["lane"].to_numpy() * LANE + tours["demand"].map(place).to_numpy() * GAP
    spans = {
        "preparing": (tours["prepares"], tours["first"]),
        "on_duty": (tours["first"], tours["last"] + 1),
        "resting": (tours["last"] + 1, tours["rests"] + 1),
    }
    for state, (left, right) in spans.items():
        axes.barh(
            y, (right - left).to_numpy(), left=left.to_numpy(), height=LANE * 0.82,
            color=COLOURS[state], hatch="////" if state == "preparing" else None,
            edgecolor="white", linewidth=0,
        )  # fmt: skip
    first, last = names.span
    row: Any
    for row, height in zip(tours.itertuples(), y.tolist(), strict=True):
        text = _people(row.people_persons, names.lang)
        begin, end = max(int(row.first), first), min(int(row.last), last) + 1
        if end - begin >= (last - first + 1) * 0.011 * len(text):
            middle = (begin + end) / 2
            axes.text(middle, height, text, size=6.5, color="white", ha="center",
                      va="center_baseline")  # fmt: skip
    axes.set_ylim(y.max() + LANE, y.min() - LANE)


def _people(people: float, lang: str) -> str:
    """Return people without decimals where they are whole, or many."""
    whole = people >= 10 or abs(people - round(people)) < 0.05
    return number(people, lang, 0 if whole else 1)


def _label(axes: Axes, tours: pd.DataFrame, groups: list[str], names: Names) -> None:
    """Name each demand beside its lanes, and part it from the next."""
    at, texts, narrow = [], [], []
    for place, demand in enumerate(groups):
        lanes = tours.loc[tours["demand"] == demand, "lane"]
        low, high = (lane * LANE + place * GAP for lane in (lanes.min(), lanes.max()))
        at.append((low + high) / 2)
        narrow.append(lanes.nunique() < 2 and fit(names.demand(demand), 1.8, 8, 1).endswith("…"))
        texts.append(fit(names.demand(demand), 1.8, SMALL if narrow[-1] else 8, 2))
        if place:
            axes.axhline(low - (LANE + GAP) / 2, color=COLOURS["grid"], linewidth=0.8)
    axes.set_yticks(at, texts)
    for label, small in zip(axes.get_yticklabels(), narrow, strict=True):
        label.set(fontsize=SMALL if small else 8, linespacing=1.0 if small else 1.2)
    tidy(axes, "x")
    axes.tick_params(axis="y", length=0)


def _key(lang: str) -> list[Any]:
    return [
        Patch(facecolor=COLOURS[state], hatch="////" if state == "preparing" else None,
              edgecolor="white", label=say(state, lang))
        for state in ("preparing", "on_duty", "resting")
    ]  # fmt: skip


def _ratio(tours: pd.DataFrame, lang: str) -> str:
    """Return months tied up for each month on duty."""
    people = tours["people_persons"].to_numpy()
    duty = people @ (tours["last"] - tours["first"] + 1).to_numpy()
    tied = people @ (tours["rests"] - tours["prepares"] + 1).to_numpy()
    return number(float(np.divide(tied, duty)), lang)


@figure("result", "calendar of changeovers")
def changeovers(result: Tables, main_task: int | None = None, lang: str = "en") -> Chart:
    """Draw how many people arrive in each month, and who in the busiest ones.

    Parameters
    ----------
    result : Tables
    main_task : int, optional
        Only missions of this main task.
    lang : {"en", "nl"}
    """
    names = Names(result, lang)
    arrive = _arrivals(result, main_task, *names.span)
    total = arrive.sum()
    with style():
        if not len(arrive) or float(total.max()) < LEAST:
            plain = say("changeovers_plain", lang)
            return empty(say("changeovers_none", lang), plain, names.source)
        years = names.span[1] // 12 - names.span[0] // 12 + 1
        busiest = total[total >= LEAST].sort_values(ascending=False, kind="stable").index[:BUSY]
        drawn = chart(2.35 + 0.36 * years + 0.26 * len(busiest))
        heights = [0.36 * years + 0.3, 0.26 * len(busiest) + 0.25]
        grid, text = drawn.subplots(2, 1, height_ratios=heights)
        _calendar(grid, total, lang)
        _busiest(text, arrive[busiest], names)
        title = say(
            "changeovers_title", lang, month=_called(busiest[0], lang),
            persons=number(float(total[busiest[0]]), lang, 0),
            usual=number(float(total.median()), lang, 0),
        )  # fmt: skip
        subtitle = say("changeovers_subtitle", lang, window=names.window)
        return finish(drawn, title, subtitle, names.source)


def _called(place: int, lang: str) -> str:
    return month(Month.from_ordinal(place), lang)


def _arrivals(result: Tables, main_task: int | None, first: int, last: int) -> pd.DataFrame:
    """Return persons who begin a tour, by mission and month of the window."""
    demands = result.demands.set_index("demand")
    tours = result.tours
    away = ~tours["demand"].map(demands["on_call"]).astype(bool)
    if main_task is not None:
        away &= tours["demand"].map(demands["main_task"]) == main_task
    tours = tours[away]
    begins, mission = ordinals(tours["first_month"]), tours["demand"].map(demands["mission"])
    sums = tours["people_persons"].groupby([mission, begins], sort=False).sum()
    table = sums.unstack(fill_value=0)
    return table.reindex(columns=range(first, last + 1), fill_value=0.0)


def _calendar(axes: Axes, total: pd.Series, lang: str) -> None:
    """Draw a row a year and a column a month, as dark as people arrive."""
    first, last = int(total.index[0]) // 12, int(total.index[-1]) // 12
    cells = np.full((last - first + 1, 12), np.nan)
    place: Any
    for place, persons in total.items():
        cells[int(place) // 12 - first, int(place) % 12] = persons
    most = float(np.nanmax(cells))
    edges = np.arange(13) - 0.5, np.arange(len(cells) + 1) - 0.5
    axes.pcolormesh(
        *edges, np.ma.masked_invalid(cells), cmap=SHADES, vmin=0, vmax=most, edgecolor="white",
        linewidth=1.5,
    )  # fmt: skip
    for (row, column), persons in np.ndenumerate(cells):
        if np.isfinite(persons):
            axes.text(
                column, row, number(float(persons), lang, 0), size=8, ha="center",
                va="center_baseline", color="white" if persons > 0.5 * most else COLOURS["ink"],
                weight="bold" if persons == most else "normal",
            )  # fmt: skip
    axes.set_ylim(len(cells) - 0.5, -0.5)
    axes.set_yticks(range(len(cells)), [str(first + row) for row in range(len(cells))])
    short = list(month_names(lang).values())
    axes.set_xticks(range(12), short)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _busiest(axes: Axes, arrive: pd.DataFrame, names: Names) -> None:
    """Write the missions that most people arrive at, a line a month."""
    lang = names.lang
    axes.set(xlim=(0, 1), ylim=(len(arrive.columns) + 0.1, -0.9))
    axes.axis("off")
    axes.text(0, -0.45, say("changeovers_busiest", lang), weight="bold", va="center_baseline")
    for row, place in enumerate(arrive.columns):
        largest = arrive[place].sort_values(ascending=False, kind="stable")
        largest = largest[largest >= LEAST].iloc[:NAMED]
        parts = [
            f"{fit(names.mission(str(id)), 1.75, 8, 1)} {number(float(persons), lang, 0)}"
            for id, persons in largest.items()
        ]
        line: dict[str, Any] = {"size": 8, "va": "center_baseline", "color": COLOURS["ink"]}
        axes.text(0, row + 0.5, _called(int(place), lang), **line)
        total = number(float(arrive[place].sum()), lang, 0)
        axes.text(0.155, row + 0.5, total, ha="right", weight="bold", **line)
        axes.text(0.175, row + 0.5, fit("; ".join(parts), 5.9, 8, 1), **line)
