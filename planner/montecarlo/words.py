"""Texts about an ensemble of draws; translations stand in the catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.labels import number, percent, speaker

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble

__all__ = ["WORDS", "say", "sentences", "theme"]

WORDS: dict[str, str] = {
    "futures": "Simulation",
    "simulating": "simulating",
    "draws": "draws",
    "seed": "seed",
    "sampling": "sampling",
    "sobol": "scrambled Sobol points",
    "plain": "independent random points",
    "latin": "Latin hypercubes",
    "how": (
        "{draws} draws, each with rules and months of its own, in {replicates} independent "
        "replicates"
    ),
    "how_shared": (
        "{draws} draws in {replicates} independent replicates; they share {rules} sets of rules, "
        "so errors are larger than if each had its own"
    ),
    "uneven": (
        "{each} draws a replicate: {below} or {above} ({all} in all) would use the evenness of "
        "Sobol points fully, so errors may be as large as with {below}"
    ),
    "stopped_draws": "all draws are made",
    "stopped_half_width": (
        "stopped after {made} of {draws} draws: the interval of {of} is no wider than "
        "± {half_width}"
    ),
    "precision": (
        "{quantity}: ± {half_width} ({share} of the mean), as precise as {independent} independent "
        "draws; half of that takes about {halved} draws"
    ),
    "stopped_time_limit": (
        "stopped after {made} of {draws} draws: the time limit of {seconds} s was reached"
    ),
    "unproved": "{count} draws are left out everywhere: one of their plans is not proved optimal",
    "resolved": "{count} plans were solved again from cold",
    "mean": "mean",
    "standard_error": "st. error",
    "interval": "95% interval",
    "spread": "5% to 95% of draws",
    "chance_of": "chance of {reach}",
    "chance_lost": "chance of loss",
    "quantity": "quantity",
    "headline": "In all",
    "quantiles": "Quantiles over the draws, with 95% intervals",
    "fill": "fill rate, all",
    "fill.main_task_1": "fill rate, main task 1",
    "present": "present, all",
    "present.main_task_1": "present, main task 1",
    "present.main_task_2": "present, main task 2",
    "planned": "planned",
    "fill_there": "Fill by mission of the people present",
    "there_note": (
        "planned: fill rate of the plans; the other columns count people present: candidates are "
        "refused, posts stand empty, people come home early"
    ),
    "fill.main_task_2": "fill rate, main task 2",
    "draw_is": "Draw {number}, seed {seed}",
    "unusual_low": "{factor} is {value} (likely {likely}): lower than in {part} of draws",
    "unusual_high": "{factor} is {value} (likely {likely}): higher than in {part} of draws",
    "dry_run": "Dry run, estimated from {tried} draws",
    "plans": "plans",
    "rules_sets": "sets of rules",
    "workers": "processes",
    "time": "time",
    "processor_time": "processor time",
    "memory": "memory",
    "disk": "disk",
    "drives": "What drives {quantity}",
    "group": "parameters of",
    "first_order": "first order",
    "total_order": "total",
    "drives_note": (
        "first order: part of the variance that knowing these parameters would remove; total: part "
        "that would be left if all others were known; {draws} draws"
    ),
    "goes_with": "What goes with {quantity}",
    "factor": "uncertain parameter",
    "correlation": "rank correlation",
    "goes_with_nothing": "no single parameter goes with {quantity} beyond chance in so few draws",
    "drivers_most": (
        "What moves displacement most (part of the spread that goes with it; chance that anything "
        "is displaced where it is in its lowest and in its highest third): {list}."
    ),
    "driver": "“{factor}” ({share}; {low} and {high})",
    "or": "or",
    "drivers_none": "No single input clearly goes with displacement in these draws.",
    "driver_low": "“{factor}” is low",
    "driver_high": "“{factor}” is high",
    "drivers_turn_nothing": (
        "In most draws nothing is displaced. That turns where {list}: there something is displaced "
        "in most draws."
    ),
    "drivers_turn_something": (
        "In most draws something is displaced. That turns where {list}: there nothing is displaced "
        "in most draws."
    ),
    "drivers_stay_nothing": (
        "In most draws nothing is displaced, also where one of these is low or high."
    ),
    "drivers_stay_something": (
        "In most draws something is displaced, also where one of these is low or high."
    ),
    # groups of parameters
    "theme_posts_in_pools": "posts in pools",
    "theme_share_of_posts_filled": "share of posts filled",
    "theme_share_fit_to_go": "share fit to go",
    "theme_strengths_over_time": "strengths over time",
    "theme_tour_lengths": "tour lengths",
    "theme_preparation": "preparation",
    "theme_rest": "rest",
    "theme_sizes_of_demands": "sizes of demands",
    "theme_decisions": "decisions",
    "theme_who_is_there": "presence",
    "theme_bounds_and_money": "bounds and money",
    "theme_the_rest": "the rest",
    "keep_run": "nothing written; keep draws and tables with --out FOLDER",
}
"""Texts in English, by key."""

say = speaker(WORDS)


def theme(group: str, lang: str = "en") -> str:
    """Return the name of a group of parameters; a name chosen by the user is kept."""
    key = "theme_" + group.replace(" ", "_")
    return say(key, lang) if key in WORDS else group


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
