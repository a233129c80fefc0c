"""Results by year, and before and after a package begins, beside the whole window."""

from __future__ import annotations

import pytest

import planner as pl
from planner.errors import ResultError


@pytest.fixture(scope="module")
def brigade() -> pl.Result:
    return pl.allocate("eastern-flank-brigade")


def test_years_and_phases_add_up_to_the_window(brigade: pl.Result) -> None:
    whole = brigade.displacement_by("main_task").set_index("main_task")["displaced_person_months"]
    fill = brigade.fill_by("main_task").set_index("main_task")
    for key in ("year", "phase"):
        parts = brigade.displacement_by(key, "main_task")
        sums = parts.groupby("main_task")["displaced_person_months"].sum()
        assert sums.to_dict() == pytest.approx(whole.to_dict(), abs=1e-6)
        sums = brigade.fill_by(key, "main_task").groupby("main_task")["filled_person_months"].sum()
        assert sums.to_dict() == pytest.approx(fill["filled_person_months"].to_dict(), abs=1e-6)
    assert brigade.fill_by("year")["year"].tolist() == ["2022", "2023", "2024", "2025"]


def test_the_phase_changes_in_the_first_month_of_the_package(brigade: pl.Result) -> None:
    months = brigade.fill_by("phase", "month", "package")
    own = months[(months["package"] == "eastern-flank") & (months["asked_person_months"] > 0)]
    assert set(own["phase"]) == {"after"}
    before = months[months["phase"] == "before"]["month"].max()
    assert before < own["month"].min()


def test_without_one_package_there_is_no_phase() -> None:
    with pytest.raises(ResultError, match="one package, found 0"):
        pl.allocate("letter").fill_by("phase")
