"""The protocol of every outcome: named tables, plain numbers, sentences, a chart, files.

Results, comparisons, ensembles and analyses have the same interface: ``tables()`` and
``to_frame(name)`` for pandas, ``sentences(lang)`` for text, ``as_dict(lang)`` for JSON, ``save``
for files, ``plot()`` for a chart, and a short representation in a console or a notebook.
:class:`TabularOutcome` is their common base; :class:`Outcome` is the base of the outcomes of
analyses, which are frozen dataclasses.
"""

from __future__ import annotations

import dataclasses
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from planner.errors import InputError, nearest
from planner.gallery import empty_chart

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMAT", "Outcome", "Progress", "TabularOutcome", "frame", "silent"]

FORMAT = "planner-analysis/1"
"""Format in the manifest of a saved outcome."""

LONGEST_REPR = 2000
"""Largest number of characters of a representation in a console."""

Progress = Callable[[int, int], None]
"""Callback with the number of steps done and the total number of steps."""


_ROWS = re.compile(r"tuple\[(\w+), \.\.\.\]")
"""Pattern of the annotation of a field that holds rows."""


def silent(done: int, total: int) -> None:
    """Show no progress."""


def frame(rows: Sequence[Any], kind: type) -> pd.DataFrame:
    """Return rows, instances of one dataclass, as a table; the fields are the columns."""
    import pandas as pd

    names = [field.name for field in dataclasses.fields(kind)]
    return pd.DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names)


def _plain(value: Any) -> Any:
    """Return a value that JSON can hold; numbers that are not finite become None."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return str(value)


def _short(value: float) -> str:
    """Return a number as text with three to four significant digits.

    Examples
    --------
    >>> _short(1061.5058), _short(36.0), _short(0.4583), _short(-2.2e-6)
    ('1,062', '36.0', '0.458', '0')
    """
    if abs(value) < 0.0005:
        return "0"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 3
    return f"{value:,.{digits}f}"


class TabularOutcome:
    """Named tables, plain numbers and sentences of an outcome.

    A subclass gives :meth:`tables` and :meth:`sentences`, and :meth:`numbers` where it has plain
    numbers.
    """

    title: ClassVar[str] = ""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name, the main one first."""
        raise NotImplementedError

    def sentences(self, lang: str = "en") -> list[str]:
        """Return the outcome in sentences, in a language (``"en"`` or ``"nl"``)."""
        raise NotImplementedError

    def to_frame(self, name: str | None = None) -> pd.DataFrame:
        """Return a table by name, by default the main one.

        Raises
        ------
        InputError
            No table has that name.
        """
        tables = self.tables()
        if name is None:
            return next(iter(tables.values()))
        if name not in tables:
            known = ", ".join(tables)
            raise InputError(f"expected a table ({known}), found {name!r}{nearest(name, tables)}")
        return tables[name]

    def numbers(self) -> dict[str, Any]:
        """Return plain numbers and texts by name."""
        return {}

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return numbers, sentences in a language, and tables in a form for JSON."""
        tables = {
            name: [
                {key: _plain(value) for key, value in row.items()}
                for row in table.to_dict("records")
            ]
            for name, table in self.tables().items()
        }
        head = {"analysis": self.title, **self.numbers(), "sentences": self.sentences(lang)}
        return {**head, "tables": tables}


class Outcome(TabularOutcome):
    """Base of the outcomes of analyses.

    A subclass is a frozen dataclass. Fields that are text or numbers are its plain numbers; fields
    that hold rows, annotated ``tuple[Row, ...]`` with a dataclass, are its tables, the main one
    first.
    """

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return a table of each field that holds rows, in the order of the fields."""
        names = vars(sys.modules[type(self).__module__])
        tables = {}
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            match = _ROWS.fullmatch(str(field.type))
            kind = names.get(match[1]) if match else None
            if isinstance(kind, type) and dataclasses.is_dataclass(kind):
                tables[field.name] = frame(getattr(self, field.name), kind)
        return tables

    def numbers(self) -> dict[str, Any]:
        """Return plain numbers and texts by name."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        values = {field.name: getattr(self, field.name) for field in fields}
        return {
            name: _plain(value)
            for name, value in values.items()
            if value is None or isinstance(value, (str, int, float, bool)) or hasattr(value, "item")
        }

    def plot(self, name: str | None = None) -> Any:
        """Return a figure of a table, by default the main one; a notebook shows it.

        Bars of the first column of numbers, labelled by the first column of text.

        Raises
        ------
        InputError
            No table has that name, or it has no numbers or no rows.
        """
        table = self.to_frame(name)
        texts = [column for column in table if table[column].dtype.kind in "OUT"]
        numbers = [column for column in table if table[column].dtype.kind in "if"]
        if not numbers or table.empty:
            raise InputError(f"{self.title}: expected rows with numbers to plot, found none")
        labels = table[texts[0]].astype(str) if texts else table.index.astype(str)
        figure = empty_chart(1.0 + 0.25 * len(table), 7.0)
        axes = figure.subplots()
        axes.barh(range(len(table)), table[numbers[0]].to_numpy())
        axes.set_yticks(range(len(table)), labels)
        axes.invert_yaxis()
        axes.set_xlabel(str(numbers[0]).replace("_", " "))
        return figure

    def save(self, folder: str | Path, about: Mapping[str, Any] | None = None) -> Path:
        """Write ``answer.json`` and every table (Parquet and CSV), all or nothing.

        Parameters
        ----------
        folder : str or Path
            An earlier outcome in it is replaced, anything else is left alone.
        about : mapping, optional
            More for the manifest, such as the scenario and its digest.

        Raises
        ------
        ResultError
            Something else is in the folder, or it cannot be written.
        """
        import json

        from planner.store import fresh_folder, write_manifest, write_table

        with fresh_folder(folder, FORMAT) as inside:
            text = json.dumps(self.as_dict(), indent=1, ensure_ascii=False, allow_nan=False)
            (inside / "answer.json").write_text(text + "\n", encoding="utf-8")
            (inside / "tables").mkdir()
            for name, table in self.tables().items():
                write_table(table, inside / "tables" / name)
            head = {"format": FORMAT, "analysis": self.title}
            write_manifest(inside, {**(about or {}), **head})
        return Path(folder)

    def __repr__(self) -> str:
        """Name, plain numbers and the size of each table."""
        numbers = ", ".join(f"{name}={value!r}" for name, value in self.numbers().items())
        sizes = ", ".join(f"{name}: {len(table)} rows" for name, table in self.tables().items())
        text = f"<{type(self).__name__} {numbers}; {sizes}>"
        return text if len(text) <= LONGEST_REPR else text[: LONGEST_REPR - 4] + " …>"

    def __str__(self) -> str:
        """Return the sentences, shortened where they are long."""
        text = "\n".join(self.sentences())
        return text if len(text) <= LONGEST_REPR else text[: LONGEST_REPR - 1] + "…"

    def _repr_html_(self) -> str:
        from html import escape

        text = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences())
        return text + self.to_frame().to_html(index=False, max_rows=40, float_format=_short)
