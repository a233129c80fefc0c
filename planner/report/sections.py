"""The sections of a report, each a function of the material that returns a :class:`Section`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from planner.analysis.declare import template, text_of
from planner.figures import (
    chance,
    changeovers,
    convergence,
    crowd,
    curve,
    displacement,
    fan,
    fill,
    flow,
    places,
    ranking,
    sand,
    scenarios,
    spread,
    versus,
)
from planner.figures.comparisons import Beside
from planner.figures.curves import corners, frontier
from planner.figures.drivers import input_name, tornado
from planner.figures.names import parameter_parts
from planner.labels import NOTHING, label, month, months, number, percent, rate, rough
from planner.report.blocks import (
    Aside,
    Bullets,
    Content,
    Fold,
    Heading,
    Image,
    Paragraph,
    Section,
    TableBlock,
    table,
)
from planner.report.conclusions import SMALL, TARGET, driven, likely
from planner.report.material import Material, asked_by_mission, at_a_time, lost_by, records
from planner.report.words import say
from planner.results.losses import (
    MIN_LOSS_PERSONS,
    Headline,
    drawn_losses,
    headline,
    loser_sentence,
)
from planner.results.tables import BASES
from planner.scenario.data import read_places
from planner.terms import term

if TYPE_CHECKING:
    import pandas as pd

    from planner.analysis.curve import Curve
    from planner.analysis.headroom import Headroom
    from planner.analysis.robustness import Robustness
    from planner.results.result import Tables

__all__ = [
    "bottlenecks_section", "comparison_section", "curves_section", "displacement_section",
    "fill_section", "forecasts_section", "grounds_section", "limits_section", "manifest_section",
    "promises_section", "questions_section", "rates_section", "robust_section", "summary",
    "sure_section",
]  # fmt: skip

ENDS = ["smallest_person_months", "largest_person_months"]
"""Columns of ranges."""


SHOWN = 0.05
"""Person-months that show as 0.0 and are not worth a row."""

DRAWN = 0.5
"""Person-months, on average over the draws or in other best plans, that are worth a row."""

MOVED = 25
"""Rows of the table of single changes, those that move the displacement most."""

PAIRS = 3
"""Most scenarios that are held one by one against the first."""

CHEAP = 0.005
"""Person-months a post below which a mission pays nothing worth telling."""

LITTLE = 1e-9
"""Posts that are no difference."""

PAYERS = 3
"""Missions named beside a piece of a curve."""

SPAN = {"share": 3, "months per month": 3, "share per month": 4, "factor": 3, "persons": 2}
"""Decimals of figures by their unit; fewer are shown where they are zeros."""

ROWS = 15
"""Most rows of a table."""

NAMED = 3
"""Missions named as those that lose."""


def fill_section(material: Material) -> Section:
    """Return fill by mission as a heat map and a table."""
    lang, names = material.lang, material.names
    blocks: list[Content] = [
        Paragraph(say("p_fill", lang, window=names.window)),
        Image.of(fill(material.result, lang=lang)),
        *_placed(material),
        _fill_table(material),
    ]
    return Section("fill", say("fill", lang), tuple(blocks))


def _placed(material: Material) -> list[Content]:
    """Return the map, if any mission of the result has a place on it."""
    known = read_places()
    if not any(id in known for id in material.result.demands["mission"]):
        return []
    return [Image.of(places(material.result, lang=material.lang))]


def _fill_table(material: Material) -> TableBlock:
    lang, names, result = material.lang, material.names, material.result
    rows = result.fill_by("mission", "main_task").dropna(subset="fill_rate")
    rows = rows.sort_values("main_task", kind="stable")
    extra = _futures_columns(material)
    body = [
        [names.mission(row["mission"]), str(row["main_task"]), *_amounts(row, lang),
         *extra.get(row["mission"], [NOTHING] * 3 if extra else [])]
        for row in records(rows)
    ]  # fmt: skip
    tasks = material.futures.fill_by("main_task") if extra and material.futures else None
    for row in records(result.fill_by("main_task")):
        task = row["main_task"]
        more = [] if tasks is None else _spread(tasks[tasks["main_task"] == task], lang)
        body.append([label(f"main_task_{task}", lang), str(task), *_amounts(row, lang), *more])
    heads = [label("mission", lang), f">{label('task', lang)}", f">{label('asked', lang)}",
             f">{label('filled', lang)}", f">{label('fill_rate', lang)}"]  # fmt: skip
    if extra:
        target = percent(TARGET, lang, 0)
        heads += [f">{say('t_mean', lang)}", f">{say('t_spread', lang)}",
                  f">{say('t_chance', lang, target=target)}"]  # fmt: skip
    return table(say("t_fill", lang), heads, body, totals=len(result.fill_by("main_task")))


def _amounts(row: dict[str, Any], lang: str) -> list[str]:
    asked, filled = row["asked_person_months"], row["filled_person_months"]
    return [number(asked, lang, 0), number(filled, lang, 0), rate(row["fill_rate"], lang)]


def _futures_columns(material: Material) -> dict[str, list[str]]:
    """Return mean, spread and chance by mission, where futures were drawn."""
    if material.futures is None or not material.uncertain:
        return {}
    rows = material.futures.fill_by("mission", reach=TARGET)
    return {
        str(mission): _spread(rows[rows["mission"] == mission], material.lang)
        for mission in rows["mission"]
    }


def _spread(rows: pd.DataFrame, lang: str) -> list[str]:
    if rows.empty:
        return [NOTHING] * 3
    row = rows.iloc[0]
    return [rate(row["mean"], lang), f"{rate(row['q05'], lang, 0)} – {rate(row['q95'], lang, 0)}",
            rate(row["chance"], lang, 0)]  # fmt: skip


def displacement_section(material: Material) -> Section:
    """Return what each package takes from whom, and through which pools."""
    lang, result = material.lang, material.result
    title = say("displacement_section", lang)
    if not material.packages:
        return Section("displacement", title, (Paragraph(say("p_no_package", lang)),))
    blocks: list[Content] = []
    if "shares" in material.answers:
        blocks.append(Paragraph(say("p_several", lang)))
    spans = None if material.ranges is None else material.ranges.tables()["displacement"]
    for row in material.packages:
        id = row["package"]
        if len(material.packages) > 1:
            blocks.append(Heading(material.names.package(id)))
        when = month(row["known_month"], lang)
        blocks.append(Paragraph(say("p_displacement", lang, month=when)))
        blocks.append(Image.of(displacement(result, id, spans, lang)))
        blocks += [made for task in (2, 1) if (made := _lost_table(material, id, task, spans))]
        blocks.append(_periods_table(material, id))
    blocks.append(Image.of(flow(result, lang=lang)))
    return Section("displacement", title, tuple(blocks))


def _lost_table(
    material: Material, id: str, task: int, spans: pd.DataFrame | None
) -> TableBlock | None:
    """Return who loses what to a package in a main task; None where none does."""
    lang, names, result = material.lang, material.names, material.result
    lost = lost_by(result, "mission", id, task)
    reach = _reach(spans, id)
    months_lost, means = at_a_time(result, id, task), _drawn_means(material, id, task)
    shown = {
        mission: value
        for mission, value in lost.items()
        if value <= -SHOWN
        or (mission in months_lost and months_lost[mission].whole)
        or max(reach.get(mission, 0.0), means.get(mission, 0.0)) >= DRAWN
    }
    rest = [value for mission, value in lost.items() if mission not in shown and value >= SHOWN]
    if not shown and not rest:
        return None
    asked, where = asked_by_mission(result), _where(result, id, task)
    drawn = _drawn_losses(material, id, task)
    ranged = {} if spans is None else _ranged(spans, id, lang)
    rows = []
    for mission, value in shown.items():
        pool = names.pool(where[mission]) if mission in where else ""
        share = percent(value / asked[mission] if asked[mission] > 0 else None, lang)
        extra = [*ranged.get(mission, [NOTHING] * bool(ranged)),
                 *drawn.get(mission, [NOTHING] * (2 * bool(drawn)))]  # fmt: skip
        most = months_lost[mission].most_persons if mission in months_lost else 0.0
        rows.append([names.mission(mission), rough(value, lang), share, rough(most, lang),
                     *extra, pool])  # fmt: skip
    blank = [""] * (bool(ranged) + 2 * bool(drawn) + 1)
    if rest:
        called = label("less_than_half", lang, half=number(MIN_LOSS_PERSONS, lang), count=len(rest))
        rows.append([called, rough(sum(rest), lang), "", "", *blank])
    total = [label("total", lang), rough(sum(lost.values()), lang), "", ""]
    total += [*ranged.get("", [""] * bool(ranged)), *drawn.get("", [""] * (2 * bool(drawn))), ""]
    heads = [label("mission", lang), f">{label('displaced', lang)}",
             f">{label('share_of_asked', lang)}", f">{label('at_a_time', lang)}"]  # fmt: skip
    heads += [f">{say('t_range', lang)}"] * bool(ranged)
    heads += [f">{say('t_mean', lang)}", f">{say('t_spread', lang)}"] if drawn else []
    caption = say("t_displaced" if task == 2 else "t_displaced_1", lang, package=names.package(id))
    return table(caption, [*heads, label("most_from", lang)], [*rows, total], 1)


def _drawn_means(material: Material, id: str, task: int) -> dict[str, float]:
    """Return the mean over the draws of what each mission loses to a package."""
    ensemble = material.drawn(id)
    if ensemble is None:
        return {}
    rows = records(ensemble.displacement_by("mission", main_task=task))
    return {str(row["mission"]): float(row["mean"]) for row in rows if row["package"] == id}


def _periods_table(material: Material, id: str) -> TableBlock:
    """Return what a package gets and displaces by year, and before and after it begins."""
    lang, result = material.lang, material.result
    rows = []
    for key in ("year", "phase"):
        if key == "phase" and len(material.packages) > 1:
            continue
        filled = result.fill_by(key, "package")
        own = filled[filled["package"] == id]
        got = dict(zip(own[key], own["filled_person_months"], strict=True))
        lost = {task: lost_by(result, key, id, task) for task in (2, 1)}
        for part in dict.fromkeys(result.fill_by(key)[key]):
            called = say(f"t_{part}", lang) if key == "phase" else str(part)
            amounts = (got.get(part, 0.0), lost[2].get(part, 0.0), lost[1].get(part, 0.0))
            rows.append([called, *(rough(float(one), lang) for one in amounts)])
    heads = [say("t_period", lang), f">{label('package_filled', lang)}",
             f">{label('displaced_main_task_2', lang)}",
             f">{label('displaced_main_task_1', lang)}"]  # fmt: skip
    return table(say("t_periods", lang, package=material.names.package(id)), heads, rows)


def _where(result: Tables, id: str, task: int) -> dict[str, str]:
    """Return the pool in which each mission loses most to a package."""
    found: dict[str, tuple[float, str]] = {}
    for row in records(result.displacement_by("mission", "pool", main_task=task)):
        value = float(row["displaced_person_months"])
        if row["package"] == id and value > max(0.0, found.get(row["mission"], (0.0, ""))[0]):
            found[str(row["mission"])] = (value, str(row["pool"]))
    return {mission: pool for mission, (_, pool) in found.items()}


def _drawn_losses(material: Material, id: str, task: int) -> dict[str, list[str]]:
    """Return mean and spread of displacement by mission, the total under an empty name."""
    futures, lang = material.drawn(id), material.lang
    if futures is None:
        return {}
    found = {}
    for key, rows in (
        ("mission", futures.displacement_by("mission", main_task=task)),
        ("", futures.displacement_by(main_task=task)),
    ):
        for row in records(rows[rows["package"] == id]):
            spread = f"{number(row['q05'], lang, 0)} – {number(row['q95'], lang, 0)}"
            found[str(row[key]) if key else ""] = [rough(row["mean"], lang), spread]
    return found


def _reach(spans: pd.DataFrame | None, id: str) -> dict[str, float]:
    """Return the most that each mission loses or gains in any plan that is as good."""
    if spans is None:
        return {}
    own = spans[spans["package"] == id].set_index("mission")
    return {str(m): float(v) for m, v in own[ENDS].abs().max(axis=1).items()}


def _ranged(spans: pd.DataFrame, id: str, lang: str) -> dict[str, list[str]]:
    found = {}
    for row in records(spans[spans["package"] == id]):
        low, high = (rough(row[end], lang) for end in ENDS)
        found[str(row["mission"])] = [low if row["unique"] else f"{low} – {high}"]
    return found


def bottlenecks_section(material: Material) -> Section:
    """Return which pools bind, and when."""
    lang, result, names = material.lang, material.result, material.names
    blocks: list[Content] = [Paragraph(say("p_bottlenecks", lang))]
    binding = result.bottlenecks
    if material.whole:
        blocks.append(Paragraph(label("no_binding", lang)))
    elif binding.empty:
        blocks.append(Paragraph(say("p_no_bottlenecks", lang)))
    else:
        blocks.append(_binding_table(material, binding))
    blocks.append(Image.of(changeovers(result, lang=lang)))
    blocks.append(Image.of(sand(result, lang=lang)))
    if len(binding):
        most = str(binding["pool"].value_counts(sort=True).index[0])
        blocks.append(Image.of(crowd(result, most, lang)))
    missed = result.unmet_bounds
    if len(missed):
        rows = [
            [str(bound), ", ".join(map(names.demand, rows["demands"].iloc[0].split(" "))),
             months(rows["month"].min(), rows["month"].max(), lang),
             rough(float(rows["missing_persons"].max()), lang)]
            for bound, rows in missed.groupby("bound", sort=False)
        ]  # fmt: skip
        heads = [label("bound", lang), label("demands", lang), label("window", lang),
                 f">{label('missing', lang)}"]  # fmt: skip
        blocks.append(table(say("t_bounds", lang), heads, rows))
    return Section("bottlenecks", say("bottlenecks_section", lang), tuple(blocks))


def _binding_table(material: Material, binding: pd.DataFrame) -> TableBlock:
    lang, names = material.lang, material.names
    people = material.result.pools.groupby("pool", sort=False)["strength_persons"].mean()
    found = []
    for pool, rows in binding.groupby("pool", sort=False):
        found.append([names.pool(str(pool)), number(float(people[pool]), lang, 0), str(len(rows)),
                      months(rows["month"].min(), rows["month"].max(), lang)])  # fmt: skip
    body = sorted(found, key=lambda row: -int(row[2]))
    heads = [label("pool", lang), f">{label('strength', lang)}", f">{say('t_binding', lang)}",
             label("window", lang)]  # fmt: skip
    return table(say("t_bottlenecks", lang), heads, body)


def rates_section(material: Material) -> Section:
    """Return fill rates by region, category and organisation."""
    lang, result = material.lang, material.result
    blocks: list[Content] = []
    for key in ("region", "category", "organisation"):
        rows = result.fill_by(key).dropna(subset="fill_rate")
        rows = rows.sort_values("fill_rate", kind="stable")
        body = [[term(row[key], lang) or NOTHING, *_amounts(row, lang)] for row in records(rows)]
        heads = [label(key, lang), f">{label('asked', lang)}", f">{label('filled', lang)}",
                 f">{label('fill_rate', lang)}"]  # fmt: skip
        blocks.append(table(say("t_by", lang, what=label(key, lang)), heads, body))
    return Section("rates", say("fill_rates", lang), tuple(blocks))


def curves_section(material: Material) -> Section | None:
    """Return displacement as packages grow; None without a package."""
    lang, title = material.lang, say("curves", material.lang)
    if not material.packages:
        return None
    if not material.curves:
        return Section("curves", title, (Paragraph(say("p_no_curves", lang)),))
    blocks: list[Content] = []
    for id, (found, room) in material.curves.items():
        if len(material.curves) > 1:
            blocks.append(Heading(material.names.package(id)))
        blocks.append(Image.of(curve(found, room, lang, material.result)))
        blocks.append(_pieces(material, found, room))
    return Section("curves", title, tuple(blocks))


def _pieces(material: Material, found: Curve, room: Headroom) -> TableBlock:
    """Return what each post more costs, piece by piece, and whom."""
    lang, names = material.lang, material.names
    lost = material.result.displacement
    second = set(lost.loc[lost["main_task"] == 2, "mission"])
    rows, short = [], 0
    for (begin, start), (end, stop) in pairwise(corners(found, room)):
        if end - begin < 1:
            short += 1
            continue
        payers = _payers(found, begin, end)
        others = sum(cost for cost, id in payers if id not in second)
        said = [f"{names.mission(id)} {number(cost, lang, 2)}"
                for cost, id in payers if id in second and cost > CHEAP]  # fmt: skip
        posts = "\u00a0–\u00a0".join(number(one, lang, 0) for one in (begin, end))
        rows.append([posts, number((stop - start) / (end - begin), lang, 2),
                     ", ".join(said[:PAYERS]), number(others, lang, 2)])  # fmt: skip
    notes = [say("t_exact", lang)]
    if not found.exact:
        give = rough(found.estimated_error_person_months, lang)
        notes = [say("t_tried", lang, count=len(found.points), give=give)]
    if short:
        notes.append(say("t_short_curve", lang))
    heads = [f">{say('t_posts', lang)}", f">{say('t_each', lang)}", say("t_payers", lang),
             f">{say('t_each_1', lang)}"]  # fmt: skip
    caption = say("t_pieces", lang, package=names.package(found.package))
    return table(caption, heads, rows, note=" ".join(notes))


def _payers(found: Curve, begin: float, end: float) -> list[tuple[float, str]]:
    """Return what each mission loses for a post more from one size to another, most first.

    What is lost between two sizes that were tried falls wholly beyond the headroom, where that
    lies between them. A mission of which it is not known, since plans differ, is left out.
    """
    lost: dict[str, float] = {}
    for row in found.missions:
        if begin + LITTLE < row.to_posts <= end + LITTLE:
            all_of_it = row.per_post_person_months * (row.to_posts - row.from_posts)
            lost[row.mission] = lost.get(row.mission, 0.0) + all_of_it
    rows = [(value / (end - begin), id) for id, value in lost.items()]
    return sorted((one for one in rows if one[0] == one[0]), reverse=True)


def sure_section(material: Material) -> Section:
    """Return how sure the figures are, from many futures."""
    lang, futures, title = material.lang, material.futures, say("sure", material.lang)
    if futures is None:
        return Section("sure", title, (Paragraph(say("p_no_draws", lang)),))
    if not material.uncertain:
        return Section("sure", title, (Paragraph(say("c_certain", lang)),))
    count = number(futures.counted, lang, 0)
    blocks: list[Content] = [Paragraph(say("p_sure", lang, draws=count))]
    if futures.metadata.monthly:
        blocks.append(Image.of(fan(futures, lang=lang)))
    blocks += [Image.of(spread(futures, id, lang)) for id in futures.packages]
    blocks.append(Image.of(chance(futures, lang=lang)))
    blocks.append(Image.of(convergence(futures, lang=lang)))
    blocks += [
        Heading(say("drivers", lang)),
        Paragraph(say("p_drivers", lang)),
        Image.of(ranking(futures, lang=lang)),
        _bases(material),
    ]
    return Section("sure", title, tuple(blocks))


def forecasts_section(material: Material) -> Section | None:
    """Return how good forecasts of later counts were, from the backtest that is shipped."""
    from planner.record.backtest import shipped_scores

    lang, found = material.lang, shipped_scores()
    if found is None or material.futures is None:
        return None
    rows = [
        [say(f"forecast_{row['forecast']}", lang), number(row["counts"], lang, 0),
         number(row["crps"], lang, 3),
         "" if row["forecast"] in ("cap", "last") else percent(row["cover_90"], lang, 0),
         percent(row["bias"], lang, 0)]
        for row in found["tables"]["scores"] if row["by"] == "all"
    ]  # fmt: skip
    heads = [say(f"forecast_{one}", lang) for one in ("of", "counts", "crps", "inside", "bias")]
    blocks: list[Content] = [
        Paragraph(say("p_forecasts", lang)),
        Bullets(tuple(found["sentences"][lang])),
        table(say("t_forecasts", lang), heads, rows, small=True),
    ]
    return Section("forecasts", say("forecasts_section", lang), tuple(blocks))


def robust_section(material: Material) -> Section | None:
    """Return displacement under each single change of an assumption; None where not planned."""
    if not material.robust:
        return None
    lang, names = material.lang, material.names
    blocks: list[Content] = [Paragraph(say("p_robust", lang))]
    for id, found in material.robust.items():
        if len(material.robust) > 1:
            blocks.append(Heading(names.package(id)))
        called = partial(input_name, names=names, lang=lang)
        blocks.append(Bullets(tuple(found.sentences(lang, called))))
        blocks.append(Image.of(tornado(found, names, lang=lang)))
        blocks += _changes_table(material, found)
    return Section("robustness", say("robust_section", lang), tuple(blocks))


def _changes_table(material: Material, found: Robustness) -> Iterator[TableBlock]:
    """Yield the single changes that move the displacement most, if any does."""
    lang, names = material.lang, material.names
    moved = sorted(
        (row for row in found.changes if abs(row.difference_person_months) >= SHOWN),
        key=lambda row: -abs(row.difference_person_months),
    )
    rows = [
        [input_name(row.input, names, lang), row.described(lang),
         rough(row.displaced_person_months, lang), rough(row.difference_person_months, lang),
         names.mission(row.loses_most) if row.loses_most else NOTHING,
         rough(row.loses_most_persons, lang)]
        for row in moved[:MOVED]
    ]  # fmt: skip
    if not rows:
        return
    heads = [say("t_input", lang), say("t_change", lang), f">{label('displaced', lang)}",
             f">{say('t_difference', lang)}", say("t_loses_most", lang),
             f">{label('at_a_time', lang)}"]  # fmt: skip
    rest = found.plans - len(rows)
    note = say("t_unmoved", lang, count=number(rest, lang, 0)) if rest else ""
    yield table(say("t_robust", lang), heads, rows, note=note)


def _bases(material: Material) -> TableBlock:
    """Return how much of the spread goes with figures of each basis, for what is ranked."""
    lang, futures = material.lang, material.futures
    assert futures is not None
    ranked = futures.ranking
    rows = []
    for quantity in dict.fromkeys(ranked["quantity"]):
        own = ranked[ranked["quantity"] == quantity]
        clear = own[own["clear"]]
        sums = [float(clear.loc[clear["basis"] == basis, "explains"].sum()) for basis in BASES]
        rows.append([material.futurenames.quantity(quantity), str(len(clear)), str(len(own)),
                     *(percent(one, lang, 0) for one in sums)])  # fmt: skip
    heads = [say("t_quantity", lang), f">{say('t_clear', lang)}", f">{say('t_drawn', lang)}",
             *(f">{label(basis, lang)}" for basis in BASES)]  # fmt: skip
    return table(say("t_drivers", lang), heads, rows, note=say("t_drivers_note", lang))


def comparison_section(material: Material) -> Section | None:
    """Return other scenarios beside the first; None if none exist."""
    lang, comparison = material.lang, material.comparison
    if len(comparison.names) < 2:
        return None
    blocks: list[Content] = [_scenarios_table(material), Image.of(scenarios(comparison, lang))]
    for other in comparison.names[1 : PAIRS + 1]:
        blocks.append(Image.of(versus(comparison, other, comparison.names[0], lang)))
    return Section("comparison", say("comparison_section", lang), tuple(blocks))


def _scenarios_table(material: Material) -> TableBlock:
    lang, comparison = material.lang, material.comparison
    beside = Beside(comparison, lang)
    rows = []
    for key, result in comparison.results.items():
        tasks = result.fill_by("main_task").set_index("main_task")["fill_rate"]
        packages = result.packages
        rows.append(
            [beside.title(key), rate(tasks.get(1), lang), rate(tasks.get(2), lang),
             number(float(packages["filled_person_months"].sum()), lang, 0),
             number(beside.displaced(key), lang, 0)]
        )  # fmt: skip
    heads = [label("scenario", lang), f">{label('main_task_1', lang)}",
             f">{label('main_task_2', lang)}", f">{say('t_filled_for', lang)}",
             f">{label('displaced', lang)}"]  # fmt: skip
    return table(say("t_scenarios", lang), heads, rows)


def grounds_section(material: Material) -> Section:
    """Return what the result rests on, and every figure with its source."""
    lang, result = material.lang, material.result
    figures = result.figures
    by_basis = {basis: figures[figures["basis"] == basis] for basis in BASES}
    sources = getattr(material.names.inputs, "sources", {})  # none where it cannot be read
    named = set(figures["source"])
    blocks: list[Content] = [Paragraph(say("p_grounds", lang)), _grounds_table(material)]
    if len(by_basis["assumption"]):
        blocks.append(_figures_table(material, by_basis["assumption"], "t_assumptions"))
    for basis in ("public", "letter"):
        rows = by_basis[basis]
        if len(rows):
            made = _figures_table(material, rows, f"t_{basis}")
            blocks.append(Fold(say(f"fold_{basis}", lang, count=len(rows)), (made,)))
    if sources:
        heads = [label("source", lang), label("publisher", lang), label("title", lang),
                 label("date", lang), label("reference", lang)]  # fmt: skip
        body = [
            [id, one.publisher, one.title, one.date, one.reference]
            for id, one in sources.items() if id in named
        ]  # fmt: skip
        english = heads[1:3] + heads[4:]
        blocks.append(table(say("t_sources", lang), heads, body, small=True, english=english))
    return Section("assumptions", say("assumptions", lang), tuple(blocks))


def _grounds_table(material: Material) -> TableBlock:
    lang = material.lang
    rows = []
    for row in records(material.result.grounds):
        total = row["total"]
        shares = [percent(row[basis] / total if total else None, lang, 0) for basis in BASES]
        rows.append([say(f"g_{row['what']}", lang), number(total, lang, 0), *shares])
    heads = [say("t_part", lang), f">{label('total', lang)}",
             *(f">{label(basis, lang)}" for basis in BASES)]  # fmt: skip
    return table(say("t_grounds", lang), heads, rows)


def _figures_table(material: Material, rows: pd.DataFrame, caption: str) -> TableBlock:
    """Return figures with their range, why they are what they are, and their source.

    Figures of several things that are the same in all of this stand in one row.
    """
    lang = material.lang
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in records(rows):
        called, said = parameter_parts(row["figure"], material.names)
        key = (said, _value(row, lang), _range(row, lang), term(row["unit"], lang), _why(row),
               row["source"])  # fmt: skip
        alike.setdefault(key, []).append(called)
    body = [
        [f"{said}: {'; '.join(called)}" if any(called) else said, *rest]
        for (said, *rest), called in alike.items()
    ]
    heads = [label("figure", lang), f">{label('amount', lang)}", f">{say('t_range_figure', lang)}",
             label("unit", lang), say("t_why", lang), label("source", lang)]  # fmt: skip
    return table(say(caption, lang), heads, body, small=True, english=[say("t_why", lang)])


def _why(row: dict[str, Any]) -> str:
    """Return why a figure is what it is, or where its source has it: one or two remarks."""
    section, note = str(row["section"]), str(row["note"])
    return (". " if note[:1].isupper() else "; ").join(text for text in (section, note) if text)


def _value(row: dict[str, Any], lang: str) -> str:
    return month(row["month"], lang) if row["month"] else _plain(row["value"], row, lang)


def _range(row: dict[str, Any], lang: str) -> str:
    low, high = row["low"], row["high"]
    if low != low and high != high:
        return NOTHING
    return f"{_plain(low, row, lang)} – {_plain(high, row, lang)}"


def _plain(value: float, row: dict[str, Any], lang: str) -> str:
    """Return a figure with as many decimals as it has, up to those of its unit."""
    most = SPAN.get(row["unit"], 2)
    digits = next((n for n in range(most) if abs(value - round(value, n)) < 1e-9), most)
    return number(value, lang, digits)


def limits_section(material: Material) -> Section:
    """Return the box of what this does not tell."""
    lang, names = material.lang, material.names
    packages = (names.package(row["package"]) for row in material.packages)
    keys = ["l_mission", "l_people", "l_means", "l_month", "l_unknown"]
    keys += ["l_no_draws"] * (material.futures is None)
    keys += ["l_value"] * (material.result.rule == "value")
    items = [
        say("l_strength", lang),
        say("l_decision", lang),
        *(say("l_package", lang, package=package) for package in packages),
        *(say(key, lang) for key in keys),
    ]
    return Section("limits", say("limits", lang), (Aside(tuple(items)),))


def manifest_section(material: Material) -> Section:
    """Return files, versions, options and proof."""
    lang = material.lang
    blocks: list[Content] = [Paragraph(say("p_manifest", lang))]
    rows = []
    for name, result in material.comparison.results.items():
        prefix = f"{name}: " if len(material.comparison.names) > 1 else ""
        rows += [[prefix + word, value] for word, value in _facts(result.manifest, lang)]
    if material.futures is not None:
        from planner.montecarlo.words import sentences

        rows.append([say("m_futures", lang), material.futurenames.run])
        blocks.append(Bullets(tuple(sentences(material.futures, lang))))
    heads = [say("t_part", lang), label("amount", lang)]
    blocks.append(table(say("t_manifest", lang), heads, rows, small=True))
    files: dict[str, str] = {}
    for result in material.comparison.results.values():
        for row in result.manifest["inputs"]:
            files[row["file"]] = row["sha256"] or say("m_gone", lang)
    heads = [label("file", lang), say("m_hash", lang)]
    blocks.append(table(say("t_inputs", lang), heads, list(files.items()), small=True))
    return Section("manifest", say("manifest", lang), tuple(blocks))


def _facts(manifest: dict[str, Any], lang: str) -> Iterator[tuple[str, str]]:
    scenario, window = manifest["scenario"], manifest["window"]
    proof = manifest["certificate"]
    yield label("scenario", lang), scenario["name"]
    yield say("m_digest", lang), scenario["digest"]
    first, last = (month(window[end], lang) for end in ("first", "last"))
    yield label("window", lang), f"{first} – {last}"
    yield label("rule", lang), label(manifest["rule"], lang)
    options = {key: value for key, value in manifest["options"].items() if value}
    if options:
        yield say("m_options", lang), ", ".join(f"{key}={value}" for key, value in options.items())
    keys = ("primal", "dual", "gap")
    said = {key: NOTHING if proof.get(key) is None else f"{proof[key]:.0e}" for key in keys}
    yield label("certificate", lang), label("certificate_line", lang, **said)
    yield say("m_residual", lang), f"{manifest['accounting_residual']:.0e}"
    versions = ", ".join(f"{name} {one}" for name, one in manifest["versions"].items())
    yield say("m_versions", lang), versions


def promises_section(material: Material) -> Section | None:
    """Return promises by mission with their certainty; None where none were asked for."""
    found, lang, names = material.promises, material.lang, material.names
    if found is None:
        return None
    word = text_of("promises").say
    certainty = percent(found.certainty, lang, 0)
    said = say("p_promises", lang, certainty=certainty, draws=number(found.draws, lang, 0),
               fresh=number(found.fresh, lang, 0))  # fmt: skip
    rows = [
        [names.mission(one.mission), str(one.main_task), number(one.asked_person_months, lang, 0),
         percent(one.likely_share, lang, 0), percent(one.likely_kept_rate, lang, 0),
         percent(one.promised_share, lang, 0), percent(one.kept_rate, lang, 0),
         f"{percent(one.low_rate, lang, 0)} – {percent(one.high_rate, lang, 0)}",
         label("yes" if one.holds else "no", lang)]
        for one in found.rows
    ]  # fmt: skip
    heads = [label("mission", lang), f">{label('task', lang)}", f">{label('asked', lang)}",
             f">{word('likely_share', lang)}", f">{word('likely_kept_rate', lang)}",
             f">{word('promised_share', lang)}", f">{word('kept_rate', lang)}",
             f">{say('t_interval', lang)}", word("holds", lang)]  # fmt: skip
    blocks = (
        Paragraph(said), Bullets(tuple(found.sentences(lang, names.mission))),
        Image.of(frontier(found, lang)), table(word("promises.promises", lang), heads, rows),
    )  # fmt: skip
    return Section("promises", say("promises", lang), blocks)


def questions_section(material: Material) -> Section | None:
    """Return sentences and main table of each analysis of the report; None if none exists."""
    lang, names = material.lang, material.names
    named = {"mission": names.mission, "pool": names.pool, "package": names.package}
    blocks: list[Content] = []
    for name, outcome in material.answers.items():
        text, frame = text_of(name), outcome.to_frame().head(ROWS)
        blocks += [Heading(template(name).short[lang]), Bullets(tuple(outcome.sentences(lang)))]
        if frame.empty:
            continue
        frame = frame.loc[:, [not (frame[column] == "").all() for column in frame]]
        heads = [
            (">" if frame[column].dtype.kind in "if" else "") + text.heading(column, lang)
            for column in frame
        ]
        rows = [
            [
                named[column](value) if column in named else text.cell(column, value, lang)
                for column, value in zip(frame, row, strict=True)
            ]
            for row in frame.itertuples(index=False, name=None)
        ]
        title = next(iter(outcome.tables()))
        blocks.append(table(text.say(f"{name}.{title}", lang), heads, rows, small=True))
    return Section("questions", say("questions", lang), tuple(blocks)) if blocks else None


def summary(material: Material) -> Section:
    """Return the first section: what is displaced, who loses, and how far to trust it.

    With several packages it is about the one that displaces most; the conclusions are about all.
    """
    lang = material.lang
    if not material.packages:
        items = (*_fills(material), _trust(material, ""))
        picture = fill(material.result, lang=lang)
    else:
        id = str(material.packages[0]["package"])
        found = _over_draws(material, id)
        items = (_displaced(material, material.packages[0], found), _losers(material, id, found),
                 _trust(material, id))  # fmt: skip
        if found is None or material.futures is None:
            picture = displacement(material.result, id, None, lang)
        else:
            picture = spread(material.futures, id, lang)
    return Section("summary", say("summary", lang), (Bullets(items), Image.of(picture)))


def _over_draws(material: Material, id: str) -> Headline | None:
    """Return the headline of a package over the draws; None where none are uncertain."""
    ensemble = material.drawn(id)
    return None if ensemble is None else headline(ensemble, id)


def _displaced(material: Material, row: dict[str, Any], found: Headline | None) -> str:
    """Return how much a package displaces and how likely that is, then the likely values."""
    lang, package = material.lang, material.names.package(str(row["package"]))
    beside = list(likely(material, row))
    if found is None:
        total = rough(row["displaced_main_task_2"], lang)
        return " ".join([say("s_plan", lang, package=package, total=total), *beside[1:]])
    return " ".join([found.in_short(package, lang), *found.when(lang), *beside])


def _losers(material: Material, id: str, found: Headline | None) -> str:
    """Return which missions lose, and what the rest of main task 1 gives up."""
    lang, names, ensemble = material.lang, material.names, material.futures
    if found is not None and ensemble is not None and ensemble.metadata.monthly:
        lost = {task: drawn_losses(ensemble, id, task) for task in (2, 1)}
        others = rough(sum(one.person_months for one in lost[1]), lang)
        losers = loser_sentence(lost[2], 2, lang, names.mission)
        return f"{losers} {say('s_others', lang, others=others)}"
    named = [
        f"{names.mission(mission)} ({rough(one.person_months, lang)})"
        for mission, one in at_a_time(material.result, id).items()
        if one.whole
    ]
    others = rough(max(sum(lost_by(material.result, "mission", id, 1).values()), 0.0), lang)
    if not named:
        return say("s_nobody", lang, others=others)
    return say("s_losers", lang, list=", ".join(named[:NAMED]), others=others)


def _fills(material: Material) -> Iterator[str]:
    """Yield how well missions are filled, and which are short, without a package."""
    lang, result = material.lang, material.result
    tasks = result.fill_by("main_task").set_index("main_task")["fill_rate"]
    yield say("s_fill", lang, two=rate(tasks.get(2), lang), one=rate(tasks.get(1), lang))
    missions = result.fill_by("mission").dropna(subset="fill_rate").sort_values("fill_rate")
    short = missions[missions["fill_rate"] < TARGET - 1e-9]
    listed = ", ".join(
        f"{material.names.mission(row['mission'])} ({rate(row['fill_rate'], lang, 0)})"
        for row in records(short.head(NAMED))
    )
    key = "s_short" if len(short) else "s_none_short"
    yield say(key, lang, list=listed, count=len(short), target=percent(TARGET, lang, 0))


def _trust(material: Material, id: str) -> str:
    """Return what the answer rests on, what moves it most, and what single changes do."""
    lang = material.lang
    (rests,) = (row for row in records(material.result.grounds) if row["what"] == "posts")
    total = rests["total"]
    posts = percent(rests["assumption"] / total if total > 0 else None, lang, 0)
    parts = [say("s_posts", lang, posts=posts)]
    if id in material.robust:
        found = material.robust[id]
        values = [found.displaced_person_months]
        values += [end for row in found.swings
                   for end in (row.smallest_person_months, row.largest_person_months)]  # fmt: skip
        parts.append(
            say("s_single", lang, count=number(found.plans, lang, 0),
                low=rough(min(values), lang), high=rough(max(values), lang))
        )  # fmt: skip
        parts += _moves(material, found)
    elif material.futures is None:
        parts.append(say("s_no_draws", lang))
    text = say("s_trust", lang, parts="; ".join(parts))
    drawn = _over_draws(material, id) is not None
    return " ".join([text, *driven(material, id)]) if drawn else text


def _moves(material: Material, found: Robustness) -> Iterator[str]:
    """Yield the inputs that move displacement most by themselves, and how many changes turn it."""
    lang = material.lang
    named = [
        say(
            "s_moves", lang, input=input_name(row.input, material.names, lang),
            low=rough(row.smallest_person_months, lang),
            high=rough(row.largest_person_months, lang),
        )
        for row in found.swings[:NAMED]
        if row.width_person_months >= SMALL
    ]  # fmt: skip
    if named:
        yield say("s_most", lang, list=", ".join(named))
    turned = sum(row.flips for row in found.changes)
    yield say("s_changes" if turned else "s_stays", lang, count=number(turned, lang, 0))
