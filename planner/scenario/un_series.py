"""Import of the United Nations' public series of uniformed personnel, as observations.

Two public forms are read: the monthly table *Contribution of Uniformed Personnel to UN by Mission,
Country, and Personnel Type* as text (``pdftotext -layout FILE.pdf``), and the CSV export with the
header :data:`HEADER`. A month of the table that does not add up to its printed totals is refused.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from planner.errors import Fault, InputError
from planner.months import Month

__all__ = ["HEADER", "Count", "observations", "observations_text", "read_un"]

HEADER = (
    "contribution_id", "isocode3", "contributing_country", "mission_acronym", "personnel_type",
    "female_personnel", "male_personnel", "last_reporting_date",
)  # fmt: skip
"""Columns of the CSV export."""

KINDS = (
    "Experts on Mission", "Formed Police Units", "Individual Police", "Staff Officer", "Troops",
)  # fmt: skip
"""Personnel types; the plural and singular of the series are taken as one."""

LARGEST = 50_000_000
"""Largest file read, bytes; the whole export since 1990 has about 20 million."""

_MONTHS = [
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
]  # fmt: skip
_NAMED = re.compile(
    r"(?:\b\d{1,2}[-\s])?\b(" + "|".join(f"{m[:3]}(?:{m[3:]})?" for m in _MONTHS) + r")[a-z]*\.?"
    r"[-\s,]+(?:\d{1,2}[,\s]+)?((?:19|20)\d\d|\d\d)\b",
    re.IGNORECASE,
)
_DATED = re.compile(r"\b(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)\b")
_ISO = re.compile(r"\b((?:19|20)\d\d)-(\d\d)(?:-\d\d)?\b")
_NUMBERS = re.compile(r"^(.*?)\s*((?:\s+-?[\d,]+)+)\s*$")
_HEADING = re.compile(r"contribution|personnel|page|month|mission|country", re.IGNORECASE)
"""Words of headings, which are repeated on every page."""
_MISSION = re.compile(r"[A-Z][A-Z0-9/-]{2,}")

DEMANDS: Mapping[tuple[str, str], tuple[str, float, str]] = {
    ("MINUSMA", "Individual Police"): ("minusma-ipo", 0, ""),
    ("MINUSMA", "Staff Officer"): (
        "minusma-staff", 6, "Staff officers of detachments are counted here as well",
    ),
    ("MINUSMA", "Troops"): ("minusma-isr c130-minusma", 5, "Any detachment counted here as well"),
    ("UNIFIL", "Staff Officer"): ("unifil-gender", 0, ""),
    ("UNDOF", "Staff Officer"): ("undof", 0, ""),
    ("UNTSO", "Experts on Mission"): (
        "untso", 2, "Exact count; in a month of hand-over a post is held twice",
    ),
}  # fmt: skip
"""By mission and kind: the demands of the data tables that a count speaks of, its error in persons
and why."""


@dataclass(frozen=True)
class Count:
    """People of one country in one mission in one month, by kind."""

    month: Month
    country: str
    mission: str
    kind: str
    persons: int
    code: str = ""
    """Country by its three letters, in lower case; empty where the file has none."""


def read_un(path: str | Path, country: str = "Netherlands") -> tuple[Count, ...]:
    """Return the counts of a country in a file of the series.

    Parameters
    ----------
    path : str or Path
        The CSV export, or the text of a monthly table.
    country : str
        As the series names it; its three-letter code works for the export as well.

    Raises
    ------
    InputError
        The file is in neither form, a cell is wrong, or a month does not add up to its printed
        totals; every fault with its line.
    """
    name = str(path)
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(Fault(name, 0, 0, "", f"cannot be read: {error.strerror}")) from None
    if len(data) > LARGEST:
        raise InputError(Fault(name, 0, 0, "", f"too large: more than {LARGEST:,} bytes"))
    if data.startswith(b"%PDF"):
        message = "is a PDF: make text of it first, with 'pdftotext -layout'"
        raise InputError(Fault(name, 0, 0, "", message))
    text = data.decode("utf-8-sig", errors="replace")
    counts = _export(text, name) if "contribution_id" in text[:2000] else _table(text, name)
    wanted = country.casefold()
    return tuple(one for one in counts if wanted in (one.country.casefold(), one.code))


def _kind(text: str) -> str | None:
    """Return the personnel type that a text is, in the singular or plural of :data:`KINDS`."""
    plain = re.sub(r"\s+", " ", text).strip().casefold()
    for kind in KINDS:
        stem = kind.casefold().rstrip("s")
        if plain in (stem, stem + "s", stem.replace("expert ", "experts ")):
            return kind
    return {"staff officers": "Staff Officer", "contingent troops": "Troops"}.get(plain)


def _month(text: str) -> Month | None:
    found = _ISO.search(text)
    if found:
        year, month = int(found[1]), int(found[2])
        return Month(year, month) if 1 <= month <= 12 else None
    found = _DATED.search(text)
    if found:
        one, other, year = int(found[1]), int(found[2]), int(found[3])
        month = other if one > 12 or other <= 12 < one else one if other > 12 else other
        return Month(year, month) if 1 <= month <= 12 else None
    found = _NAMED.search(text)
    if found:
        place = next(i for i, m in enumerate(_MONTHS, 1) if m.startswith(found[1].lower()[:3]))
        year = int(found[2])
        return Month(year + (2000 if year < 100 else 0), place)
    return None


def _export(text: str, name: str) -> list[Count]:
    """Read the CSV export."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    header = [cell.strip() for cell in reader.fieldnames or ()]
    lacking = [column for column in HEADER if column not in header]
    if lacking:
        raise InputError(Fault(name, 1, 0, lacking[0], "column missing"))
    reader.fieldnames = header
    counts, faults = [], []
    for row in reader:
        line = reader.line_num
        cells = {column: (row.get(column) or "").strip() for column in HEADER}
        month, kind = _month(cells["last_reporting_date"]), _kind(cells["personnel_type"])
        persons = 0
        for column in ("female_personnel", "male_personnel"):
            number = cells[column] or "0"
            if number.isdecimal():
                persons += int(number)
            else:
                message = f"expected a number of people, found {number[:40]!r}"
                faults.append(Fault(name, line, 0, column, message))
        if month is None:
            found = cells["last_reporting_date"][:40]
            message = f"expected a date such as 2022-06-30, found {found!r}"
            faults.append(Fault(name, line, 0, "last_reporting_date", message))
            continue
        if not cells["mission_acronym"] or not cells["personnel_type"]:
            faults.append(
                Fault(name, line, 0, "mission_acronym", "a mission and a kind are needed")
            )
            continue
        country = cells["contributing_country"]
        what = (cells["mission_acronym"], kind or cells["personnel_type"])
        counts.append(Count(month, country, *what, persons, cells["isocode3"].casefold()))
    if faults:
        raise InputError(faults)
    return _added(counts)


def _added(counts: Iterable[Count]) -> list[Count]:
    """Return counts with those of the same month, country, mission and kind added up."""
    found: dict[tuple[Month, str, str, str], Count] = {}
    for one in counts:
        key = (one.month, one.country, one.mission, one.kind)
        old = found.get(key)
        found[key] = one if old is None else replace(old, persons=old.persons + one.persons)
    return list(found.values())


def _table(text: str, name: str) -> list[Count]:
    """Read the text of a monthly table, and hold every printed total against its rows."""
    month = next((one for line in text.splitlines()[:60] if (one := _month(line))), None)
    if month is None:
        message = (
            "expected the CSV export of the series or the text of a monthly table with its month "
            "at the top, found neither"
        )
        raise InputError(Fault(name, 1, 0, "", message))
    mission = country = ""
    counts: list[Count] = []
    totals: list[tuple[str, str, str, int, int]] = []
    for line, row in enumerate(text.splitlines(), 1):
        found = _NUMBERS.match(" " + row)
        words = re.sub(r"\s+", " ", (found[1] if found else row)).strip()
        numbers = [int(one.replace(",", "")) for one in found[2].split()] if found else []
        head, kind = _split(words)
        if kind is None and _total(words):
            if numbers:
                totals.append((_total(words) or "", mission, country, numbers[-1], line))
            continue
        if kind is None and (numbers or _HEADING.search(words)):
            continue
        if _MISSION.fullmatch(head.split(" ")[0]) and head:
            mission, _, rest = head.partition(" ")
            country = rest or ("" if kind is None else country)
        elif head and (kind is not None or mission):
            country = head
        if kind is not None and numbers:
            if not mission or not country:
                message = "a row of people before any mission and country"
                raise InputError(Fault(name, line, 0, "", message))
            counts.append(Count(month, country, mission, kind, numbers[-1]))
            if len(numbers) == 3 and numbers[0] + numbers[1] != numbers[2]:
                message = f"{numbers[0]} and {numbers[1]} do not add up to {numbers[2]}"
                raise InputError(Fault(name, line, 0, "", message))
    _check_totals(name, month, counts, totals)
    return _added(counts)


def _split(words: str) -> tuple[str, str | None]:
    """Return what stands before a personnel type at the end of a text, and that type."""
    parts = words.split(" ")
    for size in (3, 2, 1):
        kind = _kind(" ".join(parts[-size:]))
        if kind is not None and len(parts) >= size:
            return " ".join(parts[:-size]).strip(), kind
    return words, None


def _total(words: str) -> str | None:
    """Return what a total is of: ``*`` of everything, empty of what the rows above it are of."""
    plain = words.rstrip(":").strip()
    if plain.casefold() in ("grand total", "overall total", "totals"):
        return "*"
    if plain.casefold() in ("total", "sub total", "subtotal"):
        return "."
    if plain.casefold().endswith(" total"):
        return plain[: -len(" total")].strip()
    if plain.casefold().startswith("total "):
        return plain[len("total ") :].strip()
    return None


def _check_totals(
    name: str,
    month: Month,
    counts: list[Count],
    totals: list[tuple[str, str, str, int, int]],
) -> None:
    """Refuse a month that does not add up to its printed totals, or that prints none."""
    if not counts:
        raise InputError(Fault(name, 1, 0, "", f"no rows of people found for {month}"))
    if not totals:
        message = f"{month} prints no totals to hold the rows against"
        raise InputError(Fault(name, 1, 0, "", message))
    by_mission: Counter[str] = Counter()
    by_country: Counter[tuple[str, str]] = Counter()
    for one in counts:
        by_mission[one.mission] += one.persons
        by_country[one.mission, one.country] += one.persons
    faults = []
    for of, mission, country, printed, line in totals:
        if of == "*":
            found, what = sum(by_mission.values()), "all missions"
        elif of in by_mission:
            found, what = by_mission[of], of
        elif of == ".":
            found, what = by_country[mission, country], f"{country} in {mission}"
            if found != printed and by_mission[mission] == printed:
                continue
        else:
            found, what = by_country[mission, of], f"{of} in {mission}"
        if found != printed:
            message = (
                f"{month}: the rows of {what} add up to {found}, the printed total is {printed}"
            )
            faults.append(Fault(name, line, 0, "", message))
    if faults:
        raise InputError(faults)


def observations(counts: Iterable[Count], source: str = "un-uniformed") -> list[dict[str, str]]:
    """Return counts as rows of ``observations.csv``; a count of no known demand is left out.

    Parameters
    ----------
    counts : iterable of Count
        From :func:`read_un`.
    source : str
        Id of their source.
    """
    rows = []
    for one in sorted(counts, key=lambda count: (count.month, count.mission, count.kind)):
        if (one.mission, one.kind) not in DEMANDS:
            continue
        demands, error, note = DEMANDS[one.mission, one.kind]
        short = one.kind.split(" ")[-1 if one.kind.startswith("Individual") else 0].lower()
        rows.append(
            {
                "id": f"un-{one.mission.lower()}-{short}-{one.month}", "demands": demands,
                "pools": "", "month": str(one.month), "people": str(one.persons),
                "error": f"{error:g}", "relation": "equal", "source": source,
                "section": f"{one.mission}, {one.kind}", "note": note,
            }
        )  # fmt: skip
    return rows


def observations_text(rows: Iterable[Mapping[str, str]]) -> str:
    """Return rows as the text of ``observations.csv``, with its header."""
    from planner.scenario.registry import TABLES

    columns = [column.name for column in TABLES["observations"]]
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
