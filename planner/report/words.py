"""What headings, tables and lists of a report are called, in English and in Dutch."""

from __future__ import annotations

from planner.labels import speaker
from planner.report import prose

__all__ = ["WORDS", "say"]

WORDS: dict[str, tuple[str, str]] = {
    # the page itself
    "kicker": (
        "What more on NATO's eastern flank costs other missions",
        "Wat meer op de oostflank van de NAVO andere missies kost",
    ),
    "skip": ("To the conclusions", "Naar de conclusies"),
    "contents": ("Contents", "Inhoud"),
    "figure_region": ("figure", "figuur"),
    "footer": (
        "Made with planner {version}. Nothing in this file is fetched from elsewhere.",
        "Gemaakt met planner {version}. Niets in dit bestand wordt van elders gehaald.",
    ),
    "draws_fact": ("futures drawn", "getrokken toekomsten"),
    "no_draws_fact": ("none", "geen"),
    # sections
    "conclusions": ("Conclusions", "Conclusies"),
    "fill": ("Fill", "Vulling"),
    "displacement_section": ("Displacement", "Verdringing"),
    "questions": ("Further questions", "Verdere vragen"),
    "bottlenecks_section": ("Bottlenecks", "Knelpunten"),
    "fill_rates": ("Fill rates", "Vullingsgraden"),
    "curves": ("As the package grows", "Als het pakket groeit"),
    "sure": ("How sure is it", "Hoe zeker is het"),
    "comparison_section": ("Beside other scenarios", "Naast andere scenario's"),
    "assumptions": ("Assumptions and sources", "Aannames en bronnen"),
    "limits": ("What this does not tell you", "Wat dit niet vertelt"),
    "manifest": ("What went in", "Wat erin ging"),
    # tables
    "t_fill": ("Fill by mission, person-months", "Vulling per missie, persoonsmaanden"),
    "t_mean": ("mean", "gemiddelde"),
    "t_spread": ("9 of 10 futures", "9 van 10 toekomsten"),
    "t_chance": ("chance of {target}", "kans op {target}"),
    "t_displaced": (
        "Person-months that “{package}” takes from main task 2",
        "Persoonsmaanden die ‘{package}’ aan hoofdtaak 2 kost",
    ),
    "t_displaced_1": (
        "Person-months that “{package}” takes from other commitments of main task 1",
        "Persoonsmaanden die ‘{package}’ aan andere verplichtingen van hoofdtaak 1 kost",
    ),
    "t_small": (
        "Missions that change less than {least} person-months: {count}.",
        "Missies die minder dan {least} persoonsmaanden veranderen: {count}.",
    ),
    "t_range": ("other best plans", "andere beste plannen"),
    "t_bottlenecks": (
        "Pools in which more people may add to the fill",
        "Pools waarin meer mensen kunnen toevoegen aan de vulling",
    ),
    "t_binding": ("months", "maanden"),
    "t_bounds": ("Composition goals missed", "Niet gehaalde samenstellingseisen"),
    "t_by": ("Fill rate by {what}, person-months", "Vullingsgraad per {what}, persoonsmaanden"),
    "t_pieces": (
        "What each post more of “{package}” costs main task 2",
        "Wat elke functie meer van ‘{package}’ hoofdtaak 2 kost",
    ),
    "t_posts": ("posts", "functies"),
    "t_each": ("person-months a post", "persoonsmaanden per functie"),
    "t_each_1": (
        "other main task 1, a post",
        "overige hoofdtaak 1, per functie",
    ),
    "t_payers": ("paid most by (person-months a post)", "vooral ten laste van (per functie)"),
    "t_tried": (
        "Tried at {count} sizes, between them right to {give} person-months.",
        "Berekend voor {count} omvangen, ertussen op {give} persoonsmaanden nauwkeurig.",
    ),
    "t_exact": ("Breakpoints are exact.", "Knikpunten zijn exact."),
    "t_short_curve": (
        "Pieces shorter than one post are left out.",
        "Stukken korter dan één functie zijn weggelaten.",
    ),
    "t_scenarios": ("Scenarios side by side", "Scenario's naast elkaar"),
    "t_filled_for": ("filled for packages", "gevuld voor pakketten"),
    "t_shares": (
        "What each package displaces of main task 2, its share in what all displace together",
        "Wat elk pakket van hoofdtaak 2 verdringt, zijn deel in wat alle samen verdringen",
    ),
    "t_share": ("share", "deel"),
    "t_alone": ("if it came alone", "als het alleen kwam"),
    "t_last": ("on top of the others", "boven op de andere"),
    "t_grounds": ("What the result rests on", "Waar het resultaat op rust"),
    "t_part": ("what", "wat"),
    "why": ("Why {mission} goes short", "Waarom {mission} tekortkomt"),
    "drivers": ("What drives it", "Wat de uitkomst bepaalt"),
    "t_drivers": (
        "Share of the spread that goes with uncertain figures, by what those rest on",
        "Deel van de spreiding dat samengaat met onzekere cijfers, naar waar die op rusten",
    ),
    "t_drivers_note": (
        "Sums over the figures that are clear; what is lacking from 100% is interaction, figures "
        "too weak to be told from chance, and what ranks do not see.",
        "Sommen over de cijfers die duidelijk zijn; wat aan 100% ontbreekt is wisselwerking, "
        "cijfers te zwak om van toeval te onderscheiden, en wat rangen niet zien.",
    ),
    "t_quantity": ("spread of", "spreiding van"),
    "t_clear": ("clear figures", "duidelijke cijfers"),
    "t_drawn": ("of drawn", "van getrokken"),
    "t_assumptions": ("Figures that are assumptions", "Cijfers die aannames zijn"),
    "t_public": ("Figures from public sources", "Cijfers uit openbare bronnen"),
    "t_letter": ("Figures from the letter", "Cijfers uit de brief"),
    "t_why": ("why, or where", "waarom, of waar"),
    "t_range_figure": ("low – high", "laag – hoog"),
    "t_sources": ("Sources", "Bronnen"),
    "t_inputs": ("Files that went in", "Bestanden die erin gingen"),
    "t_manifest": ("How this was computed", "Hoe dit is berekend"),
    "g_figures": ("all figures in use", "alle gebruikte cijfers"),
    "g_cap": ("person-months asked: how many people", "gevraagde persoonsmaanden: hoeveel mensen"),
    "g_months": ("person-months asked: which months", "gevraagde persoonsmaanden: welke maanden"),
    "g_tour": ("person-months served: length of tours", "gediende persoonsmaanden: uitzendduur"),
    "g_preparation": (
        "person-months served: preparation",
        "gediende persoonsmaanden: voorbereiding",
    ),
    "g_rest": ("person-months served: rest", "gediende persoonsmaanden: uitzendbescherming"),
    "g_posts": ("strength of pools: posts", "sterkte van pools: functies"),
    "g_filled": ("strength of pools: share filled", "sterkte van pools: deel gevuld"),
    "g_fit": ("strength of pools: share fit to go", "sterkte van pools: deel uitzendbaar"),
    # what is being done
    "following": ("following the curve", "de kromme volgen"),
    "ranging": ("other best plans", "andere beste plannen"),
    "sharing": ("sharing displacement out", "verdringing toedelen"),
    "asking": ("asking why", "vragen waarom"),
    "simulating": ("drawing futures", "toekomsten trekken"),
    "composing": ("drawing figures", "figuren tekenen"),
    # manifest
    "m_digest": ("fingerprint of the effective inputs", "vingerafdruk van de effectieve invoer"),
    "m_options": ("options", "opties"),
    "m_versions": ("versions", "versies"),
    "m_futures": ("futures", "toekomsten"),
    "m_residual": ("largest residual of the accounts", "grootste rest van de boekhouding"),
    "m_hash": ("SHA-256", "SHA-256"),
    "m_gone": ("not readable", "niet leesbaar"),
}
"""Every word that only reports use, English and Dutch; its sentences stand in `prose`."""

say = speaker({**prose.WORDS, **WORDS})
"""Return a title, sentence or word in a language; see :func:`planner.labels.speaker`."""
