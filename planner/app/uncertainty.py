"""Panel of uncertainty: draws, ranges over all optimal plans, and single changes."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

import panel as pn

from planner.app.layout import (
    FULL_WIDTH,
    FoldedTable,
    ProgressLine,
    TableColumn,
    attribute,
    bullet_list,
    button,
    details,
    error_box,
    heading,
    paragraph,
    record_table,
    side_by_side,
    text,
    titled_column,
)
from planner.app.scheduler import LatestRequest
from planner.app.session import Session, tables_of
from planner.app.tasks import optimal_ranges, single_changes, summarize_both
from planner.app.words import say
from planner.labels import label, number, percent
from planner.whatif import WhatIf
from planner.whatif.charts import SIDES, ChanceChart, FanChart, chance_table, iter_rows
from planner.whatif.outlook import AnalysisResult, EnsemblePair, EnsembleSummary

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["UncertaintyPanel"]

DRAWS = (64, 128, 256, 512, 1024, 2048)
"""Numbers of draws offered."""

TASK_SECONDS = 600.0
"""Time limit of draws and ranges, seconds of wall time."""

FIRST_DRAWS = (16, 64)
"""Numbers of automatic draws made before the maximum number."""

REACHES = (0.5, 0.75, 0.9, 0.95, 1.0)


class EnsembleCharts:
    """The charts of the draws, in two columns where the page is wide enough."""

    def __init__(self, lang: str):
        self.fan, self.chance, self.folded = FanChart(lang), ChanceChart(lang), FoldedTable(lang)
        band = text(paragraph(say("fan_middle", lang), "hint"))
        self.part = side_by_side(
            [titled_column(say("fan_title", lang), self.fan.figure, band)],
            [titled_column(say("chance_title", lang), self.chance.figure, self.folded.card)],
        )


class UncertaintyPanel:
    """Automatic draws, and draws, ranges and single changes on request."""

    def __init__(self, session: Session):
        self.session, self.lang = session, session.lang
        self.progress = ProgressLine(
            self.lang, session.workers.background, session.schedule, session
        )
        maximum = session.workers.draws
        self._automatic_counts = (
            [*(count for count in FIRST_DRAWS if count < maximum), maximum] if maximum else []
        )
        self.ensembles: EnsemblePair | None = None
        self.ranges: AnalysisResult | None = None
        self.changes: AnalysisResult | None = None
        self._automatic: LatestRequest[tuple[WhatIf, int], EnsemblePair] = LatestRequest(
            self._start, session.schedule, self._draws_arrived, limit=1
        )
        self._requested: WhatIf | None = None
        self._drawing_more = False
        self._address = ""
        self._stale, self._text = text(name="stale"), text()
        self._ranges, self._changes = text(), text(name="changes")
        self._drawn: EnsembleCharts | None = None
        choice: dict[str, Any] = {"width": 150, "margin": (4, 8, 4, 0)}
        self.draws = pn.widgets.Select(
            name=say("draws", self.lang), value=256, **choice,
            options={number(count, self.lang, 0): count for count in DRAWS},
        )  # fmt: skip
        self.reach = pn.widgets.Select(
            name=say("reach", self.lang), value=0.9, **{**choice, "width": 230},
            options={percent(share, self.lang, 0): share for share in REACHES},
        )  # fmt: skip
        self._results = pn.Column(visible=False, **FULL_WIDTH)
        self.part = self._layout()
        session.on_change(self._mark_stale)
        session.on_view(self._on_view)
        if session.summaries:
            self._on_view()

    def _layout(self) -> pn.Column:
        lang = self.lang
        lead = text(heading(say("sure_title", lang)) + paragraph(say("sure_lead", lang)))
        primary = {"button_type": "primary", "align": "end"}
        buttons = pn.FlexBox(
            self.draws, self.reach,
            button(say("run_draws", lang), self.run_draws, **primary),
            button(say("run_ranges", lang), self.run_ranges, align="end"),
            button(say("run_changes", lang), self.run_changes, align="end"),
            align_items="flex-end", **FULL_WIDTH,
        )  # fmt: skip
        return pn.Column(
            lead, buttons, self.progress.part, self._stale, self._changes, self._results,
            self._ranges, **FULL_WIDTH,
        )  # fmt: skip

    def _charts(self) -> EnsembleCharts:
        """Return the charts, which are built when first needed."""
        if self._drawn is None:
            self._drawn = EnsembleCharts(self.lang)
            self._drawn.chance.on_select(lambda mission: self.session.select("bar", mission))
            self._results[:] = [self._text, self._drawn.part]
        return self._drawn

    # automatic draws: few at first, then more while the levers keep their positions

    def _on_view(self) -> None:
        case = self.session.case
        if case is self._requested or not self._automatic_counts:
            self._show()
            return
        self._requested = case
        self._automatic.submit((case, self._automatic_counts[0]))

    def _start(self, request: tuple[WhatIf, int]) -> Future[EnsemblePair]:
        case, draws = request
        return self.session.workers.ensembles(
            case, draws, self.reach.value, self.session.uploaded, owner=self.session
        )

    def _draws_arrived(self, request: tuple[WhatIf, int], done: Future[EnsemblePair]) -> None:
        case, draws = request
        if case is not self.session.case:
            return
        if done.cancelled():
            return
        if (error := done.exception()) is not None:
            self._text.object = error_box(error, self.lang)
            return
        more = [count for count in self._automatic_counts if count > draws]
        self._drawing_more = bool(more)
        if more:
            self._automatic.submit((case, more[0]))
        self._show_new(case, done.result())

    def _show_new(self, case: WhatIf, ensembles: EnsemblePair) -> None:
        self.ensembles, self._address = ensembles, case.address()
        self._mark_stale()
        self._show()

    # requests

    def run_draws(self) -> None:
        """Make draws of plan and variant."""
        self._automatic.cancel()
        self._drawing_more = False
        case = self.session.case

        self.progress.start(
            partial(self._show_new, case), summarize_both, case.base, dict(case.moved),
            self.draws.value, self.reach.value, seconds=TASK_SECONDS,
        )  # fmt: skip

    def run_ranges(self) -> None:
        """Compute the range of fill and displacement over all optimal plans."""
        case = self.session.case

        def done(result: AnalysisResult) -> None:
            self.ranges, self._address = result, case.address()
            self._mark_stale()
            self._ranges.object = self._ranges_html(result)

        self.progress.start(done, optimal_ranges, case.base, dict(case.moved), seconds=TASK_SECONDS)

    def run_changes(self) -> None:
        """Plan each single change of an assumption, for the package that is shown."""
        case, package = self.session.case, self.session.view["package"]
        if not package:
            self._changes.object = paragraph(say("no_package_levers", self.lang), "hint")
            return

        def done(result: AnalysisResult) -> None:
            self.changes, self._address = result, case.address()
            self._mark_stale()
            title = heading(say("changes_title", self.lang), 3)
            self._changes.object = title + bullet_list(result.texts[self.lang])

        self.progress.start(
            done, single_changes, case.base, dict(case.moved), package, seconds=TASK_SECONDS
        )

    def _mark_stale(self) -> None:
        """Show a note if the results are those of an earlier variant."""
        shown = any(one is not None for one in (self.ensembles, self.ranges, self.changes))
        stale = shown and self._address != self.session.case.address()
        note = paragraph(say("job_stale", self.lang), "stale") if stale else ""
        if self._stale.object != note:
            self._stale.object = note

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables of draws, ranges and single changes, by name."""
        found: dict[str, pd.DataFrame] = {}
        if self.ensembles is not None:
            for side, ensemble in zip(SIDES, self.ensembles, strict=True):
                found |= {f"{side}_{name}": table for name, table in ensemble.tables().items()}
        return found | tables_of(self.ranges, self.changes)

    # results

    def _show(self) -> None:
        if self.ensembles is None or self._address != self.session.case.address():
            return
        plan, variant = self.ensembles
        names, lang = self.session.dashboard.names, self.lang
        drawn, view = self._charts(), self.session.view
        drawn.fan.figure.visible = drawn.fan.show(plan, variant, view["mission"])
        drawn.chance.show(plan, variant, names)
        drawn.folded.show(lambda: self._chances_table(plan, variant))
        self._text.object = self._sentences(plan, variant) + details(
            say("how_drawn", lang), bullet_list(variant.texts[lang])
        )
        self._results.visible = True
        self.session.dashboard.show_answer(self.ensembles, self._drawing_more)

    def _sentences(self, plan: EnsembleSummary, variant: EnsembleSummary) -> str:
        """Return the displacement by each package in plan and variant, with its interval."""
        lines = []
        for side, ensemble in zip(SIDES, (plan, variant), strict=True):
            rows = ensemble.displacement
            for row in iter_rows(rows[rows["main_task"] == 2]):
                figures = {
                    name: number(getattr(row, name), self.lang, 0)
                    for name in ("mean", "low", "high", "q05", "q95")
                }
                package = self.session.dashboard.titles.get(row.package, row.package)
                words = say("interval", self.lang, package=package, **figures)
                lines.append(f"{say(side, self.lang)}: {words}")
        return bullet_list(lines) if lines else ""

    def _chances_table(self, plan: EnsembleSummary, variant: EnsembleSummary) -> str:
        lang, names = self.lang, self.session.dashboard.names
        share, sides = partial(percent, lang=lang), [say(side, lang) for side in SIDES]

        def error(value: float) -> str:
            return number(100 * value, lang) + " pp"

        columns: list[TableColumn] = [
            (say("mission", lang), lambda row: names.get(row.mission, row.mission))
        ]
        for key, column in (("chance", "chance_standard_error"), ("mean", "standard_error")):
            columns += [
                (f"{say(key, lang)}, {name}", attribute(f"{side}_{key}", share))
                for side, name in zip(SIDES, sides, strict=True)
            ]
            heading = f"{say(key, lang)}, {say('error', lang)}"
            columns.append((heading, attribute(f"variant_{column}", error)))
        return record_table(say("chance_title", lang), chance_table(plan, variant), columns)

    def _ranges_html(self, result: AnalysisResult) -> str:
        lang, names = self.lang, self.session.dashboard.names
        fills = result.frames["fills"]
        wide = fills[~fills["unique"]]
        amount = partial(number, lang=lang)
        columns: list[TableColumn] = [
            (say("mission", lang), lambda row: names.get(row.mission, row.mission)),
            *(
                (say(key, lang), attribute(f"{key}_person_months", amount))
                for key in ("filled", "smallest", "largest")
            ),
        ]
        shown = record_table(label("person_months", lang), wide, columns) if len(wide) else ""
        title = heading(say("ranges_title", lang), 3)
        return title + bullet_list(result.texts[lang]) + shown
