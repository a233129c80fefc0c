"""Results side by side."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import planner as pl


@pytest.fixture(scope="module")
def smaller(text: str) -> pl.Result:
    """The same with a smaller package, one demand less and a mission more."""
    line = "mission: fresh, kind: post, pools: [civil], cap: 1, first: 2022-01, last: 2023-12"
    changed = (
        text.replace("cap: 8", "cap: 2")
        .replace(
            "missions:\n",
            "missions:\n  fresh: {name: Fresh, organisation: EU, region: South, main_task: 2}\n",
        )
        .replace("demands:\n  obs", f"demands:\n  fresh: {{{line}}}\n  obs")
    )
    return pl.allocate(pl.loads(changed, "smaller"))


def test_fill_stands_side_by_side(flank: pl.Result, smaller: pl.Result) -> None:
    both = pl.compare(flank, smaller)
    assert both.names == ["flank", "smaller"]
    fill = both.fill
    assert fill.columns.tolist() == ["flank", "smaller"]
    assert fill.index.tolist() == ["truce", "police", "guard", "flank", "fresh"]
    for name, one in both.results.items():
        own = one.fill_by("mission").set_index("mission")["fill_rate"]
        for mission in fill.index:
            if mission in own.index:
                assert fill.loc[mission, name] == pytest.approx(own[mission])
            else:
                assert math.isnan(fill.loc[mission, name])
    months = both.fill_by("region", "month", measure="filled_person_months")
    assert months.index.names == ["region", "month"]
    assert both.fill_by("month").index.is_monotonic_increasing


def test_displacement_stands_side_by_side(flank: pl.Result, smaller: pl.Result) -> None:
    both = pl.compare(flank, smaller)
    table = both.displacement
    assert table.columns.tolist() == [
        ("flank", "more"), ("flank", "late"), ("smaller", "more"), ("smaller", "late"),
    ]  # fmt: skip
    for name, one in both.results.items():
        for row in one.displacement_by("mission").itertuples():
            found = table.loc[row.mission, (name, row.package)]
            assert found == pytest.approx(row.displaced_person_months)
    assert table["flank", "more"].sum() > table["smaller", "more"].sum()
    assert both.displacement_by("region", main_task=1).index.tolist() == ["North", "East"]


def test_results_without_packages_have_no_column_there(flank: pl.Result, text: str) -> None:
    alone = pl.loads(text).with_({"packages": {"more": {"on": False}, "late": {"on": False}}})
    table = pl.compare(alone, flank).displacement
    assert table.columns.tolist() == [("flank", "more"), ("flank", "late")]
    assert pl.compare(alone).displacement.empty


def test_any_table_of_all_results_below_each_other(flank: pl.Result, smaller: pl.Result) -> None:
    table = pl.compare(flank, smaller).table("packages")
    assert table["result"].tolist() == ["flank", "flank", "smaller", "smaller"]
    assert list(table.columns[1:]) == list(flank.packages.columns)


def test_scenarios_names_and_folders_can_be_compared(flank: pl.Result, tmp_path: Path) -> None:
    folder = flank.save(tmp_path / "flank")
    both = pl.compare(flank, folder, str(folder), flank.scenario, "letter", rule="value")
    assert both.names == ["flank", "flank (2)", "flank (3)", "flank (4)", "letter"]
    assert [one.rule for one in both.results.values()] == ["fair", "fair", "fair", "value", "value"]
    assert both.fill["flank"].equals(both.fill["flank (2)"])
    assert repr(pl.compare(flank)) == "<Comparison of 'flank'>"


def test_names_given_twice_never_hide_a_result(flank: pl.Result, text: str) -> None:
    odd = pl.allocate(pl.loads(text).with_({}, name="flank (2)"))
    assert pl.compare(odd, flank, flank).names == ["flank (2)", "flank", "flank (3)"]


def test_mistakes_are_explained(flank: pl.Result) -> None:
    with pytest.raises(pl.ResultError, match="at least one result or scenario"):
        pl.compare()
    with pytest.raises(pl.ResultError, match="at least one key"):
        pl.compare(flank).fill_by()
    with pytest.raises(pl.ResultError, match="expected a measure among fill_rate"):
        pl.compare(flank).fill_by("mission", measure="fill")
    with pytest.raises(pl.InputError, match="no such scenario file, did you mean 'letter'"):
        pl.compare("leter")
