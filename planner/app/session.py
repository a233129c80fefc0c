"""The session of a visitor: scenario, levers, summaries, and the address that restores them."""

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
    FULL_WIDTH,
    button,
    card,
    error_box,
    heading,
    message_box,
    paragraph,
    select_options,
    table,
    text,
)
from planner.app.scheduler import LatestRequest, Priority, SessionScheduler
from planner.app.tasks import read_link
from planner.app.words import say
from planner.app.workers import READ_SECONDS, Workers
from planner.errors import Fault, InputError, nearest
from planner.labels import month, named, number
from planner.scenario.load import Scenario, load, shipped_scenarios
from planner.whatif import Lever, PlanSummary, WhatIf
from planner.whatif.charts import KEPT_SIDES, PlanSummaries
from planner.whatif.model import KNOWN_KEYWORDS, Value
from planner.whatif.outlook import AnalysisResult

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NOT_LEVERS", "LeverControls", "ScenarioLibrary", "Session", "format_value", "lever_label",
    "tables_of",
]  # fmt: skip

NOT_LEVERS = (
    "base", "file", "name", "lang", "mission", "month", "package", "why", "certain", *KEPT_SIDES,
)  # fmt: skip
"""Arguments of an address that are not levers; a letter stands for a kept variant."""

MAX_TEXT = 80
"""Maximum length of a mission, month or package in an address, characters."""

LeverValues = Mapping[str, Value]

MAX_MOVES = 100
"""Maximum number of levers of a kept variant in an address."""

MAX_UNDO = 100
"""Maximum number of changes that can be undone."""

log = logging.getLogger(__name__)


class Session:
    """The state of the page of one visitor; sessions share only workers and library.

    Parameters
    ----------
    workers : Workers
    library : Library
        Scenarios offered.
    lang : {"en", "nl"}
    schedule : SessionScheduler, optional
        Schedules calls for the session; by default they are made immediately.
    """

    def __init__(
        self,
        workers: Workers,
        library: ScenarioLibrary,
        lang: str = "en",
        schedule: SessionScheduler | None = None,
    ):
        self.workers, self.library, self.lang = workers, library, lang
        self.schedule = schedule or SessionScheduler()
        self.case = WhatIf(library.get(library.first))
        self.uploaded = False
        """Whether the scenario was uploaded, and is planned in the untrusted pool."""
        self.view = {"mission": "", "month": "", "package": "", "why": "", "certain": ""}
        self.summaries: PlanSummaries = {}
        self.kept: dict[str, WhatIf] = {}
        """Variants kept for comparison, by side."""
        self._link = ""
        self._past: list[LeverValues] = []
        self._future: list[LeverValues] = []
        self._last_key = ""
        self._listeners: list[Callable[[], None]] = []
        self._view_listeners: list[Callable[[], None]] = []
        self._latest: LatestRequest[dict[str, WhatIf], PlanSummaries] = LatestRequest(
            self._start, self.schedule, self._show
        )
        self.controls = LeverControls(lang, self._moved)
        self.dashboard = Dashboard(lang, self.select, automatic_draws=workers.draws > 0)
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
        self.base.param.watch(self._scenario_selected, "value")
        self.back = button(say("reset", lang), lambda: self.set_levers({}))
        self.undo = button(
            say("undo", lang), lambda: self._step(self._past, self._future), disabled=True
        )
        self.redo = button(
            say("redo", lang), lambda: self._step(self._future, self._past), disabled=True
        )
        self._keep = button("", self.keep, disabled=True)
        self._kept_list = pn.Column(**FULL_WIDTH)
        buttons = pn.FlexBox(self.undo, self.redo, self.back, self._keep, **FULL_WIDTH)
        self.actions = pn.Column(self.moved, buttons, self._kept_list, **FULL_WIDTH)

    def _bases(self, uploaded: Scenario | None = None) -> dict[str, str]:
        names = self.library.titles(self.lang)
        if uploaded is not None:
            words = say("uploaded", self.lang)
            names = {"": f"{uploaded.title or uploaded.name:.100} ({words})", **names}
        return select_options(names)

    # scenarios

    def open(self, scenario: Scenario) -> None:
        """Open a scenario of the library, with no lever moved."""
        self._load_scenario(scenario)
        self.refresh()

    def open_uploaded(self, scenario: Scenario, link: str) -> None:
        """Open an uploaded scenario, with no lever moved.

        Parameters
        ----------
        scenario : Scenario
            Read and checked by a worker.
        link : str
            Text of the scenario for the address; empty if it is too large.
        """
        self._load_scenario(scenario, uploaded=True, link=link)
        self.refresh()

    def _load_scenario(self, scenario: Scenario, uploaded: bool = False, link: str = "") -> None:
        self.case = WhatIf(scenario)
        self.uploaded, self._link = uploaded, link
        self._past, self._future, self._last_key = [], [], ""
        self.kept = {}
        self._list_kept()
        self.schedule(self._open_controls, Priority.CONTROLS)
        value = "" if uploaded else scenario.name
        self.base.param.update(options=self._bases(scenario if uploaded else None), value=value)

    def _open_controls(self) -> None:
        """Build the levers, unless those of this scenario exist already."""
        if self.controls.base is not self.case.base:
            self.controls.open(self.case)

    def follow(self, address: Mapping[str, str]) -> None:
        """Restore the view of an address; report and skip its faults.

        A scenario in the address is read by a worker, within the limits of an upload.
        """
        self.view.update({key: address[key][:MAX_TEXT] for key in self.view if key in address})
        if "file" in address:
            name = address.get("name", "uploaded")[:60]
            reading = self.workers.untrusted.submit(
                read_link, address["file"], name, seconds=READ_SECONDS, owner=self
            )
            reading.add_done_callback(
                lambda done: self.schedule(lambda: self._follow_link(address, done))
            )
            return
        scenario, faults = self.library.get(self.library.first), []
        if "base" in address:
            try:
                scenario = self.library.get(address["base"])
            except InputError as error:
                faults = list(error.faults)
        self._load_scenario(scenario)
        self._follow_levers(address, faults)

    def _follow_link(self, address: Mapping[str, str], done: Future[tuple[Scenario, str]]) -> None:
        try:
            scenario, link = done.result()
        except Exception as error:
            self._load_scenario(self.library.get(self.library.first))
            self._follow_levers(address, [])
            self.faults.object = error_box(error, self.lang)
            return
        self._load_scenario(scenario, uploaded=True, link=link)
        self._follow_levers(address, [])

    def _follow_levers(self, address: Mapping[str, str], faults: list[Fault | str]) -> None:
        levers = {key: text for key, text in address.items() if key not in NOT_LEVERS}
        self.case, wrong = self.case.follow(levers)
        for side in KEPT_SIDES:
            if side in address:
                parts = dict(parse_qsl(address[side], max_num_fields=MAX_MOVES))
                self.kept[side], more = self.case.reset().follow(parts)
                wrong += more
        self._list_kept()
        self.controls.show(self.case)
        self.refresh()
        faults += wrong
        if faults:
            self.faults.object = message_box(
                say("address_wrong", self.lang), map(str, faults), alarm=True
            )

    # actions of the visitor

    def set_levers(self, moved: Mapping[str, Value]) -> None:
        """Move the levers of a mapping; all others are as in the plan."""
        self._change(self.case.reset().move(moved))
        self.controls.show(self.case)
        self.refresh()

    def _change(self, case: WhatIf, key: str = "") -> None:
        """Replace the variant; consecutive changes of one lever are undone together."""
        if case.moved == self.case.moved:
            return
        if not key or key != self._last_key:
            self._past = [*self._past[-MAX_UNDO:], self.case.moved]
        self._future, self._last_key = [], key
        self.case = case

    def _step(self, source: list[LeverValues], target: list[LeverValues]) -> None:
        """Undo or redo one change."""
        if source:
            target.append(self.case.moved)
            self._last_key = ""
            self.case = self.case.reset().move(source.pop())
            self.controls.show(self.case)
            self.refresh()

    # variants kept for comparison

    def keep(self) -> None:
        """Keep the current variant for comparison, under the first free letter."""
        free = [side for side in KEPT_SIDES if side not in self.kept]
        if free and self.case.moved:
            self._set_kept({**self.kept, free[0]: self.case})

    def _set_kept(self, kept: Mapping[str, WhatIf]) -> None:
        self.kept = {side: kept[side] for side in KEPT_SIDES if side in kept}
        self._list_kept()
        self.refresh()

    def _list_kept(self) -> None:
        """List the kept variants, each with buttons to show and to drop it."""
        rows = []
        for side, case in self.kept.items():
            name = say(side, self.lang)
            show = button(f"{say('keep_show', self.lang)} {name}", partial(self._show_kept, side))
            drop = button(f"{say('keep_drop', self.lang)} {name}", partial(self._drop_kept, side))
            rows += [text(self._changes_table(case, name)), pn.FlexBox(show, drop, **FULL_WIDTH)]
        self._kept_list[:] = rows

    def _show_kept(self, side: str) -> None:
        self.set_levers(self.kept[side].moved)

    def _drop_kept(self, side: str) -> None:
        self._set_kept({key: case for key, case in self.kept.items() if key != side})

    def open_at(self, base: str, moved: Mapping[str, Value]) -> None:
        """Open a scenario of the library with levers moved."""
        scenario = self.library.get(base)
        if self.case.base is not scenario or self.controls.base is None:
            self._load_scenario(scenario)
        self.set_levers(moved)

    def _moved(self, key: str, value: Value) -> None:
        try:
            self._change(self.case.move({key: value}), key)
        except InputError as error:
            self._show_error(error)
            return
        self.refresh()

    def _scenario_selected(self, event: Any) -> None:
        if event.new and (self.uploaded or event.new != self.case.base.name):
            self.open(self.library.get(event.new))

    def select(self, which: str, value: str) -> None:
        """Select a mission, a package, a month, or the bar of a mission."""
        if which == "bar":  # selects the mission in all sections, and explains it
            self.view |= {"mission": value, "why": value, "month": ""}
        else:
            self.view[which] = value
        self._draw()
        self.sync_address()

    # results

    def refresh(self) -> None:
        """Update the controls, and request the summaries for the current levers."""
        self.moved.object = self._changes_table(self.case, say("variant", self.lang))
        self.back.disabled = not self.case.moved
        free = [side for side in KEPT_SIDES if side not in self.kept]
        known = [one.moved for one in self.kept.values()]
        self._keep.disabled = not free or not self.case.moved or self.case.moved in known
        name = say("keep", self.lang, side=say(free[0], self.lang)) if free else ""
        self._keep.name = name or say("keep_full", self.lang)
        self.undo.disabled, self.redo.disabled = not self._past, not self._future
        self.sync_address()
        self.faults.object = ""
        self.status.object = paragraph(say("computing", self.lang), "busy")
        for listener in self._listeners:
            listener()
        plan = self.case.reset()
        self._latest.submit({"plan": plan, **self.kept, "variant": self.case})

    def on_change(self, listener: Callable[[], None]) -> None:
        """Register a callback for when the levers have moved."""
        self._listeners.append(listener)

    def on_view(self, listener: Callable[[], None]) -> None:
        """Register a callback for when results are shown or another subject is selected."""
        self._view_listeners.append(listener)

    def _start(self, cases: dict[str, WhatIf]) -> Future[PlanSummaries]:
        summary = partial(self.workers.summary, uploaded=self.uploaded, owner=self)
        return gather_futures({side: summary(case) for side, case in cases.items()})

    def _show(self, cases: dict[str, WhatIf], done: Future[PlanSummaries]) -> None:
        try:
            self.summaries = done.result()
            self._draw()
            self.sync_address()
            about = cases["variant"].address()
            self.status.object = paragraph(say("ready", self.lang), "ready", about)
        except Exception as error:
            self._show_error(error)

    def _draw(self) -> None:
        if self.summaries:
            what, package = self.dashboard.show(
                self.summaries, self.view["mission"], self.view["package"]
            )
            self.view.update(mission=what, package=package)
            for viewer in self._view_listeners:
                self.schedule(viewer, Priority.DETAIL)

    def _show_error(self, error: Exception) -> None:
        self._latest.cancel()
        self.faults.object = error_box(error, self.lang)
        self.status.object = ""

    def _changes_table(self, case: WhatIf, name: str) -> str:
        """Return the levers moved by a variant, as a table."""
        rows = []
        for key, value in case.moved.items():
            lever = case.lever(key)
            values = (format_value(lever, one, self.lang) for one in (lever.stands, value))
            rows.append([lever_label(lever, self.lang), *values])
        if not rows:
            return paragraph(say("moved_none", self.lang), "hint")
        head = [say("moved", self.lang), say("plan", self.lang), name]
        return table("", head, rows, "moved")

    # the address

    @property
    def linked(self) -> bool:
        """Whether the address restores this view; a large uploaded scenario does not fit in it."""
        return bool(self._link) or not self.uploaded

    def query(self, lang: str | None = None) -> str:
        """Return the query of the address that restores this view, with its question mark."""
        parts = {"base": self.case.base.name}
        if self.uploaded:
            parts = {"file": self._link, "name": self.case.base.name[:60]} if self._link else {}
        parts["lang"] = lang or self.lang
        parts |= {key: value for key, value in self.view.items() if value}
        parts |= {side: case.address() for side, case in self.kept.items()}
        moves = self.case.address()
        return "?" + urlencode(parts) + (f"&{moves}" if moves else "")

    def sync_address(self) -> None:
        """Update the address of the page to the current view."""
        self.address.value = self.query()


def gather_futures(futures: Mapping[str, Future[PlanSummary]]) -> Future[PlanSummaries]:
    """Return the future of several summaries, done when all are."""
    result: Future[PlanSummaries] = Future()
    lock = RLock()  # a callback may run another in the same thread

    def arrived(_: Future[PlanSummary]) -> None:
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
"""Cards of levers in order, and the groups of levers in each."""

OPEN_CARDS = ("packages", "decide")
"""Cards that are open initially."""

CARD_WIDTH: dict[str, Any] = {"sizing_mode": "stretch_width", "margin": (4, 10)}

WRAP_LABELS_CSS = ":host label, :host span { white-space: normal; overflow-wrap: anywhere; }"
"""Lets the label of a checkbox wrap."""

TICK_FORMATS = {"en": "return tick.toFixed(2)", "nl": 'return tick.toFixed(2).replace(".", ",")'}
"""JavaScript that formats the value of a slider; Bokeh's formatter has no decimal comma."""

LeverCallback = Callable[[str, Value], None]
"""Called with the key of a lever and its new value."""


def format_value(lever: Lever, value: Value, lang: str) -> str:
    """Return a value of a lever as text.

    Examples
    --------
    >>> lever = WhatIf("eastern-flank-battalion").lever("known.eastern-flank")
    >>> format_value(lever, "just-in-time", "nl"), format_value(lever, "2022-07", "en")
    ('net op tijd', 'Jul 2022')
    """
    if isinstance(value, bool):
        return say("on" if value else "off", lang)
    if lever.group == "rule":
        return say(str(value), lang)
    if isinstance(value, str):
        return say(f"known_{value}", lang) if value in KNOWN_KEYWORDS else month(value, lang)
    if lever.group == "tier" and not value:
        return say("as_it_was", lang)
    return str(value) if isinstance(value, int) else number(value, lang, 2)


def lever_label(lever: Lever, lang: str) -> str:
    """Return the label of a lever.

    Examples
    --------
    >>> lever_label(WhatIf("letter").lever("people.staff"), "nl")
    'Stafofficieren en waarnemers: sterkte, maal'
    """
    what = say(f"lever_{lever.group}", lang)
    return f"{named(lever, lang)}: {what}" if lever.subject else what


class LeverControls:
    """Widgets of the levers of a scenario.

    Parameters
    ----------
    lang : str
    on_move : callable
        Called with key and value when a lever is moved.
    """

    def __init__(self, lang: str, on_move: LeverCallback):
        self.lang, self._on_move = lang, on_move
        self._widgets: dict[str, Any] = {}
        self._tiers: dict[str, Lever] = {}
        self._case: WhatIf | None = None
        self._updating = False
        self.column = pn.Column(sizing_mode="stretch_width", margin=0)

    @property
    def base(self) -> Scenario | None:
        """The scenario whose levers are shown."""
        return None if self._case is None else self._case.base

    def open(self, case: WhatIf) -> None:
        """Build the levers of another scenario; those of a closed card when it is opened."""
        self._case, self._widgets, self._tiers = case, {}, {}
        self.column[:] = [self._card(name, groups) for name, groups in CARDS.items()]

    def show(self, case: WhatIf) -> None:
        """Update every widget to a variant, without calling the callback."""
        if self._case is None or self._case.base is not case.base:
            return  # built later, from the variant of that time
        self._case = case
        self._updating = True
        try:
            for key, widget in self._widgets.items():
                value = widget_value(case.lever(key), case.stands(key))
                if widget.value != value:
                    widget.value = value
            if self._tiers:
                self._show_tier()
        finally:
            self._updating = False

    def _notify(self, key: str, value: Any) -> None:
        if not self._updating:
            self._on_move(key, value)

    def _card(self, name: str, groups: tuple[str, ...]) -> pn.Card:
        case = self._case
        assert case is not None
        levers = [lever for lever in case.levers if lever.group in groups]
        made = card(
            say(f"group_{name}", self.lang), collapsed=name not in OPEN_CARDS, margin=(0, 0, 8, 0)
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
            yield text(paragraph(say(f"{name}_note", self.lang), "hint"), **CARD_WIDTH)
        for lever in levers:
            if lever.group != "tier":
                label = lever_label(lever, self.lang) if name in ("decide", "tier") else None
                yield self._add(lever, label or named(lever, self.lang))
        tiers = {one.subject: one for one in levers if one.group == "tier"}
        if tiers:
            yield from self._tier_choice(tiers)

    def _packages(self, levers: list[Lever]) -> Iterator[Any]:
        if not levers:
            yield text(paragraph(say("no_package_levers", self.lang), "hint"), **CARD_WIDTH)
        for subject in dict.fromkeys(lever.subject for lever in levers):
            those = [lever for lever in levers if lever.subject == subject]
            yield text(heading(named(those[0], self.lang), 3), **CARD_WIDTH)
            for lever in those:
                yield self._add(lever, say(f"lever_{lever.group}", self.lang))

    def _add(self, lever: Lever, label: str) -> Any:
        assert self._case is not None
        widget = self._make_widget(lever, label, self._case.stands(lever.key))
        widget.param.watch(
            lambda event: self._notify(lever.key, lever_value(lever, event.new)), "value"
        )
        self._widgets[lever.key] = widget
        return widget

    def _make_widget(self, lever: Lever, label: str, value: Value) -> Any:
        if isinstance(
            lever.stands, bool
        ):  # a group of one, so that the label belongs to the checkbox
            options = {label: lever.key}
            return pn.widgets.CheckBoxGroup(
                options=options,
                value=widget_value(lever, value),
                stylesheets=[WRAP_LABELS_CSS],
                **CARD_WIDTH,
            )
        common = {"name": label, "value": value, **CARD_WIDTH}
        if lever.group == "first":
            options = {month(one, self.lang): one for one in lever.choices}
            return pn.widgets.DiscreteSlider(options=options, **common)
        if lever.choices:
            options = {format_value(lever, one, self.lang): one for one in lever.choices}
            return pn.widgets.Select(options=options, **common)
        limits = {"start": lever.low, "end": lever.high, "step": lever.step}
        if isinstance(lever.stands, int):
            whole = {key: int(limit) for key, limit in limits.items()}
            return pn.widgets.IntSlider(**common, **whole)
        formatter = CustomJSTickFormatter(code=TICK_FORMATS[self.lang])
        return pn.widgets.FloatSlider(**common, **limits, format=formatter)

    def _tier_choice(self, tiers: dict[str, Lever]) -> Iterator[Any]:
        """Yield a select widget for a mission and one for its tier, rather than one per mission."""
        self._tiers = tiers
        options = select_options({id: named(lever, self.lang) for id, lever in tiers.items()})
        self._mission = pn.widgets.Select(
            name=say("mission", self.lang), options=options, **CARD_WIDTH
        )
        self._tier = pn.widgets.Select(name=say("lever_tier", self.lang), **CARD_WIDTH)
        self._mission.param.watch(lambda _: self._show_tier(), "value")
        self._tier.param.watch(self._tier_moved, "value")
        self._show_tier()
        yield from (self._mission, self._tier)

    def _show_tier(self) -> None:
        assert self._case is not None
        lever = self._tiers[self._mission.value]
        updating, self._updating = self._updating, True
        numbers = range(int(lever.low), int(lever.high) + 1)
        options = {format_value(lever, one, self.lang): one for one in numbers}
        self._tier.param.update(options=options, value=self._case.stands(lever.key))
        self._updating = updating

    def _tier_moved(self, event: Any) -> None:
        if event.new is not None:
            self._notify(f"tier.{self._mission.value}", event.new)


def tables_of(*results: AnalysisResult | None) -> dict[str, pd.DataFrame]:
    """Return the tables of results about the variant, by name."""
    return {
        f"variant_{name}": table
        for result in results
        if result is not None
        for name, table in result.tables().items()
    }


def widget_value(lever: Lever, value: Value) -> Any:
    """Return the value of the widget for a value of a lever."""
    return ([lever.key] if value else []) if isinstance(lever.stands, bool) else value


def lever_value(lever: Lever, value: Any) -> Value:
    """Return the value of a lever for the value of its widget."""
    converted: Value = bool(value) if isinstance(lever.stands, bool) else value
    return converted


DEFAULT_SCENARIO = "eastern-flank-battalion"
"""The scenario that is opened by default."""


@dataclass
class ScenarioLibrary:
    """Scenarios by name: those of the package, and those given when the server was started.

    Parameters
    ----------
    extra : sequence of Scenario
        Offered before those of the package; the first is the default.

    Examples
    --------
    >>> library = ScenarioLibrary()
    >>> library.first, "letter" in library.names
    ('eastern-flank-battalion', True)
    >>> library.get("../letter")
    Traceback (most recent call last):
    ...
    planner.errors.InputError: <address>: base: no such scenario '../letter', did you mean 'letter'?
    """

    extra: Iterable[Scenario] = ()
    _loaded: dict[str, Scenario] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for scenario in self.extra:
            self._loaded[scenario.name] = scenario
        self.names = tuple(dict.fromkeys([*self._loaded, *shipped_scenarios()]))
        self.first = next(iter(self._loaded), DEFAULT_SCENARIO)

    def get(self, name: str) -> Scenario:
        """Return a scenario by its exact name; raise InputError if there is none."""
        if name not in self.names:
            message = f"no such scenario {name!r:.60}{nearest(name, self.names)}"
            raise InputError(Fault("<address>", 0, 0, "base", message))
        if name not in self._loaded:
            self._loaded[name] = load(shipped_scenarios()[name])
        return self._loaded[name]

    def titles(self, lang: str) -> dict[str, str]:
        """Return titles by name."""
        return {name: named(self.get(name), lang, "title") or name for name in self.names}
