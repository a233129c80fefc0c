"""The neutral problem: numbers only, the one thing the mathematics ever sees."""

from planner.problem.model import Bound, Budget, Demand, Package, Problem

__all__ = ["Bound", "Budget", "Demand", "Package", "Problem"]
