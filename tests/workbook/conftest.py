from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

import planner as pl
from planner.workbook.sheets import HEADER

SMALL = Path(__file__).parent / "small.yaml"

HEADINGS = HEADER + 1
"""Row of the headings, as a spreadsheet counts."""


class Changed:
    """A workbook that is changed as somebody at a spreadsheet would."""

    def __init__(self, path: Path):
        self.path = path
        self.book: Workbook = openpyxl.load_workbook(path)

    def __getitem__(self, title: str) -> Worksheet:
        sheet = self.book[title]
        assert isinstance(sheet, Worksheet)
        return sheet

    def column(self, title: str, heading: str) -> int:
        """Return the column of a heading, from 1."""
        return next(int(cell.column) for cell in self[title][HEADINGS] if cell.value == heading)

    def row(self, title: str, *key: str) -> int:
        """Return the row that begins with some cells, from 1."""
        for cells in self[title].iter_rows(min_row=HEADINGS + 1):
            if tuple(cell.value or "" for cell in cells[: len(key)]) == key:
                return int(cells[0].row)
        raise AssertionError(f"no {key} in {title}")

    def set(self, title: str, key: str | tuple[str, ...], heading: str, value: Any) -> str:
        """Fill in a cell; return its place as messages say it."""
        key = (key,) if isinstance(key, str) else key
        cell = self[title].cell(self.row(title, *key), self.column(title, heading))
        cell.value = value
        return f"sheet {title}, row {cell.row}, column {cell.column_letter} ({heading})"

    def add(self, title: str, **values: Any) -> int:
        """Fill in the first free row, by headings with _ for spaces; return its number."""
        row = HEADINGS + 1
        while any(cell.value not in (None, "") for cell in self[title][row]):
            row += 1
        for heading, value in values.items():
            self[title].cell(row, self.column(title, heading.replace("_", " "))).value = value
        return row

    def remove(self, title: str, *key: str) -> None:
        """Delete a row."""
        self[title].delete_rows(self.row(title, *key))

    def save(self) -> Path:
        """Save the workbook where it was."""
        self.book.save(self.path)
        return self.path


@pytest.fixture(scope="session")
def books(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return a function that gives the workbook of a scenario, made once."""
    folder = tmp_path_factory.mktemp("books")

    def book(name: str | Path, lang: str = "en") -> Path:
        path = folder / f"{Path(name).stem}-{lang}.xlsx"
        return path if path.exists() else pl.write_workbook(name, path, lang)

    return book


@pytest.fixture(scope="session")
def opened(books: Callable[..., Path]) -> Callable[..., Workbook]:
    """Return a function that gives the workbook of a scenario opened, to look at only."""
    kept: dict[Path, Workbook] = {}

    def look(name: str | Path, lang: str = "en") -> Workbook:
        path = books(name, lang)
        if path not in kept:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", module="openpyxl")
                kept[path] = openpyxl.load_workbook(path)
        return kept[path]

    return look


@pytest.fixture
def changed(books: Callable[..., Path], tmp_path: Path) -> Callable[..., Changed]:
    """Return a function that gives a copy of a scenario's workbook to change."""

    def copy(name: str | Path = SMALL, lang: str = "en") -> Changed:
        target = tmp_path / f"{Path(name).stem}-changed.xlsx"
        target.write_bytes(books(name, lang).read_bytes())
        return Changed(target)

    return copy


@pytest.fixture
def faults() -> Callable[[Path], list[str]]:
    """Return a function that gives what is wrong with a workbook, without the file's name."""

    def run(path: Path) -> list[str]:
        with pytest.raises(pl.InputError) as caught:
            pl.read_workbook(path)
        assert all(isinstance(fault, pl.Fault) for fault in caught.value.faults)
        return [str(fault).removeprefix(f"{path}: ") for fault in caught.value.faults]

    return run


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Let openpyxl drop what it does not keep when it writes."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="openpyxl")
        yield
