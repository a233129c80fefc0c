"""What the data say in English only, in both languages: regions, units, statuses, organisations.

Ids and free text stay as they are written; names of missions, demands, pools and kinds have a
Dutch column of their own.
"""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "term"]

WORDS: dict[str, tuple[str, str]] = {
    # categories and specialities
    "military": ("military", "militair"),
    "police": ("police", "politie"),
    "civil": ("civil", "civiel"),
    "mixed": ("mixed", "gemengd"),
    "staff and observers": ("staff and observers", "staf en waarnemers"),
    "combat units": ("combat units", "gevechtseenheden"),
    "enablers": ("enablers", "ondersteuning"),
    "air defence": ("air defence", "luchtverdediging"),
    "helicopters": ("helicopters", "helikopters"),
    "aircraft": ("aircraft", "vliegtuigen"),
    "ships": ("ships", "schepen"),
    "Marechaussee": ("Marechaussee", "Marechaussee"),
    "forensic investigators": ("forensic investigators", "forensisch onderzoekers"),
    "civilian experts": ("civilian experts", "civiele experts"),
    # organisations
    "NATO": ("NATO", "NAVO"),
    "EU": ("EU", "EU"),
    "UN": ("UN", "VN"),
    "OSCE": ("OSCE", "OVSE"),
    "coalition": ("coalition", "coalitie"),
    "ICC": ("ICC", "ICC"),
    "national": ("national", "nationaal"),
    "other": ("other", "overig"),
    # regions
    "Afghanistan": ("Afghanistan", "Afghanistan"),
    "Caribbean": ("Caribbean", "Caribisch gebied"),
    "Eastern flank": ("Eastern flank", "oostflank"),
    "Eastern neighbours": ("Eastern neighbours", "oostelijke buren"),
    "Europe": ("Europe", "Europa"),
    "Gulf and Indo-Pacific": ("Gulf and Indo-Pacific", "Golf en Indo-Pacific"),
    "Horn of Africa": ("Horn of Africa", "Hoorn van Afrika"),
    "Middle East": ("Middle East", "Midden-Oosten"),
    "North Africa": ("North Africa", "Noord-Afrika"),
    "North Atlantic and Baltic": ("North Atlantic and Baltic", "Noord-Atlantisch en Oostzee"),
    "On call": ("On call", "stand-by"),
    "Sahel": ("Sahel", "Sahel"),
    "Western Balkans": ("Western Balkans", "Westelijke Balkan"),
    # statuses in the letter
    "running": ("running", "lopend"),
    "raised": ("raised", "verhoogd"),
    "new": ("new", "nieuw"),
    "under_study": ("under study", "in onderzoek"),
    "ending": ("ending", "aflopend"),
    "declined": ("declined", "afgewezen"),
    "past": ("past", "voorbij"),
    "expected": ("expected", "verwacht"),
    "outside": ("outside", "buiten de brief"),
    # units
    "months per month": ("months per month", "maanden per maand"),
    "months moved": ("months moved", "maanden verschoven"),
    "times": ("times", "maal"),
    "share": ("share", "deel"),
    "share per month": ("share per month", "deel per maand"),
    "factor": ("factor", "factor"),
    "EUR": ("EUR", "EUR"),
    "EUR per person-year": ("EUR per person-year", "EUR per persoonsjaar"),
    # confidence in a source
    "medium": ("medium", "midden"),
}
"""What stands in data, in English and in Dutch."""

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
