"""The sections of a report: functions of its data that return a :class:`Section`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from planner.figures.comparisons import ComparisonView
from planner.figures.curves import breakpoints, frontier
from planner.figures.drivers import input_name, tornado
from planner.figures.names import parameter_parts
from planner.labels import (
    NOTHING,
    label,
    month,
    months,
    number,
    percent,
    rate,
    rough,
    translated,
)  # fmt: skip
from planner.report.blocks import (
    Aside,
    Bullets,
    Column,
    Content,
    Fold,
    Heading,
    Image,
    Paragraph,
    Section,
    TableBlock,
    record_table,
    table,
)
from planner.report.conclusions import MIN_STATED, TARGET, driver_texts, likely_sentences
from planner.report.material import (
    Material,
    asked_by_mission,
    displaced_by,
    mission_losses,
    records,
)
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

RANGE_COLUMNS = ["smallest_person_months", "largest_person_months"]
"""Columns with the ends of a range."""


MIN_SHOWN = 0.05
"""Smallest displacement with a row of its own, person-months; less is displayed as 0.0."""

MIN_RANGE = 0.5
"""Smallest mean over the draws, or value in another optimal plan, with a row, person-months."""

MAX_CHANGES = 25
"""Maximum number of rows of the table of single changes."""

MAX_PAIRS = 3
"""Maximum number of scenarios with a figure of their own against the first."""

MIN_COST = 0.005
"""Smallest cost of a post to a mission that is stated, person-months."""

POSTS_TOLERANCE = 1e-9
"""Tolerance in the comparison of sizes, posts."""

MAX_PAYERS = 3
"""Maximum number of missions named per segment of a curve."""

UNIT_DECIMALS = {"share": 3, "months per month": 3, "share per month": 4, "factor": 3, "persons": 2}
"""Maximum number of decimals of a parameter, by unit; trailing zeros are left out."""

MAX_ROWS = 15
"""Maximum number of rows of the table of an analysis."""

MAX_NAMED = 3
"""Maximum number of missions or parameters named in a sentence."""


def fill_section(material: Material) -> Section:
    """Return fill by mission as a heat map and a table."""
    lang, names = material.lang, material.names
    blocks: list[Content] = [
        Paragraph(say("p_fill", lang, window=names.window)),
        Image.of(fill(material.result, lang=lang)),
        *_map_images(material),
        _fill_table(material),
    ]
    return Section("fill", say("fill", lang), tuple(blocks))


def _map_images(material: Material) -> list[Content]:
    """Return the map, if it has the place of any mission."""
    known = read_places()
    if not any(id in known for id in material.result.demands["mission"]):
        return []
    return [Image.of(places(material.result, lang=material.lang))]


def _fill_table(material: Material) -> TableBlock:
    """Return fill by mission and main task, with statistics over the draws if there are any."""
    lang, names, result = material.lang, material.names, material.result
    missions = result.fill_by("mission", "main_task").dropna(subset="fill_rate")
    totals = records(result.fill_by("main_task"))
    rows = [*records(missions.sort_values("main_task", kind="stable")), *totals]
    columns: list[Column] = [
        (
            label("mission", lang),
            lambda row: (
                names.mission(row["mission"])
                if "mission" in row
                else label(f"main_task_{row['main_task']}", lang)
            ),
        ),
        (f">{label('task', lang)}", lambda row: str(row["main_task"])),
        *_fill_columns(lang),
        *_ensemble_columns(material),
    ]
    return record_table(say("t_fill", lang), rows, columns, totals=len(totals))


def _fill_columns(lang: str) -> list[Column]:
    return [
        (f">{label('asked', lang)}", lambda row: number(row["asked_person_months"], lang, 0)),
        (f">{label('filled', lang)}", lambda row: number(row["filled_person_months"], lang, 0)),
        (f">{label('fill_rate', lang)}", lambda row: rate(row["fill_rate"], lang)),
    ]


def _ensemble_columns(material: Material) -> list[Column]:
    """Return columns for the fill of a mission or main task over the draws, if there are any."""
    if material.ensemble is None or not material.uncertain:
        return []
    lang, ensemble = material.lang, material.ensemble
    missions = records(ensemble.fill_by("mission", reach=TARGET))
    statistics = {row["mission"]: row for row in missions}
    statistics |= {row["main_task"]: row for row in records(ensemble.fill_by("main_task"))}
    cells: dict[str, Callable[[Any], str]] = {
        say("t_mean", lang): lambda one: rate(one["mean"], lang),
        say("t_spread", lang): lambda one: (
            f"{rate(one['q05'], lang, 0)} – {rate(one['q95'], lang, 0)}"
        ),
        say("t_chance", lang, target=percent(TARGET, lang, 0)): lambda one: rate(
            one["chance"], lang, 0
        ),
    }

    def of_row(cell: Callable[[Any], str]) -> Callable[[Any], str]:
        def text(row: dict[str, Any]) -> str:
            key = row.get("mission", row["main_task"])
            return cell(statistics[key]) if key in statistics else NOTHING

        return text

    return [(f">{heading}", of_row(cell)) for heading, cell in cells.items()]


def displacement_section(material: Material) -> Section:
    """Return the displacement by each package, by mission and pool."""
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
        blocks += [
            made for task in (2, 1) if (made := _displacement_table(material, id, task, spans))
        ]
        blocks.append(_periods_table(material, id))
    blocks.append(Image.of(flow(result, lang=lang)))
    return Section("displacement", title, tuple(blocks))


def _displacement_table(
    material: Material, id: str, task: int, spans: pd.DataFrame | None
) -> TableBlock | None:
    """Return the displacement by mission of a main task; None if there is none."""
    lang, names, result = material.lang, material.names, material.result
    lost, losses = displaced_by(result, "mission", id, task), mission_losses(result, id, task)
    drawn, ranges = _ensemble_rows(material, id, task), _range_rows(spans, id)

    def has_row(mission: str, value: float) -> bool:
        ends = [abs(ranges[mission][end]) for end in RANGE_COLUMNS] if mission in ranges else []
        largest = max(ends, default=0.0)
        mean = float(drawn[mission]["mean"]) if mission in drawn else 0.0
        notable = mission in losses and losses[mission].notable
        return value <= -MIN_SHOWN or notable or max(largest, mean) >= MIN_RANGE

    def extra(mission: str | None, blank: str) -> list[str]:
        """Return the cells of the range over optimal plans and of the draws."""
        cells = []
        if ranges:
            cells.append(_range_text(ranges[mission], lang) if mission in ranges else blank)
        if drawn:
            cells += _ensemble_texts(drawn[mission], lang) if mission in drawn else [blank] * 2
        return cells

    shown = {mission: value for mission, value in lost.items() if has_row(mission, value)}
    rest = [value for mission, value in lost.items() if mission not in shown and value >= MIN_SHOWN]
    if not shown and not rest:
        return None
    asked, pools = asked_by_mission(result), _largest_pools(result, id, task)
    rows = []
    for mission, value in shown.items():
        share = percent(value / asked[mission] if asked[mission] > 0 else None, lang)
        persons = losses[mission].most_persons if mission in losses else 0.0
        pool = names.pool(pools[mission]) if mission in pools else ""
        rows.append([names.mission(mission), rough(value, lang), share, rough(persons, lang),
                     *extra(mission, NOTHING), pool])  # fmt: skip
    if rest:
        name = label("less_than_half", lang, half=number(MIN_LOSS_PERSONS, lang), count=len(rest))
        rows.append([name, rough(sum(rest), lang), "", "", *extra(None, ""), ""])
    total = rough(sum(lost.values()), lang)
    rows.append([label("total", lang), total, "", "", *extra("", ""), ""])
    heads = [label("mission", lang), f">{label('displaced', lang)}",
             f">{label('share_of_asked', lang)}", f">{label('at_a_time', lang)}"]  # fmt: skip
    heads += [f">{say('t_range', lang)}"] * bool(ranges)
    heads += [f">{say('t_mean', lang)}", f">{say('t_spread', lang)}"] if drawn else []
    caption = say("t_displaced" if task == 2 else "t_displaced_1", lang, package=names.package(id))
    return table(caption, [*heads, label("most_from", lang)], rows, 1)


def _ensemble_rows(material: Material, id: str, task: int) -> dict[str | None, dict[str, Any]]:
    """Return displacement over the draws by mission; the total has an empty name."""
    ensemble = material.ensemble_with(id)
    if ensemble is None:
        return {}
    tables = [ensemble.displacement_by(*keys, main_task=task) for keys in (["mission"], [])]
    rows = (row for table in tables for row in records(table) if row["package"] == id)
    return {str(row.get("mission", "")): row for row in rows}


def _ensemble_texts(row: dict[str, Any], lang: str) -> list[str]:
    return [rough(row["mean"], lang), " – ".join(number(row[q], lang, 0) for q in ("q05", "q95"))]


def _range_rows(spans: pd.DataFrame | None, id: str) -> dict[str | None, dict[str, Any]]:
    """Return displacement over all optimal plans by mission."""
    rows = [] if spans is None else records(spans[spans["package"] == id])
    return {str(row["mission"]): row for row in rows}


def _range_text(row: dict[str, Any], lang: str) -> str:
    low, high = (rough(row[end], lang) for end in RANGE_COLUMNS)
    return low if row["unique"] else f"{low} – {high}"


def _periods_table(material: Material, id: str) -> TableBlock:
    """Return fill of and displacement by a package, by year and by phase."""
    lang, result = material.lang, material.result
    rows = []
    for key in ("year", "phase"):
        if key == "phase" and len(material.packages) > 1:
            continue
        fill_rows = result.fill_by(key, "package")
        own = fill_rows.loc[fill_rows["package"] == id, [key, "filled_person_months"]]
        filled = dict(own.itertuples(index=False, name=None))
        values = (filled, *(displaced_by(result, key, id, task) for task in (2, 1)))
        for part in dict.fromkeys(result.fill_by(key)[key]):
            name = say(f"t_{part}", lang) if key == "phase" else str(part)
            rows.append([name, *(rough(float(one.get(part, 0.0)), lang) for one in values)])
    heads = [say("t_period", lang), f">{label('package_filled', lang)}",
             f">{label('displaced_main_task_2', lang)}",
             f">{label('displaced_main_task_1', lang)}"]  # fmt: skip
    return table(say("t_periods", lang, package=material.names.package(id)), heads, rows)


def _largest_pools(result: Tables, id: str, task: int) -> dict[str, str]:
    """Return the pool with the largest displacement, by mission."""
    largest: dict[str, tuple[float, str]] = {}
    for row in records(result.displacement_by("mission", "pool", main_task=task)):
        value = float(row["displaced_person_months"])
        if row["package"] == id and value > max(0.0, largest.get(row["mission"], (0.0, ""))[0]):
            largest[str(row["mission"])] = (value, str(row["pool"]))
    return {mission: pool for mission, (_, pool) in largest.items()}


def bottlenecks_section(material: Material) -> Section:
    """Return binding pools and their months."""
    lang, result, names = material.lang, material.result, material.names
    blocks: list[Content] = [Paragraph(say("p_bottlenecks", lang))]
    binding = result.bottlenecks
    if material.whole_people:
        blocks.append(Paragraph(label("no_binding", lang)))
    elif binding.empty:
        blocks.append(Paragraph(say("p_no_bottlenecks", lang)))
    else:
        blocks.append(_binding_table(material, binding))
    blocks.append(Image.of(changeovers(result, lang=lang)))
    blocks.append(Image.of(sand(result, lang=lang)))
    if len(binding):
        pool = str(binding["pool"].value_counts(sort=True).index[0])
        blocks.append(Image.of(crowd(result, pool, lang)))
    missed = result.unmet_bounds
    if len(missed):
        columns: list[Column] = [
            (label("bound", lang), lambda one: str(one[0])),
            (
                label("demands", lang),
                lambda one: ", ".join(map(names.demand, one[1]["demands"].iloc[0].split(" "))),
            ),
            (
                label("window", lang),
                lambda one: months(one[1]["month"].min(), one[1]["month"].max(), lang),
            ),
            (
                f">{label('missing', lang)}",
                lambda one: rough(float(one[1]["missing_persons"].max()), lang),
            ),
        ]
        bounds = missed.groupby("bound", sort=False)
        blocks.append(record_table(say("t_bounds", lang), bounds, columns))
    return Section("bottlenecks", say("bottlenecks_section", lang), tuple(blocks))


def _binding_table(material: Material, binding: pd.DataFrame) -> TableBlock:
    lang, names = material.lang, material.names
    people = material.result.pools.groupby("pool", sort=False)["strength_persons"].mean()
    by_pool = [(str(pool), rows["month"]) for pool, rows in binding.groupby("pool", sort=False)]
    by_pool.sort(key=lambda one: -len(one[1]))
    columns: list[Column] = [
        (label("pool", lang), lambda one: names.pool(one[0])),
        (f">{label('strength', lang)}", lambda one: number(float(people[one[0]]), lang, 0)),
        (f">{say('t_binding', lang)}", lambda one: str(len(one[1]))),
        (label("window", lang), lambda one: months(one[1].min(), one[1].max(), lang)),
    ]
    return record_table(say("t_bottlenecks", lang), by_pool, columns)


def rates_section(material: Material) -> Section:
    """Return fill rates by region, category and organisation."""
    lang, result = material.lang, material.result
    blocks: list[Content] = []
    for key in ("region", "category", "organisation"):
        rows = result.fill_by(key).dropna(subset="fill_rate")
        rows = rows.sort_values("fill_rate", kind="stable")
        columns: list[Column] = [
            (label(key, lang), lambda row, key=key: term(row[key], lang) or NOTHING),  # type: ignore[misc]
            *_fill_columns(lang),
        ]
        caption = say("t_by", lang, what=label(key, lang))
        blocks.append(record_table(caption, records(rows), columns))
    return Section("rates", say("fill_rates", lang), tuple(blocks))


def curves_section(material: Material) -> Section | None:
    """Return displacement as a function of the size of packages; None without a package."""
    lang, title = material.lang, say("curves", material.lang)
    if not material.packages:
        return None
    if not material.curves:
        return Section("curves", title, (Paragraph(say("p_no_curves", lang)),))
    blocks: list[Content] = []
    for id, (result, headroom) in material.curves.items():
        if len(material.curves) > 1:
            blocks.append(Heading(material.names.package(id)))
        blocks.append(Image.of(curve(result, headroom, lang, material.result)))
        blocks.append(_curve_table(material, result, headroom))
    return Section("curves", title, tuple(blocks))


def _curve_table(material: Material, result: Curve, headroom: Headroom) -> TableBlock:
    """Return the cost per additional post on each segment of a curve, and its missions."""
    lang, names = material.lang, material.names
    lost = material.result.displacement
    second = set(lost.loc[lost["main_task"] == 2, "mission"])
    rows, short = [], 0
    for (begin, start), (end, stop) in pairwise(breakpoints(result, headroom)):
        if end - begin < 1:
            short += 1
            continue
        payers = _costs_by_mission(result, begin, end)
        others = sum(cost for cost, id in payers if id not in second)
        costs = [f"{names.mission(id)} {number(cost, lang, 2)}"
                for cost, id in payers if id in second and cost > MIN_COST]  # fmt: skip
        posts = "\u00a0–\u00a0".join(number(one, lang, 0) for one in (begin, end))
        rows.append([posts, number((stop - start) / (end - begin), lang, 2),
                     ", ".join(costs[:MAX_PAYERS]), number(others, lang, 2)])  # fmt: skip
    notes = [say("t_exact", lang)]
    if not result.exact:
        error = rough(result.estimated_error_person_months, lang)
        notes = [say("t_tried", lang, count=len(result.points), give=error)]
    if short:
        notes.append(say("t_short_curve", lang))
    heads = [f">{say('t_posts', lang)}", f">{say('t_each', lang)}", say("t_payers", lang),
             f">{say('t_each_1', lang)}"]  # fmt: skip
    caption = say("t_pieces", lang, package=names.package(result.package))
    return table(caption, heads, rows, note=" ".join(notes))


def _costs_by_mission(result: Curve, begin: float, end: float) -> list[tuple[float, str]]:
    """Return the loss of each mission per additional post between two sizes, largest first.

    If the headroom lies between two sizes that were evaluated, the whole loss between them is
    assigned to the part beyond the headroom. A mission whose loss is not unique is left out.
    """
    lost: dict[str, float] = {}
    for row in result.missions:
        if begin + POSTS_TOLERANCE < row.to_posts <= end + POSTS_TOLERANCE:
            all_of_it = row.per_post_person_months * (row.to_posts - row.from_posts)
            lost[row.mission] = lost.get(row.mission, 0.0) + all_of_it
    rows = [(value / (end - begin), id) for id, value in lost.items()]
    return sorted((one for one in rows if one[0] == one[0]), reverse=True)


def sure_section(material: Material) -> Section:
    """Return the uncertainty of the results over the draws."""
    lang, ensemble, title = material.lang, material.ensemble, say("sure", material.lang)
    if ensemble is None:
        return Section("sure", title, (Paragraph(say("p_no_draws", lang)),))
    if not material.uncertain:
        return Section("sure", title, (Paragraph(say("c_certain", lang)),))
    count = number(ensemble.counted, lang, 0)
    blocks: list[Content] = [Paragraph(say("p_sure", lang, draws=count))]
    if ensemble.metadata.monthly:
        blocks.append(Image.of(fan(ensemble, lang=lang)))
    blocks += [Image.of(spread(ensemble, id, lang)) for id in ensemble.packages]
    blocks.append(Image.of(chance(ensemble, lang=lang)))
    blocks.append(Image.of(convergence(ensemble, lang=lang)))
    blocks += [
        Heading(say("drivers", lang)),
        Paragraph(say("p_drivers", lang)),
        Image.of(ranking(ensemble, lang=lang)),
        _drivers_table(material),
    ]
    return Section("sure", title, tuple(blocks))


def forecasts_section(material: Material) -> Section | None:
    """Return the scores of the forecasts in the backtest of the package."""
    from planner.record.backtest import shipped_scores

    lang, scores = material.lang, shipped_scores()
    if scores is None or material.ensemble is None:
        return None
    share = partial(percent, lang=lang, digits=0)
    columns: dict[str, Callable[[Any], str]] = {
        "of": lambda row: say(f"forecast_{row['forecast']}", lang),
        "counts": lambda row: number(row["counts"], lang, 0),
        "crps": lambda row: number(row["crps"], lang, 3),
        "inside": lambda row: "" if row["forecast"] in ("cap", "last") else share(row["cover_90"]),
        "bias": lambda row: share(row["bias"]),
    }
    headed = [(say(f"forecast_{key}", lang), cell) for key, cell in columns.items()]
    rows = (row for row in scores["tables"]["scores"] if row["by"] == "all")
    blocks: list[Content] = [
        Paragraph(say("p_forecasts", lang)),
        Bullets(tuple(scores["sentences"][lang])),
        record_table(say("t_forecasts", lang), rows, headed, small=True),
    ]
    return Section("forecasts", say("forecasts_section", lang), tuple(blocks))


def robust_section(material: Material) -> Section | None:
    """Return the displacement under each single change of an assumption; None if not computed."""
    if not material.robust:
        return None
    lang, names = material.lang, material.names
    blocks: list[Content] = [Paragraph(say("p_robust", lang))]
    for id, result in material.robust.items():
        if len(material.robust) > 1:
            blocks.append(Heading(names.package(id)))
        name = partial(input_name, names=names, lang=lang)
        blocks.append(Bullets(tuple(result.sentences(lang, name))))
        blocks.append(Image.of(tornado(result, names, lang=lang)))
        blocks += _changes_table(material, result)
    return Section("robustness", say("robust_section", lang), tuple(blocks))


def _changes_table(material: Material, result: Robustness) -> Iterator[TableBlock]:
    """Yield a table of the single changes with the largest effect, if there are any."""
    lang, names = material.lang, material.names
    moved = sorted(
        (row for row in result.changes if abs(row.difference_person_months) >= MIN_SHOWN),
        key=lambda row: -abs(row.difference_person_months),
    )
    if not moved:
        return
    columns: list[Column] = [
        (say("t_input", lang), lambda row: input_name(row.input, names, lang)),
        (say("t_change", lang), lambda row: row.described(lang)),
        (f">{label('displaced', lang)}", lambda row: rough(row.displaced_person_months, lang)),
        (f">{say('t_difference', lang)}", lambda row: rough(row.difference_person_months, lang)),
        (
            say("t_loses_most", lang),
            lambda row: names.mission(row.loses_most) if row.loses_most else NOTHING,
        ),
        (f">{label('at_a_time', lang)}", lambda row: rough(row.loses_most_persons, lang)),
    ]
    shown = moved[:MAX_CHANGES]
    rest = result.plans - len(shown)
    note = say("t_unmoved", lang, count=number(rest, lang, 0)) if rest else ""
    yield record_table(say("t_robust", lang), shown, columns, note=note)


def _drivers_table(material: Material) -> TableBlock:
    """Return the share of the variance explained by parameters of each basis."""
    lang, ensemble = material.lang, material.ensemble
    assert ensemble is not None
    ranked = ensemble.ranking
    rows = []
    for quantity in dict.fromkeys(ranked["quantity"]):
        parameters = ranked[ranked["quantity"] == quantity]
        clear = parameters[parameters["clear"]]
        sums = [float(clear.loc[clear["basis"] == basis, "explains"].sum()) for basis in BASES]
        rows.append(
            [material.ensemble_names.quantity(quantity), str(len(clear)), str(len(parameters)),
             *(percent(one, lang, 0) for one in sums)]
        )  # fmt: skip
    heads = [say("t_quantity", lang), f">{say('t_clear', lang)}", f">{say('t_drawn', lang)}",
             *(f">{label(basis, lang)}" for basis in BASES)]  # fmt: skip
    return table(say("t_drivers", lang), heads, rows, note=say("t_drivers_note", lang))


def comparison_section(material: Material) -> Section | None:
    """Return a comparison with the other scenarios; None if there are none."""
    lang, comparison = material.lang, material.comparison
    if len(comparison.names) < 2:
        return None
    blocks: list[Content] = [_scenarios_table(material), Image.of(scenarios(comparison, lang))]
    for other in comparison.names[1 : MAX_PAIRS + 1]:
        blocks.append(Image.of(versus(comparison, other, comparison.names[0], lang)))
    return Section("comparison", say("comparison_section", lang), tuple(blocks))


def _scenarios_table(material: Material) -> TableBlock:
    lang, comparison = material.lang, material.comparison
    view = ComparisonView(comparison, lang)
    rows = []
    for key, result in comparison.results.items():
        tasks = result.fill_by("main_task").set_index("main_task")["fill_rate"]
        packages = result.packages
        rows.append(
            [view.title(key), rate(tasks.get(1), lang), rate(tasks.get(2), lang),
             number(float(packages["filled_person_months"].sum()), lang, 0),
             number(view.displaced(key), lang, 0)]
        )  # fmt: skip
    heads = [label("scenario", lang), f">{label('main_task_1', lang)}",
             f">{label('main_task_2', lang)}", f">{say('t_filled_for', lang)}",
             f">{label('displaced', lang)}"]  # fmt: skip
    return table(say("t_scenarios", lang), heads, rows)


def grounds_section(material: Material) -> Section:
    """Return the inputs of the result by basis, and all parameters with their sources."""
    lang, result = material.lang, material.result
    figures = result.figures
    by_basis = {basis: figures[figures["basis"] == basis] for basis in BASES}
    sources = getattr(material.names.inputs, "sources", {})  # none where it cannot be read
    named = set(figures["source"])
    blocks: list[Content] = [Paragraph(say("p_grounds", lang)), _grounds_table(material)]
    if len(by_basis["assumption"]):
        blocks.append(_parameters_table(material, by_basis["assumption"], "t_assumptions"))
    for basis in ("public", "letter"):
        rows = by_basis[basis]
        if len(rows):
            made = _parameters_table(material, rows, f"t_{basis}")
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


def _parameters_table(material: Material, rows: pd.DataFrame, caption: str) -> TableBlock:
    """Return parameters with value, range, rationale and source.

    Parameters that are equal in all of these share one row.
    """
    lang = material.lang
    groups: dict[tuple[str, ...], list[str]] = {}
    for row in records(rows):
        subjects, name = parameter_parts(row["figure"], material.names)
        key = (name, _value(row, lang), _range(row, lang), term(row["unit"], lang), _rationale(row),
               row["source"])  # fmt: skip
        groups.setdefault(key, []).append(subjects)
    body = [
        [f"{name}: {'; '.join(subjects)}" if any(subjects) else name, *rest]
        for (name, *rest), subjects in groups.items()
    ]
    heads = [label("figure", lang), f">{label('amount', lang)}", f">{say('t_range_figure', lang)}",
             label("unit", lang), say("t_why", lang), label("source", lang)]  # fmt: skip
    return table(say(caption, lang), heads, body, small=True, english=[say("t_why", lang)])


def _rationale(row: dict[str, Any]) -> str:
    """Return the rationale of a parameter: section of its source and note."""
    section, note = str(row["section"]), str(row["note"])
    return (". " if note[:1].isupper() else "; ").join(text for text in (section, note) if text)


def _value(row: dict[str, Any], lang: str) -> str:
    return month(row["month"], lang) if row["month"] else _parameter_text(row["value"], row, lang)


def _range(row: dict[str, Any], lang: str) -> str:
    low, high = row["low"], row["high"]
    if low != low and high != high:
        return NOTHING
    return f"{_parameter_text(low, row, lang)} – {_parameter_text(high, row, lang)}"


def _parameter_text(value: float, row: dict[str, Any], lang: str) -> str:
    """Format a parameter with as many decimals as it has, up to the maximum of its unit."""
    max_digits = UNIT_DECIMALS.get(row["unit"], 2)
    digits = next((n for n in range(max_digits) if abs(value - round(value, n)) < 1e-9), max_digits)
    return number(value, lang, digits)


def limits_section(material: Material) -> Section:
    """Return the limitations of the results."""
    lang, names = material.lang, material.names
    packages = (names.package(row["package"]) for row in material.packages)
    keys = ["l_mission", "l_people", "l_means", "l_month", "l_unknown"]
    keys += ["l_no_draws"] * (material.ensemble is None)
    keys += ["l_value"] * (material.result.rule == "value")
    items = [
        say("l_strength", lang),
        say("l_decision", lang),
        *(say("l_package", lang, package=package) for package in packages),
        *(say(key, lang) for key in keys),
    ]
    return Section("limits", say("limits", lang), (Aside(tuple(items)),))


def manifest_section(material: Material) -> Section:
    """Return the manifest: files, versions, options and certificate."""
    lang = material.lang
    blocks: list[Content] = [Paragraph(say("p_manifest", lang))]
    rows = []
    for name, result in material.comparison.results.items():
        prefix = f"{name}: " if len(material.comparison.names) > 1 else ""
        rows += [[prefix + word, value] for word, value in _manifest_rows(result.manifest, lang)]
    if material.ensemble is not None:
        from planner.montecarlo.words import sentences

        rows.append([say("m_futures", lang), material.ensemble_names.run])
        blocks.append(Bullets(tuple(sentences(material.ensemble, lang))))
    heads = [say("t_part", lang), label("amount", lang)]
    blocks.append(table(say("t_manifest", lang), heads, rows, small=True))
    files: dict[str, str] = {}
    for result in material.comparison.results.values():
        for row in result.manifest["inputs"]:
            files[row["file"]] = row["sha256"] or say("m_gone", lang)
    heads = [label("file", lang), say("m_hash", lang)]
    blocks.append(table(say("t_inputs", lang), heads, list(files.items()), small=True))
    return Section("manifest", say("manifest", lang), tuple(blocks))


def _manifest_rows(manifest: dict[str, Any], lang: str) -> Iterator[tuple[str, str]]:
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
    values = {key: NOTHING if proof.get(key) is None else f"{proof[key]:.0e}" for key in keys}
    yield label("certificate", lang), label("certificate_line", lang, **values)
    yield say("m_residual", lang), f"{manifest['accounting_residual']:.0e}"
    versions = ", ".join(f"{name} {one}" for name, one in manifest["versions"].items())
    yield say("m_versions", lang), versions


def promises_section(material: Material) -> Section | None:
    """Return promises by mission with their certainty; None if not computed."""
    result, lang, names = material.promises, material.lang, material.names
    if result is None:
        return None
    word = text_of("promises").say
    certainty = percent(result.certainty, lang, 0)
    lead = say("p_promises", lang, certainty=certainty, draws=number(result.draws, lang, 0),
               fresh=number(result.fresh, lang, 0))  # fmt: skip
    share = partial(percent, lang=lang, digits=0)
    columns: list[Column] = [
        (label("mission", lang), lambda row: names.mission(row.mission)),
        (f">{label('task', lang)}", lambda row: str(row.main_task)),
        (f">{label('asked', lang)}", lambda row: number(row.asked_person_months, lang, 0)),
        (f">{word('likely_share', lang)}", lambda row: share(row.likely_share)),
        (f">{word('likely_kept_rate', lang)}", lambda row: share(row.likely_kept_rate)),
        (f">{word('promised_share', lang)}", lambda row: share(row.promised_share)),
        (f">{word('kept_rate', lang)}", lambda row: share(row.kept_rate)),
        (
            f">{say('t_interval', lang)}",
            lambda row: f"{share(row.low_rate)} – {share(row.high_rate)}",
        ),
        (word("holds", lang), lambda row: label("yes" if row.holds else "no", lang)),
    ]
    blocks = (
        Paragraph(lead),
        Bullets(tuple(result.sentences(lang, names.mission))),
        Image.of(frontier(result, lang)),
        record_table(word("promises.promises", lang), result.rows, columns),
    )
    return Section("promises", say("promises", lang), blocks)


def questions_section(material: Material) -> Section | None:
    """Return sentences and main table of each declared analysis; None if there is none."""
    lang, names = material.lang, material.names
    named = {"mission": names.mission, "pool": names.pool, "package": names.package}
    blocks: list[Content] = []
    for name, outcome in material.answers.items():
        text, frame = text_of(name), outcome.to_frame().head(MAX_ROWS)
        blocks += [
            Heading(translated(template(name).short, lang)),
            Bullets(tuple(outcome.sentences(lang))),
        ]
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
    """Return the summary: displacement, missions that lose, and reliability.

    It is about the package with the largest displacement; the conclusions are about all packages.
    """
    lang = material.lang
    if not material.packages:
        items = (*_fill_sentences(material), _trust_sentence(material, ""))
        picture = fill(material.result, lang=lang)
    else:
        id = str(material.packages[0]["package"])
        over_draws = _headline(material, id)
        items = (
            _displacement_sentence(material, material.packages[0], over_draws),
            _losers_sentence(material, id, over_draws),
            _trust_sentence(material, id),
        )
        if over_draws is None or material.ensemble is None:
            picture = displacement(material.result, id, None, lang)
        else:
            picture = spread(material.ensemble, id, lang)
    return Section("summary", say("summary", lang), (Bullets(items), Image.of(picture)))


def _headline(material: Material, id: str) -> Headline | None:
    """Return the headline of a package over the draws; None without uncertain parameters."""
    ensemble = material.ensemble_with(id)
    return None if ensemble is None else headline(ensemble, id)


def _displacement_sentence(
    material: Material, row: dict[str, Any], over_draws: Headline | None
) -> str:
    """Return the displacement by a package over the draws, then for the likely values."""
    lang, package = material.lang, material.names.package(str(row["package"]))
    likely = list(likely_sentences(material, row))
    if over_draws is None:
        total = rough(row["displaced_main_task_2"], lang)
        return " ".join([say("s_plan", lang, package=package, total=total), *likely[1:]])
    return " ".join([over_draws.in_short(package, lang), *over_draws.when(lang), *likely])


def _losers_sentence(material: Material, id: str, over_draws: Headline | None) -> str:
    """Return the missions that lose, and the displacement of main task 1."""
    lang, names, ensemble = material.lang, material.names, material.ensemble
    if over_draws is not None and ensemble is not None and ensemble.metadata.monthly:
        lost = {task: drawn_losses(ensemble, id, task) for task in (2, 1)}
        others = rough(sum(one.person_months for one in lost[1]), lang)
        losers = loser_sentence(lost[2], 2, lang, names.mission)
        return f"{losers} {say('s_others', lang, others=others)}"
    named = [
        f"{names.mission(mission)} ({rough(one.person_months, lang)})"
        for mission, one in mission_losses(material.result, id).items()
        if one.notable
    ]
    others = rough(max(sum(displaced_by(material.result, "mission", id, 1).values()), 0.0), lang)
    if not named:
        return say("s_nobody", lang, others=others)
    return say("s_losers", lang, list=", ".join(named[:MAX_NAMED]), others=others)


def _fill_sentences(material: Material) -> Iterator[str]:
    """Yield the fill of missions and those that are short, for a scenario without package."""
    lang, result = material.lang, material.result
    tasks = result.fill_by("main_task").set_index("main_task")["fill_rate"]
    yield say("s_fill", lang, two=rate(tasks.get(2), lang), one=rate(tasks.get(1), lang))
    missions = result.fill_by("mission").dropna(subset="fill_rate").sort_values("fill_rate")
    short = missions[missions["fill_rate"] < TARGET - 1e-9]
    listed = ", ".join(
        f"{material.names.mission(row['mission'])} ({rate(row['fill_rate'], lang, 0)})"
        for row in records(short.head(MAX_NAMED))
    )
    key = "s_short" if len(short) else "s_none_short"
    yield say(key, lang, list=listed, count=len(short), target=percent(TARGET, lang, 0))


def _trust_sentence(material: Material, id: str) -> str:
    """Return the basis of the result, its drivers, and the effect of single changes."""
    lang = material.lang
    (rests,) = (row for row in records(material.result.grounds) if row["what"] == "posts")
    total = rests["total"]
    posts = percent(rests["assumption"] / total if total > 0 else None, lang, 0)
    parts = [say("s_posts", lang, posts=posts)]
    if id in material.robust:
        result = material.robust[id]
        values = [result.displaced_person_months]
        values += [end for row in result.swings
                   for end in (row.smallest_person_months, row.largest_person_months)]  # fmt: skip
        parts.append(
            say("s_single", lang, count=number(result.plans, lang, 0),
                low=rough(min(values), lang), high=rough(max(values), lang))
        )  # fmt: skip
        parts += _robustness_clauses(material, result)
    elif material.ensemble is None:
        parts.append(say("s_no_draws", lang))
    text = say("s_trust", lang, parts="; ".join(parts))
    drawn = _headline(material, id) is not None
    return " ".join([text, *driver_texts(material, id)]) if drawn else text


def _robustness_clauses(material: Material, result: Robustness) -> Iterator[str]:
    """Yield the inputs with the largest effect, and the number of changes of the conclusion."""
    lang = material.lang
    named = [
        say(
            "s_moves", lang, input=input_name(row.input, material.names, lang),
            low=rough(row.smallest_person_months, lang),
            high=rough(row.largest_person_months, lang),
        )
        for row in result.swings[:MAX_NAMED]
        if row.width_person_months >= MIN_STATED
    ]  # fmt: skip
    if named:
        yield say("s_most", lang, list=", ".join(named))
    turned = sum(row.flips for row in result.changes)
    yield say("s_changes" if turned else "s_stays", lang, count=number(turned, lang, 0))
