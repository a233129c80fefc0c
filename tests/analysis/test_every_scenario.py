"""Every analysis answers for every shipped scenario, in both languages, and for JSON.

What the outcomes are worth is shown elsewhere; here, that there is one that a person can read and a
program can parse, with a word in both languages for every table, column and text in it.
"""

from __future__ import annotations

import json
from functools import cache

import pytest

import planner as pl
from planner.analysis.declare import declared, names, text_of
from planner.analysis.plans import Case, read_case
from planner.cli.questions import print_outcome
from planner.errors import InputError
from planner.labels import LANGUAGES
from planner.outcome import Outcome

SCENARIOS = pl.shipped_scenarios()


@cache
def case_of(scenario: str) -> Case:
    return read_case(scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", names())
def test_there_is_an_answer_in_both_languages(
    name: str, scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check_answer(name, scenario, capsys)


def check_answer(name: str, scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Hold that an analysis answers for a scenario under its quick settings."""
    case, analysis = case_of(scenario), declared(name)
    settings = dict(analysis.quick)
    if analysis.needs_package and not case.packages:
        with pytest.raises(InputError, match=f"with packages, found none in '{scenario}'"):
            analysis.function(case, **settings)
        return
    if analysis.needs_package:
        settings["package"] = case.packages[0]

    outcome = analysis.function(case, **settings)

    check_words(outcome)
    answer = json.loads(json.dumps(outcome.as_dict(), allow_nan=False))
    assert answer["analysis"] == outcome.title
    assert answer["tables"].keys() == outcome.tables().keys()
    sentences = {lang: outcome.sentences(lang) for lang in LANGUAGES}
    assert all(sentences.values())
    assert len(sentences["en"]) == len(sentences["nl"])
    for lang in LANGUAGES:
        print_outcome(outcome, case, lang, tuple(outcome.tables()), 3)
        assert sentences[lang][0].split()[0] in capsys.readouterr().out
    assert outcome.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert len(repr(outcome)) <= 2000


def check_words(outcome: Outcome) -> None:
    """Hold that every table and column has a word of its own."""
    text = text_of(outcome.title)
    for name, table in outcome.tables().items():
        assert text.known(f"{outcome.title}.{name}")
        assert [column for column in table.columns if not text.known(column)] == []
