"""What many futures are called, and what is said of them, in English and Dutch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.labels import number, speaker

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble

__all__ = ["WORDS", "say", "sentences", "theme"]

WORDS: dict[str, tuple[str, str]] = {
    "futures": ("Many futures", "Veel mogelijke verlopen"),
    "simulating": ("simulating", "doorrekenen"),
    "draws": ("draws", "trekkingen"),
    "seed": ("seed", "startgetal"),
    "sampling": ("sampling", "steekproef"),
    "sobol": ("scrambled Sobol points", "gehusselde Sobolpunten"),
    "plain": ("independent random points", "onafhankelijke toevalspunten"),
    "latin": ("Latin hypercubes", "Latijnse hyperkubussen"),
    "how": (
        "{draws} draws in {replicates} independent replicates; the draws of a block share one set "
        "of rules, {rules} sets in all",
        "{draws} trekkingen in {replicates} onafhankelijke herhalingen; de trekkingen van een blok "
        "delen één stel regels, {rules} stel in totaal",
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
    "stopped_time_limit": (
        "stopped after {made} of {draws} draws: the time limit of {seconds} s was reached",
        "gestopt na {made} van {draws} trekkingen: de tijdslimiet van {seconds} s was bereikt",
    ),
    "unproved": (
        "{count} draws are left out everywhere: nobody could prove one of their plans",
        "{count} trekkingen tellen nergens mee: van een van hun plannen was niets te bewijzen",
    ),
    "all_proved": (
        "every plan is proved: primal {primal}, dual {dual}, gap {gap}",
        "elk plan is bewezen: primaal {primal}, duaal {dual}, verschil {gap}",
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
    "fill": ("fill rate, all", "vullingsgraad, alles"),
    "fill.main_task_1": ("fill rate, main task 1", "vullingsgraad, hoofdtaak 1"),
    "present": ("there, all", "aanwezig, alles"),
    "present.main_task_1": ("there, main task 1", "aanwezig, hoofdtaak 1"),
    "present.main_task_2": ("there, main task 2", "aanwezig, hoofdtaak 2"),
    "planned": ("planned", "gepland"),
    "fill_there": (
        "Fill by mission of the people who are there",
        "Vulling per missie door wie er werkelijk is",
    ),
    "there_note": (
        "planned: fill rate of the plans; the other columns count who is there: candidates are "
        "refused, posts stand empty, people come home early",
        "gepland: vullingsgraad van de plannen; de andere kolommen tellen wie er is: kandidaten "
        "worden geweigerd, functies blijven leeg, mensen komen eerder terug",
    ),
    "fill.main_task_2": ("fill rate, main task 2", "vullingsgraad, hoofdtaak 2"),
    "draw_is": ("Draw {number}, seed {seed}", "Trekking {number}, startgetal {seed}"),
    "unusual_low": (
        "{factor} is {value} (likely {likely}): lower than in {part} of futures",
        "{factor} is {value} (waarschijnlijk {likely}): lager dan in {part} van de verlopen",
    ),
    "unusual_high": (
        "{factor} is {value} (likely {likely}): higher than in {part} of futures",
        "{factor} is {value} (waarschijnlijk {likely}): hoger dan in {part} van de verlopen",
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
    "group": ("figures of", "cijfers van"),
    "first_order": ("first order", "eerste orde"),
    "total_order": ("total", "totaal"),
    "drives_note": (
        "first order: part of the spread that knowing these figures would take away; total: part "
        "that would be left if all others were known; {draws} draws",
        "eerste orde: deel van de spreiding dat verdwijnt als deze cijfers bekend zijn; totaal: "
        "deel dat overblijft als alle andere bekend zijn; {draws} trekkingen",
    ),
    "goes_with": ("What goes with {quantity}", "Wat samengaat met {quantity}"),
    "factor": ("uncertain figure", "onzeker cijfer"),
    "correlation": ("rank correlation", "rangcorrelatie"),
    "goes_note": (
        "figures whose rank correlation is too far from 0 to be chance; planner sensitivity says "
        "what part of the spread each accounts for",
        "cijfers waarvan de rangcorrelatie te ver van 0 ligt om toeval te zijn; planner "
        "sensitivity zegt welk deel van de spreiding van elk komt",
    ),
    "goes_with_nothing": (
        "no single figure goes with {quantity} beyond chance in so few draws",
        "geen enkel cijfer gaat met {quantity} samen buiten het toeval van zo weinig trekkingen",
    ),
    # groups of figures
    "posts in pools": ("posts in pools", "functies in pools"),
    "share of posts filled": ("share of posts filled", "deel van de functies dat gevuld is"),
    "share fit to go": ("share fit to go", "deel dat inzetbaar is"),
    "strengths over time": ("strengths over time", "sterkte door de tijd"),
    "tour lengths": ("tour lengths", "duur van een uitzending"),
    "rest": ("rest", "uitzendbescherming"),
    "sizes of demands": ("sizes of demands", "omvang van de vraag"),
    "decisions": ("decisions", "besluiten"),
    "who is there": ("who is there", "wie er is"),
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
    """Return what a group of figures is called; one with a name of its own keeps it."""
    return say(group, lang) if group in WORDS else group


def sentences(futures: Ensemble, lang: str = "en") -> list[str]:
    """Return how many futures were drawn, why there are no more, and what was left out."""
    design, stop = futures.metadata.design, futures.stop
    made, draws = (number(count, lang, 0) for count in (futures.made, design.draws))
    said = []
    if futures.metadata.shared:
        rules = number(_rules(futures), lang, 0)
        said.append(say("how", lang, draws=made, replicates=design.replicates, rules=rules))
    said.append(
        say(
            f"stopped_{futures.stopped}", lang, made=made, draws=draws, of=stop.of,
            half_width=stop.half_width, seconds=stop.time_limit,
        )
    )  # fmt: skip
    if design.uneven and futures.stopped == "draws":
        each, below, above = design.uneven
        whole = number(above * design.replicates, lang, 0)
        said.append(say("uneven", lang, each=each, below=below, above=above, all=whole))
    if futures.unproved:
        said.append(say("unproved", lang, count=number(futures.unproved, lang, 0)))
    if futures.resolved:
        said.append(say("resolved", lang, count=number(futures.resolved, lang, 0)))
    return said


def _rules(futures: Ensemble) -> int:
    """Number of sets of rules that were used."""
    return sum(len(futures.metadata.design.batch(k)) for k in range(len(futures.ends)))
