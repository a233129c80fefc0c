"""Packages are reached as attributes of ``planner`` and loaded only then."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
import planner
assert not any(name.startswith("planner.app") for name in sys.modules)
assert "panel" not in sys.modules
for name in ("analysis", "app", "figures", "report", "whatif", "workbook"):
    assert getattr(planner, name).__name__ == f"planner.{name}"
assert planner.app.show.__module__ == "planner.app"
assert "panel" not in sys.modules
"""


def test_packages_are_attributes() -> None:
    subprocess.run([sys.executable, "-c", CODE], check=True, timeout=300)
