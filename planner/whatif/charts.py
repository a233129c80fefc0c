"""Bokeh charts of the what-if page and of interactive reports.

A chart shows plan and variants side by side. It is built once: ``figure`` is the Bokeh figure, and
``show`` replaces its data by that of other summaries and returns the title of the chart, empty if
there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
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

from planner.labels import figure as digits
from planner.labels import month as month_name
from planner.labels import named, number, percent, rate, rough, speaker
from planner.results.losses import MIN_DISPLACEMENT
from planner.tolerances import SHOWN
from planner.whatif.outlook import EnsembleSummary, PlanSummary, join_sides

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLORS", "WORDS", "BarChart", "BindingChart", "ChanceChart", "DisplacementChart", "FanChart",
    "FillChart", "SpreadChart", "TimeChart", "TourChart", "amount", "binding_table",
    "chance_table", "color_key", "displacement_table", "fan_rows", "fill_table", "iter_rows",
    "negligible", "negligible_everywhere", "say", "time_table", "tour_table",
]  # fmt: skip


WORDS: dict[str, str] = {
    "plan": "plan",
    "variant": "variant",
    "a": "A",
    "b": "B",
    "c": "C",
    "numbers": "no one two three four five six seven eight nine ten eleven twelve",
    "fill_seen": "{count} of {total} missions do not get all the people asked for",
    "fill_seen_one": "One of {total} missions does not get all the people asked for",
    "fill_seen_none": "All {total} missions get the people asked for",
    "lost_seen": "For the likely values {count} missions lose half a person or more to “{package}”",
    "lost_seen_one": "For the likely values one mission loses half a person or more to “{package}”",
    "lost_seen_none": "For the likely values no mission loses half a person or more to “{package}”",
    "lost_small": "less than half a person at a time",
    "lost_axis": "person-months lost",
    "binds_seen": "{count} of {total} pools run out in some month",
    "binds_seen_one": "One of {total} pools runs out in some month",
    "binds_seen_none": "None of {total} pools runs out",
    "time_seen": "{share} of what {name} asks for is filled",
    "time_seen_none": "{name} asks for no people",
    "time_asked": "asked",
    "tours_seen": "{name}: {count} tours",
    "tours_none": "{name} has no tours",
    "tours_choose": "Choose a mission to see its tours",
    "spread_seen": "Displacement over {draws} draws: {low} to {high} person-months in nine of ten",
    "spread_axis": "draws",
    "chance_axis": "chance that at least {reach} is filled",
    "fill_axis": "share of what is asked; missions that are filled completely are in the table",
}
"""Texts of charts in English, by key."""

say = speaker(WORDS)


COLORS = {
    "plan": "#9A9A9A",
    "a": "#E69F00",
    "b": "#009E73",
    "c": "#CC79A7",
    "variant": "#0072B2",
    "band": "#9ED4F2",
    "wide": "#D6ECF8",
    "asked": "#222222",
    "grid": "#E3E3E3",
    "ink": "#222222",
    "alarm": "#B3420A",
}
"""Colors that color-blind readers distinguish, and that differ in lightness when printed."""

KEPT_SIDES = ("a", "b", "c")
"""Variants that a visitor may keep for comparison with plan and current variant."""

SIDES = ("plan", "variant")

ALL_SIDES = ("plan", *KEPT_SIDES, "variant")

PlanSummaries = Mapping[str, PlanSummary]
"""Summaries by side, in the order of :data:`ALL_SIDES`; ``plan`` and ``variant`` are required."""

FULL_RATE = 0.9995
"""Smallest fill rate that counts as filled, because it is displayed as 100.0%."""

MAX_LABEL = 34
"""Maximum length of a label on an axis, characters; the tooltip shows the whole name."""

FONT = "system-ui, sans-serif"


def amount(value: float, lang: str) -> str:
    """Format persons or person-months, with one decimal only below 10 and if not whole.

    Examples
    --------
    >>> amount(12.0, "en"), amount(2397.6, "en"), amount(0.75, "nl")
    ('12', '2,398', '0,8')
    """
    return digits(value, lang, 1 if abs(value) < 10 else 0)


def iter_rows(table: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a table, with columns as attributes."""
    return iter(table.itertuples())


def color_key(sides: Iterable[str], lang: str, labels: Sequence[str] = ()) -> str:
    """Return the color key of bars as HTML; `labels` replaces the names of the sides."""
    keys = list(sides)
    words = labels or [say(side, lang) for side in keys]
    parts = (
        f'<span><i style="background:{COLORS[side]}"></i>{escape(word)}</span>'
        for side, word in zip(keys, words, strict=True)
    )
    return f'<p class="key">{"".join(parts)}</p>'


def shorten(name: str, limit: int = MAX_LABEL) -> str:
    """Shorten a name to a label on an axis.

    Examples
    --------
    >>> shorten("Maritime Areas of Interest Coordination Cell (MAICC)")
    'Maritime Areas of Interest Coordi…'
    """
    text = " ".join(name.split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def new_figure(name: str, height: int, axis: str, **options: Any) -> Any:
    """Return an empty figure as wide as its column, without tools that capture scrolling."""
    made = figure(
        name=f"chart-{name}", height=height, sizing_mode="stretch_width", toolbar_location=None,
        tools="", min_border_right=12, outline_line_color=None, border_fill_color="#FFFFFF",
        output_backend="canvas", **options,
    )  # fmt: skip
    made.xaxis.axis_label = axis
    made.xaxis.major_label_policy = NoOverlap()  # on narrow screens
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


def add_tooltips(chart: Any, renderers: Sequence[Any], rows: Sequence[tuple[str, str]]) -> None:
    """Add a tooltip with one row per (label, column); values are shown as text, not as HTML."""
    tooltips = [(word, f"@{{{column}}}") for word, column in rows]
    chart.add_tools(HoverTool(renderers=list(renderers), tooltips=tooltips))


def label_rows(chart: Any, names: Sequence[str], pixels: int, min_rows: int, extra: int) -> None:
    """Give a chart one row per name, from the top down; row k has the coordinate -k.

    Parameters
    ----------
    pixels : int
        Height of a row.
    min_rows : int
        Number of rows for which there is always room.
    extra : int
        Height of the axis and its labels, in pixels.
    """
    count = max(len(names), min_rows)
    set_ticks(chart.yaxis[0], [-index for index in range(len(names))])
    chart.yaxis.major_label_overrides = {-row: shorten(name) for row, name in enumerate(names)}
    chart.y_range.update(start=0.5 - count, end=0.5)
    chart.height = pixels * count + extra


def set_ticks(axis: Any, ticks: Sequence[int]) -> None:
    """Set the ticks of an axis; keep its ticker, since a new one makes Bokeh visit all models."""
    if isinstance(axis.ticker, FixedTicker):
        axis.ticker.ticks = list(ticks)
    else:
        axis.ticker = FixedTicker(ticks=list(ticks))


def percent_axis(axis: Any, lang: str) -> None:
    """Put ticks of 0, 25, 50, 75 and 100% on an axis of shares."""
    shares = [0, 0.25, 0.5, 0.75, 1]
    axis.ticker = shares
    axis.major_label_overrides = {share: percent(share, lang, 0) for share in shares}


BAR_PIXELS = 19
"""Height of the row of a mission with two bars, in pixels."""

MIN_ROWS = 2
"""Number of missions for which there is always room."""

AXIS_PIXELS = 56
"""Height of the horizontal axis and its labels, in pixels."""

MAX_BARS = 14
"""Maximum number of missions in the chart of displacement; the table has all of them."""


class PageChart:
    """A Bokeh figure with one data source, whose marks can be clicked.

    Parameters
    ----------
    name, lang : str
    columns : iterable of str
        Columns of the data source. The column ``id`` identifies the mark that is clicked.
    height : int
        Pixels.
    axis : str
        Label of the horizontal axis.
    x, y : (float, float)
        Initial ranges of the axes.
    """

    def __init__(
        self, name: str, lang: str, columns: Iterable[str], height: int, axis: str = "",
        x: tuple[float, float] = (-0.5, 0.5), y: tuple[float, float] = (-0.5, 0.5),
    ):  # fmt: skip
        self.lang = lang
        self.source = ColumnDataSource(data={key: [] for key in columns})
        across, up = (Range1d(start=start, end=end) for start, end in (x, y))
        self.figure = new_figure(name, height, axis, x_range=across, y_range=up)

    def make_clickable(self, renderers: Sequence[Any], rows: Sequence[tuple[str, str]]) -> None:
        """Let marks be clicked, and show a tooltip for them; see :func:`add_tooltips`."""
        add_tooltips(self.figure, renderers, rows)
        self.figure.add_tools(TapTool(renderers=list(renderers)))

    def on_select(self, callback: Callable[[str], None]) -> None:
        """Register a callback; its argument is the ``id`` of the mark that is clicked."""

        def selected(attr: str, old: Any, new: list[int]) -> None:
            if new:
                value = str(self.source.data["id"][new[0]])
                self.source.selected.indices = []
                if value:
                    callback(value)

        self.source.selected.on_change("indices", selected)

    def set_months(self, months: Sequence[str]) -> None:
        """Let the horizontal axis show these months, with the year at each January."""
        ticks = [index for index, month in enumerate(months) if month.endswith("-01")] or [0]
        set_ticks(self.figure.xaxis[0], ticks)
        self.figure.xaxis.major_label_overrides = {index: months[index][:4] for index in ticks}
        self.figure.x_range.update(start=-0.5, end=len(months) - 0.5)

    def side_rows(self, sides: Iterable[str] = SIDES) -> list[tuple[str, str]]:
        """Return a row of a tooltip for the text of each side."""
        return [(say(side, self.lang), f"{side}_text") for side in sides]


class BarChart(PageChart):
    """Horizontal bars by mission, one per side, from the plan down to the variant.

    Parameters
    ----------
    name, lang : str
    columns : dict of str to str
        Further columns of the tooltip and their labels.
    sides : sequence of str
        Keys of :data:`COLORS`.
    labels : sequence of str, optional
        Labels of the sides; by default their names.
    shares : bool
        Whether the values are shares.
    """

    def __init__(
        self, name: str, lang: str, columns: dict[str, str], sides: Sequence[str] = SIDES,
        labels: Sequence[str] = (), shares: bool = True,
    ):  # fmt: skip
        self._sides = tuple(sides)
        side_columns = [f"{side}{suffix}" for side in sides for suffix in ("", "_y", "_text")]
        super().__init__(name, lang, ("id", "name", *columns, *side_columns), 200, x=(0, 1))
        self._bars = {
            side: self.figure.hbar(
                y=f"{side}_y", right=side, height=0.38, source=self.source,
                fill_color=COLORS[side], line_color=None,
                selection_fill_color=COLORS[side], nonselection_fill_alpha=1.0,
            )
            for side in self._sides
        }  # fmt: skip
        rows = self.side_rows(self._sides)
        if labels:
            rows = [(label, column) for label, (_, column) in zip(labels, rows, strict=True)]
        rows += [(word, column) for column, word in columns.items()]
        self.make_clickable([*self._bars.values()], [(say("mission", lang), "name"), *rows])
        if shares:
            percent_axis(self.figure.xaxis[0], lang)
        self._labeled: tuple[list[str], int] = ([], 0)

    def set_bars(
        self, ids: Sequence[str], names: Mapping[str, str], values: Mapping[str, Any],
        write: Callable[[float], str], **columns: Sequence[str],
    ) -> None:  # fmt: skip
        """Replace the bars, one row per mission from the top down.

        Parameters
        ----------
        ids : sequence of str
            Missions.
        names : mapping of str to str
            Names of missions.
        values : mapping of str to array
            Values by side; a side that is left out has no bars.
        write : callable
            Formats a value.
        **columns : sequence of str
            Further columns.
        """
        labels = [names.get(id, id) for id in ids]
        if (labels, len(values)) != self._labeled:
            pixels = BAR_PIXELS + 8 * (len(values) - 2)
            label_rows(self.figure, labels, pixels, MIN_ROWS, AXIS_PIXELS)
            self._labeled = (labels, len(values))
        rows, height = -np.arange(len(ids), dtype=float), 0.8 / max(len(values), 1)
        data: dict[str, Any] = {"id": list(ids), "name": labels, **columns}
        for side in self._sides:
            numbers = np.asarray(values.get(side, np.full(len(ids), np.nan)), dtype=float)
            index = list(values).index(side) if side in values else 0
            self._bars[side].visible = side in values
            self._bars[side].glyph.height = 0.95 * height
            data[side], data[f"{side}_y"] = numbers, rows + 0.4 - height * (index + 0.5)
            data[f"{side}_text"] = [write(value) for value in numbers]
        self.source.data = data
        self.figure.visible = len(ids) > 0


class FillChart(BarChart):
    """Fill rate of every mission that is not filled completely."""

    def __init__(self, lang: str):
        super().__init__("fill", lang, {"asked": say("asked", lang)})

    def show(self, summaries: PlanSummaries, names: dict[str, str]) -> str:
        """Show the fill rates of plan and variant."""
        table = fill_table(summaries)
        rates = {side: table[f"{side}_fill_rate"] for side in SIDES}
        short = np.logical_or.reduce([column < FULL_RATE for column in rates.values()])
        shown = table[short]
        asked = shown["variant_asked_person_months"]
        asked = asked.where(asked > 0, shown["plan_asked_person_months"])
        self.set_bars(
            shown["mission"].tolist(), names,
            {side: column[short] for side, column in rates.items()},
            lambda share: rate(share, self.lang),
            asked=[number(value, self.lang, 0) for value in asked],
        )  # fmt: skip
        variant = rates["variant"]
        count, total = int((variant < FULL_RATE).sum()), int(variant.notna().sum())
        return count_title("fill", self.lang, count, total)


def fill_table(summaries: PlanSummaries) -> pd.DataFrame:
    """Return the fill by mission of plan and variant, main task 1 first."""
    values = ["asked_person_months", "filled_person_months", "fill_rate"]
    tables = {side: summaries[side].fill for side in SIDES}
    table = join_sides(tables, ["main_task", "mission"], values)
    asked = table[["plan_asked_person_months", "variant_asked_person_months"]].max(axis=1)
    return table[asked > 0].sort_values("main_task", kind="stable").reset_index(drop=True)


def displacement_table(summaries: PlanSummaries, package: str) -> pd.DataFrame:
    """Return the displacement by mission on all sides, largest first."""
    tables = {
        side: summary.displacement[summary.displacement["package"] == package]
        for side, summary in summaries.items()
    }
    value = "displaced_person_months"
    table = join_sides(tables, ["main_task", "mission"], [value, "most_persons", "months"])
    sizes = table[[f"{side}_{value}" for side in summaries]].abs()
    order = sizes.max(axis=1).fillna(0).sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def negligible(table: pd.DataFrame, side: str = "") -> pd.Series[bool]:
    """Return the rows with less than half a person displaced in every month, and no gain.

    Parameters
    ----------
    table : DataFrame
        Displacement by mission of one summary, or :func:`displacement_table`.
    side : str
        The side of :func:`displacement_table` to look at.
    """
    prefix = f"{side}_" if side else ""
    months = table[f"{prefix}months"].fillna(0)
    lost = table[f"{prefix}displaced_person_months"].fillna(0)
    return (months == 0) & (lost > -MIN_DISPLACEMENT)


def negligible_everywhere(table: pd.DataFrame, sides: Iterable[str]) -> pd.Series[bool]:
    """Return the rows of :func:`displacement_table` that are negligible on all sides."""
    return np.logical_and.reduce([negligible(table, side) for side in sides])


class DisplacementChart(BarChart):
    """Displacement by a package, by mission.

    Parameters
    ----------
    lang : str
    sides : sequence of str
        Sides that may be shown.
    """

    def __init__(self, lang: str, sides: Sequence[str] = ALL_SIDES):
        super().__init__("lost", lang, {"task": say("main_task", lang)}, sides, shares=False)

    def show(
        self, summaries: PlanSummaries, names: dict[str, str], package: str, title: str
    ) -> str:
        """Show the largest displacements by a package; those that are negligible share one bar."""
        table = displacement_table(summaries, package)
        tiny = negligible_everywhere(table, summaries)
        columns = {side: f"{side}_displaced_person_months" for side in summaries}
        count = int((table["variant_months"] > 0).sum())
        shown, rest = table[~tiny].head(MAX_BARS), table[tiny]
        values = {side: shown[column].to_numpy() for side, column in columns.items()}
        ids, tasks = shown["mission"].tolist(), [str(task) for task in shown["main_task"]]
        sums = {side: float(rest[column].sum()) for side, column in columns.items()}
        if max(map(abs, sums.values())) > SHOWN:
            values = {side: np.append(column, sums[side]) for side, column in values.items()}
            names = {**names, "": say("lost_small", self.lang)}
            ids, tasks = [*ids, ""], [*tasks, ""]
        lengths = np.concatenate([np.zeros(1), *values.values()])
        low, high = float(np.nanmin(lengths)), float(np.nanmax(lengths))
        self.figure.x_range.update(start=1.05 * low, end=1.05 * high or 1.0)
        self.set_bars(ids, names, values, lambda lost: amount(lost, self.lang), task=tasks)
        return count_title("lost", self.lang, count, package=title)


def count_title(name: str, lang: str, count: int, total: int = 0, package: str = "") -> str:
    """Return the title of a chart that states how many missions or pools are affected.

    Examples
    --------
    >>> count_title("binds", "en", 8, 15), count_title("binds", "nl", 0, 4)
    ('Eight of 15 pools run out in some month', 'Geen van de vier pools raakt uitgeput')
    """
    words = say("numbers", lang).split()

    def spell(value: int) -> str:
        return words[value] if value < len(words) else number(value, lang, 0)

    key = {0: f"{name}_seen_none", 1: f"{name}_seen_one"}.get(count, f"{name}_seen")
    text = say(key, lang, count=spell(count), total=spell(total), package=package)
    return text[:1].upper() + text[1:]


class TimeChart(PageChart):
    """Persons on duty and persons asked by month, of a mission or of a main task."""

    def __init__(self, lang: str):
        lines = {"asked": "time_asked", "plan": "plan", "variant": "variant"}
        columns = ("x", "month", "id", *lines, *(f"{side}_text" for side in lines))
        super().__init__("time", lang, columns, 240, x=(0, 1), y=(0, 1))
        self.figure.ygrid.grid_line_color = COLORS["grid"]
        styles: dict[str, dict[str, Any]] = {
            "asked": {"line_width": 1.5, "line_dash": "dotted"},
            "plan": {"line_width": 4},
            "variant": {"line_width": 2},
        }
        for side, style in styles.items():
            self.figure.step(
                x="x", y=side, source=self.source, mode="center", line_color=COLORS[side],
                legend_label=say(lines[side], lang), **style,
            )  # fmt: skip
        legend = self.figure.legend[0]
        legend.orientation, legend.location = "horizontal", "top_left"
        legend.border_line_color = legend.background_fill_color = None
        legend.padding = legend.margin = 0
        legend.label_text_font_size = "12px"
        self.figure.add_layout(legend, "above")
        clear = {"fill_alpha": 0.0, "line_color": None, "nonselection_fill_alpha": 0.0}
        self._months = self.figure.vbar(x="x", top=1.0, width=1.0, source=self.source, **clear)
        rows = [(say("month", lang), "month")]
        rows += [(say(word, lang), f"{side}_text") for side, word in lines.items()]
        self.make_clickable([self._months], rows)

    def show(self, summaries: PlanSummaries, subject: str, name: str) -> str:
        """Show a mission by its id or a main task by its number; `name` is its name."""
        table = time_table(summaries, subject)
        months = table["month"].tolist()
        self.set_months(months)
        columns = {
            "asked": table["variant_asked_person_months"],
            "plan": table["plan_filled_person_months"],
            "variant": table["variant_filled_person_months"],
        }
        top = 1.08 * float(np.nanmax([1.0, *(column.max() for column in columns.values())]))
        self.figure.y_range.end = self._months.glyph.top = top
        data: dict[str, Any] = {"x": np.arange(len(table)), "id": months}
        data["month"] = [month_name(month, self.lang) for month in months]
        for side, column in columns.items():
            data[side] = column.to_numpy()
            data[f"{side}_text"] = [amount(value, self.lang) for value in column]
        self.source.data = data
        asked, filled = (float(columns[side].sum()) for side in ("asked", "variant"))
        share = rate(filled / asked, self.lang, 0) if asked > 0 else ""
        return say("time_seen" if share else "time_seen_none", self.lang, name=name, share=share)


def time_table(summaries: PlanSummaries, subject: str) -> pd.DataFrame:
    """Return persons asked and on duty by month, 0 in months without a demand."""
    column = "main_task" if subject.isdigit() else "mission"
    wanted = int(subject) if subject.isdigit() else subject
    values = ["asked_person_months", "filled_person_months"]

    def by_month(summary: PlanSummary) -> pd.DataFrame:
        rows = summary.timeline[summary.timeline[column] == wanted]
        sums = rows.groupby("month")[values].sum().reindex(summary.months, fill_value=0.0)
        return sums.rename_axis("month").reset_index()

    tables = {side: by_month(summaries[side]) for side in SIDES}
    return join_sides(tables, ["month"], values).sort_values("month", ignore_index=True)


TOUR_PIXELS = 11
"""Height of the row of a tour, in pixels."""


class TourChart(PageChart):
    """Tours of a mission as bars from their first to their last month."""

    def __init__(self, lang: str):
        texts = [f"{side}_text" for side in SIDES]
        columns = ("y", "left", "right", *SIDES, *texts, "id", "when")
        super().__init__("tours", lang, columns, 120)
        self.figure.yaxis.visible = False
        bars = [
            self.figure.hbar(
                y="y", left="left", right=side, height=height, source=self.source, line_color=None,
                fill_color=COLORS[side], nonselection_fill_alpha=1.0,
            )
            for side, height in (("plan", 0.9), ("variant", 0.5))
        ]  # fmt: skip
        self.make_clickable(bars, [("", "when"), *self.side_rows()])

    def show(self, summaries: PlanSummaries, subject: str, name: str) -> str:
        """Show the tours of a mission by its id; a main task has too many to show."""
        months = summaries["variant"].months
        table = tour_table(summaries, subject)
        self.figure.visible = len(table) > 0
        if not len(table):
            key = "tours_choose" if subject.isdigit() else "tours_none"
            return say(key, self.lang, name=name)
        index = {month: number for number, month in enumerate(months)}
        first = [index.get(month, 0) for month in table["first_month"]]
        last = np.array([index.get(month, len(months) - 1) for month in table["last_month"]])
        self.set_months(months)
        self.figure.y_range.update(start=-len(table) + 0.5, end=0.5)
        self.figure.height = TOUR_PIXELS * max(len(table), 4) + 44
        data: dict[str, Any] = {"y": -np.arange(len(table)), "left": np.array(first) - 0.5}
        for side in SIDES:
            persons = table[f"{side}_persons"]
            data[side] = np.where(persons > SHOWN, last + 0.5, np.nan)
            data[f"{side}_text"] = [amount(value, self.lang) for value in persons]
        data["right"] = last + 0.5
        data["id"] = [months[number] for number in first]
        data["when"] = [tour_months(row, self.lang) for row in iter_rows(table)]
        self.source.data = data
        count = int((table["variant_persons"] > SHOWN).sum())
        return say("tours_seen", self.lang, name=name, count=number(count, self.lang, 0))


def tour_months(row: Any, lang: str) -> str:
    """Return the first and last month of a tour as text."""
    return f"{month_name(row.first_month, lang)} – {month_name(row.last_month, lang)}"


def tour_table(summaries: PlanSummaries, mission: str) -> pd.DataFrame:
    """Return the persons on each tour of a mission that reaches into the reported months."""

    def reported(summary: PlanSummary) -> pd.DataFrame:
        tours = summary.tours
        first, last = summary.months[0], summary.months[-1]
        inside = (tours["first_month"] <= last) & (tours["last_month"] >= first)
        return tours[(tours["mission"] == mission) & inside]

    tables = {side: reported(summaries[side]) for side in SIDES}
    table = join_sides(tables, ["first_month", "last_month"], ["persons"])
    return table.fillna(0.0).sort_values(["first_month", "last_month"], ignore_index=True)


POOL_PIXELS = 30
"""Height of the row of a pool, in pixels."""

OFFSETS = {"plan": 0.22, "variant": -0.22}
"""Vertical offset of each side from the middle of a row."""


class BindingChart(PageChart):
    """Months in which each pool is binding."""

    def __init__(self, lang: str):
        columns = ("y", "x", "id", "color", "pool", "side", "month")
        super().__init__("binds", lang, columns, 120)
        cells = self.figure.rect(
            x="x", y="y", width=1.0, height=0.4, source=self.source, line_color=None,
            fill_color="color", nonselection_fill_alpha=1.0,
        )  # fmt: skip
        rows = [(say("pool", lang), "pool"), ("", "side"), (say("month", lang), "month")]
        self.make_clickable([cells], rows)

    def show(self, summaries: PlanSummaries) -> str:
        """Show the binding pools of plan and variant."""
        months = summaries["variant"].months
        names = pool_names(summaries, self.lang)
        column = {month: number for number, month in enumerate(months)}
        table = binding_table(summaries)
        table = table[table["month"].isin(column)]
        order = [pool for pool in names if pool in set(table["pool"])]
        row = {pool: -number for number, pool in enumerate(order)}
        label_rows(self.figure, [names[pool] for pool in order], POOL_PIXELS, 1, 44)
        self.set_months(months)
        pairs = list(zip(table["side"], table["pool"], strict=True))
        self.source.data = {
            "y": [row[pool] + OFFSETS[side] for side, pool in pairs],
            "x": [column[month] for month in table["month"]],
            "id": table["month"].tolist(),
            "color": [COLORS[side] for side in table["side"]],
            "pool": [names[pool] for pool in table["pool"]],
            "side": [say(side, self.lang) for side in table["side"]],
            "month": [month_name(month, self.lang) for month in table["month"]],
        }
        self.figure.visible = bool(order)
        count = table.loc[table["side"] == "variant", "pool"].nunique()
        return count_title("binds", self.lang, count, len(names))


def pool_names(summaries: PlanSummaries, lang: str) -> dict[str, str]:
    """Return the names of pools by id."""
    rows = (row for side in SIDES for row in iter_rows(summaries[side].pools))
    return {row.pool: named(row, lang, "pool_name") for row in rows}


def binding_table(summaries: PlanSummaries) -> pd.DataFrame:
    """Return the binding pools and months of plan and variant, with a column ``side``."""
    import pandas as pd

    parts = [summaries[side].bottlenecks.assign(side=side) for side in SIDES]
    return pd.concat(parts, ignore_index=True)


BINS = 24
"""Number of bins of the histogram."""

QUANTILES = ("q05", "q25", "q50", "q75", "q95")


def fan_rows(ensemble: EnsembleSummary, subject: str) -> pd.DataFrame:
    """Return quantiles of the fill rate by month, of a mission or of a main task (its number)."""
    fan = ensemble.fan
    if subject.isdigit():
        return fan[(fan["mission"] == "") & (fan["main_task"] == int(subject))]
    return fan[fan["mission"] == subject]


class FanChart(PageChart):
    """Fan chart of the fill rate by month: median, central 50% and central 90% of the draws."""

    def __init__(self, lang: str):
        columns = ("x", "month", *QUANTILES, "plan", *(f"{side}_text" for side in SIDES))
        super().__init__("fan", lang, columns, 240, x=(0, 1), y=(0, 1.03))
        self.figure.ygrid.grid_line_color = COLORS["grid"]
        percent_axis(self.figure.yaxis[0], lang)
        line = {"x": "x", "source": self.source}
        for low, high, colour in (("q05", "q95", "wide"), ("q25", "q75", "band")):
            self.figure.varea(y1=low, y2=high, fill_color=COLORS[colour], **line)
        self.figure.line(y="plan", line_color=COLORS["plan"], line_width=4, **line)
        median = self.figure.line(y="q50", line_color=COLORS["variant"], line_width=2, **line)
        add_tooltips(self.figure, [median], [(say("month", lang), "month"), *self.side_rows()])

    def show(self, plan: EnsembleSummary, variant: EnsembleSummary, subject: str) -> bool:
        """Show a mission or a main task; return whether it has any demand."""
        fan = fan_rows(variant, subject).set_index("month")
        if fan.empty:
            return False
        before = fan_rows(plan, subject).set_index("month")["q50"].reindex(fan.index)
        months = fan.index.tolist()
        self.set_months(months)
        variant_text = [
            " – ".join(percent(share, self.lang) for share in (row.q05, row.q50, row.q95))
            for row in iter_rows(fan)
        ]
        self.source.data = {
            "x": np.arange(len(months)),
            "month": months,
            **{name: fan[name].to_numpy() for name in QUANTILES},
            "plan": before.to_numpy(),
            "plan_text": [percent(value, self.lang) for value in before],
            "variant_text": variant_text,
        }
        return True


class SpreadChart(PageChart):
    """Histogram of the displacement over the draws."""

    def __init__(self, lang: str):
        columns = ("left", "right", *SIDES, "from_to")
        super().__init__("spread", lang, columns, 220, say("lost_axis", lang), (0, 1), (0, 1))
        self.figure.yaxis.axis_label = say("spread_axis", lang)
        edges = {"left": "left", "right": "right", "bottom": 0, "source": self.source}
        variant = self.figure.quad(
            top="variant", fill_color=COLORS["band"], line_color=COLORS["variant"], **edges
        )
        plan = self.figure.quad(
            top="plan", fill_color=None, line_color=COLORS["plan"], line_width=2.5, **edges
        )
        rows = [("", "from_to"), *((say(side, lang), side) for side in SIDES)]
        add_tooltips(self.figure, [plan, variant], rows)

    def show(self, plan: EnsembleSummary, variant: EnsembleSummary, package: str) -> str:
        """Show the displacement by a package."""
        values = {
            side: ensemble.displaced_by_draw[package].dropna().to_numpy()
            for side, ensemble in zip(SIDES, (plan, variant), strict=True)
            if package in ensemble.displaced_by_draw
        }
        if "variant" not in values:
            return ""
        pooled = np.concatenate([[0.0, 1.0], *values.values()])
        edges = np.linspace(pooled.min(), pooled.max(), BINS + 1)
        counts = {side: np.histogram(values.get(side, []), edges)[0] for side in SIDES}
        self.figure.x_range.update(start=float(edges[0]), end=float(edges[-1]))
        highest = max(int(column.max()) for column in counts.values())
        self.figure.y_range.end = 1.08 * highest
        text = [number(edge, self.lang, 0) for edge in edges]
        self.source.data = {
            "left": edges[:-1],
            "right": edges[1:],
            **counts,
            "from_to": [f"{low} – {high}" for low, high in pairwise(text)],
        }
        headline = variant.headlines[package]
        low, high = (rough(value, self.lang) for value in (headline.q05, headline.q95))
        draws = number(headline.draws, self.lang, 0)
        return say("spread_seen", self.lang, draws=draws, low=low, high=high)


class ChanceChart(BarChart):
    """Probability that a mission reaches a fill rate; missions with probability 1 have no bar."""

    def __init__(self, lang: str):
        super().__init__("chance", lang, {})

    def show(self, plan: EnsembleSummary, variant: EnsembleSummary, names: dict[str, str]) -> None:
        """Show the probabilities of plan and variant."""
        table = chance_table(plan, variant)
        columns = {side: f"{side}_chance" for side in SIDES}
        table = table[(table[[*columns.values()]] < 1).any(axis=1)]
        reach = percent(variant.reach, self.lang, 0)
        self.figure.xaxis.axis_label = say("chance_axis", self.lang, reach=reach)
        values = {side: table[column] for side, column in columns.items()}
        missions = table["mission"].tolist()
        self.set_bars(missions, names, values, lambda share: percent(share, self.lang, 0))


def chance_table(plan: EnsembleSummary, variant: EnsembleSummary) -> pd.DataFrame:
    """Return probability and mean fill rate by mission, main task 1 first."""
    values = ["mean", "standard_error", "chance", "chance_standard_error"]
    tables = {"plan": plan.fill, "variant": variant.fill}
    table = join_sides(tables, ["main_task", "mission"], values)
    return table.sort_values("main_task", kind="stable").reset_index(drop=True)
