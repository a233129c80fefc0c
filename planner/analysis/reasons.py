"""Why a mission has the people it has in a month, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from planner.analysis.words import when
from planner.labels import label, named, number, speaker

if TYPE_CHECKING:
    from planner.analysis.altered import Alteration
    from planner.analysis.barriers import Holder, Limit
    from planner.analysis.why import Why

__all__ = ["told"]

NAMED = 4
"""Most holders who are named in one breath."""
NOTHING_PERSONS = 0.05
"""People up to this many round to none."""


def told(why: Why, lang: str) -> list[str]:
    """Return how many there are, what binds, who holds the people, and what would change it."""
    said = [_head(why, lang)]
    if why.lacking_persons <= NOTHING_PERSONS:
        return said
    for limit in why.limits:
        if limit.lacking_persons > NOTHING_PERSONS:
            said += _limited(why, limit, lang)
    said += [_changed(why, change, lang) for change in why.changes if _counts(change, why.changes)]
    if why.changes and not any(change.gained_persons > 0 for change in why.changes):
        said.append(say("no_change", lang))
    if why.rule == "value":
        said.append(f"{label('value_note', lang).capitalize()}.")
    return list(dict.fromkeys(said))


def _mission(why: Why, mission: str, lang: str) -> str:
    """Return the name of a mission, or of a demand."""
    for line in why.case.lines:
        if line.mission == mission and line.name:
            return named(line, lang)
    return mission


def _pool(why: Why, pool: str, lang: str) -> str:
    rows = why.case.compiled.pools if why.case.compiled is not None else ()
    return next((named(row, lang) for row in rows if row.id == pool), pool)


def _head(why: Why, lang: str) -> str:
    values = {
        "name": _mission(why, why.mission, lang), "month": when(why.month, lang),
        "asked": number(why.asked_persons, lang), "there": number(why.on_duty_persons, lang),
        "without": number(why.without_packages_persons, lang),
    }  # fmt: skip
    if why.asked_persons <= 0:
        return say("nobody", lang, **values)
    key = "short" if why.lacking_persons > NOTHING_PERSONS else "full"
    differs = abs(why.without_packages_persons - why.on_duty_persons) > NOTHING_PERSONS
    if differs:
        names = [one.name for one in why.changes if one.change == "without_package"]
        values["packages"] = ", ".join(names) or say("packages", lang)
    return say(key, lang, **values) + (say("unlike", lang, **values) if differs else "") + "."


def _limited(why: Why, limit: Limit, lang: str) -> list[str]:
    """Return sentences on one limit, and on who holds the pool."""
    who = limit.demand if len(why.lines) > 1 else ""
    values = {
        "for_whom": f" ({who})" if who else "",
        "name": _pool(why, limit.name, lang), "month": when(limit.month, lang),
        "strength": number(limit.strength_persons, lang), "binding": limit.binding_months,
        "tied": limit.tied_months, "lacking": number(limit.lacking_persons, lang),
        "planned": when(limit.planned_month, lang),
    }  # fmt: skip
    if limit.limit != "pool":
        return [say(limit.limit, lang, **values)]
    key = "pool_here" if limit.month == why.month else "pool_there"
    sentence = say(key, lang, **values)
    if _planned_before(why, limit):
        sentence += " " + say("planned", lang, **values)
    held = [
        row
        for row in why.holders
        if (row.pool, row.month, row.planned_month)
        == (limit.name, limit.month, limit.planned_month)
    ]
    return [sentence, _held(why, held, lang)]


def _planned_before(why: Why, limit: Limit) -> bool:
    """Whether a later plan was made that could not change it any more."""
    return any(row.planned_month != limit.planned_month for row in why.limits)


def _held(why: Why, held: Sequence[Holder], lang: str) -> str:
    parts = []
    for turn in ("ahead", "beside", "itself", "after"):
        rows = [row for row in held if row.turn == turn and row.held_persons > NOTHING_PERSONS]
        if not rows:
            continue
        shown = rows if len(rows) <= NAMED + 1 else rows[:NAMED]
        names = [
            number(row.held_persons, lang)
            if turn == "itself"
            else f"{_mission(why, row.mission, lang)} {number(row.held_persons, lang)}"
            for row in shown
        ]
        rest = sum(row.held_persons for row in rows[len(shown) :])
        if rest > 0:
            more = {"count": len(rows) - len(shown), "persons": number(rest, lang)}
            names.append(say("more", lang, **more))
        parts.append(f"{say(turn, lang)}: {', '.join(names)}")
    states = (
        sum(getattr(row, f"{state}_persons") for row in held)
        for state in ("on_duty", "preparing", "resting")
    )
    duty, preparing, resting = (number(persons, lang) for persons in states)
    return say("held", lang, held="; ".join(parts), duty=duty, preparing=preparing, resting=resting)


def _counts(change: Alteration, every: Sequence[Alteration]) -> bool:
    """Whether a change is worth a sentence; one person more is told with the number needed."""
    if change.change != "more_people":
        return change.gained_persons > NOTHING_PERSONS
    if change.units != 1.0:
        return change.gained_persons > NOTHING_PERSONS
    same = [one for one in every if (one.change, one.name) == (change.change, change.name)]
    return len(same) == 1 and change.gained_persons > NOTHING_PERSONS


def _changed(why: Why, change: Alteration, lang: str) -> str:
    key = change.change
    ones = [
        one.gained_persons
        for one in why.changes
        if (one.change, one.name, one.units) == (key, change.name, 1.0)
    ]
    values = {
        "name": _pool(why, change.name, lang),
        "gained": number(change.gained_persons, lang),
        "month": when(change.from_month, lang) if change.from_month else "",
        "units": number(change.units, lang, 0),
        "one": number(ones[0] if ones else 0.0, lang, 2),
        "ends": say("ends", lang) if change.enough else "",
    }
    if key == "more_people":
        key = "one_more" if change.units == 1.0 else "many_more"
    return say(key, lang, **values)


WORDS: dict[str, tuple[str, str]] = {
    "packages": ("the packages", "de pakketten"),
    "nobody": (
        "{name} asks for nobody in {month}.",
        "{name} vraagt in {month} niemand.",
    ),
    "full": (
        "{name} has all {asked} people it asks for in {month}",
        "{name} heeft in {month} alle {asked} gevraagde mensen",
    ),
    "short": (
        "{name} has {there} of the {asked} people it asks for in {month}",
        "{name} heeft in {month} {there} van de {asked} gevraagde mensen",
    ),
    "unlike": (
        "; without {packages} it would have {without}",
        "; zonder {packages} zouden het er {without} zijn",
    ),
    "pool_here": (
        "{name}{for_whom}: in that month all {strength} are taken; so they are in {binding} of the"
        " {tied} months in which its tours prepare, serve and rest.",
        "{name}{for_whom}: in die maand zijn alle {strength} bezet; dat zijn ze in {binding} van de"
        " {tied} maanden waarin de uitzendingen voorbereiding, inzet en rust vragen.",
    ),
    "pool_there": (
        "{name}{for_whom}: its tours also tie people up in {month}, when all {strength} are taken;"
        " so they are in {binding} of the {tied} months in which they prepare, serve and rest.",
        "{name}{for_whom}: de uitzendingen vragen ook mensen in {month}, wanneer alle {strength}"
        " bezet zijn; dat zijn ze in {binding} van de {tied} maanden van voorbereiding, inzet en"
        " rust.",
    ),
    "planned": (
        "That is how it was planned in {planned}: {lacking} of those lacking.",
        "Zo was het gepland in {planned}: {lacking} van wie er ontbreken.",
    ),
    "composition": (
        "The composition bound on {name}{for_whom} allows no more than {strength}.",
        "De samenstellingseis voor {name}{for_whom} staat niet meer dan {strength} toe.",
    ),
    "budget": (
        "The budget {name}{for_whom} is spent.",
        "Het budget {name}{for_whom} is op.",
    ),
    "worth_nothing": (
        "The rule gives it no weight{for_whom}.",
        "De regel geeft er geen gewicht aan{for_whom}.",
    ),
    "late_notice": (
        "{lacking} of those lacking{for_whom} could not be sent: it became known too late to"
        " prepare.",
        "{lacking} van wie er ontbreken{for_whom} konden niet gaan: het werd te laat bekend om voor"
        " te bereiden.",
    ),
    "held": (
        "Held by {held}. On duty {duty}, preparing {preparing}, resting {resting}.",
        "Bezet door {held}. Ingezet {duty}, in voorbereiding {preparing}, in rust {resting}.",
    ),
    "more": ("{count} more with {persons}", "nog {count} met {persons}"),
    "ahead": ("those that go first", "wie voorgaat"),
    "beside": ("those alike", "gelijken"),
    "itself": ("itself", "zichzelf"),
    "after": ("those after it", "wie erna komt"),
    "ends": (": nobody would be lacking", ": niemand zou ontbreken"),
    "without_package": (
        "Without {name} there would be {gained} more{ends}.",
        "Zonder {name} zouden het er {gained} meer zijn{ends}.",
    ),
    "one_more": (
        "One more of {name} from {month} on brings {one}{ends}.",
        "Eén meer van {name} vanaf {month} levert er {one} op{ends}.",
    ),
    "many_more": (
        "{units} more of {name} from {month} on bring {gained}{ends}; the first of them brings"
        " {one}.",
        "{units} meer van {name} vanaf {month} leveren er {gained} op{ends}; de eerste daarvan"
        " levert {one} op.",
    ),
    "less_rest": (
        "A month of rest less after every tour brings {gained}{ends}.",
        "Een maand minder rust na elke uitzending levert er {gained} op{ends}.",
    ),
    "without_composition": (
        "Without composition bounds there would be {gained} more{ends}.",
        "Zonder samenstellingseisen zouden het er {gained} meer zijn{ends}.",
    ),
    "without_budget": (
        "Without budgets there would be {gained} more{ends}.",
        "Zonder budgetten zouden het er {gained} meer zijn{ends}.",
    ),
    "other_optimum": (
        "Another allocation as good gives it {gained} more.",
        "Een andere, even goede verdeling geeft er {gained} meer.",
    ),
    "no_change": (
        "None of the changes tried brings anybody.",
        "Geen van de beproefde wijzigingen levert iemand op.",
    ),
}
"""Sentences, English and Dutch."""

say = speaker(WORDS)
