from __future__ import annotations

import pytest

import planner as pl
from tests.figures.made import text


def made(missions: int) -> pl.Result:
    return pl.allocate(pl.loads(text(missions), f"made-{missions}.yaml"))


@pytest.fixture(scope="session")
def three() -> pl.Result:
    return made(3)


@pytest.fixture(scope="session")
def sixty() -> pl.Result:
    return made(60)


@pytest.fixture(scope="session")
def battalion() -> pl.Result:
    return pl.allocate("eastern-flank-battalion")


@pytest.fixture(scope="session")
def brigade() -> pl.Result:
    return pl.allocate("eastern-flank-brigade")


@pytest.fixture(scope="session")
def letter() -> pl.Result:
    return pl.allocate("letter")


@pytest.fixture(
    params=[("three", "nl"), ("sixty", "en"), ("battalion", "en"), ("battalion", "nl"),
            ("letter", "nl")],
    ids=lambda pair: "-".join(pair),
)  # fmt: skip
def drawn(request: pytest.FixtureRequest) -> tuple[pl.Result, str]:
    """Each of four results in turn, with a language; the letter has no package."""
    name, lang = request.param
    return request.getfixturevalue(name), lang


@pytest.fixture(scope="session")
def futures() -> pl.Ensemble:
    """Return futures of ten missions with four uncertain pools, so few that bars are wide."""
    return pl.simulate(pl.loads(text(10), "made-10.yaml"), draws=48, replicates=8, workers=1)
