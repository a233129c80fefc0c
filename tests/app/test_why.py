"""Why, on the page: the package's own reasons, for any mission and month, kept in the address."""

from __future__ import annotations

from urllib.parse import parse_qs

import planner as pl
from planner.analysis.why import Why, why
from planner.whatif import WhatIf
from planner.whatif.charts import amount
from tests.app.conftest import FLANK, WAIT, View


def assert_told(view: View, case: WhatIf, mission: str, month: str | None, lang: str = "en") -> Why:
    """Hold what is said against the package's own sentences, word by word."""
    from playwright.sync_api import expect

    own = why(case.scenario, mission, month=month)
    wanted = own.sentences(lang)
    said = view.page.locator("[data-part=why] li")
    # what would change it comes later, and the list is drawn anew with it
    expect(said).to_have_text(wanted, timeout=3 * WAIT)
    return own


def click_bar(view: View, chart: str, row: int) -> None:
    """Click on a bar of the variant, once its chart is no longer moved by text that comes above."""
    found = view.page.evaluate_handle(
        """name => Bokeh.index.find_one_by_id(
            Bokeh.documents[0].get_model_by_name("chart-" + name).id).el""",
        chart,
    ).as_element()
    assert found is not None
    x, y = view.page.evaluate(
        """([name, row]) => {
            const view = Bokeh.index.find_one_by_id(
                Bokeh.documents[0].get_model_by_name("chart-" + name).id)
            const data = view.model.renderers.at(-1).data_source.data
            const column = name => (data instanceof Map ? data.get(name) : data[name])[row]
            return [view.frame.x_scale.compute(column("variant") / 2),
                    view.frame.y_scale.compute(column("variant_y"))]
        }""",
        [chart, row],
    )
    found.click(position={"x": x, "y": y})


def test_a_click_on_a_bar_says_why(view: View) -> None:
    view.open("?lang=en&package=&size.eastern-flank=2")
    view.page.get_by_role("button", name="Explain").wait_for(timeout=WAIT)
    mission = view.data("lost")["id"][1]
    click_bar(view, "lost", 1)
    view.page.wait_for_url(f"**why={mission}**", timeout=WAIT)
    assert_told(view, FLANK.move({"size.eastern-flank": 2}), mission, None)
    assert parse_qs(view.query()[1:])["mission"] == [mission]
    tours = view.data("tours")  # timeline and tours follow
    result = pl.allocate(FLANK.move({"size.eastern-flank": 2}).scenario)
    missions = result.demands.set_index("demand")["mission"]
    own = result.tours[result.tours["demand"].map(missions) == mission]
    own = own[(own["first_month"] <= "2025-12") & (own["last_month"] >= "2022-01")]
    own = own.groupby(["first_month", "last_month"])["people_persons"].sum()
    shown = [text for text in tours["variant_text"] if text != "0"]
    assert shown == [amount(people, "en") for people in own if people > 0.05]


def test_reasons_are_those_of_the_package_and_follow_what_is_moved(view: View) -> None:
    view.open()
    page = view.page
    ask = page.locator("[data-part=why]")
    ask.get_by_role("button", name="Explain").click()
    page.wait_for_url("**month=2*", timeout=WAIT)
    asked = parse_qs(view.query()[1:])
    own = assert_told(view, FLANK, asked["why"][0], None)
    assert asked["month"] == [own.month]

    ask.get_by_label("Mission").select_option("UNTSO")
    ask.get_by_label("Month").select_option("Jul 2023")
    assert_told(view, FLANK, "untso", "2023-07")
    page.get_by_role("checkbox", name="takes part").press("Space")
    off = FLANK.move({"on.eastern-flank": False})
    assert_told(view, off, "untso", "2023-07")

    page.locator("#lang").click()  # the address restores the question as well
    assert_told(view, off, "untso", "2023-07", "nl")


def test_a_month_or_mission_that_is_not_there_does_no_harm(view: View) -> None:
    view.open("?lang=en&package=&why=%3Cimg%20src%3Dx%3E&month=<b>9999-13")
    view.page.locator("[data-part=why] li").first.wait_for(timeout=WAIT)
    assert view.page.locator("img, [data-part=why] b").count() == 0
    view.open("?lang=en&package=&why=untso&month=2023-07")
    assert_told(view, FLANK, "untso", "2023-07")
