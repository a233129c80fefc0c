from __future__ import annotations

from pathlib import Path

import pytest

import planner as pl

TEXT = (Path(__file__).parent / "flank.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def text() -> str:
    """A scenario of three missions, two pools, two packages and a bound, standing on its own."""
    return TEXT


@pytest.fixture(scope="session")
def flank() -> pl.Result:
    return pl.allocate(pl.loads(TEXT, "flank.yaml"))


@pytest.fixture(scope="session")
def battalion() -> pl.Result:
    return pl.allocate("eastern-flank-battalion")


@pytest.fixture(scope="session")
def valued() -> pl.Result:
    return pl.allocate("eastern-flank-battalion", "value")


@pytest.fixture(params=["flank", "battalion", "valued"])
def result(request: pytest.FixtureRequest) -> pl.Result:
    """Each of three results in turn."""
    found: pl.Result = request.getfixturevalue(request.param)
    return found
