"""What if: a scenario with a few levers, and the picture that comes out, without an interface."""

from planner.whatif.levers import GROUPS, Lever, levers_of
from planner.whatif.model import WhatIf
from planner.whatif.picture import Picture, beside, picture

__all__ = ["GROUPS", "Lever", "Picture", "WhatIf", "beside", "levers_of", "picture"]
