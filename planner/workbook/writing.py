"""Whole workbooks: a scenario with its result, or a blank one."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import InputError, ResultError
from planner.labels import LANGUAGES
from planner.scenario.load import loads
from planner.workbook.cover import Cover, add_manifest
from planner.workbook.filling import fill_in
from planner.workbook.kept import HIDDEN, kept_lines
from planner.workbook.look import Paper
from planner.workbook.outcomes import add_outcomes

if TYPE_CHECKING:
    from planner.montecarlo.ensemble import Ensemble
    from planner.results.base import Tables
    from planner.scenario.load import Scenario

__all__ = ["write_template", "write_workbook"]


def write_workbook(
    result: Tables | Scenario | Ensemble | str | Path,
    path: str | Path,
    lang: str = "en",
    futures: Ensemble | None = None,
) -> Path:
    """Write a scenario and its result as a workbook for Excel or LibreOffice.

    Parameters
    ----------
    result : Result, StoredResult, Scenario, Ensemble, str or Path
        A result, one saved in a folder, or a scenario, which is allocated first; many futures
        stand for their scenario and themselves.
    path : str or Path
        File to write, ``.xlsx``; what is there is replaced.
    lang : {"en", "nl"}
    futures : Ensemble, optional
        Many futures of the same scenario, whose summary gets sheets of its own.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The ending or the language is wrong, or the futures are of something else.
    ResultError
        The file cannot be written, or a saved result does not know its scenario any more.

    Examples
    --------
    >>> import planner as pl
    >>> target = Path(tempfile.mkdtemp(), "letter.xlsx")
    >>> write_workbook(pl.allocate("letter"), target, lang="nl").name
    'letter.xlsx'
    """
    from planner.montecarlo.ensemble import Ensemble, check_same
    from planner.results.compare import as_result

    target = _target(path, lang)
    if isinstance(result, Ensemble):
        futures, scenario = result, result.specification.uncertain.scenario
        solved = as_result(scenario, futures.rule)
    else:
        solved = as_result(result)
        scenario = solved.scenario
    if futures is not None:
        check_same(futures, solved)

    def make(paper: Paper) -> None:
        cover = Cover(paper)
        fill_in(paper, scenario)
        add_outcomes(paper, solved, scenario.inputs, futures)
        add_manifest(paper, solved, futures)
        cover.write(scenario, solved, futures)
        _keep(paper, scenario)

    return _write(target, lang, make)


def write_template(path: str | Path, lang: str = "en") -> Path:
    """Write a blank workbook, to be filled in by somebody who begins from nothing.

    Parameters
    ----------
    path : str or Path
        File to write, ``.xlsx``; what is there is replaced.
    lang : {"en", "nl"}

    Examples
    --------
    >>> target = write_template(Path(tempfile.mkdtemp(), "blank.xlsx"))
    >>> target.stat().st_size > 5_000
    True
    """
    target = _target(path, lang)
    blank = loads("data: none\n", "blank.yaml")

    def make(paper: Paper) -> None:
        cover = Cover(paper)
        fill_in(paper, blank)
        cover.write(blank, None, blank=True)

    return _write(target, lang, make)


def _target(path: str | Path, lang: str) -> Path:
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise InputError(f"{path}: expected a file ending in .xlsx")
    if lang not in LANGUAGES:
        raise InputError(f"language: expected {' or '.join(LANGUAGES)}, found {lang!r}")
    return target


def _keep(paper: Paper, scenario: Scenario) -> None:
    """Keep the scenario itself in a hidden sheet, for the way back."""
    lines = kept_lines(scenario)
    if not lines:
        return
    sheet = paper.book.add_worksheet(HIDDEN)
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
    sheet.very_hidden()


def _write(target: Path, lang: str, make: Callable[[Paper], None]) -> Path:
    """Write a workbook beside its place, then put it there whole."""
    try:
        handle, name = tempfile.mkstemp(prefix=".planner-", suffix=".xlsx", dir=target.parent)
        os.close(handle)
        beside = Path(name)
        try:
            paper = Paper(beside, lang)
            make(paper)
            paper.close()
            umask = os.umask(0)
            os.umask(umask)
            beside.chmod(0o666 & ~umask)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ResultError(f"{target}: cannot be written: {reason}") from None
    return target
