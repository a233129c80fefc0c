"""Workbooks for Excel and LibreOffice: a scenario with its result and its draws, or a blank one."""

from __future__ import annotations

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
from planner.store import replaced
from planner.terms import term
from planner.tolerances import SHOWN
from planner.workbook.fields import (
    SETTINGS,
    SHEETS,
    Sheet,
    SheetField,
    choice_text,
    column_help,
    heading,
    rows_of,
    settings_of,
)
from planner.workbook.importing import hidden_lines
from planner.workbook.reading import HIDDEN
from planner.workbook.sheets import (
    ABOUT,
    COLOURS,
    HEADER,
    INPUT,
    OUTCOME,
    SheetColumn,
    SheetPage,
    WorkbookWriter,
    add_bar_chart,
    add_pool_chart,
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
    "write_ensemble",
    "write_manifest",
    "write_results",
    "ensemble_sentences",
    "ensemble_manifest",
    "write_inputs",
    "write_template",
    "write_workbook",
]

VALIDATED_ROWS = 500
"""Empty rows below the table whose cells are validated."""

_WINDOW = {"from": "window_from", "to": "window_to"}
"""Settings with the same names as other columns, and the keys of their explanations."""

FORMAT_OF_KIND = {"number": "general", "whole": "general", "month": "month", "known": "month"}

_RESULT_SHEET_NAMES = (
    "fill", "fill_months", "allocation", "pool_months", "displacement", "bottlenecks", "unmet",
    "futures", "drivers", "figures", "manifest",
)  # fmt: skip

ESTIMATES = ("mean", "standard_error", "low", "high", "q05", "q25", "q50", "q75", "q95")
"""Estimates of every quantity that are shown."""

REACH = 0.9
"""Fill rate of which the probability is shown, as in the heading of the table."""

_MANIFEST_FIELDS = (
    "digest", "rule", "made", "stopped", "unproved", "plans", "certificate",
)  # fmt: skip
"""Fields of the manifest of an ensemble that a workbook shows."""

MONTH_WIDTH = 6.5
"""Width of the column of a month, characters."""

_MAIN_TASK = ("main_task", 12, "general")
"""Heading, width and format of the column of main tasks."""


def write_inputs(paper: WorkbookWriter, scenario: Scenario) -> None:
    """Write every sheet with inputs."""
    _write_settings(paper, scenario)
    rows = rows_of(scenario.inputs)
    pages = {name: paper.page(name, INPUT) for name in SHEETS}
    for name, sheet in SHEETS.items():
        _write_sheet(pages[name], sheet, rows[name], pages)


def _write_settings(paper: WorkbookWriter, scenario: Scenario) -> None:
    page, lang = paper.page("settings", INPUT), paper.lang
    page.headings(say("about_settings", lang))
    values = settings_of(scenario)
    for place, key in enumerate(("field", "value_given", "explanation")):
        page.put(HEADER, place, say(key, lang), "text", "head", INPUT)
    for column, width in enumerate((24, 80, 70)):
        page.sheet.set_column(column, column, width)
    for row, field in enumerate(SETTINGS, HEADER + 1):
        page.put(row, 0, heading(field.name, lang), "text", "bold", "wrap")
        form = FORMAT_OF_KIND.get(field.column.kind, "text")
        page.put(row, 1, cell_value(values[field.name], field, lang), form, "wrap", "left")
        about = column_help(_WINDOW.get(field.name, field.name), lang)
        page.put(row, 2, about, "text", "quiet", "wrap")
        page.sheet.set_row(row, 15 * (1 + len(str(values[field.name] or "")) // 85))
        _add_validation(page, field, (row, 1, row, 1), {})
    page.sheet.freeze_panes(HEADER + 1, 1)


def _write_sheet(
    page: SheetPage,
    sheet: Sheet,
    rows: Sequence[Mapping[str, Any]],
    pages: Mapping[str, SheetPage],
) -> None:
    lang = page.lang
    page.headings(say(f"about_{sheet.name}", lang))
    columns = [
        SheetColumn(
            heading(field.name, lang), field.width, FORMAT_OF_KIND.get(field.column.kind, "text")
        )
        for field in sheet.fields
    ]
    cells = [[cell_value(row[field.name], field, lang) for field in sheet.fields] for row in rows]
    last = page.table(columns, cells, sheet.frozen)
    for index, field in enumerate(sheet.fields):
        _add_validation(page, field, (HEADER + 1, index, last + VALIDATED_ROWS, index), pages)
        if text := column_help(field.name, lang):
            message = {
                "validate": "any",
                "input_title": heading(field.name, lang)[:32],
                "input_message": text[:255],
            }
            page.sheet.data_validation(HEADER, index, HEADER, index, message)


def cell_value(value: Any, field: SheetField, lang: str) -> Any:
    """Return the content of a cell for a value.

    Examples
    --------
    >>> cell_value(("staff", "civil"), SHEETS["demands"].field("pools"), "nl")
    'staff, civil'
    >>> cell_value("military", SHEETS["pools"].field("category"), "nl")
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
        return choice_text(value, lang)
    return value


def _add_validation(
    page: SheetPage,
    field: SheetField,
    cells: tuple[int, int, int, int],
    pages: Mapping[str, SheetPage],
) -> None:
    """Add the validation of cells: a list of choices, references, or a range of numbers."""
    lang, column = page.lang, field.column
    options: dict[str, Any] = {"error_title": say("invalid", lang)[:32], "ignore_blank": True}
    if column.kind in ("choice", "flag"):
        values = ("yes", "no") if column.kind == "flag" else column.choices
        options |= {
            "validate": "list",
            "source": [choice_text(value, lang) for value in values],
            "error_message": say("invalid_list", lang),
        }
    elif field.column.refers and column.kind == "id" and field.column.refers in pages:
        target = pages[field.column.refers]
        options |= {
            "validate": "list",
            "source": f"={target.quoted}!$A${HEADER + 2}:$A${HEADER + 2 + VALIDATED_ROWS}",
            "error_type": "warning",
            "error_message": say("invalid_list", lang),
        }
    elif column.kind in ("number", "whole") and column.low > -1e6:
        options |= {
            "validate": "decimal" if column.kind == "number" else "integer",
            "criteria": "between",
            "minimum": column.low,
            "maximum": min(column.high, 1e12),
            "error_message": say("invalid_number", lang, low=column.low, high=column.high),
        }
    else:
        return
    page.sheet.data_validation(*cells, options)


class Cover:
    """The cover: added as the first sheet, and written last, when the other sheets are known."""

    def __init__(self, paper: WorkbookWriter):
        self.page, self.lang = paper.page("cover", ABOUT), paper.lang
        self.row = 0

    def write(
        self,
        scenario: Scenario,
        result: Tables | None,
        futures: Ensemble | None = None,
        blank: bool = False,
    ) -> None:
        """Write title, summary of the result, list of sheets and instructions."""
        page, lang = self.page, self.lang
        for column, width in enumerate((26, 105, 28)):
            page.sheet.set_column(column, column, width)
        title = named(scenario, lang, "title") or scenario.name
        self._line(0, say("cover_none", lang) if blank else title, "title")
        page.sheet.set_row(0, 26)
        if summary := named(scenario, lang, "summary"):
            self._block(summary)
        inputs = scenario.inputs
        rule_name = inputs.rule if result is None else result.rule
        rule = say("rule_line", lang, rule=label(rule_name, lang))
        self._line(0, f"{months(inputs.first, inputs.last, lang)}; {rule}", "quiet")
        if result is not None:
            self._head("cover_results")
            for sentence in result_sentences(result, lang):
                self._block(sentence)
            for sentence in ensemble_sentences(futures, lang) if futures is not None else ():
                self._block(sentence)
        self._head("cover_sheets")
        self._sheets()
        self._head("cover_how")
        for index in range(1, 5):
            self._block(say(f"cover_how_{index}", lang))
        if result is not None:
            self._head("cover_not")
            for index in range(1, 3):
                self._block(say(f"cover_not_{index}", lang))
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
        """Write a paragraph in merged cells, with a row height for all its lines."""
        look = self.page.paper.format("text", "wrap", "flush")
        self.page.sheet.merge_range(self.row, 0, self.row, 2, "", look)
        self.page.put(self.row, 0, text, "text", "wrap", "flush")
        self.page.sheet.set_row(self.row, 13.5 * (1 + len(text) // 175) + 2)
        self.row += 1

    def _sheets(self) -> None:
        paper, lang = self.page.paper, self.lang
        titles = {sheet.get_name() for sheet in paper.book.worksheets()}
        for name in ("settings", *SHEETS, *_RESULT_SHEET_NAMES):
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


def result_sentences(result: Tables, lang: str) -> list[str]:
    """Return a summary of a result in a few sentences."""
    total = result.fill_by().iloc[0]
    sentences = [
        say(
            "cover_asked",
            lang,
            filled=number(total["filled_person_months"], lang, 0),
            asked=number(total["asked_person_months"], lang, 0),
            rate=percent(total["fill_rate"], lang),
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
        sentences.append(say("cover_package", lang, title=named(row, lang, "title"), **numbers))
    return sentences or [say("no_packages", lang)]


def write_manifest(paper: WorkbookWriter, result: Tables, futures: Ensemble | None = None) -> None:
    """Write the manifest: inputs, versions and certificate."""
    page, lang = paper.page("manifest", ABOUT), paper.lang
    page.headings(say("about_manifest", lang))
    page.sheet.set_column(0, 0, 44)
    page.sheet.set_column(1, 1, 100)
    for column, key in enumerate(("what", "value_given")):
        page.put(HEADER, column, say(key, lang), "text", "head", ABOUT)
    manifest = dict(result.manifest) | (ensemble_manifest(futures) if futures is not None else {})
    for row, (name, value) in enumerate(_flatten(manifest), HEADER + 1):
        page.put(row, 0, name)
        page.put(row, 1, value, "text" if isinstance(value, str) else "general", "left")
    page.sheet.freeze_panes(HEADER + 1, 1)


def _flatten(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """Return the entries of a manifest as pairs of dotted path and value."""
    if isinstance(value, dict) and "file" in value and "sha256" in value:
        return [(f"{path.rpartition('.')[0]}.{value['file']}", str(value["sha256"]))]
    if isinstance(value, (dict, list)):
        pairs = value.items() if isinstance(value, dict) else enumerate(value, 1)
        inner = [_flatten(item, f"{path}.{key}" if path else str(key)) for key, item in pairs]
        return [line for lines in inner for line in lines]
    if value is None or isinstance(value, bool):
        return [(path, "" if value is None else str(value).lower())]
    return [(path, value)]


def ensemble_manifest(futures: Ensemble) -> dict[str, Any]:
    """Return the manifest of an ensemble: its design and its certificate."""
    manifest, design = futures.manifest, futures.metadata.design
    drawn = {name: getattr(design, name) for name in ("draws", "seed", "sampling", "replicates")}
    return {"futures": {**drawn, **{name: manifest[name] for name in _MANIFEST_FIELDS}}}


def ensemble_sentences(futures: Ensemble, lang: str) -> Iterator[str]:
    """Yield a sentence on each package, or on the fill rate if there is none."""
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


def write_ensemble(paper: WorkbookWriter, futures: Ensemble) -> None:
    """Write the sheets of an ensemble."""
    from planner.figures.names import EnsembleNames

    names = EnsembleNames(futures, paper.lang)
    _write_draws(paper, futures, names)
    _write_drivers(paper, futures, names)


def _write_draws(paper: WorkbookWriter, futures: Ensemble, names: EnsembleNames) -> None:
    lang, page = paper.lang, paper.page("futures", OUTCOME)
    page.headings(say("about_futures", lang))
    rows = [*_totals(futures, names), *_fills(futures, names), *_losses(futures, names)]
    columns = _columns(
        lang, ("what", 26), ("package", 18), ("mission", 22), ("name", 44), ("unit", 18),
        *((f"draws_{size}", 13, "by_row") for size in ESTIMATES),
        ("draws_chance", 11, "percent_whole"),
    )  # fmt: skip
    shares = term("share", lang)
    forms = ["percent" if row[4] == shares else "one" for row in rows]
    page.table(columns, rows, 4, forms)
    where, first = HEADER + 1, len(columns) + 1
    lost = say("draws_displacement", lang)
    for id in futures.packages:
        span = [at for at, row in enumerate(rows, HEADER + 1) if row[0] == lost and row[1] == id]
        if span:
            title = say("chart_futures", lang, title=names.package(id))
            block = [rows[at - HEADER - 1] for at in span]
            spread = [(row[5], row[9], row[13]) for row in block]  # mean, 5 % and 95 % of draws
            where += add_bar_chart(
                page, title, max(span), 5, "short", column=first, first=min(span), row=where,
                names=3, spread=spread,
            )  # fmt: skip


def _totals(futures: Ensemble, names: EnsembleNames) -> Iterator[list[Any]]:
    lang = names.lang
    for row in futures.total.to_dict("records"):
        unit = term("share", lang) if row["unit"] == "share" else label("person_months", lang)
        yield [
            say("draws_total", lang), row["package"], "", names.quantity(row["quantity"]), unit,
            *(row[size] for size in ESTIMATES), None,
        ]  # fmt: skip


def _fills(futures: Ensemble, names: EnsembleNames) -> Iterator[list[Any]]:
    lang = names.lang
    for layer in ("planned", "present"):
        for row in futures.fill_by("mission", layer=layer, reach=REACH).to_dict("records"):
            yield [
                say(f"draws_{layer}", lang), "", row["mission"], names.mission(row["mission"]),
                term("share", lang), *(row[size] for size in ESTIMATES), row["chance"],
            ]  # fmt: skip


def _losses(futures: Ensemble, names: EnsembleNames) -> Iterator[list[Any]]:
    """Yield the displacement of missions by package and main task, the largest first."""
    lang = names.lang
    table = futures.displacement_by("mission", "main_task", main_task=None)
    order = ["package", "main_task", "mean"]
    for row in table.sort_values(order, ascending=[True, False, False]).to_dict("records"):
        if max(abs(row["mean"]), abs(row["q05"]), abs(row["q95"])) < SHOWN:
            continue
        kind = "draws_displacement" if row["main_task"] == 2 else "draws_other"
        yield [
            say(kind, lang), row["package"], row["mission"], names.mission(row["mission"]),
            label("person_months", lang), *(row[size] for size in ESTIMATES), row["chance"],
        ]  # fmt: skip


def _write_drivers(paper: WorkbookWriter, futures: Ensemble, names: EnsembleNames) -> None:
    lang, page = paper.lang, paper.page("drivers", OUTCOME)
    page.headings(say("about_drivers", lang))
    rows = [
        [
            names.quantity(row["quantity"]), row["factor"], names.factor(row["factor"]),
            label(row["basis"], lang), row["rank_correlation"], row["standard_error"], row["low"],
            row["high"], row["explains"], choice_text("yes" if row["clear"] else "no", lang),
        ]
        for row in futures.ranking.to_dict("records")
    ]  # fmt: skip
    sizes = ("rank_correlation", "draws_standard_error", "draws_low", "draws_high")
    columns = _columns(
        lang, ("quantity", 48), ("figure", 40), ("name", 60), ("basis", 12),
        *((size, 13, "two") for size in sizes), ("explains", 12, "percent"), ("clear", 12),
    )  # fmt: skip
    page.table(columns, rows, 3, empty="nothing_uncertain")


def write_results(
    paper: WorkbookWriter, result: Tables, inputs: Inputs, futures: Ensemble | None = None
) -> None:
    """Write the sheets of a result, and those of an ensemble if given."""
    for name, write in _RESULT_SHEETS.items():
        if name == "figures" and futures is not None:
            write_ensemble(paper, futures)
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
    """Return columns from keys of headings, widths and number formats."""
    return [SheetColumn(words(word, lang), *looks) for word, *looks in columns]


def _counts(
    lang: str, unit: str, width: float, *words: str, total: bool = False
) -> list[SheetColumn]:
    """Return columns of persons or person-months, with the unit in the headings."""
    heads = (say(f"{unit}_head", lang, what=say(word, lang)) for word in words)
    return [SheetColumn(head, width, "one", total) for head in heads]


def _mission_columns(lang: str) -> list[SheetColumn]:
    return _columns(
        lang, ("mission", 24), ("name", 38), ("organisation", 14), ("region", 20), _MAIN_TASK
    )


def _mission_cells(id: str, inputs: Inputs, lang: str) -> list[Any]:
    mission = inputs.missions[id]
    labels = [term(text, lang) for text in (mission.organisation, mission.region)]
    return [id, named(mission, lang), *labels, mission.main_task]


def _write_fill(page: SheetPage, result: Tables, inputs: Inputs) -> None:
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
        about = _mission_cells(row["mission"], inputs, lang)
        cells.append([*about, asked, filled, asked - filled, row["fill_rate"]])
    last = page.table(columns, cells, 2)
    asked, filled = (sum(row[index] for row in cells) for index in (5, 6))
    look = page.paper.format("percent", "total")
    share = filled / asked if asked else 0.0
    page.sheet.write_formula(HEADER - 1, 8, f'=IF(F{HEADER}>0,G{HEADER}/F{HEADER},"")', look, share)
    page.sheet.conditional_format(
        HEADER + 1, 8, last, 8,
        {
            "type": "data_bar", "bar_color": COLOURS["resting"], "bar_solid": True,
            "min_type": "num", "min_value": 0, "max_type": "num", "max_value": 1,
        },
    )  # fmt: skip
    add_bar_chart(page, say("chart_fill", lang), last, 8, "on_duty", column=10, share=True)


def _months(inputs: Inputs) -> list[Month]:
    return [inputs.first + index for index in range(inputs.last - inputs.first + 1)]


def _write_fill_months(page: SheetPage, result: Tables, inputs: Inputs) -> None:
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
        cells.append(
            [*_mission_cells(id, inputs, lang)[:2], inputs.missions[id].main_task, *shares]
        )
    columns = _columns(lang, ("mission", 24), ("name", 38), _MAIN_TASK)
    last = _write_by_month(page, columns, months, cells, "percent_whole")
    page.sheet.conditional_format(
        HEADER + 1, 3, last, 2 + len(months),
        {
            "type": "3_color_scale", "min_type": "num", "min_value": 0, "mid_type": "num",
            "mid_value": 0.75, "max_type": "num", "max_value": 1,
            "min_color": COLOURS["short"], "mid_color": "#F6D9B8", "max_color": "#CFE5F3",
        },
    )  # fmt: skip


def _write_by_month(
    page: SheetPage,
    columns: Sequence[SheetColumn],
    months: Sequence[Month],
    cells: Sequence[Sequence[Any]],
    form: str,
) -> int:
    """Write a table with a column for each month; return its last row."""
    wide = [*columns, *(SheetColumn(str(month), MONTH_WIDTH, form) for month in months)]
    last = page.table(wide, cells, 2)
    for column, month in enumerate(months, len(columns)):
        page.put(HEADER, column, month, "month_short", "head", OUTCOME, "right")
    return last


def _write_allocation(page: SheetPage, result: Tables, inputs: Inputs) -> None:
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
    _write_by_month(page, columns, months, cells, "one")


def _write_pool_months(page: SheetPage, result: Tables, inputs: Inputs) -> None:
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
        add_pool_chart(page, cells, last, busiest, _months(inputs))


def _write_displacement(page: SheetPage, result: Tables, inputs: Inputs) -> None:
    lang = page.lang
    asked = result.fill_by("mission").set_index("mission")["asked_person_months"].to_dict()
    lost = result.displacement_by("mission", "main_task", main_task=None)
    order = ["package", "main_task", "displaced_person_months"]
    lost = lost.sort_values(order, ascending=[True, False, False], kind="stable")
    cells = []
    for row in _records(lost):
        mission, people = row["mission"], row["displaced_person_months"]
        share = people / asked[mission] if asked.get(mission) else None
        cells.append([row["package"], *_mission_cells(mission, inputs, lang), people, share])
    columns = [
        SheetColumn(say("package", lang), 18),
        *_mission_columns(lang),
        *_counts(lang, "person_months", 17, "displaced"),
        SheetColumn(say("share_of_asked_head", lang), 14, "percent"),
    ]
    page.table(columns, cells, 3, empty="no_packages")
    where = HEADER + 1
    for id in dict.fromkeys(row[0] for row in cells):
        span = [
            number
            for number, row in enumerate(cells, HEADER + 1)
            if row[0] == id and row[5] == 2 and row[6] > SHOWN
        ]
        if span:
            title = named(inputs.packages[id], lang, "title")
            chart_title = say("chart_displacement", lang, title=title)
            where += add_bar_chart(
                page,
                chart_title,
                max(span),
                6,
                "short",
                column=9,
                first=min(span),
                row=where,
                names=2,
            )


def _write_bottlenecks(page: SheetPage, result: Tables, inputs: Inputs) -> None:
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


def _write_unmet(page: SheetPage, result: Tables, inputs: Inputs) -> None:
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


def _write_figures(page: SheetPage, result: Tables, inputs: Inputs) -> None:
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


_RESULT_SHEETS: dict[str, Callable[[SheetPage, Tables, Inputs], None]] = {
    "fill": _write_fill,
    "fill_months": _write_fill_months,
    "allocation": _write_allocation,
    "pool_months": _write_pool_months,
    "displacement": _write_displacement,
    "bottlenecks": _write_bottlenecks,
    "unmet": _write_unmet,
    "figures": _write_figures,
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
        A result, the folder of a saved result, or a scenario, which is allocated first; an
        ensemble is written with its scenario.
    path : str or Path
        File to write, ``.xlsx``; an existing file is replaced.
    lang : {"en", "nl"}
    futures : Ensemble, optional
        Draws of the same scenario; their summary is written to further sheets.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The ending or the language is wrong, or the draws are of another scenario.
    ResultError
        The file cannot be written, or the scenario of a saved result is not available.

    Examples
    --------
    >>> import planner as pl
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp(), "letter.xlsx")
    >>> write_workbook(pl.allocate("letter"), target, lang="nl").name
    'letter.xlsx'
    """
    from planner.montecarlo.ensemble import Ensemble, check_same
    from planner.results.compare import as_result

    target = _check_target(path, lang)
    if isinstance(result, Ensemble):
        futures, scenario = result, result.specification.uncertain.scenario
        solved = as_result(scenario, futures.rule)
    else:
        solved = as_result(result)
        scenario = solved.scenario
    if futures is not None:
        check_same(futures, solved)

    def make(paper: WorkbookWriter) -> None:
        cover = Cover(paper)
        write_inputs(paper, scenario)
        write_results(paper, solved, scenario.inputs, futures)
        write_manifest(paper, solved, futures)
        cover.write(scenario, solved, futures)
        _add_hidden_scenario(paper, scenario)

    return _write(target, lang, make)


def write_template(path: str | Path, lang: str = "en") -> Path:
    """Write a blank workbook for a new scenario.

    Parameters
    ----------
    path : str or Path
        File to write, ``.xlsx``; an existing file is replaced.
    lang : {"en", "nl"}

    Examples
    --------
    >>> import tempfile
    >>> target = write_template(Path(tempfile.mkdtemp(), "blank.xlsx"))
    >>> target.stat().st_size > 5_000
    True
    """
    target = _check_target(path, lang)
    blank = loads("data: none\n", "blank.yaml")

    def make(paper: WorkbookWriter) -> None:
        cover = Cover(paper)
        write_inputs(paper, blank)
        cover.write(blank, None, blank=True)

    return _write(target, lang, make)


def _check_target(path: str | Path, lang: str) -> Path:
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"{path}: expected a file ending in .xlsx")
    if lang not in LANGUAGES:
        raise InputError(f"language: expected {' or '.join(LANGUAGES)}, found {lang!r}")
    return target


def _add_hidden_scenario(paper: WorkbookWriter, scenario: Scenario) -> None:
    """Write the scenario to a hidden sheet, for the import."""
    lines = hidden_lines(scenario)
    if not lines:
        return
    sheet = paper.book.add_worksheet(HIDDEN)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    sheet.very_hidden()


def _write(target: Path, lang: str, make: Callable[[WorkbookWriter], None]) -> Path:
    """Write a workbook to a temporary file beside its target, then replace the target."""
    try:
        with replaced(target) as temporary:
            writer = WorkbookWriter(temporary, lang)
            make(writer)
            writer.close()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ResultError(f"{target}: cannot be written: {reason}") from None
    return target
