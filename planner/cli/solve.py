"""``solve``: a neutral problem in, its result out."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from planner.cli.options import (
    AsJson,
    Engine,
    In,
    Lang,
    Quiet,
    Rule,
    Solver,
    TimeLimit,
    Whole,
    Worker,
)

__all__ = ["solve"]

ProblemFile = Annotated[
    str,
    typer.Argument(
        metavar="FILE", help="A neutral problem (JSON); - is standard input.", show_default=False
    ),
]
Which = Annotated[
    Rule,
    typer.Option(
        "--rule",
        help="fair: the worst-off gets as much as can be; value: most weighted person-months.",
    ),
]


def solve(
    file: ProblemFile,
    rule: Which = Rule.FAIR,
    json: AsJson = False,
    engine: Worker = Engine.HIGHS,
    solver: Solver = None,
    whole_people: Whole = False,
    time_limit: TimeLimit = None,
    lang: In = Lang.EN,
    quiet: Quiet = False,
) -> None:
    """Solve a neutral problem.

    With --json the result (planner-result/1) is all that standard output gets.

    \b
    Examples:
      planner solve problem.json --rule value
      planner solve problem.json --json > result.json
      cat problem.json | planner solve - --json
    """
    from planner.cli.console import print_json, working
    from planner.cli.engines import check_choice, solved
    from planner.cli.findings import warn
    from planner.cli.problems import load_problem
    from planner.labels import label

    check_choice(engine, solver, whole_people, time_limit)
    problem = load_problem(file)
    warn("<stdin>" if file == "-" else file, problem, quiet=quiet)
    with working(label("allocating", lang), quiet):
        solution = solved(problem, rule.value, engine, solver, whole_people, time_limit)
        result = solution.as_neutral()
    if json:
        print_json(result)
    elif not quiet:
        _show(result, lang)


def _show(result: dict[str, Any], lang: str) -> None:
    """Print fill by demand, what packages displace, and the certificate."""
    from planner.cli.console import say, table
    from planner.cli.summary import certificate_line
    from planner.labels import label, number, percent

    rows = [
        (name, number(one["asked"], lang), number(one["filled"], lang),
         percent(one["fill_rate"], lang))
        for name, one in result["demands"].items()
    ]  # fmt: skip
    words = [
        label("demand", lang),
        *(f">{label(w, lang)}" for w in ("asked", "filled", "fill_rate")),
    ]
    say(table(label("fill_by_demand", lang), words, rows))
    lost = [
        (name, number(one["total"], lang), number(one["main_task_1"], lang),
         percent(one["ratio"], lang))
        for name, one in result["displacement"].items()
    ]  # fmt: skip
    if lost:
        heads = ("displaced_main_task_2", "displaced_main_task_1", "displacement_ratio")
        words = [label("package", lang), *(f">{label(word, lang)}" for word in heads)]
        say(table(label("displacement", lang), words, lost))
    say(certificate_line(result["certificate"], lang))
