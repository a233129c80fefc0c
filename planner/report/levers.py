"""Levers inside a report: every setting of a few levers, answered beforehand.

What can be chosen is small enough to try all of it: the rule, the size of each package and which
missions under study go ahead. Each combination is planned as :func:`planner.allocate` plans it;
the page only looks up what was found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.engine.stages import PlanCache
from planner.figures.names import Names
from planner.labels import label, rate
from planner.report.blocks import (
    BrowserSolver,
    Charts,
    Choice,
    Levers,
    Paragraph,
    Section,
    Slider,
    packed,
)
from planner.report.solver import FreeLevers, free_levers, solver_script, solver_wasm
from planner.report.words import say
from planner.results.allocate import allocate
from planner.results.losses import losses
from planner.tolerances import SHOWN
from planner.whatif import WhatIf
from planner.whatif.outlook import summarize_result

if TYPE_CHECKING:
    from planner.report.material import Material
    from planner.results.result import Result
    from planner.scenario.load import Scenario
    from planner.whatif import Lever, PlanSummary

__all__ = ["PlannedSettings", "answer_all", "charts_script", "levers_section"]

MOST = 1024
"""Settings that are planned beforehand; fewer sizes are offered beyond that."""

SIZES = ((0.0, 0.5, 1.0, 1.5, 2.0), (0.0, 1.0, 2.0), (0.0, 1.0))
"""Multiples of a package to choose from, from many to few; 0 is a package that does not come."""

PEOPLE = (0.5, 1.5)
"""Multiples of the strength of a pool between which a slider goes."""

DECIMALS = 9
"""Decimals of the answers kept, persons and months."""

KEPT_PLANS = 4096

PLAIN = ("asked", "filled", "displaced_1", "displaced_2")
"""Numbers of a package, in the order in which they are kept."""

SPOKEN = (
    "displaces", "displaces_none", "gains", "gets", "takes", "whole", "mission", "asked", "fill",
    "lost", "lost_to", "was", "others", "all_full", "free", "free_main", "free_proof",
    "free_unproved", "free_failed", "free_first", "small",
)  # fmt: skip
"""Words of the page's own script, keys of the words of reports after ``lever_``."""


@dataclass(frozen=True, eq=False)
class PlannedSettings:
    """Answers to every setting of some levers.

    Attributes
    ----------
    levers : tuple of Lever
    choices : tuple of tuple
        What each lever may be, in order.
    first : tuple of int
        The choice of each lever that is the scenario as it was.
    missions, packages : tuple of str
    names : Names
        What they are called; of a result with all missions under study.
    tasks : tuple of int
        Main task of each mission.
    plan : Picture
        The scenario as it was, beside which charts show each setting.
    values : ndarray (settings, columns)
        By setting, the last lever fastest: asked and filled of each mission; then, by package, the
        numbers :data:`PLAIN` and what each mission loses to it, person-months in the window, and
        the most persons that each mission loses to it in one month.
    free : FreeLevers or None
        What the page needs to solve the rule *value* itself.
    """

    levers: tuple[Lever, ...]
    choices: tuple[tuple[Any, ...], ...]
    first: tuple[int, ...]
    missions: tuple[str, ...]
    packages: tuple[str, ...]
    names: Names
    tasks: tuple[int, ...]
    plan: PlanSummary
    values: NDArray[np.float64]
    free: FreeLevers | None = None

    def packed(self) -> str:
        """Return the values as little-endian doubles, column by column, packed for the page."""
        columns = np.ascontiguousarray(np.round(self.values, DECIMALS).T + 0.0, dtype="<f8")
        return packed(columns.tobytes())


def answer_all(
    scenario: Scenario, lang: str = "en", progress: Callable[[int, int], None] | None = None
) -> PlannedSettings:
    """Plan every setting of the levers of a report.

    Parameters
    ----------
    scenario : Scenario
        As it was.
    lang : {"en", "nl"}
    progress : callable, optional
        Called with how many settings are planned, and their number.

    Examples
    --------
    >>> import planner as pl
    >>> tiny = pl.loads(
    ...     "{data: none, horizon: {from: 2022-01, to: 2022-12},"
    ...     " pools: {staff: {name: Staff, category: military, posts: 3}},"
    ...     " kinds: {post: {name: Post, changeover: staggered, tour: 6, preparation: 1, rest: 1}},"
    ...     " missions: {un: {name: UN, organisation: UN, region: Sahel, main_task: 2}},"
    ...     " demands: {un: {mission: un, kind: post, pools: [staff], cap: 2, first: 2022-01,"
    ...     " last: 2022-12}}}", "tiny.yaml")
    >>> grid = answer_all(tiny)
    >>> [lever.key for lever in grid.levers], grid.values.shape
    (['rule'], (2, 2))
    """
    case = WhatIf(scenario)
    levers, choices = _offered(case)
    every = {lever.key: True for lever in levers if lever.group == "go"}
    cache = PlanCache(KEPT_PLANS)
    widest = allocate(case.move(every).scenario, cache=cache)
    rows = widest.fill_by("mission", "main_task").drop_duplicates("mission")
    missions, tasks = tuple(rows["mission"]), tuple(int(task) for task in rows["main_task"])
    packages = tuple(str(id) for id in widest.packages["package"])
    settings = list(product(*choices))
    each = len(PLAIN) + 2 * len(missions)
    values = np.zeros((len(settings), 2 * len(missions) + len(packages) * each))
    for number, setting in enumerate(settings):
        moves = {lever.key: value for lever, value in zip(levers, setting, strict=True)}
        found = allocate(case.move(moves).scenario, cache=cache)
        values[number] = numbers_of(found, missions, packages)
        if progress is not None:
            progress(number + 1, len(settings))
    first = tuple(
        choice.index(lever.stands) if lever.stands in choice else 0
        for lever, choice in zip(levers, choices, strict=True)
    )
    names = Names(widest, lang)
    free = free_levers(allocate(scenario, "value", cache=cache))
    plan = summarize_result(allocate(scenario, cache=cache))
    return PlannedSettings(
        tuple(levers), tuple(choices), first, missions, packages, names, tasks, plan, values, free
    )


def _offered(case: WhatIf) -> tuple[list[Lever], list[tuple[Any, ...]]]:
    """Return the levers that are offered and what each may be; as many sizes as can be tried."""
    inputs = case.base.inputs
    off = {id for id, package in inputs.packages.items() if not package.on}
    levers = [
        lever
        for lever in case.levers
        if lever.group in ("rule", "go") or (lever.group == "size" and lever.subject not in off)
    ]
    for sizes in SIZES:
        choices = [_choices(lever, sizes) for lever in levers]
        if prod(map(len, choices)) <= MOST:
            return levers, choices
    while prod(map(len, choices)) > MOST:
        levers.pop()
        choices.pop()
    return levers, choices


def _choices(lever: Lever, sizes: tuple[float, ...]) -> tuple[Any, ...]:
    if lever.group == "size":
        return sizes
    return lever.choices or (False, True)


def numbers_of(
    result: Result, missions: tuple[str, ...], packages: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return what a page shows of a result, in the order of :attr:`PlannedSettings.values`."""
    fill = result.fill_by("mission").set_index("mission")
    fill = fill[["asked_person_months", "filled_person_months"]].reindex(missions).fillna(0.0)
    groups = {row.id: row.mission for row in result.compiled.demands}
    lost = np.zeros((len(packages), 2, len(missions)))
    for place, package in enumerate(packages):
        if package not in result.solution.without:
            continue
        for one in losses(result.solution, package, groups, main_task=None):
            if one.group in missions:
                amounts = (one.person_months, one.most_persons)
                lost[place, :, missions.index(one.group)] = amounts
    rows = result.packages.set_index("package").reindex(packages)
    plain = rows[
        ["asked_person_months", "filled_person_months", "displaced_main_task_1",
         "displaced_main_task_2"]
    ]  # fmt: skip
    own = np.hstack([plain.fillna(0.0).to_numpy(), lost.reshape(len(packages), 2 * len(missions))])
    return np.concatenate([fill.to_numpy().T.ravel(), own.ravel()]).astype(np.float64)


def levers_section(material: Material) -> Section | None:
    """Return the section with the levers; none where they were not asked for."""
    grid = material.grid
    if grid is None:
        return None
    lang = material.lang
    controls = tuple(_control(grid, place, lang) for place in range(len(grid.levers)))
    data: dict[str, Any] = {
        "first": grid.first, "sizes": [len(choice) for choice in grid.choices],
        "ids": grid.missions, "missions": [grid.names.mission(id) for id in grid.missions],
        "tasks": grid.tasks,
        "packages": [grid.names.package(id) for id in grid.packages],
        "words": {key: say(f"lever_{key}", lang) for key in SPOKEN},
    }  # fmt: skip
    charts = None
    if find_spec("bokeh") is not None:  # which comes with the page
        charts, data["charts"] = _charts(grid, lang)
    texts = {key: say(f"lever_{key}", lang) for key in ("reset", "result", "no_script", "controls")}
    block = Levers(controls, _inline(data), grid.packed(), texts, _solver(grid, lang), charts)
    count = len(grid.values)
    return Section("levers", say("levers", lang), (
        Paragraph(say("p_levers", lang, count=count)), block,
        Paragraph(say("p_levers_value", lang), quiet=True),
    ))  # fmt: skip


def _solver(grid: PlannedSettings, lang: str) -> BrowserSolver | None:
    """Return the sliders of the rule *value*, packages first, and what solves it."""
    free = grid.free
    if free is None:
        return None
    sliders = [
        Slider(f"size.{id}", say("lever_size", lang, package=grid.names.package(id)),
               min(sizes), max(sizes), 0.05)
        for id, sizes in zip(free.packages, free.sizes, strict=True)
    ]  # fmt: skip
    low, high = PEOPLE
    sliders += [
        Slider(f"people.{id}", say("lever_people", lang, pool=grid.names.pool(id)), low, high, 0.05)
        for id in free.pools
    ]
    texts = {key: say(f"free_{key}", lang) for key in ("summary", "about", "loading", "note")}
    loader = packed(solver_script().encode())
    return BrowserSolver(tuple(sliders), free.packed(), loader, solver_wasm(), texts)


def _charts(grid: PlannedSettings, lang: str) -> tuple[Charts, dict[str, Any]]:
    """Return the charts of the what-if page, and what the page's script needs to fill them."""
    from bokeh.embed import json_item

    from planner.whatif import charts

    summaries = dict.fromkeys(charts.SIDES, grid.plan)
    names = {id: grid.names.mission(id) for id in grid.missions}
    drawn: list[charts.BarChart] = []
    for package in grid.packages:
        lost = charts.DisplacementChart(lang, charts.SIDES)
        lost.show(summaries, names, package, grid.names.package(package))
        drawn.append(lost)
    drawn.append(fill := charts.FillChart(lang))
    fill.show(summaries, names)
    items = _renumbered([json_item(one.figure) for one in drawn])
    words = [key for key in charts.WORDS if key.startswith(("lost_seen", "fill_seen"))]
    script: dict[str, Any] = {
        "words": {key: charts.say(key, lang) for key in (*words, "numbers", "lost_small")},
        "pixels": charts.BAR_PIXELS, "least": charts.MIN_ROWS, "below": charts.AXIS_PIXELS,
        "name": charts.MAX_LABEL, "most": charts.MAX_BARS, "full": charts.FULL_RATE,
        "shown": SHOWN,
        "studied": [lever.subject for lever in grid.levers if lever.group == "go"],
    }  # fmt: skip
    script["words"]["about"] = about = say("lever_in_table", lang)
    notes = [charts.say("lost_axis", lang)] * len(grid.packages) + [say("lever_share", lang)]
    key = tuple((charts.COLORS[side], charts.say(side, lang)) for side in charts.SIDES)
    data = json.dumps(items, separators=(",", ":")).encode()
    return Charts(tuple(notes), about, key, packed(data), packed(charts_script().encode())), script


def _renumbered(items: Any) -> Any:
    """Return what Bokeh embeds with ids from 1 on, whatever was drawn before."""
    new: dict[str, str] = {}

    def walk(one: Any) -> Any:
        if isinstance(one, dict):
            return {key: named(value) if key in ("id", "root_id") else walk(value)
                    for key, value in one.items()}  # fmt: skip
        return [walk(each) for each in one] if isinstance(one, (list, tuple)) else one

    def named(id: Any) -> Any:
        if isinstance(id, str) and re.fullmatch(r"p[0-9]+", id):
            return new.setdefault(id, f"p{len(new) + 1}")
        return walk(id)

    return walk(items)


@cache
def charts_script() -> str:
    """Return BokehJS as the installed Bokeh has it, without widgets, tables and WebGL."""
    return (files("bokeh") / "server/static/js/bokeh.min.js").read_text(encoding="utf-8")


def _inline(data: object) -> str:
    """Return JSON that cannot end the element it stands in."""
    text = json.dumps(data)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _control(grid: PlannedSettings, place: int, lang: str) -> Choice:
    """Return one control: choices of a rule or a size, or whether a mission goes ahead."""
    lever, choice = grid.levers[place], grid.choices[place]
    name = lever.name_nl if lang == "nl" else lever.name
    if lever.group == "go":
        options: tuple[str, ...] = ()
        title = say("lever_go", lang, mission=name)
    elif lever.group == "rule":
        options = tuple(label(value, lang) for value in choice)
        title = label("rule", lang).capitalize()
    else:
        off = say("lever_off", lang)
        options = tuple(rate(value, lang, 0) if value else off for value in choice)
        title = say("lever_size", lang, package=name)
    return Choice(lever.key, title, options, grid.first[place])
