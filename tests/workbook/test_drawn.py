"""The sheets of many futures, beside the result they are of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

import planner as pl

from .conftest import HEADINGS, SMALL

DRAWS = 8


@pytest.fixture(scope="module")
def deployed() -> pl.Scenario:
    """The small scenario with its package deployed, so that it displaces."""
    return pl.load(SMALL).with_({"demands": {"company": {"on_call": False}}})


@pytest.fixture(scope="module")
def futures(deployed: pl.Scenario) -> pl.Ensemble:
    return pl.simulate(deployed, draws=DRAWS, workers=1)


@pytest.fixture(scope="module")
def book(futures: pl.Ensemble, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pl.write_workbook(futures, tmp_path_factory.mktemp("drawn") / "drawn.xlsx")


def rows(path: Path, title: str) -> list[dict[Any, Any]]:
    """Return the rows of a sheet by heading."""
    sheet = openpyxl.load_workbook(path)[title]
    heads = [cell.value for cell in sheet[HEADINGS] if cell.value]
    cells = sheet.iter_rows(min_row=HEADINGS + 1, max_col=len(heads), values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in cells if row[0]]


def test_every_number_is_that_of_the_draws_one_by_one(book: Path, futures: pl.Ensemble) -> None:
    shown = rows(book, "Draws")
    draws = futures.draws

    assert len(draws) == DRAWS
    (lost,) = [row for row in shown if row["item"] == "in all"
               and row["name"].startswith("displacement by")]  # fmt: skip
    one = draws["displacement.more"]
    assert lost["mean"] == pytest.approx(one.mean())
    assert lost["half below"] == pytest.approx(one.median())
    assert lost["unit"] == "person-months"
    missions = [row for row in shown if row["item"] == "fill rate, planned"]
    assert len(missions) == len(futures.fill_by("mission"))
    for row in missions:
        one = draws[f"fill.{row['mission']}"]
        assert row["mean"] == pytest.approx(one.mean())
        assert row["chance"] == pytest.approx((one >= 0.9 - 1e-9).mean())


def test_shares_and_people_look_like_what_they_are(book: Path) -> None:
    sheet = openpyxl.load_workbook(book)["Draws"]
    column = [cell.value for cell in sheet[HEADINGS]].index("mean")

    for cells in sheet.iter_rows(min_row=HEADINGS + 1, max_row=HEADINGS + len(rows(book, "Draws"))):
        assert cells[column].number_format.endswith("%") == (cells[4].value == "share")


def test_whiskers_reach_from_5_to_95_percent_of_the_draws(book: Path) -> None:
    opened = openpyxl.load_workbook(book)
    (chart,) = opened["Draws"]._charts
    bars = chart.series[0].errBars
    lost = [row for row in rows(book, "Draws") if row["item"] == "displacement"]

    def cells(reference: str) -> list[float]:
        title, _, span = reference.rpartition("!")
        return [cell.value for (cell,) in opened[title.strip("'")][span.replace("$", "")]]

    assert cells(bars.minus.numRef.f) == pytest.approx(
        [max(0.0, row["mean"] - row["5% of draws below"]) for row in lost]
    )
    assert cells(bars.plus.numRef.f) == pytest.approx(
        [max(0.0, row["95% below"] - row["mean"]) for row in lost]
    )


def test_drivers_cover_and_manifest(book: Path, futures: pl.Ensemble) -> None:
    drivers = rows(book, "What drives it")
    said = {row["item"]: row["value"] for row in rows(book, "Manifest")}
    cover = [str(row[0]) for row in openpyxl.load_workbook(book)["Read me"].values]

    assert {row["figure"] for row in drivers} == set(futures.ranking["factor"])
    assert (said["futures.made"], said["futures.seed"]) == (DRAWS, 0)
    assert said["futures.digest"] == futures.metadata.digest
    assert any(line.startswith(f"{DRAWS} draws: ") for line in cover)


def test_a_book_with_draws_comes_back(book: Path, deployed: pl.Scenario) -> None:
    assert pl.read_workbook(book).digest == deployed.digest


def test_futures_of_something_else_are_refused(
    futures: pl.Ensemble, deployed: pl.Scenario, tmp_path: Path
) -> None:
    other = deployed.change(pools={"staff": {"posts": 500}})

    with pytest.raises(pl.InputError, match="drawn of 'small' with other inputs"):
        pl.write_workbook(other, tmp_path / "no.xlsx", futures=futures)
    with pytest.raises(pl.InputError, match="drawn by the rule"):
        pl.write_workbook(pl.allocate(deployed, "value"), tmp_path / "no.xlsx", futures=futures)
    assert list(tmp_path.iterdir()) == []
