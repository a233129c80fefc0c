"""What if: a scenario with a few levers, and the picture that comes out, without an interface."""

from planner.whatif.model import GROUPS, Lever, WhatIf, levers_of
from planner.whatif.outlook import Picture, beside, picture

__all__ = ["GROUPS", "Lever", "Picture", "WhatIf", "beside", "levers_of", "picture"]
