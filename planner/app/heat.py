"""The chart of bottlenecks: pools by month, plan above mine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bokeh.models import ColumnDataSource, Range1d

from planner.app.look import BINDING, canvas, hover, month_axis, name_rows
from planner.app.words import say
from planner.labels import month as month_name
from planner.whatif import Picture

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BindChart", "bind_table"]

ROW = 30
"""Pixels of a pool."""

SIDES = {"plan": 0.22, "mine": -0.22}
"""Plan above mine, and how far from the middle of the row."""


class BindChart:
    """Months in which pools bind."""

    def __init__(self, lang: str):
        """Lay out an empty chart."""
        self.lang = lang
        names = ("y", "x", "pool", "side", "month")
        self.source = ColumnDataSource(data={name: [] for name in names})
        ranges = {name: Range1d(start=-0.5, end=0.5) for name in ("x_range", "y_range")}
        self.figure = canvas("binds", 120, "", **ranges)
        drawn = self.figure.rect(
            x="x", y="y", width=1.0, height=0.4, source=self.source, line_color=None,
            fill_color=BINDING,
        )  # fmt: skip
        rows = [
            (say("pool", lang), "pool"), ("", "side"), (say("month", lang), "month"),
        ]  # fmt: skip
        hover(self.figure, [drawn], rows)

    def show(self, plan: Picture, mine: Picture, names: dict[str, str]) -> bool:
        """Show bottlenecks as planned and as changed; return whether there are any."""
        months = mine.months
        place = {month: number for number, month in enumerate(months)}
        table = bind_table(plan, mine)
        table = table[table["month"].isin(place)]
        order = [pool for pool in names if pool in set(table["pool"])]
        row = {pool: -place for place, pool in enumerate(order)}
        name_rows(self.figure, [names[pool] for pool in order], ROW, 1, 44)
        self.figure.x_range.update(start=-0.5, end=len(months) - 0.5)
        month_axis(self.figure, months)
        pairs = list(zip(table["side"], table["pool"], strict=True))
        self.source.data = {
            "y": [row[pool] + SIDES[side] for side, pool in pairs],
            "x": [place[month] for month in table["month"]],
            "pool": [names.get(pool, pool) for pool in table["pool"]],
            "side": [say(side, self.lang) for side in table["side"]],
            "month": [month_name(month, self.lang) for month in table["month"]],
        }
        return bool(order)


def bind_table(plan: Picture, mine: Picture) -> pd.DataFrame:
    """Return the bottlenecks of both below each other, with the column ``side``."""
    import pandas as pd

    both = zip(SIDES, (plan, mine), strict=True)
    return pd.concat([one.bottlenecks.assign(side=side) for side, one in both], ignore_index=True)
