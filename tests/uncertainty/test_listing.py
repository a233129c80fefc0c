"""What a scenario draws is listed before anything runs; what is wrong with it is said in place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

import planner as pl

WRONG = """\
extends: letter
uncertainty:
  figures:
    pool.stuff.posts: {pert: {low: 300, likely: 370, high: 470}}
    force.armed-forces.fit: {uniform: {low: 0.5, high: 1.5}}
    demand.untso.last: pert
  exact: [kind.nothing.*]
  decided: {untsoo: 0.5}
"""

CONTRARY = """\
extends: letter
uncertainty:
  shifted: {untsoo: {uniform: {low: -1, high: 2}}}
  shared: {all: {figures: [pool.*.fits], times: {uniform: {low: -1, high: 2}}}}
  correlations:
    - {figures: [pool.staff.posts, pool.civil.posts], rank: 0.9}
    - {figures: [pool.staff.posts, pool.police.posts], rank: 0.9}
    - {figures: [pool.civil.posts, pool.police.posts], rank: -0.9}
    - {figures: [pool.staff.posts], rank: 0.5}
then:
  - uncertainty:
      sizes: {eastern: {uniform: {low: 1, high: 2}}}
"""


@pytest.mark.parametrize("name", sorted(pl.shipped_scenarios()))
def test_every_figure_with_a_range_is_drawn_and_has_a_source(name: str) -> None:
    found = pl.list_uncertain(name)
    table = found.table().set_index("id")
    ranged = [
        row.id
        for row in found.compiled.figures
        if not isinstance(row.value, str) and row.low is not None and row.low < row.high  # type: ignore[operator]
    ]

    assert set(ranged) <= set(table.index)
    assert len(ranged) > 100
    for id in ranged:
        row = table.loc[id]
        kind = "discrete: " if id.endswith(".manned") else "pert: "
        assert row["distribution"].startswith(kind)
        assert row["low"] <= row["likely"] <= row["high"]
        assert row["basis"] in ("letter", "public", "assumption")
        assert row["source"] or row["section"] or row["note"]


def test_what_is_wrong_stands_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    for text, wanted in (
        (WRONG,
         ["4:23: uncertainty.figures.pool.stuff.posts: no such figure in use, did you mean 'pool.",
          "5:29: uncertainty.figures.force.armed-forces.fit: expected values from 0 to 1, found",
          "6:24: uncertainty.figures.demand.untso.last: has no low and high: give pert its param",
          "7:10: uncertainty.exact: no figure in use is 'kind.nothing.*'",
          "8:21: uncertainty.decided.untsoo: unknown demand, mission or package 'untsoo', did"]),
        (CONTRARY,
         ["3:21: uncertainty.shifted.untsoo: no demand in use is or belongs to 'untsoo', did you ",
          "4:17: uncertainty.shared.all: no figure in use is 'pool.*.fits'",
          "4:17: uncertainty.shared.all: expected values at least 0, found -1 to 2",
          "9:7: uncertainty.correlations.3: expected at least two that are drawn, found pool.staff",
          "6:5: uncertainty.correlations: these correlations contradict each other",
          "12:24: uncertainty.sizes.eastern: no demand in use is or belongs to 'eastern'"]),
    ):  # fmt: skip
        path.write_text(text, encoding="utf-8")
        with pytest.raises(pl.InputError) as caught:
            pl.list_uncertain(path)
        said = [str(fault).partition("wrong.yaml:")[2] for fault in caught.value.faults]
        for one in wanted:
            assert any(fault.startswith(one) for fault in said), (one, said)
        assert len(said) == len(wanted)


def test_what_a_scenario_says_takes_the_place_of_the_range() -> None:
    scenario = pl.load("letter").with_(
        {"uncertainty": {
            "exact": ["kind.*"],
            "figures": {"pool.staff.posts": {"normal": {"mean": 370, "sd": 30},
                                             "basis": "assumption", "section": "a guess"},
                        "pool.civil.posts": "uniform", "pool.police.posts": "exact"},
            "decided": {"eufor-althea": 0.4},
            "correlations": [{"figures": ["pool.staff.posts", "pool.civil.posts"], "rank": -0.7}],
        }}
    )  # fmt: skip
    found = pl.list_uncertain(scenario)
    table = found.table().set_index("id")

    assert not any(id.startswith("kind.") for id in table.index)
    assert "pool.police.posts" not in table.index
    assert table.loc["pool.staff.posts", "distribution"] == "normal: mean 370; sd 30; low 0"
    assert table.loc["pool.staff.posts", ["basis", "section", "said_in"]].tolist() == [
        "assumption", "a guess", "scenario",
    ]  # fmt: skip
    assert table.loc["pool.civil.posts", "distribution"].startswith("uniform: ")
    assert table.loc["decided.eufor-althea", "mean"] == pytest.approx(0.4)
    assert found.correlations().to_numpy().tolist() == [
        ["pool.civil.posts", "pool.staff.posts", -0.7]
    ]
    values = found.values(np.random.default_rng(2).random((4000, len(found.ids))))
    pair = [found.ids.index(f"pool.{name}.posts") for name in ("staff", "civil")]
    assert spearmanr(values[:, pair]).statistic == pytest.approx(-0.7, abs=0.03)


def test_nothing_is_drawn_where_nothing_may_vary() -> None:
    found = pl.list_uncertain(pl.load("letter").change(uncertainty={"default": "none"}))
    assert found.ids == ()
    assert found.table().empty
    assert found.correlations().empty


def test_the_order_of_keys_changes_no_draw(tmp_path: Path) -> None:
    section = {
        "figures": {"pool.staff.posts": "uniform", "pool.civil.posts": "triangular"},
        "sizes": {"untso": {"uniform": {"low": 0.5, "high": 1.5}},
                  "eutm-mali": {"uniform": {"low": 0.5, "high": 1.5}}},
        "decided": {"eufor-althea": 0.4, "nmi": 0.5},
        "shared": {"b": {"figures": ["pool.*.posts"], "times": {"uniform": {"low": 1, "high": 2}}},
                   "a": {"figures": ["pool.staff.*"], "times": {"uniform": {"low": 1, "high": 2}}}},
    }  # fmt: skip
    found = []
    for turned in (False, True):
        parts = {
            name: dict(reversed(inner.items())) if turned else inner
            for name, inner in section.items()
        }
        whole = dict(reversed(parts.items())) if turned else parts
        found.append(pl.list_uncertain(pl.load("letter").with_({"uncertainty": whole}, "one")))
    one, other = found
    assert one.ids == other.ids
    assert one.digest == other.digest
    points = np.random.default_rng(4).random((50, len(one.ids)))
    assert np.array_equal(one.values(points), other.values(points))


def test_missions_may_be_prolonged_or_end_early_and_months_may_be_uncertain() -> None:
    from dataclasses import replace
    from types import SimpleNamespace

    from planner.montecarlo.parameters import _Collector

    collector = _Collector(pl.load("letter"))
    missions = collector.scenario.inputs.missions
    origin = SimpleNamespace(basis="public", source="x", section="y", note="")
    missions["untso"] = SimpleNamespace(  # type: ignore[index]
        id="untso",
        prolonged=SimpleNamespace(chance=0.7, months=12, origin=origin),
        ended_early=SimpleNamespace(chance=0.1, months=6, origin=origin),
    )
    row = collector.rows["demand.untso.first"]
    likely = str(row.value)
    year, month = likely.split("-")
    later = f"{int(year) + 1}-{month}"
    collector.rows["demand.untso.first"] = replace(row, low=likely, high=later)  # type: ignore[arg-type]

    table = collector.collect().table().set_index("id")

    assert table.loc["prolonged.untso", ["low", "likely", "high"]].tolist() == [0, 0, 12]
    assert table.loc["prolonged.untso", "mean"] == pytest.approx(8.4)
    assert table.loc["ended_early.untso", "mean"] == pytest.approx(-0.6)
    assert table.loc["ended_early.untso", "changes"] == "demand.untso.last"
    assert table.loc["prolonged.untso", ["basis", "source"]].tolist() == ["public", "x"]
    moved = table.loc["demand.untso.first"]
    assert moved[["low", "likely", "high", "unit"]].tolist() == [0, 0, 12, "months moved"]
    assert moved["changes_structure"]
