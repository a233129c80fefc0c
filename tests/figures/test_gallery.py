"""Every figure has one line in the gallery, and all that is known of it follows."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import planner.figures
from planner.figures.gallery import GALLERY

HERE = Path(planner.figures.__file__).parent


def test_whatever_returns_a_chart_stands_in_the_gallery() -> None:
    found = set()
    for path in HERE.glob("[a-z]*.py"):
        module = import_module(f"planner.figures.{path.stem}")
        for name in getattr(module, "__all__", ()):
            returns = getattr(getattr(module, name), "__annotations__", {}).get("return")
            if returns == "Chart" and "lang" in inspect.signature(getattr(module, name)).parameters:
                found.add((name, path.stem))
    assert found == {(name, shown.module) for name, shown in GALLERY.items()}


def test_the_package_offers_the_figures_and_not_the_modules_of_their_names() -> None:
    assert set(GALLERY) | {"Chart", "Plots"} == set(planner.figures.__all__)
    for name, shown in GALLERY.items():
        import_module(f"planner.figures.{shown.module}")
        assert inspect.isfunction(getattr(planner.figures, name))
