"""``run`` and ``solve``: allocate people to a scenario or to a neutral problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from planner.cli import options as opt
from planner.cli.console import echo, print_json, record_table, show_spinner
from planner.cli.inputs import check_output_folder, load_problem, load_scenario, warn
from planner.errors import Fault, InputError
from planner.labels import label, number, percent

if TYPE_CHECKING:
    from planner.problem.model import Problem
    from planner.results.result import Result
    from planner.scenario.load import Scenario
    from planner.solution import Solution

__all__ = ["allocate_with", "check_solver_options", "run", "solve", "solve_with"]

_DEMAND_COLUMNS = (
    ("demand", "id"),
    (">asked", "asked", number),
    (">filled", "filled", number),
    (">fill_rate", "fill_rate", percent),
)

_PACKAGE_COLUMNS = (
    ("package", "id"),
    (">displaced_main_task_2", "total", number),
    (">displaced_main_task_1", "main_task_1", number),
    (">displacement_ratio", "ratio", percent),
)


def check_solver_options(
    engine: opt.Engine, solver: str | None, whole: bool, seconds: float | None
) -> None:
    """Refuse options that exclude each other, or a solver that is not installed, before solving."""
    if seconds is not None and not whole:
        raise InputError(Fault("--time-limit", 0, 0, "", "only goes with --whole-people"))
    if engine is opt.Engine.HIGHS and not whole:
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


def solve_with(
    problem: Problem,
    rule: str,
    engine: opt.Engine,
    solver: str | None,
    whole: bool,
    seconds: float | None,
) -> Solution:
    """Solve with the chosen engine; :func:`check_solver_options` checks the combination.

    `solver` is a solver of PuLP. Whole people and all-or-nothing units are always solved through
    PuLP, with a time limit of `seconds` for each step.
    """
    if whole:
        from planner.reference.plans import solve_whole

        return solve_whole(problem, rule, solver, seconds)
    if engine is opt.Engine.PULP:
        from planner.reference.plans import reference_solution

        return reference_solution(problem, rule, solver)
    from planner.results.losses import check_accounts
    from planner.solution import solve_problem

    solution = solve_problem(problem, rule)
    check_accounts(solution)
    return solution


def allocate_with(
    scenario: Scenario,
    rule: str | None,
    engine: opt.Engine,
    solver: str | None,
    whole: bool,
    seconds: float | None,
) -> Result:
    """Allocate a scenario with the chosen engine; see :func:`solve_with`."""
    from planner.results.allocate import allocate

    if engine is opt.Engine.HIGHS and not whole:
        return allocate(scenario, rule)
    from planner.compile import compile_scenario
    from planner.results.result import Result, hash_files

    files = hash_files(scenario.files)
    compiled = compile_scenario(scenario)
    solution = solve_with(compiled.problem, rule or compiled.rule, engine, solver, whole, seconds)
    options: dict[str, Any] = {"engine": "pulp", "whole_people": whole, "time_limit": seconds}
    options |= {key: getattr(solution, key) for key in ("solver", "status")}
    return Result(scenario, compiled, solution, options=options, files=files)


@opt.command("Plan", "Allocate people and say who goes short.", rank=1)
def run(
    scenario: opt.ScenarioArgument,
    rule: opt.RuleOption = None,
    out: opt.OutOption = None,
    force: opt.ForceOption = False,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
    engine: opt.EngineOption = opt.Engine.HIGHS,
    solver: opt.SolverOption = None,
    whole_people: opt.WholePeopleOption = False,
    time_limit: opt.TimeLimitOption = None,
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
    from planner.cli.summary import print_summary, summarise
    from planner.compile import compile_scenario
    from planner.results.losses import likely_hint

    check_solver_options(engine, solver, whole_people, time_limit)
    if out is not None:
        check_output_folder(out, force)
    loaded = load_scenario(scenario)
    compiled = compile_scenario(loaded)
    warn(scenario, compiled.problem, compiled.first_month, quiet)
    with show_spinner(label("allocating", lang), quiet):
        result = allocate_with(
            loaded, rule and rule.value, engine, solver, whole_people, time_limit
        )
    if out is not None:
        with show_spinner(label("writing", lang), quiet):
            result.save(out)
    if json:
        print_json({**summarise(result), "written_to": out})
    elif not quiet:
        print_summary(summarise(result), lang)
        if result.solution.without:
            echo("", likely_hint(scenario, lang))
        echo(label("written_to", lang, path=out) if out else label("keep_hint", lang))


ProblemArgument = Annotated[
    str, opt.argument("FILE", "A neutral problem (JSON); - is standard input.")
]
ProblemRuleOption = Annotated[
    opt.Rule,
    opt.option(
        "--rule", "fair: the worst-off gets as much as can be; value: most weighted person-months."
    ),
]


@opt.command("Plan", "Solve a neutral problem.", rank=5)
def solve(
    file: ProblemArgument,
    rule: ProblemRuleOption = opt.Rule.FAIR,
    json: opt.JsonOption = False,
    engine: opt.EngineOption = opt.Engine.HIGHS,
    solver: opt.SolverOption = None,
    whole_people: opt.WholePeopleOption = False,
    time_limit: opt.TimeLimitOption = None,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
) -> None:
    """Solve a neutral problem.

    With --json the result (planner-result/1) is all that standard output gets.

    \b
    Examples:
      planner solve problem.json --rule value
      planner solve problem.json --json > result.json
      cat problem.json | planner solve - --json
    """
    check_solver_options(engine, solver, whole_people, time_limit)
    problem = load_problem(file)
    warn("<stdin>" if file == "-" else file, problem, quiet=quiet)
    with show_spinner(label("allocating", lang), quiet):
        solution = solve_with(problem, rule.value, engine, solver, whole_people, time_limit)
        result = solution.as_neutral()
    if json:
        print_json(result)
    elif not quiet:
        _print_solution(result, lang)


def _print_solution(result: dict[str, Any], lang: str) -> None:
    """Print fill by demand, what packages displace, and the certificate."""
    from planner.cli.summary import certificate_line

    demands = [{"id": id, **row} for id, row in result["demands"].items()]
    echo(record_table(label("fill_by_demand", lang), _DEMAND_COLUMNS, demands, lang))
    packages = [{"id": id, **row} for id, row in result["displacement"].items()]
    if packages:
        echo(record_table(label("displacement", lang), _PACKAGE_COLUMNS, packages, lang))
    echo(certificate_line(result["certificate"], lang))
