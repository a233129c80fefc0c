"""The public names, and what it costs to import them."""

from __future__ import annotations

import subprocess
import sys

import pytest

import planner as pl

NAMES = [
    "Backtest",
    "Calibration",
    "CertificateError",
    "Comparison",
    "Ensemble",
    "Fault",
    "InputError",
    "Model",
    "Month",
    "PlanCache",
    "PlannerError",
    "Problem",
    "Report",
    "Result",
    "ResultError",
    "Scenario",
    "Solution",
    "SolverError",
    "StoredResult",
    "WhatIf",
    "allocate",
    "analysis",
    "backtest",
    "calibrate",
    "compare",
    "displacement",
    "list_uncertain",
    "load",
    "loads",
    "make_report",
    "read_ensemble",
    "read_result",
    "read_workbook",
    "sensitivity",
    "shipped_scenarios",
    "simulate",
    "solve",
    "write_template",
    "write_workbook",
]

PARTS = ["analysis"]
"""Public names that are parts with names of their own."""

HEAVY = ("pandas", "matplotlib", "scipy", "numpy", "pydantic", "pulp", "highspy", "pyarrow",
         "ruamel", "typer", "rich", "jinja2", "openpyxl", "xlsxwriter")  # fmt: skip

ONE_POST = {
    "format": "planner-problem/1",
    "months": 1,
    "pools": {"staff": 1},
    "demands": [
        {"id": "post", "tier": 1, "cap": 1, "first": 0, "last": 0, "tour": 1,
         "pools": ["staff"], "prep": 0, "rest": 0},
    ],
}  # fmt: skip


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter."""
    command = [sys.executable, *options, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


def test_the_public_names_are_these() -> None:
    assert pl.__all__ == NAMES == sorted(NAMES)
    assert set(dir(pl)) == {*NAMES, "__version__"}


@pytest.mark.parametrize("name", NAMES)
def test_every_public_name_is_there_and_explained(name: str) -> None:
    found = getattr(pl, name)
    assert found.__name__ == (f"planner.{name}" if name in PARTS else name)
    assert found.__doc__
    assert getattr(pl, name) is found


def test_the_homes_of_names_are_those_that_type_checkers_see() -> None:
    for name, home in pl._HOMES.items():
        assert getattr(pl, name).__module__ == home
    assert sorted([*pl._HOMES, *PARTS]) == NAMES


def test_unknown_names_are_no_names() -> None:
    with pytest.raises(AttributeError, match="module 'planner' has no attribute 'alocate'"):
        pl.alocate  # noqa: B018
    assert not hasattr(pl, "__path_of_nothing__")


def test_the_version_is_that_of_the_installed_package() -> None:
    from importlib.metadata import version

    assert pl.__version__ == version("displacement-planner")


def test_a_star_import_brings_the_public_names() -> None:
    code = "from planner import *; print(sorted(n for n in dir() if n[0] != '_'))"
    assert run(code).stdout.strip() == str(NAMES)


def test_importing_loads_nothing_heavy() -> None:
    report = run("import planner", "-X", "importtime").stderr
    loaded = {line.rpartition("|")[2].strip() for line in report.splitlines()}
    assert "planner" in loaded
    roots = {name.partition(".")[0] for name in loaded}
    assert roots.isdisjoint(HEAVY)
    assert {name for name in loaded if name.startswith("planner.")} == set()


@pytest.mark.parametrize(
    ("code", "banned"),
    [
        ("planner.load('letter')", ("pandas", "scipy", "highspy", "pulp", "matplotlib")),
        ("planner.allocate('letter')", ("pandas", "pyarrow", "pulp", "matplotlib", "scipy.stats")),
        (
            f"planner.solve({ONE_POST})",
            ("pandas", "pyarrow", "pulp", "matplotlib", "pydantic", "ruamel", "scipy.stats"),
        ),
    ],
    ids=["load", "allocate", "solve"],
)
def test_a_verb_loads_only_what_it_needs(code: str, banned: tuple[str, ...]) -> None:
    report = run(f"import sys, planner; {code}; print('\\n'.join(sys.modules))").stdout.split("\n")
    assert [name for name in banned if name in report] == []
