"""The last sections: what the result rests on, what it does not tell, and what went in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from planner.figures.names import parameter_parts
from planner.labels import NOTHING, label, number, percent
from planner.labels import month as month_name
from planner.report.blocks import Aside, Block, Bullets, Fold, Paragraph, Section, Table, table
from planner.report.material import Material
from planner.report.rows import records
from planner.report.words import say
from planner.results.grounds import BASES
from planner.terms import term

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["grounds_section", "limits_section", "manifest_section"]

SPAN = {"share": 3, "months per month": 3, "share per month": 4, "factor": 3, "persons": 2}
"""Decimals of figures by their unit; fewer are shown where they are zeros."""


def grounds_section(material: Material) -> Section:
    """Return what the result rests on, and every figure with its source."""
    lang, result = material.lang, material.result
    figures = result.figures
    by_basis = {basis: figures[figures["basis"] == basis] for basis in BASES}
    sources = _sources(material)
    named = set(figures["source"])
    blocks: list[Block] = [Paragraph(say("p_grounds", lang)), _grounds_table(material)]
    if len(by_basis["assumption"]):
        blocks.append(_figures_table(material, by_basis["assumption"], "t_assumptions"))
    for basis in ("public", "letter"):
        rows = by_basis[basis]
        if len(rows):
            made = _figures_table(material, rows, f"t_{basis}")
            blocks.append(Fold(say(f"fold_{basis}", lang, count=len(rows)), (made,)))
    if sources:
        heads = [label("source", lang), label("publisher", lang), label("title", lang),
                 label("date", lang), label("reference", lang)]  # fmt: skip
        body = [
            [id, one.publisher, one.title, one.date, one.reference]
            for id, one in sources.items() if id in named
        ]  # fmt: skip
        english = heads[1:3] + heads[4:]
        blocks.append(table(say("t_sources", lang), heads, body, small=True, english=english))
    return Section("assumptions", say("assumptions", lang), tuple(blocks))


def _sources(material: Material) -> dict[str, Any]:
    """Return the publications behind the figures; none where the scenario cannot be read."""
    inputs = material.names.inputs
    return {} if inputs is None else dict(inputs.sources)


def _grounds_table(material: Material) -> Table:
    lang = material.lang
    rows = []
    for row in records(material.result.grounds):
        total = row["total"]
        shares = [percent(row[basis] / total if total else None, lang, 0) for basis in BASES]
        rows.append([say(f"g_{row['what']}", lang), number(total, lang, 0), *shares])
    heads = [say("t_part", lang), f">{label('total', lang)}",
             *(f">{label(basis, lang)}" for basis in BASES)]  # fmt: skip
    return table(say("t_grounds", lang), heads, rows)


def _figures_table(material: Material, rows: pd.DataFrame, caption: str) -> Table:
    """Return figures with their range, why they are what they are, and their source.

    Figures of several things that are the same in all of this stand in one row.
    """
    lang = material.lang
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in records(rows):
        called, said = parameter_parts(row["figure"], material.names)
        key = (said, _value(row, lang), _range(row, lang), term(row["unit"], lang), _why(row),
               row["source"])  # fmt: skip
        alike.setdefault(key, []).append(called)
    body = [
        [f"{said}: {'; '.join(called)}" if any(called) else said, *rest]
        for (said, *rest), called in alike.items()
    ]
    heads = [label("figure", lang), f">{label('amount', lang)}", f">{say('t_range_figure', lang)}",
             label("unit", lang), say("t_why", lang), label("source", lang)]  # fmt: skip
    return table(say(caption, lang), heads, body, small=True, english=[say("t_why", lang)])


def _why(row: dict[str, Any]) -> str:
    """Return why a figure is what it is, or where its source has it: one or two remarks."""
    section, note = str(row["section"]), str(row["note"])
    return (". " if note[:1].isupper() else "; ").join(text for text in (section, note) if text)


def _value(row: dict[str, Any], lang: str) -> str:
    return month_name(row["month"], lang) if row["month"] else _plain(row["value"], row, lang)


def _range(row: dict[str, Any], lang: str) -> str:
    low, high = row["low"], row["high"]
    if low != low and high != high:
        return NOTHING
    return f"{_plain(low, row, lang)} – {_plain(high, row, lang)}"


def _plain(value: float, row: dict[str, Any], lang: str) -> str:
    """Return a figure with as many decimals as it has, up to those of its unit."""
    most = SPAN.get(row["unit"], 2)
    digits = next((n for n in range(most) if abs(value - round(value, n)) < 1e-9), most)
    return number(value, lang, digits)


def limits_section(material: Material) -> Section:
    """Return the box of what this does not tell."""
    lang = material.lang

    def items() -> Iterator[str]:
        yield say("l_strength", lang)
        yield say("l_decision", lang)
        for package in material.packages:
            yield say("l_package", lang, package=material.names.package(package["package"]))
        keys = ["l_mission", "l_people", "l_means", "l_month", "l_unknown"]
        if material.futures is None:
            keys.append("l_no_draws")
        if material.result.rule == "value":
            keys.append("l_value")
        yield from (say(key, lang) for key in keys)

    return Section("limits", say("limits", lang), (Aside(tuple(items())),))


def manifest_section(material: Material) -> Section:
    """Return files, versions, options and proof."""
    lang = material.lang
    blocks: list[Block] = [Paragraph(say("p_manifest", lang))]
    rows = []
    for name, result in material.comparison.results.items():
        prefix = f"{name}: " if len(material.comparison.names) > 1 else ""
        rows += [[prefix + word, value] for word, value in _facts(result.manifest, lang)]
    if material.futures is not None:
        from planner.montecarlo.words import sentences

        rows.append([say("m_futures", lang), material.futurenames.run])
        blocks.append(Bullets(tuple(sentences(material.futures, lang))))
    heads = [say("t_part", lang), label("amount", lang)]
    blocks.append(table(say("t_manifest", lang), heads, rows, small=True))
    files: dict[str, str] = {}
    for result in material.comparison.results.values():
        for row in result.manifest["inputs"]:
            files[row["file"]] = row["sha256"] or say("m_gone", lang)
    heads = [label("file", lang), say("m_hash", lang)]
    blocks.append(table(say("t_inputs", lang), heads, list(files.items()), small=True))
    return Section("manifest", say("manifest", lang), tuple(blocks))


def _facts(manifest: dict[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    scenario, window = manifest["scenario"], manifest["window"]
    proof = manifest["certificate"]
    yield label("scenario", lang), scenario["name"]
    yield say("m_digest", lang), scenario["digest"]
    first, last = (month_name(window[end], lang) for end in ("first", "last"))
    yield label("window", lang), f"{first} – {last}"
    yield label("rule", lang), label(manifest["rule"], lang)
    options = {key: value for key, value in manifest["options"].items() if value}
    if options:
        yield say("m_options", lang), ", ".join(f"{key}={value}" for key, value in options.items())
    keys = ("primal", "dual", "gap")
    said = {key: NOTHING if proof.get(key) is None else f"{proof[key]:.0e}" for key in keys}
    yield label("certificate", lang), label("certificate_line", lang, **said)
    yield say("m_residual", lang), f"{manifest['accounting_residual']:.0e}"
    versions = ", ".join(f"{name} {one}" for name, one in manifest["versions"].items())
    yield say("m_versions", lang), versions
