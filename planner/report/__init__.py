"""Reports: everything a reader needs about a scenario, in one file that can be sent by mail.

One module gathers what has to be computed (`material`), each section is put together from plain
values by a function of its own, and one template shows them; nothing is computed inside it.
"""

from __future__ import annotations

from planner.report.page import Report, make_report

__all__ = ["Report", "make_report"]
