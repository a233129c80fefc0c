"""simulate and sensitivity: many futures from the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import planner as pl
from tests.montecarlo.made import UNCERTAIN

from .conftest import FLANK, Outcome, listing

Run = Callable[..., Outcome]

FEW = ("--draws", 16, "--rule", "value", "--share", 1, "--workers", 1)


@pytest.fixture
def hazy(here: Path) -> Path:
    """A small scenario in which everything is uncertain, in the current folder."""
    target = here / "hazy.yaml"
    target.write_text(pl.load(FLANK).with_(UNCERTAIN, "hazy").dump(), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ["chance of 80%", "planned", "st. error", "Displacement of main task 2 by mission"]),
     ("nl", ["kans op 80%", "gepland", "st. fout", "Verdringing van hoofdtaak 2 per missie"])],
)  # fmt: skip
def test_a_run_is_told(planner: Run, hazy: Path, lang: str, words: list[str]) -> None:
    found = planner("simulate", hazy, *FEW, "--reach", 0.8, "--lang", lang)

    assert found == Outcome(0, found.out, "")
    for word in words:
        assert word in found.out


def test_the_same_numbers_as_strict_json_and_from_a_kept_run(planner: Run, hazy: Path) -> None:
    first = planner("simulate", hazy, *FEW, "--json").json
    kept = planner("simulate", hazy, *FEW, "--json", "--out", "run").json
    again = planner("simulate", hazy, *FEW, "--json", "--out", "run").json

    assert kept.pop("written_to") == again.pop("written_to") == "run"
    assert first.pop("written_to") is None
    assert first == kept == again
    assert first["draws"] == {"asked": 16, "made": 16, "counted": 16, "unproved": 0,
                              "stopped": "draws"}  # fmt: skip
    futures = pl.read_ensemble("run")
    assert [row["mean"] for row in first["total"]] == list(futures.total["mean"])


def test_a_dry_run_says_what_a_run_takes_and_writes_nothing(planner: Run, hazy: Path) -> None:
    options = (*FEW[2:4], "--draws", 1024, "--workers", 2, "--dry-run", "--out", "run")
    found = planner("simulate", hazy, *options, "--json").json

    assert (found["draws"], found["plans"], found["workers"]) == (1024, 3072, 2)
    for name in ("seconds", "processor_seconds", "memory_bytes", "disk_bytes"):
        assert found[name] > 0
    assert found["processor_seconds"] == pytest.approx(2 * found["seconds"])
    text = planner("simulate", hazy, *options, "--lang", "nl").out
    for words in ("3.072", "geheugen", "schijf", "tijd"):
        assert words in text
    assert listing(hazy.parent) == ["hazy.yaml"]


def test_a_draw_is_taken_out(planner: Run, hazy: Path) -> None:
    options = ("simulate", hazy, *FEW, "--replay", 5)
    found = planner(*options, "--json", "--out", "draw").json
    whole = pl.simulate(hazy, 16, rule="value", share=1, workers=1).draws.loc[5]

    assert found["draw"] == 5
    for name, value in found["quantities"].items():
        assert value is None or value == pytest.approx(whole[name], abs=1e-9), name
    assert pl.read_result("draw").rule == "value"
    assert "Draw 5, seed 0" in planner(*options).out
    assert planner("simulate", hazy, *FEW, "--replay", 99).faults == [
        "planner: draw: expected 0 to 15, found 99"
    ]


@pytest.mark.parametrize("lang", ["en", "nl"])
def test_what_drives_displacement_is_said(planner: Run, hazy: Path, lang: str) -> None:
    options = ("sensitivity", hazy, "--base", 4, "--rule", "value", "--workers", 1)
    found = planner(*options, "--json").json
    text = planner(*options, "--lang", lang).out

    assert found["draws"] == 4 * (len(found["groups"]) + 2)
    assert {row["quantity"] for row in found["indices"]} == {
        "displacement.late",
        "displacement.more",
    }
    drawn = {id for members in found["groups"].values() for id in members}
    assert "pool.staff.posts" in drawn
    assert "kind.post.acceptance" not in drawn  # it changes no plan
    assert {"en": "first order", "nl": "eerste orde"}[lang] in text


def test_groups_are_chosen(planner: Run, hazy: Path) -> None:
    options = ("sensitivity", hazy, "--base", 2, "--rule", "value", "--of", "fill")
    found = planner(*options, "--group", "rest=kind.*.rest", "--json").json

    assert found["groups"]["rest"] == ["kind.post.rest"]
    assert set(found["groups"]) == {"rest", "the rest"}
    wrong = planner(*options, "--group", "rest", "--group", "=x")
    assert wrong.code == 2
    assert len(wrong.faults) == 2
    assert "--group: expected NAME=PATTERN" in wrong.faults[0]


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--of", "fil", "--half-width", 1], 2, "did you mean 'fill'"),
        (["--half-width", 1], 2, "half_width and of: expected both or neither"),
        (["--package", "moer"], 2, "no such package 'moer'"),
        (["--out", "hazy.yaml/run"], 1, "cannot be written: Not a directory"),
        (["--reach", 1.5], 2, "above 0 and up to 1"),
    ],
)
def test_what_is_wrong_is_said(
    planner: Run, hazy: Path, options: list[Any], code: int, said: str
) -> None:
    found = planner("simulate", hazy, *FEW, *options)

    assert found.code == code
    assert found.out == ""
    assert said in "".join(found.faults)
    assert listing(hazy.parent) == ["hazy.yaml"]


def test_a_killed_command_goes_on_where_it_was(planner: Run, hazy: Path) -> None:
    planner("simulate", hazy, *FEW, "--out", "whole", "-q")
    command = ["-m", "planner", "simulate", hazy, *FEW, "--out", "run", "-q"]
    with subprocess.Popen([sys.executable, *map(str, command)]) as running:
        third = hazy.parent / "run" / "batches" / "000002.parquet"
        while not third.exists():
            assert running.poll() is None
        os.kill(running.pid, signal.SIGKILL)
    planner("simulate", hazy, *FEW, "--out", "run", "-q")

    assert listing(hazy.parent / "run") == listing(hazy.parent / "whole")
    for name in listing(hazy.parent / "whole"):
        here, there = (hazy.parent / run / name for run in ("run", "whole"))
        assert here.is_dir() or here.read_bytes() == there.read_bytes()


def test_a_draw_is_taken_out_where_nothing_is_uncertain(planner: Run, scenario: Path) -> None:
    options = ("--draws", 2, "--rule", "value", "--replay", 1)

    assert planner("simulate", scenario, *options).out.startswith("Draw 1, seed 0\n")
