"""One place from which every analysis is called, whatever was loaded before."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

import planner as pl
from planner.outcome import Outcome

NAMES = [
    "causes", "curve", "fairness", "foresight", "headroom", "near", "pledges", "prices",
    "promises", "ranges", "reinforcement", "robustness", "shares", "threshold", "why",
]  # fmt: skip


def test_the_analyses_are_these() -> None:
    assert pl.analysis.__all__ == NAMES == sorted(NAMES)
    assert dir(pl.analysis) == sorted([*NAMES, "relief", "tipping"])


@pytest.mark.parametrize("name", NAMES)
def test_every_analysis_is_a_function_that_says_what_it_returns(name: str) -> None:
    found = getattr(pl.analysis, name)
    module = import_module(found.__module__)

    assert found is getattr(module, name)
    assert found is getattr(pl.analysis, name)
    assert "Parameters" in found.__doc__
    assert ">>>" in found.__doc__
    outcome = getattr(module, found.__annotations__["return"])
    assert issubclass(outcome, Outcome)
    assert outcome.title == name or name == "near"


@pytest.mark.parametrize(
    "before",
    [
        "",
        "import planner.analysis.ranges",
        "from planner.analysis.ranges import Ranges",
        "from planner.analysis import ranges",
        "from planner.analysis import *",
    ],
)
def test_a_name_is_the_analysis_also_once_its_module_is_loaded(before: str) -> None:
    code = f"{before}\nimport planner as pl\nassert callable(pl.analysis.ranges)\n"
    code += "from planner.analysis.ranges import Ranges, ranges\n"
    code += "assert pl.analysis.ranges is ranges"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_naming_the_analyses_loads_none() -> None:
    code = "import sys, planner; planner.analysis; dir(planner.analysis)\n"
    code += "print([n for n in sys.modules if n.startswith('planner.analysis.') or n == 'numpy'])"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, timeout=60, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_unknown_names_are_no_names() -> None:
    with pytest.raises(AttributeError, match=r"'planner\.analysis' has no attribute 'curves'"):
        pl.analysis.curves  # noqa: B018
