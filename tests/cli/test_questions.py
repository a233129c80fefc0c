"""Questions on the command line: asked of files, problems and pipes, answered in every form."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from planner.analysis.declare import declared, names
from planner.cli.main import _commands_by_panel
from tests.cli.conftest import PROBLEM, Outcome, english_in, listing

Run = Callable[..., Outcome]

QUESTIONS: dict[str, list[str]] = {
    "ranges": ["--rule", "value"],
    "near": ["--slack", "3", "--alternatives", "2"],
    "curve": ["--package", "more", "--upto", "1", "--sizes", "8"],
    "headroom": ["--package", "more", "--no-lines"],
    "prices": ["--rule", "value", "--kind", "cap"],
    "shares": ["--lines"],
    "causes": ["--orders", "4"],
    "reinforcement": ["--package", "more", "--kind", "people"],
    "why": ["truce", "--month", "2022-07"],
    "foresight": ["--earlier", "1", "--horizon", "6", "--rule", "value"],
    "threshold": [
        "displacement > 1",
        "--package",
        "more",
        "--input",
        "package.*.size",
        "--draws",
        "4",
    ],
    "pledges": [],
    "robustness": ["--package", "more", "--group", "month", "--workers", "1"],
    "fairness": ["--by", "region"],
    "promises": ["--draws", "6", "--fresh", "24", "--no-worth"],
}
"""Every question, with options of its own that suit the small scenario."""


def of_problem(options: list[str]) -> list[str]:
    """Return the same options for the small problem."""
    others = {"more": "flank", "truce": "untso", "2022-07": "6"}
    return [others.get(one, one) for one in options]


@pytest.fixture
def answered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compute an answer once in a test, however often commands show it in other forms."""
    for name in names():
        asked, known = declared(name), dict[str, Any]()
        function = asked.function

        @wraps(function)
        def remembered(
            case: Any,
            *,
            progress: Any = None,
            _function: Any = function,
            _known: Any = known,
            **given: Any,
        ) -> Any:
            key = repr(sorted(given.items()))
            if key not in _known:
                _known[key] = _function(case, progress=progress, **given)
            return _known[key]

        monkeypatch.setitem(vars(asked), "function", remembered)


@pytest.mark.usefixtures("answered_once")
@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_is_strict_json_and_read_in_both_languages(
    name: str, planner: Run, scenario: Path
) -> None:
    done = planner(name, scenario, *QUESTIONS[name], "--json")

    assert done.code == 0
    assert done.json["format"] == "planner-analysis/1"
    assert done.json["scenario"] == "flank"
    assert done.json["window"] == {"first": "2022-01", "last": "2023-12"}
    assert done.json["analysis"] == ("ranges" if name == "near" else name)
    assert done.json["sentences"]
    assert done.json["written_to"] is None

    english = planner(name, scenario, *QUESTIONS[name])
    dutch = planner(name, scenario, *QUESTIONS[name], "--lang", "nl")

    assert (english.code, dutch.code) == (0, 0)
    assert english.out != dutch.out
    assert {"--out MAP" in dutch.out, "--out FOLDER" in english.out} != {True, False}
    assert "{" not in english.out + dutch.out  # a template is no word of a table
    assert english_in(dutch.out.replace("displacement > 1", "")) == set()


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_neutral_problem_is_taken_from_a_file_and_from_a_pipe(
    name: str, planner: Run, problem: Path
) -> None:
    options = [*of_problem(QUESTIONS[name]), "--json"]
    from_file = planner(name, problem, *options)
    from_pipe = planner(name, "-", *options, stdin=problem.read_text(encoding="utf-8"))

    assert from_file.code == 0, from_file.err
    assert from_file.out == from_pipe.out
    assert from_file.json["digest"] is None
    assert from_file.json["window"] == {"first": "0", "last": "11"}


def test_a_scenario_is_taken_from_a_pipe(planner: Run, scenario: Path) -> None:
    from_pipe = planner("shares", "-", "--json", stdin=scenario.read_text(encoding="utf-8"))
    assert from_pipe.code == 0
    from_file = planner("shares", scenario, "--json")
    assert from_pipe.json["tables"] == from_file.json["tables"]


def test_the_numbers_are_those_of_a_count_by_hand(planner: Run, problem: Path) -> None:
    # 10 people, 4 of them on the flank, 8 asked: 2 posts short in each of 12 months
    shares = planner("shares", problem, "--json").json["tables"]["packages"]
    assert shares[0]["share_person_months"] == pytest.approx(24)
    room = planner("headroom", problem, "--rule", "value", "--json").json["tables"]["rooms"]
    assert room[0]["posts"] == pytest.approx(2)
    pieces = planner("curve", problem, "--rule", "value", "--upto", "1", "--json").json["tables"]
    assert [row["least_displaced_per_post"] for row in pieces["pieces"]] == pytest.approx([0, 12])


def test_an_answer_is_kept_whole_and_replaced_only_when_told(
    planner: Run, scenario: Path, here: Path
) -> None:
    done = planner("shares", scenario, "--out", "kept", "--json")

    assert done.json["written_to"] == "kept"
    with (here / "kept" / "tables" / "packages.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["package"] for row in rows] == ["more", "late"]
    answer = json.loads((here / "kept" / "answer.json").read_text(encoding="utf-8"))
    assert answer["tables"] == done.json["tables"]
    manifest = json.loads((here / "kept" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["analysis"] == "shares"
    assert set(manifest["files"]) == set(listing(here / "kept")) - {"manifest.json", "tables"}

    again = planner("shares", scenario, "--out", "kept")
    assert again.code == 2
    assert "add --force" in again.err
    assert planner("shares", scenario, "--out", "kept", "--force").code == 0
    (here / "kept" / "mine.txt").write_text("keep me", encoding="utf-8")
    assert planner("shares", scenario, "--out", "kept", "--force").code == 1
    assert (here / "kept" / "mine.txt").read_text(encoding="utf-8") == "keep me"


def test_what_is_not_shown_is_said(planner: Run, scenario: Path) -> None:
    few = planner("ranges", scenario, "--rows", "1")
    every = planner("ranges", scenario, "--rows", "0")

    assert "more" in few.out
    assert "--out FOLDER" in few.out
    assert len(every.out.splitlines()) > len(few.out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["curve", "flank.yaml"], "expected a package (more, late), found none"),
        (["curve", "flank.yaml", "--package", "mor"], "did you mean 'more'?"),
        (["curve", "flank.yaml", "--package", "more", "--upto", "0"], "upto: expected a number"),
        (["headroom", "letter"], "expected a scenario with packages, found none in 'letter'"),
        (["prices", "flank.yaml", "--kind", "polls"], "did you mean 'pool'?"),
        (["ranges", "nowhere.yaml"], "nowhere.yaml"),
        (["ranges", "flank.yaml", "--rule", "best"], "--rule"),
        (["pledges", "flank.yaml", "--framework", "NRF"], "--framework: expected NAME=ID,ID"),
        (["pledges", "flank.yaml", "--framework", "a=truc"], "did you mean 'truce'?"),
        (["foresight", "flank.yaml", "--horizon", "2"], "at least 3: the longest preparation"),
        (["near", "flank.yaml", "--alternatives", "0"], "--alternatives"),
        (
            ["reinforcement", "flank.yaml", "--package", "more", "--cost", "staf=2"],
            "did you mean 'staff'",
        ),
        (
            ["reinforcement", "flank.yaml", "--package", "more", "--cost", "staff"],
            "POOL=COST, found",
        ),
        (["why", "flank.yaml", "truc"], "expected a mission or demand, found 'truc', did you mean"),
        (["why", "flank.yaml", "truce", "--month", "2031-01"], "expected a month from"),
        (["reinforcement", "letter"], "expected a scenario with packages, found none in 'letter'"),
        (["threshold", "flank.yaml", "fil < 90%"], "did you mean 'fill'?"),
        (["threshold", "flank.yaml", "fill < 90%", "--input", "pol.*"], "no input is called"),
        (["shares", "flank.yaml", "--out", "missing/folder"], "no such folder"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(
    arguments: list[str], said: str, planner: Run, scenario: Path
) -> None:
    done = planner(*arguments)

    assert done.code == 2
    assert any(said in line for line in done.faults)
    assert done.out == ""


def test_a_broken_problem_is_located(planner: Run, here: Path) -> None:
    wrong: dict[str, Any] = {**PROBLEM, "months": 0}
    Path("wrong.json").write_text(json.dumps(wrong, indent=1), encoding="utf-8")
    done = planner("ranges", "wrong.json")
    assert done.code == 2
    assert done.faults[0].startswith("wrong.json:3:")


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_has_help_with_examples(name: str, planner: Run) -> None:
    done = planner(name, "--help")

    assert done.code == 0
    assert f"planner {name} " in done.out
    for option in ("--rule", "--rows", "--out", "--json", "--lang", "--quiet"):
        assert option in done.out


def test_help_lists_every_command_under_what_it_is_for(planner: Run) -> None:
    shown = planner("--help").out
    for panel, commands in _commands_by_panel().items():
        assert f"\n{panel}:\n" in shown
        for name, _ in commands:
            assert f"\n  {name} " in shown
    assert set(QUESTIONS) <= {name for rows in _commands_by_panel().values() for name, _ in rows}


def test_quiet_says_nothing(planner: Run, scenario: Path) -> None:
    done = planner("shares", scenario, "--quiet")
    assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize(("old", "new"), [("relief", "reinforcement"), ("tipping", "threshold")])
def test_former_names_of_commands_still_work(
    old: str, new: str, planner: Run, scenario: Path
) -> None:
    options = [*QUESTIONS[new], "--json"]
    assert planner(old, scenario, *options).out == planner(new, scenario, *options).out
