"""Parameter files: a posterior sample of uncertain parameters from an earlier calibration.

A parameter file is JSON, ``planner-parameters/1``: what was calibrated (scenario, rule, the last
month of the observations), the quality of the sample, and the sample itself, one list of numbers
for each parameter, all of the same length. The n-th numbers of all parameters are one joint draw.
Draws take the parameters that the observations inform, listed under ``says``, from the sample, and
all others from their distributions. The file gives the prior distribution of each parameter as
text; a scenario that gives a parameter another distribution keeps its own.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from planner.digest import SKIP
from planner.errors import Fault, InputError, nearest
from planner.scenario.data import display_path, shipped_folder

__all__ = ["FORMAT", "NONE", "Calibrated", "read_calibrated", "shipped_calibrations"]

FORMAT = "planner-parameters/1"

NONE = "none"
"""Name in a scenario that uses no parameter file."""

MAX_BYTES = 100_000_000
"""Largest parameter file that is read, bytes."""


@dataclass(frozen=True)
class Calibrated:
    """A sample of uncertain parameters given the observations.

    Attributes
    ----------
    name : str
        Name in the scenario: that of a shipped calibration, or a file.
    path : Path
        File that was read.
    content : str
        ``sha256:`` of the file.
    about : mapping
        scenario, rule, until, observations, effective, plans, seed.
    priors : mapping of str to str
        Prior distribution of each parameter, as text.
    sample : mapping of str to tuple of float
        Numbers of each parameter, all of the same length; months as shifts in months.
    """

    name: str = field(compare=False, metadata=SKIP)
    path: Path = field(repr=False, compare=False, metadata=SKIP)
    content: str
    about: Mapping[str, Any] = field(repr=False, compare=False, metadata=SKIP)
    priors: Mapping[str, str] = field(repr=False, compare=False, metadata=SKIP)
    sample: Mapping[str, tuple[float, ...]] = field(repr=False, compare=False, metadata=SKIP)

    @property
    def informed(self) -> frozenset[str]:
        """Parameters that the observations inform; the whole sample if the file lists none."""
        listed = self.about.get("says")
        names = self.sample if listed is None else (row["parameter"] for row in listed)
        return frozenset(names) & frozenset(self.sample)

    @property
    def rows(self) -> int:
        """Number of joint draws."""
        return len(next(iter(self.sample.values()), ()))


def shipped_calibrations() -> dict[str, Path]:
    """Return the parameter files that come with the package, file by name."""
    return {path.stem: path for path in sorted(shipped_folder("data").glob("calibrations/*.json"))}


def read_calibrated(path: Path, name: str) -> Calibrated:
    """Read a parameter file.

    Raises
    ------
    InputError
        The file cannot be read or is no parameter file.
    """
    try:
        status = path.stat()
    except (OSError, ValueError):
        known = shipped_calibrations()
        message = f"no such parameter file{nearest(path.stem, known)}; shipped are "
        raise InputError(Fault(name, 0, 0, "", message + (", ".join(known) or NONE))) from None
    if status.st_size > MAX_BYTES:
        raise InputError(Fault(name, 0, 0, "", f"too large: more than {MAX_BYTES:,} bytes"))
    content, about, priors, sample = _read(
        path, display_path(path), status.st_mtime_ns, status.st_size
    )
    return Calibrated(name, path, content, about, priors, sample)


_FileContent = tuple[str, Mapping[str, Any], Mapping[str, str], Mapping[str, tuple[float, ...]]]


@lru_cache(maxsize=8)
def _read(path: Path, name: str, changed: int, size: int) -> _FileContent:
    """Return digest, header, priors and sample of a file in the state of its time and size."""
    try:
        data = path.read_bytes()
        content = json.loads(data)
    except OSError as error:
        raise InputError(Fault(name, 0, 0, "", f"cannot be read: {error.strerror}")) from None
    except (ValueError, RecursionError):
        raise InputError(Fault(name, 0, 0, "", "cannot be read as JSON")) from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        message = f"expected a parameter file of planner calibrate, with format {FORMAT}"
        raise InputError(Fault(name, 0, 0, "format", message))
    priors, sample = content.get("priors", {}), content.get("sample", {})
    faults = _sample_faults(name, priors, sample, content.get("says"))
    if faults:
        raise InputError(faults)
    about = {key: value for key, value in content.items() if key not in ("priors", "sample")}
    numbers = {id: tuple(map(float, column)) for id, column in sample.items()}
    return f"sha256:{hashlib.sha256(data).hexdigest()}", about, priors, numbers


def _sample_faults(name: str, priors: Any, sample: Any, says: Any) -> list[Fault]:
    """Return the faults of the sample of a file."""

    def fault(field: str, message: str) -> Fault:
        return Fault(name, 0, 0, field, message)

    if not isinstance(sample, dict) or not sample:
        return [fault("sample", "expected lists of numbers by parameter")]
    if not isinstance(priors, dict) or not all(isinstance(item, str) for item in priors.values()):
        return [fault("priors", "expected the distribution of each parameter before, in words")]
    faults = []
    if says is not None and not (
        isinstance(says, list)
        and all(isinstance(item, dict) and isinstance(item.get("parameter"), str) for item in says)
    ):
        faults.append(fault("says", "expected a list of rows, each with a parameter"))
    rows = max((len(item) for item in sample.values() if isinstance(item, list)), default=0)
    for id, column in sample.items():
        if not isinstance(column, list) or not column or not all(map(_is_finite_number, column)):
            faults.append(fault(f"sample.{id}", "expected a list of finite numbers"))
        elif len(column) != rows:
            message = f"expected {rows} numbers as of the others, found {len(column)}"
            faults.append(fault(f"sample.{id}", message))
        if id not in priors:
            faults.append(fault(f"priors.{id}", "missing: what was its distribution before?"))
    return faults


def _is_finite_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
