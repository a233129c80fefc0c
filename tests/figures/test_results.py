"""Figures of one result: they say what the tables say, and everything fits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection, QuadMesh

import planner as pl
from planner.errors import InputError, ResultError
from planner.figures import (
    Chart,
    changeovers,
    crowd,
    displacement,
    fill,
    flow,
    places,
    rotations,
    sand,
)
from planner.figures.style import escape_text
from planner.labels import number
from tests.figures.looking import faults, said

Draw = Callable[[pl.Result, str], Chart]

FIGURES: dict[str, Draw] = {
    "sand": lambda result, lang: sand(result, lang=lang),
    "sand of a pool": lambda result, lang: sand(result, "staff", lang),
    "crowd": lambda result, lang: crowd(result, "staff", lang),
    "rotations": lambda result, lang: rotations(result, lang=lang),
    "rotations of a pool": lambda result, lang: rotations(result, pool="staff", lang=lang),
    "fill": lambda result, lang: fill(result, lang=lang),
    "displacement": lambda result, lang: displacement(result, lang=lang),
    "flow": lambda result, lang: flow(result, lang=lang),
    "places": lambda result, lang: places(result, lang=lang),
    "changeovers": lambda result, lang: changeovers(result, lang=lang),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=list(FIGURES))
def test_nothing_is_cut_and_nothing_overlaps(drawn: tuple[pl.Result, str], draw: Draw) -> None:
    figure = draw(*drawn)

    assert faults(figure) == []
    assert figure.alt
    assert "made" in said(figure) or "eastern-flank" in said(figure) or "letter" in said(figure)


def test_the_sand_chart_shows_strength_and_states(battalion: pl.Result) -> None:
    figure = sand(battalion, "staff")

    rows = battalion.pools
    rows = rows[rows["pool"] == "staff"]
    layers = [
        layer for layer in figure.axes[0].collections
        if isinstance(layer, FillBetweenPolyCollection)
    ]  # fmt: skip
    assert len(layers) == 4
    tops = [layer.get_paths()[0].vertices[:, 1].max() for layer in layers]
    assert tops[0] == pytest.approx(rows["on_duty_persons"].max())
    assert tops[3] == pytest.approx(rows["strength_persons"].max())
    line = figure.axes[0].lines[0].get_ydata()
    assert list(line)[:-1] == pytest.approx(list(rows["strength_persons"]))


def test_the_heat_map_shows_every_mission_that_is_asked(battalion: pl.Result) -> None:
    figure = fill(battalion)

    asked = battalion.fill_by("mission").dropna()
    mesh = next(m for m in figure.axes[0].collections if isinstance(m, QuadMesh))
    cells = mesh.get_array()
    assert cells.shape == (len(asked), 48)
    monthly = battalion.fill_by("mission", "month")
    untso = monthly[monthly["mission"] == "untso"]["fill_rate"].to_list()
    row = list(asked["mission"]).index("untso")
    assert cells[row].compressed().tolist() == pytest.approx(untso)
    shown = f"{np.floor(100 * asked['fill_rate'].min()):.0f}%"
    assert shown in said(figure)


def test_mandates_that_end_inside_the_window_are_marked(three: pl.Result) -> None:
    figure = fill(three)

    demands = three.demands
    inside = demands[(demands["last_month"] < "2024-12") & (demands["asked_person_months"] > 0)]
    marks = [line for line in figure.axes[0].lines if line.get_linewidth() == 2.2]
    assert len(marks) == len(inside.drop_duplicates(["mission", "last_month"]))


def test_displacement_is_sorted_and_whole(brigade: pl.Result) -> None:
    figure = displacement(brigade)

    table = brigade.displacement_by("mission")["displaced_person_months"]
    bars = [bar.get_width() for bar in figure.axes[0].patches]
    assert bars == sorted(bars, reverse=True)
    assert sum(bars) == pytest.approx(table.sum(), abs=0.5)
    assert f"{table.sum():.0f} person-months of main task 2" in figure.alt
    assert f"{table.max():.0f}" in figure.alt
    dutch = displacement(brigade, lang="nl")
    assert "persoonsmaanden hoofdtaak 2" in dutch.alt
    assert number(table.max(), "nl") in said(dutch)


def test_the_map_has_every_mission_once_and_all_that_is_lost(brigade: pl.Result) -> None:
    figure = places(brigade)

    rows = brigade.fill_by("mission").dropna()
    away = {"nrf", "eu-battle-group"}  # on call at home
    lost = brigade.displacement_by("mission", main_task=None)
    lost = lost[~lost["mission"].isin(away)]["displaced_person_months"].sum()
    words = said(figure).split("\n")
    words = words[words.index("lost") + 1 :]
    count = sum(word == str(place + 1) for place, word in enumerate(words[::4]))
    losses = [float(word.replace(",", "")) for word in words[3 : 4 * count : 4]]
    assert count > 20
    assert losses == sorted(losses, reverse=True)
    assert sum(losses) == pytest.approx(lost, abs=0.5 * count)
    assert f"no place: {len(away & set(rows['mission']))}" in figure.alt
    assert f"{losses[0]:,.0f} person-months" in figure.alt


def test_the_calendar_counts_everybody_who_arrives(brigade: pl.Result) -> None:
    figure = changeovers(brigade)

    tours = brigade.tours.merge(brigade.demands[["demand", "on_call"]], on="demand")
    tours = tours[~tours["on_call"] & tours["first_month"].between("2022-01", "2025-12")]
    by_month = tours.groupby("first_month")["people_persons"].sum()
    cells = next(m for m in figure.axes[0].collections if isinstance(m, QuadMesh)).get_array()
    assert cells.shape == (4, 12)
    assert cells.sum() == pytest.approx(by_month.sum())
    row, column = np.unravel_index(cells.argmax(), cells.shape)
    assert by_month.idxmax() == f"{2022 + row}-{column + 1:02d}"
    assert f"{by_month.max():,.0f} arrive" in figure.alt


def test_ranges_are_drawn_as_lines(brigade: pl.Result) -> None:
    lost = brigade.displacement_by("mission")
    ranges = lost.assign(
        smallest_person_months=lost["displaced_person_months"] * 0.5,
        largest_person_months=lost["displaced_person_months"] * 1.5,
    )

    figure = displacement(brigade, ranges=ranges)

    assert "smallest to the largest" in figure.alt
    segments = figure.axes[0].collections[0].get_segments()
    assert segments[0][:, 0] == pytest.approx(
        [0.5 * lost["displaced_person_months"].max(), 1.5 * lost["displaced_person_months"].max()]
    )
    assert faults(figure) == []


def test_the_flow_adds_up_to_the_displacement(brigade: pl.Result) -> None:
    figure = flow(brigade, main_task=2)

    total = brigade.displacement_by()["displaced_person_months"].sum()
    assert f"takes {total:.0f} person-months" in figure.alt


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda r: sand(r, "stff"), "no such pool 'stff', did you mean 'staff'"),
        (lambda r: crowd(r, "stff"), "no such pool"),
        (lambda r: rotations(r, "untzo"), "no such mission 'untzo', did you mean 'untso'"),
        (lambda r: displacement(r, "eastern"), "no such package 'eastern'"),
        (lambda r: flow(r, "eastern"), "no such package 'eastern'"),
    ],
)
def test_names_that_are_not_there(
    battalion: pl.Result, draw: Callable[[pl.Result], Chart], message: str
) -> None:
    with pytest.raises(ResultError, match=message):
        draw(battalion)


def test_names_are_data(sixty: pl.Result) -> None:
    words = said(fill(sixty))

    assert "Operation <b>Bold & Quick</b> $x_3$ costs $5" in words.replace("\n", " ")
    assert escape_text("a\x00b\u202ec\n$d$ \\e") == "a b c " + r"\$d\$ ∖e"


def test_a_name_the_font_cannot_draw_is_no_reason_to_fail() -> None:
    text = (
        "data: none\nhorizon: {from: 2022-01, to: 2022-12}\n"
        "pools: {staff: {name: S, category: military, posts: 3}}\n"
        "kinds: {post: {name: P, changeover: staggered, tour: 6, preparation: 0, rest: 0}}\n"
        "missions: {m: {name: 任务 🚁, organisation: UN, region: E, main_task: 2}}\n"
        "demands: {d: {mission: m, kind: post, pools: [staff], cap: 2, first: 2022-01, "
        "last: 2022-12}}\n"
    )
    figure = fill(pl.allocate(pl.loads(text, "s.yaml")))

    assert figure.rendered("png", 50)[:4] == b"\x89PNG"


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_files_are_the_same_bytes_each_time(three: pl.Result, ending: str) -> None:
    first, second = (displacement(three).rendered(ending) for _ in range(2))

    assert first == second
    assert three.plot.fill()._repr_png_().startswith(b"\x89PNG")
    magic = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert first.startswith(magic)


def test_the_readers_own_settings_change_nothing(three: pl.Result) -> None:
    import matplotlib as mpl

    usual = fill(three).rendered("svg")
    with mpl.rc_context({"font.size": 20, "axes.grid": True, "lines.linewidth": 9}):
        assert fill(three).rendered("svg") == usual


def test_every_figure_stands_under_plot(three: pl.Result) -> None:
    plots = three.plot
    names = repr(plots).removesuffix(">").rpartition(": ")[2].split(", ")
    assert names == [
        "changeovers", "crowd", "curve", "displacement", "fill", "flow", "places", "rotations",
        "sand",
    ]  # fmt: skip
    assert sorted(names) == dir(plots)
    with pytest.raises(
        AttributeError, match="no figure 'fan' of this; expected one of changeovers"
    ):
        _ = plots.fan
    assert "displacement" in repr(plots)
    for name in set(names) - {"curve"}:
        figure = getattr(plots, name)(**({"pool": "staff"} if name == "crowd" else {}))
        assert isinstance(figure, Chart)


def test_an_unknown_kind_of_file(three: pl.Result, tmp_path: object) -> None:
    with pytest.raises(InputError, match=r"expected a file ending in \.png, \.svg or \.pdf"):
        fill(three).save(f"{tmp_path}/fill.jpeg")


def test_ranges_are_taken_as_they_come_and_keep_who_might_lose() -> None:
    result = pl.allocate("eastern-flank-battalion", rule="value")
    found = pl.analysis.ranges(result)

    figure = displacement(result, ranges=found)

    assert figure.alt == displacement(result, ranges=found.tables()["displacement"]).alt
    rows = found.tables()["displacement"]
    may = rows[rows[["smallest_person_months", "largest_person_months"]].abs().max(axis=1) >= 0.05]
    bars = sum(len(axes.get_yticks()) for axes in figure.axes)
    assert bars == len(may.drop_duplicates("mission"))
    assert "UNTSO" not in said(figure)
    rows.loc[rows["mission"] == "untso", "largest_person_months"] = 40.0
    assert "UNTSO" in said(displacement(result, ranges=rows))
    with pytest.raises(ResultError, match="expected ranges of missions"):
        displacement(result, ranges=pl.analysis.ranges(result, by="region"))
