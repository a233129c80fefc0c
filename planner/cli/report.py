"""``report``: one HTML file about a scenario, to read, to print and to send."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

from planner.cli.console import counting, say
from planner.cli.inputs import Outputs, load_futures, load_items
from planner.cli.options import (
    Force,
    In,
    Lang,
    Quiet,
    Seed,
    Sought,
    Workers,
    argument,
    command,
    option,
)
from planner.cli.questions import paced
from planner.labels import label

if TYPE_CHECKING:
    from planner.report.material import Progress

__all__ = ["report"]

Items = Annotated[
    list[str],
    argument(
        "SCENARIO [OTHER...]",
        "A scenario (file or name) or a folder of results, and what to set beside it.",
    ),
]
Target = Annotated[
    str | None, option("--out -o", "HTML file to write; by default NAME-report.html.", "FILE")
]
Draws = Annotated[
    int, option("--draws", "Draws to make for how sure it is; 0 draws none, more is surer.", min=0)
]
Run = Annotated[
    str | None,
    option(
        "--futures", "Draws made before (planner simulate --out), instead of --draws.", "FOLDER"
    ),
]
Curves = Annotated[bool, option("--curves/--no-curves", "Follow displacement as packages grow.")]

Robust = Annotated[
    bool | None,
    option(
        "--robustness/--no-robustness",
        "Change each assumption by itself; by default with draws and curves.",
    ),
]
Promised = Annotated[
    float | None,
    option(
        "--promises",
        "Add what can be promised to each mission and kept with this certainty, such as 0.9.",
        "CERTAINTY",
        min=0.5,
        max=0.999,
    ),
]

Interactive = Annotated[
    bool,
    option(
        "--interactive", "Add levers: settings planned beforehand, and sliders solved in the file."
    ),
]


@command("Show it to others", "Write all about a scenario into one HTML file.", rank=1)
def report(
    items: Items,
    out: Target = None,
    draws: Draws = 256,
    seed: Seed = 0,
    futures: Run = None,
    rule: Sought = None,
    curves: Curves = True,
    robustness: Robust = None,
    promises: Promised = None,
    interactive: Interactive = False,
    workers: Workers = None,
    lang: In = Lang.EN,
    force: Force = False,
    quiet: Quiet = False,
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

    loaded = load_items(items)
    path = out or f"{loaded[0].name}-report.html"
    outputs = Outputs(force)
    outputs.add(path)
    outputs.check()
    drawn = None if futures is None else load_futures(futures)
    robust = curves and (drawn is not None or draws > 0) if robustness is None else robustness
    with _stages(lang, quiet) as progress:
        made = make_report(
            *loaded, draws=draws, seed=seed, rule=rule and rule.value, futures=drawn,
            analyses=curves, robust=robust, promises=promises, interactive=interactive,
            workers=workers, lang=lang.value, progress=progress,
        )  # fmt: skip
    outputs.write({path: made.save})
    if not quiet:
        say(label("written_to", lang, path=path))


@contextmanager
def _stages(lang: str, quiet: bool) -> Iterator[Progress]:
    """Give a function that shows one stage of the work after the other, each with what is left."""
    from planner.report.words import say as word

    with ExitStack() as stack:
        current, shown = "", paced(None)

        def progress(stage: str, done: int, total: int) -> None:
            nonlocal current, shown
            if current != stage:
                stack.close()
                current = stage
                shown = paced(stack.enter_context(counting(word(stage, lang), "", lang, quiet)))
            shown(done, total)

        yield progress
