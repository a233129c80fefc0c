"""The section of a report on what can be promised to each mission."""

from __future__ import annotations

from planner.analysis.declare import text_of
from planner.figures.frontier import frontier
from planner.labels import label, number, percent
from planner.report.blocks import Bullets, Content, Image, Paragraph, Section, table
from planner.report.material import Material
from planner.report.words import say

__all__ = ["promises_section"]


def promises_section(material: Material) -> Section | None:
    """Return promises by mission with their certainty; None where none were asked for."""
    found, lang, names = material.promises, material.lang, material.names
    if found is None:
        return None
    word = text_of("promises").say
    certainty = percent(found.certainty, lang, 0)
    said = say("p_promises", lang, certainty=certainty, draws=number(found.draws, lang, 0),
               fresh=number(found.fresh, lang, 0))  # fmt: skip
    rows = [
        [names.mission(one.mission), str(one.main_task), number(one.asked_person_months, lang, 0),
         percent(one.likely_share, lang, 0), percent(one.likely_kept_rate, lang, 0),
         percent(one.promised_share, lang, 0), percent(one.kept_rate, lang, 0),
         f"{percent(one.low_rate, lang, 0)} – {percent(one.high_rate, lang, 0)}",
         label("yes" if one.holds else "no", lang)]
        for one in found.rows
    ]  # fmt: skip
    heads = [label("mission", lang), f">{label('task', lang)}", f">{label('asked', lang)}",
             f">{word('likely_share', lang)}", f">{word('likely_kept_rate', lang)}",
             f">{word('promised_share', lang)}", f">{word('kept_rate', lang)}",
             f">{say('t_interval', lang)}", word("holds", lang)]  # fmt: skip
    blocks: list[Content] = [Paragraph(said), Bullets(tuple(found.sentences(lang)))]
    if found.frontier:
        blocks.append(Image.of(frontier(found, lang)))
    else:
        blocks.append(Paragraph(say("p_no_frontier", lang), quiet=True))
    blocks.append(table(word("promises.promises", lang), heads, rows))
    return Section("promises", say("promises", lang), tuple(blocks))
