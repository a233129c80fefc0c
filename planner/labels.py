"""Words, numbers and months in English and Dutch, for terminal, figures, report and workbook.

Ids, column names and file names stay English everywhere; only what a person reads is translated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from planner.words import WORDS

if TYPE_CHECKING:
    from planner.months import Month

__all__ = [
    "LANGUAGES",
    "NOTHING",
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
]

LANGUAGES = ("en", "nl")
"""Languages there are; the order of the words in every table of words."""

NOTHING = "–"
"""What stands where there is no number."""

ROUNDING = 1e-6
"""Shares closer than this to nothing or to all are that."""


def label(key: str, lang: str = "en", **values: object) -> str:
    """Return a word or sentence in a language, its blanks filled in.

    Raises
    ------
    KeyError
        There is no such word or language.

    Examples
    --------
    >>> label("fill_rate", "nl")
    'vullingsgraad'
    >>> label("more_rows", "en", count=3)
    'and 3 more'
    """
    return _said(WORDS[key], lang, values)


def speaker(words: Mapping[str, tuple[str, str]]) -> Callable[..., str]:
    """Return a function like :func:`label` for a part with words of its own beside these.

    Such a part keeps them in a table called ``WORDS``, English and Dutch, and looks in it first.

    Examples
    --------
    >>> say = speaker({"sheets": ("{count} sheets", "{count} bladen")})
    >>> say("sheets", "nl", count=3), say("fill_rate", "nl")
    ('3 bladen', 'vullingsgraad')
    """

    def say(key: str, lang: str = "en", **values: object) -> str:
        return _said(words[key] if key in words else WORDS[key], lang, values)

    return say


def _said(pair: tuple[str, str], lang: str, values: Mapping[str, object]) -> str:
    if lang not in LANGUAGES:
        raise KeyError(lang)
    text = pair[LANGUAGES.index(lang)]
    return text.format(**values) if values else text


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
    if share is None or not math.isfinite(share):
        return NOTHING
    if ROUNDING < share < 1 - ROUNDING:
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
