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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"first": 5, "last": 1}, "budgets.0.last: expected a month not before first (5), found 1"),
        ({"id": None}, "budgets.0.id: expected a name, found null"),
        ({"amount": 1e300}, "budgets.0.amount: expected a number from 0 to 1e+15"),
        ({"cost": {"d": 1e-300}}, "budgets.0.cost.d: expected 0 or a number from 1e-06"),
    ],
)
def test_budgets_that_cannot_be(change: dict, message: str) -> None:
    demand = {"id": "d", "tier": 1, "cap": 1, "first": 0, "last": 1, "tour": 1, "pools": ["a"]}
    budget = {"id": "b", "first": 0, "last": 1, "amount": 1, "cost": {"d": 1}, **change}
    data = json.loads(f'{BEFORE}"a": 1}}, "demands": []}}')
    with pytest.raises(pl.InputError) as caught:
        pl.solve({**data, "demands": [demand], "budgets": [budget]})
    assert message in str(caught.value)


def test_numbers_without_end_in_values_already_read_are_refused_too() -> None:
    data = json.loads(f'{BEFORE}"a": {"9" * 400}}}, "demands": []}}')
    with pytest.raises(pl.InputError, match=r"pools\.a: expected a finite number"):
        pl.solve(data)
