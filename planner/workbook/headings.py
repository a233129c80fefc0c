"""Headings of columns, what cells of them hold, and the words in cells, in English and in Dutch."""

from __future__ import annotations

from planner.labels import LANGUAGES, speaker
from planner.terms import term

__all__ = ["WORDS", "choice", "choices", "heading", "helps", "spellings"]

WORDS: dict[str, tuple[str, str]] = {
    # headings
    "head_id": ("id", "id"),
    "head_mission": ("mission", "missie"),
    "head_name": ("name", "naam Engels"),
    "head_name_nl": ("name in Dutch", "naam"),
    "head_counts": ("counts", "telt mee"),
    "head_standing": ("standing", "stand"),
    "head_cap": ("cap, persons", "maximum, personen"),
    "head_low": ("low", "laag"),
    "head_high": ("high", "hoog"),
    "head_first": ("first month", "eerste maand"),
    "head_last": ("last month", "laatste maand"),
    "head_pools": ("pools", "pools"),
    "head_kind": ("kind", "soort"),
    "head_tier": ("tier", "prioriteit"),
    "head_package": ("package", "pakket"),
    "head_cohorts": ("cohorts", "lichtingen"),
    "head_unit": ("unit", "eenheid"),
    "head_on_call": ("on call", "stand-by"),
    "head_weight": ("weight", "gewicht"),
    "head_category": ("category", "categorie"),
    "head_basis": ("basis", "grondslag"),
    "head_source": ("source", "bron"),
    "head_section": ("section or reasoning", "paragraaf of redenering"),
    "head_note": ("note", "toelichting"),
    "head_organisation": ("organisation", "organisatie"),
    "head_region": ("region", "regio"),
    "head_main_task": ("main task", "hoofdtaak"),
    "head_title": ("title", "titel Engels"),
    "head_title_nl": ("title in Dutch", "titel"),
    "head_on": ("on", "aan"),
    "head_known": ("known", "bekend"),
    "head_speciality": ("speciality", "specialisme"),
    "head_pool": ("pool", "pool"),
    "head_figure": ("figure", "cijfer"),
    "head_from": ("from", "van"),
    "head_to": ("to", "tot en met"),
    "head_value": ("value", "waarde"),
    "head_of": ("of", "waarvan"),
    "head_verb": ("change", "verandering"),
    "head_changeover": ("changeover", "aflossing"),
    "head_demand": ("demand", "vraag"),
    "head_demands": ("demands", "vragen"),
    "head_min": ("least", "minimum"),
    "head_max": ("most", "maximum"),
    "head_fund": ("fund", "fonds"),
    "head_year": ("year", "jaar"),
    "head_publisher": ("publisher", "uitgever"),
    "head_date": ("date", "datum"),
    "head_confidence": ("confidence", "betrouwbaarheid"),
    "head_reference": ("reference", "vindplaats"),
    "head_summary": ("summary", "samenvatting Engels"),
    "head_summary_nl": ("summary in Dutch", "samenvatting"),
    "head_rule": ("rule", "regel"),
    "head_warm_up": ("warm-up, months", "aanloop, maanden"),
    "head_run_out": ("run-out, months", "uitloop, maanden"),
    "head_money": ("budgets count", "budgetten tellen mee"),
    # what a column is for
    "help_id": (
        "Unique name of the row: lower-case letters, digits and hyphens.",
        "Unieke naam van de rij: kleine letters, cijfers en koppeltekens.",
    ),
    "help_mission": ("Id of the mission that asks.", "Id van de missie die vraagt."),
    "help_counts": (
        "Whether it counts in this scenario.",
        "Of ze meetelt in dit scenario.",
    ),
    "help_standing": (
        "Under study, declined and hindsight count only where the column before says yes.",
        "In onderzoek, afgewezen en achteraf tellen alleen mee waar de vorige kolom ja zegt.",
    ),
    "help_cap": ("Most persons at once.", "Meeste personen tegelijk."),
    "help_low": (
        "Lowest value thought possible; empty if exact.",
        "Laagste waarde die mogelijk lijkt; leeg als het vaststaat.",
    ),
    "help_high": (
        "Highest value thought possible; empty if exact.",
        "Hoogste waarde die mogelijk lijkt; leeg als het vaststaat.",
    ),
    "help_first": ("First month on duty.", "Eerste maand van inzet."),
    "help_last": (
        "Last month on duty, which counts in full.",
        "Laatste maand van inzet, die helemaal meetelt.",
    ),
    "help_pools": (
        "Ids of pools, most preferred first, separated by commas.",
        "Id's van pools, de liefste eerst, gescheiden door komma's.",
    ),
    "help_kind": (
        "Kind of contribution, which gives tour, preparation and rest.",
        "Soort bijdrage, die uitzending, voorbereiding en rust bepaalt.",
    ),
    "help_tier": (
        "1 is served first. Empty: 1 for main task 1, else 2.",
        "1 gaat voor. Leeg: 1 voor hoofdtaak 1, anders 2.",
    ),
    "help_package": ("Package it belongs to, if any.", "Pakket waar ze bij hoort, als dat zo is."),
    "help_cohorts": (
        "In how many parts people are relieved; empty: as its kind does.",
        "In hoeveel delen mensen worden afgelost; leeg: zoals de soort.",
    ),
    "help_unit": (
        "Yes: all or nothing, when people are counted whole.",
        "Ja: alles of niets, als mensen heel worden geteld.",
    ),
    "help_on_call": (
        "Yes: stand-by, tied up without being deployed.",
        "Ja: stand-by, gebonden zonder te zijn ingezet.",
    ),
    "help_weight": (
        "Worth of a person-month under the rule value; empty is 1.",
        "Waarde van een persoonsmaand onder de regel waarde; leeg is 1.",
    ),
    "help_basis": (
        "What the figure rests on; empty is assumption.",
        "Waar het cijfer op rust; leeg is aanname.",
    ),
    "help_source": (
        "Id of a source, from the sheet Sources.",
        "Id van een bron, van blad Bronnen.",
    ),
    "help_section": (
        "Place in the source, or the reasoning in a few words.",
        "Plaats in de bron, of de redenering in enkele woorden.",
    ),
    "help_known": (
        "A month, just in time, or start. Empty is just in time.",
        "Een maand, net op tijd, of begin. Leeg is net op tijd.",
    ),
    "help_on": ("No leaves the package out.", "Nee laat het pakket weg."),
    "help_pool": ("Id of a pool.", "Id van een pool."),
    "help_from": (
        "From this month; empty is from the start.",
        "Vanaf deze maand; leeg is vanaf het begin.",
    ),
    "help_window_from": ("First month reported.", "Eerste maand van de periode."),
    "help_window_to": (
        "Last month reported, which counts in full.",
        "Laatste maand van de periode, die helemaal meetelt.",
    ),
    "help_to": (
        "Up to and including this month; empty is without end.",
        "Tot en met deze maand; leeg is zonder einde.",
    ),
    "help_demand": (
        "Id of one demand; then kind and pool stay empty.",
        "Id van één vraag; dan blijven soort en pool leeg.",
    ),
    "help_demands": (
        "Ids of demands counted together, separated by commas.",
        "Id's van vragen die samen tellen, gescheiden door komma's.",
    ),
    "help_figure": ("What the row gives.", "Wat de rij geeft."),
    "help_verb": (
        "What is done to the strength with the value of this row.",
        "Wat er met de waarde van deze rij aan de sterkte gebeurt.",
    ),
    "help_of": ("What changes; empty is the strength.", "Wat verandert; leeg is de sterkte."),
    "help_changeover": (
        "People replaced one by one, or a unit as a whole.",
        "Mensen een voor een afgelost, of een eenheid in haar geheel.",
    ),
    "help_rule": (
        "fair: the worst-off gets as much as can be; value: most weighted person-months.",
        "eerlijk: wie het minst krijgt, krijgt zoveel als kan; waarde: meeste gewogen "
        "persoonsmaanden.",
    ),
    "help_warm_up": (
        "Months before the period; empty is as long as the longest tie-up.",
        "Maanden voor de periode; leeg is zo lang als de langste binding.",
    ),
    "help_run_out": (
        "Months after the period; empty is as long as the longest tie-up.",
        "Maanden na de periode; leeg is zo lang als de langste binding.",
    ),
    "help_money": (
        "Yes makes budgets a limit beside people.",
        "Ja maakt budgetten tot een grens naast mensen.",
    ),
    # what stands in cells
    "choice_standing": ("standing", "lopend"),
    "choice_study": ("under study", "in onderzoek"),
    "choice_hindsight": ("hindsight", "achteraf"),
    "choice_dropped": ("dropped", "geschrapt"),
    "choice_posts": ("posts", "functies"),
    "choice_filled": ("share filled", "bezettingsgraad"),
    "choice_fit": ("share fit", "inzetbaar deel"),
    "choice_set": ("set to", "wordt"),
    "choice_add": ("add", "plus"),
    "choice_times": ("times", "maal"),
    "choice_grow_to": ("grow to", "groeit naar"),
    "choice_grow_times": ("grow times", "groeit maal"),
    "choice_tour": ("tour (months)", "uitzending (maanden)"),
    "choice_preparation": ("preparation (months)", "voorbereiding (maanden)"),
    "choice_rest": ("rest (months per month)", "rust (maanden per maand)"),
    "choice_acceptance": ("share accepted", "aanvaard deel"),
    "choice_lead": ("lead time (months)", "doorlooptijd (maanden)"),
    "choice_early_return": (
        "early return (share per month)",
        "eerder terug (deel per maand)",
    ),
    "choice_staggered": ("staggered", "gespreid"),
    "choice_en_bloc": ("en bloc", "in één keer"),
    "choice_just_in_time": ("just in time", "net op tijd"),
    "choice_start": ("start", "begin"),
    "choice_all": ("all", "alle"),
}
"""Headings (``head_``), what a column is for (``help_``) and words in cells (``choice_``)."""

say = speaker(WORDS)


def heading(field: str, lang: str = "en") -> str:
    """Return the heading of a column.

    Examples
    --------
    >>> heading("cap", "nl")
    'maximum, personen'
    """
    return say(f"head_{field}", lang)


def helps(field: str, lang: str = "en") -> str:
    """Return what a column is for, empty where its heading says it all."""
    key = f"help_{field}"
    return say(key, lang) if key in WORDS else ""


def choice(value: str, lang: str = "en") -> str:
    """Return the word in a cell for a value such as ``en_bloc``.

    Examples
    --------
    >>> choice("grow_times", "nl"), choice("just-in-time")
    ('groeit maal', 'just in time')
    """
    key = f"choice_{value.replace('-', '_')}"
    return say(key, lang) if key in WORDS else term(value, lang)


def spellings(field: str) -> set[str]:
    """Return what a heading may say for a column: its name, or its heading in either language."""
    return {field.casefold(), *(heading(field, lang).casefold() for lang in LANGUAGES)}


def choices(values: tuple[str, ...]) -> dict[str, str]:
    """Return the values that a cell may name, by every word for them in lower case.

    Examples
    --------
    >>> choices(("yes", "no"))
    {'yes': 'yes', 'ja': 'yes', 'no': 'no', 'nee': 'no'}
    """
    return {
        word.casefold(): value
        for value in values
        for word in (value, *(choice(value, lang) for lang in LANGUAGES))
    }
