"""Every command in Dutch: no English is left in what it prints, nor in its errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from planner.analysis.declare import names
from planner.cli import dutch
from planner.cli.main import app
from planner.cli.options import PANELS, commands

from .conftest import Outcome, english_in
from .test_questions import QUESTIONS

Run = Callable[..., Outcome]

HERE = "flank.yaml"

DRAWS = ["--draws", "4", "--rule", "value"]

COMMANDS: dict[str, list[list[str]]] = {
    "run": [[HERE]],
    "simulate": [["hazy.yaml", *DRAWS], ["hazy.yaml", *DRAWS, "--replay", "3"],
                 [HERE, *DRAWS, "--dry-run"]],
    "sensitivity": [["hazy.yaml", "--base", "2", "--rule", "value"]],
    "compare": [[HERE, "letter.yaml"]],
    "solve": [["problem.json"]],
    "plot": [["fill", HERE, "-o", "fill.svg"]],
    "show": [[HERE], [HERE, "--mission", "truce"], [HERE, "--demand", "observers"],
             [HERE, "--pool", "civil"], [HERE, "--figure", "pool.staff.posts"],
             ["hazy.yaml", "--uncertain"], [HERE, "--sources"]],
    "diff": [[HERE, "letter.yaml"]],
    "validate": [["problem.json"]],
    "export": [[HERE, "--xlsx", "book.xlsx"]],
    "import": [["book.xlsx", "-o", "mine.yaml"]],
    "scenarios": [[]],
}  # fmt: skip
"""Every command that prints, with what shows all that it can say."""

SILENT = {"app", "report", "schema", "import-un", "calibrate", "backtest", "learning"}
"""Pages and commands of the record, which have tests of their own; JSON; and what reads a series of
the United Nations."""


def test_every_command_is_read() -> None:
    every = {command.name for panel in PANELS for command in commands(panel)}

    assert every | set(names()) == {*COMMANDS, *QUESTIONS, *SILENT}


@pytest.mark.parametrize("command", COMMANDS)
def test_no_english_is_left(command: str, planner: Run, scenario: Path, problem: Path) -> None:
    text = scenario.read_text(encoding="utf-8")
    scenario.write_text(f"title_nl: Drie missies\n{text}", encoding="utf-8")
    other = "extends: flank.yaml\npools: {staff: {posts: 25}}\ndemands: {guards: drop}\n"
    Path("letter.yaml").write_text(other, encoding="utf-8")
    hazy = "extends: flank.yaml\npools: {staff: {posts: {value: 25, low: 20, high: 30}}}\n"
    more = "demands: {observers: {cap: {value: 9, low: 6, high: 12}}}\n"
    Path("hazy.yaml").write_text(hazy + more, encoding="utf-8")
    if command == "import":
        planner("export", HERE, "--xlsx", "book.xlsx", "--lang", "nl")

    for options in COMMANDS[command]:
        done = planner(command, *options, "--lang", "nl")

        assert done.code == 0, done.err
        assert english_in(done.out) == set()


def test_english_is_found() -> None:
    assert english_in("Vulling per mission (persons): fill.untso") == {"mission", "persons"}


def test_errors_say_where_and_what_in_dutch(planner: Run, scenario: Path) -> None:
    wrong = "extends: flank.yml\ncolour: red\ndemands:\n  observer: {cap: 4}\n  guards: {cap: -3}\n"
    Path("wrong.yaml").write_text(wrong, encoding="utf-8")

    found = planner("validate", "wrong.yaml", "--lang", "nl")

    assert found.code == 2
    lines = found.err.splitlines()
    assert lines[0].startswith("wrong.yaml: regel 1, kolom 10: extends: geen scenario")
    assert "bedoelde u" in lines[0]
    assert lines[1].startswith("wrong.yaml: regel 2, kolom 1: colour: hier niet bekend")
    assert "onbekende vraag 'observer', bedoelde u 'observers'?" in lines[2]
    assert "guards.cap: verwacht een getal van minstens 0, gevonden -3" in lines[3]


ERRORS = {
    "simulate flank.yaml --draws -3": "ongeldige waarde voor '--draws': verwacht minstens 2",
    "run flank.yaml --out no.yaml/x": "kan niet worden geschreven",
    "show flank.yaml observers": "er staat te veel: (observers)",
    "why flank.yaml observer": "verwacht een missie of een vraag, gevonden 'observer', bedoelde u",
    "compare flank.yaml": "verwacht minstens twee resultaten of scenario's, gevonden één",
    "export flank.yaml": "er is niets te schrijven: noem een bestand met --xlsx",
}


@pytest.mark.parametrize("line", ERRORS)
def test_mistakes_on_the_command_line_are_named_in_dutch(
    line: str, planner: Run, scenario: Path
) -> None:
    Path("no.yaml").touch()
    found = planner(*line.split(), "--lang", "nl")

    assert found.code == 2
    assert ERRORS[line] in found.err


@pytest.mark.parametrize("arguments", [["--help", "--lang", "nl"], ["--lang", "nl", "--help"]])
def test_help_is_in_dutch(planner: Run, arguments: list[str]) -> None:
    listed = planner(*arguments).out
    run = planner("run", *arguments).out

    assert "Gebruik: planner" in listed
    for command in (one for panel in PANELS for one in commands(panel)):
        assert dutch.translate_help(command.summary).split()[0] in listed
        assert command.summary not in listed
    for heading in ("Gebruik: planner run", "Argumenten:", "Opties:", "[verplicht]"):
        assert heading in run
    assert "Usage" not in run
    assert "Gebruik" not in planner("run", "--help").out


def test_descriptions_of_commands_are_in_dutch() -> None:
    group = typer.main.get_command(app)
    own = [command.name for panel in PANELS for command in commands(panel)]
    for name in [*own, *names()]:
        command = group.get_command(typer.Context(group), name)
        text = command.help.partition("\n\n\b")[0]
        assert english_in(dutch.description(text)) == set(), name


def test_dutch_help_leaves_that_in_english_as_it_is(planner: Run) -> None:
    before = planner("curve", "--help").out

    assert planner("curve", "--help", "--lang", "nl").out != before
    assert planner("curve", "--help").out == before


def test_a_language_before_the_command_is_that_of_the_command(planner: Run) -> None:
    assert planner("--lang", "nl", "scenarios").out == planner("scenarios", "--lang", "nl").out
