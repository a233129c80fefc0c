"""``run``: allocate people to a scenario and say who goes short."""

from __future__ import annotations

from planner.cli.options import (
    AsJson,
    Engine,
    Force,
    In,
    Lang,
    Named,
    Out,
    Quiet,
    Solver,
    Sought,
    TimeLimit,
    Whole,
    Worker,
)

__all__ = ["run"]


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
    task 1), and the pools in the way: when, and what one more person there would be worth.

    \b
    Examples:
      planner run letter
      planner run eastern-flank-battalion --out results/battalion
      planner run my-scenario.yaml --rule value --json > summary.json
      planner run eastern-flank-battalion --lang nl
    """
    from planner.cli.console import print_json, say, working
    from planner.cli.engines import allocated, check_choice
    from planner.cli.files import check_folder
    from planner.cli.findings import warn
    from planner.cli.inputs import load_scenario
    from planner.cli.summary import show_summary, summarise
    from planner.compile import compile_scenario
    from planner.labels import label

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
        say(label("written_to", lang, path=out) if out else label("keep_hint", lang))
