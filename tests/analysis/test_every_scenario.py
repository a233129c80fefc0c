"""Every analysis answers for every scenario that comes along, in both languages, and for JSON.

What the answers are worth is shown elsewhere; here, that there is one that a person can read and a
program can parse, with a word in both languages for every table, column and text in it.
"""

from __future__ import annotations

import dataclasses
import json
from functools import cache
from typing import Any

import pytest

import planner as pl
from planner.analysis.case import Case, read_case
from planner.analysis.declare import WORDS, known, say
from planner.cli.questions.answers import show_answer
from planner.errors import InputError
from planner.labels import LANGUAGES
from planner.outcome import Outcome

SCENARIOS = pl.shipped_scenarios()

CHEAP: dict[str, dict[str, Any]] = {
    "causes": {"rule": "value", "orders": 4, "presence": False},
    "curve": {"sizes": 8, "upto": 1.0},
    "fairness": {},
    "foresight": {"rules": ["value"], "earlier": [3], "horizons": [144]},
    "headroom": {"lines": False, "tolerance_posts": 60.0},
    "pledges": {},
    "prices": {"rule": "value", "kinds": ["pool"]},
    "ranges": {"rule": "value", "alternatives": 1},
    "relief": {"rule": "value", "kinds": ["people"]},
    "shares": {},
    "tipping": {
        "conclusion": "displacement > 1%", "rule": "value", "inputs": ["pool.staff.posts"],
        "steps": 1, "tolerance": 0.1, "draws": 2,
    },
    "why": {"mission": "oir", "changes": False},
}  # fmt: skip
"""Settings under which each analysis takes little time."""

NEEDS_PACKAGE = {"curve", "headroom", "relief", "tipping"}


@cache
def case_of(scenario: str) -> Case:
    return read_case(scenario)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("analysis", CHEAP)
def test_there_is_an_answer_in_both_languages(
    analysis: str, scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    case, settings = case_of(scenario), dict(CHEAP[analysis])
    ask = getattr(pl.analysis, analysis)
    if analysis in NEEDS_PACKAGE and not case.packages:
        with pytest.raises(InputError, match=f"with packages, found none in '{scenario}'"):
            ask(case, **settings)
        return
    if analysis in NEEDS_PACKAGE:
        settings["package"] = case.packages[0]

    outcome = ask(case, **settings)

    check_words(outcome)
    answer = json.loads(json.dumps(outcome.as_dict(), allow_nan=False))
    assert answer["analysis"] == analysis
    assert answer["tables"].keys() == outcome.tables().keys()
    said = {lang: outcome.sentences(lang) for lang in LANGUAGES}
    assert all(said.values())
    assert len(said["en"]) == len(said["nl"])
    for lang in LANGUAGES:
        show_answer(outcome, case, lang, tuple(outcome.tables()), 3)
        assert said[lang][0].split()[0] in capsys.readouterr().out


def check_words(outcome: Outcome) -> None:
    """Hold that every table and column has a word of its own."""
    for name, table in outcome.tables().items():
        assert f"{outcome.title}.{name}" in WORDS
        assert [column for column in table.columns if not known(column)] == []


def test_the_settings_are_for_every_analysis() -> None:
    assert sorted(CHEAP) == pl.analysis.__all__


@pytest.mark.parametrize("analysis", CHEAP)
def test_an_answer_is_frozen(analysis: str) -> None:
    module = __import__(f"planner.analysis.{analysis}", fromlist=["x"])
    outcome = getattr(module, getattr(pl.analysis, analysis).__annotations__["return"])
    assert outcome.__dataclass_params__.frozen
    assert dataclasses.is_dataclass(outcome)


def test_words_of_tables_are_those_of_analyses() -> None:
    owners = {key.partition(".")[0] for key in WORDS if "." in key}
    assert owners == set(CHEAP)
    assert say("curve.points", "nl") != say("curve.points", "en")
