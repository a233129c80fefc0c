"""Levers as sliders, switches and lists, in cards by what they move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import panel as pn
from bokeh.models import CustomJSTickFormatter

from planner.app.layout import card, heading, labels, paragraph, text
from planner.app.words import say
from planner.labels import month, named, number
from planner.scenario.load import Scenario
from planner.whatif import Lever, WhatIf
from planner.whatif.model import WORDS as KNOWN
from planner.whatif.model import Value

__all__ = ["Controls", "describe", "shown"]

CARDS = {
    "packages": ("on", "size", "first", "known"),
    "people": ("people",),
    "rest": ("rest",),
    "tour": ("tour",),
    "decide": ("go", "send"),
    "tier": ("rule", "tier"),
}
"""Cards in order, and the groups of levers in each."""

OPEN = ("packages", "decide")
"""Cards that are open at first."""

WIDE: dict[str, Any] = {"sizing_mode": "stretch_width", "margin": (4, 10)}

WRAPPED = ":host label, :host span { white-space: normal; overflow-wrap: anywhere; }"
"""Lets the label of a box take more than one line."""

DIGITS = {"en": "return tick.toFixed(2)", "nl": 'return tick.toFixed(2).replace(".", ",")'}
"""How the browser writes where a slider stands; Bokeh's own formatter knows no comma."""

Moved = Callable[[str, Value], None]
"""Called with the key of a lever and where it now stands."""


def shown(lever: Lever, value: Value, lang: str) -> str:
    """Return where a lever stands, in words.

    Examples
    --------
    >>> lever = WhatIf("eastern-flank-battalion").lever("known.eastern-flank")
    >>> shown(lever, "just-in-time", "nl"), shown(lever, "2022-07", "en")
    ('net op tijd', 'Jul 2022')
    """
    if isinstance(value, bool):
        return say("on" if value else "off", lang)
    if lever.group == "rule":
        return say(str(value), lang)
    if isinstance(value, str):
        return say(f"known_{value}", lang) if value in KNOWN else month(value, lang)
    if lever.group == "tier" and not value:
        return say("as_it_was", lang)
    return str(value) if isinstance(value, int) else number(value, lang, 2)


def describe(lever: Lever, lang: str) -> str:
    """Return what a lever is, in words.

    Examples
    --------
    >>> describe(WhatIf("letter").lever("people.staff"), "nl")
    'Stafofficieren en waarnemers: sterkte, maal'
    """
    what = say(f"lever_{lever.group}", lang)
    return f"{named(lever, lang)}: {what}" if lever.subject else what


class Controls:
    """The levers of one scenario on the page.

    Parameters
    ----------
    lang : str
    moved : callable
        Called with key and value when somebody moves a lever.
    """

    def __init__(self, lang: str, moved: Moved):
        self.lang, self._moved = lang, moved
        self._widgets: dict[str, Any] = {}
        self._tiers: dict[str, Lever] = {}
        self._case: WhatIf | None = None
        self._quiet = False
        self.column = pn.Column(sizing_mode="stretch_width", margin=0)

    @property
    def base(self) -> Scenario | None:
        """The scenario of the levers that are laid out."""
        return None if self._case is None else self._case.base

    def open(self, case: WhatIf) -> None:
        """Lay out the levers of another scenario; those in closed cards once they are opened."""
        self._case, self._widgets, self._tiers = case, {}, {}
        self.column[:] = [self._card(name, groups) for name, groups in CARDS.items()]

    def show(self, case: WhatIf) -> None:
        """Put every lever where it is now, without reporting that as a move."""
        if self._case is None or self._case.base is not case.base:
            return  # they are laid out later, where they are then
        self._case = case
        self._quiet = True
        try:
            for key, widget in self._widgets.items():
                value = put(case.lever(key), case.stands(key))
                if widget.value != value:
                    widget.value = value
            if self._tiers:
                self._show_tier()
        finally:
            self._quiet = False

    def _tell(self, key: str, value: Any) -> None:
        if not self._quiet:
            self._moved(key, value)

    def _card(self, name: str, groups: tuple[str, ...]) -> pn.Card:
        case = self._case
        assert case is not None
        levers = [lever for lever in case.levers if lever.group in groups]
        made = card(
            say(f"group_{name}", self.lang), collapsed=name not in OPEN, margin=(0, 0, 8, 0)
        )

        def fill(*_: Any) -> None:
            if not made.collapsed and not len(made):
                made[:] = list(self._parts(name, levers))

        made.param.watch(fill, "collapsed")
        fill()
        return made

    def _parts(self, name: str, levers: list[Lever]) -> Iterator[Any]:
        if name == "packages":
            yield from self._packages(levers)
            return
        if name in ("rest", "tier"):
            yield text(paragraph(say(f"{name}_note", self.lang), "hint"), **WIDE)
        for lever in levers:
            if lever.group != "tier":
                label = describe(lever, self.lang) if name in ("decide", "tier") else None
                yield self._add(lever, label or named(lever, self.lang))
        tiers = {one.subject: one for one in levers if one.group == "tier"}
        if tiers:
            yield from self._tier_choice(tiers)

    def _packages(self, levers: list[Lever]) -> Iterator[Any]:
        if not levers:
            yield text(paragraph(say("no_package_levers", self.lang), "hint"), **WIDE)
        for subject in dict.fromkeys(lever.subject for lever in levers):
            those = [lever for lever in levers if lever.subject == subject]
            yield text(heading(named(those[0], self.lang), 3), **WIDE)
            for lever in those:
                yield self._add(lever, say(f"lever_{lever.group}", self.lang))

    def _add(self, lever: Lever, label: str) -> Any:
        assert self._case is not None
        widget = self._made(lever, label, self._case.stands(lever.key))
        widget.param.watch(lambda event: self._tell(lever.key, got(lever, event.new)), "value")
        self._widgets[lever.key] = widget
        return widget

    def _made(self, lever: Lever, label: str, value: Value) -> Any:
        if isinstance(lever.stands, bool):  # a group of one: its label belongs to its box
            options = {label: lever.key}
            return pn.widgets.CheckBoxGroup(
                options=options, value=put(lever, value), stylesheets=[WRAPPED], **WIDE
            )
        common = {"name": label, "value": value, **WIDE}
        if lever.group == "first":
            options = {month(one, self.lang): one for one in lever.choices}
            return pn.widgets.DiscreteSlider(options=options, **common)
        if lever.choices:
            options = {shown(lever, one, self.lang): one for one in lever.choices}
            return pn.widgets.Select(options=options, **common)
        limits = {"start": lever.low, "end": lever.high, "step": lever.step}
        if isinstance(lever.stands, int):
            whole = {key: int(limit) for key, limit in limits.items()}
            return pn.widgets.IntSlider(**common, **whole)
        shape = CustomJSTickFormatter(code=DIGITS[self.lang])
        return pn.widgets.FloatSlider(**common, **limits, format=shape)

    def _tier_choice(self, tiers: dict[str, Lever]) -> Iterator[Any]:
        """Yield a choice of missions and one of tiers: a list of each would fill the page."""
        self._tiers = tiers
        options = labels({id: named(lever, self.lang) for id, lever in tiers.items()})
        self._mission = pn.widgets.Select(name=say("mission", self.lang), options=options, **WIDE)
        self._tier = pn.widgets.Select(name=say("lever_tier", self.lang), **WIDE)
        self._mission.param.watch(lambda _: self._show_tier(), "value")
        self._tier.param.watch(self._tier_moved, "value")
        self._show_tier()
        yield from (self._mission, self._tier)

    def _show_tier(self) -> None:
        assert self._case is not None
        lever = self._tiers[self._mission.value]
        quiet, self._quiet = self._quiet, True
        numbers = range(int(lever.low), int(lever.high) + 1)
        options = {shown(lever, one, self.lang): one for one in numbers}
        self._tier.param.update(options=options, value=self._case.stands(lever.key))
        self._quiet = quiet

    def _tier_moved(self, event: Any) -> None:
        if event.new is not None:
            self._tell(f"tier.{self._mission.value}", event.new)


def put(lever: Lever, value: Value) -> Any:
    """Return what the widget of a lever holds when it stands there."""
    return ([lever.key] if value else []) if isinstance(lever.stands, bool) else value


def got(lever: Lever, value: Any) -> Value:
    """Return where a lever stands by what its widget holds."""
    if isinstance(lever.stands, bool):
        return bool(value)
    place: Value = value
    return place
