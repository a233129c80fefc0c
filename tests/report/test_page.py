"""A report read as HTML: it is whole, says what the tables say, and keeps names as text."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

import planner as pl
from planner.analysis.declare import template
from planner.errors import InputError
from planner.figures.curves import breakpoints
from planner.figures.names import EnsembleNames, Names
from planner.labels import number, percent, rate, rough, translated
from planner.montecarlo.drivers import drivers
from planner.report.blocks import TableBlock
from planner.report.conclusions import conclusions
from planner.report.material import gather
from planner.report.sections import _costs_by_mission
from planner.results.losses import drawn_losses, headline
from tests.figures.made import text
from tests.report.reading import Reading

SECTIONS = ["summary", "conclusions", "fill", "displacement", "bottlenecks", "rates", "curves",
            "questions", "sure", "forecasts", "comparison", "assumptions", "limits",
            "manifest"]  # fmt: skip


def sentences(material: object) -> str:
    found = conclusions(material)  # type: ignore[arg-type]
    return " ".join(item for block in found.blocks for item in getattr(block, "items", ()))


def test_it_is_well_formed_and_needs_nothing_else(either: pl.Report) -> None:
    read = Reading(either.html)

    assert read.wrong == []
    assert {name for name, _, _ in read.elements} <= {
        "html", "head", "meta", "link", "title", "style", "body", "a", "header", "p", "h1", "h2",
        "h3", "dl", "div", "dt", "dd", "nav", "ol", "ul", "li", "main", "section", "figure",
        "figcaption", "img",
        "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "footer",
    }  # fmt: skip
    for attributes in (attributes for _, attributes, _ in read.elements):
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href"):
            assert attributes.get(name, "#").startswith(("#", "data:"))
    style = re.search(r"<style>(.*?)</style>", either.html, re.DOTALL)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_it_can_be_read_aloud_and_gone_through(either: pl.Report) -> None:
    read = Reading(either.html)

    ids = [found["id"] for _, found, _ in read.elements if "id" in found]
    assert len(ids) == len(set(ids))
    links = [one["href"][1:] for one in read.all("a")]
    assert set(links) <= set(ids)
    assert set(links) == {section.id for section in either.page.sections}
    assert read.all("html")[0]["lang"] == either.page.lang
    assert [name for name, _, _ in read.elements if name == "h1"] == ["h1"]
    assert all(one["alt"] for one in read.all("img"))
    assert all(one["scope"] in ("row", "col") for one in read.all("th"))
    assert len(read.all("caption")) == len(read.all("table"))
    assert {"header", "nav", "main", "footer"} <= {name for name, _, _ in read.elements}
    levels = [int(name[1]) for name, _, _ in read.elements if re.fullmatch("h[1-6]", name)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_sections_stand_in_their_order(report: pl.Report, letter: pl.Report) -> None:
    assert [section.id for section in report.page.sections] == SECTIONS
    without = [one for one in SECTIONS if one not in ("curves", "forecasts", "comparison")]
    assert [section.id for section in letter.page.sections] == without


def test_numbers_are_numbers(either: pl.Report) -> None:
    words = " ".join(Reading(either.html).said())

    assert not re.search(r"\b(nan|None|inf|null|undefined)\b", words)
    assert "{" not in words


def test_the_letter_is_in_dutch(letter: pl.Report) -> None:
    read = Reading(letter.html)
    words = " ".join(text for tag, text in read.text if tag != "td")  # cells quote the data

    for word in ("Conclusies", "vullingsgraad", "hoofdtaak 2", "verdrongen", "uitzendbescherming"):
        assert word in words
    for word in ("main task", "person-months", "fill rate", " months ", "Assumptions"):
        assert word not in words


def test_names_are_text_whatever_they_say(report: pl.Report) -> None:
    read = Reading(report.html)

    assert any("<b>Bold & Quick</b>" in text for text in read.said())
    assert "<b>" not in report.html


@pytest.mark.parametrize(
    "name",
    ["</title><script>alert(1)</script>", "\" onmouseover=alert(1) x=\"", "{{ 7 * 7 }}",
     "a\u202eb\u0007c", "&lt;i&gt;"],
)  # fmt: skip
def test_hostile_names_everywhere(name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"').replace("\u0007", "\\a")
    text = (
        f'title: "{quoted}"\ndata: none\nhorizon: {{from: 2022-01, to: 2022-06}}\n'
        f'pools: {{staff: {{name: "{quoted}", category: military, posts: 3}}}}\n'
        f'kinds: {{post: {{name: "{quoted}", changeover: staggered, tour: 3, preparation: 0, '
        "rest: 1}}\n"
        f'missions: {{m: {{name: "{quoted}", organisation: UN, region: "{quoted}", '
        "main_task: 2}}\n"
        "demands: {d: {mission: m, kind: post, pools: [staff], cap: 2, first: 2022-01, "
        f'last: 2022-06, name: "{quoted}"}}}}\n'
        f'packages: {{x: {{title: "{quoted}", known: 2022-02, demands: {{e: {{mission: m, '
        "kind: post, pools: [staff], cap: 2, first: 2022-03, last: 2022-06, tier: 1}}}}\n"
    )

    report = pl.make_report(pl.loads(text, "s.yaml"), analyses=False)

    read = Reading(report.html)
    assert read.wrong == []
    assert read.all("script") == []
    assert not [n for _, found, _ in read.elements for n in found if n.startswith("on")]
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e]", report.html)
    shown = re.sub("[\u0007\u202e]", "\ufffd", name)
    assert shown in read.said("h1")
    assert "49" not in read.said("h1")[0]
    assert any(shown in one["alt"] for one in read.all("img"))


def test_the_conclusions_are_those_of_the_tables() -> None:
    result = pl.allocate("eastern-flank-brigade")

    said = sentences(gather(result, analyses=False))

    row = result.packages.iloc[0]
    lost = result.displacement_by("mission").set_index("mission")["displaced_person_months"]
    assert f"displaces {number(row['displaced_main_task_2'], digits=0)} person-months" in said
    assert f"({rate(row['filled_person_months'] / row['asked_person_months'])})" in said
    assert f"{number(100 * row['displacement_ratio'])} for every hundred" in said
    assert f"loses most: {number(lost.max(), digits=0)} person-months" in said
    months = result.displacement_by("mission", "month")
    most = months.loc[months["mission"] == lost.idxmax(), "displaced_person_months"].max()
    assert f"at most {number(most, digits=0)} persons at a time" in said
    parts = result.displacement_by("phase").set_index("phase")["displaced_person_months"]
    assert f"and {number(parts['after'], digits=0)} from then on" in said
    fill = result.fill_by("mission").dropna()["fill_rate"]
    assert f"90%: {int((fill < 0.9).sum())} of {len(fill)} missions" in said
    tasks = result.fill_by("main_task").set_index("main_task")["fill_rate"]
    assert f"Main task 2 gets {rate(tasks[2])}" in said
    assert "this report has no draws" in said
    assert "there is one best allocation" in said
    share = (result.figures["basis"] == "assumption").mean()
    assert share > 0.4
    grounds = result.grounds.set_index("what")
    part = grounds.loc["cap", "assumption"] / grounds.loc["cap", "total"]
    assert f"{percent(part, digits=0)} of the person-months asked have a cap that is" in said


def test_a_zero_of_the_likely_values_is_no_claim() -> None:
    said = sentences(gather("eastern-flank-battalion", analyses=False))

    assert "In the plan for the likely values of all parameters it displaces 0 " in said
    assert "displaces nothing" not in said


def test_the_conclusions_begin_with_the_draws(report: pl.Report) -> None:
    said = report.conclusions

    assert said[1].startswith("Over 16 draws it displaces")
    assert "nine draws of ten" in said[1]
    chance, likely, other = (
        next(place for place, text in enumerate(said) if text.startswith(start))
        for start in ("The chance that it displaces anything", "In the plan for the likely values",
                      "Under the other rule, value")
    )  # fmt: skip
    assert chance < likely < other
    text = " ".join(said)
    assert "displace nothing of main task 2" in text or "from its first post on" in text


def test_the_summary_is_three_sentences_and_a_picture(report: pl.Report, made: pl.Result) -> None:
    first = report.page.sections[0]
    ensemble = pl.simulate(made.scenario, draws=16, replicates=4, workers=1)
    found = headline(ensemble, ensemble.packages[0])
    lost = drawn_losses(ensemble, ensemble.packages[0])
    others = ensemble.displacement_by(main_task=1)["mean"].iloc[0]
    displaced, losers, trust = report.summary

    assert first.id == "summary"
    assert [block.kind for block in first.blocks] == ["bullets", "picture"]
    assert f"displaces {rough(found.mean)} person-months of main task 2" in displaced
    assert f"displaces anything is {percent(found.chance, digits=0)}" in displaced
    assert (
        f"more than a tenth of what is filled for it {percent(found.chance_tenth, digits=0)}"
        in (displaced)
    )
    likely, other = (
        pl.allocate(made.scenario, rule).packages.iloc[0]["displaced_main_task_2"]
        for rule in ("fair", "value")
    )
    assert f"it displaces {rough(likely)} person-months of main task 2 (fair)" in displaced
    assert f"value, that plan displaces {rough(other)}" in displaced
    for one in lost[:3]:
        if one.chance >= 0.05:
            name = Names(made).mission(one.mission)
            assert f"{name} in {percent(one.chance, digits=0)} of the draws" in losers
    assert f"give up {rough(others)} person-months on average" in losers
    assert trust.startswith("How far to trust it")
    moved = drivers(ensemble, ensemble.packages[0])
    assert all(EnsembleNames(ensemble).factor(one.factor) in trust for one in moved)
    assert moved or "No single input clearly goes with displacement" in trust


def test_without_a_package_the_summary_names_who_is_short(letter: pl.Report) -> None:
    filled, short, trust = letter.summary
    rates = pl.allocate("letter").fill_by("mission").dropna()["fill_rate"]

    assert "niets wordt verdrongen" in filled
    assert f"minder dan 90% krijgen: {int((rates < 0.9).sum())}" in short
    assert trust.startswith("Hoe betrouwbaar dit is")


def test_promises_are_a_section_on_request(report: pl.Report) -> None:
    made = pl.allocate(pl.loads(text(2), "made-2.yaml"))
    page = pl.make_report(made, analyses=False, promises=0.9).page
    section = next(one for one in page.sections if one.id == "promises")
    table = section.blocks[-1]
    asked = made.fill_by("mission")["asked_person_months"] > 0

    assert "promises" not in [one.id for one in report.page.sections]
    assert [block.kind for block in section.blocks] == ["paragraph", "bullets", "picture", "table"]
    assert isinstance(table, TableBlock)
    assert len(table.rows) >= asked.sum()


def test_a_report_shows_what_single_assumptions_do() -> None:
    scenario = pl.loads(text(2), "made-2.yaml")
    made = pl.make_report(scenario, analyses=False, robust=True, workers=1)
    page = made.page

    assert "single changes of an assumption displacement is" in made.summary[-1]
    section = next(one for one in page.sections if one.id == "robustness")
    kinds = [block.kind for block in section.blocks]
    assert kinds[:3] == ["paragraph", "bullets", "picture"]
    assert "single changes of an assumption" in str(section.blocks[1])


def test_under_value_single_figures_have_their_range(made: pl.Result) -> None:
    said = sentences(gather(made.scenario, rule="value"))

    assert "Under the value rule other allocations are just as good" in said


def test_what_it_rests_on_adds_up(made: pl.Result) -> None:
    grounds = pl.allocate("eastern-flank-battalion").grounds

    parts = grounds[["letter", "public", "assumption"]].sum(axis=1)
    assert parts.tolist() == pytest.approx(grounds["total"].tolist())
    rows = grounds.set_index("what")
    assert rows.loc["posts", "assumption"] == rows.loc["posts", "total"]  # no strength is public
    assert rows.loc["tour", "public"] > 0.9 * rows.loc["tour", "total"]
    result = pl.allocate("eastern-flank-battalion")
    asked = result.demands["asked_person_months"].sum()
    assert rows.loc["cap", "total"] == pytest.approx(asked)
    assert rows.loc["rest", "total"] == pytest.approx(result.monthly["on_duty_persons"].sum())
    assert made.grounds.set_index("what").loc["figures", "total"] == len(made.figures)


def test_the_same_report_is_the_same_bytes(made: pl.Result) -> None:
    first, second = (pl.make_report(made, analyses=False).html for _ in range(2))

    assert first == second


def test_a_saved_result_gives_the_same_report(made: pl.Result, tmp_path: object) -> None:
    folder = made.save(f"{tmp_path}/made")

    again = pl.make_report(folder, analyses=False)

    fresh = pl.make_report(made, analyses=False)
    assert Reading(again.html).said() == Reading(fresh.html).said()


def test_a_language_there_is_not() -> None:
    with pytest.raises(InputError, match="lang: expected one of en, nl, found 'de'"):
        pl.make_report("letter", lang="de")


def test_each_piece_of_a_curve_is_paid_for_in_full() -> None:
    material = gather("eastern-flank-battalion")
    found, room = material.curves["eastern-flank"]
    second = material.result.displacement.query("main_task == 2")["mission"].unique()

    for (begin, start), (end, stop) in pairwise(breakpoints(found, room)):
        paid = sum(cost for cost, id in _costs_by_mission(found, begin, end) if id in second)
        assert paid * (end - begin) == pytest.approx(stop - start, abs=0.1)


def test_it_says_why_the_mission_that_goes_short_most_does(
    report: pl.Report, letter: pl.Report, made: pl.Result
) -> None:
    lost = made.displacement_by("mission").set_index("mission")["displaced_person_months"]
    asked = {"en": (report, Names(made).mission(str(lost.idxmax()))), "nl": (letter, "MINUSMA")}

    for lang, (one, mission) in asked.items():
        blocks = next(part.blocks for part in one.page.sections if part.id == "questions")
        heading = translated(template("why").short, lang)
        at = next(k for k, block in enumerate(blocks) if getattr(block, "text", "") == heading)
        assert blocks[at + 1].items[0].startswith(mission)
        assert len(blocks[at + 1].items) >= 2
