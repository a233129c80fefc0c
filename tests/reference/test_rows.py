"""The stated programme, which is built from the engine's blocks, against rows counted one by one.

The rows are written down by the oracle, which shares nothing with either: demand by demand, tour by
tour and month by month.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import pytest

from planner.problem.neutral import parse_problem
from planner.reference.plans import Statement, clean_names, state_all
from tests.oracles.planning import counted, duty, ties
from tests.oracles.tours import Decision
from tests.oracles.unfold import decisions_of, read
from tests.strategies import random_problem

Column = tuple[str, tuple[tuple[int, int, int], ...], int]
"""Demand, tours (cohort, first, last) and place of the option: a column whatever its name."""
Rows = dict[tuple, tuple[dict[Any, float], float]]
"""Coefficients by column, and the right-hand side, by kind and place of a row."""


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


def columns_of(statement: Statement) -> dict[str, Column]:
    """Return the decision and option of each variable, by its name."""
    block, programme = statement.block, statement.names.programme
    tours: dict[int, list] = defaultdict(list)
    laid = programme.tours
    for tour, decision in zip(block.tour.tolist(), block.tour_decision.tolist(), strict=True):
        row = laid.cohort[tour], laid.first[tour], laid.last[tour]
        tours[decision].append(tuple(int(value) for value in row))
    return {
        variable.name: (
            programme.problem.demands[block.demand[block.decision[column]]].id,
            tuple(sorted(tours[int(block.decision[column])])),
            int(block.option[column]),
        )
        for column, variable in statement.z.items()
    }


def stated(data: dict) -> Rows:
    """Return the rows of the PuLP programme."""
    statements = state_all(parse_problem(data))
    columns = {name: key for one in statements for name, key in columns_of(one).items()}
    budgets = {short: name for name, short in _budget_names(data).items()}
    rows: Rows = {}
    for row in statements[0].lp.constraints() if statements else []:
        terms = {
            columns.get(variable.name, "missing"): value for variable, value in row.items() if value
        }
        kind, *place = row.name.split(".")
        low, high = row.getLb(), row.getUb()
        assert (low is None) == (kind != "least")
        if kind == "cap":
            key = kind, *next((demand, tours) for demand, tours, _ in terms)
        elif kind == "budget":
            key = kind, budgets[place[0]]
        else:
            key = (kind, *place)
        rows[key] = terms, high if low is None else low
    return rows


def _budget_names(data: dict) -> dict[str, str]:
    return clean_names(budget["id"] for budget in data.get("budgets", []))


def by_hand(data: dict) -> Rows:
    """Return the rows counted by the oracle, without those that bind no column."""
    known = read(data)
    decisions = decisions_of(known)
    number = {
        (decision.key, name): (decision.demand, tuple(sorted(decision.tours)), place)
        for decision in decisions
        for place, name in enumerate(known["demands"][decision.demand]["options"])
    }

    def named(terms: dict) -> dict[Column, float]:
        return {number[place]: float(value) for place, value in terms.items() if value}

    rows: Rows = {}
    for decision in decisions:
        options = known["demands"][decision.demand]["options"]
        terms = named({(decision.key, name): 1 for name in options})
        rows["cap", decision.demand, tuple(sorted(decision.tours))] = terms, decision.size
    for (pool, month), terms in ties(known, decisions).items():
        rows["pool", pool, str(month)] = named(terms), known["pools"][pool][month]
    for (pool, month), terms in ties(known, decisions, at_work=True).items():
        rows["work", pool, str(month)] = named(terms), known["pools"][pool][month]
    for place, bound in enumerate(known["bounds"]):
        for month, terms in counted(known, decisions, bound).items():
            if bound["max"] is not None:
                rows["most", str(place), str(month)] = named(terms), bound["max"]
            if bound["min"]:
                rows["least", str(place), str(month)] = (
                    {**named(terms), "missing": 1.0},
                    bound["min"],
                )
    for budget in data.get("budgets", []):
        rows["budget", budget["id"]] = _paid(known, decisions, budget, number), budget["amount"]
    return {key: row for key, row in rows.items() if row[0].keys() - {"missing"}}


def _paid(known: dict, decisions: list[Decision], budget: dict, number: dict) -> dict:
    window = budget["first"], budget["last"]
    return {
        number[decision.key, name]: euros
        for decision in decisions
        if (euros := budget["cost"].get(decision.demand, 0) * float(duty(known, decision, window)))
        for name in known["demands"][decision.demand]["options"]
    }


def needless(data: dict) -> set[tuple]:
    """Return the rows of the second account that follow from the first: they may be left out."""
    known = read(data)
    decisions = decisions_of(known)
    demands = [known["demands"][decision.demand] for decision in decisions]
    standby = {pool for demand in demands if demand["on_call"] for pool in demand["pools"]}
    rows = ties(known, decisions, at_work=True)
    return {("work", pool, str(month)) for pool, month in rows if pool not in standby}


def assert_same(found: Rows, expected: Rows, optional: set[tuple]) -> None:
    """Compare two sets of rows."""
    found = {key: row for key, row in found.items() if row[0].keys() - {"missing"}}
    assert found.keys() | optional == expected.keys() | optional
    for key, (terms, side) in found.items():
        assert terms == pytest.approx(expected[key][0], abs=1e-12), key
        assert side == pytest.approx(expected[key][1], abs=1e-12), key


@pytest.mark.parametrize("size", ["tiny", "small", "medium"])
@pytest.mark.parametrize("seed", range(25))
def test_row_for_row(seed, size):
    rng = np.random.default_rng([seed, 11])
    data = with_budgets(random_problem(rng, size), rng)

    assert_same(stated(data), by_hand(data), needless(data))


def test_every_kind_of_row_occurs():
    kinds = set()
    for seed in range(25):
        rng = np.random.default_rng([seed, 11])
        kinds |= {key[0] for key in stated(with_budgets(random_problem(rng, "small"), rng))}

    assert kinds == {"cap", "pool", "work", "most", "least", "budget"}
