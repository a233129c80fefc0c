"""Texts, numbers and months in English and Dutch, for terminal, figures, report and workbook.

Ids, column names and file names stay English everywhere; only what a person reads is translated.

English texts stand in tables in the code, by key: texts that several parts use in :data:`WORDS`,
texts of one part in a table of that part. Their translations stand in the gettext catalogue
``planner/locale/nl/LC_MESSAGES/planner.po``, which any editor of catalogues opens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.months import Month

__all__ = [
    "CATALOGUES",
    "LANGUAGES",
    "NOTHING",
    "WORDS",
    "catalogue",
    "figure",
    "label",
    "month",
    "month_names",
    "months",
    "named",
    "number",
    "percent",
    "rate",
    "rough",
    "speaker",
    "translated",
]

WORDS: dict[str, str] = {
    # what a result is about
    "scenario": "scenario",
    "mission": "mission",
    "demand": "demand",
    "pool": "pool",
    "package": "package",
    "region": "region",
    "category": "category",
    "organisation": "organisation",
    "kind": "kind",
    "month": "month",
    "months": "months",
    "tier": "tier",
    "rule": "rule",
    "fair": "fair",
    "value": "value",
    "main_task": "main task",
    "task": "task",
    "main_task_1": "main task 1",
    "main_task_2": "main task 2",
    "person_months": "person-months",
    "persons": "persons",
    "cap": "cap",
    "strength": "strength",
    "result_filled": (
        "{name}: {filled} of {asked} person-months are filled ({share}) under the rule {rule}."
    ),
    "result_displaces": "{package} displaces {lost} person-months of main task 2.",
    # fill
    "fill_by_mission": "Fill by mission",
    "fill_by_demand": "Fill by demand",
    "fill_rate": "fill rate",
    "asked": "asked",
    "filled": "filled",
    "total": "total",
    "on_duty": "on duty",
    "preparing": "preparing",
    "resting": "resting",
    "idle": "idle",
    # displacement
    "displacement": "displacement",
    "displaced": "displaced",
    "displacement_by_mission": "Displacement of main task 2 by mission",
    "displacement_ratio": "displacement ratio",
    "package_filled": "filled for the package",
    "package_asked": "asked by the package",
    "displaced_main_task_1": "lost by other main task 1",
    "displaced_main_task_2": "displaced from main task 2",
    "no_displacement": "nothing is displaced",
    "no_packages": "no package: nothing to displace anything",
    "known": "known",
    "from_to": "{low} to {high}",
    "begins": "first month",
    "year": "year",
    "at_a_time": "persons at a time",
    "in_months": "in months",
    "less_than_half": "less than {half} persons at any time ({count} missions)",
    "before_and_after": (
        "before its first month ({month}): {before} person-months; from then on: {after}"
    ),
    "share_of_asked": "share of asked",
    "most_from": "mostly from pool",
    # bottlenecks
    "bottlenecks": "Bottlenecks",
    "no_bottlenecks": "no pool binds",
    "binding_months": "binding months",
    "first_month": "first",
    "last_month": "last",
    "binding_note": (
        "everyone is taken and more people may help; planner prices plans again with one more"
    ),
    "budgets": "Budgets (million euros)",
    "budget_line": "budget",
    "budget_amount": "amount",
    "spent": "spent",
    "no_binding": "no bottlenecks with this engine: planner run without --engine shows them",
    "value_note": "under value only the totals of tiers are unique: other divisions can be as good",
    # certificate and bounds
    "certificate": "Certificate",
    "solved_by": "Solved by {solver}: {status}",
    "certificate_line": "primal {primal}, dual {dual}, gap {gap}",
    "unmet_bounds": "Composition goals not met",
    "bound": "bound",
    "missing": "missing",
    "written_to": "written to {path}",
    "keep_hint": "nothing written; keep the tables with --out FOLDER",
    "more_rows": "and {count} more",
    "columns_left_out": "not shown for lack of room: {columns}",
    "allocating": "allocating",
    "writing": "writing",
    "drawing": "drawing",
    "reading": "reading",
    "made_of": "{demands} demands, {pools} pools",
    "time_left": "about {time} left",
    # comparing
    "comparison": "Comparison",
    "differences": "Differences",
    "no_differences": "the same effective inputs",
    "only_sources_differ": "{count} more in names, notes and sources only: --all shows them",
    "input": "input",
    "absent": "absent",
    # showing
    "title": "title",
    "summary": "summary",
    "window": "window",
    "model_months": "months of the model",
    "status": "status",
    "name": "name",
    "kinds": "kinds",
    "missions": "Missions",
    "demands": "Demands",
    "pools": "Pools",
    "packages": "Packages",
    "scenarios": "Scenarios",
    "figure": "figure",
    "figures": "Figures",
    "distribution": "distribution",
    "rank": "rank correlation",
    "correlations": "Drawn together",
    "uncertain_capacity": "{count} figures of which each draw makes another plan",
    "uncertain_presence": "{count} parameters of the presence of the people planned",
    "uncertain_note": (
        "the source is that of the figure; a likely value and both ends make a pert distribution "
        "unless the scenario says otherwise"
    ),
    "nothing_uncertain": "nothing in this scenario is uncertain",
    "sources": "Sources",
    "source": "source",
    "section": "section",
    "basis": "basis",
    "letter": "letter",
    "public": "public",
    "assumption": "assumption",
    "low": "low",
    "likely": "likely",
    "high": "high",
    "unit": "unit",
    "note": "note",
    "written_in": "written in",
    "publisher": "publisher",
    "date": "date",
    "reference": "reference",
    "confidence": "confidence",
    "figures_in_use": "figures in use",
    "left_out": "Left out",
    "reason": "reason",
    "reason_study": "under study, not decided",
    "reason_declined": "declined, not sent",
    "reason_hindsight": "known from hindsight only",
    "reason_dropped": "dropped",
    "reason_ends": "ends before it begins",
    "reason_outside": "outside the months of the model",
    "reason_none": "does not count",
    "counts": "counts",
    "amount": "value",
    "tour": "tour",
    "preparation": "preparation",
    "rest": "rest",
    "cohorts": "cohorts",
    "digest": "digest",
    "speciality": "speciality",
    "speciality_of": "who can go",
    "valid": "valid",
    "yes": "yes",
    "no": "no",
    "each_year": "strength by year",
    "file": "file",
}
"""Texts that several parts use, in English, by key."""

LANGUAGES = ("en", "nl")
"""Languages of the output; the first is that of the texts in the code."""

CATALOGUES: list[Path] = [Path(__file__).parent / "locale"]
"""Folders with translations: ``LANGUAGE/LC_MESSAGES/planner.po`` in each."""

NOTHING = "–"
"""What stands without a number."""

ROUNDING = 1e-6
"""Shares closer than this to nothing or to all are that."""


@cache
def catalogue(lang: str) -> dict[tuple[str, str], str]:
    """Return the translations into a language by context (mostly empty) and English text.

    Raises
    ------
    KeyError
        The language is unknown.

    Examples
    --------
    >>> catalogue("nl")["", "fill rate"]
    'vullingsgraad'
    """
    if lang not in LANGUAGES:
        raise KeyError(lang)
    found: dict[tuple[str, str], str] = {}
    for folder in CATALOGUES if lang != LANGUAGES[0] else []:
        from babel.messages.pofile import read_po

        with open(folder / lang / "LC_MESSAGES" / "planner.po", "rb") as stream:
            for message in read_po(stream, locale=lang):
                found[message.context or "", str(message.id)] = str(message.string)
    return found


def translated(text: str, lang: str = "en", context: str = "") -> str:
    """Return an English text in a language; unchanged where it has no translation.

    Parameters
    ----------
    context : str
        Key of the text. A translation with this context goes before one without.

    Raises
    ------
    KeyError
        The language is unknown.

    Examples
    --------
    >>> translated("fill rate", "nl"), translated("rest", "nl", "theme_rest")
    ('vullingsgraad', 'uitzendbescherming')
    """
    found = catalogue(lang)
    return found.get((context, text)) or found.get(("", text)) or text


def label(key: str, lang: str = "en", **values: object) -> str:
    """Return a text of :data:`WORDS` in a language, its blanks filled in.

    Raises
    ------
    KeyError
        The key or the language is unknown.

    Examples
    --------
    >>> label("fill_rate", "nl")
    'vullingsgraad'
    >>> label("more_rows", "en", count=3)
    'and 3 more'
    """
    return _filled(WORDS[key], key, lang, values)


def speaker(words: Mapping[str, str]) -> Callable[..., str]:
    """Return a function like :func:`label` for a part with texts of its own.

    Such a part has a table ``WORDS`` of English texts by key, which goes before :data:`WORDS`.

    Examples
    --------
    >>> say = speaker({"posts": "posts"})
    >>> say("posts", "nl"), say("more_rows", "nl", count=3)
    ('functies', 'en nog 3')
    """

    def say(key: str, lang: str = "en", **values: object) -> str:
        return _filled(words[key] if key in words else WORDS[key], key, lang, values)

    return say


def _filled(text: str, key: str, lang: str, values: Mapping[str, object]) -> str:
    found = translated(text, lang, key)
    return found.format(**values) if values else found


def named(row: Any, lang: str = "en", field: str = "name") -> str:
    """Return a row's name in a language, in the other one where it has none.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> named(SimpleNamespace(name="Army", name_nl="Landmacht"), "nl")
    'Landmacht'
    >>> named(SimpleNamespace(name="Army", name_nl=""), "nl")
    'Army'
    """
    english, dutch = getattr(row, field), getattr(row, f"{field}_nl")
    first, second = (dutch, english) if lang == "nl" else (english, dutch)
    return str(first or second)


@cache
def _locale(lang: str) -> Any:
    """Return Babel's locale; day and month order as in Europe."""
    from babel import Locale

    if lang not in LANGUAGES:
        raise KeyError(lang)
    return Locale.parse("nl_NL" if lang == "nl" else "en_GB")


def number(value: float | None, lang: str = "en", digits: int | None = None) -> str:
    """Return a number as it is written in a language, rounded half to even.

    By default with one decimal where it is below ten and not whole, else with none.

    None, NaN and infinities become :data:`NOTHING`; what rounds to zero has no minus sign.

    Examples
    --------
    >>> number(12345.678, "nl", digits=1)
    '12.345,7'
    >>> number(9.26), number(377.04)
    ('9.3', '377')
    >>> number(12345.678, "en", digits=0)
    '12,346'
    >>> number(-0.001)
    '0'
    >>> number(float("nan"))
    '–'
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    from babel.numbers import format_decimal

    if digits is None:
        digits = 0 if abs(value) >= 10 or round(value, 1) % 1 == 0 else 1
    rounded = round(float(value), digits) + 0.0
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(rounded, format=pattern, locale=_locale(lang)))


def rough(value: float, lang: str = "en") -> str:
    """Return an amount without decimals, or with one where it is below ten and not whole.

    Examples
    --------
    >>> rough(901.4), rough(9.26), rough(-2.5, "nl"), rough(0.0), rough(7.98)
    ('901', '9.3', '-2,5', '0', '8')
    """
    return number(value, lang)


def figure(value: float | None, lang: str = "en", most: int = 3) -> str:
    """Return a number with as many digits as it needs, `most` at most.

    Examples
    --------
    >>> figure(230.0), figure(0.25, "nl"), figure(374.06714), figure(4053.88042)
    ('230', '0,25', '374.067', '4,053.88')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    digits = (n for n in range(most) if abs(round(value, most) - round(value, n)) < 1e-9)
    return number(value, lang, next(digits, most))


def percent(share: float | None, lang: str = "en", digits: int = 1) -> str:
    """Return a share as a percentage; None and NaN become :data:`NOTHING`.

    Examples
    --------
    >>> percent(0.923, "nl")
    '92,3%'
    >>> percent(None)
    '–'
    """
    if share is None or not math.isfinite(share):
        return NOTHING
    return number(100 * share, lang, digits) + "%"


def rate(share: float | None, lang: str = "en", digits: int = 1) -> str:
    """Return a fill rate as a percentage: only what is full is 100%, only what is empty 0%.

    Examples
    --------
    >>> rate(0.9999), rate(1 - 1e-9), rate(0.001, digits=0), rate(0.7)
    ('99.9%', '100.0%', '1%', '70.0%')
    """
    if share is not None and ROUNDING < share < 1 - ROUNDING:
        step = 10.0 ** -(digits + 2)
        share = min(max(share, step), 1 - step)
    return percent(share, lang, digits)


def month(value: Month | str, lang: str = "en") -> str:
    """Return a month such as ``Mar 2022`` or ``mrt 2022``.

    Parameters
    ----------
    value : Month or str
        A month, or text such as ``2022-03``.
    lang : str

    Examples
    --------
    >>> month("2022-03", "nl")
    'mrt 2022'
    >>> month("2022-03")
    'Mar 2022'
    """
    from planner.months import Month as Calendar

    when = Calendar.parse(value) if isinstance(value, str) else value
    return f"{month_names(lang)[when.month]} {when.year}"


@cache
def month_names(lang: str = "en", long: bool = False) -> dict[int, str]:
    """Return the names of the months by number, short ones without a full stop.

    Examples
    --------
    >>> month_names("nl")[3], month_names("nl", long=True)[3]
    ('mrt', 'maart')
    """
    from babel.dates import get_month_names

    names = get_month_names("wide" if long else "abbreviated", "format", _locale(lang))
    return {number: name.rstrip(".") for number, name in names.items()}


def months(first: Month | str, last: Month | str, lang: str = "en") -> str:
    """Return a run of months, ``Jan 2022 – Dec 2025``.

    Examples
    --------
    >>> months("2022-01", "2025-12", "nl")
    'jan 2022 – dec 2025'
    """
    begin, end = month(first, lang), month(last, lang)
    return begin if begin == end else f"{begin} – {end}"
