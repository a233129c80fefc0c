"""``calibrate`` and ``backtest``: parameters inferred from people seen, and forecasts scored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.console import counting, print_json, say, table
from planner.cli.inputs import load_futures, load_scenario
from planner.cli.options import (
    AsJson,
    In,
    Lang,
    Named,
    Quiet,
    Seed,
    Sought,
    Workers,
    command,
    option,
)
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

Until = Annotated[
    str | None,
    option(
        "--until", "Last month with observations that count, as 2022-06; by default all.", "MONTH"
    ),
]
Known = Annotated[str, option("--until", "Last month with known observations.", "MONTH")]
Particles = Annotated[int, option("--particles", "Rows of the sample, a multiple of 4.", min=8)]
Whole = Annotated[
    bool,
    option(
        "--whole-rows",
        "Draws from the parameter file take whole rows of it, not only the parameters that the "
        "record speaks of.",
    ),
]
Draws = Annotated[int, option("--draws", "Draws of each forecast.", min=16)]
Outcomes = Annotated[
    str, option("--outcomes", "What was decided afterwards: months and ceilings.", "SCENARIO")
]
Table = Annotated[
    list[str] | None,
    option(
        "--observations",
        "Data folder with the observations.csv that counts; by default that of the program.",
        "FOLDER",
    ),
]
Kept = Annotated[
    str | None,
    option(
        "--out -o",
        "Folder for parameters.json, tables and figures; an interrupted calibration is resumed "
        "in it.",
        "FOLDER",
    ),
]
Written = Annotated[str | None, option("--out -o", "Folder for tables and figures.", "FOLDER")]
Of = Annotated[
    str | None,
    option(
        "--of",
        "displacement.PACKAGE, fill, fill.MISSION …; by default what the first package displaces.",
        "QUANTITY",
    ),
]
Above = Annotated[
    float | None,
    option("--above", "Makes the conclusion that the quantity is above this.", "NUMBER"),
]
Drawn = Annotated[int, option("--draws", "Draws, where SCENARIO is one.", min=64)]


@command("Learn from the record", "Infer parameters from people seen.", rank=1)
def calibrate(
    scenario: Named,
    until: Until = None,
    observations: Table = None,
    particles: Particles = 512,
    seed: Seed = 0,
    rule: Sought = None,
    whole_rows: Whole = False,
    out: Kept = None,
    workers: Workers = None,
    json: AsJson = False,
    lang: In = Lang.EN,
    quiet: Quiet = False,
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
    with counting(word("calibrating", lang), word("plans", lang), lang, quiet) as progress:
        found = run(
            loaded, until, observations=_observations(observations), particles=particles,
            seed=seed, rule=rule and rule.value, workers=workers, folder=out, progress=progress,
        )  # fmt: skip
    if out is not None:
        _write(out, found, ("before_after",), lang)
        if found.usable:
            found.save_parameters(Path(out) / "parameters.json", whole_rows)
    _show(found, json, lang, quiet)
    if not found.usable:
        raise typer.Exit(1)


@command("Learn from the record", "Score forecasts against later observations.", rank=2)
def backtest(
    scenario: Named = "letter",
    until: Known = "2022-06",
    outcomes: Outcomes = "hindsight",
    observations: Table = None,
    draws: Draws = 512,
    particles: Particles = 512,
    seed: Seed = 0,
    out: Written = None,
    workers: Workers = None,
    json: AsJson = False,
    lang: In = Lang.EN,
    quiet: Quiet = False,
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
    with counting(word("forecasting", lang), word("plans", lang), lang, quiet) as progress:
        found = run(
            loaded, until, decided, observations=_observations(observations), draws=draws,
            particles=particles, seed=seed, workers=workers, progress=progress,
        )  # fmt: skip
    if out is not None:
        _write(out, found, ("pit", "forecasts"), lang)
        found.save_scores(Path(out) / "backtest.json")
    _show(found, json, lang, quiet)


@command("Learn from the record", "What knowing one parameter is worth.", rank=3)
def learning(
    scenario: Named,
    of: Of = None,
    above: Above = None,
    draws: Drawn = 1024,
    seed: Seed = 0,
    rule: Sought = None,
    out: Written = None,
    workers: Workers = None,
    json: AsJson = False,
    lang: In = Lang.EN,
    quiet: Quiet = False,
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
        futures = load_futures(scenario)
    else:
        loaded = load_scenario(scenario)
        stage, unit = (montecarlo_word(key, lang) for key in ("simulating", "draws"))
        with counting(stage, unit, lang, quiet) as progress:
            futures = simulate(
                loaded, draws, seed, rule and rule.value, workers=workers, progress=progress
            )
    found = run(futures, of, above=above)
    if out is not None:
        _write(out, found, (), lang)
    _show(found, json, lang, quiet)


def _observations(folders: list[str] | None) -> list[Observation] | None:
    """Return the observations of data folders; None for those of the program."""
    if not folders:
        return None
    from planner.scenario.data import read_observations

    found = [one for folder in folders for one in read_observations(Path(folder))]
    if not found:
        raise InputError(f"observations: {folders[0]} holds no observations.csv")
    return found


def _write(folder: str, found: Outcome, figures: tuple[str, ...], lang: str) -> None:
    """Write the tables of an outcome as CSV, and its figures."""
    from planner.figures import calibration

    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, table in found.tables().items():
            (place / f"{name}.csv").write_bytes(as_csv(table).encode())
        for name in figures:
            getattr(calibration, name)(found, lang=lang).save(place / f"{name}.png", 150)
    except OSError as error:
        raise ResultError(f"{folder}: cannot be written: {error.strerror or error}") from None


def _show(found: Outcome, json: bool, lang: str, quiet: bool) -> None:
    """Print an outcome: strict JSON, or its sentences and the beginning of its main table."""
    if json:
        print_json({"format": "planner-record/1", **found.as_dict(lang)})
        return
    if quiet:
        return
    say(*found.sentences(lang))
    main = found.to_frame()
    heads = [("" if main[one].dtype == object else ">") + word(f"head_{one}", lang) for one in main]
    rows = [_cells(row, lang) for row in main.head(20).to_dict("records")]
    say(table(word(found.title, lang), heads, rows))


def _cells(row: Mapping[Any, Any], lang: str) -> list[str]:
    def cell(value: Any) -> str:
        if isinstance(value, str):
            return word(value, lang) if value in WORDS or value in COMMON else value
        return figure(float(value), lang)

    return [cell(value) for value in row.values()]
