"""Runs on disk: a folder that says from the first moment which run it is, and can be gone on with.

While it runs the folder holds ``run.json``, ``scenario.yaml`` and ``batches/``; when it is done,
tables and, last of all, the manifest.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, ResultError
from planner.montecarlo.futures import Futures
from planner.montecarlo.outline import Outline
from planner.montecarlo.stopping import Stop
from planner.montecarlo.study import FORMAT, Study
from planner.store import MANIFEST, fresh_folder, read_manifest, write_manifest, write_table

if TYPE_CHECKING:
    from planner.results.base import Tables
    from planner.scenario.load import Scenario

__all__ = [
    "check_same",
    "clear_folder",
    "finish",
    "open_folder",
    "read_futures",
    "save",
    "study_again",
    "temporary",
]

RUN = "run.json"
SCENARIO = "scenario.yaml"
PARTIAL = RUN + ".partial"

GROUPS = (("main_task",), ("mission",), ("region",), ("category",), ("demand",))
FINE_GROUPS = (("pool",), ("month",), ("mission", "month"), ("pool", "month"))
"""Groups that are written out: always, and where people by pool and month are kept."""


def temporary(outline: Outline, stop: Stop, study: Study) -> Futures:
    """Return a run in a folder that is taken away when nobody knows of the run any more."""
    folder = Path(tempfile.mkdtemp(prefix="planner-"))
    futures = Futures(outline, stop, folder, study)
    weakref.finalize(futures, shutil.rmtree, str(folder), ignore_errors=True)
    return futures


def open_folder(target: Path, outline: Outline, scenario: Scenario | None) -> None:
    """Say in a folder which run it belongs to; raise InputError if it belongs to another.

    Without a scenario nothing is written.
    """
    try:
        found = sorted(path.name for path in target.iterdir()) if target.exists() else []
        if RUN in found:
            there = Outline.from_dict(json.loads((target / RUN).read_text(encoding="utf-8")))
            if there.digest != outline.digest:
                raise InputError(
                    f"{target}: holds a run of another scenario, seed or number of draws that is "
                    "not finished: choose another folder, or add --force (replace=True)"
                )
            return
        if found and PARTIAL not in found:  # a run that was cut off before it could say whose it is
            raise InputError(f"{target}: holds other files ({found[0]}): choose another folder")
        if scenario is None:
            return
        target.mkdir(parents=True, exist_ok=True)
        _write_head(target, outline, scenario)
    except OSError as error:
        raise ResultError(f"{target}: cannot be written: {error.strerror or error}") from None
    except ValueError:
        raise ResultError(f"{target / RUN}: cannot be read as JSON") from None


def clear_folder(target: Path) -> None:
    """Take away an earlier run, finished or not; anything else is left alone."""
    if not any((target / name).is_file() for name in (RUN, PARTIAL, MANIFEST)):
        return
    if (target / MANIFEST).is_file():
        read_manifest(target, FORMAT)
    try:
        for name in (MANIFEST, RUN, SCENARIO, PARTIAL):
            (target / name).unlink(missing_ok=True)
        for name in ("batches", "tables"):
            if (target / name).is_dir():
                shutil.rmtree(target / name)
    except OSError as error:
        raise ResultError(f"{target}: cannot be replaced: {error.strerror or error}") from None


def _write_head(folder: Path, outline: Outline, scenario: Scenario) -> None:
    beside = folder / PARTIAL  # first, so that what a cut leaves here is known as a run's
    text = json.dumps(outline.as_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    beside.write_text(text + "\n", encoding="utf-8")
    (folder / SCENARIO).write_text(scenario.dump(), encoding="utf-8")
    beside.replace(folder / RUN)


def finish(futures: Futures) -> None:
    """Write tables and manifest of a run into its own folder."""
    try:
        _write_tables(futures, futures.folder)
        _write_last(futures.folder, futures.manifest)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ResultError(
            f"{futures.folder}: cannot be written: {reason}; all draws are kept, and the same "
            "command goes on from there once it can be"
        ) from None


def _write_tables(futures: Futures, folder: Path) -> None:
    """Write every table, and the draws one row each."""
    import pyarrow as pa
    import pyarrow.parquet

    from planner.montecarlo import tables

    place = folder / "tables"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    groups = (*GROUPS, *(FINE_GROUPS if futures.outline.monthly else ()))
    for keys in groups:
        name = "_".join(keys)
        write_table(futures.fill_by(*keys), place / f"fill_by_{name}")
        write_table(futures.displacement_by(*keys), place / f"displacement_by_{name}")
    for name in ("total", "convergence", "ranking"):
        write_table(getattr(futures, name), place / name)
    write_table(futures.study.uncertain.table(), place / "uncertain")
    writer = None
    for records in futures.records(tables.DRAWN):
        table = pa.Table.from_pandas(tables.draws_of(futures, records), preserve_index=False)
        if writer is None:
            path = place / "draws.parquet"
            writer = pyarrow.parquet.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _write_last(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest whole: it says that the run is done."""
    (folder / MANIFEST).unlink(missing_ok=True)
    write_manifest(folder, manifest)


def save(futures: Futures, folder: str | Path) -> Path:
    """Write a run to another folder; see :meth:`Futures.save`."""
    with fresh_folder(folder, FORMAT) as place:
        shutil.copytree(futures.batches.folder, place / "batches")
        _write_head(place, futures.outline, futures.study.uncertain.scenario)
        _write_tables(futures, place)
        write_manifest(place, futures.manifest)
    return Path(folder)


def read_futures(folder: str | Path) -> Futures:
    """Read a run that is finished from its folder.

    Raises
    ------
    ResultError
        The folder holds no finished run, or something of it is gone.
    """
    place = Path(folder)
    manifest = read_manifest(place, FORMAT)
    try:
        stop = Stop(**manifest["stop"])
        batches, stopped = int(manifest["batches"]), str(manifest["stopped"])
    except (KeyError, TypeError, ValueError):
        raise ResultError(f"{place / MANIFEST}: not the manifest of a simulation") from None
    futures = Futures(Outline.from_dict(manifest), stop, place)
    futures.close(batches, stopped)
    if futures.batches.done() < batches:
        gone = futures.batches.path(futures.batches.done())
        raise ResultError(f"{gone}: gone, though the manifest names it")
    return futures


def check_same(futures: Futures, result: Tables) -> None:
    """Raise InputError unless futures are of the scenario and rule of a result."""
    ours, theirs = result.manifest["scenario"], futures.outline.scenario
    if theirs["digest"] != ours["digest"]:
        raise InputError(
            f"futures: drawn of {theirs['name']!r} with other inputs than those of "
            f"{ours['name']!r}: draw them again with planner simulate"
        )
    if futures.rule != result.rule:
        raise InputError(
            f"futures: drawn by the rule {futures.rule!r}, the result is by {result.rule!r}: "
            "choose the same with --rule"
        )


def study_again(folder: Path, outline: Outline) -> Study:
    """Return the study behind a run, from the scenario beside it.

    Raises
    ------
    ResultError
        The scenario rests on something that has changed since, or cannot be read any more.
    """
    from planner.scenario.load import loads
    from planner.montecarlo.parameters import list_uncertain

    path = folder / SCENARIO
    try:
        scenario = loads(path.read_text(encoding="utf-8"), outline.scenario["name"])
        uncertain = list_uncertain(scenario)
    except (OSError, InputError) as error:
        raise ResultError(f"{path}: the scenario cannot be read any more: {error}") from None
    study = Study(uncertain, outline.rule, outline.axes.packages, outline.design, outline.monthly)
    if study.digest != outline.digest:
        raise ResultError(f"{path}: rests on figures that have changed, so no draw can be replayed")
    return study
