"""What every test shares.

Hypothesis draws the same examples on every run and keeps no state. Where CI=true, a test that is
skipped because a browser or an office suite is missing has failed: there they must be present.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator

import pytest
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

PROGRAMS = re.compile(r"chromium|libreoffice|soffice", re.IGNORECASE)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if PROGRAMS.search(reason):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: not run, and CI=true: {reason}"
    return report
