"""A relief in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.analysis.words import when
from planner.labels import number, speaker

if TYPE_CHECKING:
    from planner.analysis.loosened import Change
    from planner.analysis.relief import Relief

__all__ = ["told"]


def told(relief: Relief, lang: str) -> list[str]:
    """Return what is lost, who would prevent it, how sure that is, and which rules would."""
    lost = number(relief.lost_person_months, lang)
    key = "lost" if relief.rule == "fair" else "lost_least"
    said = [say(key, lang, package=relief.package, lost=lost)]
    if relief.lost_person_months <= relief.level_person_months:
        return [*said, say("none", lang)]
    left = number(relief.level_person_months, lang)
    if not relief.within_reach:
        said.append(say("beyond", lang, left=left, month=when(relief.first_month, lang)))
    if relief.additions:
        named = ", ".join(
            f"{number(row.persons, lang)} {row.pool}"
            for row in sorted(relief.additions, key=lambda row: -row.persons)
        )
        whole = sum(row.persons if relief.stay else row.person_months for row in relief.additions)
        key = "stay" if relief.stay else "borrow"
        values = {
            "count": number(whole, lang),
            "month": when(relief.first_month, lang),
            "named": named,
        }
        said += [say(key, lang, left=left, **values), *_known(relief, lang), _sure(relief, lang)]
    said += [_changed(change, lang) for change in relief.changes]
    return said


def _known(relief: Relief, lang: str) -> list[str]:
    """Return which plans count on the additions, and what is lost if others do."""
    return [
        say(row.step, lang, lost=number(row.lost_person_months, lang),
            month=when(relief.first_month, lang))
        for row in relief.proofs
        if row.step in ("announced", "surprise")
    ]  # fmt: skip


def _sure(relief: Relief, lang: str) -> str:
    if relief.exact:
        return say("exact", lang)
    if relief.floor_cost == relief.floor_cost:  # not NaN
        cost, floor = number(relief.cost, lang), number(relief.floor_cost, lang)
        return say("floor", lang, cost=cost, floor=floor)
    return say("search", lang, persons=number(2 * relief.tolerance_persons, lang, 0))


def _changed(change: Change, lang: str) -> str:
    left = number(change.lost_person_months, lang)
    who = change.pool or say("every", lang)
    key = f"{change.kind}"
    if change.kind == "tour":
        key += "_longer" if change.months > 0 else "_shorter"
    key += "" if change.reached else "_not"
    months = abs(change.months)
    said = say("month_of" if months == 1 else "months_of", lang, months=months)
    return say(key, lang, months=said, pool=who, left=left)


WORDS: dict[str, tuple[str, str]] = {
    "lost": (
        "Missions of main task 2 lose {lost} person-months to {package}.",
        "Missies van hoofdtaak 2 verliezen {lost} persoonsmaanden aan {package}.",
    ),
    "lost_least": (
        "Missions of main task 2 lose {lost} person-months to {package}, ties settled in their"
        " favour.",
        "Missies van hoofdtaak 2 verliezen {lost} persoonsmaanden aan {package}, waar het gelijk"
        " staat te hunnen gunste beslist.",
    ),
    "none": ("There is nothing to prevent.", "Er valt niets te voorkomen."),
    "beyond": (
        "Even people without end in every pool, there from {month} on, leave {left} of it.",
        "Zelfs onbeperkt mensen in elke pool, aanwezig vanaf {month}, laten er {left} van over.",
    ),
    "stay": (
        "{count} more people, there from {month} on, leave at most {left} of it: {named}.",
        "{count} mensen meer, aanwezig vanaf {month}, laten er hoogstens {left} van over: {named}.",
    ),
    "borrow": (
        "{count} person-months more, from {month} on, leave at most {left} of it; at most {named}"
        " at once.",
        "{count} persoonsmaanden meer, vanaf {month}, laten er hoogstens {left} van over; hoogstens"
        " {named} tegelijk.",
    ),
    "announced": (
        "This holds where plans made before the package was known do not count on them; if they do"
        ", as on strengths of the scenario, {lost} are still lost.",
        "Dit geldt als plannen van voor het pakket bekend was niet op hen rekenen; doen die het wel"
        ", zoals op sterktes van het scenario, dan gaan er nog {lost} verloren.",
    ),
    "surprise": (
        "This holds where plans made before the package was known count on them, as on strengths of"
        " the scenario; if they do not, {lost} are still lost.",
        "Dit geldt als plannen van voor het pakket bekend was op hen rekenen, zoals op sterktes van"
        " het scenario; doen die dat niet, dan gaan er nog {lost} verloren.",
    ),
    "exact": (
        "Nothing cheaper can do it: proved by linear programming.",
        "Goedkoper kan het niet: bewezen met lineair programmeren.",
    ),
    "floor": (
        "That costs {cost}; nothing below {floor} can do it.",
        "Dat kost {cost}; onder {floor} kan niets dit.",
    ),
    "search": (
        "Found by search: no pool can spare {persons} of them, other combinations may be smaller.",
        "Gevonden door zoeken: geen pool kan er {persons} missen, andere combinaties kunnen kleiner"
        " zijn.",
    ),
    "every": ("every pool", "elke pool"),
    "rest": (
        "Without more people: {months} less rest after tours of {pool} leave {left}.",
        "Zonder extra mensen: {months} minder rust na uitzending uit {pool} laten {left} over.",
    ),
    "rest_not": (
        "Less rest for {pool} alone is not enough: {months} less leave {left}.",
        "Minder rust voor {pool} alleen is niet genoeg: {months} minder laten {left} over.",
    ),
    "month_of": ("{months} month", "{months} maand"),
    "months_of": ("{months} months", "{months} maanden"),
    "tour_longer": (
        "Without more people: tours {months} longer leave {left}.",
        "Zonder extra mensen: uitzendingen die {months} langer duren laten {left} over.",
    ),
    "tour_longer_not": (
        "Longer tours are not enough: the best, {months} longer, leave {left}.",
        "Langere uitzendingen zijn niet genoeg: de beste, {months} langer, laten {left} over.",
    ),
    "tour_shorter": (
        "Without more people: tours {months} shorter leave {left}.",
        "Zonder extra mensen: uitzendingen die {months} korter duren laten {left} over.",
    ),
    "tour_shorter_not": (
        "Shorter tours are not enough: the best, {months} shorter, leave {left}.",
        "Kortere uitzendingen zijn niet genoeg: de beste, {months} korter, laten {left} over.",
    ),
}
"""Sentences, English and Dutch."""

say = speaker(WORDS)
