"""A figure is declared once, where it is written; everything else follows from the registry."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import planner.figures
from planner.gallery import gallery

HERE = Path(planner.figures.__file__).parent

ADDED = """
import sys
from planner.gallery import figure
from planner.figures.style import Chart, add_frame, chart

@figure("result", "nothing but a title")
def blank(result, lang: str = "en") -> Chart:
    return add_frame(chart(2.0), result.name)

import planner as pl
import planner.figures
from planner.cli.main import main

assert planner.figures.blank is blank
assert "blank" in dir(planner.figures)
assert "blank" in repr(pl.allocate("letter").plot)
assert pl.allocate("letter").plot.blank().alt == "letter."
sys.argv = ["planner", "plot", "blank", "letter", "--out", sys.argv[1], "--quiet"]
main()
"""


def test_every_function_that_returns_a_chart_is_registered() -> None:
    found = set()
    for path in HERE.glob("[a-z]*.py"):
        module = import_module(f"planner.figures.{path.stem}")
        for name in getattr(module, "__all__", ()):
            returns = getattr(getattr(module, name), "__annotations__", {}).get("return")
            if returns == "Chart" and "lang" in inspect.signature(getattr(module, name)).parameters:
                found.add(getattr(module, name))
    assert found == {entry.draw for entry in gallery().values()}


def test_a_new_figure_needs_one_function_and_no_other_file(tmp_path: Path) -> None:
    picture = tmp_path / "blank.png"
    command = [sys.executable, "-c", ADDED, str(picture)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
