"""Problems formulated side by side against each compiled and laid out by itself."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

import planner as pl
from planner.engine.layout import lay_out
from planner.montecarlo.instances import Formulation
from planner.montecarlo.plans import Frame
from planner.montecarlo.run import specification_of
from planner.montecarlo.structure import Numbers
from planner.scenario.load import Scenario

NAMES = [name for name in pl.shipped_scenarios()]

MOVED = {
    "uncertainty": {
        "shifted": {"eastern-flank": {"discrete": {"values": [-3, 0, 5], "chances": [1, 1, 1]}}},
    }
}
"""A package that begins earlier or later, in some draws after demands of others have ended."""


def same(found: Any, wanted: Any, where: str) -> None:
    """Hold two records against each other, field by field."""
    for field in fields(wanted):
        a, b = getattr(found, field.name), getattr(wanted, field.name)
        if hasattr(b, "__dataclass_fields__"):
            same(a, b, f"{where}.{field.name}")
        elif isinstance(b, np.ndarray):
            assert a.dtype == b.dtype, f"{where}.{field.name}"
            assert np.array_equal(a, b), f"{where}.{field.name}"
        elif field.name != "number":
            assert a == b, f"{where}.{field.name}"


def check(scenario: Scenario | str, draws: int = 24) -> int:
    """Hold every draw of a scenario against its problem; return how many structures there are."""
    specification = specification_of(scenario, draws, share=1, replicates=2)
    values = np.concatenate(
        [specification.values(specification.design.block(k)) for k in range(draws)]
    )
    figures = specification.effects.figures(values)
    groups = specification.effects.groups(figures, len(values))
    form, seen = Formulation(specification.uncertain.scenario), []
    for made in form.instances(figures, groups):
        problem = made.problem()
        same(made.frame, Frame.of(problem), "frame")
        same(made.layout, lay_out(problem), "layout")
        likely = Numbers.likely(problem)
        for name, given, own in zip(Numbers._fields, made.numbers, likely, strict=True):
            assert np.allclose(given[:1], own, rtol=1e-15, atol=0, equal_nan=True), name
        seen += made.draws.tolist()
    assert sorted(seen) == list(range(len(values)))
    return len(groups)


@pytest.mark.parametrize("name", NAMES)
def test_shipped_scenarios(name: str) -> None:
    check(name)


def test_a_package_that_moves() -> None:
    assert check(pl.load("eastern-flank-battalion").with_(MOVED, "moved")) > 1
