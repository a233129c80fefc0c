"""The answer in words, without a browser: small losses together, and nothing promised too early."""

from __future__ import annotations

import pytest

import planner as pl
from planner.app.answer import answer_html, mission_names
from planner.labels import LANGUAGES
from planner.whatif import PlanSummary, summarize
from planner.whatif.charts import DisplacementChart
from tests.figures.made import SLIGHT


@pytest.fixture(scope="module")
def slight() -> PlanSummary:
    return summarize(pl.loads(SLIGHT, "slight.yaml"))


def answer(shown: PlanSummary, package: str = "flank", lang: str = "en") -> str:
    summaries = {"plan": shown, "variant": shown}
    names = mission_names(summaries, lang)
    return answer_html(summaries, package, {package: "Flank"}, names, None, lang, "answer_drawing")


def test_what_is_never_half_a_person_at_a_time_is_no_loss_of_a_mission(slight: PlanSummary) -> None:
    assert slight.displacement["most_persons"].tolist() == pytest.approx([0.25, 0.25])
    chart = DisplacementChart("en")
    title = chart.show(
        {"plan": slight, "variant": slight}, mission_names({"plan": slight}, "en"), "flank", "Flank"
    )
    assert chart.source.data["id"] == [""]
    assert chart.source.data["name"] == ["less than half a person at a time"]
    assert chart.source.data["variant"].tolist() == pytest.approx([4.5])
    assert title == "For the likely values no mission loses half a person or more to “Flank”"

    said = answer(slight)
    assert "displaces 4.5 person-months of main task 2" in said
    assert "never lose half a person at a time lose 4.5 person-months together" in said
    assert "Border" not in said
    assert "Of these 0 fall before its first month and 4.5 from then on" in said


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_plan_for_the_likely_values_is_named_as_such(lang: str) -> None:
    battalion = summarize(pl.load("eastern-flank-battalion"))
    said = answer(battalion, "eastern-flank", lang)
    lost = battalion.packages["displaced_main_task_2"].item()
    assert lost == pytest.approx(0, abs=0.05)
    likely = {"en": "For the likely values alone", "nl": "Bij alleen de waarschijnlijke waarden"}
    drawing = {"en": "are being made", "nl": "worden nu gemaakt"}
    assert likely[lang] in said
    assert drawing[lang] in said
    for claim in ("takes no people", "displaces nothing", "verdringt niets", "geen mensen"):
        assert claim not in said
