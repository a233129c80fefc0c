"""The dashboard: what a scenario comes to, plan and variants, in words, charts and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import panel as pn

from planner.app.answer import Outlooks, answer_of, fill_of, names_of
from planner.app.layout import FULL, Folded, heading, labels, paragraph, table, text, under
from planner.app.words import say
from planner.labels import month as month_name
from planner.labels import named, number, percent, rate
from planner.whatif.charts import (
    SIDES,
    BindChart,
    FillChart,
    LostChart,
    Pictures,
    SpreadChart,
    TimeChart,
    TourChart,
    amount,
    bind_table,
    each,
    fill_table,
    key_of_colors,
    lost_table,
    pool_names,
    small_everywhere,
    time_table,
    tour_table,
)

__all__ = ["Dashboard", "headline"]

TASKS = ("2", "1")
"""Main tasks that the timeline may show beside single missions."""

PACKAGE_FIGURES = (
    ("head_asked", "asked_person_months", number),
    ("head_filled", "filled_person_months", number),
    ("head_lost_2", "displaced_main_task_2", number),
    ("head_lost_1", "displaced_main_task_1", number),
    ("head_ratio", "displacement_ratio", rate),
)
"""Rows of the summary for each package: word, column and how its value is written."""


def in_line(values: Iterable[float], write: Callable[[float], str], lang: str) -> list[str]:
    """Return cells for plan, variants and the difference of the last and the first value.

    The difference of shares is in percentage points.
    """
    found = list(values)
    change = found[-1] - found[0]
    plus = "+" if change > 0 and write(change) != write(0.0) else ""
    shown = percent(change, lang) if write(0.5).endswith("%") else write(change)
    return [*map(write, found), (plus + shown).replace("%", " pp")]


def words_of(sides: Iterable[str], lang: str) -> list[str]:
    """Return the words for sides and for the difference of variant and plan."""
    return [say(side, lang) for side in (*sides, "side_change")]


def headline(pictures: Pictures, lang: str) -> str:
    """Return the values that matter most, by side."""
    packages = {
        side: picture.packages.set_index("package", drop=False)
        for side, picture in pictures.items()
    }
    titles = {
        row.package: named(row, lang, "title") for one in packages.values() for row in each(one)
    }
    rows: list[list[str]] = []
    for package, title in titles.items():
        for key, column, write in PACKAGE_FIGURES:
            values = [float(one[column].get(package, np.nan)) for one in packages.values()]
            cells = in_line(values, lambda value, write=write: write(value, lang, 0), lang)  # type: ignore[misc]
            rows.append([say(key, lang, package=title), *cells])
    for task in (1, 2):
        rates = (fill_of(one, task) for one in pictures.values())
        cells = in_line(rates, lambda share: rate(share, lang, 0), lang)
        rows.append([say("head_fill", lang, task=task), *cells])
    binding = (float(len(one.bottlenecks)) for one in pictures.values())
    cells = in_line(binding, lambda value: number(value, lang, 0), lang)
    rows.append([say("head_binding", lang), *cells])
    return table("", [say("headline", lang), *words_of(pictures, lang)], rows, "headline")


def fill_rows(pictures: Pictures, names: dict[str, str], lang: str) -> str:
    """Return fill by mission as a table."""
    cells = (
        [
            names.get(row.mission, row.mission),
            str(row.main_task),
            number(row.plan_asked_person_months, lang, 0),
            number(row.variant_asked_person_months, lang, 0),
            *in_line((row.plan_fill_rate, row.variant_fill_rate), lambda x: rate(x, lang), lang),
        ]
        for row in each(fill_table(pictures))
    )
    asked, sides = say("asked", lang), words_of(SIDES, lang)
    head = [
        say("mission", lang), say("main_task", lang), *(f"{asked}, {side}" for side in sides[:2]),
        *sides,
    ]  # fmt: skip
    return table(say("fill_title", lang), head, cells)


def lost_rows(pictures: Pictures, package: str, names: dict[str, str], lang: str) -> str:
    """Return displacement by mission of both main tasks as a table.

    Missions that never lose half a person at a time stand together in one row by main task.
    """
    table_lost = lost_table(pictures, package)
    tiny = small_everywhere(table_lost, pictures)
    columns = [f"{side}_displaced_person_months" for side in pictures]

    def line(name: str, task: int, values: Iterable[float]) -> list[str]:
        return [name, str(task), *in_line(values, partial(amount, lang=lang), lang)]

    cells = [
        line(
            names.get(row.mission, row.mission), row.main_task,
            (getattr(row, column) for column in columns),
        )
        for row in each(table_lost[~tiny])
    ]  # fmt: skip
    for task, rest in table_lost[tiny].groupby("main_task"):
        name = f"{say('lost_small', lang)}: {len(rest)}"
        cells.append(line(name, int(str(task)), rest[columns].sum()))
    head = [say("mission", lang), say("main_task", lang), *words_of(pictures, lang)]
    return table(f"{say('lost_title', lang)}, {say('person_months', lang)}", head, cells)


def bind_rows(pictures: Pictures, lang: str) -> str:
    """Return how many months bind by pool as a table."""
    names = pool_names(pictures, lang)
    counts = bind_table(pictures).groupby(["pool", "side"]).size()
    whole = partial(number, lang=lang, digits=0)
    cells = (
        [name, *in_line((float(counts.get((pool, side), 0)) for side in SIDES), whole, lang)]
        for pool, name in names.items()
        if pool in counts.index.get_level_values("pool")
    )
    head = [say("pool", lang), *words_of(SIDES, lang)]
    return table(f"{say('binds_title', lang)}, {say('binding_months', lang)}", head, cells)


def time_rows(pictures: Pictures, what: str, lang: str) -> str:
    """Return people by month as a table."""
    people = partial(amount, lang=lang)
    cells = (
        [
            month_name(row.month, lang),
            people(row.variant_asked_person_months),
            *in_line(
                (row.plan_filled_person_months, row.variant_filled_person_months), people, lang
            ),
        ]
        for row in each(time_table(pictures, what))
    )
    head = [say("month", lang), say("time_asked", lang), *words_of(SIDES, lang)]
    return table(f"{say('time_title', lang)}, {say('persons', lang)}", head, cells)


def tour_rows(pictures: Pictures, mission: str, lang: str) -> str:
    """Return the tours of a mission as a table."""
    cells = (
        [
            f"{month_name(row.first_month, lang)} – {month_name(row.last_month, lang)}",
            *in_line(
                (0.0 if one != one else one for one in (row.plan_persons, row.variant_persons)),
                partial(amount, lang=lang), lang,
            ),
        ]
        for row in each(tour_table(pictures, mission))
    )  # fmt: skip
    head = [say("tour", lang), *words_of(SIDES, lang)]
    return table(f"{say('tours_title', lang)}, {say('persons', lang)}", head, cells)


class Dashboard:
    """The answer, and the sections below it: the draws, displacement, summary, fill and so on.

    Sections are empty until they are built, so that the answer need not wait for them.

    Parameters
    ----------
    lang : str
    picked : callable
        Called with ``"mission"``, ``"package"``, ``"month"`` or ``"bar"`` and what was chosen.
    draws_come : bool
        Whether draws are made without being asked.
    """

    SECTIONS = ("spread", "lost", "headline", "fill", "binds", "time", "tours")

    def __init__(self, lang: str, picked: Callable[[str, str], None], draws_come: bool = True):
        self.lang, self._picked, self._quiet = lang, picked, False
        self._drawing = "answer_drawing" if draws_come else "answer_on_request"
        self.pictures: Pictures = {}
        self.outlooks: Outlooks | None = None
        self._more = False
        self.names: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self._what = self._package = ""
        self.answer = text(paragraph(say("loading", lang), "answer"), name="answer")
        self.key = text(self._key_of(SIDES), name="key")
        self.sections = {name: pn.Column(**FULL) for name in self.SECTIONS}
        self._draws: dict[str, Callable[[], None]] = {}
        self._select: dict[str, pn.widgets.Select] = {}

    def _key_of(self, sides: Iterable[str]) -> str:
        note = paragraph(say("key_likely", self.lang), "hint")
        return key_of_colors(sides, self.lang) + note

    def build(self, name: str) -> None:
        """Build a section, and draw it if it has pictures."""
        if name in self._draws:
            return
        draw = self._draws[name] = getattr(self, f"_build_{name}")()
        if self.pictures:
            self._offer()
            draw()

    def parts(self) -> dict[str, Any]:
        """Return the answer, the key of the colors and the sections by name."""
        return {"answer": self.answer, "key": self.key, **self.sections}

    def show(self, pictures: Pictures, what: str, package: str) -> tuple[str, str]:
        """Show pictures; return the mission and the package that are shown.

        Parameters
        ----------
        pictures : mapping of str to Picture
        what, package : str
            What was chosen: a mission or the number of a main task, and a package; the first
            one where it is not among those of the pictures.
        """
        same = pictures is self.pictures
        self.pictures = pictures
        self.names = names_of(pictures, self.lang)
        rows = (row for side in SIDES for row in each(pictures[side].packages))
        self.titles = {row.package: named(row, self.lang, "title") for row in rows}
        self._what = what if what in (*TASKS, *self.names) else TASKS[0]
        self._package = package if package in self.titles else next(iter(self.titles), "")
        self.key.object = self._key_of(pictures)
        self._offer()
        if same:
            self.show_answer(self.outlooks, self._more)
        else:
            self.show_answer(None)
        for name, draw in self._draws.items():
            if name != "spread":
                draw()
        return self._what, self._package

    def show_answer(self, outlooks: Outlooks | None, more: bool = False) -> None:
        """Show the answer, over the draws of plan and variant once any are made.

        Parameters
        ----------
        outlooks : (Outlook, Outlook) or None
        more : bool
            Whether more draws are being made.
        """
        self.outlooks, self._more = outlooks, more
        if self.pictures:
            drawing = self._drawing if outlooks is None else "answer_more_draws" if more else ""
            self.answer.object = answer_of(
                self.pictures, self._package, self.titles, self.names, outlooks, self.lang, drawing
            )
            if "spread" in self._draws:
                self._draws["spread"]()

    def _whats(self) -> dict[str, str]:
        tasks = {task: say("all_of_task", self.lang, task=task) for task in TASKS}
        return {**tasks, **self.names}

    def _offer(self) -> None:
        """Fill the lists of missions and packages."""
        offered = {
            "mission": (self._whats(), self._what),
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

    def _section(
        self, name: str, chart: Any, picks: str, show: Callable[[], str], rows: Callable[[], str],
        *below: Any,
    ) -> Callable[[], None]:  # fmt: skip
        """Lay out a chart below its title and above its table; return what draws them."""
        title, folded = text(), Folded(self.lang)
        note = text(paragraph(say(f"{name}_axis", self.lang), "hint"))
        chart.on_pick(lambda value: self._chosen(picks, value))
        self.sections[name][:] = [under(title, chart.figure, note, *below, folded.card)]

        def draw() -> None:
            title.object = heading(show())
            note.visible = chart.figure.visible
            folded.show(rows)

        return draw

    def _build_headline(self) -> Callable[[], None]:
        head = text()
        self.sections["headline"][:] = [head]

        def draw() -> None:
            head.object = headline(self.pictures, self.lang)

        return draw

    def _build_fill(self) -> Callable[[], None]:
        chart = FillChart(self.lang)
        return self._section(
            "fill", chart, "bar", lambda: chart.show(self.pictures, self.names),
            lambda: fill_rows(self.pictures, self.names, self.lang),
        )  # fmt: skip

    def _build_spread(self) -> Callable[[], None]:
        chart, title, note = SpreadChart(self.lang), text(), text()
        self.sections["spread"][:] = [under(title, chart.figure, note)]

        def draw() -> None:
            self.sections["spread"].visible = bool(self._package)
            both = self.outlooks
            seen = chart.show(*both, self._package) if both is not None else ""
            chart.figure.visible = bool(seen)
            title.object = heading(seen or say("spread_title", self.lang))
            if both is None:
                key = self._drawing.replace("answer", "spread")
                note.object = paragraph(say(key, self.lang), "hint")
            else:
                note.object = "" if seen else paragraph(say("spread_none", self.lang), "hint")

        return draw

    def _build_lost(self) -> Callable[[], None]:
        chart, packages = LostChart(self.lang), self._list("package", "lost_package")

        def show() -> str:
            title = self.titles.get(self._package, "")
            shown = chart.show(self.pictures, self.names, self._package, title)
            self.sections["lost"].visible = bool(self.titles)
            return shown

        return self._section(
            "lost", chart, "bar", show,
            lambda: lost_rows(self.pictures, self._package, self.names, self.lang), packages,
        )  # fmt: skip

    def _build_binds(self) -> Callable[[], None]:
        chart = BindChart(self.lang)
        return self._section(
            "binds", chart, "month", lambda: chart.show(self.pictures),
            lambda: bind_rows(self.pictures, self.lang),
        )  # fmt: skip

    def _build_time(self) -> Callable[[], None]:
        chart, missions = TimeChart(self.lang), self._list("mission", "mission_shown")
        return self._section(
            "time", chart, "month",
            lambda: chart.show(self.pictures, self._what, self._whats()[self._what]),
            lambda: time_rows(self.pictures, self._what, self.lang), missions,
        )  # fmt: skip

    def _build_tours(self) -> Callable[[], None]:
        chart = TourChart(self.lang)
        return self._section(
            "tours", chart, "month",
            lambda: chart.show(self.pictures, self._what, self._whats()[self._what]),
            lambda: tour_rows(self.pictures, self._what, self.lang),
        )  # fmt: skip
