"""Results on disk: a folder of Parquet and CSV tables with a manifest."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError, ResultError
from planner.problem.neutral import dump_problem
from planner.results.base import TABLES, Tables
from planner.results.result import FORMAT, Result
from planner.scenario.load import Scenario, loads
from planner.store import fresh_folder, hash_file, read_manifest, write_manifest, write_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["StoredResult", "read_result", "save"]


def save(result: Result, folder: str | Path) -> Path:
    """Write a result to a folder; see :meth:`planner.results.result.Result.save`."""
    if not math.isfinite(result.certificate.gap):
        message = "not written: the solver proved no bound in its time limit, give it longer"
        raise ResultError(f"{folder}: {message}")
    with fresh_folder(folder, FORMAT) as place:
        (place / "tables").mkdir()
        for name in TABLES:
            write_table(result.table(name), place / "tables" / name)
        (place / "scenario.yaml").write_text(result.scenario.dump(), encoding="utf-8")
        problem = json.dumps(dump_problem(result.compiled.problem), allow_nan=False)
        (place / "problem.json").write_text(problem + "\n", encoding="utf-8")
        write_manifest(place, result.manifest)
    return Path(folder)


def read_result(folder: str | Path) -> StoredResult:
    """Read a saved result: its tables and manifest, not the plans behind them.

    Raises
    ------
    ResultError
        The folder is no result, or something in it is gone or was changed.
    """
    place = Path(folder)
    manifest = read_manifest(place, FORMAT)
    for name, wanted in manifest["files"].items():
        try:
            found = hash_file(place / name)
        except OSError:
            raise ResultError(f"{place / name}: gone, though the manifest names it") from None
        if found != wanted:
            raise ResultError(f"{place / name}: not as it was written (see manifest.json)")
    return StoredResult(place, manifest)


class StoredResult(Tables):
    """A result read back from a folder: all tables and groupings, no plans.

    Made by :func:`read_result`.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]):
        """Take a folder whose manifest has been read."""
        self.folder = folder
        self._manifest = manifest
        self.name = str(manifest["scenario"]["name"])
        self.rule = str(manifest["rule"])
        self._scenario: Scenario | None = None

    @property
    def scenario(self) -> Scenario:  # type: ignore[override]
        """The scenario it is the result of.

        Raises
        ------
        ResultError
            The scenario builds on something that has changed since, or on data of one's own.
        """
        if self._scenario is None:
            path = self.folder / "scenario.yaml"
            try:
                found = loads(path.read_bytes(), f"{self.name}.yaml")
            except (OSError, InputError) as error:
                raise ResultError(f"{path}: cannot be read: {error}") from None
            if found.digest != self._manifest["scenario"]["digest"]:
                raise ResultError(
                    f"{path}: what it builds on has changed since this result was made: run it anew"
                )
            self._scenario = found
        return self._scenario

    @property
    def manifest(self) -> dict[str, Any]:
        """As it was written."""
        return dict(self._manifest)

    def _make(self, table: str) -> pd.DataFrame:
        import pandas as pd

        path = self.folder / "tables" / f"{table}.parquet"
        try:
            return pd.read_parquet(path)
        except (OSError, ValueError) as error:
            raise ResultError(f"{path}: cannot be read: {error}") from None

    def __repr__(self) -> str:
        """Name, rule and window."""
        window = self._manifest["window"]
        return f"<StoredResult {self.name!r}, {self.rule}, {window['first']} to {window['last']}>"
