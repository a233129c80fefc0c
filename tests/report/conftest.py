from __future__ import annotations

import pytest

import planner as pl
from tests.figures.made import text


@pytest.fixture(scope="session")
def made() -> pl.Result:
    """Return ten missions, one of them named in markup, and a package."""
    return pl.allocate(pl.loads(text(10), "made-10.yaml"))


@pytest.fixture(scope="session")
def report(made: pl.Result) -> pl.Report:
    """Return a report with all there can be in it: futures, a curve, another scenario."""
    other = pl.allocate(pl.loads(text(3), "made-3.yaml"))
    futures = pl.simulate(made.scenario, draws=16, replicates=4, workers=1)
    return pl.make_report(made, other, futures=futures)


@pytest.fixture(scope="session")
def letter() -> pl.Report:
    """Return a report of the letter, which has no package, in Dutch."""
    return pl.make_report("letter", lang="nl")


@pytest.fixture(params=["report", "letter"])
def either(request: pytest.FixtureRequest) -> pl.Report:
    found: pl.Report = request.getfixturevalue(request.param)
    return found
