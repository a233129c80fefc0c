"""One small problem for each family of rows, and the LP file that it comes to.

The files are read by people: a change of the formulation shows as a difference to review. Written
anew by

    python -m tests.reference.golden
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from planner.problem.model import Problem
from planner.problem.neutral import parse_problem
from planner.reference import write_lp

__all__ = ["CASES", "FOLDER", "problem_of", "write"]

FOLDER = Path(__file__).resolve().parents[1] / "golden"


def on(name: str, cap: float, first: int, last: int, tour: int, **more: Any) -> dict[str, Any]:
    """Return a demand of tier 1 on pool staff without preparation and rest, unless given."""
    home = {} if "dwell" in more else {"rest": 0}
    return {"id": name, "tier": 1, "cap": cap, "first": first, "last": last, "tour": tour,
            "pools": ["staff"], "prep": 0, **home, **more}  # fmt: skip


CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "strengths_and_caps": (
        {
            "months": 8,
            "pools": {"staff": [4, 4, 4, 4, 3, 3, 3, 3], "civil": 2.5},
            "demands": [
                on("untso", 4, 0, 7, 4, cohorts=2, pools=["staff", "civil"],
                   prep={"staff": 1, "civil": 0}, rest={"staff": 0.5, "civil": 0.25}),
                on("eusr", 1, 2, 5, 4, pools=["civil"], weight=2),
            ],
        },
        {},
    ),
    "composition": (
        {
            "months": 3,
            "pools": {"staff": 4, "civil": 4},
            "demands": [
                on("eusr", 3, 0, 1, 2, pools=["civil", "staff"]),
                on("ohr", 3, 1, 2, 2, tier=2),
            ],
            "bounds": [{"demands": ["eusr", "ohr"], "pools": ["staff"], "min": 2, "max": 3}],
        },
        {},
    ),
    "budget": (
        {
            "months": 4,
            "pools": {"staff": 4},
            "demands": [on("untso", 2, 0, 3, 2), on("eusr", 2, 0, 3, 3)],
            "budgets": [{"id": "biv 2023", "first": 0, "last": 2, "amount": 9000,
                         "cost": {"untso": 1000, "eusr": 1500}}],
        },
        {},
    ),
    "package_known_later": (
        {
            "months": 8,
            "pools": {"staff": 5},
            "demands": [
                on("untso", 4, 0, 7, 4, cohorts=4, prep=1),
                on("flank-unit", 2, 0, 7, 4, prep=2),
            ],
            "packages": {"flank": {"demands": ["flank-unit"], "known": 3}},
        },
        {},
    ),
    "second_tier": (
        {
            "months": 4,
            "pools": {"staff": 4},
            "demands": [on("efp", 3, 0, 3, 2), on("untso", 2, 0, 3, 2, tier=2)],
        },
        {"tier": 2},
    ),
    "fair": (
        {
            "months": 4,
            "pools": {"staff": 4},
            "demands": [on("efp", 3, 0, 3, 2), on("untso", 2, 0, 3, 2)],
        },
        {"rule": "fair"},
    ),
    "mix": (
        {
            "months": 6,
            "pools": {"light": 8, "logistics": 1},
            "demands": [
                on("company", 8, 0, 3, 4, prep={"light": 1, "logistics": 0},
                   rest={"light": 0.5, "logistics": 0},
                   pools=[{"light": 0.75, "logistics": 0.25}, {"light": 0.5, "logistics": 0.5},
                          "light"]),
            ],
            "bounds": [{"demands": ["company"], "pools": ["logistics"], "max": 1.5}],
        },
        {},
    ),
    "dwell": (
        {
            "months": 12,
            "pools": {"staff": 6, "police": 2},
            "demands": [
                on("eulex", 4, 0, 11, 4, pools=["staff", "police"], prep=2, dwell={"staff": 1},
                   rest={"police": 1}),
            ],
        },
        {},
    ),
    "on_call": (
        {
            "months": 6,
            "pools": {"staff": 5, "ships": 2},
            "demands": [
                on("efp", 4, 0, 1, 2, prep=1, dwell=2),
                on("snmg", 1, 0, 1, 2, pools=["ships"], dwell=2),
                on("nrf", 3, 2, 3, 2, prep=1, dwell=2, on_call=True),
            ],
        },
        {},
    ),
    "whole_people": (
        {
            "months": 4,
            "pools": {"staff": 4},
            "demands": [on("untso", 5, 0, 3, 2, cohorts=2)],
        },
        {"whole": True},
    ),
    "unit": (
        {
            "months": 4,
            "pools": {"staff": 4, "reserve": 4},
            "demands": [on("efp", 3, 0, 3, 2, unit=True, pools=["staff", "reserve"])],
        },
        {"whole": True},
    ),
}  # fmt: skip
"""Problem and options of :func:`planner.reference.write_lp`, by name of the file."""


def problem_of(name: str) -> Problem:
    """Return the problem of one case."""
    return parse_problem({"format": "planner-problem/1", **CASES[name][0]})


def write(name: str, folder: Path) -> Path:
    """Write the file of one case."""
    return write_lp(problem_of(name), folder / f"{name}.lp", **CASES[name][1])


if __name__ == "__main__":
    for case in CASES:
        print(write(case, FOLDER))
