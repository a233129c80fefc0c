from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import Fault, InputError
from planner.scenario.data import default_data


@pytest.fixture
def faults() -> Callable[..., list[str]]:
    """Return a function that calls another and gives the faults it raises, as text."""

    def run(function: Callable[..., object], *args: object, **options: object) -> list[str]:
        with pytest.raises(InputError) as caught:
            function(*args, **options)
        assert all(isinstance(fault, Fault) for fault in caught.value.faults)
        return [str(fault) for fault in caught.value.faults]

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A copy of the shipped tables that a test may spoil."""
    folder = tmp_path / "data"
    shutil.copytree(default_data(), folder)
    return folder


@pytest.fixture
def small() -> str:
    """Return a scenario that stands on its own, without data tables."""
    return (Path(__file__).parent / "small.yaml").read_text(encoding="utf-8")
