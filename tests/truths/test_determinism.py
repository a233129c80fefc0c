"""The same problem gives the same bytes: twice, after other work, and in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.strategies import random_problem

from .solving import RULES, answer

ROOT = Path(__file__).parents[2]
SCRIPT = """
import json, sys
from planner.problem.neutral import read_problem
from planner.solution import solve_problem
for line in sys.stdin:
    for rule in ("fair", "value"):
        print(json.dumps(solve_problem(read_problem(line), rule).as_neutral()))
"""
PROBLEMS = [random_problem(np.random.default_rng([seed, 5]), "small") for seed in range(12)]


def text(problem: dict, rule: str) -> str:
    """Return the result as it would be written."""
    return json.dumps(answer(problem, rule))


@pytest.mark.parametrize("rule", RULES)
def test_the_same_bytes_twice_and_after_other_work(rule):
    first = [text(problem, rule) for problem in PROBLEMS]
    again = [text(problem, rule) for problem in reversed(PROBLEMS)]
    assert first == again[::-1]


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_the_same_bytes_in_a_fresh_process(seed):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT],
        input="".join(json.dumps(problem) + "\n" for problem in PROBLEMS),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    expected = [text(problem, rule) for problem in PROBLEMS for rule in RULES]
    assert done.stdout.splitlines() == expected
