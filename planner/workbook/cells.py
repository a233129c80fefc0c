"""One cell of a workbook to a value, and what is wrong with it in words."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from planner.errors import nearest
from planner.labels import LANGUAGES, month_names
from planner.months import Month
from planner.scenario.tables import Column, parse_cell
from planner.workbook.headings import choice, choices

__all__ = ["read_cell"]

_SEPARATORS = re.compile(r"[\s,;]+")
_DUTCH = re.compile(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+")
_ENGLISH = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_UNCLEAR = re.compile(r"[-+]?\d{1,3}[.,]\d{3}")
_TIME = r"(?:[t ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?)?"
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})(?:[-/. ](\d{1,2}))?" + _TIME)
_YEAR_LAST = re.compile(r"(?:(\d{1,2})[-/. ])?(\d{1,2})[-/. ](\d{4})" + _TIME)
_NAMED = re.compile(r"(?:(\d{1,2})[-/. ]+)?([a-z]+)\.?[-/. ]+(?:(\d{1,2}),[ ]*)?'?(\d{4}|\d{2})")


def read_cell(value: Any, column: Column) -> Any:
    """Return what a cell says; None or nothing where it is empty.

    Parameters
    ----------
    value : object
        Text, number, boolean or date, as the spreadsheet keeps it.
    column : Column
        Kind and range of what is expected.

    Raises
    ------
    ValueError
        With what was expected and what was found.

    Examples
    --------
    >>> read_cell("12,5", Column("cap", "number"))
    12.5
    >>> read_cell("staff; civil", Column("pools", "ids"))
    ('staff', 'civil')
    >>> read_cell(datetime.date(2022, 7, 1), Column("first", "month"))
    Month(2022, 7)
    >>> read_cell("1.234", Column("cap", "number"))
    Traceback (most recent call last):
    ValueError: '1.234' may mean 1234 or 1.234: write it as a number, not as text
    """
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return () if column.kind == "ids" else "" if column.kind in _TEXTS else None
    return _READERS[column.kind](value, column)


_TEXTS = ("text", "id", "choice", "known")


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (datetime.datetime, datetime.date)):
        return f"the date {value:%Y-%m-%d}"
    if isinstance(value, (int, float)):
        return f"the number {value:.15g}"
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _text(value: Any, column: Column) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


def _id(value: Any, column: Column) -> Any:
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise ValueError(
            f"expected an id (lower-case letters, digits, hyphens), found {_shown(value)}"
        )
    return parse_cell(str(value), column)


def _ids(value: Any, column: Column) -> Any:
    if not isinstance(value, str):
        return _id(value, column)
    return parse_cell(" ".join(_SEPARATORS.split(value)).strip(), column)


def _number(value: Any, column: Column) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        hint = ""
        if isinstance(value, (datetime.date, datetime.time)):
            hint = ": the spreadsheet has taken it for a date, set the cell to a number"
        raise ValueError(f"expected a number, found {_shown(value)}{hint}")
    if isinstance(value, str):
        return parse_cell(_number_in(value), column)
    if not math.isfinite(value):
        raise ValueError("expected a finite number")
    return parse_cell(str(value), column)


def _number_in(text: str) -> str:
    """Return a number that was written as text, with a decimal point."""
    bare = "".join(text.split())  # also spaces that do not break, narrow ones too
    if _UNCLEAR.fullmatch(bare):
        first, second = re.sub("[.,]", "", bare), bare.replace(",", ".")
        raise ValueError(
            f"{text!r} may mean {first} or {second}: write it as a number, not as text"
        )
    if _DUTCH.fullmatch(bare):
        return bare.replace(".", "").replace(",", ".")
    if _ENGLISH.fullmatch(bare):
        return bare.replace(",", "")
    if bare.endswith("%"):
        raise ValueError(f"expected a number, found {text!r}: write a share such as 0.85")
    return bare if bare[-1:].isdigit() else text


def _month(value: Any, column: Column) -> Month:
    if isinstance(value, (datetime.datetime, datetime.date)):
        return Month(value.year, value.month)
    if isinstance(value, str):
        found = _month_in(value.casefold())
        if found is not None:
            return found
    hint = ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        hint = ": set the cell to a date, or write it as text"
    raise ValueError(f"expected a month such as 2022-03, found {_shown(value)}{hint}")


def _month_in(text: str) -> Month | None:
    """Return the month that a text names, None if it names none.

    Raises
    ------
    ValueError
        Day and month cannot be told apart, or there is no such day.
    """
    text = " ".join(text.split())
    day: str | None
    if found := _YEAR_FIRST.fullmatch(text):
        year, number, day = int(found[1]), int(found[2]), found[3]
    elif found := _YEAR_LAST.fullmatch(text):
        year, number, day = int(found[3]), int(found[2]), found[1]
        if day is not None and int(day) <= 12 and number <= 12 and int(day) != number:
            first, second = Month(year or 1, int(day) or 1), Month(year or 1, number or 1)
            raise ValueError(
                f"{text!r} may mean {first} or {second}: write one of these, or set the cell to "
                "a date"
            )
        if day is not None and number > 12:  # as in the United States: the month comes first
            number, day = int(day), str(number)
    elif found := _NAMED.fullmatch(text):
        number, day = _month_numbers().get(found[2], 0), found[1] or found[3]
        year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
    else:
        return None
    try:
        datetime.date(year, number, 1 if day is None else int(day))
    except ValueError:
        return None
    return Month(year, number)


@cache
def _month_numbers() -> dict[str, int]:
    """Return months by their names, long and short, in every language."""
    return {
        name.casefold().rstrip("."): number
        for lang in LANGUAGES
        for long in (True, False)
        for number, name in month_names(lang, long).items()
    }


def _known(value: Any, column: Column) -> Any:
    if isinstance(value, str):
        words = choices(("just-in-time", "start"))
        if value.casefold() in words:
            return words[value.casefold()]
        found = _month_in(value.casefold())
        if found is not None:
            return found
    try:
        return _month(value, column)
    except ValueError:
        raise ValueError(
            f"expected a month such as 2022-07, {choice('just-in-time')!r} or "
            f"{choice('start')!r}, found {_shown(value)}"
        ) from None


def _flag(value: Any, column: Column) -> bool:
    if isinstance(value, bool):
        return value
    words = {**choices(("yes", "no")), "true": "yes", "waar": "yes", "false": "no", "onwaar": "no"}
    if isinstance(value, str) and value.casefold() in words:
        return words[value.casefold()] == "yes"
    raise ValueError(f"expected yes or no, found {_shown(value)}")


def _choice(value: Any, column: Column) -> str:
    words = choices(column.choices)
    if isinstance(value, str) and value.casefold() in words:
        return words[value.casefold()]
    known = [choice(one) for one in column.choices]
    near = nearest(value.casefold(), known) if isinstance(value, str) else ""
    raise ValueError(f"expected one of {', '.join(known)}, found {_shown(value)}{near}")


_READERS: dict[str, Callable[[Any, Column], Any]] = {
    "text": _text,
    "id": _id,
    "ids": _ids,
    "number": _number,
    "whole": _number,
    "month": _month,
    "known": _known,
    "flag": _flag,
    "choice": _choice,
}
