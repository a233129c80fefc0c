"""Completion as a shell asks for it: through the environment, of the installed program."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def complete(words: str) -> list[str]:
    """Return what Bash is offered for a line of words, the last of them incomplete."""
    line = f"planner {words}"
    environment = os.environ | {
        "_PLANNER_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(line.split(" ")) - 1),
    }
    code = "import sys; from planner.cli.main import app; app(prog_name='planner')"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("simul", {"simulate"}),
        ("run eastern-flank-b", {"eastern-flank-battalion", "eastern-flank-brigade"}),
        ("why letter unt", {"untso"}),
        ("plot sand letter --pool combat-", {"combat-armoured", "combat-light"}),
        ("why nothing-of-that-name unt", set()),
    ],
)
def test_words_of_commands_scenarios_and_their_parts(words: str, offered: set[str]) -> None:
    assert set(complete(words)) == offered
