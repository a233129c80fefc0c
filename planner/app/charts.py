"""The charts of the page: plan and variant side by side, changed by their data, never built anew.

Each has a Bokeh ``figure`` and a ``show`` that takes pictures or draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.models import (
    BasicTicker,
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    NoOverlap,
    Range1d,
    TapTool,
)
from bokeh.plotting import figure

from planner.app.layout import each
from planner.app.words import say
from planner.labels import month as month_name
from planner.labels import number, percent
from planner.whatif import Picture, beside
from planner.whatif.outlook import Outlook

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLORS", "BindChart", "ChanceChart", "FanChart", "FillChart", "LostChart", "SpreadChart",
    "TimeChart", "bind_table", "chance_table", "fan_of", "fill_table", "lost_table", "time_table",
]  # fmt: skip


COLORS = {
    "plan": "#9A9A9A",
    "variant": "#0072B2",
    "band": "#9ED4F2",
    "wide": "#D6ECF8",
    "asked": "#222222",
    "grid": "#E3E3E3",
    "ink": "#222222",
    "alarm": "#B3420A",
}
"""Distinct for color-blind readers, and by lightness in print."""

PRICE_COLORS = ("#FFF1E0", "#FDD0A2", "#FDAE6B", "#F16913", "#D94801", "#8C2D04")
"""Colors of prices, from low to high."""

MAX_NAME = 34
"""Characters of a name beside an axis; the whole name stands in the table and on hover."""

FONT = "system-ui, sans-serif"


def short(name: str, limit: int = MAX_NAME) -> str:
    """Return a name that fits beside an axis.

    Examples
    --------
    >>> short("Maritime Areas of Interest Coordination Cell (MAICC)")
    'Maritime Areas of Interest Coordi…'
    """
    plain = " ".join(name.split())
    return plain if len(plain) <= limit else plain[: limit - 1].rstrip() + "…"


def canvas(name: str, height: int, axis: str, **options: Any) -> Any:
    """Return an empty chart that fills its column; its tools do not trap the wheel or a finger."""
    made = figure(
        name=f"chart-{name}",
        height=height,
        sizing_mode="stretch_width",
        toolbar_location=None,
        tools="",
        min_border_right=12,
        outline_line_color=None,
        output_backend="canvas",
        **options,
    )
    made.xaxis.axis_label = axis
    made.xaxis.major_label_policy = NoOverlap()  # on a phone
    made.xaxis.ticker = BasicTicker(desired_num_ticks=4)
    for line in (*made.xaxis, *made.yaxis):
        line.axis_label_text_font_style = "normal"
        line.axis_label_text_font = line.major_label_text_font = FONT
        line.axis_label_text_font_size = line.major_label_text_font_size = "12px"
        line.axis_label_text_color = line.major_label_text_color = COLORS["ink"]
        line.axis_line_color = None
        line.major_tick_line_color = COLORS["plan"]
        line.minor_tick_line_color = None
    made.xgrid.grid_line_color = COLORS["grid"]
    made.ygrid.grid_line_color = None
    return made


def hover(chart: Any, renderers: Sequence[Any], rows: Sequence[tuple[str, str]]) -> None:
    """Show values under the pointer, a word and a column a row; they are data, never markup."""
    tooltips = [(word, f"@{{{column}}}") for word, column in rows]
    chart.add_tools(HoverTool(renderers=list(renderers), tooltips=tooltips))


def name_rows(chart: Any, names: Sequence[str], pixels: int, least: int, extra: int) -> None:
    """Give a chart one row a name from the top; row k lies at height -k.

    Parameters
    ----------
    pixels : int
        Height of a row.
    least : int
        Fewest rows there is room for.
    extra : int
        Pixels for the axis and what stands below it.
    """
    rows = max(len(names), least)
    _mark(chart.yaxis[0], [-place for place in range(len(names))])
    chart.yaxis.major_label_overrides = {-place: short(name) for place, name in enumerate(names)}
    chart.y_range.update(start=0.5 - rows, end=0.5)
    chart.height = pixels * rows + extra


def month_axis(chart: Any, months: Sequence[str]) -> None:
    """Let an axis of month numbers show years at their first month."""
    ticks = [place for place, month in enumerate(months) if month.endswith("-01")]
    ticks = ticks or [0]
    _mark(chart.xaxis[0], ticks)
    chart.xaxis.major_label_overrides = {place: months[place][:4] for place in ticks}


def _mark(axis: Any, ticks: Sequence[int]) -> None:
    """Put the marks of an axis; for a new ticker Bokeh would walk through the whole page."""
    if isinstance(axis.ticker, FixedTicker):
        axis.ticker.ticks = list(ticks)
    else:
        axis.ticker = FixedTicker(ticks=list(ticks))


BAR_ROW = 19
"""Height of a mission's row, in pixels."""

MIN_LOSS = 0.05
"""Person-months below which a loss has no bar."""

MAX_BARS = 14
"""Missions in the chart of displacement; the table has all of them."""


class Bars:
    """Pairs of bars, plan above variant, one pair a mission."""

    def __init__(self, name: str, lang: str, rows: Sequence[tuple[str, str]]):
        self.lang = lang
        columns = ("id", "plan", "variant", "plan_y", "variant_y")
        self.source = ColumnDataSource(data={key: [] for key in columns})
        ranges = {name: Range1d(start=-0.5, end=0.5) for name in ("x_range", "y_range")}
        self.figure = canvas(name, 200, "", **ranges)
        drawn = [
            self.figure.hbar(
                y=f"{side}_y", right=side, height=0.38, source=self.source,
                fill_color=COLORS[side], line_color=None,
                selection_fill_color=COLORS[side], nonselection_fill_alpha=1.0,
            )
            for side in ("plan", "variant")
        ]  # fmt: skip
        hover(self.figure, drawn, rows)
        self.figure.add_tools(TapTool(renderers=drawn))
        self._drawn: list[str] = []

    def draw(self, table: dict[str, Any]) -> None:
        """Show a table of columns with one row a mission, in order from the top."""
        names = list(table["name"])
        if names != self._drawn:
            name_rows(self.figure, names, BAR_ROW, 2, 56)
            self._drawn = names
        rows = -np.arange(len(names), dtype=float)
        self.source.data = {**table, "plan_y": rows + 0.2, "variant_y": rows - 0.2}

    def on_pick(self, picked: Callable[[str], None]) -> None:
        """Call a function with the mission whose bar is clicked."""

        def chosen(attr: str, old: Any, new: list[int]) -> None:
            if new:
                picked(str(self.source.data["id"][new[0]]))

        self.source.selected.on_change("indices", chosen)


class FillChart(Bars):
    """Fill rate of every mission."""

    def __init__(self, lang: str):
        rows = [
            (say("mission", lang), "name"), (say("plan", lang), "plan_text"),
            (say("variant", lang), "variant_text"), (say("asked", lang), "asked"),
        ]  # fmt: skip
        super().__init__("fill", lang, rows)
        self.figure.x_range = Range1d(start=0, end=1)
        percent_axis(self.figure.xaxis[0], lang)

    def show(self, plan: Picture, variant: Picture, names: dict[str, str]) -> None:
        """Show fill as planned and as changed."""
        table = fill_table(plan, variant)
        asked = table["variant_asked_person_months"].fillna(table["plan_asked_person_months"])
        self.draw(
            {
                "id": table["mission"].tolist(),
                "name": [names.get(id, id) for id in table["mission"]],
                "plan": table["plan_fill_rate"].to_numpy(),
                "variant": table["variant_fill_rate"].to_numpy(),
                "plan_text": [percent(x, self.lang) for x in table["plan_fill_rate"]],
                "variant_text": [percent(x, self.lang) for x in table["variant_fill_rate"]],
                "asked": [f"{number(x, self.lang)}" for x in asked],
            }
        )


def fill_table(plan: Picture, variant: Picture) -> pd.DataFrame:
    """Return fill by mission side by side, main task 1 first."""
    values = ["asked_person_months", "filled_person_months", "fill_rate"]
    table = beside(plan.fill, variant.fill, ["main_task", "mission"], values)
    asked = table[["plan_asked_person_months", "variant_asked_person_months"]].max(axis=1)
    table = table[asked > 0]
    return table.sort_values("main_task", kind="stable").reset_index(drop=True)


def lost_table(
    plan: Picture, variant: Picture, package: str, main_task: int | None = 2
) -> pd.DataFrame:
    """Return displacement by mission side by side, most at the top."""

    def of(picture: Picture) -> pd.DataFrame:
        lost = picture.displacement
        lost = lost[lost["package"] == package]
        return lost if main_task is None else lost[lost["main_task"] == main_task]

    table = beside(of(plan), of(variant), ["main_task", "mission"], ["displaced_person_months"])
    most = table[["plan_displaced_person_months", "variant_displaced_person_months"]].abs()
    order = most.max(axis=1).fillna(0).sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


class LostChart(Bars):
    """Person-months that missions of main task 2 lose to a package."""

    def __init__(self, lang: str):
        rows = [
            (say("mission", lang), "name"), (say("plan", lang), "plan_text"),
            (say("variant", lang), "variant_text"),
        ]  # fmt: skip
        super().__init__("lost", lang, rows)
        self.figure.x_range = Range1d(start=0, end=1)

    def show(self, plan: Picture, variant: Picture, names: dict[str, str], package: str) -> bool:
        """Show who loses most to a package; return whether any mission does."""
        table = lost_table(plan, variant, package)
        columns = ("plan_displaced_person_months", "variant_displaced_person_months")
        worth = table[list(columns)].abs().max(axis=1) > MIN_LOSS
        table = table[worth].head(MAX_BARS)
        before, after = (table[column].to_numpy() for column in columns)
        low, high = np.nanmin([0.0, *before, *after]), np.nanmax([0.0, *before, *after])
        self.figure.x_range.update(start=1.05 * float(low), end=1.05 * float(high) or 1.0)
        self.draw(
            {
                "id": table["mission"].tolist(),
                "name": [names.get(id, id) for id in table["mission"]],
                "plan": before,
                "variant": after,
                "plan_text": [number(x, self.lang) for x in before],
                "variant_text": [number(x, self.lang) for x in after],
            }
        )
        return len(table) > 0


class TimeChart:
    """People on duty month by month, of a mission or a whole main task, against what is asked."""

    def __init__(self, lang: str):
        self.lang = lang
        names = (
            "x",
            "month",
            "asked",
            "plan",
            "variant",
            "asked_text",
            "plan_text",
            "variant_text",
        )
        self.source = ColumnDataSource(data={name: [] for name in names})
        ranges = {name: Range1d(start=0, end=1) for name in ("x_range", "y_range")}
        self.figure = canvas("time", 240, "", **ranges)
        self.figure.yaxis.axis_label = say("time_axis", lang)
        self.figure.ygrid.grid_line_color = COLORS["grid"]
        line = {"x": "x", "source": self.source, "mode": "center"}
        styles: dict[str, dict[str, Any]] = {
            "asked": {"line_width": 1.5, "line_dash": "dotted"},
            "plan": {"line_width": 4},
            "variant": {"line_width": 2},
        }
        labels = {"asked": "time_asked", "plan": "plan", "variant": "variant"}
        drawn = [
            self.figure.step(
                y=side, line_color=COLORS[side], legend_label=say(labels[side], lang),
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
            (say("plan", lang), "plan_text"), (say("variant", lang), "variant_text"),
        ]  # fmt: skip
        hover(self.figure, drawn[1:], rows)

    def show(self, plan: Picture, variant: Picture, what: str) -> None:
        """Show a mission by its id, or a main task by its number."""
        table = time_table(plan, variant, what)
        month_axis(self.figure, table["month"].tolist())
        columns = {
            "asked": table["variant_asked_person_months"],
            "plan": table["plan_filled_person_months"],
            "variant": table["variant_filled_person_months"],
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


def time_table(plan: Picture, variant: Picture, what: str) -> pd.DataFrame:
    """Return people asked and on duty by month side by side; months without anybody hold 0."""

    column = "main_task" if what.isdigit() else "mission"
    wanted = int(what) if what.isdigit() else what
    values = ["asked_person_months", "filled_person_months"]

    def of(picture: Picture) -> pd.DataFrame:
        lines = picture.timeline[picture.timeline[column] == wanted]
        sums = lines.groupby("month")[values].sum().reindex(picture.months, fill_value=0.0)
        return sums.rename_axis("month").reset_index()

    return beside(of(plan), of(variant), ["month"], values).sort_values("month", ignore_index=True)


HEAT_ROW = 30
"""Height of a pool's row, in pixels."""


SIDES = {"plan": 0.22, "variant": -0.22}
"""Plan above variant, and how far from the middle of the row."""


class BindChart:
    """Months in which pools bind."""

    def __init__(self, lang: str):
        self.lang = lang
        names = ("y", "x", "pool", "side", "month")
        self.source = ColumnDataSource(data={name: [] for name in names})
        ranges = {name: Range1d(start=-0.5, end=0.5) for name in ("x_range", "y_range")}
        self.figure = canvas("binds", 120, "", **ranges)
        drawn = self.figure.rect(
            x="x", y="y", width=1.0, height=0.4, source=self.source, line_color=None,
            fill_color=PRICE_COLORS[-1],
        )  # fmt: skip
        rows = [
            (say("pool", lang), "pool"), ("", "side"), (say("month", lang), "month"),
        ]  # fmt: skip
        hover(self.figure, [drawn], rows)

    def show(self, plan: Picture, variant: Picture, names: dict[str, str]) -> bool:
        """Show bottlenecks as planned and as changed; return whether there are any."""
        months = variant.months
        place = {month: number for number, month in enumerate(months)}
        table = bind_table(plan, variant)
        table = table[table["month"].isin(place)]
        order = [pool for pool in names if pool in set(table["pool"])]
        row = {pool: -place for place, pool in enumerate(order)}
        name_rows(self.figure, [names[pool] for pool in order], HEAT_ROW, 1, 44)
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


def bind_table(plan: Picture, variant: Picture) -> pd.DataFrame:
    """Return the bottlenecks of both below each other, with the column ``side``."""
    import pandas as pd

    pairs = zip(SIDES, (plan, variant), strict=True)
    return pd.concat([one.bottlenecks.assign(side=side) for side, one in pairs], ignore_index=True)


BINS = 24
"""Most bars of the histogram."""

BAND = ("q05", "q25", "q50", "q75", "q95")


def fan_of(outlook: Outlook, what: str) -> pd.DataFrame:
    """Return the fan of a mission by its id, or of a main task by its number, by month."""
    fan = outlook.fan
    if what.isdigit():
        return fan[(fan["mission"] == "") & (fan["main_task"] == int(what))]
    return fan[fan["mission"] == what]


def percent_axis(axis: Any, lang: str) -> None:
    """Mark an axis of shares in quarters."""
    shares = [0, 0.25, 0.5, 0.75, 1]
    axis.ticker = shares
    axis.major_label_overrides = {share: percent(share, lang, 0) for share in shares}


class FanChart:
    """Fill rate month by month over the draws: half of them, nine tenths of them, the middle."""

    def __init__(self, lang: str):
        self.lang = lang
        texts = [f"{side}_text" for side in ("plan", "variant")]
        names = ("x", "month", *BAND, "plan", *texts)
        self.source = ColumnDataSource(data={name: [] for name in names})
        ranges = {"x_range": Range1d(start=0, end=1), "y_range": Range1d(start=0, end=1.03)}
        self.figure = canvas("fan", 240, "", **ranges)
        self.figure.yaxis.axis_label = say("fan_axis", lang)
        self.figure.ygrid.grid_line_color = COLORS["grid"]
        percent_axis(self.figure.yaxis[0], lang)
        line = {"x": "x", "source": self.source}
        for low, high, colour in (("q05", "q95", "wide"), ("q25", "q75", "band")):
            self.figure.varea(y1=low, y2=high, fill_color=COLORS[colour], **line)
        self.figure.line(y="plan", line_color=COLORS["plan"], line_width=4, **line)
        middle = self.figure.line(y="q50", line_color=COLORS["variant"], line_width=2, **line)
        rows = [
            (say("month", lang), "month"), (say("plan", lang), "plan_text"),
            (say("variant", lang), "variant_text"),
        ]  # fmt: skip
        hover(self.figure, [middle], rows)

    def show(self, plan: Outlook, variant: Outlook, what: str) -> bool:
        """Show a mission or a main task; return whether anything is asked for it."""
        fan = fan_of(variant, what).set_index("month")
        if fan.empty:
            return False
        before = fan_of(plan, what).set_index("month")["q50"].reindex(fan.index)
        months = fan.index.tolist()
        month_axis(self.figure, months)
        self.figure.x_range.update(start=-0.5, end=len(months) - 0.5)
        variant_text = [
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
            "variant_text": variant_text,
        }
        return True


class SpreadChart:
    """How often which displacement came out of the draws."""

    def __init__(self, lang: str):
        self.lang = lang
        names = ("left", "right", "plan", "variant", "from_to")
        self.source = ColumnDataSource(data={name: [] for name in names})
        ranges = {name: Range1d(start=0, end=1) for name in ("x_range", "y_range")}
        self.figure = canvas("spread", 220, say("lost_axis", lang), **ranges)
        self.figure.yaxis.axis_label = say("spread_axis", lang)
        edges = {"left": "left", "right": "right", "bottom": 0, "source": self.source}
        variant = self.figure.quad(
            top="variant", fill_color=COLORS["band"], line_color=COLORS["variant"], **edges
        )
        plan = self.figure.quad(
            top="plan", fill_color=None, line_color=COLORS["plan"], line_width=2.5, **edges
        )
        rows = [
            ("", "from_to"), (say("plan", lang), "plan"), (say("variant", lang), "variant"),
        ]  # fmt: skip
        hover(self.figure, [plan, variant], rows)

    def show(self, plan: Outlook, variant: Outlook, package: str) -> bool:
        """Show what a package displaces in the draws; return whether there is such a package."""
        both = {
            side: outlook.each[package].dropna().to_numpy()
            for side, outlook in (("plan", plan), ("variant", variant))
            if package in outlook.each
        }
        if not both:
            return False
        edges = np.histogram_bin_edges(np.concatenate(list(both.values())), bins=BINS)
        counts = {side: np.histogram(values, edges)[0] for side, values in both.items()}
        none = np.zeros(len(edges) - 1, dtype=np.int64)
        counts = {side: counts.get(side, none) for side in ("plan", "variant")}
        self.figure.x_range.update(start=float(edges[0]), end=float(edges[-1]))
        highest = max(int(column.max()) for column in counts.values())
        self.figure.y_range.end = 1.08 * highest
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
        rows = [
            (say("mission", lang), "name"), (say("plan", lang), "plan_text"),
            (say("variant", lang), "variant_text"),
        ]  # fmt: skip
        super().__init__("chance", lang, rows)
        self.figure.x_range = Range1d(start=0, end=1)
        percent_axis(self.figure.xaxis[0], lang)

    def show(self, plan: Outlook, variant: Outlook, names: dict[str, str]) -> None:
        """Show chances as planned and as changed."""
        table = chance_table(plan, variant)
        self.figure.xaxis.axis_label = say(
            "chance_axis", self.lang, reach=percent(variant.reach, self.lang, 0)
        )
        columns = {side: table[f"{side}_chance"] for side in ("plan", "variant")}
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


def chance_table(plan: Outlook, variant: Outlook) -> pd.DataFrame:
    """Return chances and means by mission side by side, main task 1 first."""
    values = ["mean", "standard_error", "chance", "chance_standard_error"]
    table = beside(plan.fill, variant.fill, ["main_task", "mission"], values)
    return table.sort_values("main_task", kind="stable").reset_index(drop=True)
