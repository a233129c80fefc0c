"""A scenario to the problem it states, and the tables that say where each number comes from."""

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
