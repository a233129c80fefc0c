"""Plans of draws of the letter and its kin, compiled and by the engine: the same, and proved."""

from __future__ import annotations

import numpy as np
import pytest

import planner as pl
from planner.montecarlo.structure import Code, Structure
from planner.results.verbs import compile_scenario
from tests.montecarlo.kernel.test_structure import worth

SCENARIOS = ["eastern-flank-battalion", "studied-decided"]
