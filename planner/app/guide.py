"""The guided first visit: the story of the letter in five steps that move the levers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import panel as pn

from planner.app.markup import heading, paragraph
from planner.app.parts import FULL, button, text
from planner.app.words import say
from planner.whatif.levers import Value

__all__ = ["BASE", "STEPS", "Guide"]

BASE = "eastern-flank-battalion"
"""The scenario that the story is told on."""

PACKAGE = "eastern-flank"


STEPS: tuple[Mapping[str, Value], ...] = (
    {f"on.{PACKAGE}": False},
    {},
    {f"size.{PACKAGE}": 2.0},
    {"rest.military": 0.5, "rest.police": 0.5},
    {},
)
"""Where the levers stand in each step; its words are ``guide_1_title``, ``guide_1_text`` …"""


FRAME = {"border": "2px solid #0072B2", "border-radius": "4px", "padding": "6px 14px"}


class Guide:
    """The box that tells the story.

    Parameters
    ----------
    lang : str
    go : callable
        Called with the levers that a step moves, all others as they were.
    """

    def __init__(self, lang: str, go: Callable[[Mapping[str, Value]], None]):
        """Begin closed."""
        self.lang, self._go, self.step = lang, go, -1
        self._said = text()
        self._back = self._button("guide_back", -1)
        self._next = self._button("guide_next", +1, button_type="primary")
        close = button(say("guide_end", lang))
        close.on_click(lambda _: self.close())
        buttons = pn.Row(self._back, self._next, close, margin=0)
        self.box = pn.Column(self._said, buttons, visible=False, styles=FRAME, **FULL)

    def _button(self, key: str, by: int, **options: Any) -> pn.widgets.Button:
        made = button(say(key, self.lang), **options)
        made.on_click(lambda _: self.show(self.step + by))
        return made

    def show(self, step: int) -> None:
        """Tell one step and move the levers; past the last one it is over."""
        if not 0 <= step < len(STEPS):
            self.close()
            return
        self.step = step
        title, text = (say(f"guide_{step + 1}_{part}", self.lang) for part in ("title", "text"))
        count = say("guide_step", self.lang, step=step + 1, steps=len(STEPS))
        self._said.object = paragraph(count, "hint") + heading(title) + paragraph(text)
        self._back.disabled = step == 0
        self._next.visible = step < len(STEPS) - 1
        self.box.visible = True
        self._go(STEPS[step])

    def close(self) -> None:
        """End the visit; the levers stay where they are."""
        self.step = -1
        self.box.visible = False
