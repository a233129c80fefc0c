"""Wrong starts, plans that are not optimal and results changed after their proof are detected."""

from __future__ import annotations

import inspect
import sys
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
from planner.montecarlo.kernel import compile as compilation
from planner.montecarlo.plans import Plans
from planner.montecarlo.structure import Code, Hint, Structure
from planner.problem.model import Problem
from planner.solution import Planner
from tests.montecarlo.kernel.plain import plain_kernel
from tests.montecarlo.kernel.test_structure import some_draws, worth

DRAWS = 2


@pytest.fixture(scope="module")
def problem(flank: pl.Scenario) -> Problem:
    """Three missions and a package known later; compiled code plans all of it."""
    return replace(compile_scenario(flank).problem, bounds=())


@pytest.fixture(scope="module")
def kernel() -> SimpleNamespace:
    """The kernel in plain Python: its modules by name."""
    names = ("replan", "value_simplex", "max_min")
    return SimpleNamespace(**dict(zip(names, plain_kernel(*names), strict=True)))


@pytest.fixture
def works(kernel: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The same, in use."""
    monkeypatch.setitem(sys.modules, "planner.montecarlo.kernel.replan", kernel.replan)
    monkeypatch.setattr(compilation, "announce", lambda entry: None)
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
    used = np.flatnonzero(people > 0.1)
    people[used[0]] -= 0.05
    people[used[-1]] += 0.05


def zero(prices: np.ndarray) -> None:
    prices[:] = 0.0


def higher(prices: np.ndarray) -> None:
    prices *= 1.01


def negative(prices: np.ndarray) -> None:
    prices *= -1.0


def shuffled(prices: np.ndarray) -> None:
    prices[:] = prices[..., ::-1].copy()


def neighbour() -> Callable[[np.ndarray], None]:
    """Return the plan of the first draw for every draw, like a start that is never improved."""
    first: dict[int, np.ndarray] = {}

    def first_draw(people: np.ndarray) -> None:
        kept = first.setdefault(len(people), people.copy())
        people[:] = people * 0.9 if np.allclose(people, kept) else kept

    return first_draw


PEOPLE = [fewer, more, moved, neighbour()]


def caught(found: Plans, wanted: Plans) -> None:
    """Check that changed plans were refused and made again by the engine."""
    assert (found.code == Code.ENGINE).all()
    assert np.array_equal(found.served, wanted.served)
    assert found.proof.max() <= 1e-6


def tampered(
    module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch, what: str,
    hand: Callable[[Any], None],
) -> None:  # fmt: skip
    """Change a result of a search before it is proved."""
    search = getattr(module, name)
    place = list(inspect.signature(search).parameters).index(what)

    def wrong(*given: Any) -> Any:
        outcome = search(*given)
        hand(given[place])
        return outcome

    monkeypatch.setattr(module, name, wrong)


@pytest.mark.parametrize("hand", PEOPLE, ids=lambda one: one.__name__)
def test_a_plan_by_value_that_is_not_the_best_is_refused(
    hand: Any, problem: Problem, works: SimpleNamespace, by_engine: dict[str, Plans],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tampered(works.replan, "solve_objectives", monkeypatch, "people", hand)
    caught(plans(problem, "value"), by_engine["value"])


@pytest.mark.parametrize("hand", [zero, higher, negative, shuffled], ids=lambda f: f.__name__)
def test_prices_that_prove_nothing_are_refused(
    hand: Any, problem: Problem, works: SimpleNamespace, by_engine: dict[str, Plans],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tampered(works.replan, "solve_objectives", monkeypatch, "prices", hand)
    caught(plans(problem, "value"), by_engine["value"])


@pytest.mark.parametrize("hand", PEOPLE, ids=lambda one: one.__name__)
def test_a_fair_plan_that_is_not_the_fairest_is_refused(
    hand: Any, problem: Problem, works: SimpleNamespace, by_engine: dict[str, Plans],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    tampered(works.replan, "_search_fair", monkeypatch, "people", hand)
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

    tampered(works.replan, "_search_fair", monkeypatch, "claims", hand)
    caught(plans(problem, "fair"), by_engine["fair"])


def test_a_wrong_hint_changes_nothing_that_is_proved(
    problem: Problem, works: SimpleNamespace
) -> None:
    draw = np.random.default_rng(4)

    class Nonsense(Hint):
        def on(self, frame: Any, layout: Any, stages: Any) -> np.ndarray:
            return draw.uniform(0.0, 1.2, int(stages.column[-1])).clip(0.0, 1.0)

    known = replace(problem, packages=())
    caps, strengths = some_draws(known, 1, DRAWS, 0.3)
    found = Structure(known, "value", hint=Nonsense.nothing()).solve(caps, strengths)
    wanted = Structure(known, "value", compiled=False).solve(caps, strengths)
    assert (found.code == Code.COMPILED).all()
    for k in range(DRAWS):
        sums, expected = (worth(known, one.on_duty[0, k]) for one in (found, wanted))
        assert sums == pytest.approx(expected, rel=1e-7)


def scaled(module: ModuleType, name: str, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """Multiply a result by 0.9 after a function has written it."""

    def tenth_less(array: np.ndarray) -> None:
        array *= 0.9

    tampered(module, name, monkeypatch, what, tenth_less)


@pytest.mark.parametrize("rule", ["fair", "value"])
@pytest.mark.parametrize("what", ["people", "served", "totals", "tied"])
def test_results_changed_after_the_proof_are_refused(
    rule: str, what: str, problem: Problem, works: SimpleNamespace, by_engine: dict[str, Plans],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if what == "people":  # every stage is proved, then nine tenths of its people are handed over
        scaled(works.replan, f"plan_{rule}", monkeypatch, "people")
        caught(plans(problem, rule), by_engine[rule])
        return
    factor = 1.5 if what == "tied" else 0.9
    tampered(works.replan, "report", monkeypatch, what, lambda array: array.__imul__(factor))
    found = plans(problem, rule)
    assert (found.code == Code.UNPROVED).all()  # what writes results is wrong for the engine too
    assert np.isnan(found.served).all()


@pytest.mark.parametrize("what", ["pin", "tiers"])
def test_a_search_that_forgets_earlier_tiers_is_refused(
    what: str, problem: Problem, works: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = replace(problem, packages=())
    caps, strengths = some_draws(known, 1, DRAWS, 0.3)
    rule = "value" if what == "pin" else "fair"
    wanted = Structure(known, rule, compiled=False).solve(caps, strengths)
    if what == "pin":
        monkeypatch.setattr(works.value_simplex, "_fix_optimal_face", lambda lp, vertex: None)
    else:
        raise_shares = works.replan.raise_shares

        def backwards(block: Any, tiers: Any, *given: Any) -> Any:
            return raise_shares(block, tiers[::-1].copy(), *given)

        monkeypatch.setattr(works.replan, "raise_shares", backwards)
    found = Structure(known, rule, hint=Hint.nothing()).solve(caps, strengths)
    assert (found.code != Code.UNPROVED).all()
    assert (found.code == Code.ENGINE).any()
    for k in range(DRAWS):
        sums, expected = (worth(known, one.on_duty[0, k]) for one in (found, wanted))
        assert sums == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("factor", [0.9, 1.5])
@pytest.mark.parametrize("rule", ["fair", "value"])
def test_an_engine_plan_changed_after_its_proof_is_refused(
    rule: str, factor: float, problem: Problem, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Planner.answer

    def wrong(self: Planner, *given: Any) -> Any:
        found = answer(self, *given)
        return replace(found, people=found.people * factor)

    monkeypatch.setattr(Planner, "answer", wrong)
    assert (plans(problem, rule, compiled=False).code == Code.UNPROVED).all()


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
    """A solver that ignores every change: it returns the last optimum."""

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
        sums, expected = (worth(known, one.on_duty[0, k]) for one in (found, wanted))
        assert sums == pytest.approx(expected, rel=1e-7)
