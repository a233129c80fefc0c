"""``simulate``: many futures of a scenario, and how sure fill and displacement are."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from planner.cli.options import (
    AsJson,
    Cluster,
    Force,
    In,
    Lang,
    Named,
    Quiet,
    Seed,
    Sought,
    Workers,
)

__all__ = ["simulate"]


class Sampling(StrEnum):
    """How points are drawn."""

    SOBOL = "sobol"
    PLAIN = "plain"
    LATIN = "latin"


Draws = Annotated[int, typer.Option("--draws", min=2, help="Futures; the most, with a stop rule.")]
How = Annotated[
    Sampling,
    typer.Option(
        "--sampling",
        help="sobol: scrambled Sobol points; plain: independent points; latin: Latin hypercubes.",
    ),
]
Replicates = Annotated[
    int | None,
    typer.Option(
        "--replicates",
        min=2,
        help="Independent repetitions, for the errors; by default 32, and 16 below 1,024 draws.",
        show_default=False,
    ),
]
Share = Annotated[
    int | None,
    typer.Option(
        "--share",
        min=1,
        help="Draws that share one set of rules (tours, preparation, rest); by default 16, and 64 "
        "above 4,096 draws.",
        show_default=False,
    ),
]
Packages = Annotated[
    list[str] | None,
    typer.Option("--package", metavar="ID", help="Only this package.", show_default=False),
]
Of = Annotated[
    str | None,
    typer.Option(
        "--of",
        metavar="QUANTITY",
        help="What --half-width is about: displacement.PACKAGE, fill, fill.MISSION …",
        show_default=False,
    ),
]
HalfWidth = Annotated[
    float | None,
    typer.Option(
        "--half-width",
        metavar="SIZE",
        help="Stop once the 95 % interval is no wider than ± this.",
        show_default=False,
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        help="Begin no more draws after this time.",
        show_default=False,
    ),
]
Monthly = Annotated[
    bool | None,
    typer.Option(
        "--monthly/--no-monthly",
        help="Keep people by pool and month of every draw; by default up to 20,000 draws.",
        show_default=False,
    ),
]
Reach = Annotated[
    float, typer.Option("--reach", metavar="SHARE", help="Fill whose chance is shown.")
]
Dry = Annotated[
    bool, typer.Option("--dry-run", help="Say how many draws, how much time and memory; no run.")
]
Replay = Annotated[
    int | None,
    typer.Option(
        "--replay",
        metavar="N",
        min=0,
        help="Take out draw N of the run: what is unusual about it, and its whole result.",
        show_default=False,
    ),
]
Kept = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Folder for draws, tables and manifest. A run that was interrupted goes on there.",
        show_default=False,
    ),
]


def simulate(
    scenario: Named,
    draws: Draws = 1024,
    seed: Seed = 0,
    rule: Sought = None,
    sampling: How = Sampling.SOBOL,
    package: Packages = None,
    out: Kept = None,
    of: Of = None,
    half_width: HalfWidth = None,
    time_limit: TimeLimit = None,
    reach: Reach = 0.9,
    replicates: Replicates = None,
    share: Share = None,
    monthly: Monthly = None,
    workers: Workers = None,
    cluster: Cluster = None,
    dry_run: Dry = False,
    replay: Replay = None,
    force: Force = False,
    json: AsJson = False,
    lang: In = Lang.EN,
    quiet: Quiet = False,
) -> None:
    """Draw many futures of a scenario, plan each, and say how sure fill and displacement are.

    What is uncertain, and where that is from: planner show SCENARIO --uncertain.

    \b
    Examples:
      planner simulate eastern-flank-battalion
      planner simulate eastern-flank-battalion --draws 10000 --out runs/battalion
      planner simulate letter --of fill.untso --half-width 0.01 --draws 20000
      planner simulate my-scenario.yaml --rule value --json > futures.json
      planner simulate eastern-flank-battalion --draws 100000 --dry-run
      planner simulate eastern-flank-battalion --replay 17
    """
    from planner.cli.console import counting, print_json, say
    from planner.cli.futures import (
        show_draw,
        show_forecast,
        show_futures,
        summarise_draw,
        summarise_forecast,
        summarise_futures,
    )
    from planner.cli.inputs import load_scenario
    from planner.labels import label
    from planner.montecarlo.run import simulate as run
    from planner.montecarlo.run import study_of
    from planner.montecarlo.tables import check_levels
    from planner.montecarlo.words import say as word

    check_levels((), reach)
    loaded = load_scenario(scenario)
    drawn = (draws, seed, rule and rule.value, sampling.value)
    kept: dict[str, Any] = {
        "packages": package or None, "replicates": replicates, "share": share, "monthly": monthly,
    }  # fmt: skip
    if dry_run:
        found = summarise_forecast(study_of(loaded, *drawn, **kept), workers)
        print_json(found) if json else show_forecast(found, lang)
        return
    if replay is not None:
        shown = summarise_draw(study_of(loaded, *drawn, **kept), replay, out, force)
        print_json(shown) if json else show_draw(shown, lang)
        return
    with counting(word("simulating", lang), word("draws", lang), lang, quiet) as progress:
        futures = run(
            loaded, *drawn, workers, **kept, of=of, half_width=half_width, time_limit=time_limit,
            folder=out, replace=force, cluster=cluster, progress=progress,
        )  # fmt: skip
    if json:
        print_json({**summarise_futures(futures, reach), "written_to": out})
    elif not quiet:
        show_futures(futures, reach, lang)
        say(label("written_to", lang, path=out) if out else word("keep_run", lang))
