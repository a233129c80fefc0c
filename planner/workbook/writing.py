"""Workbooks for Excel and LibreOffice: a scenario with its result and its draws, or a blank one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.compile.build import cap_layers
from planner.errors import InputError, ResultError
from planner.labels import LANGUAGES, label, months, named, number, percent, rate
from planner.months import Month
from planner.scenario.data import caps_text
from planner.scenario.inputs import Inputs, options_text
from planner.scenario.load import Scenario, loads
from planner.terms import term
from planner.tolerances import SHOWN
from planner.workbook.fields import (
    SETTINGS,
    SHEETS,
    Sheet,
    SheetField,
    choice,
    heading,
    helps,
    rows_of,
    settings_of,
)
from planner.workbook.importing import kept_lines
from planner.workbook.reading import HIDDEN
from planner.workbook.sheets import (
    ABOUT,
    COLOURS,
    INPUT,
    OUTCOME,
    TOP,
    Paper,
    SheetColumn,
    SheetPage,
    bars,
    pool_chart,
)
from planner.workbook.words import say

if TYPE_CHECKING:
    import pandas as pd

    from planner.figures.names import EnsembleNames
    from planner.montecarlo.ensemble import Ensemble
    from planner.results.result import Tables
    from planner.scenario.load import Scenario

__all__ = [
    "Cover",
    "add_futures",
    "add_manifest",
    "add_outcomes",
    "draws_in_short",
    "draws_manifest",
    "fill_in",
    "write_template",
    "write_workbook",
]

SPARE = 500
"""Rows below those filled in which choices can be made from lists."""

_WINDOW = {"from": "window_from", "to": "window_to"}
"""Settings that have the names of other columns."""

FORMS = {"number": "general", "whole": "general", "month": "month", "known": "month"}

_OUTCOME_SHEETS = (
    "fill", "fill_months", "allocation", "pool_months", "displacement", "bottlenecks", "unmet",
    "futures", "drivers", "figures", "manifest",
)  # fmt: skip

SIZES = ("mean", "standard_error", "low", "high", "q05", "q25", "q50", "q75", "q95")
"""What is shown of every quantity."""

REACH = 0.9
"""Fill rate of which the probability is shown, as the words above the table say."""

_PROVED = (
    "digest", "rule", "made", "stopped", "unproved", "plans", "certificate",
)  # fmt: skip
"""What the manifest of a workbook says of futures."""

MONTH = 6.5
"""Width of a month."""

_MAIN_TASK = ("main_task", 12, "general")
"""Column of the main task of a mission."""


def fill_in(paper: Paper, scenario: Scenario) -> None:
    """Write every sheet that can be filled in."""
    _settings(paper, scenario)
    rows = rows_of(scenario.inputs)
    pages = {name: paper.page(name, INPUT) for name in SHEETS}
    for name, sheet in SHEETS.items():
        _sheet(pages[name], sheet, rows[name], pages)


def _settings(paper: Paper, scenario: Scenario) -> None:
    page, lang = paper.page("settings", INPUT), paper.lang
    page.headings(say("about_settings", lang))
    values = settings_of(scenario)
    for place, key in enumerate(("field", "value_given", "explanation")):
        page.put(TOP, place, say(key, lang), "text", "head", INPUT)
    for column, width in enumerate((24, 80, 70)):
        page.sheet.set_column(column, column, width)
    for row, field in enumerate(SETTINGS, TOP + 1):
        page.put(row, 0, heading(field.name, lang), "text", "bold", "wrap")
        form = FORMS.get(field.column.kind, "text")
        page.put(row, 1, shown(values[field.name], field, lang), form, "wrap", "left")
        about = helps(_WINDOW.get(field.name, field.name), lang)
        page.put(row, 2, about, "text", "quiet", "wrap")
        page.sheet.set_row(row, 15 * (1 + len(str(values[field.name] or "")) // 85))
        _limit(page, field, (row, 1, row, 1), {})
    page.sheet.freeze_panes(TOP + 1, 1)


def _sheet(
    page: SheetPage, sheet: Sheet, rows: Sequence[Mapping[str, Any]], pages: Mapping[str, SheetPage]
) -> None:
    lang = page.lang
    page.headings(say(f"about_{sheet.name}", lang))
    columns = [
        SheetColumn(heading(one.name, lang), one.width, FORMS.get(one.column.kind, "text"))
        for one in sheet.fields
    ]
    cells = [[shown(row[one.name], one, lang) for one in sheet.fields] for row in rows]
    last = page.table(columns, cells, sheet.still)
    for place, one in enumerate(sheet.fields):
        _limit(page, one, (TOP + 1, place, last + SPARE, place), pages)
        if text := helps(one.name, lang):
            said = {
                "validate": "any",
                "input_title": heading(one.name, lang)[:32],
                "input_message": text[:255],
            }
            page.sheet.data_validation(TOP, place, TOP, place, said)


def shown(value: Any, field: SheetField, lang: str) -> Any:
    """Return a value as a cell shows it.

    Examples
    --------
    >>> shown(("staff", "civil"), SHEETS["demands"].field("pools"), "nl")
    'staff, civil'
    >>> shown("military", SHEETS["pools"].field("category"), "nl")
    'militair'
    """
    kind = field.column.kind
    if kind == "options":
        return options_text(value).replace(" ", ", ")
    if kind == "caps":
        return ", ".join(caps_text(value))
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, str) and value and kind in ("choice", "known"):
        return choice(value, lang)
    return value


def _limit(
    page: SheetPage,
    field: SheetField,
    where: tuple[int, int, int, int],
    pages: Mapping[str, SheetPage],
) -> None:
    """Let a spreadsheet offer what a cell may hold, and refuse what it may not."""
    lang, column = page.lang, field.column
    said: dict[str, Any] = {"error_title": say("invalid", lang)[:32], "ignore_blank": True}
    if column.kind in ("choice", "flag"):
        values = ("yes", "no") if column.kind == "flag" else column.choices
        said |= {
            "validate": "list",
            "source": [choice(value, lang) for value in values],
            "error_message": say("invalid_list", lang),
        }
    elif field.refers and column.kind == "id" and field.refers in pages:
        target = pages[field.refers]
        said |= {
            "validate": "list",
            "source": f"={target.quoted}!$A${TOP + 2}:$A${TOP + 2 + SPARE}",
            "error_type": "warning",
            "error_message": say("invalid_list", lang),
        }
    elif column.kind in ("number", "whole") and column.low > -1e6:
        said |= {
            "validate": "decimal" if column.kind == "number" else "integer",
            "criteria": "between",
            "minimum": column.low,
            "maximum": min(column.high, 1e12),
            "error_message": say("invalid_number", lang, low=column.low, high=column.high),
        }
    else:
        return
    page.sheet.data_validation(*where, said)


class Cover:
    """The cover: added first, so that it stands first, and written last, when all else is known."""

    def __init__(self, paper: Paper):
        self.page, self.lang = paper.page("cover", ABOUT), paper.lang
        self.row = 0

    def write(
        self,
        scenario: Scenario,
        result: Tables | None,
        futures: Ensemble | None = None,
        blank: bool = False,
    ) -> None:
        """Write title, what came out in short, the list of sheets, and how to use them."""
        page, lang = self.page, self.lang
        for column, width in enumerate((26, 105, 28)):
            page.sheet.set_column(column, column, width)
        title = named(scenario, lang, "title") or scenario.name
        self._line(0, say("cover_none", lang) if blank else title, "title")
        page.sheet.set_row(0, 26)
        if summary := named(scenario, lang, "summary"):
            self._block(summary)
        inputs = scenario.inputs
        ours = inputs.rule if result is None else result.rule
        rule = say("rule_line", lang, rule=label(ours, lang))
        self._line(0, f"{months(inputs.first, inputs.last, lang)}; {rule}", "quiet")
        if result is not None:
            self._head("cover_results")
            for sentence in in_short(result, lang):
                self._block(sentence)
            for sentence in draws_in_short(futures, lang) if futures is not None else ():
                self._block(sentence)
        self._head("cover_sheets")
        self._sheets()
        self._head("cover_how")
        for place in range(1, 5):
            self._block(say(f"cover_how_{place}", lang))
        if result is not None:
            self._head("cover_not")
            for place in range(1, 3):
                self._block(say(f"cover_not_{place}", lang))
        page.sheet.fit_to_pages(1, 1)
        page.sheet.set_first_sheet()
        page.sheet.activate()

    def _line(self, column: int, text: str, *traits: str) -> None:
        self.page.put(self.row, column, text, "text", *traits, "flush")
        self.row += 1

    def _head(self, key: str) -> None:
        self.row += 1
        self._line(0, say(key, self.lang), "bold")

    def _block(self, text: str) -> None:
        """Write a paragraph over the width of the page; a merged cell wraps, but is as high as
        one line unless its row is."""
        look = self.page.paper.format("text", "wrap", "flush")
        self.page.sheet.merge_range(self.row, 0, self.row, 2, "", look)
        self.page.put(self.row, 0, text, "text", "wrap", "flush")
        self.page.sheet.set_row(self.row, 13.5 * (1 + len(text) // 175) + 2)
        self.row += 1

    def _sheets(self) -> None:
        paper, lang = self.page.paper, self.lang
        titles = {sheet.get_name() for sheet in paper.book.worksheets()}
        for name in ("settings", *SHEETS, *_OUTCOME_SHEETS):
            title = say(f"sheet_{name}", lang)
            if title not in titles:
                continue
            given = name == "settings" or name in SHEETS
            link = f"internal:'{title}'!A1"
            look = paper.format("text", "link", "top", "flush")
            self.page.sheet.write_url(self.row, 0, link, look, title)
            self.page.put(self.row, 1, say(f"about_{name}", lang), "text", "wrap")
            use = say("cover_inputs" if given else "cover_outcomes", lang)
            self.page.put(self.row, 2, use, "text", "input" if given else "outcome", "top")
            if len(say(f"about_{name}", lang)) > 125:
                self.page.sheet.set_row(self.row, 27)
            self.row += 1


def in_short(result: Tables, lang: str) -> list[str]:
    """Return what came out in a few sentences."""
    whole = result.fill_by().iloc[0]
    said = [
        say(
            "cover_asked",
            lang,
            filled=number(whole["filled_person_months"], lang, 0),
            asked=number(whole["asked_person_months"], lang, 0),
            rate=percent(whole["fill_rate"], lang),
        )
    ]
    for row in result.packages.itertuples():
        counts = {
            "filled": row.filled_person_months,
            "asked": row.asked_person_months,
            "lost": row.displaced_main_task_2,
            "other": row.displaced_main_task_1,
        }
        numbers = {name: number(float(value), lang, 0) for name, value in counts.items()}  # type: ignore[arg-type]
        said.append(say("cover_package", lang, title=named(row, lang, "title"), **numbers))
    return said or [say("no_packages", lang)]


def add_manifest(paper: Paper, result: Tables, futures: Ensemble | None = None) -> None:
    """Write what went in and what proves the answer."""
    page, lang = paper.page("manifest", ABOUT), paper.lang
    page.headings(say("about_manifest", lang))
    page.sheet.set_column(0, 0, 44)
    page.sheet.set_column(1, 1, 100)
    for place, key in enumerate(("what", "value_given")):
        page.put(TOP, place, say(key, lang), "text", "head", ABOUT)
    said = dict(result.manifest) | (draws_manifest(futures) if futures is not None else {})
    for row, (name, value) in enumerate(_flat(said), TOP + 1):
        page.put(row, 0, name)
        page.put(row, 1, value, "text" if isinstance(value, str) else "general", "left")
    page.sheet.freeze_panes(TOP + 1, 1)


def _flat(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Return a manifest as lines: dotted path and value."""
    if isinstance(value, dict) and "file" in value and "sha256" in value:
        return [(f"{path.rpartition('.')[0]}.{value['file']}", str(value["sha256"]))]
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value, 1)
        inner = [_flat(item, f"{path}.{key}" if path else str(key)) for key, item in pairs]
        return [line for lines in inner for line in lines]
    if value is None or isinstance(value, bool):
        return [(path, "" if value is None else str(value).lower())]
    return [(path, value)]


def draws_manifest(futures: Ensemble) -> dict[str, Any]:
    """Return what the manifest of a workbook says of futures: how drawn, and what proves them."""
    manifest, design = futures.manifest, futures.metadata.design
    drawn = {name: getattr(design, name) for name in ("draws", "seed", "sampling", "replicates")}
    return {"futures": {**drawn, **{name: manifest[name] for name in _PROVED}}}


def draws_in_short(futures: Ensemble, lang: str) -> Iterator[str]:
    """Yield a sentence on each package, or on the fill if none exists."""
    from planner.figures.names import EnsembleNames

    names, table = EnsembleNames(futures, lang), _by_quantity(futures)
    for id in futures.packages:
        row = table[f"displacement.{id}"]
        people = {key: number(row[key], lang, 0) for key in ("mean", "low", "high", "q05", "q95")}
        yield say(
            "cover_futures", lang, draws=names.draws, title=names.package(id), **people
        )  # fmt: skip
    if not futures.packages:
        row = table["fill"]
        shares = {key: rate(row[key], lang) for key in ("mean", "low", "high", "q05", "q95")}
        yield say("cover_futures_fill", lang, draws=names.draws, **shares)


def _by_quantity(futures: Ensemble) -> dict[str, dict[Any, Any]]:
    return {row["quantity"]: row for row in futures.total.to_dict("records")}


def add_futures(paper: Paper, futures: Ensemble) -> None:
    """Write the sheets of many futures."""
    from planner.figures.names import EnsembleNames

    names = EnsembleNames(futures, paper.lang)
    _draws_summary(paper, futures, names)
    _drivers(paper, futures, names)


def _draws_summary(paper: Paper, futures: Ensemble, names: EnsembleNames) -> None:
    lang, page = paper.lang, paper.page("futures", OUTCOME)
    page.headings(say("about_futures", lang))
    rows = [*_totals(futures, names), *_fills(futures, names), *_losses(futures, names)]
    columns = _columns(
        lang, ("what", 26), ("package", 18), ("mission", 22), ("name", 44), ("unit", 18),
        *((f"draws_{size}", 13, "by_row") for size in SIZES), ("draws_chance", 11, "percent_whole"),
    )  # fmt: skip
    shares = term("share", lang)
    forms = ["percent" if row[4] == shares else "one" for row in rows]
    page.table(columns, rows, 4, forms)
    where, first = TOP + 1, len(columns) + 1
    lost = say("draws_displacement", lang)
    for id in futures.packages:
        span = [at for at, row in enumerate(rows, TOP + 1) if row[0] == lost and row[1] == id]
        if span:
            title = say("chart_futures", lang, title=names.package(id))
            block = [rows[at - TOP - 1] for at in span]
            spread = [(row[5], row[9], row[13]) for row in block]  # mean, 5 % and 95 % of draws
            where += bars(
                page, title, max(span), 5, "short", column=first, first=min(span), row=where,
                names=3, spread=spread,
            )  # fmt: skip


def _totals(futures: Ensemble, names: EnsembleNames) -> Iterator[list[Any]]:
    lang = names.lang
    for row in futures.total.to_dict("records"):
        unit = term("share", lang) if row["unit"] == "share" else label("person_months", lang)
        yield [
            say("draws_total", lang), row["package"], "", names.quantity(row["quantity"]), unit,
            *(row[size] for size in SIZES), None,
        ]  # fmt: skip


def _fills(futures: Ensemble, names: EnsembleNames) -> Iterator[list[Any]]:
    lang = names.lang
    for layer in ("planned", "present"):
        for row in futures.fill_by("mission", layer=layer, reach=REACH).to_dict("records"):
            yield [
                say(f"draws_{layer}", lang), "", row["mission"], names.mission(row["mission"]),
                term("share", lang), *(row[size] for size in SIZES), row["chance"],
            ]  # fmt: skip


def _losses(futures: Ensemble, names: EnsembleNames) -> Iterator[list[Any]]:
    """Yield what each package displaces, the largest first, and below it what main task 1 loses."""
    lang = names.lang
    table = futures.displacement_by("mission", "main_task", main_task=None)
    order = ["package", "main_task", "mean"]
    for row in table.sort_values(order, ascending=[True, False, False]).to_dict("records"):
        if max(abs(row["mean"]), abs(row["q05"]), abs(row["q95"])) < SHOWN:
            continue
        kind = "draws_displacement" if row["main_task"] == 2 else "draws_other"
        yield [
            say(kind, lang), row["package"], row["mission"], names.mission(row["mission"]),
            label("person_months", lang), *(row[size] for size in SIZES), row["chance"],
        ]  # fmt: skip


def _drivers(paper: Paper, futures: Ensemble, names: EnsembleNames) -> None:
    lang, page = paper.lang, paper.page("drivers", OUTCOME)
    page.headings(say("about_drivers", lang))
    rows = [
        [
            names.quantity(row["quantity"]), row["factor"], names.factor(row["factor"]),
            label(row["basis"], lang), row["rank_correlation"], row["standard_error"], row["low"],
            row["high"], row["explains"], choice("yes" if row["clear"] else "no", lang),
        ]
        for row in futures.ranking.to_dict("records")
    ]  # fmt: skip
    sizes = ("rank_correlation", "draws_standard_error", "draws_low", "draws_high")
    columns = _columns(
        lang, ("quantity", 48), ("figure", 40), ("name", 60), ("basis", 12),
        *((size, 13, "two") for size in sizes), ("explains", 12, "percent"), ("clear", 12),
    )  # fmt: skip
    page.table(columns, rows, 3, empty="nothing_uncertain")


def add_outcomes(
    paper: Paper, result: Tables, inputs: Inputs, futures: Ensemble | None = None
) -> None:
    """Write every sheet of a result, and those of many futures if any exist."""
    for name, write in _SHEETS.items():
        if name == "figures" and futures is not None:
            add_futures(paper, futures)
        if name == "unmet" and result.unmet_bounds.empty:
            continue
        page = paper.page(name, OUTCOME)
        page.headings(say(f"about_{name}", paper.lang))
        write(page, result, inputs)


def _records(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    return frame.to_dict("records")


def _columns(
    lang: str, *columns: tuple[Any, ...], words: Callable[..., str] = say
) -> list[SheetColumn]:
    """Return columns, each given by the word above it, its width and its number format."""
    return [SheetColumn(words(word, lang), *looks) for word, *looks in columns]


def _counts(
    lang: str, unit: str, width: float, *words: str, total: bool = False
) -> list[SheetColumn]:
    """Return columns of persons or person-months, with the unit in their headings."""
    heads = (say(f"{unit}_head", lang, what=say(word, lang)) for word in words)
    return [SheetColumn(head, width, "one", total) for head in heads]


def _mission_columns(lang: str) -> list[SheetColumn]:
    return _columns(
        lang, ("mission", 24), ("name", 38), ("organisation", 14), ("region", 20), _MAIN_TASK
    )


def _mission(id: str, inputs: Inputs, lang: str) -> list[Any]:
    one = inputs.missions[id]
    said = [term(text, lang) for text in (one.organisation, one.region)]
    return [id, named(one, lang), *said, one.main_task]


def _fill(page: SheetPage, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    rows = _records(result.fill_by("mission"))
    rows.sort(key=lambda row: inputs.missions[row["mission"]].main_task)
    columns = [
        *_mission_columns(lang),
        *_counts(lang, "person_months", 17, "asked", "filled", "short", total=True),
        SheetColumn(say("fill_rate", lang), 12, "percent"),
    ]
    cells = []
    for row in rows:
        asked, filled = row["asked_person_months"], row["filled_person_months"]
        about = _mission(row["mission"], inputs, lang)
        cells.append([*about, asked, filled, asked - filled, row["fill_rate"]])
    last = page.table(columns, cells, 2)
    asked, filled = (sum(row[place] for row in cells) for place in (5, 6))
    look = page.paper.format("percent", "total")
    share = filled / asked if asked else 0.0
    page.sheet.write_formula(TOP - 1, 8, f'=IF(F{TOP}>0,G{TOP}/F{TOP},"")', look, share)
    page.sheet.conditional_format(
        TOP + 1, 8, last, 8,
        {
            "type": "data_bar", "bar_color": COLOURS["resting"], "bar_solid": True,
            "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1,
        },
    )  # fmt: skip
    bars(page, say("chart_fill", lang), last, 8, "on_duty", column=10, share=True)


def _months(inputs: Inputs) -> list[Month]:
    return [inputs.first + place for place in range(inputs.last - inputs.first + 1)]


def _fill_months(page: SheetPage, result: Tables, inputs: Inputs) -> None:
    lang, months = page.lang, _months(inputs)
    fill = {
        (row["mission"], row["month"]): row["fill_rate"]
        for row in _records(result.fill_by("mission", "month"))
    }
    missions = list(dict.fromkeys(mission for mission, _ in fill))
    missions.sort(key=lambda id: inputs.missions[id].main_task)
    cells = []
    for id in missions:
        shares = (fill.get((id, str(month))) for month in months)
        cells.append([*_mission(id, inputs, lang)[:2], inputs.missions[id].main_task, *shares])
    columns = _columns(lang, ("mission", 24), ("name", 38), _MAIN_TASK)
    last = _by_month(page, columns, months, cells, "percent_whole")
    page.sheet.conditional_format(
        TOP + 1, 3, last, 2 + len(months),
        {
            "type": "3_color_scale", "min_type": "num", "min_value": 0, "mid_type": "num",
            "mid_value": 0.75, "max_type": "num", "max_value": 1,
            "min_color": COLOURS["short"], "mid_color": "#F6D9B8", "max_color": "#CFE5F3",
        },
    )  # fmt: skip


def _by_month(
    page: SheetPage,
    columns: Sequence[SheetColumn],
    months: Sequence[Month],
    cells: Sequence[Sequence[Any]],
    form: str,
) -> int:
    """Write a table with a column for each month; return its last row."""
    wide = [*columns, *(SheetColumn(str(month), MONTH, form) for month in months)]
    last = page.table(wide, cells, 2)
    for place, month in enumerate(months, len(columns)):
        page.put(TOP, place, month, "month_short", "head", OUTCOME, "right")
    return last


def _allocation(page: SheetPage, result: Tables, inputs: Inputs) -> None:
    lang, months = page.lang, _months(inputs)
    people = {
        (row["demand"], row["pool"], row["month"]): row["on_duty_persons"]
        for row in _records(result.monthly)
    }
    pairs = list(dict.fromkeys((demand, pool) for demand, pool, _ in people))
    lines = {
        part.id: part for one in inputs.demands.values() if one.counts for part in cap_layers(one)
    }
    cells = []
    for demand, pool in pairs:
        line = lines[demand]
        by_month = [people.get((demand, pool, str(month))) for month in months]
        total = sum(one for one in by_month if one is not None)
        cells.append([demand, named(line, lang), line.mission, pool, total, *by_month])
    columns = [
        *_columns(lang, ("demand", 26), ("name", 38), ("mission", 24), ("pool", 20)),
        *_counts(lang, "person_months", 17, "on_duty", total=True),
    ]
    _by_month(page, columns, months, cells, "one")


def _pool_months(page: SheetPage, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    states = ("preparing", "on_duty", "resting", "idle")
    persons = [f"{key}_persons" for key in ("strength", *states)]
    cells = [
        [row["pool"], Month.parse(row["month"]), *(row[key] for key in persons)]
        for row in _records(result.pools)
    ]
    columns = [
        *_columns(lang, ("pool", 22), ("month", 11, "month")),
        *_counts(lang, "persons", 13, "strength", *states),
    ]
    last = page.table(columns, cells, 2)
    if cells:
        binding = result.bottlenecks["pool"]
        busiest = cells[0][0] if binding.empty else str(binding.value_counts(sort=True).index[0])
        pool_chart(page, cells, last, busiest, _months(inputs))


def _displacement(page: SheetPage, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    asked = result.fill_by("mission").set_index("mission")["asked_person_months"].to_dict()
    lost = result.displacement_by("mission", "main_task", main_task=None)
    order = ["package", "main_task", "displaced_person_months"]
    lost = lost.sort_values(order, ascending=[True, False, False], kind="stable")
    cells = []
    for row in _records(lost):
        mission, people = row["mission"], row["displaced_person_months"]
        share = people / asked[mission] if asked.get(mission) else None
        cells.append([row["package"], *_mission(mission, inputs, lang), people, share])
    columns = [
        SheetColumn(say("package", lang), 18),
        *_mission_columns(lang),
        *_counts(lang, "person_months", 17, "displaced"),
        SheetColumn(say("share_of_asked_head", lang), 14, "percent"),
    ]
    page.table(columns, cells, 3, empty="no_packages")
    where = TOP + 1
    for id in dict.fromkeys(row[0] for row in cells):
        span = [
            place
            for place, row in enumerate(cells, TOP + 1)
            if row[0] == id and row[5] == 2 and row[6] > SHOWN
        ]
        if span:
            title = named(inputs.packages[id], lang, "title")
            said = say("chart_displacement", lang, title=title)
            where += bars(
                page, said, max(span), 6, "short", column=9, first=min(span), row=where, names=2
            )


def _bottlenecks(page: SheetPage, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    cells = [
        [
            row["pool"],
            named(inputs.pools[row["pool"]], lang),
            Month.parse(row["month"]),
            row["strength_persons"],
            row["idle_persons"],
        ]
        for row in _records(result.bottlenecks)
    ]
    columns = [
        *_columns(lang, ("pool", 22), ("name", 38), ("month", 11, "month")),
        *_counts(lang, "persons", 14, "strength", "idle"),
    ]
    page.table(columns, cells, empty="no_bottlenecks")


def _unmet(page: SheetPage, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    cells = [
        [row["bound"], Month.parse(row["month"]), row["demands"], row["missing_persons"]]
        for row in _records(result.unmet_bounds)
    ]
    columns = [
        *_columns(lang, ("bound", 22), ("month", 11, "month"), ("demands", 50), words=heading),
        *_counts(lang, "persons", 14, "missing"),
    ]
    page.table(columns, cells)


def _figures(page: SheetPage, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    cells = [
        [
            row["figure"],
            Month.parse(row["month"]) if row["month"] else None,
            *(row[side] for side in ("value", "low", "high")),
            term(row["unit"], lang),
            term(row["basis"], lang),
            *(row[text] for text in ("source", "section", "note")),
            f"{row['file']}:{row['line']}" if row["line"] else row["file"],
        ]
        for row in _records(result.figures)
    ]
    columns = _columns(
        lang, ("figure", 42), ("month", 11, "month"),
        *((side, 12, "general") for side in ("value", "low", "high")), ("unit", 18),
        ("basis", 12), ("source", 20), ("section", 50), ("note", 40), ("written_in", 30),
        words=heading,
    )  # fmt: skip
    page.table(columns, cells)


_SHEETS: dict[str, Callable[[SheetPage, Tables, Inputs], None]] = {
    "fill": _fill,
    "fill_months": _fill_months,
    "allocation": _allocation,
    "pool_months": _pool_months,
    "displacement": _displacement,
    "bottlenecks": _bottlenecks,
    "unmet": _unmet,
    "figures": _figures,
}


def write_workbook(
    result: Tables | Scenario | Ensemble | str | Path,
    path: str | Path,
    lang: str = "en",
    futures: Ensemble | None = None,
) -> Path:
    """Write a scenario and its result as a workbook for Excel or LibreOffice.

    Parameters
    ----------
    result : Result, StoredResult, Scenario, Ensemble, str or Path
        A result, one saved in a folder, or a scenario, which is allocated first; many futures
        stand for their scenario and themselves.
    path : str or Path
        File to write, ``.xlsx``; an existing file is replaced.
    lang : {"en", "nl"}
    futures : Ensemble, optional
        Draws of the same scenario; their summary gets sheets of its own.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The ending or the language is wrong, or the futures are of something else.
    ResultError
        The file cannot be written, or a saved result does not know its scenario any more.

    Examples
    --------
    >>> import planner as pl
    >>> target = Path(tempfile.mkdtemp(), "letter.xlsx")
    >>> write_workbook(pl.allocate("letter"), target, lang="nl").name
    'letter.xlsx'
    """
    from planner.montecarlo.ensemble import Ensemble, check_same
    from planner.results.compare import as_result

    target = _target(path, lang)
    if isinstance(result, Ensemble):
        futures, scenario = result, result.specification.uncertain.scenario
        solved = as_result(scenario, futures.rule)
    else:
        solved = as_result(result)
        scenario = solved.scenario
    if futures is not None:
        check_same(futures, solved)

    def make(paper: Paper) -> None:
        cover = Cover(paper)
        fill_in(paper, scenario)
        add_outcomes(paper, solved, scenario.inputs, futures)
        add_manifest(paper, solved, futures)
        cover.write(scenario, solved, futures)
        _keep(paper, scenario)

    return _write(target, lang, make)


def write_template(path: str | Path, lang: str = "en") -> Path:
    """Write a blank workbook, to be filled in from nothing.

    Parameters
    ----------
    path : str or Path
        File to write, ``.xlsx``; an existing file is replaced.
    lang : {"en", "nl"}

    Examples
    --------
    >>> target = write_template(Path(tempfile.mkdtemp(), "blank.xlsx"))
    >>> target.stat().st_size > 5_000
    True
    """
    target = _target(path, lang)
    blank = loads("data: none\n", "blank.yaml")

    def make(paper: Paper) -> None:
        cover = Cover(paper)
        fill_in(paper, blank)
        cover.write(blank, None, blank=True)

    return _write(target, lang, make)


def _target(path: str | Path, lang: str) -> Path:
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"{path}: expected a file ending in .xlsx")
    if lang not in LANGUAGES:
        raise InputError(f"language: expected {' or '.join(LANGUAGES)}, found {lang!r}")
    return target


def _keep(paper: Paper, scenario: Scenario) -> None:
    """Keep the scenario itself in a hidden sheet, for the way back."""
    lines = kept_lines(scenario)
    if not lines:
        return
    sheet = paper.book.add_worksheet(HIDDEN)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    sheet.very_hidden()


def _write(target: Path, lang: str, make: Callable[[Paper], None]) -> Path:
    """Write a workbook beside its place, then move it into place whole."""
    try:
        handle, name = tempfile.mkstemp(prefix=".planner-", suffix=".xlsx", dir=target.parent)
        os.close(handle)
        beside = Path(name)
        try:
            paper = Paper(beside, lang)
            make(paper)
            paper.close()
            umask = os.umask(0)
            os.umask(umask)
            beside.chmod(0o666 & ~umask)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ResultError(f"{target}: cannot be written: {reason}") from None
    return target
