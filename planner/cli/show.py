"""``show``: a scenario as it is after everything it builds on, and where its figures come from."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from planner.cli.options import AsJson, In, Lang, Named

__all__ = ["show"]


def _one(option: str, what: str) -> Any:
    return typer.Option(option, metavar="ID", help=what, show_default=False)


def show(
    scenario: Named,
    mission: Annotated[str | None, _one("--mission", "One mission and its demands.")] = None,
    demand: Annotated[str | None, _one("--demand", "One demand and its figures.")] = None,
    pool: Annotated[
        str | None, _one("--pool", "One pool, its strength and who draws on it.")
    ] = None,
    figure: Annotated[
        str | None, _one("--figure", "A figure and its source, or all that begin with this.")
    ] = None,
    sources: Annotated[bool, typer.Option("--sources", help="Publications in use.")] = False,
    uncertain: Annotated[
        bool,
        typer.Option("--uncertain", help="What planner simulate draws, how, and where from."),
    ] = False,
    as_yaml: Annotated[
        bool, typer.Option("--yaml", help="The scenario as YAML that stands on its own.")
    ] = False,
    json: AsJson = False,
    lang: In = Lang.EN,
) -> None:
    """Show a resolved scenario, or a part of it.

    \b
    Examples:
      planner show letter
      planner show letter --mission untso
      planner show letter --figure demand.untso.cap
      planner show eastern-flank-battalion --pool staff
      planner show letter --sources --json
      planner show letter --uncertain
    """
    import sys

    from planner.cli.console import print_json
    from planner.cli.inputs import load_scenario
    from planner.cli.shown import Resolved

    resolved = Resolved(load_scenario(scenario))
    if as_yaml:
        sys.stdout.write(resolved.scenario.dump())
        return
    wanted = {"mission": mission, "demand": demand, "pool": pool, "figure": figure}
    parts: dict[str, Any] = resolved.find({k: v for k, v in wanted.items() if v is not None})
    if sources:
        parts["sources"] = resolved.sources()
    if uncertain:
        parts["uncertain"] = resolved.uncertain()
    if not parts:
        parts["scenario"] = resolved.overview()
    if json:
        print_json({"format": "planner-show/1", **parts})
        return
    from planner.cli.sheets import show_part

    for name, content in parts.items():
        show_part(name, content, lang)
