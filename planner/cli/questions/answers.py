"""Answers as a person reads them: sentences first, then tables with headings in a language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.cli.console import say, table
from planner.labels import label, number

if TYPE_CHECKING:
    import pandas as pd

    from planner.analysis.case import Case
    from planner.analysis.declare import Text
    from planner.outcome import Outcome

__all__ = ["about", "keep", "show_answer"]

_LONG = ("commitments", "section", "source", "within", "low", "high", "tried_from", "tried_to")
"""Columns that a terminal leaves out."""

_SPARE = (
    "turn", "pool", "tier", "package", "held_rules", "standard_error", "standard_error_main_task_1",
    "tolerance_posts", "from_multiple", "to_multiple", "limited", "exact", "not_enough_units",
    "from_units", "to_units", "unit", "resting_persons", "preparing_persons", "on_duty_persons",
    "range_share", "basis", "hedged_share", "low_rate", "high_rate", "gained_person_months",
    "package_filled_person_months", "main_task_1_filled_person_months", "group", "smallest_at",
    "may_persons", "must_persons", "nominal_person_months", "planned_month", "of_months",
)  # fmt: skip
"""Columns that a narrow terminal leaves out first, in this order."""


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
    """Print an answer; return whether some of it was not printed.

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
        found = _bare(tables[name]) if most else tables[name]
        hidden |= len(found.columns) < len(tables[name].columns)
        if not len(found):
            continue
        title = text.heading(f"{outcome.title}.{name}", lang)
        say("", _table(title, found, case, text, (lang, most)))
        hidden |= _rest(len(found), most, lang)
    return hidden


def _bare(found: pd.DataFrame) -> pd.DataFrame:
    """Return a table without long columns and those that say nothing in any row."""
    empty = [name for name in found.columns if len(found) and bool((found[name] == "").all())]
    return found.drop(columns=[*_LONG, *empty], errors="ignore")


def _rest(count: int, most: int, lang: str) -> bool:
    """Print how many more exist than were shown, if any."""
    more = bool(most) and count > most
    if more:
        say(label("more_rows", lang, count=number(count - most, lang, 0)), indent=2)
    return more


def _table(title: str, found: pd.DataFrame, case: Case, text: Text, shown: tuple[str, int]) -> Any:
    lang, most = shown
    columns = [_heading(text, name, lang, found[name]) for name in found.columns]
    rows = found.head(most) if most else found
    cells = [
        [text.cell(name, value, lang) for name, value in zip(found.columns, row, strict=True)]
        for row in rows.itertuples(index=False, name=None)
    ]
    keys, names = [str(name) for name in found.columns], _names(case, lang)
    named = "mission" in keys and bool(names)
    if named:
        place = keys.index("mission")
        for line in (columns, keys, *cells):
            line.insert(0, line.pop(place))
        for row in cells:
            row.insert(1, names.get(row[0], row[0]))
        columns.insert(1, label("name", lang))
        keys.insert(1, "name")
    spare = [keys.index(key) for key in _SPARE if key in keys[1:]]
    return table(title, columns, cells, named=named, lang=lang, spare=spare, whole=not most)


def _names(case: Case, lang: str) -> dict[str, str]:
    """Return the names of missions that have one that is not their id."""
    pairs = ((line.mission, (line.name_nl if lang == "nl" else "") or line.name)
             for line in case.lines)  # fmt: skip
    return {mission: name for mission, name in pairs if name and name != mission}


def _heading(text: Text, name: str, lang: str, values: pd.Series[Any]) -> str:
    """Return a column's heading; of numbers to the right."""
    right = values.dtype.kind in "if"
    return (">" if right else "") + text.heading(name, lang)
