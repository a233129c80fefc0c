"""What tipping points say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.analysis.words import say, when
from planner.labels import figure, number, percent
from planner.terms import term

if TYPE_CHECKING:
    from planner.analysis.tipping import Flip, Tipping

__all__ = ["told"]

FEW = 5
"""Flips that are told; the table holds all."""


def told(found: Tipping, lang: str) -> list[str]:
    """Return whether it holds, what flips it, and in how many futures it holds."""
    said = [
        say(
            "tipping_holds" if found.holds else "tipping_fails", lang, rule=say(found.rule, lang),
            conclusion=found.conclusion, quantity=_quantity(found, found.quantity, lang),
        )
    ]  # fmt: skip
    if found.draws:
        said.append(
            say(
                "tipping_futures", lang, draws=number(found.draws, lang, 0),
                share=percent(found.holds_share, lang), low=percent(found.low_share, lang),
                high=percent(found.high_share, lang),
            )
        )  # fmt: skip
    inside = [row for row in found.flips if row.inside]
    flipping = sum(row.flips for row in found.inputs)
    counts = {
        "inputs": number(len(found.inputs), lang, 0), "flipping": number(flipping, lang, 0),
        "inside": number(len({row.input for row in inside}), lang, 0),
    }  # fmt: skip
    said.append(say("tipping_count" if flipping else "tipping_none", lang, **counts))
    said += [_flip(row, found, lang) for row in found.flips[:FEW]]
    if found.rule == "value":
        said.append(say("tipping_value_note", lang))
    return said


def _quantity(found: Tipping, value: float, lang: str) -> str:
    if found.is_share:
        return percent(value, lang)
    return say("tipping_person_months", lang, value=number(value, lang))


def _flip(row: Flip, found: Tipping, lang: str) -> str:
    if row.direction in ("earlier", "later"):
        months = number(abs(row.flips_at), lang, 0)
        at = when(row.month, lang)
        key = f"tipping_{row.direction}" + ("" if at else "_only")
        return say(key, lang, input=row.input, months=months, month=at)
    values = {
        "input": row.input,
        "value": figure(row.value, lang),
        "at": figure(row.flips_at, lang),
        "unit": term(row.unit, lang),
        "change": _change(row.change_share, lang),
    }
    if row.inside is None:
        return say("tipping_flip", lang, **values)
    ends = {"low": figure(row.low, lang), "high": figure(row.high, lang)}
    key = "tipping_flip_inside" if row.inside else "tipping_flip_outside"
    return say(key, lang, **values, **ends, basis=say(row.basis, lang))


def _change(share: float, lang: str) -> str:
    """Return a change with its sign in brackets; nothing where there is no share."""
    if share != share:
        return ""
    return f" ({'+' if share > 0 else ''}{percent(share, lang)})"
