"""``plot``: one figure of a scenario as PNG, SVG or PDF."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli import options as opt
from planner.cli.console import echo, show_progress, show_spinner
from planner.cli.inputs import Outputs, load_ensemble, load_results, load_scenario
from planner.cli.questions import with_time_left
from planner.errors import Fault, InputError
from planner.gallery import gallery
from planner.labels import label

if TYPE_CHECKING:
    from planner.figures.style import Chart

__all__ = ["figure_names", "plot"]

SOURCES = ("result", "comparison", "ensemble")
"""Sources of the figures that are drawn here; those of analyses are drawn by the analyses."""


def figure_names() -> list[str]:
    """Return the names of the figures that this command can draw."""
    return [name for name, figure in gallery().items() if figure.of in SOURCES]


def _check_name(name: str) -> str:
    """Return the name of a figure; raise BadParameter if it is unknown."""
    if name not in figure_names():
        raise typer.BadParameter(f"{name!r} is not one of {', '.join(map(repr, figure_names()))}.")
    return name


def _print_list(asked: bool) -> None:
    """Print the figures with their descriptions and sources, and exit."""
    if not asked:
        return
    for name in figure_names():
        typer.echo(f"{name:<14}{gallery()[name].about} ({gallery()[name].of})")
    raise typer.Exit


FigureArgument = Annotated[
    str,
    opt.argument(
        "FIGURE", "Name of a figure; planner plot --list lists them.", callback=_check_name
    ),
]
ListOption = Annotated[
    bool, opt.option("--list", "List the figures.", callback=_print_list, is_eager=True)
]
ScenariosArgument = Annotated[
    list[str],
    opt.argument(
        "SCENARIO...",
        "A scenario (file or name), a folder of results, or one of planner simulate --out.",
    ),
]
OutOption = Annotated[
    str | None,
    opt.option(
        "--out -o", "File ending in .png, .svg or .pdf; by default NAME-FIGURE.png.", "FILE"
    ),
]
PoolOption = Annotated[str | None, opt.option("--pool", "For sand, crowd, rotations.", "ID")]
MissionOption = Annotated[str | None, opt.option("--mission", "For rotations and fan.", "ID")]
PackageOption = Annotated[
    str | None,
    opt.option(
        "--package",
        "For displacement, flow, curve, spread; by default the one that displaces most.",
        "ID",
    ),
]
MainTaskOption = Annotated[
    int | None, opt.option("--main-task", "For fill, flow, fan, chance.", min=1, max=2)
]
DrawsOption = Annotated[int, opt.option("--draws", "Draws for a figure of an ensemble.", min=2)]
DpiOption = Annotated[int, opt.option("--dpi", "Dots per inch of a PNG.", min=30, max=1200)]


@opt.command("Show it to others", "Draw one figure as PNG, SVG or PDF.", rank=2)
def plot(
    figure: FigureArgument,
    items: ScenariosArgument,
    out: OutOption = None,
    pool: PoolOption = None,
    mission: MissionOption = None,
    package: PackageOption = None,
    main_task: MainTaskOption = None,
    draws: DrawsOption = 256,
    dpi: DpiOption = 200,
    rule: opt.RuleOption = None,
    lang: opt.LangOption = opt.Lang.EN,
    force: opt.ForceOption = False,
    quiet: opt.QuietOption = False,
    listed: ListOption = False,
) -> None:
    """Draw one figure of a scenario, of several side by side, or of many futures.

    \b
    Examples:
      planner plot fill eastern-flank-battalion
      planner plot sand eastern-flank-battalion --pool staff -o staff.svg
      planner plot scenarios letter eastern-flank-company eastern-flank-brigade -o three.pdf
      planner plot fan runs/battalion --mission untso
    """
    _check_options(figure, items, pool)
    options: dict[str, Any] = {
        "pool": pool, "mission": mission, "package": package, "main_task": main_task,
        "lang": lang.value,
    }  # fmt: skip
    name = "scenario" if items[0] == "-" else Path(items[0]).stem or "scenario"
    path = out or f"{name}-{figure}.png"
    if not path.lower().endswith((".png", ".svg", ".pdf")):
        raise InputError(Fault(path, 0, 0, "", "expected a file ending in .png, .svg or .pdf"))
    outputs = Outputs(force)
    outputs.add(path)
    outputs.check()
    source = _load_source(figure, items, rule and rule.value, draws, lang, quiet)
    if figure == "displacement" and source.rule == "value":
        options["ranges"] = _optimal_ranges(source, lang, quiet)
    with show_spinner(label("drawing", lang), quiet):
        chart = _draw_figure(figure, source, options)
        outputs.write({path: lambda target: chart.save(target, dpi)})
    if not quiet:
        echo(label("written_to", lang, path=path))


def _check_options(figure: str, items: list[str], pool: str | None) -> None:
    """Refuse arguments that exclude each other."""
    several = gallery()[figure].of == "comparison"
    if several and len(items) < 2:
        raise InputError(f"plot {figure}: expected at least two scenarios or results, found one")
    if not several and len(items) > 1:
        raise InputError(f"plot {figure}: expected one scenario or result, found {len(items)}")
    if figure == "crowd" and pool is None:
        raise InputError("plot crowd: of which pool? --pool ID says it")


def _load_source(
    figure: str, items: list[str], rule: str | None, draws: int, lang: str, quiet: bool
) -> Any:
    """Return the result, comparison or ensemble of the figure."""
    from planner.results.compare import compare

    if gallery()[figure].of == "ensemble":
        from planner.montecarlo.run import simulate
        from planner.montecarlo.words import say as word

        if Path(items[0]).is_dir():
            return load_ensemble(items[0])
        with show_progress(word("simulating", lang), word("draws", lang), lang, quiet) as progress:
            return simulate(load_scenario(items[0]), draws, rule=rule, progress=progress)
    loaded = load_results(items)
    with show_spinner(label("allocating", lang), quiet):
        comparison = compare(*loaded, rule=rule)
    several = gallery()[figure].of == "comparison"
    return comparison if several else next(iter(comparison.results.values()))


def _draw_figure(figure: str, source: Any, options: dict[str, Any]) -> Chart:
    """Draw a figure; raise InputError for options that it does not take."""
    draw: Callable[..., Chart]
    draw = partial(_draw_curve, source) if figure == "curve" else getattr(source.plot, figure)
    accepted = inspect.signature(draw).parameters
    given = {name: value for name, value in options.items() if value is not None}
    unused = [name for name in given if name not in accepted]
    if unused:
        flags = ", ".join("--" + name.replace("_", "-") for name in unused)
        raise InputError(f"plot {figure}: does not go with {flags}")
    return draw(**given)


def _optimal_ranges(source: Any, lang: str, quiet: bool) -> Any:
    """Return the ranges over all optimal plans; None for a folder of results."""
    from planner.analysis.ranges import ranges
    from planner.report.words import say as word

    if not hasattr(source, "compiled"):
        return None
    with show_progress(word("ranging", lang), "", lang, quiet) as show:
        return ranges(source, progress=with_time_left(show))


def _draw_curve(source: Any, package: str | None = None, lang: str = "en") -> Chart:
    from planner.analysis.curve import curve
    from planner.analysis.headroom import headroom
    from planner.figures.losses import select_package

    if not hasattr(source, "compiled"):
        raise InputError("plot curve: needs a scenario, a folder of results has no plans")
    package = select_package(source, package)
    if package is None:
        raise InputError("plot curve: the scenario has no package that could grow")
    points = curve(source, package=package, missions=False)
    drawn: Chart = source.plot.curve(points, headroom(source, package=package, lines=False), lang)
    return drawn
