"""What the analyses of figures, sizes and shares say, in English and Dutch."""

from __future__ import annotations

from planner.labels import speaker

__all__ = ["WORDS", "say"]

WORDS: dict[str, tuple[str, str]] = {
    # ranges
    "all_unique": (
        "All {count} fills are unique: no other optimal allocation gives another.",
        "Alle {count} vullingen zijn uniek: geen andere optimale verdeling wijkt af.",
    ),
    "not_unique": (
        "{wide} of {count} fills are not unique; the widest is {group}, from {low} to {high} "
        "person-months of {asked} asked.",
        "{wide} van {count} vullingen zijn niet uniek; de ruimste is {group}, van {low} tot {high} "
        "persoonsmaanden van {asked} gevraagd.",
    ),
    "displaces": (
        "{package} displaces {amount} person-months of main task {task}.",
        "{package} verdringt {amount} persoonsmaanden van hoofdtaak {task}.",
    ),
    "alternatives": (
        "{count} other allocations; they place up to {far} person-months elsewhere.",
        "{count} andere verdelingen; die plaatsen tot {far} persoonsmaanden elders.",
    ),
    # curve
    "piece_first": ("The first {posts}", "De eerste {posts}"),
    "piece_next": ("The next {posts}", "De volgende {posts}"),
    "piece_free": (
        "{posts} posts cost main task 2 nothing",
        "{posts} functies kosten hoofdtaak 2 niets",
    ),
    "piece_cost": (
        "{posts} posts each cost {each} person-months of main task 2",
        "{posts} functies kosten elk {each} persoonsmaanden van hoofdtaak 2",
    ),
    "piece_back": (
        "{posts} posts each give {each} person-months back to main task 2",
        "{posts} functies geven elk {each} persoonsmaanden terug aan hoofdtaak 2",
    ),
    "piece_other": ("; of main task 1 each costs {whom}", "; van hoofdtaak 1 kost elk {whom}"),
    "tried": (
        "Planned at {count} sizes; between them an estimate, from which the sizes planned last "
        "differed by up to {give} person-months.",
        "Gepland voor {count} omvangen; daartussen een schatting, waar de laatst geplande omvangen "
        "tot {give} persoonsmaanden van afweken.",
    ),
    # headroom
    "room": (
        "{name}: the first {posts} of {asked} posts displace nothing of main task 2.",
        "{name}: de eerste {posts} van {asked} functies verdringen niets van hoofdtaak 2.",
    ),
    "room_beyond": (
        "{name}: no displacement of main task 2 up to {posts} posts ({asked} asked).",
        "{name}: tot {posts} functies geen verdringing van hoofdtaak 2 ({asked} gevraagd).",
    ),
    # prices
    "no_price": ("Nothing that binds has a price.", "Niets dat knelt heeft een prijs."),
    "brings": (
        "{name}: {unit} brings {gain} person-months.",
        "{name}: {unit} levert {gain} persoonsmaanden op.",
    ),
    "brings_costs": (
        "{name}: {unit} brings {gain} person-months, {less} costs {loss}.",
        "{name}: {unit} levert {gain} persoonsmaanden op, {less} kost {loss}.",
    ),
    "more person": ("one more person", "één persoon meer"),
    "more post": ("one more post", "één functie meer"),
    "more 1000 EUR": ("1000 euros more", "1000 euro meer"),
    "more month of rest less": ("one month less rest", "een maand minder rust"),
    "less person": ("one fewer", "één minder"),
    "less post": ("one fewer", "één minder"),
    "less 1000 EUR": ("1000 euros less", "1000 euro minder"),
    "less month of rest less": ("one month more", "een maand meer"),
    # shares
    "share_of_none": (
        "There is no package: nothing is displaced.",
        "Er is geen pakket: er wordt niets verdrongen.",
    ),
    "share_of_one": (
        "The package displaces {total} person-months.",
        "Het pakket verdringt {total} persoonsmaanden.",
    ),
    "share_of_all": (
        "All {count} together displace {total} person-months.",
        "Alle {count} samen verdringen {total} persoonsmaanden.",
    ),
    # causes
    "lacks_nothing": ("Nothing is lacking.", "Er is geen tekort."),
    "lacks": (
        "{group} lacks {short} of {asked} person-months: {causes}.",
        "{group} komt {short} van {asked} persoonsmaanden tekort: {causes}.",
    ),
    "lacks_alone": (
        "Taken away alone each would end: {causes}.",
        "Alleen weggenomen scheelt elk: {causes}.",
    ),
}
"""Sentences and their parts, English and Dutch."""

say = speaker(WORDS)
