"""``run`` and ``solve``: allocate people to a scenario or to a neutral problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from planner.cli.console import headings, print_json, say, table, working
from planner.cli.inputs import check_folder, load_problem, load_scenario, warn
from planner.cli.options import (
    AsJson,
    Engine,
    Force,
    In,
    Lang,
    Named,
    Out,
    Quiet,
    Rule,
    Solver,
    Sought,
    TimeLimit,
    Whole,
    Worker,
    argument,
    command,
    option,
)
from planner.errors import Fault, InputError
from planner.labels import label, number, percent

if TYPE_CHECKING:
    from planner.problem.model import Problem
    from planner.results.result import Result
    from planner.scenario.load import Scenario
    from planner.solution import Solution

__all__ = ["allocated", "check_choice", "run", "solve", "solved"]


def check_choice(engine: Engine, solver: str | None, whole: bool, seconds: float | None) -> None:
    """Refuse options that do not go together, or a solver that is not installed, before work."""
    if seconds is not None and not whole:
        raise InputError(Fault("--time-limit", 0, 0, "", "only goes with --whole-people"))
    if engine is Engine.HIGHS and not whole:
        if solver is not None:
            message = "is for --engine pulp or --whole-people; the default engine is HiGHS itself"
            raise InputError(Fault("--solver", 0, 0, "", message))
        return
    from planner.reference.solvers import choose_solver

    try:
        choose_solver(solver)
    except InputError as error:
        raise InputError(
            [Fault("--solver", 0, 0, "", getattr(f, "message", str(f))) for f in error.faults]
        ) from None


def solved(
    problem: Problem,
    rule: str,
    engine: Engine,
    solver: str | None,
    whole: bool,
    seconds: float | None,
) -> Solution:
    """Solve with the engine that was asked for; see :func:`check_choice` for what goes together.

    The solver is PuLP's. Whole people and all-or-nothing units always go through PuLP; `seconds`
    are how long each step of them may take.
    """
    if whole:
        from planner.reference.plans import solve_whole

        return solve_whole(problem, rule, solver, seconds)
    if engine is Engine.PULP:
        from planner.reference.plans import reference_solution

        return reference_solution(problem, rule, solver)
    from planner.results.losses import check_accounts
    from planner.solution import solve_problem

    solution = solve_problem(problem, rule)
    check_accounts(solution)
    return solution


def allocated(
    scenario: Scenario,
    rule: str | None,
    engine: Engine,
    solver: str | None,
    whole: bool,
    seconds: float | None,
) -> Result:
    """Allocate a scenario with the engine that was asked for; see :func:`solved`."""
    from planner.results.allocate import allocate

    if engine is Engine.HIGHS and not whole:
        return allocate(scenario, rule)
    from planner.compile import compile_scenario
    from planner.results.result import Result, hash_files

    files = hash_files(scenario.files)
    compiled = compile_scenario(scenario)
    solution = solved(compiled.problem, rule or compiled.rule, engine, solver, whole, seconds)
    options: dict[str, Any] = {"engine": "pulp", "whole_people": whole, "time_limit": seconds}
    options |= {key: getattr(solution, key) for key in ("solver", "status")}
    return Result(scenario, compiled, solution, options=options, files=files)


@command("Plan", "Allocate people and say who goes short.", rank=1)
def run(
    scenario: Named,
    rule: Sought = None,
    out: Out = None,
    force: Force = False,
    json: AsJson = False,
    lang: In = Lang.EN,
    quiet: Quiet = False,
    engine: Worker = Engine.HIGHS,
    solver: Solver = None,
    whole_people: Whole = False,
    time_limit: TimeLimit = None,
) -> None:
    """Allocate people to missions, with and without each package, and say who goes short.

    Shows fill by mission, what each package displaces from main task 2 (and beside it from main
    task 1), before and after its first month and year by year, and the pools in the way. This is
    the plan for the likely values of all parameters; planner simulate and planner robustness say
    how far it can be trusted.

    \b
    Examples:
      planner run letter
      planner run eastern-flank-battalion --out results/battalion
      planner run my-scenario.yaml --rule value --json > summary.json
      planner run eastern-flank-battalion --lang nl
    """
    from planner.cli.summary import show_summary, summarise
    from planner.compile import compile_scenario
    from planner.results.losses import likely_hint

    check_choice(engine, solver, whole_people, time_limit)
    if out is not None:
        check_folder(out, force)
    loaded = load_scenario(scenario)
    compiled = compile_scenario(loaded)
    warn(scenario, compiled.problem, compiled.first_month, quiet)
    with working(label("allocating", lang), quiet):
        result = allocated(loaded, rule and rule.value, engine, solver, whole_people, time_limit)
    if out is not None:
        with working(label("writing", lang), quiet):
            result.save(out)
    if json:
        print_json({**summarise(result), "written_to": out})
    elif not quiet:
        show_summary(summarise(result), lang)
        if result.solution.without:
            say("", likely_hint(scenario, lang))
        say(label("written_to", lang, path=out) if out else label("keep_hint", lang))


ProblemFile = Annotated[str, argument("FILE", "A neutral problem (JSON); - is standard input.")]
Which = Annotated[
    Rule,
    option(
        "--rule", "fair: the worst-off gets as much as can be; value: most weighted person-months."
    ),
]


@command("Plan", "Solve a neutral problem.", rank=5)
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
    from planner.cli.summary import certificate_line

    rows = [
        (name, number(one["asked"], lang), number(one["filled"], lang),
         percent(one["fill_rate"], lang))
        for name, one in result["demands"].items()
    ]  # fmt: skip
    heads = headings(lang, "demand", ">asked", ">filled", ">fill_rate")
    say(table(label("fill_by_demand", lang), heads, rows))
    lost = [
        (name, number(one["total"], lang), number(one["main_task_1"], lang),
         percent(one["ratio"], lang))
        for name, one in result["displacement"].items()
    ]  # fmt: skip
    if lost:
        heads = headings(lang, "package", ">displaced_main_task_2", ">displaced_main_task_1",
                         ">displacement_ratio")  # fmt: skip
        say(table(label("displacement", lang), heads, lost))
    say(certificate_line(result["certificate"], lang))
