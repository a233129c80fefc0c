"""``report``: one HTML file about a scenario, to read, to print and to send."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

from planner.cli import options as opt
from planner.cli.console import echo, show_progress
from planner.cli.inputs import Outputs, load_ensemble, load_results
from planner.cli.questions import with_time_left
from planner.labels import label

if TYPE_CHECKING:
    from planner.report.material import Progress

__all__ = ["report"]

SourcesArgument = Annotated[
    list[str],
    opt.argument(
        "SCENARIO [OTHER...]",
        "A scenario (file or name) or a folder of results, and what to set beside it.",
    ),
]
OutOption = Annotated[
    str | None, opt.option("--out -o", "HTML file to write; by default NAME-report.html.", "FILE")
]
DrawsOption = Annotated[
    int,
    opt.option("--draws", "Draws to make for how sure it is; 0 draws none, more is surer.", min=0),
]
EnsembleOption = Annotated[
    str | None,
    opt.option(
        "--futures", "Draws made before (planner simulate --out), instead of --draws.", "FOLDER"
    ),
]
CurvesOption = Annotated[
    bool, opt.option("--curves/--no-curves", "Follow displacement as packages grow.")
]

RobustnessOption = Annotated[
    bool | None,
    opt.option(
        "--robustness/--no-robustness",
        "Change each assumption by itself; by default with draws and curves.",
    ),
]
PromisesOption = Annotated[
    float | None,
    opt.option(
        "--promises",
        "Add what can be promised to each mission and kept with this certainty, such as 0.9.",
        "CERTAINTY",
        min=0.5,
        max=0.999,
    ),
]

InteractiveOption = Annotated[
    bool,
    opt.option(
        "--interactive", "Add levers: settings planned beforehand, and sliders solved in the file."
    ),
]


@opt.command("Show it to others", "Write all about a scenario into one HTML file.", rank=1)
def report(
    items: SourcesArgument,
    out: OutOption = None,
    draws: DrawsOption = 256,
    seed: opt.SeedOption = 0,
    futures: EnsembleOption = None,
    rule: opt.RuleOption = None,
    curves: CurvesOption = True,
    robustness: RobustnessOption = None,
    promises: PromisesOption = None,
    interactive: InteractiveOption = False,
    workers: opt.WorkersOption = None,
    lang: opt.LangOption = opt.Lang.EN,
    force: opt.ForceOption = False,
    quiet: opt.QuietOption = False,
) -> None:
    """Write a report on a scenario: one HTML file with a summary, figures and sources.

    It needs no network, opens from a mail, prints and can be read on a phone. What stands after the
    first scenario is set beside it.

    \b
    Examples:
      planner report eastern-flank-battalion
      planner report eastern-flank-battalion letter --draws 512 -o battalion.html
      planner report eastern-flank-battalion --promises 0.9
      planner report my-scenario.yaml --lang nl
      planner report eastern-flank-battalion --interactive
      planner report results/battalion --futures runs/battalion
    """
    from planner.report import make_report

    loaded = load_results(items)
    path = out or f"{loaded[0].name}-report.html"
    outputs = Outputs(force)
    outputs.add(path)
    outputs.check()
    drawn = None if futures is None else load_ensemble(futures)
    robust = curves and (drawn is not None or draws > 0) if robustness is None else robustness
    with _stage_progress(lang, quiet) as progress:
        made = make_report(
            *loaded, draws=draws, seed=seed, rule=rule and rule.value, futures=drawn,
            analyses=curves, robust=robust, promises=promises, interactive=interactive,
            workers=workers, lang=lang.value, progress=progress,
        )  # fmt: skip
    outputs.write({path: made.save})
    if not quiet:
        echo(label("written_to", lang, path=path))


@contextmanager
def _stage_progress(lang: str, quiet: bool) -> Iterator[Progress]:
    """Yield a progress callback that shows stages one after another, each with its time left."""
    from planner.report.words import say as word

    with ExitStack() as stack:
        current, shown = "", with_time_left(None)

        def progress(stage: str, done: int, total: int) -> None:
            nonlocal current, shown
            if current != stage:
                stack.close()
                current = stage
                shown = with_time_left(
                    stack.enter_context(show_progress(word(stage, lang), "", lang, quiet))
                )
            shown(done, total)

        yield progress
