"""The first sheet, which explains the others, and the last, which says what went in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.labels import label, months, named, number, percent
from planner.scenario.load import Scenario
from planner.workbook import drawn
from planner.workbook.fields import SHEETS
from planner.workbook.look import ABOUT, TOP, Paper
from planner.workbook.words import say

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble
    from planner.results.base import Tables

__all__ = ["Cover", "add_manifest"]

OUTCOMES = (
    "fill", "fill_months", "allocation", "pool_months", "displacement", "bottlenecks", "unmet",
    "futures", "drivers", "figures", "manifest",
)  # fmt: skip


class Cover:
    """The cover: added first, so that it stands first, and written last, when all else is known."""

    def __init__(self, paper: Paper):
        """Add the sheet."""
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
        rule = say("rule_line", lang, rule=label(inputs.rule, lang))
        if result is not None:
            rule = say("rule_line", lang, rule=label(result.rule, lang))
        self._line(0, f"{months(inputs.first, inputs.last, lang)}; {rule}", "quiet")
        if result is not None:
            self._head("cover_results")
            for sentence in in_short(result, lang):
                self._block(sentence)
            for sentence in drawn.in_short(futures, lang) if futures is not None else ():
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
        there = {sheet.get_name() for sheet in paper.book.worksheets()}
        for name in ("settings", *SHEETS, *OUTCOMES):
            title = say(f"sheet_{name}", lang)
            if title not in there:
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
    said = dict(result.manifest) | (drawn.told(futures) if futures is not None else {})
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
