"""``simulate``: draws of a scenario, and the distributions of fill and displacement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from planner.cli import options as opt
from planner.cli.console import (
    Interrupted,
    duration,
    echo,
    headings,
    in_language,
    json_safe,
    labelled_values,
    print_json,
    show_progress,
    table,
)
from planner.cli.inputs import check_output_folder, load_scenario
from planner.labels import label, months, number, percent
from planner.montecarlo.words import say as word

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble
    from planner.montecarlo.specification import Specification

__all__ = ["simulate"]


FORMAT = "planner-futures-summary/1"

MAX_RANKED = 20
"""Largest number of parameters in a ranking; the table ``ranking`` of a saved run has all."""

MAX_SHOWN = 6
"""Largest number of parameters of a ranking in the terminal."""

MIN_SHOWN = 0.05
"""Person-months below which a table with one decimal shows zero."""

QUANTILES = ("q05", "q50", "q95")
"""Quantiles shown."""

MIN_ROUNDED_SHARE = 0.1
"""Share from which quantiles are shown without decimals."""


class Sampling(StrEnum):
    """Sampling method."""

    SOBOL = "sobol"
    PLAIN = "plain"
    LATIN = "latin"


DrawsOption = Annotated[int, opt.option("--draws", "Draws; the maximum, with a stop rule.", min=2)]
SamplingOption = Annotated[
    Sampling,
    opt.option(
        "--sampling",
        "sobol: scrambled Sobol points; plain: independent points; latin: Latin hypercubes.",
    ),
]
ReplicatesOption = Annotated[
    int | None,
    opt.option(
        "--replicates",
        "Independent repetitions, for the errors; by default 32, and 16 below 256 draws.",
        min=2,
    ),
]
ShareOption = Annotated[
    int | None,
    opt.option(
        "--share",
        "Draws that share one set of rules and months; by default each has its own. Sharing saves "
        "some milliseconds a draw and costs precision.",
        min=1,
    ),
]
PackagesOption = Annotated[list[str] | None, opt.option("--package", "Only this package.", "ID")]
QuantitiesOption = Annotated[
    list[str] | None,
    opt.option(
        "--of",
        "What --half-width is about, once or more: displacement.PACKAGE, fill, fill.MISSION …",
        "QUANTITY",
    ),
]
HalfWidthOption = Annotated[
    str | None,
    opt.option(
        "--half-width",
        "Stop once the 95 % interval is no wider than ± this, in units or as 5% of the mean.",
        "SIZE",
    ),
]
TimeLimitOption = Annotated[
    float | None, opt.option("--time-limit", "Begin no more draws after this time.", "SECONDS")
]
MonthlyOption = Annotated[
    bool | None,
    opt.option(
        "--monthly/--no-monthly",
        "Keep people by pool and month of every draw; by default up to 20,000 draws.",
    ),
]
ReachOption = Annotated[
    float, opt.option("--reach", "Fill rate of which the probability is shown.", "SHARE")
]
DryRunOption = Annotated[
    bool, opt.option("--dry-run", "Say how many draws, how much time and memory; no run.")
]
ReplayOption = Annotated[
    int | None,
    opt.option(
        "--replay",
        "Take out draw N of the run: what is unusual about it, and its whole result.",
        "N",
        min=0,
    ),
]
ParametersOption = Annotated[
    str | None,
    opt.option(
        "--parameters",
        "Calibrated parameters to draw from: a name, a file of planner calibrate, or none for the "
        "ranges alone. By default what the scenario says.",
        "FILE",
    ),
]
OutOption = Annotated[
    str | None,
    opt.option(
        "--out -o",
        "Folder for draws, tables and manifest. An interrupted run is resumed in it.",
        "FOLDER",
    ),
]


@opt.command("Plan", "Make many draws and say how sure that is.", rank=2)
def simulate(
    scenario: opt.ScenarioArgument,
    draws: DrawsOption = 1024,
    seed: opt.SeedOption = 0,
    rule: opt.RuleOption = None,
    sampling: SamplingOption = Sampling.SOBOL,
    package: PackagesOption = None,
    out: OutOption = None,
    of: QuantitiesOption = None,
    half_width: HalfWidthOption = None,
    time_limit: TimeLimitOption = None,
    parameters: ParametersOption = None,
    reach: ReachOption = 0.9,
    replicates: ReplicatesOption = None,
    share: ShareOption = None,
    monthly: MonthlyOption = None,
    workers: opt.WorkersOption = None,
    cluster: opt.ClusterOption = None,
    dry_run: DryRunOption = False,
    replay: ReplayOption = None,
    force: opt.ForceOption = False,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
) -> None:
    """Draw uncertain parameters, plan every draw, and show fill and displacement with errors.

    What is uncertain, and where that is from: planner show SCENARIO --uncertain.

    \b
    Examples:
      planner simulate eastern-flank-battalion
      planner simulate eastern-flank-battalion --draws 10000 --out runs/battalion
      planner simulate letter --of fill.untso --half-width 5% --draws 20000
      planner simulate my-scenario.yaml --rule value --json > futures.json
      planner simulate eastern-flank-battalion --draws 100000 --dry-run
      planner simulate eastern-flank-battalion --replay 17
    """
    from planner.montecarlo.ensemble import check_levels
    from planner.montecarlo.run import simulate as run
    from planner.montecarlo.run import specification_of

    check_levels((), reach)
    loaded = load_scenario(scenario)
    if parameters is not None:
        loaded = loaded.with_({"parameters": parameters})
    drawn = (draws, seed, rule and rule.value, sampling.value)
    kept: dict[str, Any] = {
        "packages": package or None, "replicates": replicates, "share": share, "monthly": monthly,
    }  # fmt: skip
    if dry_run:
        found = _summarise_estimate(specification_of(loaded, *drawn, **kept), workers)
        print_json(found) if json else _print_estimate(found, lang)
        return
    if replay is not None:
        found = _summarise_draw(specification_of(loaded, *drawn, **kept), replay, out, force)
        print_json(found) if json else _print_draw(found, lang)
        return
    kept |= {"of": of, "half_width": half_width, "time_limit": time_limit, "cluster": cluster}
    try:
        with show_progress(word("simulating", lang), word("draws", lang), lang, quiet) as show:
            ensemble = run(
                loaded, *drawn, workers, **kept, folder=out, replace=force, progress=show
            )  # fmt: skip
    except KeyboardInterrupt as interrupt:  # it says which draws are kept
        raise Interrupted(str(interrupt)) from None
    if json:
        print_json({**_summarise_ensemble(ensemble, reach), "written_to": out})
    elif not quiet:
        _print_ensemble(ensemble, reach, lang)
        echo(label("written_to", lang, path=out) if out else word("keep_run", lang))


def _summarise_ensemble(ensemble: Ensemble, reach: float) -> dict[str, Any]:
    """Return totals, fill and displacement by mission, as values for strict JSON."""
    from planner.results.losses import headline

    manifest, design = ensemble.manifest, ensemble.metadata.design
    found = {
        "format": FORMAT,
        "scenario": dict(ensemble.metadata.scenario),
        "window": dict(ensemble.metadata.window),
        "rule": ensemble.rule,
        "options": {
            **{name: getattr(design, name) for name in ("seed", "sampling", "replicates", "share")},
            "packages": list(ensemble.packages),
            **manifest["stop"],
        },
        "draws": {
            "asked": design.draws,
            "made": ensemble.made,
            "counted": ensemble.counted,
            "unproved": ensemble.unproved,
            "stopped": ensemble.stopped,
        },
        "plans": manifest["plans"],
        "certificate": manifest["certificate"],
        "headlines": [asdict(headline(ensemble, package)) for package in ensemble.packages],
        "total": ensemble.total.to_dict("records"),
        "reach": reach,
        "missions": _with_mission_labels(ensemble, ensemble.fill_by("mission", reach=reach)),
        "missions_present": _with_mission_labels(
            ensemble, ensemble.fill_by("mission", reach=reach, layer="present")
        ),
        "displacement": _with_mission_labels(
            ensemble, ensemble.displacement_by("mission", main_task=None)
        ),
        "ranking": [
            row
            for _, part in ensemble.ranking.groupby("quantity", sort=False)
            for row in part.head(MAX_RANKED).to_dict("records")
        ],
        "sentences": ensemble.sentences(),
    }
    made: dict[str, Any] = json_safe(found)
    return made


def _with_mission_labels(ensemble: Ensemble, table: Any) -> list[dict[str, Any]]:
    """Return rows with the name and main task of their mission."""
    labels = ensemble.metadata.labels
    about = {
        mission: {"name": name, "name_nl": dutch, "main_task": task}
        for mission, name, dutch, task in zip(
            *(labels[key] for key in ("mission", "mission_name", "mission_name_nl", "main_task")),
            strict=True,
        )
    }
    return [{**row, **about[row["mission"]]} for row in table.to_dict("records")]


def _print_ensemble(ensemble: Ensemble, reach: float, lang: str) -> None:
    """Print totals, fill and displacement by mission, and the design of the draws."""
    from planner.cli.summary import certificate_line
    from planner.results.losses import headline

    summary = _summarise_ensemble(ensemble, reach)
    scenario, window = summary["scenario"], summary["window"]
    echo(in_language(scenario, lang, "title") or scenario["name"], style="bold")
    design = ensemble.metadata.design
    about = {
        "scenario": scenario["name"],
        "window": months(window["first"], window["last"], lang),
        "rule": label(summary["rule"], lang),
        "draws": number(ensemble.made, lang, 0),
        "sampling": f"{word(design.sampling, lang)}, {word('seed', lang)} {design.seed}",
    }
    echo(labelled_values(about, lang, word))
    for package in ensemble.packages:
        echo("", *headline(ensemble, package).sentences(lang))
    echo(
        "",
        _headline_table(summary, lang),
        "",
        _quantile_table(summary, lang),
        "",
        _fill_table(summary, lang),
    )
    echo(word("there_note", lang), style="dim")
    for package in ensemble.packages:
        titles = ensemble.metadata.titles[package]
        title = (titles[1] or titles[0]) if lang == "nl" else (titles[0] or titles[1])
        echo("", _displacement_table(summary, package, f"{title} ({package})", lang))
    for quantity in dict.fromkeys(row["quantity"] for row in summary["ranking"]):
        echo("", _correlation_table(summary, quantity, lang))
    echo("", certificate_line(summary["certificate"], lang), *ensemble.sentences(lang))


def _format_value(value: float | None, lang: str, share: bool, short: bool = False) -> str:
    if not share:
        return number(value, lang)
    return percent(
        value, lang, 0 if short and value is not None and value >= MIN_ROUNDED_SHARE else 1
    )


def _quantity_label(row: Mapping[str, Any], lang: str) -> str:
    """Return the label of a row of the totals."""
    kind, _, package = row["quantity"].partition(".")
    if not row["package"]:
        return word(row["quantity"], lang)
    words = {
        "displacement": "displaced_main_task_2",
        "displacement_main_task_1": "displaced_main_task_1",
        "filled": "package_filled",
        "displacement_ratio": "displacement_ratio",
    }
    return f"{label(words[kind], lang)} ({package})"


def _chance_with_interval(row: Mapping[str, Any], lang: str) -> str:
    """Return a probability with its confidence interval."""
    chance, low, high = (percent(row[key], lang, 0) for key in ("chance", "chance_low",
                                                                "chance_high"))  # fmt: skip
    return f"{chance} ({low} – {high})"


def _quantile_table(summary: Mapping[str, Any], lang: str) -> Any:
    """Return a table of quantiles over the draws, each with its confidence interval."""
    rows = []
    for row in summary["total"]:
        share, cells = row["unit"] == "share", []
        for level in QUANTILES:
            value, low, high = (_format_value(row[key], lang, share, short=True)
                                for key in (level, f"{level}_low", f"{level}_high"))  # fmt: skip
            cells.append(f"{value} ({low} – {high})")
        rows.append([_quantity_label(row, lang), *cells])
    heads = [word("quantity", lang), *(f">{percent(int(level[1:]) / 100, lang, 0)}"
                                       for level in QUANTILES)]  # fmt: skip
    return table(f"{word('quantiles', lang)} ({label('person_months', lang)})", heads, rows)


def _estimate_cells(row: Mapping[str, Any], lang: str, share: bool) -> list[str]:
    """Return mean, standard error, confidence interval and spread as cells."""
    keys = ("mean", "standard_error", "low", "high", "q05", "q95")
    mean, error, low, high, q05, q95 = (_format_value(row[key], lang, share) for key in keys)
    return [mean, error, f"{low} – {high}", f"{q05} – {q95}"]


def _estimate_headings(first: list[str], lang: str, *last: str) -> list[str]:
    sizes = headings(lang, ">mean", ">standard_error", ">interval", ">spread", translate=word)
    return [*first, *sizes, *(f">{name}" for name in last)]


def _headline_table(summary: Mapping[str, Any], lang: str) -> Any:
    rows = [
        [_quantity_label(row, lang), *_estimate_cells(row, lang, row["unit"] == "share")]
        for row in summary["total"]
    ]
    title = f"{word('headline', lang)} ({label('person_months', lang)})"
    return table(
        title, _estimate_headings([word("quantity", lang)], lang), rows, lang=lang, optional=(2,)
    )


def _fill_table(summary: Mapping[str, Any], lang: str) -> Any:
    planned = {row["mission"]: row["mean"] for row in summary["missions"]}
    rows = [
        [row["mission"], in_language(row, lang), str(row["main_task"]),
         percent(planned[row["mission"]], lang), *_estimate_cells(row, lang, True),
         _chance_with_interval(row, lang)]
        for row in sorted(summary["missions_present"], key=lambda row: row["main_task"])
    ]  # fmt: skip
    first = headings(lang, "mission", "name", ">task", ">planned", translate=word)
    chance = word("chance_of", lang, reach=percent(summary["reach"], lang, 0))
    heads = _estimate_headings(first, lang, chance)
    return table(
        word("fill_there", lang), heads, rows, first_is_id=True, lang=lang, optional=(5, 3, 2)
    )


def _displacement_table(summary: Mapping[str, Any], package: str, title: str, lang: str) -> Any:
    rows = [
        [row["mission"], in_language(row, lang), *_estimate_cells(row, lang, False),
         _chance_with_interval(row, lang)]
        for row in summary["displacement"]
        if row["package"] == package and row["main_task"] == 2 and abs(row["mean"]) >= MIN_SHOWN
    ]  # fmt: skip
    heads = _estimate_headings(headings(lang, "mission", "name"), lang, word("chance_lost", lang))
    shown = f"{label('displacement_by_mission', lang)}: {title} ({label('person_months', lang)})"
    return table(shown, heads, rows, first_is_id=True, lang=lang, optional=(3,))


def _correlation_table(summary: Mapping[str, Any], quantity: str, lang: str) -> Any:
    """Return a table of significant rank correlations with a quantity, or a line if none is."""
    rows = [
        [row["factor"], label(row["basis"], lang), number(row["rank_correlation"], lang, 2),
         f"{number(row['low'], lang, 2)} – {number(row['high'], lang, 2)}"]
        for row in summary["ranking"]
        if row["quantity"] == quantity and row["clear"]
    ]  # fmt: skip
    if not rows:
        return word("goes_with_nothing", lang, quantity=quantity)
    heads = headings(lang, "factor", "basis", ">correlation", ">interval", translate=word)
    return table(word("goes_with", lang, quantity=quantity), heads, rows[:MAX_SHOWN])


def _summarise_estimate(specification: Specification, workers: int | None) -> dict[str, Any]:
    """Return the estimated size of a run, as values for strict JSON."""
    from planner.montecarlo.run import estimate_run

    return {
        "format": "planner-forecast/1",
        "scenario": specification.uncertain.scenario.name,
        "rule": specification.rule,
        **vars(estimate_run(specification, workers)),
    }


def _print_estimate(found: Mapping[str, Any], lang: str) -> None:
    """Print the estimated size of a run."""

    def mib(size: float) -> str:
        return f"{number(size / 2**20, lang, 0)} MiB"

    echo(word("dry_run", lang, tried=found["tried"]), style="bold")
    counts = {"draws": "draws", "plans": "plans", "rules_sets": "rules", "workers": "workers"}
    values = {
        **{name: number(found[key], lang, 0) for name, key in counts.items()},
        "time": duration(found["seconds"]),
        "processor_time": duration(found["processor_seconds"]),
        "memory": mib(found["memory_bytes"]),
        "disk": mib(found["disk_bytes"]),
    }
    echo(labelled_values(values, lang, word))


def _summarise_draw(
    specification: Specification, number: int, out: str | None, force: bool
) -> dict[str, Any]:
    """Replan one draw, save its result if `out` is given, and return its summary."""
    from planner.cli.summary import summarise
    from planner.montecarlo.replay import take_draw

    if out is not None:
        check_output_folder(out, force)
    draw = take_draw(specification, number)
    summary = summarise(draw.result)
    if out is not None:
        draw.result.save(out)
    made: dict[str, Any] = json_safe(
        {
            "format": "planner-draw/1",
            "draw": number,
            "quantities": dict(draw.quantities),
            "factors": draw.factors.to_dict("records"),
            "sentences": {lang: draw.sentences(lang) for lang in ("en", "nl")},
            "result": summary,
            "written_to": out,
        }
    )
    return made


def _print_draw(found: Mapping[str, Any], lang: str) -> None:
    """Print the unusual parameters of a draw, and the summary of its result."""
    from planner.cli.summary import print_summary

    first, *others = found["sentences"][lang]
    echo(first, style="bold")
    for sentence in others:
        echo(sentence, indent=2)
    echo("")
    print_summary(found["result"], lang)
    if found["written_to"]:
        echo(label("written_to", lang, path=found["written_to"]))
