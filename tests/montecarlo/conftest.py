from __future__ import annotations

from pathlib import Path

import pytest

import planner as pl
from tests.montecarlo.made import UNCERTAIN


@pytest.fixture(scope="session")
def flank() -> pl.Scenario:
    """The scenario with two packages that results are tested with; nothing in it is uncertain."""
    return pl.load(Path(__file__).parents[1] / "results" / "flank.yaml")


@pytest.fixture(scope="session")
def hazy(flank: pl.Scenario) -> pl.Scenario:
    """The same with everything in it that can be uncertain."""
    return flank.with_(UNCERTAIN, "hazy")
