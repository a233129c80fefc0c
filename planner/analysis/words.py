"""What analyses, their tables and the columns of these are called, in English and Dutch."""

from __future__ import annotations

from planner.analysis.columns import COLUMNS
from planner.labels import WORDS as COMMON
from planner.labels import month as calendar
from planner.labels import speaker
from planner.terms import term

__all__ = ["WORDS", "each", "known", "say", "when"]

WORDS: dict[str, tuple[str, str]] = {
    "working_out": ("working it out", "uitrekenen"),
    "steps": ("steps", "stappen"),
    "keep_answer": (
        "there is more: all tables with --out FOLDER or --json, all rows with --rows 0",
        "er is meer: alle tabellen met --out MAP of --json, alle regels met --rows 0",
    ),
    # sentences
    "fairness_said": (
        "{rule}, {loss} by {by}: {lost} person-months, {rate} of what is asked. {losing} of "
        "{groups} lose, most of all {group} with {largest} of what it asks; concentration (Gini) "
        "{gini}.",
        "{rule}, {loss} per {by}: {lost} persoonsmaanden, {rate} van wat gevraagd wordt. {losing} "
        "van {groups} verliezen, het meest {group} met {largest} van wat het vraagt; concentratie "
        "(Gini) {gini}.",
    ),
    "fairness_nobody": (
        "{rule}, {loss} by {by}: nobody loses anything.",
        "{rule}, {loss} per {by}: niemand verliest iets.",
    ),
    "fairness_value_note": (
        "Under value other allocations are as good, with other losers: planner ranges shows how "
        "far each figure can move.",
        "Onder waarde zijn andere verdelingen even goed, met andere verliezers: planner ranges "
        "toont hoe ver elk cijfer kan schuiven.",
    ),
    "pledges_supply": (
        "Each framework by itself counts on {nominal} person-months in sum; beside each other "
        "there are {effective}: {double} ({share}) have been promised twice.",
        "Elk kader op zich rekent samen op {nominal} persoonsmaanden; naast elkaar zijn er "
        "{effective}: {double} ({share}) zijn dubbel toegezegd.",
    ),
    "pledges_must": (
        "{pool}, {first} to {last}: {framework} and {other} together ask more than there is; "
        "{must} person-months, up to {persons} persons at once, must be the same people.",
        "{pool}, {first} tot en met {last}: {framework} en {other} vragen samen meer dan er is; "
        "{must} persoonsmaanden, tot {persons} personen tegelijk, moeten dezelfde mensen zijn.",
    ),
    "pledges_may": (
        "{pool}, {first} to {last}: up to {may} persons of {framework} may also be those of "
        "{other}, though the pool has enough for both.",
        "{pool}, {first} tot en met {last}: tot {may} personen van {framework} kunnen ook die van "
        "{other} zijn, al heeft de pool genoeg voor beide.",
    ),
    "pledges_rest": (
        "{count} times more two frameworks count on one pool in the same months without exceeding "
        "it.",
        "Nog {count} keer rekenen twee kaders op één pool in dezelfde maanden zonder die te "
        "overschrijden.",
    ),
    "pledges_no_pairs": (
        "No two frameworks count on one pool in the same months.",
        "Nergens rekenen twee kaders op één pool in dezelfde maanden.",
    ),
    "foresight_cut": (
        "All plans are made of decisions of one month each, so that they can be compared; planner "
        "run decides in longer stretches, and its figures differ a little.",
        "Alle plannen bestaan uit beslissingen van één maand, zodat ze vergelijkbaar zijn; planner "
        "run beslist in langere stukken, en die cijfers wijken iets af.",
    ),
    "foresight_perfect": (
        "{rule}: knowing from the start is worth {package} person-months to the packages, {first} "
        "to other demands of main task 1 and {second} to main task 2.",
        "{rule}: vanaf het begin weten is {package} persoonsmaanden waard voor de pakketten, "
        "{first} voor de overige hoofdtaak 1 en {second} voor hoofdtaak 2.",
    ),
    "foresight_rolling": (
        "{rule}: seeing only {months} months ahead changes what is filled by {package} "
        "person-months for the packages, {first} for other demands of main task 1 and {second} "
        "for main task 2.",
        "{rule}: maar {months} maanden vooruit zien verandert de vulling met {package} "
        "persoonsmaanden voor de pakketten, {first} voor de overige hoofdtaak 1 en {second} voor "
        "hoofdtaak 2.",
    ),
    "foresight_least_now": (
        "{rule}: main task 2 loses {now} person-months as it is, {perfect} known from the start; "
        "no other notice that was tried spares it more.",
        "{rule}: hoofdtaak 2 verliest {now} persoonsmaanden zoals het is, {perfect} vanaf het "
        "begin geweten; geen andere beproefde termijn spaart meer.",
    ),
    "foresight_least_earlier": (
        "{rule}: main task 2 loses {now} person-months as it is, {perfect} known from the start, "
        "and least, {lost}, known {months} months earlier.",
        "{rule}: hoofdtaak 2 verliest {now} persoonsmaanden zoals het is, {perfect} vanaf het "
        "begin geweten, en het minst, {lost}, {months} maanden eerder geweten.",
    ),
    "foresight_least_later": (
        "{rule}: main task 2 loses {now} person-months as it is, {perfect} known from the start, "
        "and least, {lost}, known {months} months later: what is under way then is not called off.",
        "{rule}: hoofdtaak 2 verliest {now} persoonsmaanden zoals het is, {perfect} vanaf het "
        "begin geweten, en het minst, {lost}, {months} maanden later geweten: wat dan loopt wordt "
        "niet teruggeroepen.",
    ),
    "foresight_value_note": (
        "Under value only what a tier gets in all is unique: look at the packages and main task 1 "
        "together where they share a tier.",
        "Onder waarde is alleen uniek wat een prioriteit in totaal krijgt: neem pakketten en "
        "hoofdtaak 1 samen waar ze een prioriteit delen.",
    ),
    "tipping_holds": (
        "{rule}: {conclusion} holds; it is {quantity}.",
        "{rule}: {conclusion} geldt; het is {quantity}.",
    ),
    "tipping_fails": (
        "{rule}: {conclusion} does not hold; it is {quantity}.",
        "{rule}: {conclusion} geldt niet; het is {quantity}.",
    ),
    "tipping_person_months": ("{value} person-months", "{value} persoonsmaanden"),
    "tipping_futures": (
        "It holds in {share} of {draws} futures in which all that is uncertain varies together "
        "(95% interval {low} to {high}).",
        "Het geldt in {share} van {draws} toekomsten waarin al het onzekere samen varieert "
        "(95%-interval {low} tot {high}).",
    ),
    "tipping_count": (
        "Moved alone, {flipping} of {inputs} inputs flip it, {inside} of them within their range.",
        "Alleen bewogen keren {flipping} van {inputs} invoeren het om, {inside} daarvan binnen hun "
        "bandbreedte.",
    ),
    "tipping_none": (
        "Moved alone, none of {inputs} inputs flips it as far as it was moved.",
        "Alleen bewogen keert geen van {inputs} invoeren het om, zo ver als bewogen is.",
    ),
    "tipping_flip": (
        "It flips if {input} is {at} instead of {value} {unit}{change}.",
        "Het keert om als {input} {at} is in plaats van {value} {unit}{change}.",
    ),
    "tipping_flip_inside": (
        "It flips if {input} is {at} instead of {value} {unit}{change}, inside its range of {low} "
        "to {high} ({basis}).",
        "Het keert om als {input} {at} is in plaats van {value} {unit}{change}, binnen de "
        "bandbreedte van {low} tot {high} ({basis}).",
    ),
    "tipping_flip_outside": (
        "It flips only if {input} is {at} instead of {value} {unit}{change}, outside its range of "
        "{low} to {high} ({basis}).",
        "Het keert pas om als {input} {at} is in plaats van {value} {unit}{change}, buiten de "
        "bandbreedte van {low} tot {high} ({basis}).",
    ),
    "tipping_earlier": (
        "It flips if {input} comes {months} months earlier, in {month}.",
        "Het keert om als {input} {months} maanden eerder valt, in {month}.",
    ),
    "tipping_later": (
        "It flips if {input} comes {months} months later, in {month}.",
        "Het keert om als {input} {months} maanden later valt, in {month}.",
    ),
    "tipping_earlier_only": (
        "It flips if {input} comes {months} months earlier.",
        "Het keert om als {input} {months} maanden eerder valt.",
    ),
    "tipping_later_only": (
        "It flips if {input} comes {months} months later.",
        "Het keert om als {input} {months} maanden later valt.",
    ),
    "tipping_value_note": (
        "Under value only what a tier gets in all is unique; the division inside a tier is one of "
        "several, settled by names so that every plan settles it alike.",
        "Onder waarde is alleen uniek wat een prioriteit in totaal krijgt; de verdeling daarbinnen "
        "is er één van meerdere, in elk plan op dezelfde manier door namen beslist.",
    ),
    # titles of tables, by analysis
    "tipping.flips": (
        "What flips it, the nearest inside its range first",
        "Wat het omkeert, het naaste binnen zijn bandbreedte eerst",
    ),
    "tipping.inputs": ("How far each input was moved", "Hoe ver elke invoer bewogen is"),
    "foresight.views": (
        "What is filled, by what is known and seen, person-months",
        "Wat gevuld wordt, naar wat bekend en in zicht is, persoonsmaanden",
    ),
    "foresight.missions": (
        "Who gains if the packages are known from the start, person-months",
        "Wie wint als de pakketten vanaf het begin bekend zijn, persoonsmaanden",
    ),
    "pledges.supplies": (
        "Nominal and effective supply, person-months",
        "Nominaal en werkelijk aanbod, persoonsmaanden",
    ),
    "pledges.overlaps": (
        "Two frameworks that count on one pool",
        "Twee kaders die op één pool rekenen",
    ),
    "pledges.months": (
        "Months with more promised than there is, persons",
        "Maanden waarin meer is toegezegd dan er is, personen",
    ),
    "pledges.promises": ("What was promised to whom", "Wat aan wie is toegezegd"),
    "fairness.burdens": ("How the loss is spread", "Hoe het verlies is verdeeld"),
    "fairness.losses": ("Who loses what", "Wie wat verliest"),
    "ranges.fills": (
        "Fill over all allocations that count, person-months",
        "Vulling over alle verdelingen die meetellen, persoonsmaanden",
    ),
    "ranges.displacement": (
        "Displacement over all allocations that count, person-months",
        "Verdringing over alle verdelingen die meetellen, persoonsmaanden",
    ),
    "ranges.total_fills": ("Fill of each main task", "Vulling van elke hoofdtaak"),
    "ranges.total_displacement": (
        "Displacement from each main task",
        "Verdringing uit elke hoofdtaak",
    ),
    "ranges.pools": ("Which pool serves", "Welke pool levert"),
    "ranges.alternatives": (
        "Other allocations, person-months filled",
        "Andere verdelingen, gevulde persoonsmaanden",
    ),
    "ranges.alternative_tours": (
        "Other allocations, tour by tour",
        "Andere verdelingen, uitzending voor uitzending",
    ),
    "curve.points": ("Displacement at each size", "Verdringing bij elke omvang"),
    "curve.pieces": ("What a post costs, by size", "Wat een functie kost, naar omvang"),
    "curve.tiers": ("What each tier loses", "Wat elke prioriteit verliest"),
    "curve.missions": ("What each mission loses", "Wat elke missie verliest"),
    "headroom.rooms": ("Size without displacement", "Omvang zonder verdringing"),
    "prices.prices": ("Prices, person-months a unit", "Prijzen, persoonsmaanden per eenheid"),
    "prices.tiers": ("Prices by tier", "Prijzen per prioriteit"),
    "shares.packages": (
        "Share of each package, person-months",
        "Aandeel van elk pakket, persoonsmaanden",
    ),
    "shares.missions": (
        "Share of each package by mission, person-months",
        "Aandeel van elk pakket per missie, persoonsmaanden",
    ),
    "causes.causes": (
        "What each shortfall is due to, person-months",
        "Waar elk tekort aan ligt, persoonsmaanden",
    ),
    "causes.shortfalls": ("Shortfalls, person-months", "Tekorten, persoonsmaanden"),
    "why.holders": ("Who holds the people", "Wie de mensen bezet houdt"),
    "why.limits": ("What binds", "Wat knelt"),
    "why.changes": ("What would change it", "Wat het zou veranderen"),
    "why.lines": ("Its lines in the month", "De regels in de maand"),
    "why.months": ("People by month", "Mensen per maand"),
    "relief.additions": ("People added", "Extra mensen"),
    "relief.changes": ("Other rules", "Andere regels"),
    "relief.proofs": ("The plan made again", "Het plan opnieuw gemaakt"),
    "relief.months": ("People needed, by month", "Nodige mensen, per maand"),
    **COLUMNS,
}
"""Every word, English and Dutch."""

say = speaker(WORDS)


def when(month: str, lang: str) -> str:
    """Return a month of the calendar, or the number of a month, in a sentence.

    Examples
    --------
    >>> when("2022-07", "nl"), when("7", "nl")
    ('jul 2022', 'maand 7')
    """
    if not month or "-" in month:
        return calendar(month, lang) if month else ""
    return f"{say('month', lang)} {month}"


def known(text: str) -> bool:
    """Whether there is a word of that name."""
    return text in WORDS or text in COMMON


def each(text: str, lang: str) -> str:
    """Return a text in a language, as far as there are words for its parts between commas.

    Examples
    --------
    >>> each("NATO, on call", "nl"), each("package flank", "nl")
    ('NAVO, op afroep', 'pakket flank')
    """
    if text.startswith("package "):
        return f"{say('package', lang)} {text.removeprefix('package ')}"
    parts = text.split(", ")
    return ", ".join(say(part, lang) if known(part) else term(part, lang) for part in parts)
