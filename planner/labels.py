"""Words, numbers and months in English and Dutch, for terminal, figures, report and workbook.

Ids, column names and file names stay English everywhere; only what a person reads is translated.

Words that several parts say, in English and in Dutch.

:func:`planner.labels.label` looks here. What only one part says stands in a table of that part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.months import Month

__all__ = [
    "LANGUAGES",
    "NOTHING",
    "WORDS",
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

WORDS: dict[str, tuple[str, str]] = {
    # what a result is about
    "scenario": ("scenario", "scenario"),
    "mission": ("mission", "missie"),
    "demand": ("demand", "vraag"),
    "pool": ("pool", "pool"),
    "package": ("package", "pakket"),
    "region": ("region", "regio"),
    "category": ("category", "categorie"),
    "organisation": ("organisation", "organisatie"),
    "kind": ("kind", "soort"),
    "month": ("month", "maand"),
    "months": ("months", "maanden"),
    "tier": ("tier", "prioriteit"),
    "rule": ("rule", "regel"),
    "fair": ("fair", "eerlijk"),
    "value": ("value", "waarde"),
    "main_task": ("main task", "hoofdtaak"),
    "task": ("task", "taak"),
    "main_task_1": ("main task 1", "hoofdtaak 1"),
    "main_task_2": ("main task 2", "hoofdtaak 2"),
    "person_months": ("person-months", "persoonsmaanden"),
    "persons": ("persons", "personen"),
    "cap": ("cap", "maximum"),
    "strength": ("strength", "sterkte"),
    "result_filled": (
        "{name}: {filled} of {asked} person-months are filled ({share}) under the rule {rule}.",
        "{name}: {filled} van {asked} persoonsmaanden zijn gevuld ({share}) onder de regel {rule}.",
    ),
    "result_displaces": (
        "{package} displaces {lost} person-months of main task 2.",
        "{package} verdringt {lost} persoonsmaanden van hoofdtaak 2.",
    ),
    # fill
    "fill_by_mission": ("Fill by mission", "Vulling per missie"),
    "fill_by_demand": ("Fill by demand", "Vulling per vraag"),
    "fill_rate": ("fill rate", "vullingsgraad"),
    "asked": ("asked", "gevraagd"),
    "filled": ("filled", "gevuld"),
    "total": ("total", "totaal"),
    "on_duty": ("on duty", "ingezet"),
    "preparing": ("preparing", "in voorbereiding"),
    "resting": ("resting", "in rust"),
    "idle": ("idle", "beschikbaar"),
    # displacement
    "displacement": ("displacement", "verdringing"),
    "displaced": ("displaced", "verdrongen"),
    "displacement_by_mission": (
        "Displacement of main task 2 by mission",
        "Verdringing van hoofdtaak 2 per missie",
    ),
    "displacement_ratio": ("displacement ratio", "verdringingsgraad"),
    "package_filled": ("filled for the package", "gevuld voor het pakket"),
    "package_asked": ("asked by the package", "gevraagd door het pakket"),
    "displaced_main_task_1": ("lost by other main task 1", "verlies overige hoofdtaak 1"),
    "displaced_main_task_2": ("displaced from main task 2", "verdrongen uit hoofdtaak 2"),
    "no_displacement": ("nothing is displaced", "niets wordt verdrongen"),
    "no_packages": (
        "no package: nothing to displace anything",
        "geen pakket: niets dat iets verdringt",
    ),
    "known": ("known", "bekend"),
    "from_to": ("{low} to {high}", "{low} tot {high}"),
    "begins": ("first month", "eerste maand"),
    "year": ("year", "jaar"),
    "at_a_time": ("persons at a time", "personen tegelijk"),
    "in_months": ("in months", "in maanden"),
    "less_than_half": (
        "less than {half} persons at any time ({count} missions)",
        "nooit meer dan {half} personen tegelijk ({count} missies)",
    ),
    "before_and_after": (
        "before its first month ({month}): {before} person-months; from then on: {after}",
        "vóór de eerste maand ({month}): {before} persoonsmaanden; daarna: {after}",
    ),
    "share_of_asked": ("share of asked", "deel van gevraagd"),
    "most_from": ("mostly from pool", "vooral uit pool"),
    # bottlenecks
    "bottlenecks": ("Bottlenecks", "Knelpunten"),
    "no_bottlenecks": ("no pool binds", "geen pool knelt"),
    "binding_months": ("binding months", "knellende maanden"),
    "first_month": ("first", "eerste"),
    "last_month": ("last", "laatste"),
    "binding_note": (
        "everyone is taken and more people may help; planner prices plans again with one more",
        "iedereen is bezet en meer mensen kunnen helpen; planner prices plant opnieuw met één meer",
    ),
    "budgets": ("Budgets (million euros)", "Budgetten (miljoen euro)"),
    "budget_line": ("budget", "budget"),
    "budget_amount": ("amount", "bedrag"),
    "spent": ("spent", "besteed"),
    "no_binding": (
        "no bottlenecks with this engine: planner run without --engine shows them",
        "geen knelpunten met deze rekenmotor: planner run zonder --engine toont ze",
    ),
    "value_note": (
        "under value only the totals of tiers are unique: other divisions can be as good",
        "onder waarde zijn alleen de totalen per prioriteit uniek: een andere verdeling kan even "
        "goed zijn",
    ),
    # certificate and bounds
    "certificate": ("Certificate", "Certificaat"),
    "solved_by": ("Solved by {solver}: {status}", "Opgelost door {solver}: {status}"),
    "certificate_line": (
        "primal {primal}, dual {dual}, gap {gap}",
        "primaal {primal}, duaal {dual}, verschil {gap}",
    ),
    "unmet_bounds": ("Composition goals not met", "Niet gehaalde samenstellingseisen"),
    "bound": ("bound", "eis"),
    "missing": ("missing", "tekort"),
    "written_to": ("written to {path}", "geschreven naar {path}"),
    "keep_hint": (
        "nothing written; keep the tables with --out FOLDER",
        "niets geschreven; bewaar de tabellen met --out MAP",
    ),
    "more_rows": ("and {count} more", "en nog {count}"),
    "columns_left_out": (
        "not shown for lack of room: {columns}",
        "niet getoond wegens ruimtegebrek: {columns}",
    ),
    "allocating": ("allocating", "toewijzen"),
    "writing": ("writing", "schrijven"),
    "drawing": ("drawing", "tekenen"),
    "reading": ("reading", "lezen"),
    "made_of": ("{demands} demands, {pools} pools", "{demands} vragen, {pools} pools"),
    "time_left": ("about {time} left", "nog ongeveer {time}"),
    # comparing
    "comparison": ("Comparison", "Vergelijking"),
    "differences": ("Differences", "Verschillen"),
    "no_differences": ("the same effective inputs", "dezelfde effectieve invoer"),
    "only_sources_differ": (
        "{count} more in names, notes and sources only: --all shows them",
        "nog {count} alleen in namen, toelichting en bronnen: --all toont ze",
    ),
    "input": ("input", "invoer"),
    "absent": ("absent", "niet aanwezig"),
    # showing
    "title": ("title", "titel"),
    "summary": ("summary", "samenvatting"),
    "window": ("window", "periode"),
    "model_months": ("months of the model", "maanden van het model"),
    "status": ("status", "status"),
    "name": ("name", "naam"),
    "kinds": ("kinds", "soorten"),
    "missions": ("Missions", "Missies"),
    "demands": ("Demands", "Vragen"),
    "pools": ("Pools", "Pools"),
    "packages": ("Packages", "Pakketten"),
    "scenarios": ("Scenarios", "Scenario's"),
    "figure": ("figure", "cijfer"),
    "figures": ("Figures", "Cijfers"),
    "distribution": ("distribution", "verdeling"),
    "rank": ("rank correlation", "rangcorrelatie"),
    "correlations": ("Drawn together", "Samen getrokken"),
    "uncertain_capacity": (
        "{count} figures of which each draw makes another plan",
        "{count} cijfers waarvoor elke trekking een ander plan maakt",
    ),
    "uncertain_presence": (
        "{count} parameters of the presence of the people planned",
        "{count} cijfers over de aanwezigheid van de geplande mensen",
    ),
    "uncertain_note": (
        "the source is that of the figure; a likely value and both ends make a pert distribution "
        "unless the scenario says otherwise",
        "de bron is die van het cijfer; een waarschijnlijke waarde en twee uitersten worden een "
        "pert-verdeling tenzij het scenario iets anders zegt",
    ),
    "nothing_uncertain": (
        "nothing in this scenario is uncertain",
        "niets in dit scenario is onzeker",
    ),
    "sources": ("Sources", "Bronnen"),
    "source": ("source", "bron"),
    "section": ("section", "paragraaf"),
    "basis": ("basis", "grondslag"),
    "letter": ("letter", "brief"),
    "public": ("public", "openbaar"),
    "assumption": ("assumption", "aanname"),
    "low": ("low", "laag"),
    "likely": ("likely", "waarschijnlijk"),
    "high": ("high", "hoog"),
    "unit": ("unit", "eenheid"),
    "note": ("note", "toelichting"),
    "written_in": ("written in", "staat in"),
    "publisher": ("publisher", "uitgever"),
    "date": ("date", "datum"),
    "reference": ("reference", "vindplaats"),
    "confidence": ("confidence", "betrouwbaarheid"),
    "figures_in_use": ("figures in use", "gebruikte cijfers"),
    "left_out": ("Left out", "Niet meegeteld"),
    "reason": ("reason", "reden"),
    "reason_study": ("under study, not decided", "in onderzoek, niet besloten"),
    "reason_declined": ("declined, not sent", "afgewezen, niet gezonden"),
    "reason_hindsight": ("known from hindsight only", "alleen achteraf bekend"),
    "reason_dropped": ("dropped", "geschrapt"),
    "reason_ends": ("ends before it begins", "eindigt voor het begint"),
    "reason_outside": ("outside the months of the model", "buiten de maanden van het model"),
    "reason_none": ("does not count", "telt niet mee"),
    "counts": ("counts", "telt mee"),
    "amount": ("value", "waarde"),
    "tour": ("tour", "uitzending"),
    "preparation": ("preparation", "voorbereiding"),
    "rest": ("rest", "rust"),
    "cohorts": ("cohorts", "lichtingen"),
    "digest": ("digest", "vingerafdruk"),
    "speciality": ("speciality", "specialisme"),
    "speciality_of": ("who can go", "wie kan gaan"),
    "valid": ("valid", "geldig"),
    "yes": ("yes", "ja"),
    "no": ("no", "nee"),
    "each_year": ("strength by year", "sterkte per jaar"),
    "file": ("file", "bestand"),
}
"""Every word, English and Dutch."""


LANGUAGES = ("en", "nl")
"""Languages; the order of the words in every table of words."""

NOTHING = "–"
"""What stands without a number."""

ROUNDING = 1e-6
"""Shares closer than this to nothing or to all are that."""


def label(key: str, lang: str = "en", **values: object) -> str:
    """Return a word or sentence in a language, its blanks filled in.

    Raises
    ------
    KeyError
        The word or the language is unknown.

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
