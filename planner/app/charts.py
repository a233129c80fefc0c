"""The charts of the page: plan against mine, changed by their data and never drawn anew.

Each has a Bokeh ``figure`` and a ``show``; what they show comes from pictures, ready made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import ColumnDataSource, Range1d, TapTool

from planner.app.look import COLOURS, canvas, hover, month_axis, name_rows
from planner.app.words import say
from planner.labels import number, percent
from planner.whatif import Picture, beside

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Bars", "FillChart", "LostChart", "TimeChart", "fill_table", "lost_table", "time_table",
]  # fmt: skip

ROW = 19
"""Pixels of a mission."""

SHOWN = 0.05
"""Person-months below which a loss is not worth a bar."""

MOST = 14
"""Missions in the chart of displacement; the table has them all."""


class Bars:
    """Pairs of bars, plan above mine, one pair a mission."""

    def __init__(self, name: str, lang: str, rows: Sequence[tuple[str, str]]):
        """Lay out an empty chart."""
        self.lang = lang
        columns = ("id", "plan", "mine", "plan_y", "mine_y")
        self.source = ColumnDataSource(data={key: [] for key in columns})
        ranges = {name: Range1d(start=-0.5, end=0.5) for name in ("x_range", "y_range")}
        self.figure = canvas(name, 200, "", **ranges)
        drawn = [
            self.figure.hbar(
                y=f"{side}_y", right=side, height=0.38, source=self.source,
                fill_color=COLOURS[side], line_color=None,
                selection_fill_color=COLOURS[side], nonselection_fill_alpha=1.0,
            )
            for side in ("plan", "mine")
        ]  # fmt: skip
        hover(self.figure, drawn, rows)
        self.figure.add_tools(TapTool(renderers=drawn))
        self._drawn: list[str] = []

    def draw(self, table: dict[str, Any]) -> None:
        """Show a table of columns with one row a mission, in order from the top."""
        names = list(table["name"])
        if names != self._drawn:
            name_rows(self.figure, names, ROW, 2, 56)
            self._drawn = names
        rows = -np.arange(len(names), dtype=float)
        self.source.data = {**table, "plan_y": rows + 0.2, "mine_y": rows - 0.2}

    def on_pick(self, picked: Callable[[str], None]) -> None:
        """Have a function called with the mission that is clicked on."""

        def chosen(attr: str, old: Any, new: list[int]) -> None:
            if new:
                picked(str(self.source.data["id"][new[0]]))

        self.source.selected.on_change("indices", chosen)


class FillChart(Bars):
    """Fill rate of every mission."""

    def __init__(self, lang: str):
        """Lay out an empty chart."""
        rows = [
            (say("mission", lang), "name"), (say("plan", lang), "plan_text"),
            (say("mine", lang), "mine_text"), (say("asked", lang), "asked"),
        ]  # fmt: skip
        super().__init__("fill", lang, rows)
        self.figure.x_range = Range1d(start=0, end=1)
        self.figure.xaxis.ticker = [0, 0.25, 0.5, 0.75, 1]
        self.figure.xaxis.major_label_overrides = {
            share: percent(share, lang, 0) for share in (0, 0.25, 0.5, 0.75, 1)
        }

    def show(self, plan: Picture, mine: Picture, names: dict[str, str]) -> None:
        """Show fill as planned and as changed."""
        table = fill_table(plan, mine)
        asked = table["mine_asked_person_months"].fillna(table["plan_asked_person_months"])
        self.draw(
            {
                "id": table["mission"].tolist(),
                "name": [names.get(id, id) for id in table["mission"]],
                "plan": table["plan_fill_rate"].to_numpy(),
                "mine": table["mine_fill_rate"].to_numpy(),
                "plan_text": [percent(x, self.lang) for x in table["plan_fill_rate"]],
                "mine_text": [percent(x, self.lang) for x in table["mine_fill_rate"]],
                "asked": [f"{number(x, self.lang)}" for x in asked],
            }
        )


def fill_table(plan: Picture, mine: Picture) -> pd.DataFrame:
    """Return fill by mission side by side, main task 1 first."""
    values = ["asked_person_months", "filled_person_months", "fill_rate"]
    table = beside(plan.fill, mine.fill, ["main_task", "mission"], values)
    asked = table[["plan_asked_person_months", "mine_asked_person_months"]].max(axis=1)
    table = table[asked > 0]
    return table.sort_values("main_task", kind="stable").reset_index(drop=True)


def lost_table(
    plan: Picture, mine: Picture, package: str, main_task: int | None = 2
) -> pd.DataFrame:
    """Return displacement by mission side by side, most at the top."""

    def of(picture: Picture) -> pd.DataFrame:
        lost = picture.displacement
        lost = lost[lost["package"] == package]
        return lost if main_task is None else lost[lost["main_task"] == main_task]

    table = beside(of(plan), of(mine), ["main_task", "mission"], ["displaced_person_months"])
    most = table[["plan_displaced_person_months", "mine_displaced_person_months"]].abs()
    order = most.max(axis=1).fillna(0).sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


class LostChart(Bars):
    """Person-months that missions of main task 2 lose to a package."""

    def __init__(self, lang: str):
        """Lay out an empty chart."""
        rows = [
            (say("mission", lang), "name"), (say("plan", lang), "plan_text"),
            (say("mine", lang), "mine_text"),
        ]  # fmt: skip
        super().__init__("lost", lang, rows)
        self.figure.x_range = Range1d(start=0, end=1)

    def show(self, plan: Picture, mine: Picture, names: dict[str, str], package: str) -> bool:
        """Show who loses most to a package; return whether anybody does."""
        table = lost_table(plan, mine, package)
        columns = ("plan_displaced_person_months", "mine_displaced_person_months")
        worth = table[list(columns)].abs().max(axis=1) > SHOWN
        table = table[worth].head(MOST)
        before, after = (table[column].to_numpy() for column in columns)
        least, most = np.nanmin([0.0, *before, *after]), np.nanmax([0.0, *before, *after])
        self.figure.x_range.update(start=1.05 * float(least), end=1.05 * float(most) or 1.0)
        self.draw(
            {
                "id": table["mission"].tolist(),
                "name": [names.get(id, id) for id in table["mission"]],
                "plan": before,
                "mine": after,
                "plan_text": [number(x, self.lang) for x in before],
                "mine_text": [number(x, self.lang) for x in after],
            }
        )
        return len(table) > 0


class TimeChart:
    """People on duty month by month, of a mission or a whole main task, against what is asked."""

    def __init__(self, lang: str):
        """Lay out an empty chart."""
        self.lang = lang
        names = ("x", "month", "asked", "plan", "mine", "asked_text", "plan_text", "mine_text")
        self.source = ColumnDataSource(data={name: [] for name in names})
        ranges = {name: Range1d(start=0, end=1) for name in ("x_range", "y_range")}
        self.figure = canvas("time", 240, "", **ranges)
        self.figure.yaxis.axis_label = say("time_axis", lang)
        self.figure.ygrid.grid_line_color = COLOURS["grid"]
        line = {"x": "x", "source": self.source, "mode": "center"}
        styles: dict[str, dict[str, Any]] = {
            "asked": {"line_width": 1.5, "line_dash": "dotted"},
            "plan": {"line_width": 4},
            "mine": {"line_width": 2},
        }
        labels = {"asked": "time_asked", "plan": "plan", "mine": "mine"}
        drawn = [
            self.figure.step(
                y=side, line_color=COLOURS[side], legend_label=say(labels[side], lang),
                **style, **line,
            )
            for side, style in styles.items()
        ]  # fmt: skip
        legend = self.figure.legend[0]
        legend.orientation, legend.location = "horizontal", "top_left"
        legend.border_line_color = legend.background_fill_color = None
        legend.padding = legend.margin = 0
        legend.label_text_font_size = "12px"
        self.figure.add_layout(legend, "above")
        rows = [
            (say("month", lang), "month"), (say("time_asked", lang), "asked_text"),
            (say("plan", lang), "plan_text"), (say("mine", lang), "mine_text"),
        ]  # fmt: skip
        hover(self.figure, drawn[1:], rows)

    def show(self, plan: Picture, mine: Picture, what: str) -> None:
        """Show a mission by its id, or a main task by its number."""
        table = time_table(plan, mine, what)
        month_axis(self.figure, table["month"].tolist())
        columns = {
            "asked": table["mine_asked_person_months"],
            "plan": table["plan_filled_person_months"],
            "mine": table["mine_filled_person_months"],
        }
        top = float(np.nanmax([1.0, *(column.max() for column in columns.values())]))
        self.figure.y_range.end = 1.08 * top
        text = {
            f"{side}_text": [number(x, self.lang) for x in column]
            for side, column in columns.items()
        }
        data = {side: column.to_numpy() for side, column in columns.items()}
        x = np.arange(len(table))
        self.figure.x_range.update(start=-0.5, end=len(table) - 0.5)
        self.source.data = {"x": x, "month": table["month"].tolist(), **data, **text}


def time_table(plan: Picture, mine: Picture, what: str) -> pd.DataFrame:
    """Return people asked and on duty by month side by side; months without anybody hold 0."""

    column = "main_task" if what.isdigit() else "mission"
    wanted = int(what) if what.isdigit() else what
    values = ["asked_person_months", "filled_person_months"]

    def of(picture: Picture) -> pd.DataFrame:
        lines = picture.timeline[picture.timeline[column] == wanted]
        sums = lines.groupby("month")[values].sum().reindex(picture.months, fill_value=0.0)
        return sums.rename_axis("month").reset_index()

    return beside(of(plan), of(mine), ["month"], values).sort_values("month", ignore_index=True)
