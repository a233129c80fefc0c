"""Compilation of a scenario into a problem, with tables of the origin of each number."""

from __future__ import annotations

from planner.compile.build import (
    Compiled,
    DemandRow,
    FigureRow,
    MissionRow,
    PoolRow,
    compile_scenario,
)

__all__ = ["Compiled", "DemandRow", "FigureRow", "MissionRow", "PoolRow", "compile_scenario"]
