"""Sections of analyses that are declared for reports."""

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
    """Return the outcome of every analysis that is declared for reports, by name."""
    from planner.analysis.declare import declared, names
    from planner.analysis.plans import read_case

    found: dict[str, Any] = {}
    case = read_case(source, rule)
    for name in names():
        asked = declared(name)
        settings = asked.report_settings(case)
        if settings is not None:
            progress("asking", 0, 0)
            found[name] = asked.function(
                case, rule=rule, progress=lambda done, total: progress("asking", done, total),
                **settings,
            )  # fmt: skip
    return found


def questions_section(material: Material) -> Section | None:
    """Return sentences and main table of each analysis of the report; None where there is none."""
    from planner.analysis.declare import template, text_of
    from planner.report.words import say

    lang, names = material.lang, material.names
    named = {"mission": names.mission, "pool": names.pool, "package": names.package}
    blocks: list[Content] = []
    for name, outcome in material.answers.items():
        text, frame = text_of(name), outcome.to_frame().head(ROWS)
        blocks += [Heading(template(name).short[lang]), Bullets(tuple(outcome.sentences(lang)))]
        if frame.empty:
            continue
        frame = frame.loc[:, [not (frame[column] == "").all() for column in frame]]
        heads = [
            (">" if frame[column].dtype.kind in "if" else "") + text.heading(column, lang)
            for column in frame
        ]
        rows = [
            [
                named[column](value) if column in named else text.cell(column, value, lang)
                for column, value in zip(frame, row, strict=True)
            ]
            for row in frame.itertuples(index=False, name=None)
        ]
        title = next(iter(outcome.tables()))
        blocks.append(table(text.say(f"{name}.{title}", lang), heads, rows, small=True))
    return Section("questions", say("questions", lang), tuple(blocks)) if blocks else None
