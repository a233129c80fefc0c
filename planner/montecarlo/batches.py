"""Finished batches on disk: one Parquet file each, complete or absent.

A file is written beside its place, flushed to the disk, and moved; so a run that was killed, or ran
into a full disk, has every batch that was finished and nothing half.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import ResultError
from planner.montecarlo.records import Axes, Records

if TYPE_CHECKING:
    import pyarrow

__all__ = ["Batches", "as_bytes"]

KEEP = 2**26
"""Bytes of columns that are kept once they have been read."""


@dataclass(frozen=True)
class Batches:
    """Batches of a run in a folder.

    Attributes
    ----------
    folder : Path
    axes : Axes
    """

    folder: Path
    axes: Axes
    _kept: dict[tuple[int, str], Any] = field(default_factory=dict, repr=False)
    _size: list[int] = field(default_factory=lambda: [0], repr=False)

    def path(self, batch: int) -> Path:
        """Return the path of a finished batch."""
        return self.folder / f"{batch:06d}.parquet"

    def done(self) -> int:
        """Return how many batches are finished, counted from the first without a gap."""
        number = 0
        while self.path(number).is_file():
            number += 1
        return number

    def write(self, batch: int, data: bytes) -> None:
        """Put a finished batch in its place.

        Raises
        ------
        ResultError
            It cannot be written; finished batches are kept.
        """
        target = self.path(batch)
        beside = target.with_suffix(".partial")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(target)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            reason = error.strerror or str(error)
            raise ResultError(
                f"{target}: cannot be written: {reason}; the batches before it are kept, and the "
                "same command continues from that point once it can be"
            ) from None

    def drop_after(self, count: int) -> None:
        """Take away batches that lie beyond a gap, and what was half written."""
        if not self.folder.is_dir():
            return
        kept = {self.path(k).name for k in range(count)}
        for path in sorted(self.folder.iterdir()):
            if path.name not in kept and path.suffix in (".parquet", ".partial"):
                path.unlink(missing_ok=True)

    def read(self, batch: int, names: Sequence[str] | None = None) -> Records:
        """Return the records of a batch, or only some of their columns."""
        import pyarrow.parquet

        if names is not None and all((batch, name) in self._kept for name in names):
            return Records.of({name: self._kept[batch, name] for name in names})
        path = self.path(batch)
        try:
            columns = None if names is None else list(names)
            table = pyarrow.parquet.read_table(path, columns=columns, use_threads=False)
        except (OSError, ValueError) as error:
            raise ResultError(f"{path}: cannot be read: {error}") from None
        arrays = Records.arrays(table, self.axes)
        if names is not None and self._size[0] < KEEP:
            self._kept.update({(batch, name): array for name, array in arrays.items()})
            self._size[0] += sum(array.nbytes for array in arrays.values())
        return Records.of(arrays)

    def each(self, count: int, names: Sequence[str] | None = None) -> Iterator[Records]:
        """Yield the records of the first batches, one after the other."""
        for batch in range(count):
            yield self.read(batch, names)


def as_bytes(table: pyarrow.Table) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    import io

    import pyarrow.parquet

    target = io.BytesIO()
    pyarrow.parquet.write_table(table, target, compression="zstd", use_dictionary=False)
    return target.getvalue()
