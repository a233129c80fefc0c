"""Tours as bars, and the calendar of changeovers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Patch

from planner.figures.names import Names, check_known, ordinals
from planner.figures.style import (
    COLOURS,
    Chart,
    add_frame,
    chart,
    chart_with_axes,
    empty_chart,
    month_axis,
    style_axes,
    wrap_text,
)
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

MAX_LANES = 64
"""Maximum number of lanes; demands that do not fit completely are counted in the subtitle."""
LANE_INCHES, GAP_INCHES = 0.135, 0.1
"""Height of a lane and of the gap between demands, inches."""
SMALL_POINTS = 6.3
"""Font size of a name on two lines beside a single lane, points."""

ARRIVALS_COLORMAP = LinearSegmentedColormap.from_list(
    "arrive", ["#FFFFFF", "#9ED4F2", "#0072B2", "#003B5C"]
)

MAX_BUSY_MONTHS = 6
"""Maximum number of busy months that are listed by mission."""

MAX_NAMED = 3
"""Maximum number of missions named in each of them."""

MIN_ARRIVALS = 0.05
"""Smallest number of persons that counts as an arrival."""


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
    mission = _default_mission(result) if mission is None and pool is None else mission
    tours = _tours(result, mission, pool)
    parts = [names.mission(mission)] if mission is not None else []
    name = " – ".join([*parts, names.pool(pool)] if pool is not None else parts)
    if tours.empty:
        title = say("rotations_plain", lang, name=name)
        return empty_chart(say("no_tours", lang), title, names.source)
    tours, left = _assign_lanes(tours, names)
    groups = list(dict.fromkeys(tours["demand"]))
    lanes = int(tours["lane"].max()) + 1
    figure, axes = chart_with_axes(1.75 + LANE_INCHES * lanes + GAP_INCHES * len(groups))
    _bars(axes, tours, groups, names)
    _label_demands(axes, tours, groups, names)
    month_axis(axes, *names.span, lang)
    subtitle = say("rotations_subtitle", lang)
    if left:
        subtitle += " " + say("rotations_left_out", lang, count=left)
    title = say("rotations_title", lang, name=name, ratio=_tied_up_ratio(tours, lang))
    return add_frame(figure, title, subtitle, names.source, _key(lang))


def _default_mission(result: Tables) -> str | None:
    """Return the mission shown by default."""
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


def _assign_lanes(tours: pd.DataFrame, names: Names) -> tuple[pd.DataFrame, int]:
    """Return tours with their lanes, and the number of tours that do not fit.

    Demands are sorted by size; within a demand, a tour takes the first free lane.
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
    whole = (deepest < MAX_LANES) | ((tours["rank"] == 0) & (tours["lane"] < MAX_LANES))
    return tours[whole], int((~whole).sum())


def _bars(axes: Axes, tours: pd.DataFrame, groups: list[str], names: Names) -> None:
    place = {demand: number for number, demand in enumerate(groups)}
    y = tours["lane"].to_numpy() * LANE_INCHES + tours["demand"].map(place).to_numpy() * GAP_INCHES
    spans = {
        "preparing": (tours["prepares"], tours["first"]),
        "on_duty": (tours["first"], tours["last"] + 1),
        "resting": (tours["last"] + 1, tours["rests"] + 1),
    }
    for state, (left, right) in spans.items():
        axes.barh(
            y, (right - left).to_numpy(), left=left.to_numpy(), height=LANE_INCHES * 0.82,
            color=COLOURS[state], hatch="////" if state == "preparing" else None,
            edgecolor="white", linewidth=0,
        )  # fmt: skip
    first, last = names.span
    row: Any
    for row, height in zip(tours.itertuples(), y.tolist(), strict=True):
        text = _persons_text(row.people_persons, names.lang)
        begin, end = max(int(row.first), first), min(int(row.last), last) + 1
        if end - begin >= (last - first + 1) * 0.011 * len(text):
            middle = (begin + end) / 2
            axes.text(middle, height, text, size=6.5, color="white", ha="center",
                      va="center_baseline")  # fmt: skip
    axes.set_ylim(y.max() + LANE_INCHES, y.min() - LANE_INCHES)


def _persons_text(people: float, lang: str) -> str:
    """Format persons, with a decimal only if they are few and not whole."""
    whole = people >= 10 or abs(people - round(people)) < 0.05
    return number(people, lang, 0 if whole else 1)


def _label_demands(axes: Axes, tours: pd.DataFrame, groups: list[str], names: Names) -> None:
    """Label each demand beside its lanes, with a line above it."""
    at, texts, narrow = [], [], []
    for place, demand in enumerate(groups):
        lanes = tours.loc[tours["demand"] == demand, "lane"]
        low, high = (lane * LANE_INCHES + place * GAP_INCHES for lane in (lanes.min(), lanes.max()))
        at.append((low + high) / 2)
        narrow.append(
            lanes.nunique() < 2 and wrap_text(names.demand(demand), 1.8, 8, 1).endswith("…")
        )
        texts.append(wrap_text(names.demand(demand), 1.8, SMALL_POINTS if narrow[-1] else 8, 2))
        if place:
            axes.axhline(low - (LANE_INCHES + GAP_INCHES) / 2, color=COLOURS["grid"], linewidth=0.8)
    axes.set_yticks(at, texts)
    for label, small in zip(axes.get_yticklabels(), narrow, strict=True):
        label.set(fontsize=SMALL_POINTS if small else 8, linespacing=1.0 if small else 1.2)
    style_axes(axes, "x")
    axes.tick_params(axis="y", length=0)


def _key(lang: str) -> list[Any]:
    return [
        Patch(facecolor=COLOURS[state], hatch="////" if state == "preparing" else None,
              edgecolor="white", label=say(state, lang))
        for state in ("preparing", "on_duty", "resting")
    ]  # fmt: skip


def _tied_up_ratio(tours: pd.DataFrame, lang: str) -> str:
    """Return the months tied up per month on duty."""
    people = tours["people_persons"].to_numpy()
    duty = people @ (tours["last"] - tours["first"] + 1).to_numpy()
    tied = people @ (tours["rests"] - tours["prepares"] + 1).to_numpy()
    return number(float(np.divide(tied, duty)), lang)


@figure("result", "calendar of changeovers")
def changeovers(result: Tables, main_task: int | None = None, lang: str = "en") -> Chart:
    """Draw the number of persons who arrive in each month, and the missions of the busiest months.

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
    if not len(arrive) or float(total.max()) < MIN_ARRIVALS:
        title_text = say("changeovers_plain", lang)
        return empty_chart(say("changeovers_none", lang), title_text, names.source)
    years = names.span[1] // 12 - names.span[0] // 12 + 1
    busiest = (
        total[total >= MIN_ARRIVALS]
        .sort_values(ascending=False, kind="stable")
        .index[:MAX_BUSY_MONTHS]
    )
    drawn = chart(2.35 + 0.36 * years + 0.26 * len(busiest))
    heights = [0.36 * years + 0.3, 0.26 * len(busiest) + 0.25]
    grid, text = drawn.subplots(2, 1, height_ratios=heights)
    _calendar(grid, total, lang)
    _busiest(text, arrive[busiest], names)
    title = say(
        "changeovers_title", lang, month=_month_name(busiest[0], lang),
        persons=number(float(total[busiest[0]]), lang, 0),
        usual=number(float(total.median()), lang, 0),
    )  # fmt: skip
    subtitle = say("changeovers_subtitle", lang, window=names.window)
    return add_frame(drawn, title, subtitle, names.source)


def _month_name(place: int, lang: str) -> str:
    return month(Month.from_ordinal(place), lang)


def _arrivals(result: Tables, main_task: int | None, first: int, last: int) -> pd.DataFrame:
    """Return the persons who begin a tour, by mission and month of the window."""
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
    """Draw a heat map with a row per year and a column per month."""
    first, last = int(total.index[0]) // 12, int(total.index[-1]) // 12
    cells = np.full((last - first + 1, 12), np.nan)
    place: Any
    for place, persons in total.items():
        cells[int(place) // 12 - first, int(place) % 12] = persons
    maximum = float(np.nanmax(cells))
    edges = np.arange(13) - 0.5, np.arange(len(cells) + 1) - 0.5
    axes.pcolormesh(
        *edges, np.ma.masked_invalid(cells), cmap=ARRIVALS_COLORMAP, vmin=0, vmax=maximum,
        edgecolor="white", linewidth=1.5,
    )  # fmt: skip
    for (row, column), persons in np.ndenumerate(cells):
        if np.isfinite(persons):
            axes.text(
                column, row, number(float(persons), lang, 0), size=8, ha="center",
                va="center_baseline", color="white" if persons > 0.5 * maximum else COLOURS["ink"],
                weight="bold" if persons == maximum else "normal",
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
    """List the missions with the most arrivals, one line per month."""
    lang = names.lang
    axes.set(xlim=(0, 1), ylim=(len(arrive.columns) + 0.1, -0.9))
    axes.axis("off")
    axes.text(0, -0.45, say("changeovers_busiest", lang), weight="bold", va="center_baseline")
    for row, place in enumerate(arrive.columns):
        largest = arrive[place].sort_values(ascending=False, kind="stable")
        largest = largest[largest >= MIN_ARRIVALS].iloc[:MAX_NAMED]
        parts = [
            f"{wrap_text(names.mission(str(id)), 1.75, 8, 1)} {number(float(persons), lang, 0)}"
            for id, persons in largest.items()
        ]
        line: dict[str, Any] = {"size": 8, "va": "center_baseline", "color": COLOURS["ink"]}
        axes.text(0, row + 0.5, _month_name(int(place), lang), **line)
        total = number(float(arrive[place].sum()), lang, 0)
        axes.text(0.155, row + 0.5, total, ha="right", weight="bold", **line)
        axes.text(0.175, row + 0.5, wrap_text("; ".join(parts), 5.9, 8, 1), **line)
