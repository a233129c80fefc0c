"""Sections about what could be otherwise: larger packages, other futures, other scenarios."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from planner.figures import (
    chance,
    convergence,
    curve,
    fan,
    ranking,
    scenarios,
    spread,
    versus,
)
from planner.figures.beside import Beside
from planner.figures.curves import corners
from planner.labels import label, number, percent, rate, rough
from planner.report.blocks import Block, Heading, Paragraph, Picture, Section, Table
from planner.report.blocks import table as table_of
from planner.report.material import Material
from planner.report.words import say
from planner.results.grounds import BASES

if TYPE_CHECKING:
    from planner.analysis.curve import Curve
    from planner.analysis.headroom import Headroom

__all__ = ["comparison_section", "curves_section", "sure_section"]

PAIRS = 3
"""Most scenarios that are held one by one against the first."""
CHEAP = 0.005
"""Person-months a post below which a mission pays nothing worth telling."""
LITTLE = 1e-9
"""Posts that are no difference."""
PAYERS = 3
"""Missions named beside a piece of a curve."""


def curves_section(material: Material) -> Section | None:
    """Return displacement as packages grow; None where there is no package."""
    lang, title = material.lang, say("curves", material.lang)
    if not material.packages:
        return None
    if not material.curves:
        return Section("curves", title, (Paragraph(say("p_no_curves", lang)),))
    blocks: list[Block] = []
    for id, (found, room) in material.curves.items():
        if len(material.curves) > 1:
            blocks.append(Heading(material.names.package(id)))
        blocks.append(Picture.of(curve(found, room, lang, material.result)))
        blocks.append(_pieces(material, found, room))
    return Section("curves", title, tuple(blocks))


def _pieces(material: Material, found: Curve, room: Headroom) -> Table:
    """Return what each post more costs, piece by piece, and whom."""
    lang, names = material.lang, material.names
    lost = material.result.displacement
    second = set(lost.loc[lost["main_task"] == 2, "mission"])
    rows, short = [], 0
    for (begin, start), (end, stop) in pairwise(corners(found, room)):
        if end - begin < 1:
            short += 1
            continue
        payers = _payers(found, begin, end)
        others = sum(cost for cost, id in payers if id not in second)
        said = [f"{names.mission(id)} {number(cost, lang, 2)}"
                for cost, id in payers if id in second and cost > CHEAP]  # fmt: skip
        posts = "\u00a0–\u00a0".join(number(one, lang, 0) for one in (begin, end))
        rows.append([posts, number((stop - start) / (end - begin), lang, 2),
                     ", ".join(said[:PAYERS]), number(others, lang, 2)])  # fmt: skip
    notes = [say("t_exact", lang)]
    if not found.exact:
        give = rough(found.tolerance_person_months, lang)
        notes = [say("t_tried", lang, count=len(found.points), give=give)]
    if short:
        notes.append(say("t_short_curve", lang))
    heads = [f">{say('t_posts', lang)}", f">{say('t_each', lang)}", say("t_payers", lang),
             f">{say('t_each_1', lang)}"]  # fmt: skip
    caption = say("t_pieces", lang, package=names.package(found.package))
    return table_of(caption, heads, rows, note=" ".join(notes))


def _payers(found: Curve, begin: float, end: float) -> list[tuple[float, str]]:
    """Return what each mission loses for a post more from one size to another, most first.

    What is lost between two sizes that were tried falls wholly beyond the headroom, where that
    lies between them. A mission of which it is not known, since plans differ, is left out.
    """
    lost: dict[str, float] = {}
    for row in found.missions:
        if begin + LITTLE < row.to_posts <= end + LITTLE:
            all_of_it = row.per_post_person_months * (row.to_posts - row.from_posts)
            lost[row.mission] = lost.get(row.mission, 0.0) + all_of_it
    rows = [(value / (end - begin), id) for id, value in lost.items()]
    return sorted((one for one in rows if one[0] == one[0]), reverse=True)


def sure_section(material: Material) -> Section:
    """Return how sure the figures are, from many futures."""
    lang, futures, title = material.lang, material.futures, say("sure", material.lang)
    if futures is None:
        return Section("sure", title, (Paragraph(say("p_no_draws", lang)),))
    if not material.uncertain:
        return Section("sure", title, (Paragraph(say("c_certain", lang)),))
    count = number(futures.counted, lang, 0)
    blocks: list[Block] = [Paragraph(say("p_sure", lang, draws=count))]
    if futures.metadata.monthly:
        blocks.append(Picture.of(fan(futures, lang=lang)))
    blocks += [Picture.of(spread(futures, id, lang)) for id in futures.packages]
    blocks.append(Picture.of(chance(futures, lang=lang)))
    blocks.append(Picture.of(convergence(futures, lang=lang)))
    blocks += [
        Heading(say("drivers", lang)),
        Paragraph(say("p_drivers", lang)),
        Picture.of(ranking(futures, lang=lang)),
        _bases(material),
    ]
    return Section("sure", title, tuple(blocks))


def _bases(material: Material) -> Table:
    """Return how much of the spread goes with figures of each basis, for what is ranked."""
    lang, futures = material.lang, material.futures
    assert futures is not None
    table = futures.ranking
    rows = []
    for quantity in dict.fromkeys(table["quantity"]):
        mine = table[table["quantity"] == quantity]
        clear = mine[mine["clear"]]
        sums = [float(clear.loc[clear["basis"] == basis, "explains"].sum()) for basis in BASES]
        rows.append([material.futurenames.quantity(quantity), str(len(clear)), str(len(mine)),
                     *(percent(one, lang, 0) for one in sums)])  # fmt: skip
    heads = [say("t_quantity", lang), f">{say('t_clear', lang)}", f">{say('t_drawn', lang)}",
             *(f">{label(basis, lang)}" for basis in BASES)]  # fmt: skip
    return table_of(say("t_drivers", lang), heads, rows, note=say("t_drivers_note", lang))


def comparison_section(material: Material) -> Section | None:
    """Return other scenarios beside the first; None where there are none."""
    lang, comparison = material.lang, material.comparison
    if len(comparison.names) < 2:
        return None
    blocks: list[Block] = [
        _scenarios_table(material),
        Picture.of(scenarios(comparison, lang)),
    ]
    for other in comparison.names[1 : PAIRS + 1]:
        blocks.append(Picture.of(versus(comparison, other, comparison.names[0], lang)))
    return Section("comparison", say("comparison_section", lang), tuple(blocks))


def _scenarios_table(material: Material) -> Table:
    lang, comparison = material.lang, material.comparison
    beside = Beside(comparison, lang)
    rows = []
    for key, result in comparison.results.items():
        tasks = result.fill_by("main_task").set_index("main_task")["fill_rate"]
        packages = result.packages
        rows.append(
            [beside.title(key), rate(tasks.get(1), lang), rate(tasks.get(2), lang),
             number(float(packages["filled_person_months"].sum()), lang, 0),
             number(beside.displaced(key), lang, 0)]
        )  # fmt: skip
    heads = [label("scenario", lang), f">{label('main_task_1', lang)}",
             f">{label('main_task_2', lang)}", f">{say('t_filled_for', lang)}",
             f">{label('displaced', lang)}"]  # fmt: skip
    return table_of(say("t_scenarios", lang), heads, rows)
