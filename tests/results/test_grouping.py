"""Grouped sums against sums made by hand from the tours."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations

import pytest

import planner as pl
from planner.results.tables import KEYS

from .counting import states

LABELS = [key for key in KEYS if key not in ("pool", "month")]


def by_hand(result: pl.Result, keys: tuple[str, ...]) -> dict[tuple[object, ...], float]:
    """Filled person-months by keys, from the tours and the compiled labels."""
    rows = {row.id: row for row in result.compiled.demands}
    found: dict[tuple[object, ...], float] = defaultdict(float)
    for (demand, pool, month, state), people in states(result).items():
        if state == "on_duty":
            own = {"demand": demand, "pool": pool, "month": month, "year": month[:4]}
            key = tuple(own[k] if k in own else getattr(rows[demand], k) for k in keys)
            found[key] += people
    return {key: people for key, people in found.items() if people > 1e-6}


@pytest.mark.parametrize(
    "keys",
    [
        *((key,) for key in KEYS if key != "phase"),
        *combinations(["region", "tier", "pool", "month"], 2),
    ],
)
def test_fill_by_any_key(keys: tuple[str, ...], flank: pl.Result) -> None:
    table = flank.fill_by(*keys)
    assert list(table.columns) == [
        *keys,
        "asked_person_months",
        "filled_person_months",
        "fill_rate",
    ]
    found = {
        tuple(row[: len(keys)]): row[-2]
        for row in table.itertuples(index=False)
        if row.filled_person_months > 1e-6
    }
    assert found == pytest.approx(by_hand(flank, keys), abs=1e-6)
    whole = flank.demands[["asked_person_months", "filled_person_months"]].sum()
    sums = table[["asked_person_months", "filled_person_months"]].sum()
    assert list(sums) == pytest.approx(list(whole))
    assert not table.duplicated(list(keys)).any()
    rates = table["fill_rate"].dropna()
    assert ((rates >= -1e-9) & (rates <= 1 + 1e-6)).all()


def test_all_of_it_in_one_row(result: pl.Result) -> None:
    table = result.fill_by()
    assert len(table) == 1
    whole = result.demands["filled_person_months"].sum()
    assert table["filled_person_months"][0] == pytest.approx(whole)


def test_by_pool_what_is_not_filled_counts_at_the_first_named_pool(flank: pl.Result) -> None:
    table = flank.fill_by("demand", "pool").set_index(["demand", "pool"])
    own = flank.demands.set_index("demand")
    spare = table.loc[("experts", "staff")] if ("experts", "staff") in table.index else None
    if spare is not None:
        assert spare["asked_person_months"] == pytest.approx(spare["filled_person_months"])
    lacking = own["asked_person_months"] - own["filled_person_months"]
    first = table.loc[("experts", "civil")]
    gap = first["asked_person_months"] - first["filled_person_months"]
    assert gap == pytest.approx(lacking["experts"])


def test_rows_come_in_the_order_of_the_scenario_and_months_in_theirs(flank: pl.Result) -> None:
    assert flank.fill_by("mission")["mission"].tolist() == ["truce", "police", "guard", "flank"]
    by_month = flank.fill_by("mission", "month")
    for _, rows in by_month.groupby("mission", sort=False):
        assert rows["month"].is_monotonic_increasing
    assert flank.fill_by("month")["month"].is_monotonic_increasing
    assert flank.fill_by("tier")["tier"].tolist() == [1, 2]


@pytest.mark.parametrize("key", [key for key in KEYS if key != "package"])
def test_displacement_by_any_key(key: str, flank: pl.Result) -> None:
    table = flank.displacement_by(key, main_task=None)
    assert list(table.columns) == ["package", key, "displaced_person_months"]
    for package, rows in table.groupby("package", sort=False):
        lost = flank.displacement[flank.displacement["package"] == package]
        whole = lost["displaced_person_months"].sum()
        assert rows["displaced_person_months"].sum() == pytest.approx(whole, abs=1e-6)


def test_displacement_counts_main_task_two_unless_told_otherwise(flank: pl.Result) -> None:
    packages = flank.packages.set_index("package")
    for keys in ((), ("mission",), ("pool",), ("month", "region")):
        for task in (1, 2):
            table = flank.displacement_by(*keys, main_task=task)
            sums = table.groupby("package")["displaced_person_months"].sum()
            for package in packages.index:
                expected = packages.loc[package, f"displaced_main_task_{task}"]
                assert sums.get(package, 0.0) == pytest.approx(expected, abs=1e-6)
    assert flank.displacement_by("mission")["mission"].unique().tolist() == ["truce", "police"]
    both = flank.displacement_by("main_task")
    assert both[both["package"] == "more"]["main_task"].tolist() == [1, 2]


def test_every_package_has_a_total_even_if_it_displaces_nobody(text: str) -> None:
    rich = pl.loads(text).with_({"pools": {"staff": {"posts": 900}, "civil": {"posts": 900}}})
    table = pl.allocate(rich).displacement_by()
    assert table["package"].tolist() == ["more", "late"]
    assert table["displaced_person_months"].abs().max() < 1e-6


def test_wrong_keys_are_explained(flank: pl.Result) -> None:
    with pytest.raises(
        pl.ResultError, match=r"'misson', did you mean 'mission'\?; expected demand"
    ):
        flank.fill_by("misson")
    with pytest.raises(pl.ResultError, match="'pool' twice"):
        flank.displacement_by("pool", "pool")


def test_displacement_by_main_task_and_another_key(flank: pl.Result) -> None:
    table = flank.displacement_by("main_task", "pool")
    assert list(table.columns) == ["package", "main_task", "pool", "displaced_person_months"]
    for task in (1, 2):
        lost = table[table["main_task"] == task].groupby("package")["displaced_person_months"].sum()
        for package, whole in flank.packages.set_index("package")[
            f"displaced_main_task_{task}"
        ].items():
            assert lost.get(package, 0.0) == pytest.approx(whole, abs=1e-6)
