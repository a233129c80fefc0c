"""``calibrate``, ``backtest`` and ``learning``: inference from observations, scored forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli import options as opt
from planner.cli.console import echo, print_json, show_progress, table
from planner.cli.inputs import load_ensemble, load_scenario
from planner.errors import InputError, ResultError
from planner.labels import WORDS as COMMON
from planner.labels import figure
from planner.montecarlo.words import say as montecarlo_word
from planner.record.words import WORDS
from planner.record.words import say as word
from planner.store import as_csv

if TYPE_CHECKING:
    from planner.outcome import Outcome
    from planner.scenario.inputs import Observation

__all__ = ["backtest", "calibrate", "learning"]

UntilOption = Annotated[
    str | None,
    opt.option(
        "--until", "Last month with observations that count, as 2022-06; by default all.", "MONTH"
    ),
]
KnownUntilOption = Annotated[
    str, opt.option("--until", "Last month with known observations.", "MONTH")
]
ParticlesOption = Annotated[
    int, opt.option("--particles", "Rows of the sample, a multiple of 4.", min=8)
]
WholeRowsOption = Annotated[
    bool,
    opt.option(
        "--whole-rows",
        "Draws from the parameter file take whole rows of it, not only the parameters that the "
        "record speaks of.",
    ),
]
DrawsOption = Annotated[int, opt.option("--draws", "Draws of each forecast.", min=16)]
OutcomesOption = Annotated[
    str, opt.option("--outcomes", "What was decided afterwards: months and ceilings.", "SCENARIO")
]
ObservationsOption = Annotated[
    list[str] | None,
    opt.option(
        "--observations",
        "Data folder with the observations.csv that counts; by default that of the program.",
        "FOLDER",
    ),
]
ParametersFolderOption = Annotated[
    str | None,
    opt.option(
        "--out -o",
        "Folder for parameters.json, tables and figures; an interrupted calibration is resumed "
        "in it.",
        "FOLDER",
    ),
]
OutOption = Annotated[
    str | None, opt.option("--out -o", "Folder for tables and figures.", "FOLDER")
]
QuantityOption = Annotated[
    str | None,
    opt.option(
        "--of",
        "displacement.PACKAGE, fill, fill.MISSION …; by default what the first package displaces.",
        "QUANTITY",
    ),
]
AboveOption = Annotated[
    float | None,
    opt.option("--above", "Makes the conclusion that the quantity is above this.", "NUMBER"),
]
EnsembleDrawsOption = Annotated[int, opt.option("--draws", "Draws, where SCENARIO is one.", min=64)]


@opt.command("Learn from the record", "Infer parameters from people seen.", rank=1)
def calibrate(
    scenario: opt.ScenarioArgument,
    until: UntilOption = None,
    observations: ObservationsOption = None,
    particles: ParticlesOption = 512,
    seed: opt.SeedOption = 0,
    rule: opt.RuleOption = None,
    whole_rows: WholeRowsOption = False,
    out: ParametersFolderOption = None,
    workers: opt.WorkersOption = None,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
) -> None:
    """Infer the uncertain parameters from what was seen, and say what the record tells of each.

    The ranges of the scenario are what is thought before. The result is a parameter file that any
    scenario may name (parameters: FILE), from which planner simulate then draws.

    \b
    Examples:
      planner calibrate letter --until 2022-06 --out runs/letter-2022-06
      planner calibrate hindsight --whole-rows --out runs/hindsight
    """
    from planner.record.calibrate import calibrate as run

    loaded = load_scenario(scenario)
    with show_progress(word("calibrating", lang), word("plans", lang), lang, quiet) as progress:
        outcome = run(
            loaded, until, observations=_load_observations(observations), particles=particles,
            seed=seed, rule=rule and rule.value, workers=workers, folder=out, progress=progress,
        )  # fmt: skip
    if out is not None:
        _write_outcome(out, outcome, ("before_after",), lang)
        if outcome.usable:
            outcome.save_parameters(Path(out) / "parameters.json", whole_rows)
    _print_outcome(outcome, json, lang, quiet)
    if not outcome.usable:
        raise typer.Exit(1)


@opt.command("Learn from the record", "Score forecasts against later observations.", rank=2)
def backtest(
    scenario: opt.ScenarioArgument = "letter",
    until: KnownUntilOption = "2022-06",
    outcomes: OutcomesOption = "hindsight",
    observations: ObservationsOption = None,
    draws: DrawsOption = 512,
    particles: ParticlesOption = 512,
    seed: opt.SeedOption = 0,
    out: OutOption = None,
    workers: opt.WorkersOption = None,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
) -> None:
    """Forecast what was counted after a month from what was known then, and score it.

    References: every ceiling is filled, the last share seen persists, the shares seen before.

    \b
    Examples:
      planner backtest letter
      planner backtest letter --until 2021-12 --out runs/backtest
    """
    from planner.record.backtest import backtest as run

    loaded, decided = load_scenario(scenario), load_scenario(outcomes)
    with show_progress(word("forecasting", lang), word("plans", lang), lang, quiet) as progress:
        outcome = run(
            loaded, until, decided, observations=_load_observations(observations), draws=draws,
            particles=particles, seed=seed, workers=workers, progress=progress,
        )  # fmt: skip
    if out is not None:
        _write_outcome(out, outcome, ("pit", "forecasts"), lang)
        outcome.save_scores(Path(out) / "backtest.json")
    _print_outcome(outcome, json, lang, quiet)


@opt.command("Learn from the record", "What knowing one parameter is worth.", rank=3)
def learning(
    scenario: opt.ScenarioArgument,
    of: QuantityOption = None,
    above: AboveOption = None,
    draws: EnsembleDrawsOption = 1024,
    seed: opt.SeedOption = 0,
    rule: opt.RuleOption = None,
    out: OutOption = None,
    workers: opt.WorkersOption = None,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
) -> None:
    """Say what knowing each parameter would take off the uncertainty of a conclusion.

    Beside each stands who could know it. SCENARIO may be a folder of planner simulate --out.

    \b
    Examples:
      planner learning eastern-flank-battalion
      planner learning eastern-flank-battalion --of displacement.eastern-flank --above 0
    """
    from planner.montecarlo.run import simulate
    from planner.record.learning import learning as run

    if Path(scenario).is_dir():
        futures = load_ensemble(scenario)
    else:
        loaded = load_scenario(scenario)
        stage, unit = (montecarlo_word(key, lang) for key in ("simulating", "draws"))
        with show_progress(stage, unit, lang, quiet) as progress:
            futures = simulate(
                loaded, draws, seed, rule and rule.value, workers=workers, progress=progress
            )
    outcome = run(futures, of, above=above)
    if out is not None:
        _write_outcome(out, outcome, (), lang)
    _print_outcome(outcome, json, lang, quiet)


def _load_observations(folders: list[str] | None) -> list[Observation] | None:
    """Return the observations of data folders; None for the default observations."""
    if not folders:
        return None
    from planner.scenario.data import read_observations

    found = [one for folder in folders for one in read_observations(Path(folder))]
    if not found:
        raise InputError(f"observations: {folders[0]} holds no observations.csv")
    return found


def _write_outcome(folder: str, outcome: Outcome, figures: tuple[str, ...], lang: str) -> None:
    """Write the tables of an outcome as CSV, and its figures."""
    from planner.figures import calibration

    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        for name, table in outcome.tables().items():
            (path / f"{name}.csv").write_bytes(as_csv(table).encode())
        for name in figures:
            getattr(calibration, name)(outcome, lang=lang).save(path / f"{name}.png", 150)
    except OSError as error:
        raise ResultError(f"{folder}: cannot be written: {error.strerror or error}") from None


def _print_outcome(outcome: Outcome, json: bool, lang: str, quiet: bool) -> None:
    """Print an outcome as strict JSON, or its sentences and the first rows of its main table."""
    if json:
        print_json({"format": "planner-record/1", **outcome.as_dict(lang)})
        return
    if quiet:
        return
    echo(*outcome.sentences(lang))
    frame = outcome.to_frame()
    heads = [
        ("" if frame[one].dtype == object else ">") + word(f"head_{one}", lang) for one in frame
    ]
    rows = [_format_row(row, lang) for row in frame.head(20).to_dict("records")]
    echo(table(word(outcome.title, lang), heads, rows))


def _format_row(row: Mapping[Any, Any], lang: str) -> list[str]:
    def cell(value: Any) -> str:
        if isinstance(value, str):
            return word(value, lang) if value in WORDS or value in COMMON else value
        return figure(float(value), lang)

    return [cell(value) for value in row.values()]
