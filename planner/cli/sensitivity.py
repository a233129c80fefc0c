"""``sensitivity``: which uncertain figures drive a quantity, by Sobol indices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from planner.cli import options as opt
from planner.cli.console import echo, headings, print_json, show_progress, table
from planner.cli.inputs import load_scenario
from planner.errors import InputError
from planner.labels import label, number
from planner.montecarlo.words import say as word
from planner.montecarlo.words import theme

if TYPE_CHECKING:
    from planner.montecarlo.sensitivity import Sensitivity

__all__ = ["sensitivity"]

FORMAT = "planner-sensitivity/1"

QuantitiesOption = Annotated[
    list[str] | None,
    opt.option(
        "--of",
        "displacement.PACKAGE, fill, fill.MISSION, present.MISSION …; may be given more than "
        "once. By default the displacement of every package.",
        "QUANTITY",
    ),
]
GroupsOption = Annotated[
    list[str] | None,
    opt.option(
        "--group",
        "Figures looked at together, as posts=pool.*.posts; may be given more than once. By "
        "default by theme: posts, readiness, tours, rest, sizes …",
        "NAME=PATTERN,…",
    ),
]
BaseOption = Annotated[
    int,
    opt.option(
        "--base", "Base points, a power of two; base × (groups + 2) draws are planned.", min=2
    ),
]


@opt.command("Plan", "Which uncertain figures drive it.", rank=3)
def sensitivity(
    scenario: opt.ScenarioArgument,
    of: QuantitiesOption = None,
    group: GroupsOption = None,
    base: BaseOption = 128,
    seed: opt.SeedOption = 0,
    rule: opt.RuleOption = None,
    workers: opt.WorkersOption = None,
    cluster: opt.ClusterOption = None,
    json: opt.JsonOption = False,
    lang: opt.LangOption = opt.Lang.EN,
    quiet: opt.QuietOption = False,
) -> None:
    """Say which uncertain figures drive displacement or fill: Sobol indices with intervals.

    The first-order index is the part of the spread that knowing the figures would take away, the
    total index what would be left if all others were known. A cheap ranking, from draws that are
    made anyhow, stands at the end of planner simulate.

    \b
    Examples:
      planner sensitivity eastern-flank-battalion
      planner sensitivity letter --of fill --of fill.untso --base 64
      planner sensitivity letter --of fill --group "posts=pool.*.posts" --group "rest=kind.*.rest*"
    """
    from planner.montecarlo.sensitivity import sensitivity as run

    loaded = load_scenario(scenario)
    with show_progress(word("simulating", lang), word("draws", lang), lang, quiet) as progress:
        result = run(
            loaded, *(of or ()), groups=_parse_groups(group or ()), base=base, seed=seed,
            rule=rule and rule.value, workers=workers, cluster=cluster, progress=progress,
        )  # fmt: skip
    if json:
        print_json(_as_dict(result, loaded.name, base, seed))
    elif not quiet:
        _print_indices(result, lang)


def _parse_groups(texts: Any) -> dict[str, tuple[str, ...]] | None:
    """Return groups by name from ``NAME=PATTERN,PATTERN``; None if there are none."""
    groups: dict[str, tuple[str, ...]] = {}
    faults = []
    for text in texts:
        name, equals, patterns = text.partition("=")
        members = tuple(part.strip() for part in patterns.split(",") if part.strip())
        if not (name.strip() and equals and members):
            faults.append(f"--group: expected NAME=PATTERN, as posts=pool.*.posts, found {text!r}")
        groups[name.strip()] = members
    if faults:
        raise InputError(faults)
    return groups or None


def _as_dict(result: Sensitivity, scenario: str, base: int, seed: int) -> dict[str, Any]:
    """Return the indices as plain values."""
    return {
        "format": FORMAT,
        "scenario": scenario,
        "rule": result.rule,
        "base": base,
        "seed": seed,
        "draws": result.plans,
        "indices": result.table.to_dict("records"),
        "groups": {name: list(members) for name, members in result.groups.items()},
    }


def _print_indices(result: Sensitivity, lang: str) -> None:
    """Print a table of indices for each quantity."""
    indices = (">first_order", ">interval", ">total_order", ">interval")
    heads = [
        word("group", lang),
        ">" + label("figures", lang).lower(),
        *headings(lang, *indices, translate=word),
    ]

    def cells(row: Any, index: str) -> tuple[str, str]:
        low, high = (number(row[f"{index}_{end}"], lang, 2) for end in ("low", "high"))
        return number(row[index], lang, 2), f"{low} – {high}"

    for quantity, part in result.table.groupby("quantity", sort=False):
        rows = [
            (theme(row["group"], lang), row["figures"], *cells(row, "first"),
             *cells(row, "total"))
            for row in part.to_dict("records")
        ]  # fmt: skip
        echo(table(word("drives", lang, quantity=quantity), heads, rows))
    draws = number(result.plans, lang, 0)
    echo(word("drives_note", lang, draws=draws), style="dim")
