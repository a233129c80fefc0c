"""What can be promised to each mission with a certainty that is chosen with a slider."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING

import panel as pn

from planner.app.layout import (
    FULL,
    Folded,
    alarm_of,
    button,
    heading,
    items,
    paragraph,
    table,
    text,
    under,
)
from planner.app.scheduler import Newest
from planner.app.session import Session, tables_of
from planner.app.words import say
from planner.labels import label, number, percent
from planner.whatif import WhatIf
from planner.whatif.charts import FULL_RATE, SIDES, Bars, each, key_of_colors, percent_axis
from planner.whatif.outlook import Answer

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CERTAINTIES", "PromisesPanel"]

CERTAINTIES = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99)
"""Certainties that may be chosen."""

USUAL = 0.9
"""Certainty at which the slider stands at first."""

CALLED = ("promise_likely", "promise_share")
"""Words for the two bars of a mission: those of the plan for the expected values, and hedged."""


Request = tuple[WhatIf, float]


class PromiseChart(Bars):
    """Share that can be promised to each mission, beside what the expected values promise."""

    def __init__(self, lang: str):
        words = {"asked": say("asked", lang), "kept": say("promise_kept", lang)}
        self.called = [say(key, lang) for key in CALLED]
        super().__init__("promises", lang, words, SIDES, self.called)
        percent_axis(self.figure.xaxis[0], lang)

    def show(self, rows: pd.DataFrame, names: Mapping[str, str], certainty: float) -> str:
        """Show promises; return the title. Missions promised all they ask have no bar."""
        full = rows["promised_share"] >= FULL_RATE
        shown = rows[~full]
        values = {"plan": shown["likely_share"], "variant": shown["promised_share"]}
        kept = [
            " → ".join(percent(one, self.lang, 0) for one in (row.likely_kept_rate, row.kept_rate))
            for row in each(shown)
        ]
        self.draw(
            shown["mission"].tolist(), names, values, lambda share: percent(share, self.lang, 0),
            asked=[number(one, self.lang, 0) for one in shown["asked_person_months"]], kept=kept,
        )  # fmt: skip
        return say(
            "promise_seen", self.lang, count=int(full.sum()), total=len(rows),
            certainty=percent(certainty, self.lang, 0),
        )  # fmt: skip


class PromisesPanel:
    """A slider for the certainty of promises, and what can be promised with it.

    Nothing is worked out until the slider is moved, the button pressed or the address asks for it.
    When levers move the promises stay, and are said to be of the variant before.
    """

    def __init__(self, session: Session):
        self.session, self.lang = session, session.lang
        self.answer: Answer | None = None
        self._asked: Request | None = None
        self._newest: Newest[Request, Answer] = Newest(
            self._start, session.turns, self._show, limit=1
        )
        options = {percent(share, self.lang, 0): share for share in CERTAINTIES}
        self.certainty = pn.widgets.DiscreteSlider(
            name=say("certainty", self.lang), options=options, value=USUAL, width=330,
            margin=(4, 16, 4, 0),
        )  # fmt: skip
        ask = button(say("promise_ask", self.lang), self.ask, align="end")
        self._state, self._title, self._said = text(name="promises"), text(), text()
        self._chart, self._folded = PromiseChart(self.lang), Folded(self.lang)
        self._chart.on_pick(lambda name: session.picked("bar", self._missions[name]))
        self._missions: dict[str, str] = {}
        note = text(
            key_of_colors(SIDES, self.lang, self._chart.called)
            + paragraph(say("promise_axis", self.lang), "hint")
        )
        self._results = pn.Column(
            under(self._title, self._chart.figure, note), self._said, self._folded.card,
            visible=False, **FULL,
        )  # fmt: skip
        lead = heading(say("promise_title", self.lang)) + paragraph(say("promise_lead", self.lang))
        form = pn.FlexBox(self.certainty, ask, align_items="flex-end", **FULL)
        self.part = pn.Column(text(lead), form, self._state, self._results, **FULL)
        session.on_change(self._moved)
        session.on_view(self._viewed)
        self._follow_address()
        self.certainty.param.watch(lambda _: self.ask(), "value")
        if session.pictures:
            self._viewed()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the promises that are shown, by name."""
        return tables_of(self.answer)

    def _follow_address(self) -> None:
        """Put the slider where the address says, if that is one of its places."""
        places = {f"{100 * share:g}": share for share in CERTAINTIES}
        asked = self.session.view["certain"]
        if asked in places:
            self.certainty.value = places[asked]
        else:
            self.session.view["certain"] = ""

    def _viewed(self) -> None:
        """Ask what the address asks for."""
        if self._asked is None and self.session.view["certain"]:
            self.ask()

    def _moved(self) -> None:
        """Say so when promises are of levers that stood elsewhere."""
        if self._asked is not None and not self._newest.busy:
            self._show_state()

    def _show_state(self) -> None:
        """Say what the promises that are shown are of."""
        assert self._asked is not None
        case, certainty = self._asked
        now = self.session.case
        if case.base is now.base and case.moved == now.moved:
            about = f"{case.address()}|{100 * certainty:g}"
            self._state.object = paragraph(say("promise_ready", self.lang), "hint", about)
        else:
            self._state.object = paragraph(say("job_stale", self.lang), "stale")

    def ask(self) -> None:
        """Ask what can be promised with the certainty that is chosen."""
        request = (self.session.case, float(self.certainty.value))
        if request == self._asked:
            return
        self._asked = request
        self.session.view["certain"] = f"{100 * request[1]:g}"
        self.session.remember()
        self._state.object = paragraph(say("promise_busy", self.lang), "busy")
        self._newest.ask(request)

    def _start(self, request: Request) -> Future[Answer]:
        case, certainty = request
        return self.session.workers.promises(
            case, certainty, self.session.guest, owner=self.session
        )

    def _show(self, request: Request, done: Future[Answer]) -> None:
        if request != self._asked:
            return
        try:
            answer = done.result()
        except Exception as error:
            self._state.object = alarm_of(error, self.lang)
            self._results.visible, self._asked = False, None
            self.session.view["certain"] = ""
            return
        self.answer = answer
        rows, names = answer.found["promises"], self._names(answer.found["promises"])
        self._title.object = heading(self._chart.show(rows, names, request[1]), 3)
        self._said.object = items(answer.said[self.lang])
        self._folded.show(lambda: self._table(rows, names))
        self._results.visible = True
        self._show_state()

    def _names(self, rows: pd.DataFrame) -> dict[str, str]:
        """Return what promises are called: a mission, with its tier where it has several."""
        names, found = self.session.dashboard.names, {}
        for row in each(rows):
            tier = f" ({row.tier})"
            mission = self._missions[row.mission] = row.mission.removesuffix(tier)
            more = f" ({say('lever_tier', self.lang)} {row.tier})" if mission != row.mission else ""
            found[row.mission] = names.get(mission, mission) + more
        return found

    def _table(self, rows: pd.DataFrame, names: Mapping[str, str]) -> str:
        lang = self.lang
        shares = ("likely_share", "likely_kept_rate", "promised_share", "kept_rate")
        cells = (
            [
                names[row.mission],
                str(row.main_task),
                number(row.asked_person_months, lang, 0),
                *(percent(getattr(row, column), lang, 0) for column in shares),
                f"{percent(row.low_rate, lang, 0)} – {percent(row.high_rate, lang, 0)}",
                label("yes" if row.holds else "no", lang),
            ]
            for row in each(rows)
        )
        keys = (
            "mission", "main_task", "asked", "promise_likely", "promise_kept", "promise_share",
            "promise_kept", "promise_interval", "promise_holds",
        )  # fmt: skip
        return table(say("promise_table", lang), [say(key, lang) for key in keys], cells)
