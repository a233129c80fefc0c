"""Tables fit the terminal, and nothing in them is cut off."""

from __future__ import annotations

import pytest

from planner.cli.console import echo, table

HEADS = ["mission", "name", ">task", ">mean", ">st. error", ">95% interval",
         ">5% to 95% of draws", ">chance of 90%"]  # fmt: skip
ROWS = [
    ["eastern-flank-reinforcement", "Reinforcement of the eastern flank", "1", "85.1%", "0.6%",
     "83.8% – 86.4%", "76.5% – 94.6%", "12%"],
    ["nrf", "NATO Response Force", "1", "2,746.5", "71.4", "2,594.3 – 2,898.7",
     "-781.4 – 5,119.9", "100%"],
]  # fmt: skip


@pytest.mark.parametrize("width", [64, 70, 79, 80, 99, 100, 111, 120, 132, 140, 160, 200])
def test_nothing_is_cut_off(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    echo(table("Fill", HEADS, ROWS, first_is_id=True))
    out = capsys.readouterr().out

    assert max(map(len, out.splitlines())) <= width
    for row in ROWS:
        for number in (part for cell in row[2:] for part in cell.split(" – ")):
            assert number in out.split()
    letters = "".join(out.split())
    names = ["Response"] + ["nrf"] * (width >= 100)
    assert all(name in letters for name in names)
    assert ("eastern-flank-reinforcement" in out) == (width >= 100)


@pytest.mark.parametrize("width", [20, 30, 40, 50, 60])
def test_a_narrow_terminal_gets_fewer_columns_and_is_told_which(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    echo(table("Fill", HEADS, ROWS, first_is_id=True))
    out = capsys.readouterr().out

    assert max(map(len, out.splitlines())) <= width
    body, _, left_out = " ".join(out.split()).partition("not shown for lack of room:")
    for heading, *cells in zip(*[HEADS[1:], *(row[1:] for row in ROWS)], strict=True):
        name = heading.removeprefix(">")
        shown = name not in left_out
        assert not shown or name.split()[-1] in body.split()
        if heading.startswith(">") and shown:
            parts = [part for cell in cells for part in cell.split(" – ")]
            assert all(part in body.split() for part in parts)


def test_what_is_the_same_in_all_rows_is_said_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[f"a-mission-{n}", "staff officers", "November 2022", str(n)] for n in range(4)]
    for width, once in ((120, False), (32, True)):
        monkeypatch.setenv("COLUMNS", str(width))
        echo(table("Held", ["mission", "pool", "month", ">persons"], rows))
        out = capsys.readouterr().out
        assert ("pool: staff officers\n" in out) == once
        assert out.count("staff officers") == (1 if once else 4)


def test_words_are_not_broken_letter_by_letter(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = ["pool", "month", "planned in", "mission", "name", "tier", "package", "turn",
             ">held", ">preparing", ">on duty", ">resting"]  # fmt: skip
    rows = [
        ["staff", "Nov 2022", "Jul 2022", id, name, "2", "eastern-flank", turn, held, "2.4", "7.1",
         "22.0"]
        for id, name, turn, held in (
            ("iraq-mandate", "Iraq security mandate", "alike", "1,031.5"),
            ("ussc", "United States Security Coordinator", "goes first", "19.1"),
        )
    ]  # fmt: skip
    monkeypatch.setenv("COLUMNS", "80")
    echo(table("Who holds the people", heads, rows))
    out = capsys.readouterr().out

    assert all(len(line.strip()) > 1 for line in out.splitlines() if line.strip())
    assert {"preparing", "resting", "1,031.5", "mandate", "Coordinator"} <= set(out.split())
