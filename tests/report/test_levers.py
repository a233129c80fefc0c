"""A report with levers, in a real browser: what it shows is what the package computes."""

from __future__ import annotations

import random
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import planner as pl
from planner.engine.highs import Certificate
from planner.engine.stages import StageSolution
from planner.engine.value import solve_value
from planner.labels import rough
from planner.report import levers, solver
from planner.report.levers import PlannedSettings, answer_all, numbers_of
from planner.whatif import WhatIf
from tests.figures.made import SLIGHT, text
from tests.report.test_browser import AUDIT, CONTRAST, Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from planner.report.solver import FreeLevers
    from planner.solution import Planner

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
        patch.setattr(levers, "MOST", FEW)
        return answer_all(pl.load("eastern-flank-battalion"))


@pytest.fixture(scope="module")
def path(few: PlannedSettings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planner.report.material.answer_all", lambda *_: few)
        made = pl.make_report("eastern-flank-battalion", analyses=False, interactive=True)
    return made.save(tmp_path_factory.mktemp("levers") / "report.html")


def begun(browser: Browser, path: Path, width: int = 1280) -> Opened:
    """Open a report and wait for its levers."""
    opened = Opened(browser, path, width)
    opened.page.locator("#what-if").wait_for()
    return opened


def test_every_setting_shows_what_the_package_computes(
    chromium: Browser, few: PlannedSettings, path: Path
) -> None:
    opened = begun(chromium, path)
    settings = list(product(*(range(len(choice)) for choice in few.choices)))
    assert len(settings) == len(few.values) <= FEW
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
                numbers_of(found, few.missions, few.packages), rel=1e-9, abs=1e-7
            )
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
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.Scenario, PlannedSettings, Path]:
    """Return a small scenario with a package, its levers and its report."""
    scenario = pl.loads(text(7), "made-7.yaml")
    made = pl.make_report(scenario, analyses=False, interactive=True)
    path = made.save(tmp_path_factory.mktemp("free") / "report.html")
    return scenario, answer_all(scenario), path


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
    chromium: Browser, small: tuple[pl.Scenario, PlannedSettings, Path]
) -> None:
    scenario, grid, path = small
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


def test_a_solver_that_was_tampered_with_is_not_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(solver.HASHES, "highs.js", "0" * 64)
    solver._shipped.cache_clear()
    with pytest.raises(ValueError, match=r"not the file of highs 1\."):
        solver.solver_script()
    solver._shipped.cache_clear()


def test_a_report_without_levers_may_run_no_script() -> None:
    html = pl.make_report("letter", analyses=False).html

    assert "<script" not in html
    assert "script-src" not in html
