"""What-if analysis without a user interface: a scenario with levers, and summaries of its plans."""

from planner.whatif.model import GROUPS, Lever, WhatIf, levers_of
from planner.whatif.outlook import PlanSummary, join_sides, summarize

__all__ = ["GROUPS", "Lever", "PlanSummary", "WhatIf", "join_sides", "levers_of", "summarize"]
