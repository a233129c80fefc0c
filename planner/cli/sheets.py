"""Parts of a resolved scenario as tables in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from planner.cli.console import lines, say, table
from planner.cli.summary import in_language
from planner.labels import NOTHING, label, month, months, number
from planner.terms import term

__all__ = ["show_part"]


def show_part(name: str, content: Any, lang: str) -> None:
    """Print one part as :class:`planner.cli.shown.Resolved` gives it."""
    sheets: dict[str, Callable[[Any, str], None]] = {
        "scenario": _scenario,
        "mission": _mission,
        "demand": _demand,
        "pool": _pool,
        "figure": _figures,
        "sources": _sources,
        "uncertain": _uncertain,
    }
    sheets[name](content, lang)


def _heads(lang: str, *words: str) -> list[str]:
    return [(">" if word[0] == ">" else "") + label(word.lstrip(">"), lang) for word in words]


def _run(first: str | None, last: str | None, lang: str) -> str:
    return months(first, last, lang) if first and last else NOTHING


def _scenario(content: Mapping[str, Any], lang: str) -> None:
    say(in_language(content, lang, "title") or content["name"], style="bold")
    if summary := in_language(content, lang, "summary"):
        say(summary)
    window, model = content["window"], content["model"]
    bases = [f"{count} {label(basis, lang)}" for basis, count in content["figures"].items()]
    pairs = [
        (label("scenario", lang), content["name"]),
        (label("file", lang), ", ".join(content["files"])),
        (label("window", lang), months(window["first"], window["last"], lang)),
        (label("model_months", lang), f"{model['months']}, {month(model['first'], lang)} –"),
        (label("rule", lang), label(content["rule"], lang)),
        (label("figures_in_use", lang), ", ".join(bases)),
        (label("digest", lang), content["digest"]),
    ]
    say("", lines(pairs), "")
    rows = [
        (row["id"], in_language(row, lang), row["main_task"], ", ".join(map(str, row["tiers"])),
         _run(row["first"], row["last"], lang), number(row["asked_person_months"], lang))
        for row in sorted(content["missions"], key=lambda row: row["main_task"])
    ]  # fmt: skip
    heads = _heads(lang, "mission", "name", ">main_task", "tier", "months", ">asked")
    say(table(f"{label('missions', lang)} ({label('person_months', lang)})", heads, rows))
    packages = [
        (row["id"], in_language(row, lang, "title"), label("yes" if row["on"] else "no", lang),
         month(row["known"], lang) if row["known"] else NOTHING, ", ".join(row["demands"]))
        for row in content["packages"]
    ]  # fmt: skip
    if packages:
        heads = _heads(lang, "package", "title", "counts", "known", "demands")
        say(table(label("packages", lang), heads, packages))
    _strengths(content["pools"], lang)
    gone = [(id, label_reason(reason, lang)) for id, reason in content["left_out"].items()]
    if gone:
        say(table(label("left_out", lang), _heads(lang, "demand", "reason"), gone))


def label_reason(reason: str, lang: str) -> str:
    """Return why a demand is left out, in a language where the reason has words for it."""
    keys = {
        "under study, not decided": "reason_study",
        "declined, not sent": "reason_declined",
        "known from hindsight only": "reason_hindsight",
        "dropped": "reason_dropped",
        "ends before it begins": "reason_ends",
        "outside the months of the model": "reason_outside",
        "does not count": "reason_none",
    }
    return label(keys[reason], lang) if reason in keys else reason


def _strengths(pools: Sequence[Mapping[str, Any]], lang: str) -> None:
    years = list(dict.fromkeys(year for pool in pools for year in pool["strength_by_year"]))
    rows = [
        (pool["id"], in_language(pool, lang),
         *(number(pool["strength_by_year"].get(year), lang) for year in years))
        for pool in pools
    ]  # fmt: skip
    title = f"{label('pools', lang)}: {label('each_year', lang)} ({label('persons', lang)})"
    say(table(title, [*_heads(lang, "pool", "name"), *(f">{year}" for year in years)], rows))


def _demands(rows: Sequence[Mapping[str, Any]], lang: str) -> None:
    cells: list[tuple[object, ...]] = [
        (row["id"], in_language(row, lang), row["tier"], number(row["cap"], lang),
         _run(row["first"], row["last"], lang), ", ".join(row["pools"]),
         number(row["asked_person_months"], lang), label_reason(row["left_out"], lang))
        for row in rows
    ]  # fmt: skip
    heads = _heads(lang, "demand", "name", "tier", ">cap", "months", "pools", ">asked", "left_out")
    if not any(row["left_out"] for row in rows):
        cells, heads = [row[:-1] for row in cells], heads[:-1]
    say(table(label("demands", lang), heads, cells))


def _mission(content: Mapping[str, Any], lang: str) -> None:
    say(f"{in_language(content, lang)} ({content['id']})", style="bold")
    pairs = [
        (label("organisation", lang), term(content["organisation"], lang)),
        (label("region", lang), term(content["region"], lang)),
        (label("main_task", lang), content["main_task"]),
        (label("status", lang), term(content["status"], lang)),
        (label("source", lang), _cited(content["source"])),
        (label("section", lang), content["section"]),
        (label("note", lang), content["note"]),
        (label("written_in", lang), content["written_in"]),
    ]
    say(lines(pairs), "")
    _demands(content["demands"], lang)


def _demand(content: Mapping[str, Any], lang: str) -> None:
    say(f"{in_language(content, lang)} ({content['id']})", style="bold")

    def by_pool(values: Mapping[str, Any] | None) -> str:
        found = {pool: f"{value:g}" for pool, value in (values or {}).items()}
        if len(set(found.values())) == 1:
            return next(iter(found.values()))
        return ", ".join(f"{pool} {value}" for pool, value in found.items())

    pairs = [
        (label("mission", lang), f"{content['mission_name']} ({content['mission']})"),
        (label("category", lang), term(content["category"], lang)),
        (label("kind", lang), content["kind"]),
        (label("tier", lang), content["tier"]),
        (label("package", lang), content.get("package")),
        (label("cap", lang), number(content["cap"], lang)),
        (label("months", lang), _run(content["first"], content["last"], lang)),
        (label("speciality_of", lang), ", ".join(content["pools"])),
        (label("tour", lang), content.get("tour")),
        (label("preparation", lang), by_pool(content.get("preparation"))),
        (label("rest", lang), by_pool(content.get("rest"))),
        (label("cohorts", lang), content.get("cohorts")),
        (label("asked", lang), number(content["asked_person_months"], lang)),
        (label("left_out", lang), label_reason(content["left_out"], lang)),
        (label("note", lang), content["note"]),
        (label("written_in", lang), content["written_in"]),
    ]
    say(lines(pairs), "")
    if content["figures"]:
        _table_of_figures(content["figures"], lang)


def _pool(content: Mapping[str, Any], lang: str) -> None:
    say(f"{in_language(content, lang)} ({content['id']})", style="bold")
    pairs = [
        (label("category", lang), term(content["category"], lang)),
        (label("speciality", lang), term(content["speciality"], lang)),
        (label("note", lang), content["note"]),
        (label("written_in", lang), content["written_in"]),
    ]
    say(lines(pairs), "")
    _strengths([content], lang)
    _table_of_figures(content["figures"], lang)
    _demands(content["demands"], lang)


def _value(value: Any, lang: str) -> str:
    if value is None:
        return ""
    return month(value, lang) if isinstance(value, str) else _short(value, lang)


def _short(value: float, lang: str) -> str:
    """Return a number with as many digits as it needs, four at most."""
    digits = next((d for d in range(4) if round(value, d) == value), 4)
    return number(value, lang, digits)


def _cited(source: Mapping[str, Any] | None) -> str:
    if not source:
        return ""
    keys = ("publisher", "title", "date", "reference")
    said = ", ".join(source[key] for key in keys if source.get(key))
    return f"{said} [{source['id']}]" if said else str(source["id"])


def _figures(content: Sequence[Mapping[str, Any]], lang: str) -> None:
    if len(content) > 1:
        _table_of_figures(content, lang)
        return
    row = content[0]
    say(row["id"], style="bold")
    pairs = [
        (label("likely" if row["low"] is not None else "amount", lang), _value(row["value"], lang)),
        (label("low", lang), _value(row["low"], lang)),
        (label("high", lang), _value(row["high"], lang)),
        (label("unit", lang), term(row["unit"], lang)),
        (label("basis", lang), label(row["basis"], lang)),
        (label("source", lang), _cited(row["source"])),
        (label("section", lang), row["section"]),
        (label("note", lang), row["note"]),
        (label("written_in", lang), row["written_in"]),
    ]
    say(lines(pairs))


def _table_of_figures(figures: Sequence[Mapping[str, Any]], lang: str) -> None:
    rows = [
        (row["id"], _value(row["value"], lang), _value(row["low"], lang), _value(row["high"], lang),
         term(row["unit"], lang), label(row["basis"], lang), (row["source"] or {}).get("id", ""),
         row["section"])
        for row in figures
    ]  # fmt: skip
    heads = _heads(lang, "figure", ">amount", ">low", ">high", "unit", "basis", "source", "section")
    say(table(label("figures", lang), heads, rows))


def _sources(content: Sequence[Mapping[str, Any]], lang: str) -> None:
    rows = [
        (row["id"], row.get("publisher", ""), row.get("title", ""), row.get("date", ""),
         row.get("reference", ""), row["figures_in_use"])
        for row in content
    ]  # fmt: skip
    heads = _heads(lang, "source", "publisher", "title", "date", "reference", ">figures_in_use")
    say(table(label("sources", lang), heads, rows))


def _uncertain(content: Mapping[str, Any], lang: str) -> None:
    columns = (
        "figure", ">likely", ">low", ">high", "unit", "distribution", "basis", "source", "section",
    )  # fmt: skip
    for layer in ("capacity", "presence"):
        rows = [
            (row["id"], *(_value(row[end], lang) for end in ("likely", "low", "high")),
             term(row["unit"], lang), _spread(row["distribution"]),
             label(row["basis"], lang), (row["source"] or {}).get("id", ""), row["section"])
            for row in content["factors"]
            if row["layer"] == layer
        ]  # fmt: skip
        if rows:
            title = label(f"uncertain_{layer}", lang, count=len(rows))
            say(table(title, _heads(lang, *columns), rows))
    pairs = [
        (row["figure"], row["with"], number(row["rank"], lang, 2))
        for row in content["correlations"]
    ]
    if pairs:
        say(table(label("correlations", lang), _heads(lang, "figure", "figure", ">rank"), pairs))
    say(label("nothing_uncertain" if not content["factors"] else "uncertain_note", lang))


def _spread(words: str) -> str:
    """Return a distribution; its name alone where likely value and ends say all of it."""
    name = words.partition(":")[0]
    return name if name in ("pert", "triangular", "uniform") else words
