"""What every analysis returns: tables, numbers and sentences of one frozen value."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMAT", "Outcome", "Progress", "frame", "silent"]

FORMAT = "planner-analysis/1"
"""What the manifest of a saved answer begins with."""

Progress = Callable[[int, int], None]
"""Called with what is done and what there is to do."""


def silent(done: int, total: int) -> None:
    """Show no progress."""


def frame(rows: Sequence[Any], kind: type) -> pd.DataFrame:
    """Return a table of rows that are instances of one dataclass; its fields are the columns."""
    import pandas as pd

    names = [field.name for field in dataclasses.fields(kind)]
    return pd.DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names)


def _plain(value: Any) -> Any:
    """Return what JSON can hold; whatever is not finite becomes None."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (str, int, bool)):
        return value
    return str(value)


def _short(value: float) -> str:
    """Return a number with no more digits than mean anything.

    Examples
    --------
    >>> _short(1061.5058), _short(36.0), _short(0.4583), _short(-2.2e-6)
    ('1,062', '36.0', '0.458', '0')
    """
    if abs(value) < 0.0005:
        return "0"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 3
    return f"{value:,.{digits}f}"


class Outcome:
    """Base of all outcomes.

    A subclass is a frozen dataclass. Its fields that are text or numbers are the plain numbers,
    :meth:`tables` gives the rest, the main table first.
    """

    title: ClassVar[str] = ""

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return all tables by name, the main one first."""
        raise NotImplementedError

    def sentences(self, lang: str = "en") -> list[str]:
        """Return what the analysis says, in words (``"en"`` or ``"nl"``)."""
        raise NotImplementedError

    def to_frame(self) -> pd.DataFrame:
        """Return the main table."""
        return next(iter(self.tables().values()))

    def numbers(self) -> dict[str, Any]:
        """Return the plain numbers and texts by name."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        values = {field.name: getattr(self, field.name) for field in fields}
        return {
            name: _plain(value)
            for name, value in values.items()
            if value is None or isinstance(value, (str, int, float, bool)) or hasattr(value, "item")
        }

    def as_dict(self, lang: str = "en") -> dict[str, Any]:
        """Return numbers, sentences in a language, and tables as JSON can hold them."""
        tables = {
            name: [
                {key: _plain(value) for key, value in row.items()}
                for row in table.to_dict("records")
            ]
            for name, table in self.tables().items()
        }
        head = {"analysis": self.title, **self.numbers(), "sentences": self.sentences(lang)}
        return {**head, "tables": tables}

    def save(self, folder: str | Path, about: Mapping[str, Any] | None = None) -> Path:
        """Write ``answer.json`` and every table (Parquet and CSV), all or nothing.

        Parameters
        ----------
        folder : str or Path
            An earlier answer in it is replaced, anything else is left alone.
        about : mapping, optional
            More for the manifest, such as what the question was asked of.

        Raises
        ------
        ResultError
            Something else is in its place, or it cannot be written.
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

    def _repr_html_(self) -> str:
        from html import escape

        said = "".join(f"<p>{escape(sentence)}</p>" for sentence in self.sentences())
        return said + self.to_frame().to_html(index=False, max_rows=40, float_format=_short)
