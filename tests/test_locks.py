"""The lock files: one version each; the program's own holds what it needs and nothing else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(name: str) -> set[str]:
    """Return all lines ``package==version ; where`` of a lock file."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return {line.rstrip("\\ ") for line in re.findall(r"^\w.*$", text, re.M)}


def packages(name: str) -> set[str]:
    """Return the names of the packages of a lock file."""
    return {line.split("==")[0] for line in pins(name)}


def wanted(group: list[str]) -> set[str]:
    """Return the names of the packages that a group of requirements names."""
    names = {re.split(r"[<>=!;\[ ]", line)[0] for line in group}
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def test_both_locks_hold_the_same_versions():
    assert pins("requirements.lock") < pins("requirements-tests.lock")


def test_the_lock_of_the_program_holds_what_it_needs_and_nothing_optional():
    held = packages("requirements.lock")
    assert (
        wanted(PROJECT["dependencies"]) | wanted(PROJECT["optional-dependencies"]["build"]) <= held
    )
    optional = {name for name in PROJECT["optional-dependencies"] if name != "build"}
    assert not held & set().union(*(wanted(PROJECT["optional-dependencies"][n]) for n in optional))


@pytest.mark.parametrize("extra", PROJECT["optional-dependencies"])
def test_the_lock_of_the_tests_holds_every_extra(extra):
    wants = wanted(PROJECT["optional-dependencies"][extra])
    assert wants <= packages("requirements-tests.lock")
