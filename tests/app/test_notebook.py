"""The page inside a notebook: it moves as on the server, and asks nothing of another host."""

from __future__ import annotations

import re

import nbformat
import panel as pn
import pytest
from nbclient import NotebookClient

import planner as pl
from planner.app import show
from tests.app.conftest import FLANK

CODE = """
from planner.app import show
show("eastern-flank-battalion")
"""


def test_a_slider_moves_the_picture_in_the_kernel() -> None:
    part = show("eastern-flank-battalion", lang="nl")
    slider = next(one for one in part.select(pn.widgets.FloatSlider) if one.name == "Omvang, maal")
    slider.value = 1.5
    figures = [one.object for one in part.select(pn.pane.Bokeh)]
    fill = next(one for one in figures if one.name == "chart-fill")
    shown = fill.renderers[0].data_source.data
    result = pl.allocate(FLANK.move({"size.eastern-flank": 1.5}).scenario)
    rates = result.fill_by("mission").set_index("mission")["fill_rate"]
    assert len(shown["id"]) > 0
    for mission, rate in zip(shown["id"], shown["variant"], strict=True):
        assert rate == pytest.approx(rates[mission], abs=1e-9), mission


def test_a_cell_shows_it_and_loads_nothing_from_elsewhere() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE)])
    NotebookClient(notebook, timeout=300).execute()
    shown = [
        text
        for output in notebook.cells[0].outputs
        for text in output.get("data", {}).values()
        if isinstance(text, str)
    ]
    assert any("chart-fill" in text for text in shown)
    loaded = re.findall(
        r"<(?:script|link|img)[^>]*(?:src|href)=.(?:https?:)?//[^>]*", "".join(shown)
    )
    assert loaded == []
