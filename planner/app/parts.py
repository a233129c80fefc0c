"""The pieces that the page is put together from, and how they look."""

from __future__ import annotations

from typing import Any

import panel as pn

from planner.app.markup import heading

__all__ = ["CSS", "FULL", "button", "card", "text", "under"]

FULL: dict[str, Any] = {"sizing_mode": "stretch_width", "margin": 0}
"""As wide as there is room."""

CSS = """
:host { --ink: #222; --quiet: #595959; --line: #d0d0d0; --alarm: #9c2f00; --mine: #0072B2;
  color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
h2 { font-size: 1.15em; margin: .2em 0 .3em; }
h3 { font-size: 1em; margin: .6em 0 .1em; }
p { margin: .2em 0 .5em; }
p.hint { color: var(--quiet); font-size: .9em; }
p.stale { border-left: 4px solid var(--alarm); background: #fdf1ec; padding: .3em .8em; }
p.busy::before { content: "◌ "; }
p.ready::before { content: "● "; color: #00704f; }
ul { margin: .2em 0; padding-left: 1.2em; }
li { overflow-wrap: anywhere; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums;
  font-size: .93em; }
caption { text-align: left; font-weight: 600; padding: .2em 0; }
th, td { padding: .2em .5em; text-align: right; border-bottom: 1px solid var(--line); }
th { font-weight: 400; }
thead th { font-weight: 600; vertical-align: bottom; }
tbody th, thead th:first-child { text-align: left; overflow-wrap: anywhere; }
table.headline td:nth-child(3) { font-weight: 600; color: var(--mine); }
.alarm { border-left: 4px solid var(--alarm); background: #fdf1ec; padding: .4em .8em; }
.note { border-left: 4px solid var(--mine); background: #eef6fb; padding: .4em .8em; }
"""
"""How text and tables look; each piece of a page has a style sheet of its own."""

CARD = """
.card-header { border: 0; background: #f0f3f5; font: 600 15px/1.4 system-ui, sans-serif; }
.card-header:focus-visible { outline: 3px solid #0072B2; outline-offset: -3px; }
"""


def text(html: str = "", **options: Any) -> pn.pane.HTML:
    """Return a piece of text; `html` is escaped already."""
    return pn.pane.HTML(html, stylesheets=[CSS], **{**FULL, **options})


def card(title: str, *parts: Any, **options: Any) -> pn.Card:
    """Return a card that opens and closes; the title is one of our own words."""
    return pn.Card(*parts, title=title, stylesheets=[CARD], **{**FULL, **options})


def button(label: str, **options: Any) -> pn.widgets.Button:
    """Return a button."""
    return pn.widgets.Button(name=label, **{"margin": (4, 8, 4, 0), **options})


def under(title: str, *parts: Any) -> pn.Column:
    """Return parts below a heading; Bokeh's figures among them are put in panes."""
    made = [
        part if isinstance(part, pn.viewable.Viewable) else pn.pane.Bokeh(part, **FULL)
        for part in parts
    ]
    return pn.Column(text(heading(title)), *made, **FULL)
