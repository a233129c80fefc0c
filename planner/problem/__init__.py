"""The neutral problem: all numbers of an allocation problem, and the only input of the engine."""

from planner.problem.model import Bound, Budget, Demand, Package, Problem

__all__ = ["Bound", "Budget", "Demand", "Package", "Problem"]
