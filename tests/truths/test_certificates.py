"""An answer is believed for its proof, whoever computed it: wrong ones are never returned."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from planner.engine.highs import TOLERANCE, Certificate, LinearProgramme, Optimum, certify, worst
from planner.errors import CertificateError
from tests.oracles.check import faults
from tests.strategies import problems

from .solving import RULES, answer, on, parsed, solved

# two pools of people, three jobs; worth 3, 2 and 1, jobs 0 and 1 share pool 0, 1 and 2 pool 1
MATRIX = sparse.csc_array(np.array([[1.0, 1.0, 0.0], [0.0, 1.0, 1.0]]))
COST = np.array([-3.0, -2.0, -1.0])
LOWER, UPPER = np.zeros(3), np.array([4.0, 4.0, 4.0])
ROW_LOWER, ROW_UPPER = np.full(2, -np.inf), np.array([6.0, 5.0])
BEST, DUAL = np.array([4.0, 2.0, 3.0]), np.array([-1.0, -1.0])


def judged(x: np.ndarray, dual: np.ndarray) -> Certificate:
    """Return the certificate of an answer to the small programme above."""
    return certify(MATRIX, COST, LOWER, UPPER, ROW_LOWER, ROW_UPPER, x, dual)


def programme() -> LinearProgramme:
    """Return the small programme above."""
    return LinearProgramme(MATRIX, COST, LOWER, UPPER, ROW_LOWER, ROW_UPPER)


def test_a_right_answer_is_accepted():
    assert judged(BEST, DUAL) == Certificate(0.0, 0.0, 0.0)
    assert programme().solve().x == pytest.approx(BEST)


@pytest.mark.parametrize(
    ("x", "dual"),
    [
        ([4.0, 3.0, 3.0], DUAL),  # more people than there are
        ([4.0, 2.0, -1.0], DUAL),  # fewer than nobody
        ([3.0, 3.0, 2.0], DUAL),  # allowed, but not best
        (BEST, [-1.0, 0.0]),  # duals that prove less
        (BEST, [-1.0, 1.0]),  # a dual of the wrong sign
        ([np.nan, 2.0, 3.0], DUAL),
        (BEST, [np.inf, -1.0]),
    ],
)
def test_a_wrong_answer_is_refused(x, dual):
    assert not judged(np.array(x), np.array(dual)).holds


@settings(max_examples=200)
@given(
    x=st.lists(st.floats(-1, 8), min_size=3, max_size=3),
    dual=st.lists(st.floats(-4, 4), min_size=2, max_size=2),
)
def test_nothing_but_an_optimum_is_accepted(x, dual):
    x, dual = np.array(x), np.array(dual)
    if judged(x, dual).holds:
        assert float(COST @ x) == pytest.approx(float(COST @ BEST), abs=1e-4)
        assert (MATRIX @ x <= ROW_UPPER + 1e-4).all()


def test_a_certificate_that_is_not_a_number_does_not_hold():
    assert not Certificate(float("nan"), 0.0, 0.0).holds
    assert not Certificate(0.0, 2 * TOLERANCE, 0.0).holds
    assert worst() == Certificate()


def spoiled(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let the solver return, so many times, an answer that is allowed but not best."""
    real = LinearProgramme._run
    left = [times]

    def run(self: LinearProgramme, *options: Any) -> Optimum | None:
        good = real(self, *options)
        if good is None or left[0] <= 0:
            return good
        left[0] -= 1
        x = good.x * 0.5
        proof = certify(
            self.matrix,
            self.cost,
            self.lower,
            self.upper,
            self.row_lower,
            self.row_upper,
            x,
            good.dual,
        )
        return dataclasses.replace(good, x=x, value=float(self.cost @ x), certificate=proof)

    monkeypatch.setattr(LinearProgramme, "_run", run)


def test_a_wrong_answer_is_solved_again_from_cold(monkeypatch):
    lp = programme()
    lp.solve()
    spoiled(monkeypatch, times=1)
    lp.set_rows(np.array([0]), np.array([-np.inf]), np.array([5.0]))

    assert lp.solve().x == pytest.approx([4, 1, 4])
    assert lp.cold_repairs == 1


def test_a_wrong_answer_that_stays_wrong_is_an_error(monkeypatch):
    spoiled(monkeypatch, times=100)
    with pytest.raises(CertificateError, match="could not be proved optimal"):
        programme().solve()
    demands = [on("a", 1, 4, 0, 3, 2), on("b", 1, 4, 0, 3, 2)]
    with pytest.raises(CertificateError):
        solved({"months": 4, "pools": {"p": 6}, "demands": demands}, "value")


@pytest.mark.parametrize("rule", RULES)
@given(problem=problems("tiny"))
def test_every_answer_carries_a_certificate_that_holds(rule, problem):
    solution = solved(problem, rule)
    assert solution.certificate.holds
    assert solution.as_neutral()["certificate"] == solution.certificate.as_dict()


def test_counting_finds_what_a_forged_result_hides():
    problem = {"format": "planner-problem/1", "months": 4, "pools": {"p": 6},
               "demands": [on("a", 1, 8, 0, 3, 2)]}  # fmt: skip
    assert parsed(problem).months == 4
    result = answer(problem)
    assert faults(problem, result) == []
    result["allocation"][0]["people"] += 1
    assert len(faults(problem, result)) >= 2


def test_a_programme_on_which_the_simplex_method_cycles_is_solved_in_another_way():
    """Cold primal simplex steps of HiGHS 1.16 go round on it for ever and are not counted."""
    kept = np.load(Path(__file__).parent / "cases" / "cycling.npz")
    shape = len(kept["row_lower"]), len(kept["cost"])
    found = LinearProgramme.stepwise(
        sparse.csc_array((kept["data"], kept["indices"], kept["indptr"]), shape),
        *(kept[name] for name in ("cost", "lower", "upper", "row_lower", "row_upper")),
    )
    assert found.solve().certificate.holds
