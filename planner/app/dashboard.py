"""The dashboard: answer, charts and tables of plan and variants."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import panel as pn

from planner.app.answer import answer_html, mission_names, task_fill_rate
from planner.app.layout import (
    FULL_WIDTH,
    FoldedTable,
    TableColumn,
    attribute,
    heading,
    paragraph,
    record_table,
    select_options,
    table,
    text,
    titled_column,
)
from planner.app.words import say
from planner.labels import month as month_name
from planner.labels import named, number, percent, rate
from planner.whatif.charts import (
    SIDES,
    BindingChart,
    DisplacementChart,
    FillChart,
    PlanSummaries,
    SpreadChart,
    TimeChart,
    TourChart,
    amount,
    binding_table,
    color_key,
    displacement_table,
    fill_table,
    iter_rows,
    negligible_everywhere,
    pool_names,
    time_table,
    tour_months,
    tour_table,
)
from planner.whatif.outlook import EnsemblePair

__all__ = ["Dashboard", "headline_table"]

TASKS = ("2", "1")
"""Main tasks that the charts by month may show instead of a single mission."""

PACKAGE_ROWS = (
    ("head_asked", "asked_person_months", number),
    ("head_filled", "filled_person_months", number),
    ("head_lost_2", "displaced_main_task_2", number),
    ("head_lost_1", "displaced_main_task_1", number),
    ("head_ratio", "displacement_ratio", rate),
)
"""Rows of the headline table for each package: heading key, column and format."""

Write = Callable[[float], str]
"""Formats a value."""


def change_text(plan: float, variant: float, write: Write, lang: str) -> str:
    """Format the change from plan to variant; that of shares is in percentage points."""
    change = variant - plan
    plus = "+" if change > 0 and write(change) != write(0.0) else ""
    shown = percent(change, lang) if write(0.5).endswith("%") else write(change)
    return (plus + shown).replace("%", " pp")


def side_headings(sides: Iterable[str], lang: str) -> list[str]:
    """Return the headings of the columns of sides and of the change."""
    return [say(side, lang) for side in (*sides, "side_change")]


def side_columns(sides: Iterable[str], value: str, write: Write, lang: str) -> list[TableColumn]:
    """Return a column for a value on each side, and one for its change from plan to variant."""

    def change(row: Any) -> str:
        plan, variant = (getattr(row, f"{side}_{value}") for side in SIDES)
        return change_text(plan, variant, write, lang)

    columns = [*(attribute(f"{side}_{value}", write) for side in sides), change]
    return list(zip(side_headings(sides, lang), columns, strict=True))


def headline_table(summaries: PlanSummaries, lang: str) -> str:
    """Return the headline values of each side as a table."""
    packages = [one.packages.set_index("package", drop=False) for one in summaries.values()]
    titles = {
        row.package: named(row, lang, "title") for rows in packages for row in iter_rows(rows)
    }

    def line(name: str, values: Iterable[float], form: Any) -> list[str]:
        numbers, write = list(values), partial(form, lang=lang, digits=0)
        return [name, *map(write, numbers), change_text(numbers[0], numbers[-1], write, lang)]

    rows = [
        line(
            say(key, lang, package=title),
            (float(one[column].get(package, np.nan)) for one in packages), form,
        )
        for package, title in titles.items()
        for key, column, form in PACKAGE_ROWS
    ]  # fmt: skip
    for task in (1, 2):
        rates = (task_fill_rate(one, task) for one in summaries.values())
        rows.append(line(say("head_fill", lang, task=task), rates, rate))
    binding = (float(len(one.bottlenecks)) for one in summaries.values())
    rows.append(line(say("head_binding", lang), binding, number))
    return table("", [say("headline", lang), *side_headings(summaries, lang)], rows, "headline")


def mission_columns(names: dict[str, str], lang: str) -> list[TableColumn]:
    """Return the columns that identify a mission: its name and its main task."""
    return [
        (say("mission", lang), lambda row: names.get(row.mission, row.mission)),
        (say("main_task", lang), lambda row: str(row.main_task)),
    ]


def caption(title: str, unit: str, lang: str) -> str:
    """Return the caption of a table: what it shows, and the unit."""
    return f"{say(title, lang)}, {say(unit, lang)}"


def fill_rows(summaries: PlanSummaries, names: dict[str, str], lang: str) -> str:
    """Return the fill by mission as a table."""
    column = "asked_person_months"
    whole = partial(number, lang=lang, digits=0)
    columns = [
        *mission_columns(names, lang),
        *(
            (f"{say('asked', lang)}, {say(side, lang)}", attribute(f"{side}_{column}", whole))
            for side in SIDES
        ),
        *side_columns(SIDES, "fill_rate", partial(rate, lang=lang), lang),
    ]
    return record_table(say("fill_title", lang), fill_table(summaries), columns)


def displacement_rows(
    summaries: PlanSummaries, package: str, names: dict[str, str], lang: str
) -> str:
    """Return the displacement by mission of both main tasks as a table.

    Missions that are negligible on all sides share one row per main task.
    """
    rows, value = displacement_table(summaries, package), "displaced_person_months"
    tiny = negligible_everywhere(rows, summaries)
    names, parts = dict(names), [rows[~tiny]]
    for task, rest in rows[tiny].groupby("main_task"):
        names[f"task {task}"] = f"{say('lost_small', lang)}: {len(rest)}"
        sums = rest[[f"{side}_{value}" for side in summaries]].sum()
        parts.append(sums.to_frame().T.assign(mission=f"task {task}", main_task=task))
    columns = [
        *mission_columns(names, lang),
        *side_columns(summaries, value, partial(amount, lang=lang), lang),
    ]
    records = (row for part in parts for row in iter_rows(part))
    return record_table(caption("lost_title", "person_months", lang), records, columns)


def binding_rows(summaries: PlanSummaries, lang: str) -> str:
    """Return the number of binding months by pool as a table."""
    import pandas as pd

    names = pool_names(summaries, lang)
    binding = binding_table(summaries)
    counts = pd.crosstab(binding["pool"], binding["side"]).reindex(
        columns=list(SIDES), fill_value=0
    )
    rows = counts.loc[[pool for pool in names if pool in counts.index]].add_suffix("_months")
    columns = [
        (say("pool", lang), lambda row: names[row.pool]),
        *side_columns(SIDES, "months", partial(number, lang=lang, digits=0), lang),
    ]
    return record_table(caption("binds_title", "binding_months", lang), rows.reset_index(), columns)


def time_rows(summaries: PlanSummaries, subject: str, lang: str) -> str:
    """Return the persons by month as a table."""
    persons = partial(amount, lang=lang)
    columns = [
        (say("month", lang), lambda row: month_name(row.month, lang)),
        (say("time_asked", lang), lambda row: persons(row.variant_asked_person_months)),
        *side_columns(SIDES, "filled_person_months", persons, lang),
    ]
    rows = time_table(summaries, subject)
    return record_table(caption("time_title", "persons", lang), rows, columns)


def tour_rows(summaries: PlanSummaries, mission: str, lang: str) -> str:
    """Return the tours of a mission as a table."""
    columns = [
        (say("tour", lang), lambda row: tour_months(row, lang)),
        *side_columns(SIDES, "persons", partial(amount, lang=lang), lang),
    ]
    rows = tour_table(summaries, mission)
    return record_table(caption("tours_title", "persons", lang), rows, columns)


class Dashboard:
    """The answer and the sections below it: draws, displacement, headline values, fill and so on.

    A section is empty until it is built, so that the answer can be shown first.

    Parameters
    ----------
    lang : str
    on_select : callable
        Called with ``"mission"``, ``"package"``, ``"month"`` or ``"bar"`` and the value selected.
    automatic_draws : bool
        Whether draws are made without being requested.
    """

    SECTIONS = ("spread", "lost", "headline", "fill", "binds", "time", "tours")

    def __init__(
        self, lang: str, on_select: Callable[[str, str], None], automatic_draws: bool = True
    ):
        self.lang, self._on_select, self._updating = lang, on_select, False
        self._status_key = "answer_drawing" if automatic_draws else "answer_on_request"
        self.summaries: PlanSummaries = {}
        self.ensembles: EnsemblePair | None = None
        self._drawing_more = False
        self.names: dict[str, str] = {}
        self.titles: dict[str, str] = {}
        self._subject = self._package = ""
        self.answer = text(paragraph(say("loading", lang), "answer"), name="answer")
        self.key = text(self._color_key(SIDES), name="key")
        self.sections = {name: pn.Column(**FULL_WIDTH) for name in self.SECTIONS}
        self._redraw: dict[str, Callable[[], None]] = {}
        self._select: dict[str, pn.widgets.Select] = {}

    def _color_key(self, sides: Iterable[str]) -> str:
        note = paragraph(say("key_likely", self.lang), "hint")
        return color_key(sides, self.lang) + note

    def build(self, name: str) -> None:
        """Build a section, and draw it if there is anything to show."""
        if name in self._redraw:
            return
        draw = self._redraw[name] = getattr(self, f"_build_{name}")()
        if self.summaries:
            self._update_selects()
            draw()

    def parts(self) -> dict[str, Any]:
        """Return the answer, the color key and the sections by name."""
        return {"answer": self.answer, "key": self.key, **self.sections}

    def show(self, summaries: PlanSummaries, subject: str, package: str) -> tuple[str, str]:
        """Show summaries; return the subject and the package that are shown.

        Parameters
        ----------
        summaries : mapping of str to PlanSummary
        subject, package : str
            The selection: a mission or the number of a main task, and a package. A selection that
            the summaries do not have is replaced by the first that they have.
        """
        same = summaries is self.summaries
        self.summaries = summaries
        self.names = mission_names(summaries, self.lang)
        rows = (row for side in SIDES for row in iter_rows(summaries[side].packages))
        self.titles = {row.package: named(row, self.lang, "title") for row in rows}
        self._subject = subject if subject in (*TASKS, *self.names) else TASKS[0]
        self._package = package if package in self.titles else next(iter(self.titles), "")
        self.key.object = self._color_key(summaries)
        self._update_selects()
        if same:
            self.show_answer(self.ensembles, self._drawing_more)
        else:
            self.show_answer(None)
        for name, draw in self._redraw.items():
            if name != "spread":
                draw()
        return self._subject, self._package

    def show_answer(self, ensembles: EnsemblePair | None, more: bool = False) -> None:
        """Show the answer, based on the draws of plan and variant once these exist.

        Parameters
        ----------
        ensembles : (EnsembleSummary, EnsembleSummary) or None
        more : bool
            Whether more draws are being made.
        """
        self.ensembles, self._drawing_more = ensembles, more
        if self.summaries:
            status = self._status_key if ensembles is None else "answer_more_draws" if more else ""
            self.answer.object = answer_html(
                self.summaries, self._package, self.titles, self.names, ensembles, self.lang, status
            )
            if "spread" in self._redraw:
                self._redraw["spread"]()

    def _subjects(self) -> dict[str, str]:
        tasks = {task: say("all_of_task", self.lang, task=task) for task in TASKS}
        return {**tasks, **self.names}

    def _update_selects(self) -> None:
        """Update the options of the select widgets."""
        offered = {
            "mission": (self._subjects(), self._subject),
            "package": (self.titles, self._package or None),
        }
        self._updating = True
        for which, select in self._select.items():
            names, value = offered[which]
            select.param.update(options=select_options(names), value=value)
        if "package" in self._select:
            self._select["package"].visible = len(self.titles) > 1
        self._updating = False

    def _add_select(self, which: str, title: str) -> pn.widgets.Select:
        made = self._select[which] = pn.widgets.Select(
            name=say(title, self.lang), sizing_mode="stretch_width", margin=(4, 0)
        )
        made.param.watch(lambda event: self._selected(which, event.new), "value")
        return made

    def _selected(self, which: str, value: str | None) -> None:
        if value is not None and not self._updating:
            self._on_select(which, value)

    def _section(
        self, name: str, chart: Any, selects: str, show: Callable[[], str], rows: Callable[[], str],
        *below: Any,
    ) -> Callable[[], None]:  # fmt: skip
        """Lay out title, chart and folded table of a section; return a function that redraws it."""
        title, folded = text(), FoldedTable(self.lang)
        note = text(paragraph(say(f"{name}_axis", self.lang), "hint"))
        chart.on_select(lambda value: self._selected(selects, value))
        self.sections[name][:] = [titled_column(title, chart.figure, note, *below, folded.card)]

        def draw() -> None:
            title.object = heading(show())
            note.visible = chart.figure.visible
            folded.show(rows)

        return draw

    def _build_headline(self) -> Callable[[], None]:
        head = text()
        self.sections["headline"][:] = [head]

        def draw() -> None:
            head.object = headline_table(self.summaries, self.lang)

        return draw

    def _build_fill(self) -> Callable[[], None]:
        chart = FillChart(self.lang)
        return self._section(
            "fill", chart, "bar", lambda: chart.show(self.summaries, self.names),
            lambda: fill_rows(self.summaries, self.names, self.lang),
        )  # fmt: skip

    def _build_spread(self) -> Callable[[], None]:
        chart, title, note = SpreadChart(self.lang), text(), text()
        self.sections["spread"][:] = [titled_column(title, chart.figure, note)]

        def draw() -> None:
            self.sections["spread"].visible = bool(self._package)
            ensembles = self.ensembles
            shown = chart.show(*ensembles, self._package) if ensembles is not None else ""
            chart.figure.visible = bool(shown)
            title.object = heading(shown or say("spread_title", self.lang))
            missing = "spread_none"
            if ensembles is None:
                missing = self._status_key.replace("answer", "spread")
            note.object = "" if shown else paragraph(say(missing, self.lang), "hint")

        return draw

    def _build_lost(self) -> Callable[[], None]:
        chart, packages = DisplacementChart(self.lang), self._add_select("package", "lost_package")

        def show() -> str:
            title = self.titles.get(self._package, "")
            shown = chart.show(self.summaries, self.names, self._package, title)
            self.sections["lost"].visible = bool(self.titles)
            return shown

        return self._section(
            "lost", chart, "bar", show,
            lambda: displacement_rows(self.summaries, self._package, self.names, self.lang),
            packages,
        )  # fmt: skip

    def _build_binds(self) -> Callable[[], None]:
        chart = BindingChart(self.lang)
        return self._section(
            "binds", chart, "month", lambda: chart.show(self.summaries),
            lambda: binding_rows(self.summaries, self.lang),
        )  # fmt: skip

    def _build_time(self) -> Callable[[], None]:
        chart, missions = TimeChart(self.lang), self._add_select("mission", "mission_shown")
        return self._section(
            "time", chart, "month",
            lambda: chart.show(self.summaries, self._subject, self._subjects()[self._subject]),
            lambda: time_rows(self.summaries, self._subject, self.lang), missions,
        )  # fmt: skip

    def _build_tours(self) -> Callable[[], None]:
        chart = TourChart(self.lang)
        return self._section(
            "tours", chart, "month",
            lambda: chart.show(self.summaries, self._subject, self._subjects()[self._subject]),
            lambda: tour_rows(self.summaries, self._subject, self.lang),
        )  # fmt: skip
