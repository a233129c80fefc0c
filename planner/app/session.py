"""One visitor's session: scenarios, levers, what is shown, and the address that restores it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import panel as pn
from bokeh.models import CustomJSTickFormatter

from planner.app.dashboard import Dashboard
from planner.app.layout import (
    FULL,
    alarm_of,
    box,
    button,
    card,
    heading,
    labels,
    paragraph,
    table,
    text,
)
from planner.app.scheduler import Newest, Priority, Turns
from planner.app.tasks import read_link
from planner.app.words import say
from planner.app.workers import READ_SECONDS, Workers
from planner.errors import Fault, InputError, nearest
from planner.labels import month, named, number
from planner.scenario.load import Scenario, load, shipped_scenarios
from planner.whatif import Lever, Picture, WhatIf
from planner.whatif.charts import KEPT, Pictures
from planner.whatif.model import WORDS as KNOWN
from planner.whatif.model import Value
from planner.whatif.outlook import Answer

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Controls", "describe", "Library", "NOT_LEVERS", "Session", "shown", "tables_of"]

NOT_LEVERS = (
    "base", "file", "name", "lang", "mission", "month", "package", "why", "certain", *KEPT,
)  # fmt: skip
"""Parts of an address that are not levers; those named by a letter hold a kept variant."""

MAX_TEXT = 80
"""Characters of a mission, month or package in an address that are read."""

Moves = Mapping[str, Value]

MAX_MOVES = 100
"""Levers of a kept variant that are read from an address."""

MAX_UNDO = 100
"""Changes that can be undone."""

log = logging.getLogger(__name__)


class Session:
    """What one visitor sees and has changed; sessions share workers and library only.

    Parameters
    ----------
    workers : Workers
    library : Library
        Scenarios to begin from.
    lang : {"en", "nl"}
    turns : Turns, optional
        Makes calls in the session's turn; at once by default.
    """

    def __init__(
        self, workers: Workers, library: Library, lang: str = "en", turns: Turns | None = None
    ):
        self.workers, self.library, self.lang = workers, library, lang
        self.turns = turns or Turns()
        self.case = WhatIf(library.get(library.first))
        self.guest = False
        """Whether the scenario was brought by the visitor, and is planned within tight limits."""
        self.view = {"mission": "", "month": "", "package": "", "why": "", "certain": ""}
        self.pictures: Pictures = {}
        self.kept: dict[str, WhatIf] = {}
        """Variants kept for comparison, by letter."""
        self._link = ""
        self._past: list[Moves] = []
        self._future: list[Moves] = []
        self._last_key = ""
        self._listeners: list[Callable[[], None]] = []
        self._viewers: list[Callable[[], None]] = []
        self._newest: Newest[dict[str, WhatIf], Pictures] = Newest(
            self._start, self.turns, self._show
        )
        self.controls = Controls(lang, self._moved)
        self.dashboard = Dashboard(lang, self.picked, draws_come=workers.draws > 0)
        self._lay_out()

    def _lay_out(self) -> None:
        lang = self.lang
        self.status = text(paragraph(say("computing", lang), "busy"), name="status")
        self.faults = text(name="faults")
        self.moved = text(name="moved")
        self.address = pn.widgets.TextInput(visible=False, name="address")
        self.base = pn.widgets.Select(
            name=say("base", lang), options=self._bases(), value=self.case.base.name,
            sizing_mode="stretch_width", margin=(4, 0),
        )  # fmt: skip
        self.base.param.watch(self._rebased, "value")
        self.back = button(say("reset", lang), lambda: self.go({}))
        self.undo = button(
            say("undo", lang), lambda: self._step(self._past, self._future), disabled=True
        )
        self.redo = button(
            say("redo", lang), lambda: self._step(self._future, self._past), disabled=True
        )
        self._keep = button("", self.keep, disabled=True)
        self._kept_list = pn.Column(**FULL)
        buttons = pn.FlexBox(self.undo, self.redo, self.back, self._keep, **FULL)
        self.actions = pn.Column(self.moved, buttons, self._kept_list, **FULL)

    def _bases(self, uploaded: Scenario | None = None) -> dict[str, str]:
        names = self.library.titles(self.lang)
        if uploaded is not None:
            words = say("uploaded", self.lang)
            names = {"": f"{uploaded.title or uploaded.name:.100} ({words})", **names}
        return labels(names)

    # where it begins

    def open(self, scenario: Scenario) -> None:
        """Begin from a scenario of the library, with no lever moved."""
        self._begin(scenario)
        self.refresh()

    def open_guest(self, scenario: Scenario, link: str) -> None:
        """Begin from a scenario that the visitor brought.

        Parameters
        ----------
        scenario : Scenario
            Read by a worker within its limits.
        link : str
            The scenario as a part of an address; empty if it is too large for one.
        """
        self._begin(scenario, guest=True, link=link)
        self.refresh()

    def _begin(self, scenario: Scenario, guest: bool = False, link: str = "") -> None:
        self.case = WhatIf(scenario)
        self.guest, self._link = guest, link
        self._past, self._future, self._last_key = [], [], ""
        self.kept = {}
        self._list_kept()
        self.turns(self._open_controls, Priority.CONTROLS)
        value = "" if guest else scenario.name
        self.base.param.update(options=self._bases(scenario if guest else None), value=value)

    def _open_controls(self) -> None:
        """Lay out the levers, unless those of this scenario exist already."""
        if self.controls.base is not self.case.base:
            self.controls.open(self.case)

    def follow(self, address: Mapping[str, str]) -> None:
        """Begin where an address says; what cannot be followed is reported and left out.

        A scenario inside the address is read by a worker, within the limits of an upload.
        """
        self.view.update({key: address[key][:MAX_TEXT] for key in self.view if key in address})
        if "file" in address:
            name = address.get("name", "uploaded")[:60]
            reading = self.workers.guests.submit(
                read_link, address["file"], name, seconds=READ_SECONDS, owner=self
            )
            reading.add_done_callback(
                lambda done: self.turns(lambda: self._follow_link(address, done))
            )
            return
        scenario, faults = self.library.get(self.library.first), []
        if "base" in address:
            try:
                scenario = self.library.get(address["base"])
            except InputError as error:
                faults = list(error.faults)
        self._begin(scenario)
        self._follow_levers(address, faults)

    def _follow_link(self, address: Mapping[str, str], done: Future[tuple[Scenario, str]]) -> None:
        try:
            scenario, link = done.result()
        except Exception as error:
            self._begin(self.library.get(self.library.first))
            self._follow_levers(address, [])
            self.faults.object = alarm_of(error, self.lang)
            return
        self._begin(scenario, guest=True, link=link)
        self._follow_levers(address, [])

    def _follow_levers(self, address: Mapping[str, str], faults: list[Fault | str]) -> None:
        levers = {key: text for key, text in address.items() if key not in NOT_LEVERS}
        self.case, wrong = self.case.follow(levers)
        for side in KEPT:
            if side in address:
                parts = dict(parse_qsl(address[side], max_num_fields=MAX_MOVES))
                self.kept[side], more = self.case.reset().follow(parts)
                wrong += more
        self._list_kept()
        self.controls.show(self.case)
        self.refresh()
        faults += wrong
        if faults:
            self.faults.object = box(say("address_wrong", self.lang), map(str, faults), alarm=True)

    # what visitors do

    def go(self, moved: Mapping[str, Value]) -> None:
        """Put the levers where a mapping says, all others as in the plan."""
        self._change(self.case.reset().move(moved))
        self.controls.show(self.case)
        self.refresh()

    def _change(self, case: WhatIf, key: str = "") -> None:
        """Go to another variant; changes of one lever in a row are undone together."""
        if case.moved == self.case.moved:
            return
        if not key or key != self._last_key:
            self._past = [*self._past[-MAX_UNDO:], self.case.moved]
        self._future, self._last_key = [], key
        self.case = case

    def _step(self, source: list[Moves], target: list[Moves]) -> None:
        """Undo or redo one change."""
        if source:
            target.append(self.case.moved)
            self._last_key = ""
            self.case = self.case.reset().move(source.pop())
            self.controls.show(self.case)
            self.refresh()

    # variants to compare

    def keep(self) -> None:
        """Keep the variant that is shown beside those that come, under the first free letter."""
        free = [side for side in KEPT if side not in self.kept]
        if free and self.case.moved:
            self._set_kept({**self.kept, free[0]: self.case})

    def _set_kept(self, kept: Mapping[str, WhatIf]) -> None:
        self.kept = {side: kept[side] for side in KEPT if side in kept}
        self._list_kept()
        self.refresh()

    def _list_kept(self) -> None:
        """List the kept variants with what can be done with each."""
        rows = []
        for side, case in self.kept.items():
            name = say(side, self.lang)
            show = button(f"{say('keep_show', self.lang)} {name}", partial(self._go_kept, side))
            drop = button(f"{say('keep_drop', self.lang)} {name}", partial(self._drop_kept, side))
            rows += [text(self._moves(case, name)), pn.FlexBox(show, drop, **FULL)]
        self._kept_list[:] = rows

    def _go_kept(self, side: str) -> None:
        self.go(self.kept[side].moved)

    def _drop_kept(self, side: str) -> None:
        self._set_kept({key: case for key, case in self.kept.items() if key != side})

    def go_to(self, base: str, moved: Mapping[str, Value]) -> None:
        """Begin from a scenario of the library with levers moved."""
        scenario = self.library.get(base)
        if self.case.base is not scenario or self.controls.base is None:
            self._begin(scenario)
        self.go(moved)

    def _moved(self, key: str, value: Value) -> None:
        try:
            self._change(self.case.move({key: value}), key)
        except InputError as error:
            self._wrong(error)
            return
        self.refresh()

    def _rebased(self, event: Any) -> None:
        if event.new and (self.guest or event.new != self.case.base.name):
            self.open(self.library.get(event.new))

    def picked(self, which: str, value: str) -> None:
        """Follow what was chosen: a mission, a package, a month, or the bar of a mission."""
        if which == "bar":  # everything below follows the mission, and says why
            self.view |= {"mission": value, "why": value, "month": ""}
        else:
            self.view[which] = value
        self._draw()
        self.remember()

    # what they see

    def refresh(self) -> None:
        """Ask for the picture of the levers as they are now."""
        self.moved.object = self._moves(self.case, say("variant", self.lang))
        self.back.disabled = not self.case.moved
        free = [side for side in KEPT if side not in self.kept]
        known = [one.moved for one in self.kept.values()]
        self._keep.disabled = not free or not self.case.moved or self.case.moved in known
        name = say("keep", self.lang, side=say(free[0], self.lang)) if free else ""
        self._keep.name = name or say("keep_full", self.lang)
        self.undo.disabled, self.redo.disabled = not self._past, not self._future
        self.remember()
        self.faults.object = ""
        self.status.object = paragraph(say("computing", self.lang), "busy")
        for listener in self._listeners:
            listener()
        plan = self.case.reset()
        self._newest.ask({"plan": plan, **self.kept, "variant": self.case})

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function whenever the levers have moved."""
        self._listeners.append(listener)

    def on_view(self, listener: Callable[[], None]) -> None:
        """Call a function whenever another part is looked at, or drawn anew."""
        self._viewers.append(listener)

    def _start(self, cases: dict[str, WhatIf]) -> Future[Pictures]:
        picture = partial(self.workers.picture, guest=self.guest, owner=self)
        return together({side: picture(case) for side, case in cases.items()})

    def _show(self, cases: dict[str, WhatIf], done: Future[Pictures]) -> None:
        try:
            self.pictures = done.result()
            self._draw()
            self.remember()
            about = cases["variant"].address()
            self.status.object = paragraph(say("ready", self.lang), "ready", about)
        except Exception as error:
            self._wrong(error)

    def _draw(self) -> None:
        if self.pictures:
            what, package = self.dashboard.show(
                self.pictures, self.view["mission"], self.view["package"]
            )
            self.view.update(mission=what, package=package)
            for viewer in self._viewers:
                self.turns(viewer, Priority.DETAIL)

    def _wrong(self, error: Exception) -> None:
        self._newest.drop()
        self.faults.object = alarm_of(error, self.lang)
        self.status.object = ""

    def _moves(self, case: WhatIf, name: str) -> str:
        """Return the levers that a variant moves, as a table."""
        rows = []
        for key, value in case.moved.items():
            lever = case.lever(key)
            places = (shown(lever, one, self.lang) for one in (lever.stands, value))
            rows.append([describe(lever, self.lang), *places])
        if not rows:
            return paragraph(say("moved_none", self.lang), "hint")
        head = [say("moved", self.lang), say("plan", self.lang), name]
        return table("", head, rows, "moved")

    # the address

    @property
    def linked(self) -> bool:
        """Whether the address restores this view; a large file does not fit in one."""
        return bool(self._link) or not self.guest

    def query(self, lang: str | None = None) -> str:
        """Return the address that restores this view, from its question mark on."""
        parts = {"base": self.case.base.name}
        if self.guest:
            parts = {"file": self._link, "name": self.case.base.name[:60]} if self._link else {}
        parts["lang"] = lang or self.lang
        parts |= {key: value for key, value in self.view.items() if value}
        parts |= {side: case.address() for side, case in self.kept.items()}
        moves = self.case.address()
        return "?" + urlencode(parts) + (f"&{moves}" if moves else "")

    def remember(self) -> None:
        """Keep the address of the page at what is shown."""
        self.address.value = self.query()


def together(futures: Mapping[str, Future[Picture]]) -> Future[Pictures]:
    """Return the future of several pictures, done when all are."""
    result: Future[Pictures] = Future()
    lock = RLock()  # a callback may set off the next in the same thread

    def arrived(_: Future[Picture]) -> None:
        with lock:
            if result.done() or not all(future.done() for future in futures.values()):
                return
            for future in futures.values():
                error = future.exception()
                if error is not None:
                    result.set_exception(error)
                    return
            result.set_result({side: future.result() for side, future in futures.items()})

    for future in futures.values():
        future.add_done_callback(arrived)
    return result


CARDS = {
    "packages": ("on", "size", "first", "known"),
    "people": ("people",),
    "rest": ("rest",),
    "tour": ("tour",),
    "decide": ("go", "send"),
    "protect": ("protect",),
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
        Called with key and value when a lever is moved.
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
        if name in ("rest", "protect", "tier"):
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


def tables_of(*answers: Answer | None) -> dict[str, pd.DataFrame]:
    """Return the tables of answers about the variant that are shown, by name."""
    return {
        f"variant_{name}": table
        for answer in answers
        if answer is not None
        for name, table in answer.tables().items()
    }


def put(lever: Lever, value: Value) -> Any:
    """Return what the widget of a lever holds at a position."""
    return ([lever.key] if value else []) if isinstance(lever.stands, bool) else value


def got(lever: Lever, value: Any) -> Value:
    """Return where a lever stands by what its widget holds."""
    place: Value = bool(value) if isinstance(lever.stands, bool) else value
    return place


FIRST = "eastern-flank-battalion"
"""The scenario that a first visit begins from."""


@dataclass
class Library:
    """Scenarios by name: those that come with the package, and those the page was started with.

    Parameters
    ----------
    own : sequence of Scenario
        Offered before the others; the first is the one to begin from.

    Examples
    --------
    >>> library = Library()
    >>> library.first, "letter" in library.names
    ('eastern-flank-battalion', True)
    >>> library.get("../letter")
    Traceback (most recent call last):
    ...
    planner.errors.InputError: <address>: base: no such scenario '../letter', did you mean 'letter'?
    """

    own: Iterable[Scenario] = ()
    _loaded: dict[str, Scenario] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for scenario in self.own:
            self._loaded[scenario.name] = scenario
        self.names = tuple(dict.fromkeys([*self._loaded, *shipped_scenarios()]))
        self.first = next(iter(self._loaded), FIRST)

    def get(self, name: str) -> Scenario:
        """Return a scenario by its name, exactly; raise InputError if none exists."""
        if name not in self.names:
            message = f"no such scenario {name!r:.60}{nearest(name, self.names)}"
            raise InputError(Fault("<address>", 0, 0, "base", message))
        if name not in self._loaded:
            self._loaded[name] = load(shipped_scenarios()[name])
        return self._loaded[name]

    def titles(self, lang: str) -> dict[str, str]:
        """Return titles by name."""
        return {name: named(self.get(name), lang, "title") or name for name in self.names}
