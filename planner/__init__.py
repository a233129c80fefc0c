"""Which missions go short of people when a country promises more to NATO's eastern flank.

A handful of verbs, meant for a notebook::

    import planner as pl

    flank = pl.load("eastern-flank-battalion")     # or your own scenario file
    result = pl.allocate(flank)                    # who serves where, with and without each package
    result.fill_by("mission")                      # tidy pandas tables, units in the column names
    result.displacement_by("mission", "pool")
    pl.compare("letter", flank, "hindsight").fill
    result.save("out/battalion")
    futures = pl.simulate(flank, draws=1024)       # the same where the figures are uncertain
    futures.displacement_by("mission")

Nothing heavy is loaded until a verb needs it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner import analysis
    from planner.engine.stages import PlanCache
    from planner.errors import (
        CertificateError,
        Fault,
        InputError,
        PlannerError,
        ResultError,
        SolverError,
    )
    from planner.montecarlo.ensemble import Ensemble, read_ensemble
    from planner.montecarlo.parameters import list_uncertain
    from planner.montecarlo.run import simulate
    from planner.montecarlo.sensitivity import Model, sensitivity
    from planner.months import Month
    from planner.problem.model import Problem
    from planner.record.backtest import Backtest, backtest
    from planner.record.calibrate import Calibration, calibrate
    from planner.report.page import Report, make_report
    from planner.results.allocate import allocate, displacement, solve
    from planner.results.compare import Comparison, compare
    from planner.results.result import Result, StoredResult, read_result
    from planner.scenario.load import Scenario, load, loads, shipped_scenarios
    from planner.solution import Solution
    from planner.whatif.model import WhatIf
    from planner.workbook.importing import read_workbook
    from planner.workbook.writing import write_template, write_workbook

_HOMES = {
    "Backtest": "planner.record.backtest",
    "Calibration": "planner.record.calibrate",
    "CertificateError": "planner.errors",
    "Comparison": "planner.results.compare",
    "Ensemble": "planner.montecarlo.ensemble",
    "Fault": "planner.errors",
    "InputError": "planner.errors",
    "Model": "planner.montecarlo.sensitivity",
    "Month": "planner.months",
    "PlanCache": "planner.engine.stages",
    "PlannerError": "planner.errors",
    "Problem": "planner.problem.model",
    "Report": "planner.report.page",
    "Result": "planner.results.result",
    "ResultError": "planner.errors",
    "Scenario": "planner.scenario.load",
    "Solution": "planner.solution",
    "SolverError": "planner.errors",
    "StoredResult": "planner.results.result",
    "WhatIf": "planner.whatif.model",
    "allocate": "planner.results.allocate",
    "backtest": "planner.record.backtest",
    "calibrate": "planner.record.calibrate",
    "compare": "planner.results.compare",
    "displacement": "planner.results.allocate",
    "list_uncertain": "planner.montecarlo.parameters",
    "load": "planner.scenario.load",
    "loads": "planner.scenario.load",
    "make_report": "planner.report.page",
    "read_ensemble": "planner.montecarlo.ensemble",
    "read_result": "planner.results.result",
    "read_workbook": "planner.workbook.importing",
    "sensitivity": "planner.montecarlo.sensitivity",
    "shipped_scenarios": "planner.scenario.load",
    "simulate": "planner.montecarlo.run",
    "solve": "planner.results.allocate",
    "write_template": "planner.workbook.writing",
    "write_workbook": "planner.workbook.writing",
}
"""Where each public name lives; the module is loaded when the name is first used."""

_RENAMED = {"Futures": "Ensemble", "Memory": "PlanCache", "read_futures": "read_ensemble"}
"""Names of an earlier version, with the name that replaces each."""

_PARTS = ("analysis", "app", "figures", "report", "whatif", "workbook")
"""Packages that are reached by name, ``planner.app.show``; loaded when first used."""

__all__ = [
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


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from planner.results.result import version

        return version("planner")
    if name in _RENAMED:
        import warnings

        new = _RENAMED[name]
        warnings.warn(f"planner.{name} is now planner.{new}", DeprecationWarning, stacklevel=2)
        return globals().get(new) or __getattr__(new)
    if name in _PARTS:
        return import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__"})
