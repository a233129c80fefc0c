"""The tables of the page: plan against mine, in figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.app.markup import table
from planner.app.words import say
from planner.labels import month as month_name
from planner.labels import named, number, percent
from planner.whatif import Picture

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "bind_rows", "each", "fill_of", "fill_rows", "headline", "lost_rows", "names_of", "pair",
    "sides", "time_rows",
]  # fmt: skip


def each(rows: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a table, their columns as attributes."""
    return iter(rows.itertuples())


def names_of(plan: Picture, mine: Picture, lang: str) -> dict[str, str]:
    """Return what missions are called, by id: those of both pictures."""
    rows = [*each(plan.missions), *each(mine.missions)]
    return {row.mission: named(row, lang, "mission_name") for row in rows}


def pair(plan: float, mine: float, show: Callable[[float], str]) -> list[str]:
    """Return cells for plan, mine and their difference; that of shares in percentage points."""
    change = mine - plan
    plus = "+" if change > 0 and show(change) != show(0.0) else ""
    return [show(plan), show(mine), (plus + show(change)).replace("%", " pp")]


def headline(plan: Picture, mine: Picture, lang: str) -> str:
    """Return the figures that matter most, plan against mine."""

    def whole(value: float) -> str:
        return number(value, lang, 0)

    def share(value: float) -> str:
        return percent(value, lang)

    rows: list[list[str]] = []
    before, after = (one.packages.set_index("package") for one in (plan, mine))
    for package in dict.fromkeys([*before.index, *after.index]):
        title = named((after if package in after.index else before).loc[package], lang, "title")
        for key, column, show in (
            ("head_asked", "asked_person_months", whole),
            ("head_filled", "filled_person_months", whole),
            ("head_lost_2", "displaced_main_task_2", whole),
            ("head_lost_1", "displaced_main_task_1", whole),
            ("head_ratio", "displacement_ratio", share),
        ):
            cells = [float(one[column].get(package, np.nan)) for one in (before, after)]
            rows.append([say(key, lang, package=title), *pair(cells[0], cells[1], show)])
    for task in (1, 2):
        rates = [fill_of(one, task) for one in (plan, mine)]
        rows.append([say("head_fill", lang, task=task), *pair(rates[0], rates[1], share)])
    binding = [float(len(one.bottlenecks)) for one in (plan, mine)]
    rows.append([say("head_binding", lang), *pair(binding[0], binding[1], whole)])
    return table("", [say("headline", lang), *sides(lang)], rows, "headline")


def fill_of(picture: Picture, task: int) -> float:
    """Return the fill rate of a main task; NaN where nothing is asked."""
    rows = picture.fill[picture.fill["main_task"] == task]
    asked = float(rows["asked_person_months"].sum())
    return float(rows["filled_person_months"].sum()) / asked if asked > 0 else float("nan")


def sides(lang: str) -> list[str]:
    """Return the words for plan, mine and their difference."""
    return [say(key, lang) for key in ("plan", "mine", "change")]


def fill_rows(rows: pd.DataFrame, names: dict[str, str], lang: str) -> str:
    """Return fill by mission as a table."""
    cells = (
        [
            names.get(row.mission, row.mission),
            str(row.main_task),
            number(row.plan_asked_person_months, lang, 0),
            number(row.mine_asked_person_months, lang, 0),
            *pair(row.plan_fill_rate, row.mine_fill_rate, lambda x: percent(x, lang)),
        ]
        for row in each(rows)
    )
    asked = say("asked", lang)
    plan, mine, change = sides(lang)
    head = [
        say("mission", lang), say("main_task", lang), f"{asked}, {plan}", f"{asked}, {mine}",
        plan, mine, change,
    ]  # fmt: skip
    return table(say("fill_title", lang), head, cells)


def lost_rows(rows: pd.DataFrame, names: dict[str, str], lang: str) -> str:
    """Return displacement by mission of both main tasks as a table."""
    cells = (
        [
            names.get(row.mission, row.mission),
            str(row.main_task),
            *pair(
                row.plan_displaced_person_months,
                row.mine_displaced_person_months,
                lambda x: number(x, lang),
            ),
        ]
        for row in each(rows)
    )
    head = [say("mission", lang), say("main_task", lang), *sides(lang)]
    return table(f"{say('lost_title', lang)}, {say('person_months', lang)}", head, cells)


def bind_rows(rows: pd.DataFrame, names: dict[str, str], lang: str) -> str:
    """Return how many months bind by pool as a table."""
    counts = rows.groupby(["pool", "side"]).size().unstack("side")
    cells = []
    for pool in counts.index:
        months = [float(counts.get(side, {}).get(pool, np.nan)) for side in ("plan", "mine")]
        cells.append(
            [
                names.get(pool, pool),
                *(number(count if count == count else 0.0, lang, 0) for count in months),
            ]
        )
    plan, mine, _ = sides(lang)
    word = say("binding_months", lang)
    head = [say("pool", lang), *(f"{word}, {side}" for side in (plan, mine))]
    return table(say("binds_title", lang), head, cells)


def time_rows(rows: pd.DataFrame, lang: str) -> str:
    """Return people by month as a table."""
    cells = (
        [
            month_name(row.month, lang),
            number(row.mine_asked_person_months, lang),
            *pair(
                row.plan_filled_person_months,
                row.mine_filled_person_months,
                lambda x: number(x, lang),
            ),
        ]
        for row in each(rows)
    )
    head = [say("month", lang), say("time_asked", lang), *sides(lang)]
    return table(f"{say('time_title', lang)}, {say('persons', lang)}", head, cells)
