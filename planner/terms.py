"""What the data say in English only, in both languages: regions, units, statuses, organisations.

Ids and free text stay as they are written; names of missions, demands, pools and kinds have a
Dutch column of their own.
"""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "term"]

WORDS: dict[str, str] = {
    # categories and specialities
    "military": "military",
    "police": "police",
    "civil": "civil",
    "mixed": "mixed",
    "staff and observers": "staff and observers",
    "combat units": "combat units",
    "enablers": "enablers",
    "air defence": "air defence",
    "helicopters": "helicopters",
    "aircraft": "aircraft",
    "ships": "ships",
    "Marechaussee": "Marechaussee",
    "forensic investigators": "forensic investigators",
    "civilian experts": "civilian experts",
    # organisations
    "NATO": "NATO",
    "EU": "EU",
    "UN": "UN",
    "OSCE": "OSCE",
    "coalition": "coalition",
    "ICC": "ICC",
    "national": "national",
    "other": "other",
    # regions
    "Afghanistan": "Afghanistan",
    "Caribbean": "Caribbean",
    "Eastern flank": "Eastern flank",
    "Eastern neighbours": "Eastern neighbours",
    "Europe": "Europe",
    "Gulf and Indo-Pacific": "Gulf and Indo-Pacific",
    "Horn of Africa": "Horn of Africa",
    "Middle East": "Middle East",
    "North Africa": "North Africa",
    "North Atlantic and Baltic": "North Atlantic and Baltic",
    "On call": "On call",
    "Sahel": "Sahel",
    "Western Balkans": "Western Balkans",
    # statuses in the letter
    "running": "running",
    "raised": "raised",
    "new": "new",
    "under_study": "under study",
    "ending": "ending",
    "declined": "declined",
    "past": "past",
    "expected": "expected",
    "outside": "outside",
    # units
    "months per month": "months per month",
    "months moved": "months moved",
    "times": "times",
    "share": "share",
    "share per month": "share per month",
    "factor": "factor",
    "EUR": "EUR",
    "EUR per person-year": "EUR per person-year",
    # confidence in a source
    "medium": "medium",
}
"""Texts that occur in data; the key is the text itself."""

_say = speaker(WORDS)


def term(text: str, lang: str = "en") -> str:
    """Return a word of the data in a language, unchanged if it has no other word.

    Examples
    --------
    >>> term("Middle East", "nl"), term("persons", "nl"), term("Atlantis", "nl")
    ('Midden-Oosten', 'personen', 'Atlantis')
    """
    try:
        return _say(text, lang)
    except KeyError:
        return text
