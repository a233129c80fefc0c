"""The frontier of promises: what can be promised as certainty, size or fill of packages vary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.analysis.declare import text_of
from planner.figures.style import SERIES, Chart, chart, finish, number_axis, style, tidy
from planner.gallery import figure

if TYPE_CHECKING:
    from planner.analysis.promises import Promises

__all__ = ["frontier"]

COLUMNS = ("main_task_1_share", "main_task_2_share", "package_share")
"""Shares promised, one line each."""


@figure("promises", "shares promised against certainty, size and fill of the packages")
def frontier(promises: Promises, lang: str = "en") -> Chart:
    """Draw the share promised to each main task and to the packages, one panel per thing varied.

    Parameters
    ----------
    promises : Promises
        With a frontier.
    lang : {"en", "nl"}
    """
    words = text_of("promises").say
    kinds = list(dict.fromkeys(one.varied for one in promises.frontier))
    with style():
        picture = chart(3.6)
        panels = picture.subplots(1, len(kinds), squeeze=False, sharey=True)[0]
        lines: list[object] = []
        for axes, kind in zip(panels, kinds, strict=True):
            points = [one for one in promises.frontier if one.varied == kind]
            at = [one.at for one in points]
            lines = [
                axes.plot(
                    at, [getattr(one, column) for one in points], "o-", color=colour,
                    label=words(column, lang),
                )[0]
                for column, colour in zip(COLUMNS, SERIES, strict=False)
            ]  # fmt: skip
            axes.set_xlabel(words(kind, lang))
            axes.set_ylim(0, 1.05)
            tidy(axes)
            number_axis(axes.xaxis, lang, 5, percent=kind != "package_size")
            number_axis(axes.yaxis, lang, 6, percent=True)
        return finish(picture, words("promises.frontier", lang), key=lines)
