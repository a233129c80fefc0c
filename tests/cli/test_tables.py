"""Tables fit the terminal, and nothing in them is cut off."""

from __future__ import annotations

import pytest

from planner.cli.console import say, table

HEADS = ["mission", "name", ">task", ">mean", ">st. error", ">95% interval",
         ">5% to 95% of draws", ">chance of 90%"]  # fmt: skip
ROWS = [
    ["eastern-flank-reinforcement", "Reinforcement of the eastern flank", "1", "85.1%", "0.6%",
     "83.8% – 86.4%", "76.5% – 94.6%", "12%"],
    ["nrf", "NATO Response Force", "1", "2,746.5", "71.4", "2,594.3 – 2,898.7",
     "-781.4 – 5,119.9", "100%"],
]  # fmt: skip


@pytest.mark.parametrize("width", [70, 79, 80, 99, 100, 111, 120, 132, 140, 160, 200])
def test_nothing_is_cut_off(
    width: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    say(table("Fill", HEADS, ROWS, named=True))
    out = capsys.readouterr().out

    assert max(map(len, out.splitlines())) <= width
    for row in ROWS:
        for number in (part for cell in row[2:] for part in cell.split(" – ")):
            assert number in out.split()
    letters = "".join(out.split())
    names = ["Response"] + ["nrf"] * (width >= 100)
    assert all(name in letters for name in names)
    assert ("eastern-flank-reinforcement" in out) == (width > 100)
