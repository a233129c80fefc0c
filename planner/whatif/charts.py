"""Charts of the what-if page and of reports: changed by their data, never built anew.

Plan and variants stand side by side. Each chart has a Bokeh ``figure`` and a ``show`` that takes
pictures or draws and returns the title that says what is to be seen, empty if nothing is.
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
from planner.whatif.outlook import Outlook, Picture, beside

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "COLORS", "WORDS", "BindChart", "ChanceChart", "FanChart", "FillChart", "LostChart",
    "SpreadChart", "TimeChart", "TourChart", "amount", "bind_table", "chance_table", "each",
    "fan_of", "fill_table", "key_of_colors", "lost_table", "say", "small", "small_everywhere",
    "time_table", "tour_table",
]  # fmt: skip


WORDS: dict[str, tuple[str, str]] = {
    "plan": ("plan", "plan"),
    "variant": ("variant", "variant"),
    "a": ("A", "A"),
    "b": ("B", "B"),
    "c": ("C", "C"),
    "numbers": (
        "no one two three four five six seven eight nine ten eleven twelve",
        "geen één twee drie vier vijf zes zeven acht negen tien elf twaalf",
    ),
    "fill_seen": (
        "{count} of {total} missions do not get all the people asked for",
        "{count} van de {total} missies krijgen niet alle gevraagde mensen",
    ),
    "fill_seen_one": (
        "One of {total} missions does not get all the people asked for",
        "Eén van de {total} missies krijgt niet alle gevraagde mensen",
    ),
    "fill_seen_none": (
        "All {total} missions get the people asked for",
        "Alle {total} missies krijgen de gevraagde mensen",
    ),
    "lost_seen": (
        "For the likely values {count} missions lose half a person or more to “{package}”",
        "Bij de waarschijnlijke waarden verliezen {count} missies een halve persoon of meer aan "
        "‘{package}’",
    ),
    "lost_seen_one": (
        "For the likely values one mission loses half a person or more to “{package}”",
        "Bij de waarschijnlijke waarden verliest één missie een halve persoon of meer aan "
        "‘{package}’",
    ),
    "lost_seen_none": (
        "For the likely values no mission loses half a person or more to “{package}”",
        "Bij de waarschijnlijke waarden verliest geen missie een halve persoon of meer aan "
        "‘{package}’",
    ),
    "lost_small": (
        "less than half a person at a time",
        "minder dan een halve persoon tegelijk",
    ),
    "lost_axis": ("person-months lost", "verloren persoonsmaanden"),
    "binds_seen": (
        "{count} of {total} pools run out in some month",
        "{count} van de {total} pools hebben in een of meer maanden niemand over",
    ),
    "binds_seen_one": (
        "One of {total} pools runs out in some month",
        "Eén van de {total} pools heeft in een of meer maanden niemand over",
    ),
    "binds_seen_none": (
        "None of {total} pools runs out",
        "Geen van de {total} pools raakt uitgeput",
    ),
    "time_seen": (
        "{share} of what {name} asks for is filled",
        "{share} van wat {name} vraagt is gevuld",
    ),
    "time_seen_none": ("{name} asks for no people", "{name} vraagt geen mensen"),
    "time_asked": ("asked", "gevraagd"),
    "tours_seen": ("{name}: {count} tours", "{name}: {count} uitzendingen"),
    "tours_none": ("{name} has no tours", "{name} heeft geen uitzendingen"),
    "tours_choose": (
        "Choose a mission to see its tours",
        "Kies een missie om de uitzendingen ervan te zien",
    ),
    "spread_seen": (
        "Displacement over {draws} draws: {low} to {high} person-months in nine of ten",
        "Verdringing over {draws} trekkingen: {low} tot {high} persoonsmaanden in negen van de "
        "tien",
    ),
    "spread_axis": ("draws", "trekkingen"),
    "chance_axis": (
        "chance that at least {reach} is filled",
        "kans dat ten minste {reach} gevuld wordt",
    ),
    "fill_axis": (
        "share of what is asked; missions that are filled completely are in the table",
        "deel van wat gevraagd is; geheel gevulde missies staan in de tabel",
    ),
}
"""What charts say, English and Dutch."""

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
"""Distinct for color-blind readers, and by lightness in print."""

KEPT = ("a", "b", "c")
"""Variants that can be kept beside plan and variant."""

SIDES = ("plan", "variant")

ALL_SIDES = ("plan", *KEPT, "variant")

Pictures = Mapping[str, Picture]
"""Pictures by side, in the order of :data:`ALL_SIDES`; plan and variant are always shown."""

FULL_RATE = 0.9995
"""Fill from which on a mission counts as filled: what rounds to 100.0%."""

MAX_NAME = 34
"""Characters of a name beside an axis; the whole name stands in the table and on hover."""

FONT = "system-ui, sans-serif"


def amount(value: float, lang: str) -> str:
    """Return people or person-months, with a decimal only where they are few and not whole.

    Examples
    --------
    >>> amount(12.0, "en"), amount(2397.6, "en"), amount(0.75, "nl")
    ('12', '2,398', '0,8')
    """
    return digits(value, lang, 1 if abs(value) < 10 else 0)


def each(rows: pd.DataFrame) -> Iterator[Any]:
    """Yield the rows of a table, their columns as attributes."""
    return iter(rows.itertuples())


def key_of_colors(sides: Iterable[str], lang: str, called: Sequence[str] = ()) -> str:
    """Return what the colors of bars mean, as HTML; `called` says it, if not the sides do."""
    keys = list(sides)
    words = called or [say(side, lang) for side in keys]
    parts = (
        f'<span><i style="background:{COLORS[side]}"></i>{escape(word)}</span>'
        for side, word in zip(keys, words, strict=True)
    )
    return f'<p class="key">{"".join(parts)}</p>'


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
        name=f"chart-{name}", height=height, sizing_mode="stretch_width", toolbar_location=None,
        tools="", min_border_right=12, outline_line_color=None, border_fill_color="#FFFFFF",
        output_backend="canvas", **options,
    )  # fmt: skip
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
        Fewest rows with room.
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
    ticks = [place for place, month in enumerate(months) if month.endswith("-01")] or [0]
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


LEAST_ROWS = 2
"""Fewest rows of missions with room."""

BELOW = 56
"""Height of the axis and what stands below it, in pixels."""

MAX_BARS = 14
"""Missions in the chart of displacement; the table has all of them."""


class PageChart:
    """A chart, its data, and what happens when a part of it is clicked.

    Parameters
    ----------
    name, lang : str
    columns : iterable of str
        Columns of its data; what is clicked is named in ``id``.
    height : int
        Pixels.
    axis : str
        What stands below it.
    x, y : (float, float)
        Ranges of the axes at first.
    """

    def __init__(
        self, name: str, lang: str, columns: Iterable[str], height: int, axis: str = "",
        x: tuple[float, float] = (-0.5, 0.5), y: tuple[float, float] = (-0.5, 0.5),
    ):  # fmt: skip
        self.lang = lang
        self.source = ColumnDataSource(data={key: [] for key in columns})
        across, up = (Range1d(start=start, end=end) for start, end in (x, y))
        self.figure = canvas(name, height, axis, x_range=across, y_range=up)

    def click(self, renderers: Sequence[Any], rows: Sequence[tuple[str, str]]) -> None:
        """Let parts be clicked, and show their values under the pointer."""
        hover(self.figure, renderers, rows)
        self.figure.add_tools(TapTool(renderers=list(renderers)))

    def on_pick(self, picked: Callable[[str], None]) -> None:
        """Call a function with the mission, or the month, of the part that is clicked."""

        def chosen(attr: str, old: Any, new: list[int]) -> None:
            if new:
                value = str(self.source.data["id"][new[0]])
                self.source.selected.indices = []
                if value:
                    picked(value)

        self.source.selected.on_change("indices", chosen)


class Bars(PageChart):
    """Bars by mission, one a side, plan at the top and variant at the bottom.

    Parameters
    ----------
    name, lang : str
    columns : dict of str to str
        Further columns that are shown under the pointer, and what they are called.
    sides : sequence of str
        Keys of :data:`COLORS`.
    called : sequence of str, optional
        What the sides are called; by default plan, variant and so on.
    """

    def __init__(
        self, name: str, lang: str, columns: dict[str, str], sides: Sequence[str] = SIDES,
        called: Sequence[str] = (),
    ):  # fmt: skip
        self._sides = tuple(sides)
        of_sides = [f"{side}{what}" for side in sides for what in ("", "_y", "_text")]
        super().__init__(name, lang, ("id", "name", *columns, *of_sides), 200, x=(0, 1))
        self._bars = {
            side: self.figure.hbar(
                y=f"{side}_y", right=side, height=0.38, source=self.source,
                fill_color=COLORS[side], line_color=None,
                selection_fill_color=COLORS[side], nonselection_fill_alpha=1.0,
            )
            for side in self._sides
        }  # fmt: skip
        drawn = list(self._bars.values())
        pairs = zip(called or [say(side, lang) for side in self._sides], self._sides, strict=True)
        words = [(word, f"{side}_text") for word, side in pairs]
        more = [(word, column) for column, word in columns.items()]
        self.click(drawn, [(say("mission", lang), "name"), *words, *more])
        self._drawn: tuple[list[str], int] = ([], 0)

    def draw(
        self, ids: Sequence[str], names: Mapping[str, str], values: Mapping[str, Any],
        write: Callable[[float], str], **columns: Sequence[str],
    ) -> None:  # fmt: skip
        """Show values by side, one a mission, in order from the top.

        Parameters
        ----------
        ids : sequence of str
            Missions.
        names : mapping of str to str
            What they are called.
        values : mapping of str to array
            Values by side; sides that are left out have no bars.
        write : callable
            Writes a value in words.
        **columns : sequence of str
            Further columns.
        """
        called = [names.get(id, id) for id in ids]
        if (called, len(values)) != self._drawn:
            pixels = BAR_ROW + 8 * (len(values) - 2)
            name_rows(self.figure, called, pixels, LEAST_ROWS, BELOW)
            self._drawn = (called, len(values))
        rows, height = -np.arange(len(ids), dtype=float), 0.8 / max(len(values), 1)
        data: dict[str, Any] = {"id": list(ids), "name": called, **columns}
        for side in self._sides:
            numbers = np.asarray(values.get(side, np.full(len(ids), np.nan)), dtype=float)
            place = list(values).index(side) if side in values else 0
            self._bars[side].visible = side in values
            self._bars[side].glyph.height = 0.95 * height
            data[side], data[f"{side}_y"] = numbers, rows + 0.4 - height * (place + 0.5)
            data[f"{side}_text"] = [write(value) for value in numbers]
        self.source.data = data
        self.figure.visible = len(ids) > 0


class FillChart(Bars):
    """Fill rate of every mission that does not get all that it asks for."""

    def __init__(self, lang: str):
        super().__init__("fill", lang, {"asked": say("asked", lang)})
        percent_axis(self.figure.xaxis[0], lang)

    def show(self, pictures: Pictures, names: dict[str, str]) -> str:
        """Show fill as planned and as changed."""
        table = fill_table(pictures)
        sides = {side: table[f"{side}_fill_rate"] for side in SIDES}
        short = np.logical_or.reduce([column < FULL_RATE for column in sides.values()])
        now = int((sides["variant"] < FULL_RATE).sum())
        shown = table[short]
        asked = shown["variant_asked_person_months"]
        asked = asked.where(asked > 0, shown["plan_asked_person_months"])
        self.draw(
            shown["mission"].tolist(), names,
            {side: column[short] for side, column in sides.items()},
            lambda share: rate(share, self.lang),
            asked=[number(value, self.lang, 0) for value in asked],
        )  # fmt: skip
        return seen("fill", self.lang, now, int(sides["variant"].notna().sum()))


def fill_table(pictures: Pictures) -> pd.DataFrame:
    """Return fill by mission side by side, main task 1 first."""
    values = ["asked_person_months", "filled_person_months", "fill_rate"]
    keys = ["main_task", "mission"]
    table = beside(pictures["plan"].fill, pictures["variant"].fill, keys, values)
    asked = table[["plan_asked_person_months", "variant_asked_person_months"]].max(axis=1)
    table = table[asked > 0]
    return table.sort_values("main_task", kind="stable").reset_index(drop=True)


def lost_table(pictures: Pictures, package: str) -> pd.DataFrame:
    """Return displacement by mission of both main tasks side by side, largest first."""

    def of(picture: Picture) -> pd.DataFrame:
        lost = picture.displacement
        return lost[lost["package"] == package]

    tables = {side: of(picture) for side, picture in pictures.items()}
    plan, variant = tables.pop("plan"), tables.pop("variant")
    value = "displaced_person_months"
    columns = [value, "most_persons", "months"]
    table = beside(plan, variant, ["main_task", "mission"], columns, **tables)
    sizes = table[[f"{side}_{value}" for side in pictures]].abs()
    order = sizes.max(axis=1).fillna(0).sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def small(table: pd.DataFrame, side: str = "") -> pd.Series[bool]:
    """Return which rows never lose half a person at a time, and gain nothing to speak of.

    Parameters
    ----------
    table : DataFrame
        What missions lose, or :func:`lost_table`.
    side : str
        Of plan and variants side by side, which one.
    """
    before = f"{side}_" if side else ""
    months = table[f"{before}months"].fillna(0)
    lost = table[f"{before}displaced_person_months"].fillna(0)
    return (months == 0) & (lost > -MIN_DISPLACEMENT)


def small_everywhere(table: pd.DataFrame, sides: Iterable[str]) -> pd.Series[bool]:
    """Return which rows of :func:`lost_table` are small in the plan and in every variant."""
    return np.logical_and.reduce([small(table, side) for side in sides])


class LostChart(Bars):
    """Person-months that other missions lose to a package.

    Parameters
    ----------
    lang : str
    sides : sequence of str
        Sides that pictures may have.
    """

    def __init__(self, lang: str, sides: Sequence[str] = ALL_SIDES):
        super().__init__("lost", lang, {"task": say("main_task", lang)}, sides)

    def show(self, pictures: Pictures, names: dict[str, str], package: str, title: str) -> str:
        """Show who loses most to a package; what never is half a person at a time in one bar."""
        table = lost_table(pictures, package)
        tiny = small_everywhere(table, pictures)
        columns = {side: f"{side}_displaced_person_months" for side in pictures}
        count = int((table["variant_months"] > 0).sum())
        shown, rest = table[~tiny].head(MAX_BARS), table[tiny]
        values = {side: shown[column].to_numpy() for side, column in columns.items()}
        ids, task = shown["mission"].tolist(), [str(one) for one in shown["main_task"]]
        sums = {side: float(rest[column].sum()) for side, column in columns.items()}
        if max(map(abs, sums.values())) > SHOWN:
            values = {side: np.append(one, sums[side]) for side, one in values.items()}
            names = {**names, "": say("lost_small", self.lang)}
            ids, task = [*ids, ""], [*task, ""]
        found = np.concatenate([np.zeros(1), *values.values()])
        low, high = float(np.nanmin(found)), float(np.nanmax(found))
        self.figure.x_range.update(start=1.05 * low, end=1.05 * high or 1.0)
        self.draw(ids, names, values, lambda lost: amount(lost, self.lang), task=task)
        return seen("lost", self.lang, count, package=title)


def seen(name: str, lang: str, count: int, total: int = 0, package: str = "") -> str:
    """Return the title of a chart: how many of what is shown are affected.

    Examples
    --------
    >>> seen("binds", "en", 8, 15), seen("binds", "nl", 0, 4)
    ('Eight of 15 pools run out in some month', 'Geen van de vier pools raakt uitgeput')
    """
    words = say("numbers", lang).split()

    def counted(number_of: int) -> str:
        return words[number_of] if number_of < len(words) else number(number_of, lang, 0)

    key = {0: f"{name}_seen_none", 1: f"{name}_seen_one"}.get(count, f"{name}_seen")
    text = say(key, lang, count=counted(count), total=counted(total), package=package)
    return text[:1].upper() + text[1:]


class TimeChart(PageChart):
    """People on duty month by month, of a mission or a whole main task, against what is asked."""

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
        self.click([self._months], rows)

    def show(self, pictures: Pictures, what: str, name: str) -> str:
        """Show a mission by its id, or a main task by its number, and what that is called."""
        table = time_table(pictures, what)
        months = table["month"].tolist()
        month_axis(self.figure, months)
        columns = {
            "asked": table["variant_asked_person_months"],
            "plan": table["plan_filled_person_months"],
            "variant": table["variant_filled_person_months"],
        }
        top = 1.08 * float(np.nanmax([1.0, *(column.max() for column in columns.values())]))
        self.figure.y_range.end = self._months.glyph.top = top
        self.figure.x_range.update(start=-0.5, end=len(table) - 0.5)
        data: dict[str, Any] = {"x": np.arange(len(table)), "id": months}
        data["month"] = [month_name(month, self.lang) for month in months]
        for side, column in columns.items():
            data[side] = column.to_numpy()
            data[f"{side}_text"] = [amount(value, self.lang) for value in column]
        self.source.data = data
        asked, filled = (float(columns[side].sum()) for side in ("asked", "variant"))
        share = rate(filled / asked, self.lang, 0) if asked > 0 else ""
        return say("time_seen" if share else "time_seen_none", self.lang, name=name, share=share)


def time_table(pictures: Pictures, what: str) -> pd.DataFrame:
    """Return people asked and on duty by month side by side; months without anybody hold 0."""

    column = "main_task" if what.isdigit() else "mission"
    wanted = int(what) if what.isdigit() else what
    values = ["asked_person_months", "filled_person_months"]

    def of(picture: Picture) -> pd.DataFrame:
        lines = picture.timeline[picture.timeline[column] == wanted]
        sums = lines.groupby("month")[values].sum().reindex(picture.months, fill_value=0.0)
        return sums.rename_axis("month").reset_index()

    plan, variant = (of(pictures[side]) for side in SIDES)
    return beside(plan, variant, ["month"], values).sort_values("month", ignore_index=True)


TOUR_ROW = 11
"""Height of a tour's row, in pixels."""


class TourChart(PageChart):
    """Tours of one mission: who is there from when to when, as planned and as changed."""

    def __init__(self, lang: str):
        texts = [f"{side}_text" for side in SIDES]
        columns = ("y", "left", "right", *SIDES, *texts, "id", "when")
        super().__init__("tours", lang, columns, 120)
        self.figure.yaxis.visible = False
        drawn = [
            self.figure.hbar(
                y="y", left="left", right=side, height=height, source=self.source, line_color=None,
                fill_color=COLORS[side], nonselection_fill_alpha=1.0,
            )
            for side, height in (("plan", 0.9), ("variant", 0.5))
        ]  # fmt: skip
        self.click(drawn, [("", "when"), *((say(side, lang), f"{side}_text") for side in SIDES)])

    def show(self, pictures: Pictures, what: str, name: str) -> str:
        """Show the tours of a mission by its id; those of a main task are too many."""
        months = pictures["variant"].months
        table = tour_table(pictures, what)
        self.figure.visible = len(table) > 0
        if not len(table):
            return say("tours_choose" if what.isdigit() else "tours_none", self.lang, name=name)
        place = {month: number for number, month in enumerate(months)}
        last = len(months) - 1
        first = [place.get(month, 0) for month in table["first_month"]]
        ends = [place.get(month, last) for month in table["last_month"]]
        month_axis(self.figure, months)
        self.figure.x_range.update(start=-0.5, end=last + 0.5)
        self.figure.y_range.update(start=-len(table) + 0.5, end=0.5)
        self.figure.height = TOUR_ROW * max(len(table), 4) + 44
        data: dict[str, Any] = {"y": -np.arange(len(table)), "left": np.array(first) - 0.5}
        for side in SIDES:
            people = table[f"{side}_persons"].fillna(0.0)
            data[side] = np.where(people > SHOWN, np.array(ends) + 0.5, np.nan)
            data[f"{side}_text"] = [amount(one, self.lang) for one in people]
        data["right"] = np.array(ends) + 0.5
        data["id"] = [months[one] for one in first]
        data["when"] = [
            f"{month_name(row.first_month, self.lang)} – {month_name(row.last_month, self.lang)}"
            for row in each(table)
        ]
        self.source.data = data
        count = int((table["variant_persons"].fillna(0.0) > SHOWN).sum())
        return say("tours_seen", self.lang, name=name, count=number(count, self.lang, 0))


def tour_table(pictures: Pictures, mission: str) -> pd.DataFrame:
    """Return the tours of a mission that reach into the reported months, side by side."""

    def of(picture: Picture) -> pd.DataFrame:
        tours = picture.tours
        first, last = picture.months[0], picture.months[-1]
        seen = (tours["first_month"] <= last) & (tours["last_month"] >= first)
        return tours[(tours["mission"] == mission) & seen]

    plan, variant = (of(pictures[side]) for side in SIDES)
    table = beside(plan, variant, ["first_month", "last_month"], ["persons"])
    return table.sort_values(["first_month", "last_month"], ignore_index=True)


HEAT_ROW = 30
"""Height of a pool's row, in pixels."""

OFFSETS = {"plan": 0.22, "variant": -0.22}
"""Plan above variant, and how far from the middle of the row."""


class BindChart(PageChart):
    """Months in which pools bind."""

    def __init__(self, lang: str):
        columns = ("y", "x", "id", "color", "pool", "side", "month")
        super().__init__("binds", lang, columns, 120)
        drawn = self.figure.rect(
            x="x", y="y", width=1.0, height=0.4, source=self.source, line_color=None,
            fill_color="color", nonselection_fill_alpha=1.0,
        )  # fmt: skip
        rows = [(say("pool", lang), "pool"), ("", "side"), (say("month", lang), "month")]
        self.click([drawn], rows)

    def show(self, pictures: Pictures) -> str:
        """Show bottlenecks as planned and as changed."""
        months = pictures["variant"].months
        names = pool_names(pictures, self.lang)
        column = {month: number for number, month in enumerate(months)}
        table = bind_table(pictures)
        table = table[table["month"].isin(column)]
        order = [pool for pool in names if pool in set(table["pool"])]
        row = {pool: -number for number, pool in enumerate(order)}
        name_rows(self.figure, [names[pool] for pool in order], HEAT_ROW, 1, 44)
        self.figure.x_range.update(start=-0.5, end=len(months) - 0.5)
        month_axis(self.figure, months)
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
        return seen("binds", self.lang, count, len(names))


def pool_names(pictures: Pictures, lang: str) -> dict[str, str]:
    """Return what pools are called, by id."""
    rows = (row for side in SIDES for row in each(pictures[side].pools))
    return {row.pool: named(row, lang, "pool_name") for row in rows}


def bind_table(pictures: Pictures) -> pd.DataFrame:
    """Return the bottlenecks of plan and variant below each other, with the column ``side``."""
    import pandas as pd

    parts = [pictures[side].bottlenecks.assign(side=side) for side in SIDES]
    return pd.concat(parts, ignore_index=True)


BINS = 24
"""Bars of the histogram."""

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


class FanChart(PageChart):
    """Fill rate month by month over the draws: half of them, nine tenths of them, the middle."""

    def __init__(self, lang: str):
        columns = ("x", "month", *BAND, "plan", *(f"{side}_text" for side in SIDES))
        super().__init__("fan", lang, columns, 240, x=(0, 1), y=(0, 1.03))
        self.figure.ygrid.grid_line_color = COLORS["grid"]
        percent_axis(self.figure.yaxis[0], lang)
        line = {"x": "x", "source": self.source}
        for low, high, colour in (("q05", "q95", "wide"), ("q25", "q75", "band")):
            self.figure.varea(y1=low, y2=high, fill_color=COLORS[colour], **line)
        self.figure.line(y="plan", line_color=COLORS["plan"], line_width=4, **line)
        middle = self.figure.line(y="q50", line_color=COLORS["variant"], line_width=2, **line)
        words = ((say(side, lang), f"{side}_text") for side in SIDES)
        hover(self.figure, [middle], [(say("month", lang), "month"), *words])

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
            " – ".join(percent(one, self.lang) for one in (row.q05, row.q50, row.q95))
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


class SpreadChart(PageChart):
    """How often which displacement came out of the draws."""

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
        words = ((say(side, lang), side) for side in SIDES)
        hover(self.figure, [plan, variant], [("", "from_to"), *words])

    def show(self, plan: Outlook, variant: Outlook, package: str) -> str:
        """Show what a package displaces in the draws."""
        both = {
            side: outlook.each[package].dropna().to_numpy()
            for side, outlook in zip(SIDES, (plan, variant), strict=True)
            if package in outlook.each
        }
        if "variant" not in both:
            return ""
        every = np.concatenate([[0.0, 1.0], *both.values()])
        edges = np.linspace(every.min(), every.max(), BINS + 1)
        counts = {side: np.histogram(values, edges)[0] for side, values in both.items()}
        none = np.zeros(len(edges) - 1, dtype=np.int64)
        counts = {side: counts.get(side, none) for side in SIDES}
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
        found = variant.headlines[package]
        low, high = (rough(one, self.lang) for one in (found.q05, found.q95))
        draws = number(found.draws, self.lang, 0)
        return say("spread_seen", self.lang, draws=draws, low=low, high=high)


class ChanceChart(Bars):
    """Chance that a mission is filled at least so far; those that always are have no bars."""

    def __init__(self, lang: str):
        super().__init__("chance", lang, {})
        percent_axis(self.figure.xaxis[0], lang)

    def show(self, plan: Outlook, variant: Outlook, names: dict[str, str]) -> None:
        """Show chances as planned and as changed."""
        table = chance_table(plan, variant)
        columns = [f"{side}_chance" for side in SIDES]
        table = table[(table[columns] < 1).any(axis=1)]
        reach = percent(variant.reach, self.lang, 0)
        self.figure.xaxis.axis_label = say("chance_axis", self.lang, reach=reach)
        values = {side: table[f"{side}_chance"] for side in SIDES}
        missions = table["mission"].tolist()
        self.draw(missions, names, values, lambda share: percent(share, self.lang, 0))


def chance_table(plan: Outlook, variant: Outlook) -> pd.DataFrame:
    """Return chances and means by mission side by side, main task 1 first."""
    values = ["mean", "standard_error", "chance", "chance_standard_error"]
    table = beside(plan.fill, variant.fill, ["main_task", "mission"], values)
    return table.sort_values("main_task", kind="stable").reset_index(drop=True)
