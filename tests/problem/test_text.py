"""Neutral problems as text: all that is wrong is said at once, each thing where it stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import planner as pl

BEFORE = '{"format": "planner-problem/1", "months": 2, "pools": {'


@pytest.mark.parametrize(
    ("pools", "places"),
    [
        ('"a": NaN, "b": Infinity', ["1:61: pools.a", "1:71: pools.b"]),
        ('"a": 1, "a": 2, "b": -1', ["1:64", "1:77: pools.b"]),
        (f'"a": {"9" * 400}', ["1:61: pools.a"]),
        (f'"a": {"9" * 39}e{"9" * 40}', ["1:61: pools.a"]),
    ],
)
def test_faults_are_said_all_at_once_by_line_and_column(
    tmp_path: Path, pools: str, places: list[str]
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(f'{BEFORE}{pools}}}, "demands": []}}', encoding="utf-8")
    with pytest.raises(pl.InputError) as caught:
        pl.solve(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(places)
    for line, place in zip(lines, places, strict=True):
        assert line.startswith(f"{path}:{place}")


def test_numbers_without_end_in_values_already_read_are_refused_too() -> None:
    data = json.loads(f'{BEFORE}"a": {"9" * 400}}}, "demands": []}}')
    with pytest.raises(pl.InputError, match=r"pools\.a: expected a finite number"):
        pl.solve(data)
