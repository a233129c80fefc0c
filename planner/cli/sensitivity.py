"""``sensitivity``: which uncertain figures drive a quantity, by Sobol indices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from planner.cli.console import counting, headings, print_json, say, table
from planner.cli.inputs import load_scenario
from planner.cli.options import (
    AsJson,
    Cluster,
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
from planner.errors import InputError
from planner.labels import label, number
from planner.montecarlo.words import say as word
from planner.montecarlo.words import theme

if TYPE_CHECKING:
    from planner.montecarlo.sensitivity import Sensitivity

__all__ = ["sensitivity"]

FORMAT = "planner-sensitivity/1"

Of = Annotated[
    list[str] | None,
    option(
        "--of",
        "displacement.PACKAGE, fill, fill.MISSION, present.MISSION …; may be given more than "
        "once. By default the displacement of every package.",
        "QUANTITY",
    ),
]
Groups = Annotated[
    list[str] | None,
    option(
        "--group",
        "Figures looked at together, as posts=pool.*.posts; may be given more than once. By "
        "default by theme: posts, readiness, tours, rest, sizes …",
        "NAME=PATTERN,…",
    ),
]
Base = Annotated[
    int,
    option("--base", "Base points, a power of two; base × (groups + 2) draws are planned.", min=2),
]


@command("Plan", "Which uncertain figures drive it.", rank=3)
def sensitivity(
    scenario: Named,
    of: Of = None,
    group: Groups = None,
    base: Base = 128,
    seed: Seed = 0,
    rule: Sought = None,
    workers: Workers = None,
    cluster: Cluster = None,
    json: AsJson = False,
    lang: In = Lang.EN,
    quiet: Quiet = False,
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
    with counting(word("simulating", lang), word("draws", lang), lang, quiet) as progress:
        found = run(
            loaded, *(of or ()), groups=_groups(group or ()), base=base, seed=seed,
            rule=rule and rule.value, workers=workers, cluster=cluster, progress=progress,
        )  # fmt: skip
    if json:
        print_json(_content(found, loaded.name, base, seed))
    elif not quiet:
        _show(found, lang)


def _groups(said: Any) -> dict[str, tuple[str, ...]] | None:
    """Return groups by name from ``name=pattern,pattern``; None where none are asked for."""
    found: dict[str, tuple[str, ...]] = {}
    wrong = []
    for one in said:
        name, equals, patterns = one.partition("=")
        members = tuple(part.strip() for part in patterns.split(",") if part.strip())
        if not (name.strip() and equals and members):
            wrong.append(f"--group: expected NAME=PATTERN, as posts=pool.*.posts, found {one!r}")
        found[name.strip()] = members
    if wrong:
        raise InputError(wrong)
    return found or None


def _content(found: Sensitivity, scenario: str, base: int, seed: int) -> dict[str, Any]:
    """Return the answer as plain values."""
    return {
        "format": FORMAT,
        "scenario": scenario,
        "rule": found.rule,
        "base": base,
        "seed": seed,
        "draws": found.plans,
        "indices": found.table.to_dict("records"),
        "groups": {name: list(members) for name, members in found.groups.items()},
    }


def _show(found: Sensitivity, lang: str) -> None:
    """Print one table a quantity."""
    indices = (">first_order", ">interval", ">total_order", ">interval")
    heads = [
        word("group", lang),
        ">" + label("figures", lang).lower(),
        *headings(lang, *indices, say=word),
    ]

    def cells(row: Any, index: str) -> tuple[str, str]:
        low, high = (number(row[f"{index}_{end}"], lang, 2) for end in ("low", "high"))
        return number(row[index], lang, 2), f"{low} – {high}"

    for quantity, part in found.table.groupby("quantity", sort=False):
        rows = [
            (theme(row["group"], lang), row["figures"], *cells(row, "first"),
             *cells(row, "total"))
            for row in part.to_dict("records")
        ]  # fmt: skip
        say(table(word("drives", lang, quantity=quantity), heads, rows))
    draws = number(found.plans, lang, 0)
    say(word("drives_note", lang, draws=draws), style="dim")
