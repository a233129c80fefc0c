"""Charts of many draws: fill over time as a fan, and displacement as a histogram."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import ColumnDataSource, Range1d

from planner.app.charts import Bars
from planner.app.look import COLOURS, canvas, hover, month_axis
from planner.app.tables import each
from planner.app.words import say
from planner.labels import number, percent
from planner.whatif.outlook import Outlook

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ChanceChart", "FanChart", "SpreadChart", "chance_table", "fan_of"]

BINS = 24
"""Most bars of the histogram."""

BAND = ("q05", "q25", "q50", "q75", "q95")


def fan_of(outlook: Outlook, what: str) -> pd.DataFrame:
    """Return the fan of a mission by its id, or of a main task by its number, by month."""
    fan = outlook.fan
    if what.isdigit():
        return fan[(fan["mission"] == "") & (fan["main_task"] == int(what))]
    return fan[fan["mission"] == what]


def whole_share(chart: Any, axis: Any, lang: str) -> None:
    """Let an axis go from nothing to everything."""
    shares = [0, 0.25, 0.5, 0.75, 1]
    axis.ticker = shares
    axis.major_label_overrides = {share: percent(share, lang, 0) for share in shares}


class FanChart:
    """Fill rate month by month over the draws: half of them, nine tenths of them, the middle."""

    def __init__(self, lang: str):
        """Lay out an empty chart."""
        self.lang = lang
        texts = [f"{side}_text" for side in ("plan", "mine")]
        names = ("x", "month", *BAND, "plan", *texts)
        self.source = ColumnDataSource(data={name: [] for name in names})
        ranges = {"x_range": Range1d(start=0, end=1), "y_range": Range1d(start=0, end=1.03)}
        self.figure = canvas("fan", 240, "", **ranges)
        self.figure.yaxis.axis_label = say("fan_axis", lang)
        self.figure.ygrid.grid_line_color = COLOURS["grid"]
        whole_share(self.figure, self.figure.yaxis[0], lang)
        line = {"x": "x", "source": self.source}
        for low, high, colour in (("q05", "q95", "wide"), ("q25", "q75", "band")):
            self.figure.varea(y1=low, y2=high, fill_color=COLOURS[colour], **line)
        self.figure.line(y="plan", line_color=COLOURS["plan"], line_width=4, **line)
        middle = self.figure.line(y="q50", line_color=COLOURS["mine"], line_width=2, **line)
        rows = [
            (say("month", lang), "month"), (say("plan", lang), "plan_text"),
            (say("mine", lang), "mine_text"),
        ]  # fmt: skip
        hover(self.figure, [middle], rows)

    def show(self, plan: Outlook, mine: Outlook, what: str) -> bool:
        """Show a mission or a main task; return whether anything is asked for it."""
        fan = fan_of(mine, what).set_index("month")
        if fan.empty:
            return False
        before = fan_of(plan, what).set_index("month")["q50"].reindex(fan.index)
        months = fan.index.tolist()
        month_axis(self.figure, months)
        self.figure.x_range.update(start=-0.5, end=len(months) - 0.5)
        mine_text = [
            f"{percent(row.q05, self.lang)} – {percent(row.q50, self.lang)} – "
            f"{percent(row.q95, self.lang)}"
            for row in each(fan)
        ]
        self.source.data = {
            "x": np.arange(len(months)),
            "month": months,
            **{name: fan[name].to_numpy() for name in BAND},
            "plan": before.to_numpy(),
            "plan_text": [percent(value, self.lang) for value in before],
            "mine_text": mine_text,
        }
        return True


class SpreadChart:
    """How often which displacement came out of the draws."""

    def __init__(self, lang: str):
        """Lay out an empty chart."""
        self.lang = lang
        names = ("left", "right", "plan", "mine", "from_to")
        self.source = ColumnDataSource(data={name: [] for name in names})
        ranges = {name: Range1d(start=0, end=1) for name in ("x_range", "y_range")}
        self.figure = canvas("spread", 220, say("lost_axis", lang), **ranges)
        self.figure.yaxis.axis_label = say("spread_axis", lang)
        edges = {"left": "left", "right": "right", "bottom": 0, "source": self.source}
        mine = self.figure.quad(
            top="mine", fill_color=COLOURS["band"], line_color=COLOURS["mine"], **edges
        )
        plan = self.figure.quad(
            top="plan", fill_color=None, line_color=COLOURS["plan"], line_width=2.5, **edges
        )
        rows = [
            ("", "from_to"), (say("plan", lang), "plan"), (say("mine", lang), "mine"),
        ]  # fmt: skip
        hover(self.figure, [plan, mine], rows)

    def show(self, plan: Outlook, mine: Outlook, package: str) -> bool:
        """Show what a package displaces in the draws; return whether there is such a package."""
        both = {
            side: outlook.each[package].dropna().to_numpy()
            for side, outlook in (("plan", plan), ("mine", mine))
            if package in outlook.each
        }
        if not both:
            return False
        edges = np.histogram_bin_edges(np.concatenate(list(both.values())), bins=BINS)
        counts = {side: np.histogram(values, edges)[0] for side, values in both.items()}
        none = np.zeros(len(edges) - 1, dtype=np.int64)
        counts = {side: counts.get(side, none) for side in ("plan", "mine")}
        self.figure.x_range.update(start=float(edges[0]), end=float(edges[-1]))
        most = max(int(column.max()) for column in counts.values())
        self.figure.y_range.end = 1.08 * most
        text = [number(edge, self.lang, 0) for edge in edges]
        self.source.data = {
            "left": edges[:-1],
            "right": edges[1:],
            **counts,
            "from_to": [f"{a} – {b}" for a, b in pairwise(text)],
        }
        return True


class ChanceChart(Bars):
    """Chance that a mission is filled at least so far."""

    def __init__(self, lang: str):
        """Lay out an empty chart."""
        rows = [
            (say("mission", lang), "name"), (say("plan", lang), "plan_text"),
            (say("mine", lang), "mine_text"),
        ]  # fmt: skip
        super().__init__("chance", lang, rows)
        self.figure.x_range = Range1d(start=0, end=1)
        whole_share(self.figure, self.figure.xaxis[0], lang)

    def show(self, plan: Outlook, mine: Outlook, names: dict[str, str]) -> None:
        """Show chances as planned and as changed."""
        table = chance_table(plan, mine)
        self.figure.xaxis.axis_label = say(
            "chance_axis", self.lang, reach=percent(mine.reach, self.lang, 0)
        )
        columns = {side: table[f"{side}_chance"] for side in ("plan", "mine")}
        text = {
            f"{side}_text": [percent(value, self.lang) for value in column]
            for side, column in columns.items()
        }
        self.draw(
            {
                "id": table["mission"].tolist(),
                "name": [names.get(id, id) for id in table["mission"]],
                **{side: column.to_numpy() for side, column in columns.items()},
                **text,
            }
        )


def chance_table(plan: Outlook, mine: Outlook) -> pd.DataFrame:
    """Return chances and means by mission side by side, main task 1 first."""
    from planner.whatif import beside

    values = ["mean", "standard_error", "chance", "chance_standard_error"]
    table = beside(plan.fill, mine.fill, ["main_task", "mission"], values)
    return table.sort_values("main_task", kind="stable").reset_index(drop=True)
