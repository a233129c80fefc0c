"""Tornado: how far each single assumption moves the displacement by a package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Patch

from planner.figures.names import Names, parameter_name
from planner.figures.style import (
    COLOURS,
    Chart,
    chart,
    empty,
    finish,
    name_rows,
    number_axis,
    style,
    tidy_rows,
)
from planner.figures.words import say
from planner.gallery import figure
from planner.labels import label, number, rough

if TYPE_CHECKING:
    from planner.analysis.robustness import Robustness

__all__ = ["input_name", "tornado"]

MOST = 14
"""Inputs shown."""

ROW = 0.26
LONG = 3.1
"""Inches for the names of inputs."""

LEAST = 0.5
"""Person-months that an input has to move the displacement to be shown."""


@figure("robustness", "which single assumption moves the displacement most")
def tornado(
    robustness: Robustness, names: Names | None = None, most: int = MOST, lang: str = "en"
) -> Chart:
    """Draw how far each input alone moves the displacement by a package, the widest first.

    Parameters
    ----------
    robustness : Robustness
        Of :func:`planner.analysis.robustness`.
    names : Names, optional
        Of a result of the scenario: gives inputs their names and the figure its source.
    most : int
        Inputs shown.
    lang : {"en", "nl"}
    """
    found, source = robustness, "" if names is None else names.source_by(robustness.rule)
    package = found.package if names is None else names.package(found.package)
    count = number(found.plans, lang, 0)
    title = say("tornado_title", lang, package=package)
    rows = [row for row in found.swings if row.width_person_months >= LEAST][:most]
    with style():
        if not rows:
            return empty(say("tornado_nothing", lang, count=count), title, source)
        drawn = chart(1.95 + ROW * max(len(rows), 4))
        axes = drawn.subplots()
        at, now = np.arange(len(rows)), found.displaced_person_months
        low = np.array([row.smallest_person_months for row in rows])
        high = np.array([row.largest_person_months for row in rows])
        axes.barh(at, now - low, left=low, height=0.62, color=COLOURS["resting"])
        axes.barh(at, high - now, left=now, height=0.62, color=COLOURS["main_task_2"])
        axes.axvline(now, color=COLOURS["ink"], linewidth=0.9)
        called = [
            row.input if names is None else input_name(row.input, names, lang) for row in rows
        ]
        name_rows(axes, list(at), called, LONG)
        axes.set_ylim(max(len(rows), 4) - 0.4, -0.6)
        tidy_rows(axes)
        number_axis(axes.xaxis, lang, 6)
        axes.set_xlabel(label("person_months", lang))
        subtitle = say("tornado_subtitle", lang, count=count, now=rough(now, lang),
                       rule=label(found.rule, lang))  # fmt: skip
        key = [
            Patch(color=COLOURS["resting"], label=say("tornado_less", lang)),
            Patch(color=COLOURS["main_task_2"], label=say("tornado_more", lang)),
        ]
        return finish(drawn, title, subtitle, source, key)


def input_name(id: str, names: Names, lang: str) -> str:
    """Return the name of an input of :func:`planner.analysis.robustness`.

    Examples
    --------
    >>> import planner as pl
    >>> names = Names(pl.allocate("letter"))
    >>> input_name("pool.staff.posts", names, "en"), input_name("rule", names, "en")
    ('Staff officers and observers: posts', 'rule')
    """
    if id in ("rule", "window"):
        return say(f"tornado_{id}", lang)
    return parameter_name(id, names)
