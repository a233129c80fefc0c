"""Results, comparisons, ensembles and analyses are used alike."""

from __future__ import annotations

import json
from typing import Any

import pytest

import planner as pl
from planner.errors import PlannerError
from planner.labels import LANGUAGES
from planner.outcome import TabularOutcome


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Any]:
    """Return one outcome of each kind."""
    result = pl.allocate("eastern-flank-company")
    return {
        "result": result,
        "comparison": pl.compare(pl.allocate("letter"), result),
        "ensemble": pl.simulate("letter", draws=2, rule="value", workers=1),
        "analysis": pl.analysis.pledges("letter"),
    }


@pytest.mark.parametrize("kind", ["result", "comparison", "ensemble", "analysis"])
def test_every_outcome_has_tables_sentences_numbers_and_a_chart(
    kind: str, outcomes: dict[str, Any]
) -> None:
    outcome = outcomes[kind]

    assert isinstance(outcome, TabularOutcome)
    tables = outcome.tables()
    first = next(iter(tables))
    assert outcome.to_frame().equals(tables[first])
    assert all(outcome.to_frame(name).columns.is_unique for name in tables)
    with pytest.raises(PlannerError, match="nothing"):
        outcome.to_frame("nothing")
    texts = [outcome.sentences(lang) for lang in LANGUAGES]
    assert texts[0] != texts[1]
    assert len(texts[0]) == len(texts[1]) > 0
    plain = json.loads(json.dumps(outcome.as_dict("nl"), allow_nan=False))
    assert plain["sentences"] == texts[1]
    assert {name: len(rows) for name, rows in plain["tables"].items()} == {
        name: len(table) for name, table in tables.items()
    }
    assert outcome.plot()._repr_png_().startswith(b"\x89PNG")  # what a notebook shows
    assert len(repr(outcome)) <= 2000
