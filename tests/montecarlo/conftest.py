from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import planner as pl

UNCERTAIN: dict[str, Any] = {
    "pools": {
        "staff": {"posts": {"low": 24, "value": 30, "high": 34},
                  "fit": {"low": 0.8, "value": 0.9, "high": 1.0}},
        "civil": {"posts": {"low": 20, "value": 40, "high": 60}},
    },
    "kinds": {
        "post": {"rest": {"low": 0.5, "value": 1, "high": 2}, "acceptance": 0.8, "lead": 2,
                 "early_return": 0.02},
    },
    "demands": {"guards": {"cap": {"low": 1, "value": 3, "high": 6}}},
    "bounds": {"eyes": {"min": {"low": 8, "value": 10, "high": 11}}},
    "strengths": [
        {"pools": ["staff"], "from": "2022-06", "times": {"low": 0.8, "value": 0.95, "high": 1.2}},
        {"pools": ["civil"], "from": "2022-03", "to": "2023-02", "grow_to": {"low": 4, "value": 9,
                                                                            "high": 12}},
        {"pools": ["staff"], "of": "fit", "from": "2023-01", "times": 1.1},
    ],
    "uncertainty": {
        "decided": {"late": 0.6},
        "extended": {"observers": {"chance": 0.5, "months": 6}},
        "shifted": {"guards": {"discrete": {"values": [0, 2], "chances": [0.7, 0.3]}}},
        "sizes": {"more": {"uniform": {"low": 0.5, "high": 1.5}}},
        "shared": {"readiness": {
            "figures": ["pool.*.posts"],
            "times": {"normal": {"mean": 1, "sd": 0.1, "low": 0.5, "high": 1.5}}}},
        "correlations": [{"figures": ["pool.staff.posts", "pool.civil.posts"], "rank": 0.6}],
    },
}  # fmt: skip
"""Everything that can be uncertain, on a scenario of three missions."""


@pytest.fixture(scope="session")
def flank() -> pl.Scenario:
    """The scenario with two packages that results are tested with; nothing in it is uncertain."""
    return pl.load(Path(__file__).parents[1] / "results" / "flank.yaml")


@pytest.fixture(scope="session")
def hazy(flank: pl.Scenario) -> pl.Scenario:
    """The same with everything in it that can be uncertain."""
    return flank.with_(UNCERTAIN, "hazy")
