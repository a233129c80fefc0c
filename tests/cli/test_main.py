"""The frame around the commands: exit codes, messages, streams."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.cli import check
from planner.cli.console import clean
from planner.cli.main import main
from planner.errors import ResultError, SolverError

from .conftest import FLANK, PROBLEM, Outcome

Run = Callable[..., Outcome]


def start(*args: str, **options: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "planner", *args]
    return subprocess.Popen(  # type: ignore[call-overload]
        command, **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    )


@pytest.mark.parametrize("args", [["--help"], ["run", "-h"], ["solve", "--help"]])
def test_help_has_examples(planner: Run, args: list[str]) -> None:
    found = planner(*args)

    assert found.code == 0
    assert "planner " in found.out
    assert found.err == ""


def test_every_command_is_listed_and_helps(planner: Run) -> None:
    listed = planner("--help").out
    for command in (
        "run", "compare", "diff", "show", "validate", "export", "solve", "schema", "scenarios",
    ):  # fmt: skip
        assert f"\n  {command} " in listed
        helped = planner(command, "--help")
        assert helped.code == 0
        assert "Example" in helped.out


def test_without_a_command_help_is_shown(planner: Run) -> None:
    found = planner()

    assert found.code == 2
    assert found.out == ""
    assert "Look and check:" in found.err


def test_the_version_is_shown(planner: Run) -> None:
    assert planner("--version").out.startswith("planner ")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["runn"], "planner: No such command 'runn'. Did you mean 'run'?"),
        (["run"], "planner run: Missing argument 'SCENARIO'."),
        (["run", "letter", "--rule", "banana"], "'banana' is not one of 'fair', 'value'."),
        (["solve", "x.json", "--rule", "banana"], "'banana' is not one of 'fair', 'value'."),
        (["run", "letter", "--lang", "fr"], "'fr' is not one of 'en', 'nl'."),
        (["run", "letter", "--nope"], "No such option"),
        (["run", "letter", "--time-limit", "soon"], "valid number"),
        (["schema", "problm"], "did you mean 'problem'?"),
        (["compare", "letter"], "at least two"),
        (["export", "letter"], "nothing to write"),
        (["run", "letter", "--solver", "cbc"], "--solver: is for --engine pulp"),
        (["run", "letter", "--time-limit", "5"], "--time-limit: only goes with --whole-people"),
        (["run", "letter", "--engine", "pulp", "--solver", "cbd"], "did you mean 'cbc'?"),
    ],
)
def test_wrong_use_is_said_in_a_line(planner: Run, args: list[str], message: str) -> None:
    found = planner(*args)

    assert found.code == 2
    assert found.out == ""
    assert message in found.faults[0]


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (SolverError("no answer"), 1, "planner: no answer"),
        (ResultError("no room"), 1, "planner: no room"),
        (OSError(28, "No space left on device"), 1, "planner: cannot write: No space left"),
        (PermissionError(13, "Permission denied", "x"), 1, "planner: x: Permission denied"),
        (MemoryError(), 1, "planner: out of memory"),
        (KeyError("bug"), 1, "planner: unexpected error: KeyError: 'bug'"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(32, "Broken pipe"), 141, ""),
    ],
)
def test_what_goes_wrong_becomes_a_code_and_a_line(
    planner: Run,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    message: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(check, "_check_file", fail)

    found = planner("validate", "letter")

    assert found.code == code
    assert found.err.startswith(message)
    assert "Traceback" not in found.err
    assert found.out == ""


def test_a_traceback_is_there_for_who_asks(planner: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "_check_file", lambda *_: 1 / 0)
    monkeypatch.setenv("PLANNER_TRACEBACK", "1")

    assert "Traceback" in planner("validate", "letter").err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain é ’ 中", "plain é ’ 中"),
        ("a\nb\r\tc", "a\\nb\\r c"),
        ("\x1b[31mred\x9b", "\\x1b[31mred\\x9b"),
        ("left\u202eright\u200b", "left\\u202eright\\u200b"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_text_cannot_command_a_terminal(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_reader_that_leaves_early_is_no_error(problem: Path) -> None:
    demands = [{**PROBLEM["demands"][1], "id": f"d{place}"} for place in range(800)]
    problem.write_text(json.dumps({**PROBLEM, "demands": demands, "packages": {}}))
    for arguments in (("solve", "problem.json", "--json"), ("solve", "problem.json")):
        leave_early(*arguments)


def leave_early(*arguments: str) -> None:
    """Run a command whose reader takes one byte and leaves."""
    process = start(*arguments)
    assert process.stdout is not None
    assert process.stderr is not None
    if sys.platform == "linux":  # so that not all that is written fits into the pipe
        from fcntl import F_SETPIPE_SZ, fcntl

        fcntl(process.stdout, F_SETPIPE_SZ, 4096)

    process.stdout.read(1)
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()

    assert process.wait() == 141  # as a shell says of a program that ended by SIGPIPE
    assert said == b""


def test_a_closed_output_is_an_error(problem: Path) -> None:
    command = f"'{sys.executable}' -m planner solve problem.json --json >&-"
    found = subprocess.run(["sh", "-c", command], capture_output=True, check=False)

    assert found.returncode == 1
    assert found.stderr.count(b"\n") == 1
    assert b"standard output" in found.stderr


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no such device here")
def test_a_full_disk_is_an_error(problem: Path) -> None:
    with open("/dev/full", "wb") as full:
        process = start("solve", "problem.json", "--json", stdout=full)
        said = process.communicate()[1]

    assert process.returncode == 1
    assert said == b"planner: cannot write: No space left on device\n"


def test_an_output_that_knows_no_accents_still_works(problem: Path) -> None:
    text = json.dumps(PROBLEM).replace("untso", "untso-é")
    problem.write_text(text, encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "80"}

    process = start("solve", "problem.json", env=environment)
    out, said = process.communicate()

    assert process.returncode == 0
    assert b"untso-\\xe9" in out
    assert said == b""


@pytest.mark.skipif(os.name == "nt", reason="no such signal there")
def test_an_interrupt_leaves_nothing_behind(here: Path) -> None:
    os.mkfifo("scenario.yaml")
    process = start("run", "scenario.yaml", "--out", "out")
    with open("scenario.yaml", "wb"):  # now it reads, and waits for more
        process.send_signal(signal.SIGINT)
        out, said = process.communicate()

    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in said
    assert sorted(path.name for path in here.iterdir()) == ["scenario.yaml"]


@pytest.mark.parametrize(
    ("args", "unused"),
    [
        (["--help"], {"numpy", "pandas", "scipy", "pydantic", "highspy", "rich", "babel"}),
        (["run", "letter"], {"pandas", "pyarrow", "matplotlib", "pulp", "scipy.stats"}),
        (["solve", "problem.json", "--json"], {"pandas", "pulp", "ruamel", "rich"}),
    ],
)
def test_nothing_is_loaded_that_is_not_needed(
    problem: Path, args: list[str], unused: set[str]
) -> None:
    code = (
        "import sys\n"
        "from planner.cli.main import main\n"
        f"main({args!r})\n"
        f"sys.exit(', '.join({unused!r} & set(sys.modules)))\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert found.stderr.strip() == ""
    assert found.stdout


def test_main_takes_the_arguments_it_is_given() -> None:
    assert main(["--version"]) == 0


def test_a_hostile_file_cannot_fill_the_screen(planner: Run) -> None:
    word = "x" * 4000
    Path("long.yaml").write_text(f"data: {word}\n{word[:1000]}: 1\nrule: {word}\n")
    Path("many.yaml").write_text("extends: letter\n" + "".join(f"k{n}: 1\n" for n in range(999)))

    long, many = planner("validate", "long.yaml"), planner("validate", "many.yaml")

    assert (long.code, many.code) == (2, 2)
    assert len(long.faults) == 3
    assert all(len(line) < 1_500 and word[:300] not in line for line in long.faults)
    assert len(many.err.splitlines()) == 201
    assert many.err.endswith("planner: and 799 more\n")


def test_draws_that_are_not_there(planner: Run) -> None:
    Path("empty").mkdir()
    for name, message in (("NOTHING", "no such folder"), ("empty", "holds no manifest.json")):
        found = planner("report", "letter", "--futures", name, "-o", "r.html")
        assert found.code == 2
        assert found.faults[0].startswith(f"{name}: {message}")


def test_a_guarded_script_on_standard_input_gets_its_workers() -> None:
    """Workers run the file of the main module first, and there is none."""
    script = (
        "import planner as pl\n"
        "if __name__ == '__main__':\n"
        f"    drawn = pl.simulate({str(FLANK)!r}, draws=16, workers=2)\n"
        "    print(len(drawn.total))\n"
    )
    run = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, check=False
    )

    assert run.stderr == ""
    assert int(run.stdout) > 0
