"""The notebooks: question and answer first, stored with outputs that a new run confirms.

No number stands in the prose but years and names of things: cells print the rest.
"""

from __future__ import annotations

import ast
import base64
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebooks.execute import FOLDER, NOTEBOOKS, execute, form, outputs, read

LONGEST = 10
"""Lines of a cell; what needs more is a function that the package lacks."""

FIGURE = 100_000
"""Bytes of the largest stored figure."""

NAMES = re.compile(
    r"\]\([^)]*\)|`[^`]*`|# \d\. |made twice|main task [12]|hoofdtaak [12]|notebooks? \d|\d+ June"
    r"|\b20\d\d\b|95 % interval|q05 and q95",
    re.IGNORECASE,
)
"""Numbers that are names of things: links, code, headings, tasks, dates, columns."""

NUMBER = re.compile(
    r"\d[\d,.]*\d|\d|\b(?:half|twice|hundred|(?:third|quarter|fifth|sixth|eighth|tenth)s?)\b",
    re.IGNORECASE,
)
"""Digits, and shares in words."""


def prose(book: NotebookNode) -> str:
    """Return all text of a notebook on one line."""
    return " ".join(
        " ".join(cell.source.split()) for cell in book.cells if cell.cell_type == "markdown"
    )


def code(book: NotebookNode) -> list[str]:
    return [cell.source for cell in book.cells if cell.cell_type == "code"]


def numbers(text: str) -> list[str]:
    """Return the numbers of a text that are not names of things."""
    spans = [found.span() for found in NAMES.finditer(text)]
    return [
        found[0]
        for found in NUMBER.finditer(text)
        if not any(first <= found.start() < last for first, last in spans)
    ]


def test_there_are_six_notebooks() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == ["1-", "2-", "3-", "4-", "5-", "6-"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_stored_in_one_form_with_small_figures(path: Path) -> None:
    book = read(path)
    figures = [
        one.data["image/png"]
        for cell in book.cells
        for one in cell.get("outputs", [])
        if "image/png" in one.get("data", {})
    ]

    nbformat.validate(book)
    assert path.read_text(encoding="utf-8") == form(book)
    assert figures
    assert max(len(base64.b64decode(figure)) for figure in figures) < FIGURE


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_begins_with_the_question_and_its_answer(path: Path) -> None:
    first, *rest = read(path).cells
    headings = [place for place, cell in enumerate(rest) if cell.source.startswith("## ")]
    said = [one for cell in rest[: headings[0]] for one in cell.get("outputs", [])]

    assert first.source.startswith(f"# {path.name[0]}. ")
    assert "**Question.**" in first.source
    assert any(one.get("name") == "stdout" for one in said)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_cells_are_short_and_define_no_helpers(path: Path) -> None:
    hidden = {ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda}
    cells = read(path).cells

    assert cells[0].cell_type == cells[-1].cell_type == "markdown"
    for source in code(read(path)):
        assert len(source.splitlines()) <= LONGEST, source
        assert not {type(node) for node in ast.walk(ast.parse(source))} & hidden, source
    assert [line for cell in cells for line in cell.source.splitlines() if len(line) > 110] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_lead_to_files_and_numbers_are_printed_by_cells(path: Path) -> None:
    text = prose(read(path))
    targets = re.findall(r"\]\(([^)]*)\)", text)

    assert [one for one in targets if not (FOLDER / one).exists()] == []
    assert numbers(text) == []


def test_a_number_in_prose_is_found() -> None:
    text = "In 2022 main task 1 had 12 posts, half of them empty; `cap=7` is code."

    assert numbers(text) == ["12", "half"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_outputs_are_those_of_a_new_run(path: Path) -> None:
    assert outputs(execute(path)) == outputs(read(path)), (
        f"python -m tests.notebooks.execute notebooks/{path.name} writes them anew"
    )
