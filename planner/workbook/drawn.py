"""The sheets of many futures: what came of the draws in all and by mission, and what drives it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from planner.labels import label, number, rate
from planner.terms import term
from planner.workbook.charts import bars
from planner.workbook.headings import choice, heading
from planner.workbook.look import OUTCOME, TOP, Column, Paper
from planner.workbook.words import say

if TYPE_CHECKING:
    from planner.figures.futurenames import FutureNames
    from planner.montecarlo.ensemble import Ensemble

__all__ = ["add_futures", "in_short", "told"]

SIZES = ("mean", "standard_error", "low", "high", "q05", "q25", "q50", "q75", "q95")
"""What is shown of every quantity."""

SHOWN = 0.05
"""Person-months of loss below which a mission has no row."""

REACH = 0.9
"""Fill whose chance is shown, as the words above the table say."""

TOLD = (
    "digest", "rule", "made", "stopped", "unproved", "plans", "certificate",
)  # fmt: skip
"""What the manifest of a workbook says of futures."""


def told(futures: Ensemble) -> dict[str, Any]:
    """Return what the manifest of a workbook says of futures: how drawn, and what proves them."""
    manifest, design = futures.manifest, futures.metadata.design
    drawn = {name: getattr(design, name) for name in ("draws", "seed", "sampling", "replicates")}
    return {"futures": {**drawn, **{name: manifest[name] for name in TOLD}}}


def in_short(futures: Ensemble, lang: str) -> Iterator[str]:
    """Yield a sentence on each package, or on the fill where there is none."""
    from planner.figures.futurenames import FutureNames

    names, table = FutureNames(futures, lang), _by_quantity(futures)
    for id in futures.packages:
        row = table[f"displacement.{id}"]
        people = {key: number(row[key], lang, 0) for key in ("mean", "low", "high", "q05", "q95")}
        yield say(
            "cover_futures", lang, draws=names.draws, title=names.package(id), **people
        )  # fmt: skip
    if not futures.packages:
        row = table["fill"]
        shares = {key: rate(row[key], lang) for key in ("mean", "low", "high", "q05", "q95")}
        yield say("cover_futures_fill", lang, draws=names.draws, **shares)


def _by_quantity(futures: Ensemble) -> dict[str, dict[Any, Any]]:
    return {row["quantity"]: row for row in futures.total.to_dict("records")}


def add_futures(paper: Paper, futures: Ensemble) -> None:
    """Write the sheets of many futures."""
    from planner.figures.futurenames import FutureNames

    names = FutureNames(futures, paper.lang)
    _summary(paper, futures, names)
    _drivers(paper, futures, names)


def _summary(paper: Paper, futures: Ensemble, names: FutureNames) -> None:
    lang, page = paper.lang, paper.page("futures", OUTCOME)
    page.headings(say("about_futures", lang))
    rows = [*_totals(futures, names), *_fills(futures, names), *_losses(futures, names)]
    columns = [
        Column(say("what", lang), 26),
        Column(say("package", lang), 18),
        Column(say("mission", lang), 22),
        Column(say("name", lang), 44),
        Column(say("unit", lang), 18),
        *(Column(say(f"draws_{size}", lang), 13, "by_row") for size in SIZES),
        Column(say("draws_chance", lang), 11, "percent_whole"),
    ]
    shares = term("share", lang)
    forms = ["percent" if row[4] == shares else "one" for row in rows]
    page.table(columns, rows, 4, forms)
    where, first = TOP + 1, len(columns) + 1
    lost = say("draws_displacement", lang)
    for id in futures.packages:
        span = [at for at, row in enumerate(rows, TOP + 1) if row[0] == lost and row[1] == id]
        if span:
            title = say("chart_futures", lang, title=names.package(id))
            mine = [rows[at - TOP - 1] for at in span]
            spread = [(row[5], row[9], row[13]) for row in mine]  # mean, 5 % and 95 % of draws
            where += bars(
                page, title, max(span), 5, "short", column=first, first=min(span), row=where,
                names=3, spread=spread,
            )  # fmt: skip


def _totals(futures: Ensemble, names: FutureNames) -> Iterator[list[Any]]:
    lang = names.lang
    for row in futures.total.to_dict("records"):
        unit = term("share", lang) if row["unit"] == "share" else label("person_months", lang)
        yield [
            say("draws_total", lang), row["package"], "", names.quantity(row["quantity"]), unit,
            *(row[size] for size in SIZES), None,
        ]  # fmt: skip


def _fills(futures: Ensemble, names: FutureNames) -> Iterator[list[Any]]:
    lang = names.lang
    for layer in ("planned", "present"):
        for row in futures.fill_by("mission", layer=layer, reach=REACH).to_dict("records"):
            yield [
                say(f"draws_{layer}", lang), "", row["mission"], names.mission(row["mission"]),
                term("share", lang), *(row[size] for size in SIZES), row["chance"],
            ]  # fmt: skip


def _losses(futures: Ensemble, names: FutureNames) -> Iterator[list[Any]]:
    """Yield what each package displaces, the largest first, and below it what main task 1 loses."""
    lang = names.lang
    table = futures.displacement_by("mission", "main_task", main_task=None)
    order = ["package", "main_task", "mean"]
    for row in table.sort_values(order, ascending=[True, False, False]).to_dict("records"):
        if max(abs(row["mean"]), abs(row["q05"]), abs(row["q95"])) < SHOWN:
            continue
        kind = "draws_displacement" if row["main_task"] == 2 else "draws_other"
        yield [
            say(kind, lang), row["package"], row["mission"], names.mission(row["mission"]),
            label("person_months", lang), *(row[size] for size in SIZES), row["chance"],
        ]  # fmt: skip


def _drivers(paper: Paper, futures: Ensemble, names: FutureNames) -> None:
    lang, page = paper.lang, paper.page("drivers", OUTCOME)
    page.headings(say("about_drivers", lang))
    rows = [
        [
            names.quantity(row["quantity"]), row["factor"], names.factor(row["factor"]),
            label(row["basis"], lang), row["rank_correlation"], row["standard_error"], row["low"],
            row["high"], row["explains"], choice("yes" if row["clear"] else "no", lang),
        ]
        for row in futures.ranking.to_dict("records")
    ]  # fmt: skip
    columns = [
        Column(say("quantity", lang), 48),
        Column(say("figure", lang), 40),
        Column(say("name", lang), 60),
        Column(heading("basis", lang), 12),
        Column(say("rank_correlation", lang), 13, "two"),
        *(
            Column(say(f"draws_{size}", lang), 13, "two")
            for size in ("standard_error", "low", "high")
        ),
        Column(say("explains", lang), 12, "percent"),
        Column(say("clear", lang), 12),
    ]
    page.table(columns, rows, 3)
    if not rows:
        page.put(TOP + 1, 0, say("nothing_uncertain", lang), "text", "quiet")
