"""The stated programme and the engine's arrays are the same, row for row."""

from __future__ import annotations

import numpy as np
import pytest

from planner.engine.programme import Block, build_programme
from planner.engine.setting import base_setting
from planner.problem.model import Problem
from planner.problem.neutral import parse_problem
from planner.reference.decisions import lay_decisions
from planner.reference.naming import clean_names
from planner.reference.programme import Programme
from tests.strategies import random_problem

Rows = dict[str, tuple[dict[str, float], float, float]]
"""By name: coefficients by column, lower and upper side."""


def with_budgets(data: dict, rng: np.random.Generator) -> dict:
    """Return the problem with up to two funds."""
    months = data["months"]
    budgets = []
    for number in range(int(rng.integers(0, 3))):
        first = int(rng.integers(-2, months))
        names = [d["id"] for d in data["demands"] if rng.random() < 0.7] or ["d0"]
        budgets.append(
            {
                "id": f"fund {number}",
                "first": first,
                "last": first + int(rng.integers(0, months)),
                "amount": float(rng.integers(0, 40)),
                "cost": {name: float(rng.integers(0, 3)) for name in names},
            }
        )
    return {**data, "budgets": budgets} if budgets else data


def stated(problem: Problem) -> Rows:
    """Return the rows of the PuLP programme."""
    rows: Rows = {}
    for row in Programme(problem, lay_decisions(problem)).lp.constraints():
        terms = {variable.name: value for variable, value in row.items() if value}
        low, high = row.getLb(), row.getUb()
        rows[row.name] = (
            terms,
            -np.inf if low is None else low,
            np.inf if high is None else high,
        )
    return rows


def built(problem: Problem) -> Rows:
    """Return the rows of the engine's blocks, named as the other ones are."""
    rows: Rows = {}
    for block in build_programme(problem).blocks:
        rows |= _rows_of(problem, block)
    return rows


def _rows_of(problem: Problem, block: Block) -> Rows:
    setting = base_setting(problem, block)
    pools = clean_names(problem.pools)
    pool_names = [pools[name] for name in problem.pools]
    known = {(d.demand.id, d.wave, d.begin): d.name for d in lay_decisions(problem)}
    ids = [problem.demands[place].id for place in block.demand]
    keys = zip(ids, block.wave.tolist(), block.begin.tolist(), strict=True)
    decisions = [known[key] for key in keys]
    columns = [
        f"z.{decisions[d]}.{pool_names[block.pools[p]]}" if setting.full[d] > 0 else ""
        for d, p in zip(block.decision, block.pool, strict=True)
    ]

    def terms(row) -> dict[str, float]:
        found = row.toarray().ravel()
        return {columns[c]: float(found[c]) for c in np.flatnonzero(found) if columns[c]}

    limit = iter(setting.limit)
    rows: Rows = {}
    usage = block.usage.tocsr()
    for place in range(usage.shape[0]):
        pool, month = divmod(place, block.months)
        name = f"pool.{pool_names[block.pools[pool]]}.{month}"
        rows[name] = (terms(usage[[place]]), -np.inf, float(next(limit)))
    bounds = list(zip(block.bounds.bound, block.bounds.month, strict=True))
    for place, (bound, month) in enumerate(bounds):
        counted = terms(block.bounds.matrix[[place]])
        rows[f"most.{bound}.{month}"] = (counted, -np.inf, float(next(limit)))
        if setting.goal[place] > 0:
            lacks = {f"missing.{bound}.{month}": 1.0}
            rows[f"least.{bound}.{month}"] = (counted | lacks, float(setting.goal[place]), np.inf)
    funds = clean_names(budget.id for budget in problem.budgets)
    for place, budget in enumerate(block.budgets):
        name = f"budget.{funds[problem.budgets[budget].id]}"
        rows[name] = (terms(block.budget[[place]]), -np.inf, float(next(limit)))
    pick = block.pick
    for place, decision in enumerate(decisions):
        rows[f"cap.{decision}"] = (terms(pick[[place]]), -np.inf, float(setting.full[place]))
    return {
        name: row
        for name, row in rows.items()
        if row[0] and not (row[1] == -np.inf and row[2] == np.inf)
    }


@pytest.mark.parametrize("size", ["tiny", "small", "medium"])
@pytest.mark.parametrize("seed", range(12))
def test_the_engine_solves_the_stated_programme(size, seed):
    rng = np.random.default_rng([seed, 11])
    problem = parse_problem(with_budgets(random_problem(rng, size), rng))
    ours, theirs = stated(problem), built(problem)

    assert ours.keys() == theirs.keys()
    for name, (terms, low, high) in ours.items():
        assert terms == pytest.approx(theirs[name][0], rel=1e-12), name
        assert (low, high) == pytest.approx(theirs[name][1:], rel=1e-12), name


@pytest.mark.parametrize("seed", range(12))
def test_goals_belong_to_the_same_tier(seed):
    rng = np.random.default_rng([seed, 12])
    problem = parse_problem(random_problem(rng, "small"))
    programme = Programme(problem, lay_decisions(problem))
    expected = {
        (int(bound), int(month)): int(tier)
        for block in build_programme(problem).blocks
        for setting in [base_setting(problem, block)]
        for bound, month, tier in zip(
            block.bounds.bound, block.bounds.month, setting.goal_tier, strict=True
        )
        if tier
    }
    found = {
        tuple(int(part) for part in variable.name.split(".")[1:]): tier
        for tier in programme.tiers
        for variable in programme.missed(tier).cost
    }

    assert found == expected
