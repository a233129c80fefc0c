"""Sections of declared analyses that a report has no section of its own for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from planner.report.blocks import Bullets, Content, Heading, Section, table

if TYPE_CHECKING:
    from planner.report.material import Material

__all__ = ["answers", "questions_section"]

ROWS = 15
"""Most rows of a table."""


def answers(source: Any, rule: str, progress: Callable[[str, int, int], None]) -> dict[str, Any]:
    """Return the outcome of every analysis that is declared for reports, by name.

    Analyses of a package are asked about the first one; without packages they are left out.
    """
    from planner.analysis.case import read_case
    from planner.analysis.declare import declared, names

    found = {}
    case = None
    for name in names():
        asked = declared(name)
        if not asked.in_report:
            continue
        case = read_case(source, rule) if case is None else case
        if asked.needs_package and not case.packages:
            continue
        given = {"package": case.packages[0]} if asked.needs_package else {}
        progress("asking", 0, 0)
        found[name] = asked.function(case, rule=rule, **given)
    return found


def questions_section(material: Material) -> Section:
    """Return the outcomes of analyses that are declared for reports: sentences and main table."""
    from planner.analysis.declare import template, text_of
    from planner.labels import number
    from planner.report.words import say

    lang = material.lang
    blocks: list[Content] = []
    for name, outcome in material.answers.items():
        text, frame = text_of(name), outcome.to_frame().head(ROWS)
        blocks += [Heading(template(name).short[lang]), Bullets(tuple(outcome.sentences(lang)))]
        heads = [text.say(column, lang) if text.known(column) else column for column in frame]
        right = [frame[column].dtype.kind in "if" for column in frame]
        rows = [
            [
                number(float(value), lang) if numeric else text.each(str(value), lang)
                for value, numeric in zip(row, right, strict=True)
            ]
            for row in frame.itertuples(index=False, name=None)
        ]
        marked = [
            f">{head}" if numeric else head for head, numeric in zip(heads, right, strict=True)
        ]
        title = next(iter(outcome.tables()))
        blocks.append(table(text.say(f"{name}.{title}", lang), marked, rows))
    return Section("questions", say("questions", lang), tuple(blocks))
