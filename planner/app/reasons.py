"""Why a mission is short of people in a month, asked of the picture on screen."""

from __future__ import annotations

from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import panel as pn

from planner.app.charts import pool_names
from planner.app.layout import (
    FULL,
    Folded,
    alarm_of,
    amount,
    button,
    each,
    heading,
    items,
    labels,
    paragraph,
    table,
    text,
)
from planner.app.scheduler import Newest
from planner.app.session import Session
from planner.app.tasks import explain
from planner.app.words import say
from planner.app.workers import WorkerPool
from planner.labels import month as month_name
from planner.whatif import WhatIf
from planner.whatif.outlook import Answer

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Reasons"]

QUESTION_SECONDS = 600.0
"""Time limit of one question, in seconds of wall time; the first one compiles for a minute."""

Request = tuple[WhatIf, str, str]


class Reasons:
    """A mission and a month to choose, and the reasons for what is seen there.

    Once something has been asked, the answer follows the levers and whatever is looked at.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session):
        self.session, self.lang = session, session.lang
        self.answer: Answer | None = None
        self._about: Request | None = None
        self._looked_at, self._quiet = "", False
        choice: dict[str, Any] = {"margin": (4, 8, 4, 0)}
        self.mission = pn.widgets.Select(name=say("mission_shown", self.lang), width=290, **choice)
        self.month = pn.widgets.Select(name=say("month_shown", self.lang), width=190, **choice)
        self.mission.param.watch(self._chosen, "value")
        self.month.param.watch(self._chosen, "value")
        self._text, self._folded = text(name="why"), Folded(self.lang)
        self._folded.card.visible = False
        self._newest: Newest[Request, Answer] = Newest(self._start, session.turns, self._show)
        self._changes: Newest[Request, Answer] = Newest(
            self._start_changes, session.turns, self._show, limit=1
        )
        ask = button(say("why_ask", self.lang), button_type="primary", align="end")
        ask.on_click(lambda _: self.ask())
        form = pn.FlexBox(self.mission, self.month, ask, align_items="flex-end", **FULL)
        self.part = pn.Column(self._text, self._folded.card, form, **FULL)
        session.on_view(self._viewed)
        if session.pictures:
            self._viewed()

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables of the answer that is shown, by name."""
        if self.answer is None:
            return {}
        return {f"variant_{name}": table for name, table in self.answer.tables().items()}

    # asking

    def _viewed(self) -> None:
        """Offer what there is to ask about the picture, and ask again what was asked before."""
        session = self.session
        variant = session.pictures["variant"]
        asked = variant.fill[variant.fill["asked_person_months"] > 0]
        names = {id: session.dashboard.names.get(id, id) for id in asked["mission"]}
        followed = session.view["mission"]
        wanted = session.view["why"] or self.mission.value
        if followed != self._looked_at and self._looked_at:
            wanted = followed
        self._looked_at = followed
        if wanted not in names:
            kept = [self.mission.value, followed, *self._worst(asked), *names]
            wanted = next((id for id in kept if id in names), "")
        months = {"": say("why_worst", self.lang)}
        months |= {month: month_name(month, self.lang) for month in variant.months}
        month = session.view["month"]
        self._quiet = True
        self.mission.param.update(options=labels(names), value=wanted or None)
        options = {name: month for month, name in months.items()}
        self.month.param.update(options=options, value=month if month in months else "")
        self._quiet = False
        if session.view["why"] and wanted:
            self.ask()

    def _worst(self, asked: pd.DataFrame) -> list[str]:
        """Return missions of main task 2, those first that lack most."""
        lacking = asked["asked_person_months"] - asked["filled_person_months"]
        rows = asked.assign(lacking=lacking)[asked["main_task"] == 2]
        return [str(id) for id in rows.sort_values("lacking", ascending=False)["mission"]]

    def _chosen(self, _: object) -> None:
        if not self._quiet and self.mission.value:
            self.ask()

    def ask(self) -> None:
        """Ask about the mission and the month that are chosen."""
        if not self.mission.value:
            return
        request = (self.session.case, self.mission.value, self.month.value or "")
        if request == self._about:
            return
        self._about = request
        self._changes.drop()
        self._remember(request[1], request[2])
        self._text.object = paragraph(say("computing", self.lang), "busy")
        self._newest.ask(request)

    def _remember(self, mission: str, month: str) -> None:
        self.session.view["why"] = mission
        self.session.view["month"] = month
        self.session.remember()

    # showing

    def _start(self, request: Request) -> Future[Answer]:
        """Ask for what binds and who holds the people, which takes a moment."""
        return self._asked(request, self.session.workers.pool(self.session.guest), False)

    def _start_changes(self, request: Request) -> Future[Answer]:
        """Ask for what would change it too, which takes many plans."""
        workers = self.session.workers
        return self._asked(request, workers.guests if self.session.guest else workers.background)

    def _asked(self, request: Request, pool: WorkerPool, changes: bool = True) -> Future[Answer]:
        case, mission, month = request
        return pool.submit(
            explain, case.base, dict(case.moved), mission, month, changes,
            seconds=QUESTION_SECONDS, owner=self.session,
        )  # fmt: skip

    def _show(self, request: Request, done: Future[Answer]) -> None:
        case, mission, month = request
        if request != self._about:
            return
        try:
            answer = done.result()
        except Exception as error:
            self._text.object = alarm_of(error, self.lang)
            return
        self.answer = answer
        if not month:  # the month that was looked for is the one asked about from now on
            month = answer.month
            self._quiet = True
            self.month.value = month
            self._quiet = False
            self._about = (case, mission, month)
            self._remember(mission, month)
        if not answer.complete:
            self._changes.ask((case, mission, month))
        name = self.session.dashboard.names.get(mission, mission)
        title = f"{name}, {month_name(month, self.lang)}"
        more = "" if answer.complete else paragraph(say("why_more", self.lang), "busy")
        said = items(answer.said[self.lang])
        self._text.object = heading(title) + said + more
        rows = answer.found["holders"]
        self._folded.card.visible = len(rows) > 0
        self._folded.show(lambda: self._holders(rows))

    def _holders(self, rows: pd.DataFrame) -> str:
        """Return who holds the pools that bind, as a table."""
        lang, names = self.lang, self.session.dashboard.names
        pools = pool_names(self.session.pictures, lang)
        cells = (
            [
                pools.get(row.pool, row.pool),
                month_name(row.month, lang),
                names.get(row.mission, row.mission),
                *(
                    amount(value, lang)
                    for value in (
                        row.held_persons, row.on_duty_persons, row.preparing_persons,
                        row.resting_persons,
                    )
                ),
            ]
            for row in each(rows)
        )  # fmt: skip
        head = [
            say(key, lang)
            for key in ("pool", "month", "mission", "held", "on_duty", "preparing", "resting")
        ]
        return table(f"{say('why_held', lang)}, {say('persons', lang)}", head, cells)
