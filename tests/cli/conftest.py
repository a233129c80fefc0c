from __future__ import annotations

import io
import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from planner.cli.main import main

FLANK = Path(__file__).parents[1] / "results" / "flank.yaml"

PROBLEM: dict[str, Any] = {
    "format": "planner-problem/1",
    "months": 12,
    "pools": {"staff": 10},
    "demands": [
        {"id": "flank", "tier": 1, "main_task": 1, "cap": 4, "first": 0, "last": 11, "tour": 1,
         "pools": ["staff"], "prep": 0, "rest": 0},
        {"id": "untso", "tier": 2, "cap": 8, "first": 0, "last": 11, "tour": 1,
         "pools": ["staff"], "prep": 0, "rest": 0},
    ],
    "packages": {"flank": {"demands": ["flank"], "known": 0}},
}  # fmt: skip


ENGLISH = """
    the and with without from which that are not than each this for to or no yes all by most least
    people persons person month months fill filled asked posts lost loss displaced displacement
    short mission missions demand demands draw draws mean name rule window known written main task
    other tour preparation strength share figure source basis unit cause price largest reached
    smallest file valid free first last
"""
"""Words that no Dutch text has; ids of the small scenario are not among them."""


def english_in(text: str) -> set[str]:
    """Return English words of a text; what has dots or slashes in it is an id or a file."""
    words = (word.strip(".,;:()") for word in re.findall(r"[\w./:*,;()-]+", text.lower()))
    return set(ENGLISH.split()).intersection(words)


@dataclass(frozen=True)
class Outcome:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as strict JSON."""

        def refuse(word: str) -> None:
            raise AssertionError(f"not JSON: {word}")

        return json.loads(self.out, parse_constant=refuse)

    @property
    def faults(self) -> list[str]:
        """Lines of standard error, after checking that they are meant for a person."""
        assert "Traceback" not in self.err
        assert "unexpected error" not in self.err
        return self.err.splitlines()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, in a terminal with room."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path


@pytest.fixture
def planner(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Outcome]:
    """Return a function that runs a command in this process."""

    def run(*args: object, stdin: str | bytes = "") -> Outcome:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        code = main([str(arg) for arg in args])
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    return run


@pytest.fixture
def scenario(here: Path) -> Path:
    """A small scenario with two packages, in the current folder."""
    target = here / "flank.yaml"
    shutil.copy(FLANK, target)
    return target


@pytest.fixture
def problem(here: Path) -> Path:
    """A small neutral problem, in the current folder."""
    target = here / "problem.json"
    target.write_text(json.dumps(PROBLEM, indent=1), encoding="utf-8")
    return target


def listing(folder: Path) -> list[str]:
    """Return everything in a folder, hidden files too."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
