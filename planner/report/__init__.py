"""Reports: the results of a scenario in one HTML file.

The module `material` computes the data, a function per section composes it into plain values, and
one template renders them without further computation.
"""

from __future__ import annotations

from planner.report.page import Report, make_report

__all__ = ["Report", "make_report"]
