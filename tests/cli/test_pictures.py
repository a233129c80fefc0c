"""Reports and figures from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import listing
from tests.report.reading import Reading

Run = Callable[..., Any]


def test_a_report_is_one_file(planner: Run, scenario: Path, here: Path) -> None:
    done = planner("report", scenario, "--draws", 0, "--lang", "nl")

    assert done.code == 0
    assert done.out.strip() == "geschreven naar flank-report.html"
    assert listing(here) == ["flank-report.html", "flank.yaml"]
    html = (here / "flank-report.html").read_text(encoding="utf-8")
    read = Reading(html)
    assert read.wrong == []
    assert read.said("h2")[0] == "Samenvatting"


def test_a_report_with_futures_of_a_saved_result_beside_another(
    planner: Run, scenario: Path, here: Path
) -> None:
    assert planner("run", scenario, "--out", "result", "-q").code == 0
    assert planner("simulate", scenario, "--draws", 8, "--replicates", 2, "--workers", 1,
                   "--out", "futures", "-q").code == 0  # fmt: skip

    done = planner("report", "result", scenario, "--futures", "futures", "-o", "r.html", "-q",
                   "--no-curves")  # fmt: skip

    assert done.code == 0
    assert done.out == ""
    html = (here / "r.html").read_text(encoding="utf-8")
    assert "Beside other scenarios" in html
    assert "How sure" in html


def test_a_report_does_not_replace_a_file_unasked(planner: Run, scenario: Path) -> None:
    kept = scenario.with_name("kept.html")
    kept.write_text("mine")

    done = planner("report", scenario, "-o", "kept.html", "--draws", 0)

    assert done.code == 2
    assert done.faults == ["kept.html: exists already: choose another name, or add --force"]
    assert kept.read_text() == "mine"
    again = planner("report", scenario, "-o", "kept.html", "--draws", 0, "--no-curves", "--force")
    assert again.code == 0
    assert kept.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("report", "leter"), "leter"),
        (("report", "letter", "hindsigt", "-o", "x.html"), "hindsigt"),
        (("report", "letter", "--futures", "nothing", "-o", "x.html"), "nothing"),
        (("report", "letter", "-o", "nowhere/x.html"), "no such folder"),
        (("plot", "fil", "letter"), "'fil' is not one of"),
        (("plot", "tornado", "letter"), "'tornado' is not one of"),
        (("plot", "frontier", "letter"), "'frontier' is not one of"),
        (("plot", "fill", "letter", "-o", "fill.gif"), "expected a file ending in .png"),
        (("plot", "crowd", "letter"), "plot crowd: of which pool? --pool ID says it"),
        (("plot", "sand", "letter", "--pool", "stff"), "no such pool 'stff'"),
        (("plot", "versus", "letter"), "plot versus: expected at least two scenarios"),
        (("plot", "fill", "letter", "hindsight"), "plot fill: expected one scenario or result"),
        (("plot", "fill", "letter", "--pool", "staff"), "plot fill: does not go with --pool"),
        (("plot", "curve", "letter"), "plot curve: the scenario has no package"),
    ],
)
def test_what_cannot_be_drawn(
    planner: Run, here: Path, arguments: tuple[str, ...], message: str
) -> None:
    done = planner(*arguments)

    assert done.code in (1, 2)
    assert message in " ".join(done.faults)
    assert listing(here) == []


@pytest.mark.parametrize(
    ("arguments", "name", "magic"),
    [
        (("fill", "flank.yaml"), "flank-fill.png", b"\x89PNG"),
        (("displacement", "flank.yaml", "--package", "late", "-o", "d.svg"), "d.svg", b"<?xml"),
        (("curve", "flank.yaml", "--lang", "nl", "-o", "c.PDF"), "c.PDF", b"%PDF"),
        (("versus", "flank.yaml", "flank.yaml"), "flank-versus.png", b"\x89PNG"),
        (("spread", "flank.yaml", "--draws", "16", "-o", "s.png"), "s.png", b"\x89PNG"),
    ],
)
def test_a_figure_is_one_file(
    planner: Run, scenario: Path, arguments: tuple[str, ...], name: str, magic: bytes
) -> None:
    done = planner("plot", *arguments, "--dpi", 50)

    assert done.faults == []
    assert done.code == 0
    assert name in done.out
    assert scenario.with_name(name).read_bytes().startswith(magic)


def test_every_figure_that_is_listed_is_drawn(planner: Run, scenario: Path) -> None:
    listed = planner("plot", "--list").out.splitlines()
    assert len(listed) > 10
    for line in listed:
        name, of = line.split()[0], line.rpartition("(")[2].rstrip(")")
        items = [scenario, scenario] if of == "comparison" else [scenario]
        pool = ["--pool", "staff"] if name == "crowd" else []
        done = planner("plot", name, *items, *pool, "--draws", 16, "--dpi", 30, "-o", f"{name}.png")
        assert (done.code, done.faults) == (0, []), name
