"""What is drawn is what is planned: the fast way to numbers of people against the compiler."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import planner as pl
from planner.compile import compile_scenario
from planner.montecarlo.run import specification_of
from planner.montecarlo.specification import Specification


def assert_as_compiled(study: Specification, values: np.ndarray) -> None:
    """Hold every draw's caps, strengths, bounds and money against the scenario compiled for it."""
    effects = study.effects
    figures = effects.figures(values)
    for draws in effects.groups(figures, len(values)):
        made = study.structure(effects.structure(figures, int(draws[0])))
        compiled, structure = made.compiled, made.structure
        numbers = effects.numbers(compiled, figures, draws)
        for place, draw in enumerate(draws):
            alone = {id: float(column[draw]) for id, column in figures.items()}
            wanted = compile_scenario(study.uncertain.scenario, alone, drawn=True).problem
            found = structure.drawn(
                numbers.caps[place],
                numbers.strengths[place],
                least=None if numbers.least is None else numbers.least[place],
                most=None if numbers.most is None else numbers.most[place],
                amounts=None if numbers.amounts is None else numbers.amounts[place],
            )
            assert found.demands == wanted.demands
            assert found.bounds == wanted.bounds
            assert found.budgets == wanted.budgets
            assert found.packages == wanted.packages
            assert (found.months, found.report) == (wanted.months, wanted.report)
            for name, people in wanted.pools.items():
                assert np.array_equal(found.pools[name], people)


@given(seed=st.integers(0, 2**32), sampling=st.sampled_from(["sobol", "plain", "latin"]))
@settings(max_examples=15, deadline=None)
def test_every_draw_is_solved_with_the_numbers_of_its_figures(
    hazy: pl.Scenario, seed: int, sampling: str
) -> None:
    study = specification_of(hazy, 32, seed, sampling=sampling, share=2)

    assert_as_compiled(study, np.concatenate([study.values(b) for b in study.design.batch(0)]))


@pytest.mark.parametrize("name", sorted(pl.shipped_scenarios()))
def test_so_are_the_draws_of_every_scenario_that_comes_along(name: str) -> None:
    study = specification_of(name, 16, 3, share=4)

    assert_as_compiled(study, study.values(study.design.block(5)))


def test_money_is_drawn_too() -> None:
    money = pl.load("letter").with_(
        {"money": {"on": True, "budgets": [
            {"fund": "biv", "year": 2023, "amount": {"low": 5e7, "value": 1e8, "high": 2e8}}]}},
    )  # fmt: skip
    study = specification_of(money, 16, share=4)

    assert "budget.biv.2023" in study.uncertain.ids
    assert_as_compiled(study, study.values(study.design.block(0)))


def test_overlays_of_the_scenario_apply_in_every_draw(hazy: pl.Scenario) -> None:
    overlay = {"strengths": [{"pools": ["all"], "times": 0.5}], "demands": {"guards": {"cap": 2}}}
    plain, halved = specification_of(hazy, 16), specification_of(hazy.with_(overlay), 16)
    shared = [id for id in plain.uncertain.ids if id in halved.uncertain.ids]
    values = plain.values(plain.design.block(0))
    chosen = values[:, [plain.uncertain.ids.index(id) for id in shared]]
    figures = plain.effects.figures(values)
    draws = plain.effects.groups(figures, len(values))[0]

    def numbers(study: Specification, values: np.ndarray) -> object:
        figures = study.effects.figures(values)
        compiled = study.structure(study.effects.structure(figures, int(draws[0]))).compiled
        return study.effects.numbers(compiled, figures, draws)

    before, after = numbers(plain, values), numbers(halved, chosen)

    assert set(plain.uncertain.ids) - set(shared) == {"demand.guards.cap"}
    assert np.allclose(after.strengths, before.strengths / 2, rtol=1e-15)
    place = [row.id for row in plain.demands].index("guards")
    assert np.array_equal(after.caps[:, place], np.full(len(draws), 2.0))
