"""How certain the picture is: many draws, and the range over all optimal plans."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any

import panel as pn

from planner.app.answer import Outlooks
from planner.app.layout import (
    FULL,
    Folded,
    ProgressLine,
    alarm_of,
    button,
    details,
    heading,
    items,
    paragraph,
    side_by_side,
    table,
    text,
    under,
)
from planner.app.scheduler import Newest
from planner.app.session import Session, tables_of
from planner.app.tasks import look_at_both, single_changes, spread
from planner.app.words import say
from planner.labels import label, number, percent
from planner.whatif import WhatIf
from planner.whatif.charts import SIDES, ChanceChart, FanChart, chance_table, each
from planner.whatif.outlook import Answer, Outlook

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["UncertaintyPanel"]

DRAWS = (64, 128, 256, 512, 1024, 2048)
"""How many draws may be asked for on a page that others use as well."""

LONG_SECONDS = 600.0
"""Time limit of draws and ranges, in seconds of wall time."""

FIRST_DRAWS = (16, 64)
"""Numbers of draws that are made first without being asked for, before the most that are."""

REACHES = (0.5, 0.75, 0.9, 0.95, 1.0)


class Drawn:
    """The charts of many draws, in two columns where they fit."""

    def __init__(self, lang: str):
        self.fan, self.chance, self.folded = FanChart(lang), ChanceChart(lang), Folded(lang)
        band = text(paragraph(say("fan_middle", lang), "hint"))
        self.part = side_by_side(
            [under(say("fan_title", lang), self.fan.figure, band)],
            [under(say("chance_title", lang), self.chance.figure, self.folded.card)],
        )


class UncertaintyPanel:
    """Draws and ranges on demand."""

    def __init__(self, session: Session):
        self.session, self.lang = session, session.lang
        self.progress = ProgressLine(self.lang, session.workers.background, session.turns, session)
        most = session.workers.draws
        self._unasked = [*(count for count in FIRST_DRAWS if count < most), most] if most else []
        self.outlooks: Outlooks | None = None
        self.ranges: Answer | None = None
        self.changes: Answer | None = None
        self._automatic: Newest[tuple[WhatIf, int], Outlooks] = Newest(
            self._start, session.turns, self._drawn_more, limit=1
        )
        self._asked: WhatIf | None = None
        self._more = False
        self._about = ""
        self._stale, self._text = text(name="stale"), text()
        self._ranges, self._changes = text(), text(name="changes")
        self._drawn: Drawn | None = None
        choice: dict[str, Any] = {"width": 150, "margin": (4, 8, 4, 0)}
        self.draws = pn.widgets.Select(
            name=say("draws", self.lang), value=256, **choice,
            options={number(count, self.lang, 0): count for count in DRAWS},
        )  # fmt: skip
        self.reach = pn.widgets.Select(
            name=say("reach", self.lang), value=0.9, **{**choice, "width": 230},
            options={percent(share, self.lang, 0): share for share in REACHES},
        )  # fmt: skip
        self._results = pn.Column(visible=False, **FULL)
        self.part = self._laid_out()
        session.on_change(self._moved)
        session.on_view(self._viewed)
        if session.pictures:
            self._viewed()

    def _laid_out(self) -> pn.Column:
        lang = self.lang
        lead = text(heading(say("sure_title", lang)) + paragraph(say("sure_lead", lang)))
        primary = {"button_type": "primary", "align": "end"}
        buttons = pn.FlexBox(
            self.draws, self.reach,
            button(say("run_draws", lang), self.run_draws, **primary),
            button(say("run_ranges", lang), self.run_ranges, align="end"),
            button(say("run_changes", lang), self.run_changes, align="end"),
            align_items="flex-end", **FULL,
        )  # fmt: skip
        return pn.Column(
            lead, buttons, self.progress.part, self._stale, self._changes, self._results,
            self._ranges, **FULL,
        )  # fmt: skip

    def _charts(self) -> Drawn:
        """Return the charts, made when something is to be drawn."""
        if self._drawn is None:
            self._drawn = Drawn(self.lang)
            self._drawn.chance.on_pick(lambda mission: self.session.picked("bar", mission))
            self._results[:] = [self._text, self._drawn.part]
        return self._drawn

    # drawing by itself: few draws at once, then more, as long as the levers stay

    def _viewed(self) -> None:
        case = self.session.case
        if case is self._asked or not self._unasked:
            self._show()
            return
        self._asked = case
        self._automatic.ask((case, self._unasked[0]))

    def _start(self, request: tuple[WhatIf, int]) -> Future[Outlooks]:
        case, draws = request
        return self.session.workers.outlooks(
            case, draws, self.reach.value, self.session.guest, owner=self.session
        )

    def _drawn_more(self, request: tuple[WhatIf, int], done: Future[Outlooks]) -> None:
        case, draws = request
        if case is not self.session.case:
            return
        if done.cancelled():
            return
        if (error := done.exception()) is not None:
            self._text.object = alarm_of(error, self.lang)
            return
        more = [count for count in self._unasked if count > draws]
        self._more = bool(more)
        if more:
            self._automatic.ask((case, more[0]))
        self._show_new(case, done.result())

    def _show_new(self, case: WhatIf, found: Outlooks) -> None:
        self.outlooks, self._about = found, case.address()
        self._moved()
        self._show()

    # asking

    def run_draws(self) -> None:
        """Make draws of the scenario as it was and as changed."""
        self._automatic.drop()
        self._more = False
        case = self.session.case

        self.progress.start(
            partial(self._show_new, case), look_at_both, case.base, dict(case.moved),
            self.draws.value, self.reach.value, seconds=LONG_SECONDS,
        )  # fmt: skip

    def run_ranges(self) -> None:
        """Find the range of every figure over all optimal allocations."""
        case = self.session.case

        def done(found: Answer) -> None:
            self.ranges, self._about = found, case.address()
            self._moved()
            self._ranges.object = self._ranged(found)

        self.progress.start(done, spread, case.base, dict(case.moved), seconds=LONG_SECONDS)

    def run_changes(self) -> None:
        """Plan each single change of an assumption about the package that is shown."""
        case, package = self.session.case, self.session.view["package"]
        if not package:
            self._changes.object = paragraph(say("no_package_levers", self.lang), "hint")
            return

        def done(found: Answer) -> None:
            self.changes, self._about = found, case.address()
            self._moved()
            title = heading(say("changes_title", self.lang), 3)
            self._changes.object = title + items(found.said[self.lang])

        self.progress.start(
            done, single_changes, case.base, dict(case.moved), package, seconds=LONG_SECONDS
        )

    def _moved(self) -> None:
        """Say so when what is shown is of levers that stood elsewhere."""
        shown = any(one is not None for one in (self.outlooks, self.ranges, self.changes))
        stale = shown and self._about != self.session.case.address()
        said = paragraph(say("job_stale", self.lang), "stale") if stale else ""
        if self._stale.object != said:
            self._stale.object = said

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the tables of what has been drawn and found, by name."""
        found: dict[str, pd.DataFrame] = {}
        if self.outlooks is not None:
            for side, outlook in zip(SIDES, self.outlooks, strict=True):
                found |= {f"{side}_{name}": table for name, table in outlook.tables().items()}
        return found | tables_of(self.ranges, self.changes)

    # showing

    def _show(self) -> None:
        if self.outlooks is None or self._about != self.session.case.address():
            return
        plan, variant = self.outlooks
        names, lang = self.session.dashboard.names, self.lang
        drawn, view = self._charts(), self.session.view
        drawn.fan.figure.visible = drawn.fan.show(plan, variant, view["mission"])
        drawn.chance.show(plan, variant, names)
        drawn.folded.show(lambda: self._chances(plan, variant))
        self._text.object = self._sentences(plan, variant) + details(
            say("how_drawn", lang), items(variant.said[lang])
        )
        self._results.visible = True
        self.session.dashboard.show_answer(self.outlooks, self._more)

    def _sentences(self, plan: Outlook, variant: Outlook) -> str:
        """Return what each package displaces, with its interval, as planned and as changed."""
        said = []
        for side, outlook in zip(SIDES, (plan, variant), strict=True):
            rows = outlook.displacement
            for row in each(rows[rows["main_task"] == 2]):
                figures = {
                    name: number(getattr(row, name), self.lang, 0)
                    for name in ("mean", "low", "high", "q05", "q95")
                }
                package = self.session.dashboard.titles.get(row.package, row.package)
                words = say("interval", self.lang, package=package, **figures)
                said.append(f"{say(side, self.lang)}: {words}")
        return items(said) if said else ""

    def _chances(self, plan: Outlook, variant: Outlook) -> str:
        lang, names = self.lang, self.session.dashboard.names
        cells = (
            [
                names.get(row.mission, row.mission),
                *(percent(value, lang) for value in (row.plan_chance, row.variant_chance)),
                number(100 * row.variant_chance_standard_error, lang) + " pp",
                *(percent(value, lang) for value in (row.plan_mean, row.variant_mean)),
                number(100 * row.variant_standard_error, lang) + " pp",
            ]
            for row in each(chance_table(plan, variant))
        )
        before, after = (say(side, lang) for side in SIDES)
        error = say("error", lang)
        words = [say(key, lang) for key in ("chance", "mean")]
        head = [f"{word}, {side}" for word in words for side in (before, after, error)]
        return table(say("chance_title", lang), [say("mission", lang), *head], cells)

    def _ranged(self, found: Answer) -> str:
        lang, names = self.lang, self.session.dashboard.names
        fills = found.found["fills"]
        wide = fills[~fills["unique"]]
        kinds = ("filled", "smallest", "largest")
        cells = (
            [
                names.get(row.mission, row.mission),
                *(number(getattr(row, f"{one}_person_months"), lang) for one in kinds),
            ]
            for row in each(wide)
        )
        head = [say(key, lang) for key in ("mission", *kinds)]
        shown = table(label("person_months", lang), head, cells)
        said = heading(say("ranges_title", lang), 3) + items(found.said[lang])
        return said + (shown if len(wide) else "")
