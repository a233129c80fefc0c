"""Texts about an ensemble of draws, in English and Dutch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.labels import number, percent, speaker

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble

__all__ = ["WORDS", "say", "sentences", "theme"]

WORDS: dict[str, tuple[str, str]] = {
    "futures": ("Simulation", "Simulatie"),
    "simulating": ("simulating", "doorrekenen"),
    "draws": ("draws", "trekkingen"),
    "seed": ("seed", "startgetal"),
    "sampling": ("sampling", "steekproef"),
    "sobol": ("scrambled Sobol points", "gehusselde Sobolpunten"),
    "plain": ("independent random points", "onafhankelijke toevalspunten"),
    "latin": ("Latin hypercubes", "Latijnse hyperkubussen"),
    "how": (
        "{draws} draws, each with rules and months of its own, in {replicates} independent "
        "replicates",
        "{draws} trekkingen, elk met eigen regels en maanden, in {replicates} onafhankelijke "
        "herhalingen",
    ),
    "how_shared": (
        "{draws} draws in {replicates} independent replicates; they share {rules} sets of rules, "
        "so errors are larger than if each had its own",
        "{draws} trekkingen in {replicates} onafhankelijke herhalingen; zij delen {rules} stel "
        "regels, dus de fouten zijn groter dan wanneer elke trekking eigen regels had",
    ),
    "uneven": (
        "{each} draws a replicate: {below} or {above} ({all} in all) would use the evenness of "
        "Sobol points fully, so errors may be as large as with {below}",
        "{each} trekkingen per herhaling: {below} of {above} ({all} in totaal) zou de "
        "gelijkmatigheid van Sobolpunten volledig benutten; de fout kan zo groot zijn als met "
        "{below}",
    ),
    "stopped_draws": ("all draws are made", "alle trekkingen zijn gedaan"),
    "stopped_half_width": (
        "stopped after {made} of {draws} draws: the interval of {of} is no wider than "
        "± {half_width}",
        "gestopt na {made} van {draws} trekkingen: het interval van {of} is niet breder dan "
        "± {half_width}",
    ),
    "precision": (
        "{quantity}: ± {half_width} ({share} of the mean), as precise as {independent} independent "
        "draws; half of that takes about {halved} draws",
        "{quantity}: ± {half_width} ({share} van het gemiddelde), zo nauwkeurig als {independent} "
        "onafhankelijke trekkingen; de helft daarvan vergt zo'n {halved} trekkingen",
    ),
    "stopped_time_limit": (
        "stopped after {made} of {draws} draws: the time limit of {seconds} s was reached",
        "gestopt na {made} van {draws} trekkingen: de tijdslimiet van {seconds} s was bereikt",
    ),
    "unproved": (
        "{count} draws are left out everywhere: one of their plans is not proved optimal",
        "{count} trekkingen tellen nergens mee: van een van hun plannen is niet bewezen dat het "
        "optimaal is",
    ),
    "resolved": (
        "{count} plans were solved again from cold",
        "{count} plannen zijn nog eens van voren af aan opgelost",
    ),
    "mean": ("mean", "gemiddelde"),
    "standard_error": ("st. error", "st. fout"),
    "interval": ("95% interval", "95%-interval"),
    "spread": ("5% to 95% of draws", "5% tot 95% van de trekkingen"),
    "chance_of": ("chance of {reach}", "kans op {reach}"),
    "chance_lost": ("chance of loss", "kans op verlies"),
    "quantity": ("quantity", "grootheid"),
    "headline": ("In all", "In totaal"),
    "quantiles": (
        "Quantiles over the draws, with 95% intervals",
        "Kwantielen over de trekkingen, met 95%-intervallen",
    ),
    "fill": ("fill rate, all", "vullingsgraad, alles"),
    "fill.main_task_1": ("fill rate, main task 1", "vullingsgraad, hoofdtaak 1"),
    "present": ("present, all", "aanwezig, alles"),
    "present.main_task_1": ("present, main task 1", "aanwezig, hoofdtaak 1"),
    "present.main_task_2": ("present, main task 2", "aanwezig, hoofdtaak 2"),
    "planned": ("planned", "gepland"),
    "fill_there": (
        "Fill by mission of the people present",
        "Vulling per missie door wie aanwezig is",
    ),
    "there_note": (
        "planned: fill rate of the plans; the other columns count people present: candidates are "
        "refused, posts stand empty, people come home early",
        "gepland: vullingsgraad van de plannen; de andere kolommen tellen wie aanwezig is: "
        "kandidaten worden geweigerd, functies blijven leeg, mensen komen eerder terug",
    ),
    "fill.main_task_2": ("fill rate, main task 2", "vullingsgraad, hoofdtaak 2"),
    "draw_is": ("Draw {number}, seed {seed}", "Trekking {number}, startgetal {seed}"),
    "unusual_low": (
        "{factor} is {value} (likely {likely}): lower than in {part} of draws",
        "{factor} is {value} (waarschijnlijk {likely}): lager dan in {part} van de trekkingen",
    ),
    "unusual_high": (
        "{factor} is {value} (likely {likely}): higher than in {part} of draws",
        "{factor} is {value} (waarschijnlijk {likely}): hoger dan in {part} van de trekkingen",
    ),
    "dry_run": (
        "Dry run, estimated from {tried} draws",
        "Proefrun, geschat uit {tried} trekkingen",
    ),
    "plans": ("plans", "plannen"),
    "rules_sets": ("sets of rules", "stellen regels"),
    "workers": ("processes", "processen"),
    "time": ("time", "tijd"),
    "processor_time": ("processor time", "rekentijd"),
    "memory": ("memory", "geheugen"),
    "disk": ("disk", "schijf"),
    "drives": ("What drives {quantity}", "Wat {quantity} bepaalt"),
    "group": ("parameters of", "parameters van"),
    "first_order": ("first order", "eerste orde"),
    "total_order": ("total", "totaal"),
    "drives_note": (
        "first order: part of the variance that knowing these parameters would remove; total: part "
        "that would be left if all others were known; {draws} draws",
        "eerste orde: deel van de variantie dat verdwijnt als deze parameters bekend zijn; totaal: "
        "deel dat overblijft als alle andere bekend zijn; {draws} trekkingen",
    ),
    "goes_with": ("What goes with {quantity}", "Wat samengaat met {quantity}"),
    "factor": ("uncertain parameter", "onzekere parameter"),
    "correlation": ("rank correlation", "rangcorrelatie"),
    "goes_with_nothing": (
        "no single parameter goes with {quantity} beyond chance in so few draws",
        "geen enkele parameter gaat met {quantity} samen buiten het toeval van zo weinig "
        "trekkingen",
    ),
    "drivers_most": (
        "What moves displacement most (part of the spread that goes with it; chance that anything "
        "is displaced where it is in its lowest and in its highest third): {list}.",
        "Wat de verdringing het meest beweegt (deel van de spreiding dat ermee samengaat; kans dat "
        "er iets wordt verdrongen in het laagste en in het hoogste derde ervan): {list}.",
    ),
    "driver": ("“{factor}” ({share}; {low} and {high})", "‘{factor}’ ({share}; {low} en {high})"),
    "or": ("or", "of"),
    "drivers_none": (
        "No single input clearly goes with displacement in these draws.",
        "Geen enkele invoer gaat in deze trekkingen duidelijk samen met de verdringing.",
    ),
    "driver_low": ("“{factor}” is low", "‘{factor}’ laag is"),
    "driver_high": ("“{factor}” is high", "‘{factor}’ hoog is"),
    "drivers_turn_nothing": (
        "In most draws nothing is displaced. That turns where {list}: there something is displaced "
        "in most draws.",
        "In de meeste trekkingen wordt niets verdrongen. Dat draait om waar {list}: daar wordt in "
        "de meeste trekkingen wel iets verdrongen.",
    ),
    "drivers_turn_something": (
        "In most draws something is displaced. That turns where {list}: there nothing is displaced "
        "in most draws.",
        "In de meeste trekkingen wordt iets verdrongen. Dat draait om waar {list}: daar wordt in "
        "de meeste trekkingen niets verdrongen.",
    ),
    "drivers_stay_nothing": (
        "In most draws nothing is displaced, also where one of these is low or high.",
        "In de meeste trekkingen wordt niets verdrongen, ook waar een daarvan laag of hoog is.",
    ),
    "drivers_stay_something": (
        "In most draws something is displaced, also where one of these is low or high.",
        "In de meeste trekkingen wordt iets verdrongen, ook waar een daarvan laag of hoog is.",
    ),
    # groups of parameters
    "posts in pools": ("posts in pools", "functies in pools"),
    "share of posts filled": ("share of posts filled", "deel van de functies dat gevuld is"),
    "share fit to go": ("share fit to go", "deel dat inzetbaar is"),
    "strengths over time": ("strengths over time", "sterkte door de tijd"),
    "tour lengths": ("tour lengths", "duur van een uitzending"),
    "rest": ("rest", "uitzendbescherming"),
    "sizes of demands": ("sizes of demands", "omvang van de vraag"),
    "decisions": ("decisions", "besluiten"),
    "who is there": ("presence", "aanwezigheid"),
    "bounds and money": ("bounds and money", "grenzen en geld"),
    "the rest": ("the rest", "de overige"),
    "keep_run": (
        "nothing written; keep draws and tables with --out FOLDER",
        "niets geschreven; bewaar trekkingen en tabellen met --out MAP",
    ),
}
"""Every word, English and Dutch."""

say = speaker(WORDS)


def theme(group: str, lang: str = "en") -> str:
    """Return the name of a group of parameters; a name chosen by the user is kept."""
    return say(group, lang) if group in WORDS else group


def sentences(ensemble: Ensemble, lang: str = "en") -> list[str]:
    """Return how the draws were made, why no more were made, and what was left out."""
    design, stop = ensemble.metadata.design, ensemble.stop
    made, draws = (number(count, lang, 0) for count in (ensemble.made, design.draws))
    found = []
    if ensemble.metadata.shared:
        sets = sum(len(design.batch(k)) for k in range(len(ensemble.ends)))
        rules = number(sets, lang, 0)
        how = "how_shared" if design.share > 1 else "how"
        found.append(say(how, lang, draws=made, replicates=design.replicates, rules=rules))
    found.append(
        say(
            f"stopped_{ensemble.stopped}", lang, made=made, draws=draws, of=", ".join(stop.of),
            half_width=stop.wanted, seconds=f"{stop.time_limit or 0:g}",
        )
    )  # fmt: skip
    for row in ensemble.precision(*stop.of).to_dict("records"):
        numbers = {name: number(row[name], lang, 0) for name in ("independent", "halved")}
        size = number(row["half_width"], lang, 3 if row["unit"] == "share" else 1)
        share = percent(row["relative"], lang)
        found.append(
            say(
                "precision", lang, quantity=row["quantity"], half_width=size, share=share, **numbers
            )
        )
    if design.uneven and ensemble.stopped == "draws":
        each, below, above = design.uneven
        whole = number(above * design.replicates, lang, 0)
        found.append(say("uneven", lang, each=each, below=below, above=above, all=whole))
    if ensemble.unproved:
        found.append(say("unproved", lang, count=number(ensemble.unproved, lang, 0)))
    if ensemble.resolved:
        found.append(say("resolved", lang, count=number(ensemble.resolved, lang, 0)))
    return found
