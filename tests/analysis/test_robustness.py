"""Each single change of an assumption: what is changed, and that plans are the engine's."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

import planner as pl
from planner.analysis.plans import read_case
from planner.analysis.robustness import GROUPS, Robustness, robustness
from planner.compile import compile_scenario
from planner.errors import InputError
from planner.montecarlo.parameters import list_uncertain
from planner.problem.neutral import parse_problem
from planner.scenario.inputs import is_presence
from planner.solution import solve_problem
from tests.figures.made import text

module = importlib.import_module("planner.analysis.robustness")


@pytest.fixture(scope="module")
def scenario() -> Any:
    return pl.loads(text(3), "made-3.yaml")


@pytest.fixture(scope="module")
def found(scenario: Any) -> Robustness:
    return robustness(scenario, workers=1)


def displaced(solution: Any) -> float:
    lost = solution.displaced("flank")
    tasks = [demand.main_task for demand in solution.problem.demands]
    return float(sum(one for one, task in zip(lost, tasks, strict=True) if task == 2))


def test_changes_are_plans_of_the_changed_scenario(scenario: Any, found: Robustness) -> None:
    rows = {(row.input, row.change): row for row in found.changes}
    for change, posts in (("low", 9.0), ("high", 36.0)):
        row = rows["pool.staff.posts", change]
        assert (row.value, row.changed_to, row.unit) == (18.0, posts, "persons")
        problem = compile_scenario(scenario, {"pool.staff.posts": posts}).problem
        expected = displaced(solve_problem(problem))
        assert row.displaced_person_months == pytest.approx(expected, abs=1e-5)
    now = displaced(solve_problem(compile_scenario(scenario).problem))
    assert found.displaced_person_months == pytest.approx(now, abs=1e-5)
    value = displaced(solve_problem(compile_scenario(scenario).problem, "value"))
    assert rows["rule", "value"].displaced_person_months == pytest.approx(value, abs=1e-5)


def test_every_ranged_parameter_that_a_plan_reads_is_changed() -> None:
    case = read_case("eastern-flank-company")
    made, _ = module._factor_variants(case)
    capacity = {one.id for one in list_uncertain(case.scenario).factors if one.layer == "capacity"}
    assert {one.input for one in made} == capacity
    more = {one.input for one in module._range_variants(case, capacity)}
    assert not more & capacity
    ranged = {
        row.id
        for row in case.compiled.figures
        if any(end not in (None, row.value) for end in (row.low, row.high))
        and not is_presence(row.id)
    }
    assert ranged <= capacity | more


def test_a_swing_is_the_span_of_its_changes(found: Robustness) -> None:
    for swing in found.swings:
        values = [
            row.displaced_person_months for row in found.changes if row.input == swing.input
        ] + [found.displaced_person_months]
        assert swing.smallest_person_months == pytest.approx(min(values))
        assert swing.largest_person_months == pytest.approx(max(values))
        assert swing.flips == any(row.flips for row in found.changes if row.input == swing.input)
    widths = [round(swing.width_person_months, 3) for swing in found.swings]
    assert widths == sorted(widths, reverse=True)


def test_sentences_name_what_moves_it_in_both_languages(found: Robustness) -> None:
    english, dutch = " ".join(found.sentences()), " ".join(found.sentences("nl"))
    first = found.swings[0].input
    assert f"The inputs that move it most: {first} (" in english
    assert f"De invoer die de uitkomst het meest verandert: {first} (" in dutch
    low = next(row for row in found.changes if row.input == "pool.staff.posts")
    assert low.described() == "low, 9.00 instead of 18.00"
    assert low.described("nl") == "laag, 9,00 in plaats van 18,00"


def test_the_figure_shows_the_widest_first(found: Robustness) -> None:
    chart = found.plot()
    widths = [bar.get_width() for bar in chart.axes[0].patches]
    assert max(widths) == pytest.approx(
        max(found.swings[0].largest_person_months - found.displaced_person_months,
            found.displaced_person_months - found.swings[0].smallest_person_months)
    )  # fmt: skip


def problem(known: int | None) -> dict[str, Any]:
    line = {"tier": 2, "tour": 6, "pools": ["a", "b"], "prep": 1, "rest": 1}
    return {
        "format": "planner-problem/1", "months": 40, "pools": {"a": 12, "b": 4},
        "demands": [
            {"id": "untso", "cap": 8, "first": 0, "last": 39, "cohorts": 6, **line},
            {"id": "flank", "cap": 6, "first": 12, "last": 30, **line, "tier": 1, "main_task": 1},
        ],
        "packages": {"flank": {"demands": ["flank"], "known": known}
                     if known is not None else {"demands": ["flank"]}},
    }  # fmt: skip


def test_months_changeover_and_preference_of_a_neutral_problem() -> None:
    found = robustness(problem(None), workers=1)
    by = {(row.input, row.change, row.changed_to): row for row in found.changes}
    for months in (-3, -2, -1, 1, 2, 3):
        word = "earlier" if months < 0 else "later"
        row = by["package.flank.first", word, float(months)]
        data = problem(None)
        data["demands"][1]["first"] = 12 + months
        expected = solve_problem(parse_problem(data))
        assert row.displaced_person_months == pytest.approx(
            float(expected.displaced("flank").sum()), abs=1e-5
        )
    names = {(row.group, row.input, row.change) for row in found.changes}
    assert ("changeover", "demand.untso.changeover", "en bloc") in names
    assert ("changeover", "demand.flank.changeover", "staggered") in names
    assert ("preference", "demand.flank.options", "reversed") in names
    assert ("tour", "demand.untso.tour", "shorter") in names
    assert ("rule", "rule", "value") in names
    assert {row.group for row in found.changes} <= set(GROUPS)


def test_workers_change_nothing() -> None:
    alone = robustness(problem(4), groups=["month", "rule"], workers=1)
    several = robustness(problem(4), groups=["month", "rule"], workers=2)
    assert several.changes == alone.changes


def test_progress_counts_every_plan() -> None:
    seen: list[tuple[int, int]] = []
    robustness(problem(4), groups=["rule", "changeover"], workers=1,
               progress=lambda done, total: seen.append((done, total)))  # fmt: skip
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] > 1


def test_a_plan_that_cannot_be_proved_is_counted_and_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain: Callable[..., Any] = module._summary_of_plan

    def fails(problem: Any, rule: str, *more: Any) -> Any:
        found = plain(problem, rule, *more)
        return replace(found, displaced=float("nan")) if rule == "value" else found

    monkeypatch.setattr(module, "_summary_of_plan", fails)
    found = robustness(problem(4), groups=["rule", "changeover"], workers=1)
    assert found.unproved == 1
    assert "could not be proved: 1." in " ".join(found.sentences())
    assert all(swing.input != "rule" for swing in found.swings)


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(InputError, match="groups: expected some of people"):
        robustness(problem(4), groups=["weather"])


def test_the_command(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    from planner.cli.main import main

    path = tmp_path / "problem.json"
    path.write_text(json.dumps(problem(4)))
    assert main(["robustness", str(path), "--group", "rule", "--group", "month", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["analysis"] == "robustness"
    assert {row["group"] for row in answer["tables"]["changes"]} == {"rule", "month"}
    assert main(["robustness", str(path), "--group", "rule", "--lang", "nl"]) == 0
    assert "bij de waarschijnlijke waarden" in capsys.readouterr().out
