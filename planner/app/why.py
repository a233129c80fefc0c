"""Why a mission is short of people in a month, asked of the picture on screen."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import panel as pn

from planner.app.board import Folded
from planner.app.controls import labels
from planner.app.desk import Newest
from planner.app.markup import box, heading, items, paragraph, table
from planner.app.parts import FULL, button, text
from planner.app.tables import each
from planner.app.visit import Visit
from planner.app.words import say
from planner.errors import InputError, PlannerError
from planner.labels import month as month_name
from planner.labels import named, number
from planner.whatif.outlook import Answer, explain

if TYPE_CHECKING:
    import pandas as pd

    from planner.scenario.load import Scenario

__all__ = ["Why"]

Wish = tuple["Scenario", str, str]

log = logging.getLogger(__name__)


class Why:
    """A mission and a month to choose, and the reasons for what is seen there.

    Once something has been asked, the answer follows the levers and whatever is looked at.

    Parameters
    ----------
    visit : Visit
        Whose picture it is about.
    """

    def __init__(self, visit: Visit):
        """Lay out the question; nothing is asked yet."""
        self.visit, self.lang = visit, visit.lang
        self.answer: Answer | None = None
        self._about: Wish | None = None
        self._looked_at, self._quiet = "", False
        choice: dict[str, Any] = {"margin": (4, 8, 4, 0)}
        self.mission = pn.widgets.Select(name=say("mission_shown", self.lang), width=290, **choice)
        self.month = pn.widgets.Select(name=say("month_shown", self.lang), width=190, **choice)
        self.mission.param.watch(self._chosen, "value")
        self.month.param.watch(self._chosen, "value")
        self._said, self._folded = text(name="why"), Folded(self.lang)
        self._folded.card.visible = False
        self._newest: Newest[Wish, Answer] = Newest(
            lambda wish: visit.desk.submit(explain, *wish), visit.hand, self._came
        )
        ask = button(say("why_ask", self.lang), button_type="primary", align="end")
        ask.on_click(lambda _: self.ask())
        lead = heading(say("why_title", self.lang)) + paragraph(say("why_lead", self.lang))
        self.part = pn.Column(
            text(lead),
            pn.FlexBox(self.mission, self.month, ask, align_items="flex-end", **FULL),
            self._said,
            self._folded.card,
            **FULL,
        )
        visit.on_view(self._viewed)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables of the answer that is shown, by name."""
        if self.answer is None:
            return {}
        return {f"mine_{name}": table for name, table in self.answer.tables().items()}

    # asking

    def _viewed(self) -> None:
        """Offer what there is to ask about the picture, and ask again what was asked before."""
        visit = self.visit
        assert visit.pictures is not None
        mine = visit.pictures[1]
        asked = mine.fill[mine.fill["asked_person_months"] > 0]
        names = {id: visit.board.names.get(id, id) for id in asked["mission"]}
        followed = visit.view["mission"]
        wanted = self.mission.value or visit.view["why"]
        if followed != self._looked_at and self._looked_at:
            wanted = followed
        self._looked_at = followed
        if wanted not in names:
            kept = [self.mission.value, followed, *self._worst(asked), *names]
            wanted = next((id for id in kept if id in names), "")
        months = {"": say("why_worst", self.lang)}
        months |= {month: month_name(month, self.lang) for month in mine.months}
        month = visit.view["month"]
        self._quiet = True
        self.mission.param.update(options=labels(names), value=wanted or None)
        options = {name: month for month, name in months.items()}
        self.month.param.update(options=options, value=month if month in months else "")
        self._quiet = False
        if visit.view["why"] and wanted:
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
        wish = (self.visit.case.scenario, self.mission.value, self.month.value or "")
        if wish == self._about:
            return
        self._about = wish
        self._remember(wish[1], wish[2])
        self._said.object = paragraph(say("computing", self.lang), "busy")
        self._newest.ask(wish)

    def _remember(self, mission: str, month: str) -> None:
        self.visit.view["why"] = mission
        self.visit.view["month"] = month
        self.visit.remember()

    # showing

    def _came(self, wish: Wish, done: Future[Answer]) -> None:
        try:
            self._show(wish, done.result())
        except PlannerError as error:
            faults = error.faults if isinstance(error, InputError) else [error]
            self._said.object = box(say("wrong", self.lang), map(str, faults), alarm=True)
        except Exception:
            log.exception("no reasons could be given")
            self._said.object = box(say("unexpected", self.lang), [], alarm=True)

    def _show(self, wish: Wish, answer: Answer) -> None:
        self.answer = answer
        scenario, mission, month = wish
        if not month:  # the month that was looked for is the one asked about from now on
            month = answer.month
            self._quiet = True
            self.month.value = month
            self._quiet = False
            self._about = (scenario, mission, month)
            self._remember(mission, month)
        name = self.visit.board.names.get(mission, mission)
        title = f"{name}, {month_name(month, self.lang)}"
        self._said.object = heading(title, 3) + items(answer.said[self.lang])
        rows = answer.found["holders"]
        self._folded.card.visible = len(rows) > 0
        self._folded.show(lambda: self._holders(rows))

    def _holders(self, rows: pd.DataFrame) -> str:
        """Return who holds the pools that bind, as a table."""
        assert self.visit.pictures is not None
        lang, names = self.lang, self.visit.board.names
        pools = {
            row.pool: named(row, lang, "pool_name") for row in each(self.visit.pictures[1].pools)
        }
        cells = (
            [
                pools.get(row.pool, row.pool),
                month_name(row.month, lang),
                names.get(row.mission, row.mission),
                *(
                    number(value, lang)
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
