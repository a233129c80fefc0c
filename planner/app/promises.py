"""Panel of promises: the share that can be promised to each mission with a chosen certainty."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

import panel as pn

from planner.app.layout import (
    FULL_WIDTH,
    FoldedTable,
    attribute,
    bullet_list,
    button,
    error_box,
    heading,
    paragraph,
    record_table,
    text,
    titled_column,
)
from planner.app.scheduler import LatestRequest
from planner.app.session import Session, tables_of
from planner.app.words import say
from planner.labels import label, number, percent
from planner.whatif import WhatIf
from planner.whatif.charts import FULL_RATE, SIDES, BarChart, color_key, iter_rows
from planner.whatif.outlook import AnalysisResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CERTAINTIES", "PromisesPanel"]

CERTAINTIES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99)
"""Certainties offered by the slider."""

DEFAULT_CERTAINTY = 0.9
"""Initial position of the slider."""

BAR_LABELS = ("promise_likely", "promise_share")
"""Keys of the labels of the two bars of a mission: plan for the expected values, and promise."""


Request = tuple[WhatIf, float]


class PromiseChart(BarChart):
    """Share promised to each mission, and the share in the plan for the expected values."""

    def __init__(self, lang: str):
        words = {"asked": say("asked", lang), "kept": say("promise_kept", lang)}
        self.labels = [say(key, lang) for key in BAR_LABELS]
        super().__init__("promises", lang, words, SIDES, self.labels)

    def show(self, rows: pd.DataFrame, names: Mapping[str, str], certainty: float) -> str:
        """Show promises; return the title. Missions promised their whole demand have no bar."""
        full = rows["promised_share"] >= FULL_RATE
        shown = rows[~full]
        values = {"plan": shown["likely_share"], "variant": shown["promised_share"]}
        kept = [
            " → ".join(percent(one, self.lang, 0) for one in (row.likely_kept_rate, row.kept_rate))
            for row in iter_rows(shown)
        ]
        self.set_bars(
            shown["mission"].tolist(), names, values, lambda share: percent(share, self.lang, 0),
            asked=[number(one, self.lang, 0) for one in shown["asked_person_months"]], kept=kept,
        )  # fmt: skip
        return say(
            "promise_seen", self.lang, count=int(full.sum()), total=len(rows),
            certainty=percent(certainty, self.lang, 0),
        )  # fmt: skip


class PromisesPanel:
    """Slider for the certainty of promises, and the promises that can be kept with it.

    Promises are computed when the slider is moved, the button is pressed or the address states a
    certainty. When levers move, the promises are kept and marked as those of an earlier variant.
    """

    def __init__(self, session: Session):
        self.session, self.lang = session, session.lang
        self.answer: AnalysisResult | None = None
        self._requested: Request | None = None
        self._latest: LatestRequest[Request, AnalysisResult] = LatestRequest(
            self._start, session.schedule, self._show, limit=1
        )
        options = {percent(share, self.lang, 0): share for share in CERTAINTIES}
        self.certainty = pn.widgets.DiscreteSlider(
            name=say("certainty", self.lang), options=options, value=DEFAULT_CERTAINTY, width=330,
            margin=(4, 16, 4, 0),
        )  # fmt: skip
        ask = button(say("promise_ask", self.lang), self.ask, align="end")
        self._state, self._title, self._sentences = text(name="promises"), text(), text()
        self._chart, self._folded = PromiseChart(self.lang), FoldedTable(self.lang)
        self._chart.on_select(lambda name: session.select("bar", self._missions[name]))
        self._missions: dict[str, str] = {}
        note = text(
            color_key(SIDES, self.lang, self._chart.labels)
            + paragraph(say("promise_axis", self.lang), "hint")
        )
        self._results = pn.Column(
            titled_column(self._title, self._chart.figure, note), self._sentences,
            self._folded.card, visible=False, **FULL_WIDTH,
        )  # fmt: skip
        lead = heading(say("promise_title", self.lang)) + paragraph(say("promise_lead", self.lang))
        form = pn.FlexBox(self.certainty, ask, align_items="flex-end", **FULL_WIDTH)
        self.part = pn.Column(text(lead), form, self._state, self._results, **FULL_WIDTH)
        session.on_change(self._mark_stale)
        session.on_view(self._on_view)
        self._follow_address()
        self.certainty.param.watch(lambda _: self.ask(), "value")
        if session.summaries:
            self._on_view()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the promises that are shown, by name."""
        return tables_of(self.answer)

    def _follow_address(self) -> None:
        """Move the slider to the certainty in the address, if it is one of its positions."""
        positions = {f"{100 * share:g}": share for share in CERTAINTIES}
        text = self.session.view["certain"]
        if text in positions:
            self.certainty.value = positions[text]
        else:
            self.session.view["certain"] = ""

    def _on_view(self) -> None:
        """Request the certainty of the address, if any."""
        if self._requested is None and self.session.view["certain"]:
            self.ask()

    def _mark_stale(self) -> None:
        """Update the status when the levers have moved."""
        if self._requested is not None and not self._latest.pending:
            self._show_state()

    def _show_state(self) -> None:
        """Show whether the promises are those of the current variant."""
        assert self._requested is not None
        case, certainty = self._requested
        now = self.session.case
        if case.base is now.base and case.moved == now.moved:
            about = f"{case.address()}|{100 * certainty:g}"
            self._state.object = paragraph(say("promise_ready", self.lang), "hint", about)
        else:
            self._state.object = paragraph(say("job_stale", self.lang), "stale")

    def ask(self) -> None:
        """Request the promises for the chosen certainty."""
        request = (self.session.case, float(self.certainty.value))
        if request == self._requested:
            return
        self._requested = request
        self.session.view["certain"] = f"{100 * request[1]:g}"
        self.session.sync_address()
        self._state.object = paragraph(say("promise_busy", self.lang), "busy")
        self._latest.submit(request)

    def _start(self, request: Request) -> Future[AnalysisResult]:
        case, certainty = request
        return self.session.workers.promises(
            case, certainty, self.session.uploaded, owner=self.session
        )

    def _show(self, request: Request, done: Future[AnalysisResult]) -> None:
        if request != self._requested:
            return
        try:
            answer = done.result()
        except Exception as error:
            self._state.object = error_box(error, self.lang)
            self._results.visible, self._requested = False, None
            self.session.view["certain"] = ""
            return
        self.answer = answer
        rows, names = answer.frames["promises"], self._row_names(answer.frames["promises"])
        self._title.object = heading(self._chart.show(rows, names, request[1]), 3)
        self._sentences.object = bullet_list(answer.texts[self.lang])
        self._folded.show(lambda: self._table(rows, names))
        self._results.visible = True
        self._show_state()

    def _row_names(self, rows: pd.DataFrame) -> dict[str, str]:
        """Return the names of promises: a mission, with its tier if it has several."""
        names, labels = self.session.dashboard.names, {}
        for row in iter_rows(rows):
            tier = f" ({row.tier})"
            mission = self._missions[row.mission] = row.mission.removesuffix(tier)
            more = f" ({say('lever_tier', self.lang)} {row.tier})" if mission != row.mission else ""
            labels[row.mission] = names.get(mission, mission) + more
        return labels

    def _table(self, rows: pd.DataFrame, names: Mapping[str, str]) -> str:
        lang = self.lang
        share, whole = partial(percent, lang=lang, digits=0), partial(number, lang=lang, digits=0)
        cells: tuple[tuple[str, Callable[[Any], str]], ...] = (
            ("mission", lambda row: names[row.mission]),
            ("main_task", attribute("main_task", str)),
            ("asked", attribute("asked_person_months", whole)),
            ("promise_likely", attribute("likely_share", share)),
            ("promise_kept", attribute("likely_kept_rate", share)),
            ("promise_share", attribute("promised_share", share)),
            ("promise_kept", attribute("kept_rate", share)),
            ("promise_interval", lambda row: f"{share(row.low_rate)} – {share(row.high_rate)}"),
            ("promise_holds", lambda row: label("yes" if row.holds else "no", lang)),
        )
        columns = [(say(key, lang), cell) for key, cell in cells]
        return record_table(say("promise_table", lang), rows, columns)
