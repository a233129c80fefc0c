"""Runs on disk: a folder that states from the start which run it holds, and can be resumed.

While it runs the folder holds ``run.json``, ``scenario.yaml``, ``hashes.txt`` and ``batches/``;
when it is done, tables and, last of all, the manifest.

A batch is one Parquet file. It is written beside its place, flushed to the disk, and moved; so a
run that was killed, or ran into a full disk, has every batch that was finished and nothing half.
Before that, its hash goes to ``hashes.txt``. A file that does not match its hash is planned again
on resumption, and named in a finished run.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, ResultError
from planner.montecarlo.records import Axes, Records
from planner.montecarlo.specification import FORMAT, RunMetadata
from planner.store import MANIFEST, hash_bytes, read_manifest, write_manifest, writing

if TYPE_CHECKING:
    import pyarrow

    from planner.scenario.load import Scenario

__all__ = [
    "HASHES",
    "LOCK",
    "PEOPLE",
    "RUN",
    "SCENARIO",
    "Batches",
    "as_bytes",
    "clear_folder",
    "holds_run",
    "open_folder",
    "write_head",
    "write_last",
]

RUN = "run.json"
SCENARIO = "scenario.yaml"
PARAMETERS = "parameters.json"
"""Copy of the parameter file that the scenario names, if it is none that comes with the package."""

HASHES = "hashes.txt"
LOCK = "run.lock"
PARTIAL = RUN + ".partial"

PEOPLE = {key: f"people_by_{key}_month.csv" for key in ("mission", "demand")}
"""Files of people present month by month, by their key."""

KEEP = 2**26
"""Bytes of columns that are kept once they have been read."""


@dataclass(frozen=True)
class Batches:
    """Batches of a run in a folder.

    Attributes
    ----------
    folder : Path
        The folder of the run.
    axes : Axes
    run : str
        Digest of the run. It goes into the hashes, so that batches of another run do not match.
    """

    folder: Path
    axes: Axes
    run: str
    _hashes: dict[int, str] = field(default_factory=dict, repr=False)
    _checked: set[int] = field(default_factory=set, repr=False)
    _kept: dict[tuple[int, str], Any] = field(default_factory=dict, repr=False)
    _size: list[int] = field(default_factory=lambda: [0], repr=False)

    def path(self, batch: int) -> Path:
        """Return the path of a finished batch."""
        return self.folder / "batches" / f"{batch:06d}.parquet"

    def resume(self) -> int:
        """Return the number of batches to go on from; damaged, foreign and partial files go.

        Batches count up to the first that is missing or does not match its hash; what lies beyond
        is removed and planned again.
        """
        self._read_hashes()
        number = 0
        while self._sound(number):
            number += 1
        self.drop_after(number)
        return number

    def _read_hashes(self) -> None:
        with contextlib.suppress(OSError, UnicodeDecodeError):
            for line in (self.folder / HASHES).read_text(encoding="utf-8").splitlines():
                number, _, found = line.partition(" ")
                if number.isdecimal():  # a line that was cut off or damaged matches no batch
                    self._hashes[int(number)] = found

    def _sound(self, batch: int) -> bool:
        """Whether a batch is in the folder and as it was written."""
        try:
            data = self.path(batch).read_bytes()
        except OSError:
            return False
        if self._hashes.get(batch) != self._hash(batch, data):
            return False
        self._checked.add(batch)
        return True

    def _hash(self, batch: int, data: bytes) -> str:
        return hash_bytes(f"{self.run} {batch}\n".encode() + data)

    def done(self) -> int:
        """Return the number of batches in the folder, up to the first that is missing."""
        number = 0
        while self.path(number).is_file():
            number += 1
        return number

    def trust(self, count: int) -> None:
        """Take note that the files of the first batches have been checked by other means."""
        self._checked.update(range(count))

    def write(self, batch: int, data: bytes) -> None:
        """Put a finished batch in its place.

        Raises
        ------
        ResultError
            It cannot be written; the batches before it stay.
        """
        target = self.path(batch)
        partial = target.with_suffix(".partial")
        self._hashes[batch] = self._hash(batch, data)
        then = "; the batches before it are kept, and the same command resumes it once it can be"
        try:
            with writing(target, then):
                target.parent.mkdir(parents=True, exist_ok=True)
                with partial.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                with (self.folder / HASHES).open("a", encoding="utf-8") as file:
                    file.write(f"{batch} {self._hashes[batch]}\n")
                partial.replace(target)
        except ResultError:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise
        self._checked.add(batch)

    def drop_after(self, count: int) -> None:
        """Remove the batches after the first `count`, and everything half written."""
        kept = {self.path(k).name for k in range(count)}
        folder = self.path(0).parent
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name not in kept and path.suffix in (".parquet", ".partial"):
                path.unlink(missing_ok=True)
        for batch in [one for one in self._hashes if one >= count]:
            del self._hashes[batch]
        text = "".join(f"{one} {found}\n" for one, found in sorted(self._hashes.items()))
        hashes = self.folder / HASHES
        with writing(hashes):
            if not hashes.exists() or hashes.read_bytes() != text.encode():
                hashes.write_text(text, encoding="utf-8")

    def read(self, batch: int, names: Sequence[str] | None = None) -> Records:
        """Return the records of a batch, or only some of their columns.

        Raises
        ------
        ResultError
            The file cannot be read, or is damaged.
        """
        import pyarrow.parquet

        if names is not None and all((batch, name) in self._kept for name in names):
            return Records.of({name: self._kept[batch, name] for name in names})
        path = self.path(batch)
        if batch not in self._checked and not self._sound(batch):
            raise ResultError(f"{path}: is missing or damaged: it does not match its hash")
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
    import pyarrow.parquet

    target = io.BytesIO()
    pyarrow.parquet.write_table(table, target, compression="zstd", use_dictionary=False)
    return target.getvalue()


def holds_run(target: Path, metadata: RunMetadata) -> bool:
    """Whether a folder holds a run, unfinished, of just these metadata."""
    try:
        return _digest(target / RUN, (target / RUN).read_bytes()) == metadata.digest
    except (OSError, ValueError):
        return False


def open_folder(target: Path, metadata: RunMetadata, scenario: Scenario) -> None:
    """Open a folder for a run, new or to be resumed; InputError if it holds something else."""
    try:
        found = sorted(path.name for path in target.iterdir() if path.name != LOCK)
        if RUN in found:
            text = (target / RUN).read_bytes()
            if text != _head(metadata) and _digest(target / RUN, text) != metadata.digest:
                raise InputError(
                    f"{target}: holds a run of another scenario, seed or number of draws that is "
                    "not finished: choose another folder, or add --force (replace=True)"
                )
            wanted = {PARAMETERS: b"", **_inputs(scenario)}
            kept = {name: _bytes(target / name) for name in wanted}
            if text == _head(metadata) and kept == wanted:
                return
        elif found and PARTIAL not in found:  # cut off before it stated which run it holds
            raise InputError(f"{target}: holds other files ({found[0]}): choose another folder")
        write_head(target, metadata, scenario)
    except OSError as error:
        raise ResultError(f"{target}: cannot be written: {error.strerror or error}") from None
    except ValueError:
        raise ResultError(f"{target / RUN}: cannot be read as JSON") from None


def _digest(path: Path, text: bytes) -> str:
    """Return the digest of the run that a folder holds, from its head."""
    head = json.loads(text)
    if isinstance(head, dict) and str(head.get("format", "")).startswith("planner-futures/"):
        raise ResultError(
            f"{path}: a run of an earlier version of planner: choose another folder, or add "
            "--force (replace=True)"
        )
    return RunMetadata.from_dict(head).digest


def clear_folder(target: Path) -> None:
    """Remove an earlier run, finished or not; anything else is left alone."""
    if not any((target / name).is_file() for name in (RUN, PARTIAL, MANIFEST)):
        return
    if not (target / RUN).is_file() and (target / MANIFEST).is_file():
        read_manifest(target, FORMAT)  # or it is a result of something else
    try:
        for name in (MANIFEST, RUN, SCENARIO, PARAMETERS, PARTIAL, HASHES, *PEOPLE.values()):
            (target / name).unlink(missing_ok=True)
        for name in ("batches", "tables"):
            if (target / name).is_dir():
                shutil.rmtree(target / name)
    except OSError as error:
        raise ResultError(f"{target}: cannot be replaced: {error.strerror or error}") from None


def _head(metadata: RunMetadata) -> bytes:
    text = json.dumps(metadata.as_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def write_head(folder: Path, metadata: RunMetadata, scenario: Scenario) -> None:
    """Write which run a folder holds, and its scenario."""
    partial = folder / PARTIAL  # first, so that a folder that is cut off here is known as a run's
    partial.write_bytes(_head(metadata))
    for name, content in _inputs(scenario).items():
        (folder / name).write_bytes(content)
    partial.replace(folder / RUN)


def _inputs(scenario: Scenario) -> dict[str, bytes]:
    """Return the files from which a scenario is read again, content by name."""
    from planner.scenario.calibrated import shipped_calibrations

    used = scenario.inputs.parameters
    content = b"" if used is None or used.name in shipped_calibrations() else _bytes(used.path)
    if not content:
        return {SCENARIO: scenario.dump().encode()}
    return {SCENARIO: scenario.dump(PARAMETERS).encode(), PARAMETERS: content}


def _bytes(path: Path) -> bytes:
    """Return the content of a file, nothing if it does not exist."""
    return path.read_bytes() if path.is_file() else b""


def write_last(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest as a whole: it states that the run is finished."""
    (folder / MANIFEST).unlink(missing_ok=True)
    write_manifest(folder, manifest, leave_out=(LOCK,))
