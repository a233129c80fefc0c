"""Answers as a person reads them: sentences first, then tables with headings in a language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from planner.cli.console import say, table
from planner.labels import NOTHING, figure, label, month, number, percent

if TYPE_CHECKING:
    import pandas as pd

    from planner.analysis.case import Case
    from planner.analysis.declare import Text
    from planner.outcome import Outcome

__all__ = ["about", "keep", "show_answer"]

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")

_LONG = ("commitments", "section", "source", "within", "low", "high", "tried_from", "tried_to")
"""Columns which a terminal has no room for."""

_FIGURES = ("value", "flips_at", "quantity", "smallest", "largest")
"""Columns of figures of any size, shown with as many digits as they need."""

_PERCENT = ("_share", "_rate", "_chance")
"""Ends of the names of columns that are shares."""

_WORDS = ("kind", "unit", "rule", "direction", "quantity", "cause", "state", "step", "loss", "by",
          "view", "framework", "other", "region", "category", "organisation", "group",
          "largest_loss_group", "basis", "limit", "change", "turn")  # fmt: skip
"""Columns whose texts are words and not ids."""


def word(text: Text, key: str, lang: str) -> str:
    """Return a word of an analysis in a language; the key where there is none."""
    return text.say(key, lang) if text.known(key) else key


def about(case: Case) -> dict[str, Any]:
    """Return what a question was asked of, ready for JSON."""
    from planner.outcome import FORMAT

    first, last = (case.month(month) for month in case.problem.report)
    scenario = case.scenario
    return {
        "format": FORMAT,
        "scenario": case.name,
        "digest": scenario.digest if scenario is not None else None,
        "window": {"first": first, "last": last},
        "rule": case.rule,
    }


def keep(outcome: Outcome, case: Case, folder: str) -> None:
    """Write an answer to a folder: what it says, its tables, and what it was asked of."""
    from planner.results.manifest import versions

    outcome.save(folder, {**about(case), "versions": versions()})


def show_answer(outcome: Outcome, case: Case, lang: str, shown: tuple[str, ...], most: int) -> bool:
    """Print an answer; return whether there is more of it than was printed.

    Parameters
    ----------
    outcome : Outcome
    case : Case
        For the names of missions.
    lang : str
    shown : tuple of str
        Tables to print, by name; empty prints the main one.
    most : int
        Most sentences, and rows of a table; 0 prints all.
    """
    from planner.analysis.declare import text_of

    text, sentences = text_of(outcome.title), outcome.sentences(lang)
    say(*(sentences[:most] if most else sentences))
    hidden = _rest(len(sentences), most, lang)
    tables = outcome.tables()
    wanted = shown or tuple(tables)[:1]
    hidden |= any(len(one) for name, one in tables.items() if name not in wanted)
    for name in wanted:
        found = _bare(tables[name])
        hidden |= len(found.columns) < len(tables[name].columns)
        if not len(found):
            continue
        title = word(text, f"{outcome.title}.{name}", lang)
        say("", _table(title, found, case, text, (lang, most)))
        hidden |= _rest(len(found), most, lang)
    return hidden


def _bare(found: pd.DataFrame) -> pd.DataFrame:
    """Return a table without long columns and those that say nothing in any row."""
    empty = [name for name in found.columns if len(found) and bool((found[name] == "").all())]
    return found.drop(columns=[*_LONG, *empty], errors="ignore")


def _rest(count: int, most: int, lang: str) -> bool:
    """Say how many more there are than were shown, if any."""
    more = bool(most) and count > most
    if more:
        say(label("more_rows", lang, count=number(count - most, lang, 0)), indent=2)
    return more


def _table(title: str, found: pd.DataFrame, case: Case, text: Text, shown: tuple[str, int]) -> Any:
    lang, most = shown
    columns = [_heading(text, name, lang, found[name]) for name in found.columns]
    rows = found.head(most) if most else found
    cells = [
        [_cell(text, name, value, lang) for name, value in zip(found.columns, row, strict=True)]
        for row in rows.itertuples(index=False, name=None)
    ]
    names = _names(case, lang)
    if "mission" in found.columns and names:
        place = list(found.columns).index("mission")
        columns.insert(place + 1, label("name", lang))
        for row, mission in zip(cells, rows["mission"], strict=True):
            row.insert(place + 1, names.get(mission, ""))
    return table(title, columns, cells, lang=lang)


def _names(case: Case, lang: str) -> dict[str, str]:
    """Return the names of missions that have one that is not their id."""
    pairs = ((line.mission, (line.name_nl if lang == "nl" else "") or line.name)
             for line in case.lines)  # fmt: skip
    return {mission: name for mission, name in pairs if name and name != mission}


def _heading(text: Text, name: str, lang: str, values: pd.Series[Any]) -> str:
    """Return a column's heading; of numbers to the right."""
    right = values.dtype.kind in "if"
    return (">" if right else "") + word(text, name, lang)


def _cell(text: Text, column: str, value: Any, lang: str) -> str:
    """Return a value as it is read in a language, by what its column holds."""
    if value is None or value != value:
        return NOTHING
    if isinstance(value, (bool,)) or type(value).__name__ == "bool_":
        return label("yes" if value else "no", lang)
    if isinstance(value, str):
        if _MONTH.fullmatch(value):
            return month(value, lang)
        return text.each(value, lang) if column in _WORDS else value
    if column in _FIGURES:
        return figure(value, lang)
    if isinstance(value, int):
        return number(value, lang, 0)
    if column.endswith("months") and "person_months" not in column:
        return number(value, lang, 0)
    if column.endswith(_PERCENT):
        return percent(value, lang)
    fine = "per_post" in column or column.endswith(("multiple", "gini"))
    return number(value, lang, 2 if fine else 1)
