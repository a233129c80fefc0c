"""A wrong start, or a plan or a price that is not what it should be, is found out by its proof."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

import planner as pl
from planner.compile import compile_scenario
from planner.engine.highs import LinearProgramme
from planner.montecarlo import unfolding
from planner.montecarlo.kernel.aims import as_in
from planner.montecarlo.plans import Plans
from planner.montecarlo.structure import Code, Structure
from planner.problem.model import Problem
from tests.montecarlo.kernel.plain import plain_kernel
from tests.montecarlo.kernel.test_structure import some_draws, worth

DRAWS = 2


@pytest.fixture(scope="module")
def problem(flank: pl.Scenario) -> Problem:
    """Three missions and a package known later; compiled code plans all of it."""
    return replace(compile_scenario(flank).problem, bounds=())


@pytest.fixture(scope="module")
def kernel() -> SimpleNamespace:
    """The kernel in plain Python."""
    fair, value = plain_kernel("batch", "batch_value")
    return SimpleNamespace(fair=fair, value=value)


@pytest.fixture
def works(kernel: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The same, in use."""
    monkeypatch.setattr(unfolding, "fair_plans", kernel.fair.fair_plans)
    monkeypatch.setattr(unfolding, "value_plans", kernel.value.value_plans)
    return kernel


def plans(problem: Problem, rule: str, compiled: bool = True) -> Plans:
    return Structure(problem, rule, compiled).solve(*some_draws(problem, 1, DRAWS, 0.3), ["more"])


@pytest.fixture(scope="module")
def by_engine(problem: Problem) -> dict[str, Plans]:
    """The same draws without compiled code."""
    return {rule: plans(problem, rule, compiled=False) for rule in ("fair", "value")}


@pytest.mark.parametrize("rule", ["fair", "value"])
def test_plain_python_plans_as_compiled_code_does(
    problem: Problem, rule: str, works: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = plans(problem, rule)
    monkeypatch.undo()
    found = plans(problem, rule)
    assert (found.code == Code.COMPILED).all()
    assert np.array_equal(plain.code, found.code)
    assert plain.served == pytest.approx(found.served, abs=1e-9)


def fewer(people: np.ndarray) -> None:
    people[np.argmax(people)] *= 0.999


def more(people: np.ndarray) -> None:
    people *= 1.001


def moved(people: np.ndarray) -> None:
    there = np.flatnonzero(people > 0.1)
    people[there[0]] -= 0.05
    people[there[-1]] += 0.05


def none(prices: np.ndarray) -> None:
    prices[:] = 0.0


def higher(prices: np.ndarray) -> None:
    prices *= 1.01


def below_nothing(prices: np.ndarray) -> None:
    prices *= -1.0


def shuffled(prices: np.ndarray) -> None:
    prices[:] = prices[..., ::-1].copy()


def neighbour() -> Callable[[np.ndarray], None]:
    """Hand on what the first draw had, as a start that nobody looked at again would be."""
    first: dict[int, np.ndarray] = {}

    def of_the_first(people: np.ndarray) -> None:
        kept = first.setdefault(len(people), people.copy())
        people[:] = people * 0.9 if np.allclose(people, kept) else kept

    return of_the_first


PEOPLE = [fewer, more, moved, neighbour()]


def caught(found: Plans, wanted: Plans) -> None:
    """Hold what came of a tampered plan against the engine's: refused, and planned anew."""
    assert (found.code == Code.ENGINE).all()
    assert np.array_equal(found.served, wanted.served)
    assert found.proof.max() <= 1e-6


def tampered(
    module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch, what: str,
    hand: Callable[[Any], None],
) -> None:  # fmt: skip
    """Let a hand at something that a search gives, before it is proved."""
    search = getattr(module, name)
    place = list(inspect.signature(search).parameters).index(what)

    def wrong(*given: Any) -> Any:
        said = search(*given)
        hand(given[place])
        return said

    monkeypatch.setattr(module, name, wrong)


@pytest.mark.parametrize("hand", PEOPLE, ids=lambda one: one.__name__)
def test_a_plan_by_value_that_is_not_the_best_is_refused(
    hand: Any, problem: Problem, works: SimpleNamespace, by_engine: dict[str, Plans],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tampered(works.value, "pursue", monkeypatch, "people", hand)
    caught(plans(problem, "value"), by_engine["value"])


@pytest.mark.parametrize("hand", [none, higher, below_nothing, shuffled], ids=lambda f: f.__name__)
def test_prices_that_prove_nothing_are_refused(
    hand: Any, problem: Problem, works: SimpleNamespace, by_engine: dict[str, Plans],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tampered(works.value, "pursue", monkeypatch, "prices", hand)
    caught(plans(problem, "value"), by_engine["value"])


@pytest.mark.parametrize("hand", PEOPLE, ids=lambda one: one.__name__)
def test_a_fair_plan_that_is_not_the_fairest_is_refused(
    hand: Any, problem: Problem, works: SimpleNamespace, by_engine: dict[str, Plans],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tampered(works.fair, "_plan", monkeypatch, "people", hand)
    caught(plans(problem, "fair"), by_engine["fair"])


@pytest.mark.parametrize("what", ["no claims", "no weights", "other weights", "other limits"])
def test_claims_that_prove_nothing_are_refused(
    what: str, problem: Problem, works: SimpleNamespace, by_engine: dict[str, Plans],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    draw = np.random.default_rng(3)

    def hand(claims: Any) -> None:
        if what == "no claims":
            claims.count[0] = 0
        elif what == "no weights":
            claims.weight[:] = 0.0
        elif what == "other weights":
            claims.weight *= draw.uniform(0.5, 2.0, len(claims.weight))
        else:
            claims.place[:] = np.where(claims.place > 0, claims.place - 1, claims.place)

    tampered(works.fair, "_plan", monkeypatch, "claims", hand)
    caught(plans(problem, "fair"), by_engine["fair"])


def test_a_wrong_order_to_begin_with_changes_nothing_that_is_proved(
    problem: Problem, by_engine: dict[str, Plans], monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(4)

    def nonsense(self: Any, place: int, history: Any) -> Any:
        aims = self.aims[place]
        size = len(self.planner.programme.blocks[place].decision)
        return as_in(aims, draw.uniform(0, 9, size), np.ones(size))

    known = replace(problem, packages=())
    monkeypatch.setattr(unfolding.Unfolding, "_aims", nonsense)
    caps, strengths = some_draws(known, 1, DRAWS, 0.3)
    found = Structure(known, "value").solve(caps, strengths)
    wanted = Structure(known, "value", compiled=False).solve(caps, strengths)
    assert found.proved.all()
    for k in range(DRAWS):
        mine, theirs = (worth(known, one.on_duty[0, k]) for one in (found, wanted))
        assert mine == pytest.approx(theirs, rel=1e-7)


def random_programme(seed: int) -> LinearProgramme:
    draw = np.random.default_rng(seed)
    matrix = sparse.csc_array(draw.integers(0, 3, (8, 12)) * draw.integers(0, 2, (8, 12)))
    upper = draw.integers(1, 9, 12).astype(float)
    limit = draw.integers(5, 20, 8).astype(float)
    cost = -draw.integers(1, 9, 12).astype(float)
    return LinearProgramme(matrix, cost, np.zeros(12), upper, np.full(8, -np.inf), limit)


def least_cost(programme: LinearProgramme) -> float:
    """Return the least cost by scipy, from cold."""
    found = linprog(
        programme.cost, A_ub=programme.matrix, b_ub=programme.row_upper,
        bounds=np.stack([programme.lower, programme.upper], axis=1),
    )  # fmt: skip
    return float(found.fun)


class Deaf:
    """A solver that no longer listens: it holds the last optimum for that of any change."""

    def __init__(self, solver: Any):
        self._solver = solver

    def __getattr__(self, name: str) -> Any:
        if name in ("changeColsBounds", "changeRowsBounds", "changeColsCost", "run"):
            return lambda *_: None
        return getattr(self._solver, name)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("what", ["bounds", "limits", "cost"])
def test_a_solver_that_calls_its_last_answer_optimal_is_found_out(what: str, seed: int) -> None:
    programme = random_programme(seed)
    first = programme.solve()
    every = np.arange(12)
    programme._highs = Deaf(programme._highs)
    if what == "bounds":
        programme.set_bounds(every, np.zeros(12), programme.upper * 0.5)
    elif what == "limits":
        rows = np.arange(8)
        programme.set_rows(rows, programme.row_lower, programme.row_upper * 0.5)
    else:
        programme.set_cost(programme.cost[::-1] - 1)
    found = programme.solve()
    assert found.value == pytest.approx(least_cost(programme))
    assert found.certificate.holds
    assert programme.cold_repairs > 0
    assert not np.array_equal(found.x, first.x)


@pytest.mark.parametrize("seed", range(5))
def test_a_wrong_basis_to_begin_with_changes_no_optimum(seed: int) -> None:
    import highspy

    programme, draw = random_programme(seed), np.random.default_rng(seed)
    programme.solve()
    programme.set_bounds(np.arange(12), np.zeros(12), programme.upper + draw.integers(0, 3, 12))
    basis, kinds = highspy.HighsBasis(), highspy.HighsBasisStatus
    places = draw.permutation(20)[:8]
    status = [kinds.kBasic if k in places else kinds.kUpper for k in range(20)]
    basis.col_status, basis.row_status = status[:12], status[12:]
    basis.valid = True
    programme._highs.setBasis(basis)
    found = programme.solve()
    assert found.value == pytest.approx(least_cost(programme))
    assert found.certificate.holds


def test_plans_of_an_engine_with_a_deaf_solver_are_the_right_ones(
    problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(problem, packages=())
    caps, strengths = some_draws(known, 1, DRAWS, 0.3)
    structure = Structure(known, "value", compiled=False)
    wanted, run = structure.solve(caps, strengths), LinearProgramme._run
    proved: list[bool] = []

    def deaf(self: LinearProgramme, options: Any) -> Any:
        answer = run(self, options)
        proved.append(answer is not None and answer.certificate.holds)
        if not isinstance(self._highs, Deaf):
            self._highs = Deaf(self._highs)  # until it is loaded anew
        return answer

    monkeypatch.setattr(LinearProgramme, "_run", deaf)
    found = structure.solve(caps, strengths)
    assert found.proved.all()
    assert proved.count(False) >= DRAWS
    for k in range(DRAWS):
        mine, theirs = (worth(known, one.on_duty[0, k]) for one in (found, wanted))
        assert mine == pytest.approx(theirs, rel=1e-7)
