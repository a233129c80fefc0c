"""The tables of data/: valid, tied together, sourced, and true to the letter."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from planner.scenario.inputs import parse_options
from planner.scenario.registry import KEYS, package_text

DATA = Path(__file__).resolve().parent.parent / "data"
PACKAGE = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
NAMES = [resource["name"] for resource in PACKAGE["resources"]]
LETTER_ROWS = (
    {f"H{row}" for row in range(1, 10)}
    | {str(row) for row in range(1, 36)} - {"23"}
    | {"23a", "23b", "23c"}
)
STANDING_CLAIMS = ("caribbean-company", "caribbean-marines", "frontex-kmar")
"""Claims of every year, known from later sources."""

UNITS = (
    "efp-unit", "romania-unit", "oir-protection", "eufor-unit", "nmi-protection", "nrf-land",
    "nrf-marines", "eubg-combat", "caribbean-company", "caribbean-marines",
)  # fmt: skip

AFTER = "2022-12"
"""A month in which every cap of the letter stands at its level after the letter."""

CAPS = {
    "euam-ukraine": 8, "eumm-georgia": 15, "bih-civil": 5, "kosovo": 15, "unifil": 1, "untso": 12,
    "eupol-copps": 5, "ussc": 7, "unsmil": 2, "eubam-libya": 5, "eulpc": 1, "minusma": 16,
    "eucap-sahel": 15, "eutm-mali": 6, "takuba": 2, "atalanta": 3, "eucap-somalia": 10,
    "unmiss": 2, "emasoh": 2,
}  # fmt: skip


def read(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TABLES = {name: read(name) for name in NAMES}
DEMANDS = {row["id"]: row for row in TABLES["demands"]}
CAPPED = [row for row in TABLES["demands"] if row["letter_cap"]]


def pools_of(row: dict[str, str]) -> set[str]:
    """Return every pool that any sourcing option of a demand uses."""
    return {part.split(":")[0] for part in re.split(r"[ +]", row["pools"])}


def ids(name: str) -> set[str]:
    return {row["id"] for row in TABLES[name]}


def total(rows: list[dict[str, str]]) -> float:
    return sum(float(row["value"]) for row in rows)


def test_package_is_valid() -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(DATA / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "message"])


def test_the_description_of_the_tables_comes_from_the_registry() -> None:
    assert (DATA / "datapackage.json").read_text(encoding="utf-8") == package_text()


def test_every_table_is_described() -> None:
    assert {path.stem for path in DATA.glob("*.csv")} == set(NAMES)
    for resource in PACKAGE["resources"]:
        for field in resource["schema"]["fields"]:
            assert all((field["title"], field["description"])), (resource["name"], field["name"])


@pytest.mark.parametrize("name", NAMES)
def test_header_is_the_schema(name: str) -> None:
    resource = next(item for item in PACKAGE["resources"] if item["name"] == name)
    text = (DATA / f"{name}.csv").read_text(encoding="utf-8")
    assert text.partition("\n")[0].split(",") == [f["name"] for f in resource["schema"]["fields"]]
    assert not re.search(r"[^\S \n]", text), "tabs or other odd blanks"


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("bounds", "demands", "demands"),
        ("bounds", "pools", "pools"),
        ("observations", "demands", "demands"),
        ("observations", "pools", "pools"),
    ],
)
def test_lists_refer_to_rows(table: str, column: str, target: str) -> None:
    for row in TABLES[table]:
        named = row[column].split()
        assert set(named) <= ids(target), row
        assert len(set(named)) == len(named), row


def test_sourcing_options_refer_to_pools_and_add_up() -> None:
    for row in TABLES["demands"]:
        assert pools_of(row) <= ids("pools"), row
        for option in parse_options(row["pools"]):
            shares = [1.0] if isinstance(option, str) else list(option.values())
            assert sum(shares) == pytest.approx(1, abs=1e-9), row


@pytest.mark.parametrize("name", NAMES)
def test_every_source_exists(name: str) -> None:
    for row in TABLES[name]:
        for column in ("source", "dates_source"):
            if column in row:
                assert row[column] in ids("sources"), row


@pytest.mark.parametrize("name", [name for name in NAMES if "basis" in TABLES[name][0]])
def test_every_figure_is_sourced(name: str) -> None:
    for row in TABLES[name]:
        for prefix in ("", "dates_") if name == "demands" else ("",):
            basis, source, section = (row[prefix + part] for part in ("basis", "source", "section"))
            assert basis in ("letter", "public", "assumption"), row
            assert section.strip(), row
            assert (source == "letter") if basis == "letter" else True, row
            assert (source not in ("letter", "own")) if basis == "public" else True, row


@pytest.mark.parametrize("name", [name for name in NAMES if "low" in TABLES[name][0]])
def test_low_likely_high(name: str) -> None:
    for row in TABLES[name]:
        assert bool(row["low"]) == bool(row["high"]), row
        if row["low"]:
            assert float(row["low"]) <= float(row["value"]) <= float(row["high"]), row
        elif row["basis"] == "assumption":
            assert row["value"] == "0" or name == "outcomes", ("an assumption has a range", row)


def test_ids_and_keys_are_unique() -> None:
    for name, rows in TABLES.items():
        count = Counter(tuple(row[column] for column in KEYS.get(name, ("id",))) for row in rows)
        assert max(count.values()) == 1, (name, count.most_common(1))


def test_months_are_in_order() -> None:
    for row in TABLES["demands"]:
        assert row["first"] <= row["last"], row


def test_every_kind_has_a_policy_for_every_pool_it_meets() -> None:
    policies = {(row["kind"], row["pool"], row["figure"]) for row in TABLES["rotation"]}
    for row in TABLES["demands"]:
        assert (row["kind"], "", "tour") in policies, row["kind"]
        for pool in pools_of(row):
            for names in (("preparation",), ("rest", "dwell")):
                found = {(row["kind"], key, name) for key in (pool, "") for name in names}
                assert found & policies, (row, pool)
    assert {row["kind"] for row in TABLES["presence"]} - {""} == ids("kinds")


def test_every_pool_has_a_strength() -> None:
    figures = defaultdict(set)
    for row in TABLES["strengths"]:
        if not row["from"]:
            figures[row["force"] or row["pool"]].add(row["figure"])
        if row["figure"] in ("filled", "fit"):
            assert float(row["high"] or row["value"]) <= 1, row
    for pool in TABLES["pools"]:
        shares = figures[pool["force"] or pool["id"]]
        assert figures[pool["id"]] >= {"posts"}, pool
        assert shares >= {"filled", "fit"}, pool
        if pool["force"]:
            assert figures[pool["id"]] == {"posts", "filled_factor", "fit_factor"}, pool


def test_every_row_of_the_letter_is_there() -> None:
    rows = [key for row in TABLES["missions"] for key in row["row"].split()]
    assert sorted(rows) == sorted(LETTER_ROWS)
    for row in TABLES["missions"]:
        if row["id"] not in ("c130-minusma", "ohr-bih"):
            assert bool(row["row"]) == (row["status"] != "outside"), row
            assert bool(row["section"]) == bool(row["row"]), row


def test_every_mission_of_the_letter_asks_for_people() -> None:
    asked = {row["mission"] for row in TABLES["demands"]}
    # on stand-by since 2007, nobody of EUBAM Rafah is away
    assert ids("missions") - asked == {"eastern-flank-reinforcement", "eubam-rafah"}


def test_caps_after_the_letter() -> None:
    caps: defaultdict[str, float] = defaultdict(float)
    for row in CAPPED:
        assert row["standing"] == "standing", row
        assert row["first"] <= AFTER <= row["last"], row
        caps[row["letter_cap"]] += float(row["value"])
    assert caps == CAPS
    assert len(caps) == 19
    assert sum(caps.values()) == 132
    assert 132 + float(DEMANDS["emasoh-temporary"]["value"]) == 134


def test_caps_by_kind_of_people() -> None:
    polad = [row for row in CAPPED if row["kind"] == "expert-polad"]
    civil = [row for row in CAPPED if row["category"] in ("civil", "police") and row not in polad]
    mixed = [row for row in CAPPED if row["category"] == "mixed"]
    military = [row for row in CAPPED if row["category"] == "military"]
    assert [total(rows) for rows in (civil, mixed, military, polad)] == [92, 7, 32, 1]


def test_category_agrees_with_pools() -> None:
    of = {row["id"]: row["category"] for row in TABLES["pools"]}
    for row in TABLES["demands"]:
        military = {of[pool] == "military" for pool in pools_of(row)}
        expected = {"military": {True}, "mixed": {True, False}}.get(row["category"], {False})
        assert military == expected, row


@pytest.mark.parametrize(("month", "people"), [("2022-12", 39), ("2023-07", 15), ("2025-07", 78)])
def test_caps_that_lapse(month: str, people: int) -> None:
    assert total([row for row in CAPPED if row["last"] == month]) == people


@pytest.mark.parametrize(
    ("demands", "people"),
    [
        ("eumm-georgia", 10), ("eumm-georgia eumm-georgia-raise", 15), ("ussc", 6),
        ("ussc ussc-raise", 7), ("kosovo nato-alt-kosovo", 15), ("eusr-bih ohr-bih bih-either", 3),
        ("minusma-staff minusma-ipo minusma-isr", 16), ("eutm-staff eutm-trainers", 6),
        ("emasoh emasoh-temporary", 4), ("undof", 2), ("irini", 3), ("osce-smm", 8),
        ("efp-unit", 270),
        ("efp-unit efp-support efp-flexible", 350), ("romania-unit", 200),
        ("romania-engineers", 85), ("oir-protection", 120), ("eufor-unit-2", 175),
    ],
)  # fmt: skip
def test_lines_sum_to_their_total(demands: str, people: int) -> None:
    assert total([DEMANDS[name] for name in demands.split()]) == people


def test_bounds_of_the_letter() -> None:
    bounds = {row["id"]: row for row in TABLES["bounds"]}
    assert (bounds["eusr-bih-least"]["min"], bounds["ohr-bih-least"]["min"]) == ("1", "1")
    assert (bounds["bih-most"]["max"], bounds["kosovo-most"]["max"]) == ("5", "15")
    for row in bounds.values():
        caps = total([DEMANDS[name] for name in row["demands"].split()])
        assert float(row["min"] or 0) <= caps, row
        assert float(row["max"] or caps) >= float(row["min"] or 0), row


def test_tiers_and_standing() -> None:
    task = {row["id"]: row["main_task"] for row in TABLES["missions"]}
    status = {row["id"]: row["status"] for row in TABLES["missions"]}
    for row in TABLES["demands"]:
        assert (row["tier"] == "1") == (task[row["mission"]] == "1"), row
        assert (row["tier"] == "3") == (row["standing"] == "study"), row
        assert (row["standing"] == "declined") == (status[row["mission"]] == "declined"), row
        if row["standing"] == "hindsight":
            assert row["last"] > "2022-06", row
        if row["standing"] == "past":
            assert row["first"] <= "2022-06", row


def test_outcomes_are_possible() -> None:
    real: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in TABLES["outcomes"]:
        shape = r"\d+(\.\d+)?" if row["field"] == "cap" else r"\d{4}-(0[1-9]|1[0-2])"
        assert re.fullmatch(shape, row["value"]), row
        real[row["demand"]][row["field"]] = row["value"]
    for name, fields in real.items():
        assert DEMANDS[name]["standing"] in ("standing", "study"), name
        first = fields.get("first", DEMANDS[name]["first"])
        assert first <= fields.get("last", DEMANDS[name]["last"]), name


def test_prose_keeps_its_numbers() -> None:
    text = (DATA / "POOLS.md").read_text(encoding="utf-8")
    values = {
        (row["force"] or row["pool"], row["figure"]): float(row["value"])
        for row in TABLES["strengths"]
        if not row["from"]
    }
    for pool in TABLES["pools"]:
        id, force = pool["id"], pool["force"] or pool["id"]
        people = values[id, "posts"] * values[force, "filled"] * values[force, "fit"]
        assert re.search(rf"^\| {id} \| {people:,.0f} \|", text, re.MULTILINE), (id, people)


def test_nothing_of_after_the_letter_stands_in_it() -> None:
    dates = {row["id"]: row["date"] for row in TABLES["sources"]}
    undated = {"own", "un-uniformed", "uk-harmony", "personnel-2022-h1"}
    for row in TABLES["demands"]:
        if row["standing"] == "hindsight" or row["id"] in ("emasoh-temporary", *STANDING_CLAIMS):
            continue
        for column in ("source", "dates_source"):
            if row[column] not in undated:
                assert dates[row[column]][:7] <= "2022-06", (row["id"], row[column])


def test_units_are_mixes() -> None:
    for name in UNITS:
        options = parse_options(DEMANDS[name]["pools"])
        assert all(not isinstance(option, str) for option in options), name
    assert DEMANDS["oir-protection"]["kind"] == "unit-land-short"


def test_assumed_months_of_undecided_missions_have_a_range() -> None:
    for row in TABLES["demands"]:
        if row["standing"] == "study":
            assert row["first_low"] < row["first"] < row["first_high"], row["id"]


def test_every_provisional_mandate_may_be_prolonged() -> None:
    ends = {row["mission"] for row in CAPPED if row["last"] < "2025-07"}
    may = {row["mission"] for row in TABLES["mandates"] if row["event"] == "prolonged"}
    assert ends <= may


def test_an_observed_number_is_no_cap() -> None:
    seen = {row["source"] for row in TABLES["observations"]} - {"letter"}
    for row in TABLES["demands"]:
        if row["kind"] in ("staff", "observer", "expert-civil", "expert-police"):
            allowed = (
                "kst",
                "def-2023-07-07",
                "schuttevaer",
                "nieuws-2023-03-10",
                "def-2023-12-07",
            )
            assert row["source"] not in seen or row["source"].startswith(allowed), row["id"]


def test_the_series_of_the_united_nations_is_whole() -> None:
    rows = [row for row in TABLES["observations"] if row["source"] == "un-uniformed"]
    months = {row["month"] for row in rows}
    assert (min(months), max(months), len(months), len(rows)) == ("2021-02", "2022-06", 17, 101)
    untso = {row["month"]: float(row["people"]) for row in rows if row["demands"] == "untso"}
    assert (untso["2022-04"], untso["2022-06"]) == (16, 12)
