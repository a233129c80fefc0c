"""An analysis is one module and one template: everything else follows from the two."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import planner as pl
from planner import labels
from planner.analysis import declare
from planner.analysis.declare import declared, names, table_of_analyses, template, text_of
from planner.errors import InputError
from planner.outcome import Outcome
from tests.analysis.test_every_scenario import check_answer

MODULE = '''
"""How many demands each pool may serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from planner.analysis.plans import read_case
from planner.analysis.declare import Option, analysis, text_of
from planner.outcome import Outcome, Progress, frame, silent


@dataclass(frozen=True)
class Use:
    pool: str
    demands: int


@dataclass(frozen=True, eq=False, repr=False)
class Breadth(Outcome):
    title: ClassVar[str] = "breadth"
    rule: str
    uses: tuple[Use, ...]

    def tables(self):
        return {"uses": frame(self.uses, Use)}

    def sentences(self, lang="en"):
        most = max(self.uses, key=lambda row: row.demands)
        return [text_of("breadth").say("widest", lang, pool=most.pool, count=most.demands)]


@analysis(in_report=True, quick={"least": 1})
def breadth(
    source: Any,
    /,
    *,
    rule: str | None = None,
    least: Annotated[int, Option("--least", low=0)] = 0,
    progress: Progress = silent,
) -> Breadth:
    """Return how many demands each pool may serve.

    Parameters
    ----------
    least : int
        Fewest demands of a pool that is listed.
    """
    case = read_case(source, rule)
    counts = {pool: sum(pool in one.pools for one in case.problem.demands)
              for pool in case.problem.pools}
    rows = tuple(Use(pool, count) for pool, count in counts.items() if count >= least)
    return Breadth(case.rule, rows)
'''

TEMPLATE = """
panel = "Breadth"
short = "How many demands a pool may serve."
examples = ["letter --least 2"]

[words]
"widest" = "{pool} may serve {count} demands."
"breadth.uses" = "Demands by pool"
"uses" = "uses"
"""

DUTCH = """
msgid "How many demands a pool may serve."
msgstr "Hoeveel vragen een pool kan vervullen."

msgid "Show how many demands each pool may serve."
msgstr "Toont hoeveel vragen elke pool kan vervullen."

msgid "Fewest demands of a pool that is listed."
msgstr "Kleinste aantal vragen van een getoonde pool."

msgid "{pool} may serve {count} demands."
msgstr "{pool} kan {count} vragen vervullen."

msgid "Demands by pool"
msgstr "Vragen per pool"

msgid "uses"
msgstr "gebruik"
"""


@pytest.fixture
def added(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Add an analysis in a folder of its own: module and template, and its Dutch."""
    folder = tmp_path / "extra_analyses"
    (folder / "text").mkdir(parents=True)
    (folder / "breadth.py").write_text(MODULE, encoding="utf-8")
    (folder / "text" / "breadth.toml").write_text(TEMPLATE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(declare.FOLDERS, "extra_analyses", folder)
    catalogues = folder / "locale"
    (catalogues / "nl" / "LC_MESSAGES").mkdir(parents=True)
    (catalogues / "nl" / "LC_MESSAGES" / "planner.po").write_text(DUTCH, encoding="utf-8")
    monkeypatch.setattr(labels, "CATALOGUES", [*labels.CATALOGUES, catalogues])
    labels.catalogue.cache_clear()
    yield "breadth"
    labels.catalogue.cache_clear()
    template.cache_clear()
    text_of.cache_clear()
    sys.modules.pop("extra_analyses.breadth", None)
    sys.modules.pop("extra_analyses", None)


def test_an_added_analysis_is_used_end_to_end(
    added: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from planner.cli.main import main

    # the function, also on a result
    result = pl.allocate("letter")
    outcome = declared(added).function(result, least=2)
    assert isinstance(outcome, Outcome)
    assert outcome.to_frame("uses")["demands"].min() >= 2

    # the command, with its option, help and list
    assert main(["breadth", "letter", "--least", "3", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["analysis"] == "breadth"
    assert min(row["demands"] for row in answer["tables"]["uses"]) >= 3
    assert main(["breadth", "letter", "--lang", "nl"]) == 0
    assert "vragen vervullen." in capsys.readouterr().out
    assert main(["breadth", "--help", "--lang", "nl"]) == 0
    found = capsys.readouterr().out
    assert "Toont hoeveel vragen elke pool kan vervullen." in found
    assert "Kleinste aantal vragen van een getoonde pool." in found
    assert main(["breadth", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Fewest demands of a pool that is listed." in " ".join(shown.split())
    assert "planner breadth letter --least 2" in shown

    # the row of the documentation and that of the test of every scenario
    assert "`planner breadth letter --least 2`" in table_of_analyses()
    assert "Hoeveel vragen" in table_of_analyses("nl")
    assert added in names()
    check_answer(added, "letter", capsys)

    # the section of a report
    page = pl.make_report(result, lang="nl").page
    section = next(one for one in page.sections if one.id == "questions")
    assert "vragen vervullen." in str(section.blocks)
    assert "Vragen per pool" in str(section.blocks)


def test_the_list_of_the_documentation_is_complete() -> None:
    text = Path("docs/analyses.md").read_text(encoding="utf-8")
    assert table_of_analyses() in text


def test_an_unknown_analysis_is_refused() -> None:
    with pytest.raises(InputError, match="found 'curves', did you mean 'curve'"):
        declared("curves")


def test_parameters_that_were_given_by_position_still_may_be() -> None:
    with pytest.warns(DeprecationWarning, match="give rule=… by name"):
        outcome = pl.analysis.pledges("letter", "fair")
    assert outcome.rule == "fair"
    with pytest.raises(TypeError, match="only the source by position"):
        pl.analysis.pledges("letter", "fair", "x")


def test_former_names_warn_and_work() -> None:
    problem = {
        "format": "planner-problem/1", "months": 1, "pools": {"staff": 10},
        "demands": [
            {"id": one, "tier": tier, "cap": 8, "first": 0, "last": 0, "tour": 1,
             "pools": ["staff"]}
            for one, tier in (("untso", 2), ("x", 1))
        ],
        "packages": {"flank": {"demands": ["x"], "known": 0}},
    }  # fmt: skip
    with pytest.warns(DeprecationWarning, match=r"now called planner\.analysis\.reinforcement"):
        found = pl.analysis.relief(problem, rule="value", kinds=["people"])
    assert found.additions[0].persons == pytest.approx(6, abs=0.01)
    with pytest.warns(DeprecationWarning, match=r"now called planner\.analysis\.threshold"):
        pl.analysis.tipping(problem, "displacement > 1", inputs=["demand.x.cap"])


def test_a_result_is_not_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    result = pl.allocate("eastern-flank-company")
    from planner.solution import Planner

    def fail(*_: object) -> None:
        raise AssertionError("planned again")

    monkeypatch.setattr(Planner, "answer", fail)
    asked = pl.analysis.ranges(result)
    assert asked.to_frame()["unique"].all()
    assert pl.analysis.why(result, "oir", changes=False).asked_persons > 0
    assert pl.analysis.fairness(result, rules=["fair"]).burdens


def test_representations_are_short() -> None:
    for outcome in (
        pl.analysis.pledges("eastern-flank-battalion"),
        pl.analysis.ranges("eastern-flank-battalion", by="demand"),
    ):
        for text in (repr(outcome), str(outcome)):
            assert len(text) <= 2000
        assert outcome._repr_html_().startswith("<p>")
        assert outcome.plot().axes
        with pytest.raises(InputError, match="expected a table"):
            outcome.to_frame("nothing")
