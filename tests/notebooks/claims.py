"""What the notebooks claim, each claim worked out at the end of the notebook, with its names.

A claim is a piece of the prose. Where it has a blank, its value has to stand there; where it has
none, its value has to be true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["CLAIMS", "claimed"]

ONES = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
]

PARTS = {5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}

Names = Mapping[str, Any]


def word(number: float) -> str:
    """Return a small number in words."""
    return ONES[round(number) - 1]


def part(share: float, of: int) -> str:
    """Return a share in words, such as `nine tenths`; it may be off by a quarter of a part."""
    count = round(of * share)
    assert abs(of * share - count) < 0.25, (share, of)
    return f"{ONES[count - 1]} {PARTS[of]}{'s' if count > 1 else ''}"


def letter(names: Names) -> dict[str, object]:
    """Notebook 1."""
    result = names["result"]
    lines, figures = result.demands, result.figures.set_index("figure")["value"]
    fill = result.fill_by("mission").set_index("mission")["fill_rate"]
    category = result.fill_by("category").set_index("category")["fill_rate"].sort_values()
    months = result.fill_by("mission", "month")
    french = months[months["mission"].isin(["minusma", "eucap-sahel"])]["fill_rate"].dropna()
    staff = lines[(lines["kind"] == "staff") & (lines["main_task"] == 2)]
    asked = lines["asked_person_months"]
    return {
        "Half of all {} lines": len(lines),
        "Half of all 65 lines ask for ten people or fewer": lines["cap_persons"].median() == 10,
        "UNTSO with its {} observers": word(lines.set_index("demand")["cap_persons"]["untso"]),
        "has {} of the lines": (lines["main_task"] == 1).sum(),
        "has the other {}.": (lines["main_task"] == 2).sum(),
        "asks for {} of the person-months": part(
            asked[lines["main_task"] == 1].sum() / asked.sum(), 8
        ),
        "a UN observer stays for a year": figures["kind.observer.tour"] == 12,
        "gives a soldier {} months at home for each month away": word(figures["kind.staff.rest"]),
        "{} of what the letter promises is filled": part(
            result.fill_by()["fill_rate"].iloc[0], 10
        ).capitalize(),
        "missions get about half of what they ask": abs(category["police"] - 0.5) < 0.03,
        "after them the civilian experts": list(category.index[:2]) == ["police", "civil"],
        "MINUSMA and EUCAP Sahel, whose police posts ask for French, are short from the first "
        "month to the last": french.max() < 0.8,
        "the NATO Response Force is short by a {}": part(1 - fill["nrf"], 10).split()[1],
        "the battle group in Lithuania by a {}": part(1 - fill["efp-lithuania"], 5).split()[1],
        "single posts for staff officers are full": staff["fill_rate"].min() > 0.99,
    }


def costs(names: Names) -> dict[str, object]:
    """Notebook 2."""
    result, curve, shares = names["result"], names["curve"], names["shares"]
    package, lines = result.packages.iloc[0], result.demands
    lost = result.displacement_by("mission").set_index("mission")["displaced_person_months"]
    asked = result.fill_by("mission").set_index("mission")["asked_person_months"]
    by_value = names["pl"].allocate(names["flank"], "value").packages.iloc[0]
    total = names["by_value"].total_displacement[-1]
    posts = names["headroom"].to_frame()["posts"][0]
    cliff = [one for one in curve.pieces if one.most_displaced_per_post > 13]
    share = shares.to_frame().set_index("package")["share_person_months"]
    share = share / shares.total_person_months
    small, large = (
        names["sizes"].results[f"eastern-flank-{size}"].packages.iloc[0]
        for size in ("company", "brigade")
    )
    return {
        "The package asks for {} people": round(
            lines[lines["package"] == "eastern-flank"]["cap_persons"].sum()
        ),
        "It is filled for {}": part(
            package["filled_person_months"] / package["asked_person_months"], 10
        ),
        "displaces {} person-months of main task 2": round(package["displaced_main_task_2"]),
        "between four and five for every hundred": 0.04 < package["displacement_ratio"] < 0.05,
        "Erbil loses {} person-months": round(lost["oir"]),
        "half of what it asks in four years": abs(lost["oir"] / asked["oir"] - 0.5) < 0.01,
        "everybody else loses a little": lost.nlargest(2).iloc[1] < 40,
        "The total that main task 2 loses is the same in every optimum": abs(
            total.largest_person_months - total.smallest_person_months
        ) < 0.1,
        "less than a quarter of what *fair* does": by_value["displaced_main_task_2"]
        < package["displaced_main_task_2"] / 4,
        "The first {} posts cost main task 2 nothing": round(posts),
        "Past {} posts the light infantry runs out": round(cliff[0].from_posts),
        "within fifty posts more Erbil is gone, at more than thirteen person-months for each":
            cliff[-1].to_posts - cliff[0].from_posts < 50,
        "A battalion is {} lines": word((lines["package"] == "eastern-flank").sum()),
        "{} of it is the infantry": part(share["ef-combat"], 10).capitalize(),
        "The staff officers, twenty people, come next with a sixth":
            part(share["ef-staff"], 6) == "one sixth",
        "A company displaces nothing": abs(small["displaced_main_task_2"]) < 0.1,
        "little more than half of it is filled":
            0.5 < large["filled_person_months"] / large["asked_person_months"] < 0.6,
        "main task 2 loses twice as much":
            round(large["displaced_main_task_2"] / package["displaced_main_task_2"], 1) == 2.1,
    }  # fmt: skip


def sure(names: Names) -> dict[str, object]:
    """Notebook 3."""
    result = names["pl"].allocate(names["flank"])
    futures, lost = names["futures"], names["lost"]
    months = result.fill_by("mission", "month")
    untso = months[months["mission"] == "untso"]["fill_rate"]
    drivers = names["drivers"].table.set_index("group")["total"]
    rules = drivers[["tour lengths", "rest", "preparation"]].sum()
    people = drivers[["posts in pools", "share of posts filled", "share fit to go"]].sum()
    mean = futures.total.set_index("quantity")["mean"]["displacement.eastern-flank"]
    flips = names["tipping"].to_frame().set_index(["input", "direction"])
    inside = set(flips.index[flips["inside"].astype(bool)])
    at = flips["flips_at"].to_dict()
    infantry = flips.loc[("pool.combat-light.posts", "up")]
    return {
        "a battalion on the eastern flank displaces {} person-months": round(
            result.packages["displaced_main_task_2"][0]
        ),
        "middle half of the futures the battalion displaces between about 450 and 1,000": abs(
            lost.quantile([0.25, 0.75]) - [450, 1000]
        ).max()
        < 50,
        "in one of twenty no more than about fifty": abs(lost.quantile(0.05) - 50) < 20,
        "The mean is lower than the single figure": mean < 800,
        "By the plan with likely values it never falls below three quarters": untso.min() > 0.75,
        "gets nine tenths of what it asks": any(
            "chance(0.9)" in cell for cell in names["In"]
        ),
        "There are more figures that vary than there are draws here": len(
            [name for name in futures.draws if name.startswith(("kind.", "pool.", "demand."))]
        ) > futures.made,
        "(tours, rest, preparation) matter at least as much as the numbers of people": rules
        > people,
        "share of the posts is filled hardly matters": drivers["share of posts filled"] < 0.1,
        "would not say {} person-months": round(result.packages["displaced_main_task_2"][0]),
        "That the battalion displaces something is as good as certain": (lost > 0).mean() > 0.95,
        "more than 300 person-months holds in more than four futures of five": (lost > 300).mean()
        > 0.8,
        "More than 900 is another matter: two futures of three stay below": round(
            3 * (lost < 900).mean()
        ) == 2,
        "one that says *nine hundred* is not": (lost > 900).mean() < 0.5,
        "No strength does it by itself": not any(name.startswith("pool.") for name, _ in inside),
        "a quarter more light infantry than assumed": 0.2 < infantry["change_share"] < 0.3,
        "which is beyond the range that the data give": not infantry["inside"],
        "With {} months of rest for each month away": round(at["kind.unit-land.rest", "down"], 1),
        "or tours of {} months instead of six": word(at["kind.unit-land.tour", "down"]),
        "or {} months of preparation instead of two": word(at["kind.unit-land.preparation", "up"]),
        "all three lie within the ranges that the data give": inside
        == {(f"kind.unit-land.{rule}", way) for rule, way in
            [("rest", "down"), ("tour", "down"), ("preparation", "up")]},
    }  # fmt: skip


def own(names: Names) -> dict[str, object]:
    """Notebook 4."""
    result, asked = names["result"], names["asked"].inputs
    before = names["pl"].allocate(names["small"]).demands
    months = result.fill_by("mission", "month")
    camp = months[(months["mission"] == "camp") & (months["month"] >= "2027-07")]
    return {
        "Both are filled": (before["fill_rate"] > 1 - 1e-9).all(),
        "{} soldiers out of": round(asked.demands["company"].cap.value),
        "soldiers out of {} posts": round(asked.pools["infantry"].series["posts"][0][1].value),
        "nobody is left to guard the camp from the month in which the company leaves": camp[
            "fill_rate"
        ].max() < 1e-6,
    }  # fmt: skip


def driven(names: Names) -> dict[str, object]:
    """Notebook 5."""
    cases, failed, total = names["cases"], names["failed"], names["indices"]["ST"]
    rest, infantry = cases["kind_unit_land_rest"], cases["pool_combat_light_posts"]
    order = [names["model"].names[place] for place in total.argsort()[::-1]]
    return {
        "The rest rule has most of it": total.max() > 0.5 * total.sum(),
        "Posts for staff officers come second": order[:2]
        == ["kind_unit_land_rest", "pool_staff_posts"],
        "make little difference, within": sorted(total)[1] < 0.1,
        "here a hundred, spread evenly": len(cases) == 100,
        "displaces more than {} person-months": 700,
        "Where units rest less than {} months for each month away": round(
            float(names["box"].box_lims[-1]["kind_unit_land_rest"].iloc[0]), 1
        ),
        "hardly ever displaces that much": failed[rest < 1.7].mean() < 0.1,
        "where they rest longer, it does so in most cases": failed[rest > 1.7].mean() > 0.6,
        "in nearly all of them where there is less light infantry as well": failed[
            (rest > 1.7) & (infantry < infantry.median())
        ].mean() > 0.9,
    }  # fmt: skip


CLAIMS: dict[str, Callable[[Names], dict[str, object]]] = {
    "1-the-letter-as-data": letter,
    "2-what-the-eastern-flank-costs": costs,
    "3-how-sure-are-we": sure,
    "4-your-own-what-if": own,
    "5-ema-workbench-and-salib": driven,
}
"""What works the claims out, by the name of the notebook."""


def claimed(notebook: str, names: Names) -> dict[str, str]:
    """Return every claim of a notebook with its value as text."""
    return {phrase: str(value) for phrase, value in CLAIMS[notebook](names).items()}
