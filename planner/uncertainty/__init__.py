"""What is uncertain: distributions, how they hang together, and what a scenario draws."""

from __future__ import annotations

from planner.uncertainty.base import FAMILIES, Distribution, parse_distribution, register
from planner.uncertainty.bells import Lognormal, Normal
from planner.uncertainty.counts import Bernoulli, Discrete, Empirical
from planner.uncertainty.ranges import Beta, Pert, Triangular, Uniform

__all__ = [
    "FAMILIES",
    "Bernoulli",
    "Beta",
    "Discrete",
    "Distribution",
    "Empirical",
    "Lognormal",
    "Normal",
    "Pert",
    "Triangular",
    "Uniform",
    "parse_distribution",
    "register",
]
