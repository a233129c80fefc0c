"""What is drawn is what is planned: the fast way to numbers of people against the compiler."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planner as pl
from planner.compile import compile_scenario
from planner.engine.programme import lay_out
from planner.montecarlo.plans import Frame
from planner.montecarlo.run import specification_of
from planner.montecarlo.specification import Specification
from planner.montecarlo.structure import Numbers


def same(found: Any, wanted: Any, where: str) -> None:
    """Hold two records against each other, field by field."""
    for field in fields(wanted):
        a, b = getattr(found, field.name), getattr(wanted, field.name)
        if hasattr(b, "__dataclass_fields__"):
            same(a, b, f"{where}.{field.name}")
        elif isinstance(b, np.ndarray):
            assert a.dtype == b.dtype, f"{where}.{field.name}"
            assert np.array_equal(a, b) or field.name == "number", f"{where}.{field.name}"
        else:
            assert a == b, f"{where}.{field.name}"


def assert_as_compiled(study: Specification, values: np.ndarray) -> int:
    """Hold every draw against the scenario compiled for it; return how many structures there are.

    Tours, decisions and rows are those of the compiled problem laid out alone; caps, strengths,
    bounds and money are its numbers.
    """
    figures = study.effects.figures(values)
    seen, structures = [], 0
    for made in study.instances(figures, len(values)):
        structures += 1
        for place, draw in enumerate(made.draws.tolist()):
            alone = {id: float(column[draw]) for id, column in figures.items()}
            wanted = compile_scenario(study.uncertain.scenario, alone, drawn=True).problem
            if not place:
                same(made.frame, Frame.of(wanted), "frame")
                same(made.layout, lay_out(wanted), "layout")
            for name, drawn, own in zip(
                Numbers._fields, made.numbers, Numbers.likely(wanted), strict=True
            ):
                assert np.array_equal(drawn[place : place + 1], own, equal_nan=True), name
            seen.append(draw)
    assert sorted(seen) == list(range(len(values)))
    return structures


@given(seed=st.integers(0, 2**32), sampling=st.sampled_from(["sobol", "plain", "latin"]))
@settings(max_examples=15, deadline=None)
def test_every_draw_is_solved_with_the_numbers_of_its_figures(
    hazy: pl.Scenario, seed: int, sampling: str
) -> None:
    study = specification_of(hazy, 32, seed, sampling=sampling, share=2)

    assert_as_compiled(study, study.values(study.design.batch(0)))


@pytest.mark.parametrize("name", sorted(pl.shipped_scenarios()))
def test_so_are_the_draws_of_every_scenario_that_comes_along(name: str) -> None:
    study = specification_of(name, 8, 3)

    assert_as_compiled(study, study.values([study.design.block(k) for k in range(8)]))


def test_a_package_that_begins_earlier_or_later() -> None:
    moved = {"discrete": {"values": [-3, 0, 40], "chances": [0.25, 0.25, 0.5]}}
    changes = {"uncertainty": {"shifted": {"eastern-flank": moved}}}
    study = specification_of(pl.load("eastern-flank-battalion").with_(changes), 8)
    values = study.values([study.design.block(k) for k in range(8)])

    assert len(np.unique(values[:, study.uncertain.ids.index("shifted.eastern-flank")])) == 3
    assert assert_as_compiled(study, values) == 8


def test_money_is_drawn_too() -> None:
    money = pl.load("letter").with_(
        {"money": {"on": True, "budgets": [
            {"fund": "biv", "year": 2023, "amount": {"low": 5e7, "value": 1e8, "high": 2e8}}]}},
    )  # fmt: skip
    study = specification_of(money, 16, share=4)

    assert "budget.biv.2023" in study.uncertain.ids
    assert_as_compiled(study, study.values([study.design.block(0)]))


def test_overlays_of_the_scenario_apply_in_every_draw(hazy: pl.Scenario) -> None:
    overlay = {"strengths": [{"pools": ["all"], "times": 0.5}], "demands": {"guards": {"cap": 2}}}
    plain, halved = specification_of(hazy, 16), specification_of(hazy.with_(overlay), 16)
    shared = [id for id in plain.uncertain.ids if id in halved.uncertain.ids]
    values = plain.values([plain.design.block(0)])
    chosen = values[:, [plain.uncertain.ids.index(id) for id in shared]]

    def numbers(study: Specification, values: np.ndarray) -> Numbers:
        return next(study.instances(study.effects.figures(values), len(values))).numbers

    before, after = numbers(plain, values), numbers(halved, chosen)

    assert set(plain.uncertain.ids) - set(shared) == {"demand.guards.cap"}
    assert np.allclose(after.strengths, before.strengths / 2, rtol=1e-15)
    place = [row.id for row in plain.demands].index("guards")
    assert np.array_equal(after.caps[:, place], np.full(len(after.caps), 2.0))
