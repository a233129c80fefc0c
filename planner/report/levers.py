"""Levers of an interactive report: all settings of a few levers, planned in advance.

The levers are the rule, the size of each package, and whether each mission under study goes ahead.
Every combination is planned by :func:`planner.allocate`; the script of the page looks the results
up.
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

__all__ = ["PlannedSettings", "charts_script", "levers_section", "plan_settings"]

MAX_SETTINGS = 1024
"""Maximum number of settings planned; fewer sizes are offered if there would be more."""

SIZES = ((0.0, 0.5, 1.0, 1.5, 2.0), (0.0, 1.0, 2.0), (0.0, 1.0))
"""Alternative sets of multiples of a package, from many to few; 0 is the package switched off."""

STRENGTH_RANGE = (0.5, 1.5)
"""Smallest and largest multiple of the strength of a pool on a slider."""

DECIMALS = 9
"""Decimals of the values stored, persons and person-months."""

MAX_PLANS = 4096

PACKAGE_COLUMNS = ("asked", "filled", "displaced_1", "displaced_2")
"""Values of a package, in the order in which they are stored."""

SCRIPT_TEXTS = (
    "displaces", "displaces_none", "gains", "gets", "takes", "whole", "mission", "asked", "fill",
    "lost", "lost_to", "was", "others", "all_full", "free", "free_main", "free_proof",
    "free_unproved", "free_failed", "free_first", "small",
)  # fmt: skip
"""Texts of the script of the page: their keys without the prefix ``lever_``."""


@dataclass(frozen=True, eq=False)
class PlannedSettings:
    """Results of the plans for all settings of some levers.

    Attributes
    ----------
    levers : tuple of Lever
    choices : tuple of tuple
        Values of each lever, in order.
    first : tuple of int
        Index of the value of each lever in the base scenario.
    missions, packages : tuple of str
    names : Names
        Names, from a result with all missions under study.
    tasks : tuple of int
        Main task of each mission.
    plan : Picture
        The base scenario, with which charts compare each setting.
    values : ndarray (settings, columns)
        Rows in the order of the product of the levers, the last lever varying fastest. Columns:
        asked and filled person-months of each mission; then, by package, the values of
        :data:`PACKAGE_COLUMNS`, the displacement of each mission in person-months of the window,
        and the most persons of each mission displaced in one month.
    free : FreeLevers or None
        The data with which the page solves the rule *value* itself.
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
        """Return the values as little-endian doubles by column, compressed for the page."""
        columns = np.ascontiguousarray(np.round(self.values, DECIMALS).T + 0.0, dtype="<f8")
        return packed(columns.tobytes())


def plan_settings(
    scenario: Scenario, lang: str = "en", progress: Callable[[int, int], None] | None = None
) -> PlannedSettings:
    """Plan all settings of the levers of a report.

    Parameters
    ----------
    scenario : Scenario
        The base scenario.
    lang : {"en", "nl"}
    progress : callable, optional
        Called with the number of settings planned and their total number.

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
    >>> grid = plan_settings(tiny)
    >>> [lever.key for lever in grid.levers], grid.values.shape
    (['rule'], (2, 2))
    """
    case = WhatIf(scenario)
    levers, choices = _select_levers(case)
    all_decided = {lever.key: True for lever in levers if lever.group == "go"}
    cache = PlanCache(MAX_PLANS)
    widest = allocate(case.move(all_decided).scenario, cache=cache)
    rows = widest.fill_by("mission", "main_task").drop_duplicates("mission")
    missions, tasks = tuple(rows["mission"]), tuple(int(task) for task in rows["main_task"])
    packages = tuple(str(id) for id in widest.packages["package"])
    settings = list(product(*choices))
    width = len(PACKAGE_COLUMNS) + 2 * len(missions)
    values = np.zeros((len(settings), 2 * len(missions) + len(packages) * width))
    for number, setting in enumerate(settings):
        moves = {lever.key: value for lever, value in zip(levers, setting, strict=True)}
        result = allocate(case.move(moves).scenario, cache=cache)
        values[number] = setting_values(result, missions, packages)
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


def _select_levers(case: WhatIf) -> tuple[list[Lever], list[tuple[Any, ...]]]:
    """Return the levers and their values, with as many sizes as the number of settings allows."""
    inputs = case.base.inputs
    off = {id for id, package in inputs.packages.items() if not package.on}
    levers = [
        lever
        for lever in case.levers
        if lever.group in ("rule", "go") or (lever.group == "size" and lever.subject not in off)
    ]
    for sizes in SIZES:
        choices = [_choices(lever, sizes) for lever in levers]
        if prod(map(len, choices)) <= MAX_SETTINGS:
            return levers, choices
    while prod(map(len, choices)) > MAX_SETTINGS:
        levers.pop()
        choices.pop()
    return levers, choices


def _choices(lever: Lever, sizes: tuple[float, ...]) -> tuple[Any, ...]:
    if lever.group == "size":
        return sizes
    return lever.choices or (False, True)


def setting_values(
    result: Result, missions: tuple[str, ...], packages: tuple[str, ...]
) -> NDArray[np.float64]:
    """Return the values of a result, a row of :attr:`PlannedSettings.values`."""
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
    by_package = np.hstack(
        [plain.fillna(0.0).to_numpy(), lost.reshape(len(packages), 2 * len(missions))]
    )
    return np.concatenate([fill.to_numpy().T.ravel(), by_package.ravel()]).astype(np.float64)


def levers_section(material: Material) -> Section | None:
    """Return the section with the levers; None if the report is not interactive."""
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
        "words": {key: say(f"lever_{key}", lang) for key in SCRIPT_TEXTS},
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
    """Return the sliders of the rule *value*, packages first, and the solver."""
    free = grid.free
    if free is None:
        return None
    sliders = [
        Slider(f"size.{id}", say("lever_size", lang, package=grid.names.package(id)),
               min(sizes), max(sizes), 0.05)
        for id, sizes in zip(free.packages, free.sizes, strict=True)
    ]  # fmt: skip
    low, high = STRENGTH_RANGE
    sliders += [
        Slider(f"people.{id}", say("lever_people", lang, pool=grid.names.pool(id)), low, high, 0.05)
        for id in free.pools
    ]
    texts = {key: say(f"free_{key}", lang) for key in ("summary", "about", "loading", "note")}
    loader = packed(solver_script().encode())
    return BrowserSolver(tuple(sliders), free.packed(), loader, solver_wasm(), texts)


def _charts(grid: PlannedSettings, lang: str) -> tuple[Charts, dict[str, Any]]:
    """Return the charts of the what-if page, and the data with which the script fills them."""
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
    """Return the documents of Bokeh with ids numbered from 1, for reproducible output."""
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
    """Return BokehJS of the installed Bokeh, without widgets, tables and WebGL."""
    return (files("bokeh") / "server/static/js/bokeh.min.js").read_text(encoding="utf-8")


def _inline(data: object) -> str:
    """Return JSON that contains no HTML markup."""
    text = json.dumps(data)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _control(grid: PlannedSettings, place: int, lang: str) -> Choice:
    """Return the control of a lever: a choice of rule or size, or a checkbox for a mission."""
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
