"""Scenarios as named on the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InputError, ResultError

if TYPE_CHECKING:
    from planner.problem.model import Problem
    from planner.results.base import Tables
    from planner.scenario.load import Scenario

__all__ = ["is_futures", "is_problem", "is_result", "load_either", "load_items", "load_scenario"]

MOST = 1_000_000
"""Bytes of a scenario that comes from standard input or a pipe."""


def load_scenario(name: str) -> Scenario:
    """Load a scenario from a file, by the name of a shipped one, or from ``-``, standard input.

    Raises
    ------
    InputError
        Every problem of the file, or that it is something else than a scenario.
    """
    from planner.cli.files import read_file
    from planner.scenario.load import load, loads

    if name == "-":
        return loads(read_file(name, MOST), "<stdin>")
    try:
        there, folder = os.path.exists(name), os.path.isdir(name)
        odd = there and not folder and not os.path.isfile(name)
    except ValueError:
        there = folder = odd = False
    if folder:
        hint = "; a result folder is for compare" if is_result(name) else ""
        raise _wrong(name, f"is a folder, expected a scenario file{hint}")
    if odd:  # a pipe or a device
        return loads(read_file(name, MOST), name)
    if is_problem(name):
        raise _wrong(name, "is a neutral problem, not a scenario: planner solve takes it")
    if name.lower().endswith((".xlsx", ".xlsm", ".xls")) and there:
        raise _wrong(name, "is a workbook, not a scenario: planner import makes one of it")
    return load(name)


def load_either(name: str) -> Scenario | Problem:
    """Load a scenario, or a neutral problem where a file or standard input holds one."""
    from planner.cli.files import read_file
    from planner.cli.problems import load_problem, looks_like_problem
    from planner.problem.neutral import LIMITS
    from planner.problem.text import read_problem
    from planner.scenario.load import loads

    if name == "-":
        text = read_file(name, int(LIMITS["bytes"]))
        if looks_like_problem("", text):
            return read_problem(text, "<stdin>")
        if len(text) > MOST:
            raise _wrong("<stdin>", f"too large: more than {MOST:,} bytes")
        return loads(text, "<stdin>")
    return load_problem(name) if is_problem(name) else load_scenario(name)


def load_items(names: Sequence[str]) -> list[Tables | Scenario]:
    """Load scenarios, and folders of results; everything wrong with any of them is said at once."""
    from planner.results.stored import read_result

    found: list[Tables | Scenario] = []
    faults: list[Any] = []
    for name in names:
        try:
            saved = "\0" not in name and Path(name).is_dir()
            found.append(read_result(name) if saved else load_scenario(name))
        except InputError as error:
            faults += error.faults
        except (ResultError, OSError) as error:
            faults.append(str(error))
    if faults:
        raise InputError(faults)
    return found


def is_problem(name: str) -> bool:
    """Whether a file is a neutral problem, going by its name and first words."""
    from planner.cli.problems import looks_like_problem

    head = _head(name) if name.lower().endswith(".json") else ""
    return "planner-problem/" in head and looks_like_problem(name, head)


def is_result(name: str) -> bool:
    """Whether a name is that of a folder of results."""
    try:
        return Path(name, "manifest.json").is_file()
    except (OSError, ValueError):
        return False


def is_futures(name: str) -> bool:
    """Whether a name is that of a folder of futures."""
    from planner.montecarlo.specification import FORMAT
    from planner.store import read_manifest

    try:
        return is_result(name) and bool(read_manifest(Path(name), FORMAT))
    except ResultError:
        return False


def _head(name: str) -> str:
    try:
        with open(name, "rb") as file:
            return file.read(4096).decode("utf-8", "replace")
    except (OSError, ValueError):  # loading it says why
        return ""


def _wrong(name: str, message: str) -> InputError:
    return InputError(Fault(name, 0, 0, "", message))
