"""What every test shares: Hypothesis draws the same examples on every run and keeps no state."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "planner",
    max_examples=40,
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("planner")
