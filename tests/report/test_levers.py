"""A report with levers, in a real browser: what it shows is what the package computes."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner as pl
from planner.engine.highs import Certificate
from planner.engine.stages import PlanCache, StageSolution
from planner.engine.value import solve_value
from planner.labels import rough
from planner.report import levers, solver
from planner.report.blocks import packed
from planner.report.levers import PlannedSettings, plan_settings, setting_values
from planner.whatif import WhatIf, summarize
from planner.whatif.charts import SIDES, DisplacementChart, FillChart
from planner.whatif.outlook import summarize_result
from tests.figures.made import SLIGHT, text
from tests.report.test_browser import AUDIT, CONTRAST, Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from planner.report.solver import FreeLevers
    from planner.solution import Planner
    from planner.whatif import PlanSummary

FEW = 40
"""Settings planned here; a real report has up to a thousand."""

ANSWER = """() => { const {asked, filled, packages} = document.getElementById("what-if").answer
  return [...asked, ...filled, ...packages.flatMap(one =>
    [one.asked, one.filled, one.displaced_1, one.displaced_2, ...one.lost, ...one.most])] }"""

CHOOSE = """chosen => { const form = document.querySelector("#what-if form")
  form.querySelectorAll("[data-first]").forEach((one, place) => {
    if (one.type === "checkbox") { one.checked = !!chosen[place] }
    else { one.value = chosen[place] }
  })
  form.dispatchEvent(new Event("input")) }"""


@pytest.fixture(scope="module")
def few() -> PlannedSettings:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(levers, "MAX_SETTINGS", FEW)
        return plan_settings(pl.load("eastern-flank-battalion"))


@pytest.fixture(scope="module")
def path(few: PlannedSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.report.material.plan_settings", lambda *_: few)
        made = pl.make_report("eastern-flank-battalion", analyses=False, interactive=True)
    return made.save(tmp_path_factory.mktemp("levers") / "report.html")


def begun(browser: Browser, path: Path, width: int = 1280) -> Opened:
    """Open a report and wait for its levers."""
    opened = Opened(browser, path, width)
    opened.page.locator("#charts").wait_for()
    return opened


CHARTS = """() => { const part = document.getElementById("what-if")
  const list = one => [...one].map(value => Number.isNaN(value) ? null : value)
  const ends = range => [range.start, range.end]
  return part.figures.map((figure, place) => ({visible: figure.visible, height: figure.height,
    x: ends(figure.x_range), y: ends(figure.y_range), ticks: list(figure.left[0].ticker.ticks),
    labels: [...figure.left[0].major_label_overrides.values()],
    title: document.querySelectorAll("#charts h3")[place].textContent,
    hidden: document.getElementById(`chart-${place}`).parentElement.hidden,
    data: Object.fromEntries(Object.entries(figure.renderers[0].data_source.data).map(
      ([name, column]) => [name, list(column)]))})) }"""
"""Charts as Bokeh holds them in the page."""


def close(one: Sequence[Any], other: Sequence[Any], scale: float = 1.0) -> bool:
    """Whether numbers agree to 1e-9 of a scale; nothing only agrees with nothing."""
    plain = [np.array([np.nan if x is None else x for x in values]) for values in (one, other)]
    return len(one) == len(other) and np.allclose(*plain, rtol=0, atol=1e-9 * scale, equal_nan=True)


def between(value: float) -> bool:
    """Whether the nine decimals that the page holds decide how a number is rounded."""
    return any(abs(unit * value % 1 - 0.5) < 1e-6 for unit in (1, 10, 1000))


def charts_of_page(grid: PlannedSettings) -> list[DisplacementChart | FillChart]:
    """Return the charts that the what-if page has, one a package and that of fill."""
    lang = grid.names.lang
    return [*(DisplacementChart(lang, SIDES) for _ in grid.packages), FillChart(lang)]


def charts_agree(
    shown: list[dict[str, Any]],
    charts: list[DisplacementChart | FillChart],
    grid: PlannedSettings,
    found: PlanSummary,
) -> None:
    """Compare charts of a report with those of the what-if page, made to show the same plans."""
    summaries = {"plan": grid.plan, "variant": found}
    names = {id: grid.names.mission(id) for id in grid.missions}
    scale = 1 + float(grid.plan.fill["asked_person_months"].sum())
    *lost, fill = charts
    assert isinstance(fill, FillChart)
    titles = [
        one.show(summaries, names, package, grid.names.package(package))
        for one, package in zip(lost, grid.packages, strict=True)
        if isinstance(one, DisplacementChart)
    ]
    made = list(zip(charts, [*titles, fill.show(summaries, names)], strict=True))
    assert len(shown) == len(made)
    for one, (chart, title) in zip(shown, made, strict=True):
        figure, data = chart.figure, {name: list(row) for name, row in chart.source.data.items()}
        assert one["title"] == title
        assert one["visible"] == figure.visible
        assert one["height"] == figure.height
        assert close(one["x"], [figure.x_range.start, figure.x_range.end], scale)
        assert close(one["y"], [figure.y_range.start, figure.y_range.end])
        assert one["ticks"] == figure.yaxis[0].ticker.ticks
        assert one["data"].keys() == data.keys()
        order = [data["id"].index(id) for id in one["data"]["id"]]
        if order != sorted(order):  # missions that lose as much as each other may change places
            sides = [np.nan_to_num(np.abs(np.array(data[side])[order])) for side in SIDES]
            sizes = np.max(sides, axis=0)[: len(order) - ("" in data["id"])]
            assert chart is not fill
            assert (np.diff(sizes) <= 1e-9 * scale).all()
        labels = list(figure.yaxis[0].major_label_overrides.values())
        assert one["labels"] == [labels[place] for place in order]
        for name, column in data.items():
            row = column if name.endswith("_y") else [column[place] for place in order]
            if name.endswith("_text"):
                values = [data[name.removesuffix("_text")][place] for place in order]
                both = zip(one["data"][name], row, values, strict=True)
                assert all(text == wanted or between(value) for text, wanted, value in both), name
            elif isinstance(next(iter(row), ""), str):
                assert one["data"][name] == row, name
            else:
                assert close(one["data"][name], row, scale), name


def test_every_setting_shows_what_the_package_computes(
    chromium: Browser, few: PlannedSettings, path: Path
) -> None:
    opened = begun(chromium, path)
    settings = list(product(*(range(len(choice)) for choice in few.choices)))
    assert len(settings) == len(few.values) <= FEW
    charts = charts_of_page(few)
    for number, chosen in enumerate(settings):
        opened.page.evaluate(CHOOSE, chosen)
        shown = np.array(opened.ask(ANSWER))
        assert shown == pytest.approx(few.values[number], abs=1e-9)
        if number % 7 == 3:  # planned anew, with no memory of other plans
            moves = {
                lever.key: choice[place]
                for lever, choice, place in zip(few.levers, few.choices, chosen, strict=True)
            }
            found = pl.allocate(WhatIf("eastern-flank-battalion", moves).scenario)
            assert shown == pytest.approx(
                setting_values(found, few.missions, few.packages), rel=1e-9, abs=1e-7
            )
            charts_agree(opened.ask(CHARTS), charts, few, summarize_result(found))
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [path.as_uri()]
    opened.page.close()


def test_the_report_begins_as_it_was_and_says_what_changes(chromium: Browser, path: Path) -> None:
    opened = begun(chromium, path)
    said = opened.page.locator("#what-if-result")

    assert "displaces nothing of main task 2" in said.inner_text()
    opened.page.get_by_label("EUFOR Althea goes ahead").check()
    assert "displaces 1,974 person-months of main task 2" in said.inner_text()
    assert opened.page.locator("#what-if-table tbody tr").first.inner_text().strip()
    opened.page.get_by_role("button", name="As in the report").click()
    said.get_by_text("displaces nothing of main task 2").wait_for()
    opened.page.close()


def test_a_bar_shows_its_values_under_the_pointer(chromium: Browser, path: Path) -> None:
    opened = begun(chromium, path)
    chart = opened.page.locator("#chart-0")
    chart.scroll_into_view_if_needed()
    chart.hover(position={"x": 260, "y": 14})
    cells = opened.page.locator(".bk-tooltip-row-label, .bk-tooltip-row-value")
    cells.first.wait_for()
    assert cells.all_inner_texts() == [
        "mission:", "Forces in the Caribbean", "plan:", "274", "variant:", "274", "main task:", "1",
    ]  # fmt: skip
    assert opened.complaints == []
    opened.page.close()


def test_what_is_never_half_a_person_is_no_loss_of_a_mission(
    chromium: Browser, tmp_path: Path
) -> None:
    scenario = pl.loads(SLIGHT, "slight.yaml")
    lost = pl.allocate(scenario).displacement_by("mission").set_index("mission")
    opened = begun(
        chromium,
        pl.make_report(scenario, analyses=False, interactive=True).save(tmp_path / "slight.html"),
    )

    rows = dict(
        map(str.strip, row.split("\t")[:2])
        for row in opened.page.locator("#what-if-table tbody tr").all_inner_texts()
    )
    total = lost["displaced_person_months"].sum()
    assert total > 1
    assert rows.pop("less than half a person at any time") == rough(total)
    assert set(rows.values()) == {"–"}
    opened.page.close()


@pytest.mark.parametrize("width", [1400, 390])
def test_levers_hinder_nobody(chromium: Browser, path: Path, width: int) -> None:
    opened = begun(chromium, path, width)

    assert opened.ask(AUDIT) == []
    assert opened.ask(CONTRAST) == []
    assert opened.ask("[...document.images].every(i => i.naturalWidth > 300)")
    opened.page.close()


FREE = """([sizes, people]) => { const free = document.getElementById("free")
  const answer = free.plan({sizes, people}), list = values => [...values]
  return {proof: answer.proof, sums: answer.all.sums, first: answer.all.first.map(list),
    without: answer.without.map(one => one.sums), displaced: answer.displaced} }"""


def opened_solver(browser: Browser, path: Path) -> Opened:
    """Open a report and the part that solves; wait for its first answer."""
    opened = begun(browser, path)
    opened.page.locator("#free summary").click()
    opened.page.get_by_text("Proved optimal in this file").wait_for()
    return opened


@pytest.fixture(scope="module")
def negligible(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[pl.Scenario, PlannedSettings, Path]:
    """Return a small scenario with a package, its levers and its report."""
    scenario = pl.loads(text(7), "made-7.yaml")
    made = pl.make_report(scenario, analyses=False, interactive=True)
    path = made.save(tmp_path_factory.mktemp("free") / "report.html")
    return scenario, plan_settings(scenario), path


SECOND = """  south:
    title: A second package <b>
    known: 2023-01
    demands:
      y: {mission: flank, kind: post, pools: [staff, police], cap: 9, first: 2023-06, last: 2024-06}
"""


@pytest.mark.slow
def test_charts_are_those_of_the_what_if_page(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studied = re.sub(r"(  d[12]: .*)}", r"\1, standing: study}", text(6))
    scenario = pl.loads(studied + SECOND, "made-6.yaml")
    grid = plan_settings(scenario, "nl")
    monkeypatch.setattr("planner.report.material.plan_settings", lambda *_: grid)
    made = pl.make_report(scenario, analyses=False, interactive=True, lang="nl")
    path = made.save(tmp_path / "report.html")
    opened = begun(chromium, path)
    settings = list(product(*(range(len(choice)) for choice in grid.choices)))
    assert len(settings) == 200
    charts, cache = charts_of_page(grid), PlanCache(500)
    for place in random.Random(3).sample(range(200), 200):
        opened.page.evaluate(CHOOSE, chosen := settings[place])
        assert np.array(opened.ask(ANSWER)) == pytest.approx(grid.values[place], abs=1e-9)
        moves = {
            lever.key: choice[k]
            for lever, choice, k in zip(grid.levers, grid.choices, chosen, strict=True)
        }
        charts_agree(
            opened.ask(CHARTS), charts, grid, summarize(WhatIf(scenario, moves).scenario, cache)
        )
    assert opened.ask(AUDIT) == []
    assert opened.ask(CONTRAST) == []
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [path.as_uri()]
    opened.page.close()


def totals(plan: Planner, chosen: frozenset[str], first: list[list[float]]) -> dict[int, float]:
    """Return person-months by main task of plans that go on from given first plans."""
    sums = {1: 0.0, 2: 0.0}
    demands = plan.programme.problem.demands
    for place, people in enumerate(first):
        base = plan.settings[place]
        history = plan.history(base.block, chosen)
        answer = np.array(people)
        if len(history) > 1:
            before = StageSolution(answer, np.zeros(0), np.zeros(0), Certificate())
            answer = solve_value(plan.data(place, history, before)).people
        months = answer * base.counted[base.block.decision]
        for one, demand in zip(months, base.block.demand[base.block.decision], strict=True):
            sums[demands[demand].main_task] += float(one)
    return sums


def agrees(opened: Opened, scenario: pl.Scenario, free: FreeLevers, draw: random.Random) -> float:
    """Compare one random setting with the package; return the largest difference, relative."""
    sizes = [draw.choice(one) for one in free.sizes]
    moves_people = draw.random() < 0.5
    people = [
        round(draw.uniform(0.5, 1.5), 2) if moves_people and draw.random() < 0.5 else 1.0
        for _ in free.pools
    ]
    shown = opened.page.evaluate(FREE, [sizes, people])
    assert max(shown["proof"][key] for key in ("primal", "dual", "gap")) < 1e-9
    moves: dict[str, object] = {"rule": "value"}
    moves |= {f"size.{id}": size for id, size in zip(free.packages, sizes, strict=True)}
    moves |= {f"people.{id}": one for id, one in zip(free.pools, people, strict=True)}
    found = pl.allocate(WhatIf(scenario, moves).scenario)
    plan, scale = found.solution.planner, 1 + found.solution.asked.sum()
    assert plan is not None
    pairs = []
    (package,) = free.packages  # one is enough: without it the plan is made in one go
    task = np.array([one.main_task for one in found.solution.problem.demands])
    alone = found.solution.without[package].filled
    pairs += [(shown["without"][0][str(one)], alone[task == one].sum()) for one in (1, 2)]
    if not shown["proof"]["own"]:
        lost = float(found.packages["displaced_main_task_2"].iloc[0])
        pairs.append((shown["displaced"][0], lost))
    with_all = totals(plan, frozenset(free.packages), shown["first"])
    pairs += [(shown["sums"][str(one)], with_all[one]) for one in (1, 2)]
    return max(abs(one - other) / scale for one, other in pairs)


def test_what_the_file_solves_is_what_the_package_solves(
    chromium: Browser, negligible: tuple[pl.Scenario, PlannedSettings, Path]
) -> None:
    scenario, grid, path = negligible
    assert grid.free is not None
    opened = opened_solver(chromium, path)
    draw = random.Random(1)
    worst = max(agrees(opened, scenario, grid.free, draw) for _ in range(200))
    assert worst <= 1e-9
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [path.as_uri()]
    opened.page.close()


def test_so_it_is_on_the_letter_and_a_slider_shows_it(
    chromium: Browser, few: PlannedSettings, path: Path
) -> None:
    assert few.free is not None
    opened = opened_solver(chromium, path)
    scenario, draw = pl.load("eastern-flank-battalion"), random.Random(2)
    assert max(agrees(opened, scenario, few.free, draw) for _ in range(12)) <= 1e-9
    opened.page.locator("#free input").first.fill("2")
    shown = opened.page.locator("#free-result")
    shown.get_by_text("displaces 203 person-months of main task 2").wait_for()
    assert opened.ask(AUDIT) == []
    assert opened.ask(CONTRAST) == []
    opened.page.close()


def test_one_file_holds_it_all_in_three_megabytes(path: Path) -> None:
    assert path.stat().st_size < 2.6e6  # curves and draws, which this one lacks, take 0.3 MB


UNPACK = """texts => Promise.all(texts.map(async text =>
  [...new Uint8Array(await document.getElementById("what-if").unpacked(text))]))"""


def test_the_page_unpacks_what_was_packed(chromium: Browser, path: Path) -> None:
    opened = begun(chromium, path)

    @given(st.lists(st.binary(max_size=60), min_size=8, max_size=8))
    def check(every: list[bytes]) -> None:
        texts = [packed(one) for one in every]
        assert not set("&<>\"'\\ \n") & set("".join(texts))
        assert opened.page.evaluate(UNPACK, texts) == [list(one) for one in every]

    check()
    opened.page.close()


def test_the_same_charts_are_the_same_bytes_whatever_was_drawn_before(
    negligible: tuple[pl.Scenario, PlannedSettings, Path],
) -> None:
    scenario, _, path = negligible
    FillChart("en")
    again = pl.make_report(scenario, analyses=False, interactive=True)
    assert again.html == path.read_text(encoding="utf-8")


def test_without_bokeh_the_table_stands_alone(
    chromium: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("planner.report.levers.find_spec", lambda _: None)
    made = pl.make_report(pl.loads(SLIGHT, "s.yaml"), analyses=False, interactive=True)
    opened = Opened(chromium, made.save(tmp_path / "report.html"), 1280)
    opened.page.locator("#what-if-table").wait_for()
    assert opened.page.locator("#charts, #charts-script, #chart-0").count() == 0
    assert opened.complaints == []
    opened.page.close()


def test_a_solver_that_was_tampered_with_is_not_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(solver.HASHES, "highs.js", "0" * 64)
    solver._read_shipped.cache_clear()
    with pytest.raises(ValueError, match=r"not the file of highs 1\."):
        solver.solver_script()
    solver._read_shipped.cache_clear()


def test_a_report_without_levers_may_run_no_script() -> None:
    html = pl.make_report("letter", analyses=False).html

    assert "<script" not in html
    assert "script-src" not in html
