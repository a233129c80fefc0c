"""The page inside a notebook: the same parts, in one row."""

from __future__ import annotations

from warnings import catch_warnings, simplefilter

import panel as pn

from planner.app.desk import Desk
from planner.app.files import Files
from planner.app.jobs import Jobs
from planner.app.library import Library
from planner.app.markup import items
from planner.app.page import levers_part
from planner.app.parts import FULL, card
from planner.app.parts import text as words
from planner.app.sure import Sure
from planner.app.visit import Visit
from planner.app.why import Why
from planner.app.words import say
from planner.scenario.load import Scenario

__all__ = ["inside"]

WIDE = {"flex": "1 1 380px", "min-width": "min(380px, 100%)"}
"""As wide as half of a cell, or all of it where there is little room."""


def inside(scenario: Scenario | str | None, lang: str) -> pn.Row:
    """Return the page for a notebook; everything is computed by its kernel, at once."""
    pn.extension(inline=True)  # nothing is asked of another host
    own = (scenario,) if isinstance(scenario, Scenario) else ()
    library, jobs = Library(own), Jobs()
    with catch_warnings():  # widgets are to have labels, which older releases do not know
        simplefilter("ignore", PendingDeprecationWarning)
        return _laid_out(Visit(Desk(), library, lang), library, jobs, scenario)


def _laid_out(
    visit: Visit, library: Library, jobs: Jobs, scenario: Scenario | str | None
) -> pn.Row:
    lang = visit.lang
    why, sure = Why(visit), Sure(visit, jobs)
    files = Files(visit, (why, sure), jobs)
    board = visit.board.parts()
    limits = items(say(f"limits_{number}", lang) for number in range(1, 6))
    charts = pn.FlexBox(
        pn.Column(board["fill"], styles=WIDE),
        pn.Column(board["lost"], board["binds"], board["time"], styles=WIDE),
        gap="0 28px",
        **FULL,
    )
    results = pn.Column(
        visit.status, visit.faults, board["headline"], charts, why.part, sure.part, files.part,
        card(say("limits_title", lang), words(limits)), **FULL,
    )  # fmt: skip
    visit.open(library.get(scenario if isinstance(scenario, str) else library.first))
    levers = pn.Column(levers_part(visit), width=330)
    return pn.Row(levers, results, name="planner", sizing_mode="stretch_width")
