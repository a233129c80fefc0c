"""The sheets of a result: fill, allocation, pools, displacement, bottlenecks, figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from planner.labels import named
from planner.months import Month
from planner.scenario.inputs import Inputs
from planner.terms import term
from planner.workbook.charts import bars, pool_chart
from planner.workbook.drawn import add_futures
from planner.workbook.headings import heading
from planner.workbook.look import COLOURS, OUTCOME, TOP, Column, Page, Paper
from planner.workbook.words import say

if TYPE_CHECKING:
    import pandas as pd

    from planner.montecarlo.ensemble import Ensemble
    from planner.results.base import Tables

__all__ = ["add_outcomes"]

SHOWN = 0.05
"""Person-months below this are not worth a bar."""

MONTH = 6.5
"""Width of a month."""


def add_outcomes(
    paper: Paper, result: Tables, inputs: Inputs, futures: Ensemble | None = None
) -> None:
    """Write every sheet of a result, and those of many futures where there are any."""
    for name, write in _SHEETS.items():
        if name == "figures" and futures is not None:
            add_futures(paper, futures)
        if name == "unmet" and result.unmet_bounds.empty:
            continue
        page = paper.page(name, OUTCOME)
        page.headings(say(f"about_{name}", paper.lang))
        write(page, result, inputs)


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")


def _head(page: Page, key: str, unit: str = "") -> str:
    """Return a heading: a word, with its unit if it has one."""
    word = say(key, page.lang)
    return say(f"{unit}_head", page.lang, what=word) if unit else word


def _mission_columns(page: Page) -> list[Column]:
    lang = page.lang
    return [
        Column(say("mission", lang), 24),
        Column(say("name", lang), 38),
        Column(say("organisation", lang), 14),
        Column(say("region", lang), 20),
        Column(heading("main_task", lang), 12, "general"),
    ]


def _mission(id: str, inputs: Inputs, lang: str) -> list[Any]:
    one = inputs.missions[id]
    said = [term(text, lang) for text in (one.organisation, one.region)]
    return [id, named(one, lang), *said, one.main_task]


def _fill(page: Page, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    rows = sorted(
        _records(result.fill_by("mission")),
        key=lambda row: inputs.missions[row["mission"]].main_task,
    )
    columns = [
        *_mission_columns(page),
        Column(_head(page, "asked", "person_months"), 17, "one", total=True),
        Column(_head(page, "filled", "person_months"), 17, "one", total=True),
        Column(_head(page, "short", "person_months"), 17, "one", total=True),
        Column(say("fill_rate", lang), 12, "percent"),
    ]
    cells = [
        [
            *_mission(row["mission"], inputs, lang),
            row["asked_person_months"],
            row["filled_person_months"],
            row["asked_person_months"] - row["filled_person_months"],
            row["fill_rate"],
        ]
        for row in rows
    ]
    last = page.table(columns, cells, 2)
    asked, filled = (sum(row[place] for row in cells) for place in (5, 6))
    look = page.paper.format("percent", "total")
    share = filled / asked if asked else 0.0
    page.sheet.write_formula(TOP - 1, 8, f'=IF(F{TOP}>0,G{TOP}/F{TOP},"")', look, share)
    _data_bar(page, TOP + 1, 8, last)
    bars(page, say("chart_fill", lang), last, 8, "on_duty", column=10, share=True)


def _data_bar(page: Page, first: int, column: int, last: int) -> None:
    page.sheet.conditional_format(
        first, column, last, column,
        {
            "type": "data_bar", "bar_color": COLOURS["resting"], "bar_solid": True,
            "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1,
        },
    )  # fmt: skip


def _months(inputs: Inputs) -> list[Month]:
    return [inputs.first + place for place in range(inputs.last - inputs.first + 1)]


def _fill_months(page: Page, result: Tables, inputs: Inputs) -> None:
    lang, months = page.lang, _months(inputs)
    fill = {
        (row["mission"], row["month"]): row["fill_rate"]
        for row in _records(result.fill_by("mission", "month"))
    }
    missions = list(dict.fromkeys(mission for mission, _ in fill))
    missions.sort(key=lambda id: inputs.missions[id].main_task)
    cells = [
        [
            *_mission(id, inputs, lang)[:2],
            inputs.missions[id].main_task,
            *(fill.get((id, str(month))) for month in months),
        ]
        for id in missions
    ]
    columns = [*_mission_columns(page)[:2], Column(heading("main_task", lang), 12, "general")]
    last = _by_month(page, columns, months, cells, "percent_whole")
    page.sheet.conditional_format(
        TOP + 1, 3, last, 2 + len(months),
        {
            "type": "3_color_scale", "min_type": "num", "min_value": 0, "mid_type": "num",
            "mid_value": 0.75, "max_type": "num", "max_value": 1,
            "min_color": COLOURS["short"], "mid_color": "#F6D9B8", "max_color": "#CFE5F3",
        },
    )  # fmt: skip


def _by_month(
    page: Page,
    columns: Sequence[Column],
    months: Sequence[Month],
    cells: Sequence[Sequence[Any]],
    form: str,
) -> int:
    """Write a table with a column for each month; return its last row."""
    wide = [*columns, *(Column(str(month), MONTH, form) for month in months)]
    last = page.table(wide, cells, 2)
    for place, month in enumerate(months, len(columns)):
        page.put(TOP, place, month, "month_short", "head", OUTCOME, "right")
    return last


def _allocation(page: Page, result: Tables, inputs: Inputs) -> None:
    lang, months = page.lang, _months(inputs)
    people = {
        (row["demand"], row["pool"], row["month"]): row["on_duty_persons"]
        for row in _records(result.monthly)
    }
    pairs = list(dict.fromkeys((demand, pool) for demand, pool, _ in people))
    cells = []
    for demand, pool in pairs:
        line = inputs.demands[demand]
        by_month = [people.get((demand, pool, str(month))) for month in months]
        total = sum(one for one in by_month if one is not None)
        cells.append([demand, named(line, lang), line.mission, pool, total, *by_month])
    columns = [
        Column(say("demand", lang), 26),
        Column(say("name", lang), 38),
        Column(say("mission", lang), 24),
        Column(say("pool", lang), 20),
        Column(_head(page, "on_duty", "person_months"), 17, "one", total=True),
    ]
    _by_month(page, columns, months, cells, "one")


def _pool_months(page: Page, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    states = ("preparing", "on_duty", "resting", "idle")
    rows = _records(result.pools)
    cells = [
        [
            row["pool"],
            Month.parse(row["month"]),
            row["strength_persons"],
            *(row[f"{state}_persons"] for state in states),
        ]
        for row in rows
    ]
    columns = [
        Column(say("pool", lang), 22),
        Column(say("month", lang), 11, "month"),
        *(Column(_head(page, key, "persons"), 13, "one") for key in ("strength", *states)),
    ]
    last = page.table(columns, cells, 2)
    if cells:
        busiest = _busiest(result)
        pool_chart(page, cells, last, busiest, _months(inputs))


def _busiest(result: Tables) -> str:
    """Return the pool that binds most, or else the first."""
    binding = result.bottlenecks
    if binding.empty:
        return str(result.pools["pool"].iloc[0])
    return str(binding.groupby("pool", sort=False)["price_person_months"].sum().idxmax())


def _displacement(page: Page, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    asked = result.fill_by("mission").set_index("mission")["asked_person_months"].to_dict()
    lost = result.displacement_by("mission", "main_task", main_task=None)
    lost = lost.sort_values(
        ["package", "main_task", "displaced_person_months"],
        ascending=[True, False, False],
        kind="stable",
    )
    cells = [
        [
            row["package"],
            *_mission(row["mission"], inputs, lang),
            row["displaced_person_months"],
            row["displaced_person_months"] / asked[row["mission"]]
            if asked.get(row["mission"])
            else None,
        ]
        for row in _records(lost)
    ]
    columns = [
        Column(say("package", lang), 18),
        *_mission_columns(page),
        Column(_head(page, "displaced", "person_months"), 17, "one"),
        Column(say("share_of_asked_head", lang), 14, "percent"),
    ]
    page.table(columns, cells, 3)
    if not cells:
        page.put(TOP + 1, 0, say("no_packages", lang), "text", "quiet")
    where = TOP + 1
    for id in dict.fromkeys(row[0] for row in cells):
        span = [
            place
            for place, row in enumerate(cells, TOP + 1)
            if row[0] == id and row[5] == 2 and row[6] > SHOWN
        ]
        if span:
            title = named(inputs.packages[id], lang, "title")
            said = say("chart_displacement", lang, title=title)
            where += bars(
                page, said, max(span), 6, "short", column=9, first=min(span), row=where, names=2
            )


def _bottlenecks(page: Page, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    cells = [
        [
            row["pool"],
            named(inputs.pools[row["pool"]], lang),
            Month.parse(row["month"]),
            row["strength_persons"],
            row["idle_persons"],
            row["price_person_months"],
        ]
        for row in _records(result.bottlenecks)
    ]
    columns = [
        Column(say("pool", lang), 22),
        Column(say("name", lang), 38),
        Column(say("month", lang), 11, "month"),
        Column(_head(page, "strength", "persons"), 14, "one"),
        Column(_head(page, "idle", "persons"), 14, "one"),
        Column(_head(page, "price", "person_months"), 16, "two"),
    ]
    page.table(columns, cells, 1)
    if not cells:
        page.put(TOP + 1, 0, say("no_bottlenecks", lang), "text", "quiet")


def _unmet(page: Page, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    cells = [
        [row["bound"], Month.parse(row["month"]), row["demands"], row["missing_persons"]]
        for row in _records(result.unmet_bounds)
    ]
    columns = [
        Column(say("bound", lang), 22),
        Column(say("month", lang), 11, "month"),
        Column(heading("demands", lang), 50),
        Column(_head(page, "missing", "persons"), 14, "one"),
    ]
    page.table(columns, cells, 1)


def _figures(page: Page, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    cells = [
        [
            row["figure"],
            Month.parse(row["month"]) if row["month"] else None,
            *(row[side] for side in ("value", "low", "high")),
            term(row["unit"], lang),
            term(row["basis"], lang),
            *(row[text] for text in ("source", "section", "note")),
            f"{row['file']}:{row['line']}" if row["line"] else row["file"],
        ]
        for row in _records(result.figures)
    ]
    columns = [
        Column(say("figure", lang), 42),
        Column(say("month", lang), 11, "month"),
        *(Column(heading(side, lang), 12, "general") for side in ("value", "low", "high")),
        Column(say("unit", lang), 18),
        Column(heading("basis", lang), 12),
        Column(heading("source", lang), 20),
        Column(heading("section", lang), 50),
        Column(heading("note", lang), 40),
        Column(say("written_in", lang), 30),
    ]
    page.table(columns, cells, 1)


_SHEETS: dict[str, Callable[[Page, Tables, Inputs], None]] = {
    "fill": _fill,
    "fill_months": _fill_months,
    "allocation": _allocation,
    "pool_months": _pool_months,
    "displacement": _displacement,
    "bottlenecks": _bottlenecks,
    "unmet": _unmet,
    "figures": _figures,
}
