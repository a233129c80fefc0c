"""Parameter files: a sample of uncertain parameters as an earlier calibration found them.

A parameter file is JSON, ``planner-parameters/1``: what was calibrated (scenario, rule, the last
month of the observations), how good the sample is, and the sample itself, one list of numbers a
parameter, all of one length. Rows belong together: the n-th numbers of all parameters are one
joint draw. Draws take the parameters that the record speaks of, listed under ``says``, from the
sample, and all others from their distributions. Beside each parameter stands the distribution it
had before, in words; a scenario that gives a parameter another distribution keeps its own.
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
from planner.scenario.data import shipped, shown

__all__ = ["FORMAT", "NONE", "Calibrated", "read_calibrated", "shipped_calibrations"]

FORMAT = "planner-parameters/1"

NONE = "none"
"""What a scenario says that uses no parameter file."""

LARGEST = 100_000_000
"""Largest parameter file read, bytes."""


@dataclass(frozen=True)
class Calibrated:
    """A sample of uncertain parameters given what was seen.

    Attributes
    ----------
    said : str
        As the scenario names it: a shipped one, or a file.
    path : Path
        Where it was read.
    content : str
        ``sha256:`` of the file.
    about : mapping
        scenario, rule, until, observations, effective, plans, seed.
    priors : mapping of str to str
        Distribution of each parameter before, in words.
    sample : mapping of str to tuple of float
        Numbers of each parameter, all of one length; months as how many months they move.
    """

    said: str = field(compare=False, metadata=SKIP)
    path: Path = field(repr=False, compare=False, metadata=SKIP)
    content: str
    about: Mapping[str, Any] = field(repr=False, compare=False, metadata=SKIP)
    priors: Mapping[str, str] = field(repr=False, compare=False, metadata=SKIP)
    sample: Mapping[str, tuple[float, ...]] = field(repr=False, compare=False, metadata=SKIP)

    @property
    def spoken(self) -> frozenset[str]:
        """Parameters that the record speaks of; all of the sample where the file does not say."""
        said = self.about.get("says")
        names = self.sample if said is None else (one["parameter"] for one in said)
        return frozenset(names) & frozenset(self.sample)

    @property
    def rows(self) -> int:
        """Number of joint draws."""
        return len(next(iter(self.sample.values()), ()))


def shipped_calibrations() -> dict[str, Path]:
    """Return the parameter files that come with the package, file by name."""
    return {path.stem: path for path in sorted(shipped("data").glob("calibrations/*.json"))}


def read_calibrated(path: Path, said: str) -> Calibrated:
    """Read a parameter file.

    Raises
    ------
    InputError
        It cannot be read, or is something else; with what was expected.
    """
    try:
        stamp = path.stat()
    except (OSError, ValueError):
        known = shipped_calibrations()
        message = f"no such parameter file{nearest(path.stem, known)}; shipped are "
        raise InputError(Fault(said, 0, 0, "", message + (", ".join(known) or NONE))) from None
    if stamp.st_size > LARGEST:
        raise InputError(Fault(said, 0, 0, "", f"too large: more than {LARGEST:,} bytes"))
    content, about, priors, sample = _read(path, shown(path), stamp.st_mtime_ns, stamp.st_size)
    return Calibrated(said, path, content, about, priors, sample)


_Parts = tuple[str, Mapping[str, Any], Mapping[str, str], Mapping[str, tuple[float, ...]]]


@lru_cache(maxsize=8)
def _read(path: Path, name: str, changed: int, size: int) -> _Parts:
    """Return digest, head, distributions before and sample of a file, as it was at one time."""
    try:
        data = path.read_bytes()
        said = json.loads(data)
    except OSError as error:
        raise InputError(Fault(name, 0, 0, "", f"cannot be read: {error.strerror}")) from None
    except (ValueError, RecursionError):
        raise InputError(Fault(name, 0, 0, "", "cannot be read as JSON")) from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        message = f"expected a parameter file of planner calibrate, with format {FORMAT}"
        raise InputError(Fault(name, 0, 0, "format", message))
    priors, sample = said.get("priors", {}), said.get("sample", {})
    faults = _faults(name, priors, sample, said.get("says"))
    if faults:
        raise InputError(faults)
    about = {key: value for key, value in said.items() if key not in ("priors", "sample")}
    numbers = {id: tuple(map(float, column)) for id, column in sample.items()}
    return f"sha256:{hashlib.sha256(data).hexdigest()}", about, priors, numbers


def _faults(name: str, priors: Any, sample: Any, says: Any) -> list[Fault]:
    """Return everything wrong with the sample of a file."""

    def fault(field: str, message: str) -> Fault:
        return Fault(name, 0, 0, field, message)

    if not isinstance(sample, dict) or not sample:
        return [fault("sample", "expected lists of numbers by parameter")]
    if not isinstance(priors, dict) or not all(isinstance(one, str) for one in priors.values()):
        return [fault("priors", "expected the distribution of each parameter before, in words")]
    found = []
    if says is not None and not (
        isinstance(says, list)
        and all(isinstance(one, dict) and isinstance(one.get("parameter"), str) for one in says)
    ):
        found.append(fault("says", "expected a list of rows, each with a parameter"))
    rows = max((len(one) for one in sample.values() if isinstance(one, list)), default=0)
    for id, column in sample.items():
        if not isinstance(column, list) or not column or not all(map(_number, column)):
            found.append(fault(f"sample.{id}", "expected a list of finite numbers"))
        elif len(column) != rows:
            message = f"expected {rows} numbers as of the others, found {len(column)}"
            found.append(fault(f"sample.{id}", message))
        if id not in priors:
            found.append(fault(f"priors.{id}", "missing: what was its distribution before?"))
    return found


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
