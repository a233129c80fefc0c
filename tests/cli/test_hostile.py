"""Files that no one should write, and what is said about them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import PROBLEM, Outcome, listing

Run = Callable[..., Outcome]

TEXT = json.dumps(PROBLEM, indent=1)

BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "x.json: the file is empty, expected one JSON object"),
    "blank": (b" \n\t ", "x.json: the file is empty"),
    "binary": (bytes(range(256)), "x.json:1:1: expected text in UTF-8, found byte 0x00"),
    "UTF-16": ("{}".encode("utf-16"), "x.json: expected UTF-8, found UTF-16"),
    "Latin-1": ('{"é": 1}'.encode("latin-1"), "x.json:1:3: expected text in UTF-8"),
    "no JSON": (b'{"a": 1,}', "x.json:1:9: not JSON"),
    "more behind it": (TEXT.encode() + b"x", "x.json:44:2: not JSON: Extra data"),
    "a list": (b"[1, 2]", "x.json: expected a JSON object, found [1, 2]"),
    "deep": (b"[" * 100_000, "x.json: nested too deeply"),
    "deep object": (b'{"a":' * 100_000, "x.json: nested too deeply"),
    "twice": (b'{"a": 1,\n "a": 2}', "x.json:2:2: a: named twice"),
    "another format": (b'{"format": "planner-problem/2"}', "x.json:1:12: format: expected"),
}

NUMBERS = {
    "NaN": "found nan",
    "Infinity": "found inf",
    "-Infinity": "found -inf",
    "1e400": "found inf",
    "1" + "0" * 30: "found 1",
    "1" + "0" * 400: "found inf",
    "1" + "0" * 5000: "found inf",
    "-3": "found -3",
    '"8"': 'found "8"',
    "null": "found null",
    "true": "found true",
    "[[1]]": "found [[1]]",
    "{}": "found {}",
}


@pytest.mark.parametrize("what", BROKEN)
@pytest.mark.parametrize("command", ["solve", "validate"])
def test_broken_problems(planner: Run, what: str, command: str) -> None:
    data, message = BROKEN[what]
    Path("x.json").write_bytes(data)

    found = planner(command, "x.json", "--json")

    assert found.code == 2
    assert found.faults[0].startswith(message)
    if command == "solve":
        assert found.out == ""
    else:
        assert [row["valid"] for row in found.json["files"]] == [False]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("field", ["cap", "tour", "months", "rest"])
def test_numbers_that_are_none(planner: Run, field: str, number: str) -> None:
    lines = TEXT.splitlines()
    place = next(i for i, line in enumerate(lines) if f'"{field}": ' in line)
    head = lines[place].split(": ")[0]
    lines[place] = f"{head}: {number}" + ("," if lines[place].endswith(",") else "")
    text = "\n".join(lines)

    found = planner("solve", "-", "--json", stdin=text)

    if field in ("rest",) and number == "{}":
        assert "names every pool" in found.faults[0]
    assert found.code == 2
    assert found.out == ""
    path = "months" if field == "months" else f"demands.0.{field}"
    assert f"<stdin>:{place + 1}:{len(head) + 3}: {path}: " in found.faults[0]
    if number != "{}" or field != "rest":
        assert NUMBERS[number] in found.faults[0]
    assert max(map(len, found.faults)) < 200


def test_every_fault_has_its_line(planner: Run) -> None:
    text = TEXT.replace('"cap": 8', '"cap": NaN').replace('"cap": 4', '"cap": -1')
    text = text.replace('"rest": 0', '"rets": 0').replace('"known": 0', '"known": 0, "known": 1')

    found = planner("solve", "-", stdin=text)

    assert [line.split(": ")[1] for line in found.faults] == [
        "packages.flank.known", "demands.0.rets", "demands.0.cap",
        "demands.1.rets", "demands.1.cap",
    ]  # fmt: skip
    assert all(
        line.startswith("<stdin>:") and line.split(":")[2].isdigit() for line in found.faults
    )


@pytest.mark.parametrize(
    "command", ["solve", "run", "validate", "show", "compare", "diff", "export"]
)
@pytest.mark.parametrize("name", ["none.json", "none.yaml", "", "a\0b", "x" * 5000, "loop", "link"])
def test_files_that_are_not_there(planner: Run, command: str, name: str) -> None:
    Path("loop").symlink_to("loop")
    Path("link").symlink_to("nowhere")
    more = {"compare": [name], "diff": [name], "export": ["--problem", "out.json"]}.get(command, [])

    found = planner(command, name, *more)

    assert found.code == 2
    assert found.out == ""
    assert found.faults
    assert listing(Path()) == ["link", "loop"]


@pytest.mark.parametrize("command", ["solve", "run", "show", "diff", "compare", "export"])
def test_folders_that_are_no_files(planner: Run, command: str) -> None:
    Path("folder.json").mkdir()
    name = "folder.json"
    more = {"compare": [name], "diff": [name], "export": ["--problem", "out.json"]}.get(command, [])

    found = planner(command, name, *more)

    assert found.code == 2
    assert found.faults


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads all")
def test_files_that_may_not_be_read(planner: Run, problem: Path) -> None:
    problem.chmod(0)

    found = planner("solve", "problem.json")

    assert found.code == 2
    assert found.faults == ["problem.json: cannot be read: permission denied"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the file is empty"),
        (bytes(range(256)), "x.yaml:"),
        ("title: x".encode("utf-16"), "expected UTF-8, found UTF-16"),
        (b"a: " + b"[" * 5000, "nested deeper than"),
        (b"a: " + b"x" * 2_000_000, "too large: more than 1,000,000 bytes"),
        (b"a: &a [1, 1]\nb: &b [*a, *a]\nc: *c\n", "alias"),
        (b"a: !!python/object:os.system x", "tags are not read"),
        (b"- 1\n- 2\n", "expected a mapping"),
        (b"extends: x\n", "circular"),
        (b"extends: ../../etc/passwd\n", "expected a path inside"),
        (b"a: 1\n---\nb: 2\n", "expected one document"),
    ],
)
@pytest.mark.parametrize("command", ["run", "validate", "show"])
def test_broken_scenarios(planner: Run, data: bytes, message: str, command: str) -> None:
    Path("x.yaml").write_bytes(data)

    found = planner(command, "x.yaml")

    assert found.code == 2
    assert found.out == ""
    assert message in found.faults[0]
    assert listing(Path()) == ["x.yaml"]


def test_a_scenario_from_standard_input_is_bounded(planner: Run) -> None:
    assert "too large" in planner("run", "-", stdin="a" * 2_000_000).faults[0]
    assert "empty" in planner("run", "-", stdin="").faults[0]


def test_names_cannot_command_the_terminal(planner: Run) -> None:
    text = TEXT.replace("untso", "[red]un\\u001b[31m\\nt\\u202eso[/]").replace("staff", "\\ud800")

    for args in (["solve", "-"], ["solve", "-", "--json"]):
        found = planner(*args, stdin=text)
        assert found.code == 0
        assert "\x1b" not in found.out
        assert "\u202e" not in found.out
    assert "[red]un\\x1b[31m\\nt\\u202eso[/]" in planner("solve", "-", stdin=text).out

    wrong = planner("solve", "-", stdin=text.replace('"cap"', '"c\\u001b[0map"'))
    assert wrong.code == 2
    assert "\x1b" not in wrong.err


def test_a_name_on_the_command_line_cannot_either(planner: Run) -> None:
    found = planner("run", "x\x1b[31m\n[red]")

    assert found.code == 2
    assert "\x1b" not in found.err
    assert len(found.faults) == 1
