"""Results: solved scenarios as tidy tables, their accounts, their folders, side by side.

Imports nothing by itself; see :mod:`planner.results.result` for the class that matters.
"""
