"""The dashboard: what a scenario comes to, plan and variant, in words, charts and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import panel as pn

from planner.app.charts import (
    BindChart,
    FillChart,
    LostChart,
    TimeChart,
    bind_table,
    fill_table,
    lost_table,
    time_table,
)
from planner.app.layout import Folded, each, labels, paragraph, table, text, under
from planner.app.words import say
from planner.labels import month as month_name
from planner.labels import named, number, percent
from planner.whatif import Picture

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Dashboard", "headline", "names_of"]


def names_of(plan: Picture, variant: Picture, lang: str) -> dict[str, str]:
    """Return what missions are called, by id: those of both pictures."""
    rows = [*each(plan.missions), *each(variant.missions)]
    return {row.mission: named(row, lang, "mission_name") for row in rows}


def pair(plan: float, variant: float, show: Callable[[float], str]) -> list[str]:
    """Return cells for plan, variant and their difference; that of shares in percentage points."""
    change = variant - plan
    plus = "+" if change > 0 and show(change) != show(0.0) else ""
    return [show(plan), show(variant), (plus + show(change)).replace("%", " pp")]


def headline(plan: Picture, variant: Picture, lang: str) -> str:
    """Return the figures that matter most, plan and variant."""

    def whole(value: float) -> str:
        return number(value, lang, 0)

    def share(value: float) -> str:
        return percent(value, lang)

    rows: list[list[str]] = []
    before, after = (one.packages.set_index("package") for one in (plan, variant))
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
        rates = [fill_of(one, task) for one in (plan, variant)]
        rows.append([say("head_fill", lang, task=task), *pair(rates[0], rates[1], share)])
    binding = [float(len(one.bottlenecks)) for one in (plan, variant)]
    rows.append([say("head_binding", lang), *pair(binding[0], binding[1], whole)])
    return table("", [say("headline", lang), *sides(lang)], rows, "headline")


def fill_of(picture: Picture, task: int) -> float:
    """Return the fill rate of a main task; NaN where nothing is asked."""
    rows = picture.fill[picture.fill["main_task"] == task]
    asked = float(rows["asked_person_months"].sum())
    return float(rows["filled_person_months"].sum()) / asked if asked > 0 else float("nan")


def sides(lang: str) -> list[str]:
    """Return the words for plan, variant and their difference."""
    return [say(key, lang) for key in ("plan", "variant", "change")]


def fill_rows(rows: pd.DataFrame, names: dict[str, str], lang: str) -> str:
    """Return fill by mission as a table."""
    cells = (
        [
            names.get(row.mission, row.mission),
            str(row.main_task),
            number(row.plan_asked_person_months, lang, 0),
            number(row.variant_asked_person_months, lang, 0),
            *pair(row.plan_fill_rate, row.variant_fill_rate, lambda x: percent(x, lang)),
        ]
        for row in each(rows)
    )
    asked = say("asked", lang)
    plan, variant, change = sides(lang)
    head = [
        say("mission", lang), say("main_task", lang), f"{asked}, {plan}", f"{asked}, {variant}",
        plan, variant, change,
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
                row.variant_displaced_person_months,
                lambda x: number(x, lang),
            ),
        ]
        for row in each(rows)
    )
    head = [say("mission", lang), say("main_task", lang), *sides(lang)]
    return table(f"{say('lost_title', lang)}, {say('person_months', lang)}", head, cells)


def bind_rows(rows: pd.DataFrame, names: dict[str, str], lang: str) -> str:
    """Return binding months by pool as a table: how many, and the highest price."""
    groups = rows.groupby(["pool", "side"])["price_person_months"].agg(["count", "max"])
    counts, prices = (groups[column].unstack("side") for column in ("count", "max"))
    cells = []
    for pool in counts.index:
        months = [float(counts.get(side, {}).get(pool, np.nan)) for side in ("plan", "variant")]
        most = [float(prices.get(side, {}).get(pool, np.nan)) for side in ("plan", "variant")]
        cells.append(
            [
                names.get(pool, pool),
                *(number(count if count == count else 0.0, lang, 0) for count in months),
                *(number(price, lang) for price in most),
            ]
        )
    plan, variant, _ = sides(lang)
    words = [say(key, lang) for key in ("binding_months", "highest_price")]
    head = [say("pool", lang), *(f"{word}, {side}" for word in words for side in (plan, variant))]
    return table(say("binds_title", lang), head, cells)


def time_rows(rows: pd.DataFrame, lang: str) -> str:
    """Return people by month as a table."""
    cells = (
        [
            month_name(row.month, lang),
            number(row.variant_asked_person_months, lang),
            *pair(
                row.plan_filled_person_months,
                row.variant_filled_person_months,
                lambda x: number(x, lang),
            ),
        ]
        for row in each(rows)
    )
    head = [say("month", lang), say("time_asked", lang), *sides(lang)]
    return table(f"{say('time_title', lang)}, {say('persons', lang)}", head, cells)


TASKS = ("2", "1")
"""What the timeline may show beside single missions."""


class Dashboard:
    """Headline, fill, displacement, bottlenecks and timeline.

    Parameters
    ----------
    lang : str
    picked : callable
        Called with ``"mission"``, ``"package"`` and what was chosen.
    """

    def __init__(self, lang: str, picked: Callable[[str, str], None]):
        self.lang, self._picked, self._quiet = lang, picked, False
        self.plan: Picture | None = None
        self.variant: Picture | None = None
        self.names: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self.fill, self.lost = FillChart(lang), LostChart(lang)
        self.binds, self.time = BindChart(lang), TimeChart(lang)
        self.folded = {name: Folded(lang) for name in ("fill", "lost", "binds", "time")}
        self.notes = {name: text() for name in ("lost", "binds")}
        self.head = text()
        choice = {"sizing_mode": "stretch_width", "margin": (4, 0)}
        self.package = pn.widgets.Select(name=say("lost_package", lang), **choice)
        self.what = pn.widgets.Select(name=say("mission_shown", lang), **choice)
        self.package.param.watch(lambda event: self._chosen("package", event.new), "value")
        self.what.param.watch(lambda event: self._chosen("mission", event.new), "value")
        self.fill.on_pick(lambda id: self._chosen("mission", id))
        self.lost.on_pick(lambda id: self._chosen("mission", id))

    def parts(self) -> dict[str, Any]:
        """Return what stands on the page, by name."""
        charts = {name: getattr(self, name).figure for name in self.folded}
        extra = {
            "fill": (text(paragraph(say("fill_axis", self.lang), "hint")),),
            "lost": (self.notes["lost"], self.package),
            "binds": (self.notes["binds"],),
            "time": (self.what,),
        }
        return {"headline": self.head} | {
            name: under(
                say(f"{name}_title", self.lang), charts[name], *extra[name], self.folded[name].card
            )
            for name in charts
        }

    def _chosen(self, which: str, value: str | None) -> None:
        if value is not None and not self._quiet:
            self._picked(which, value)

    def show(self, plan: Picture, variant: Picture, what: str, package: str) -> tuple[str, str]:
        """Show two pictures; return the mission and the package that are shown.

        Parameters
        ----------
        what, package : str
            What was chosen: a mission or the number of a main task, and a package; the first
            there is where it is not among those of the pictures.
        """
        self.plan, self.variant = plan, variant
        self.names = names_of(plan, variant, self.lang)
        what, package = self._choices(what, package)
        self.head.object = headline(plan, variant, self.lang)
        self.fill.show(plan, variant, self.names)
        lost = self.lost.show(plan, variant, self.names, package)
        self.lost.figure.visible = lost
        said = say("lost_axis" if lost else "lost_none", self.lang)
        self.notes["lost"].object = paragraph(said, "hint")
        pools = {row.pool: named(row, self.lang, "pool_name") for row in each(variant.pools)}
        binds = self.binds.show(plan, variant, pools)
        self.binds.figure.visible = binds
        note = say("binds_axis" if binds else "binds_none", self.lang)
        self.notes["binds"].object = paragraph(note, "hint")
        self.time.show(plan, variant, what)
        self._fold(plan, variant, what, package, pools)
        return what, package

    def _choices(self, what: str, package: str) -> tuple[str, str]:
        """Fill the lists to choose from; return what is chosen."""
        assert self.plan is not None
        assert self.variant is not None
        tasks = {task: say("all_of_task", self.lang, task=task) for task in TASKS}
        options = labels({**tasks, **self.names})
        rows = [*each(self.plan.packages), *each(self.variant.packages)]
        self.titles = {row.package: named(row, self.lang, "title") for row in rows}
        packages = labels(self.titles)
        what = what if what in options.values() else TASKS[0]
        known = list(packages.values())
        package = package if package in known else (known[0] if known else "")
        self._quiet = True
        self.what.param.update(options=options, value=what)
        self.package.param.update(options=packages, value=package or None)
        self.package.visible = len(known) > 1
        self._quiet = False
        return what, package

    def _fold(
        self, plan: Picture, variant: Picture, what: str, package: str, pools: dict[str, str]
    ) -> None:
        lang, names = self.lang, self.names
        self.folded["fill"].show(lambda: fill_rows(fill_table(plan, variant), names, lang))
        self.folded["lost"].show(
            lambda: lost_rows(lost_table(plan, variant, package, None), names, lang)
        )
        self.folded["binds"].show(lambda: bind_rows(bind_table(plan, variant), pools, lang))
        self.folded["time"].show(lambda: time_rows(time_table(plan, variant, what), lang))
