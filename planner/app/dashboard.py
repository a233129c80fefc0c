"""The dashboard: what a scenario comes to, plan and variant, in words, charts and tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import panel as pn

from planner.app.charts import (
    MIN_LOSS,
    BindChart,
    FillChart,
    LostChart,
    TimeChart,
    bind_table,
    fill_table,
    lost_table,
    time_table,
)
from planner.app.layout import FULL, Folded, each, labels, paragraph, table, text, under
from planner.app.words import say
from planner.labels import month as month_name
from planner.labels import named, number, percent
from planner.whatif import Picture
from planner.whatif.outlook import Outlook

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
    """Return how many months bind by pool as a table."""
    counts = rows.groupby(["pool", "side"]).size().unstack("side")
    cells = []
    for pool in counts.index:
        months = [float(counts.get(side, {}).get(pool, np.nan)) for side in ("plan", "variant")]
        cells.append(
            [
                names.get(pool, pool),
                *(number(count if count == count else 0.0, lang, 0) for count in months),
            ]
        )
    plan, variant, _ = sides(lang)
    word = say("binding_months", lang)
    head = [say("pool", lang), *(f"{word}, {side}" for side in (plan, variant))]
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


Outlooks = tuple[Outlook, Outlook]
"""Draws of plan and variant."""

TASKS = ("2", "1")
"""Main tasks that the timeline may show beside single missions."""


class Dashboard:
    """The answer, and the sections below it: displacement, figures, fill, bottlenecks, timeline.

    Sections are empty until they are built, so that the answer need not wait for them.

    Parameters
    ----------
    lang : str
    picked : callable
        Called with ``"mission"``, ``"package"`` or ``"bar"`` and what was chosen.
    draws_come : bool
        Whether draws are made without being asked.
    """

    SECTIONS = ("lost", "headline", "fill", "binds", "time")

    def __init__(self, lang: str, picked: Callable[[str, str], None], draws_come: bool = True):
        self.lang, self._picked, self._quiet = lang, picked, False
        self._draws_come = draws_come
        self.plan: Picture | None = None
        self.variant: Picture | None = None
        self.outlooks: Outlooks | None = None
        self.names: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self._what = self._package = ""
        self.answer = text(paragraph(say("loading", lang), "answer"), name="answer")
        self.sections = {name: pn.Column(**FULL) for name in self.SECTIONS}
        self._draws: dict[str, Callable[[Picture, Picture], None]] = {}
        self._select: dict[str, pn.widgets.Select] = {}

    def build(self, name: str) -> None:
        """Build a section, and draw it if there are pictures."""
        if name in self._draws:
            return
        draw = self._draws[name] = getattr(self, f"_build_{name}")()
        if self.plan is not None and self.variant is not None:
            self._offer()
            draw(self.plan, self.variant)

    def parts(self) -> dict[str, Any]:
        """Return the answer and the sections by name."""
        return {"answer": self.answer, **self.sections}

    def show(self, plan: Picture, variant: Picture, what: str, package: str) -> tuple[str, str]:
        """Show two pictures; return the mission and the package that are shown.

        Parameters
        ----------
        what, package : str
            What was chosen: a mission or the number of a main task, and a package; the first
            one where it is not among those of the pictures.
        """
        self.plan, self.variant = plan, variant
        self.names = names_of(plan, variant, self.lang)
        rows = [*each(plan.packages), *each(variant.packages)]
        self.titles = {row.package: named(row, self.lang, "title") for row in rows}
        self._what = what if what in (*TASKS, *self.names) else TASKS[0]
        self._package = package if package in self.titles else next(iter(self.titles), "")
        self._offer()
        self.show_answer(None)
        for draw in self._draws.values():
            draw(plan, variant)
        return self._what, self._package

    def show_answer(self, outlooks: Outlooks | None) -> None:
        """Show the answer, with the range over the draws of plan and variant once there are any."""
        self.outlooks = outlooks
        if self.plan is not None and self.variant is not None:
            self.answer.object = answer_of(
                self.plan, self.variant, self._package, self.titles, self.names, outlooks,
                self.lang, self._draws_come,
            )  # fmt: skip

    def _offer(self) -> None:
        """Fill the lists of missions and packages."""
        tasks = {task: say("all_of_task", self.lang, task=task) for task in TASKS}
        offered = {
            "mission": ({**tasks, **self.names}, self._what),
            "package": (self.titles, self._package or None),
        }
        self._quiet = True
        for which, select in self._select.items():
            names, value = offered[which]
            select.param.update(options=labels(names), value=value)
        if "package" in self._select:
            self._select["package"].visible = len(self.titles) > 1
        self._quiet = False

    def _list(self, which: str, title: str) -> pn.widgets.Select:
        made = self._select[which] = pn.widgets.Select(
            name=say(title, self.lang), sizing_mode="stretch_width", margin=(4, 0)
        )
        made.param.watch(lambda event: self._chosen(which, event.new), "value")
        return made

    def _chosen(self, which: str, value: str | None) -> None:
        if value is not None and not self._quiet:
            self._picked(which, value)

    def _fill_section(self, name: str, *parts: Any) -> Folded:
        folded = Folded(self.lang)
        self.sections[name][:] = [under(say(f"{name}_title", self.lang), *parts, folded.card)]
        return folded

    def _build_headline(self) -> Callable[[Picture, Picture], None]:
        head = text()
        self.sections["headline"][:] = [head]

        def draw(plan: Picture, variant: Picture) -> None:
            head.object = headline(plan, variant, self.lang)

        return draw

    def _build_fill(self) -> Callable[[Picture, Picture], None]:
        chart = FillChart(self.lang)
        chart.on_pick(lambda id: self._chosen("bar", id))
        note = text(paragraph(say("fill_axis", self.lang), "hint"))
        folded = self._fill_section("fill", chart.figure, note)

        def draw(plan: Picture, variant: Picture) -> None:
            chart.show(plan, variant, self.names)
            folded.show(lambda: fill_rows(fill_table(plan, variant), self.names, self.lang))

        return draw

    def _build_lost(self) -> Callable[[Picture, Picture], None]:
        chart, note = LostChart(self.lang), text()
        chart.on_pick(lambda id: self._chosen("bar", id))
        folded = self._fill_section(
            "lost", chart.figure, note, self._list("package", "lost_package")
        )

        def draw(plan: Picture, variant: Picture) -> None:
            package = self._package
            shown = chart.show(plan, variant, self.names, package)
            chart.figure.visible = shown
            note.object = paragraph(say("lost_axis" if shown else "lost_none", self.lang), "hint")
            folded.show(
                lambda: lost_rows(lost_table(plan, variant, package, None), self.names, self.lang)
            )

        return draw

    def _build_binds(self) -> Callable[[Picture, Picture], None]:
        chart, note = BindChart(self.lang), text()
        folded = self._fill_section("binds", chart.figure, note)

        def draw(plan: Picture, variant: Picture) -> None:
            pools = {row.pool: named(row, self.lang, "pool_name") for row in each(variant.pools)}
            shown = chart.show(plan, variant, pools)
            chart.figure.visible = shown
            words = say("binds_axis" if shown else "binds_none", self.lang)
            note.object = paragraph(words, "hint")
            folded.show(lambda: bind_rows(bind_table(plan, variant), pools, self.lang))

        return draw

    def _build_time(self) -> Callable[[Picture, Picture], None]:
        chart = TimeChart(self.lang)
        folded = self._fill_section("time", chart.figure, self._list("mission", "mission_shown"))

        def draw(plan: Picture, variant: Picture) -> None:
            what = self._what
            chart.show(plan, variant, what)
            folded.show(lambda: time_rows(time_table(plan, variant, what), self.lang))

        return draw


def answer_of(
    plan: Picture,
    variant: Picture,
    package: str,
    titles: dict[str, str],
    names: dict[str, str],
    outlooks: Outlooks | None,
    lang: str,
    draws_come: bool = True,
) -> str:
    """Return what the variant comes to: what is displaced, how certain, and how far to trust it."""
    title = titles.get(package, "")
    if not package:
        first = _answer_fill(variant, names, lang)
    elif package not in set(variant.packages["package"]):
        first = say("answer_off", lang, package=title)
    else:
        first = _answer_lost(plan, variant, package, title, names, lang)
    return (
        paragraph(first, "answer")
        + paragraph(_certainty(package, outlooks, lang, draws_come), "certainty")
        + paragraph(say("answer_trust", lang), "hint")
    )


def _answer_fill(variant: Picture, names: dict[str, str], lang: str) -> str:
    rows = variant.fill[variant.fill["main_task"] == 2]
    lacking = (rows["asked_person_months"] - rows["filled_person_months"]).to_numpy()
    order = [k for k in np.argsort(-lacking)[:3] if lacking[k] > MIN_LOSS]
    short = [names.get(rows["mission"].iloc[k], "") for k in order]
    share = percent(fill_of(variant, 2), lang, 0)
    if not short:
        return say("answer_fill_all", lang)
    return say("answer_fill", lang, share=share, missions=", ".join(short))


def _answer_lost(
    plan: Picture,
    variant: Picture,
    package: str,
    title: str,
    names: dict[str, str],
    lang: str,
) -> str:
    row: Any = variant.packages.set_index("package").loc[package]
    lost = float(row["displaced_main_task_2"])
    table = lost_table(variant, variant, package)
    worst = table[table["variant_displaced_person_months"] >= max(0.1 * lost, MIN_LOSS)].head(3)
    missions = ", ".join(
        f"{names.get(one.mission, one.mission)} "
        f"({number(one.variant_displaced_person_months, lang, 0)})"
        for one in each(worst)
    )
    if lost <= MIN_LOSS:
        words = [say("answer_lost_none", lang, package=title)]
    else:
        key = "answer_lost" if missions else "answer_lost_spread"
        count = number(lost, lang, 0)
        words = [say(key, lang, package=title, lost=count, missions=missions)]
    other = float(row["displaced_main_task_1"])
    if other > MIN_LOSS:
        words.append(say("answer_task_1", lang, lost=number(other, lang, 0)))
    if package in set(plan.packages["package"]):
        before: Any = plan.packages.set_index("package").loc[package]
        change = lost - float(before["displaced_main_task_2"])
        if abs(change) >= 0.5:
            key = "answer_more" if change > 0 else "answer_less"
            words.append(say(key, lang, change=number(abs(change), lang, 0)))
    return " ".join(words)


def _certainty(package: str, outlooks: Outlooks | None, lang: str, draws_come: bool) -> str:
    """Return the range over the draws, of displacement or of the fill of main task 2."""
    if outlooks is None:
        return say("answer_drawing" if draws_come else "answer_on_request", lang)
    variant = outlooks[1]
    rows = variant.displacement
    rows = rows[(rows["package"] == package) & (rows["main_task"] == 2)]
    draws = number(variant.draws, lang, 0)
    if len(rows):
        low, high = (number(rows[name].iloc[0], lang, 0) for name in ("q05", "q95"))
        return say("answer_range", lang, low=low, high=high, draws=draws)
    fan = variant.fan[(variant.fan["mission"] == "") & (variant.fan["main_task"] == 2)]
    if not len(fan):
        return say("answer_no_range", lang)
    low, high = (percent(float(fan[name].mean()), lang, 0) for name in ("q05", "q95"))
    return say("answer_fill_range", lang, low=low, high=high, draws=draws)
