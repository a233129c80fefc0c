"""Sections about the result itself: fill, displacement, bottlenecks, fill rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from planner.figures import crowd, displacement, fill, flow, sand
from planner.labels import NOTHING, label, month, months, number, percent, rate
from planner.report.blocks import Block, Bullets, Heading, Paragraph, Picture, Section, Table, table
from planner.report.conclusions import TARGET
from planner.report.material import Material
from planner.report.rows import asked_by_mission, lost_by, records
from planner.report.words import say
from planner.terms import term

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.base import Tables

__all__ = ["bottlenecks_section", "displacement_section", "fill_section", "rates_section"]

ENDS = ["smallest_person_months", "largest_person_months"]
"""Columns of ranges."""
SHOWN = 0.05
"""Person-months that show as 0.0 and are not worth a row."""


def fill_section(material: Material) -> Section:
    """Return fill by mission as a heat map and a table."""
    lang, names = material.lang, material.names
    blocks: list[Block] = [
        Paragraph(say("p_fill", lang, window=names.window)),
        Picture.of(fill(material.result, lang=lang)),
        _fill_table(material),
    ]
    return Section("fill", say("fill", lang), tuple(blocks))


def _fill_table(material: Material) -> Table:
    lang, names, result = material.lang, material.names, material.result
    rows = result.fill_by("mission", "main_task").dropna(subset="fill_rate")
    rows = rows.sort_values("main_task", kind="stable")
    extra = _futures_columns(material)
    body = [
        [names.mission(row["mission"]), str(row["main_task"]), *_amounts(row, lang),
         *extra.get(row["mission"], _blank(extra))]
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


def _blank(extra: dict[str, list[str]]) -> list[str]:
    return [NOTHING] * 3 if extra else []


def displacement_section(material: Material) -> Section:
    """Return what each package takes from whom, and through which pools."""
    lang, result = material.lang, material.result
    title = say("displacement_section", lang)
    if not material.packages:
        return Section("displacement", title, (Paragraph(say("p_no_package", lang)),))
    several = material.shares is not None
    blocks: list[Block] = [Paragraph(say("p_several", lang))] if several else []
    for row in material.packages:
        id = row["package"]
        if len(material.packages) > 1:
            blocks.append(Heading(material.names.package(id)))
        when = month(row["known_month"], lang)
        blocks.append(Paragraph(say("p_displacement", lang, month=when)))
        spans = None if material.ranges is None else _spans(material)
        blocks.append(Picture.of(displacement(result, id, spans, lang)))
        blocks += [made for task in (2, 1) if (made := _lost_table(material, id, task, spans))]
    blocks.append(Picture.of(flow(result, lang=lang)))
    if material.shares is not None:
        blocks.append(_shares_table(material))
    return Section("displacement", title, tuple(blocks))


def _spans(material: Material) -> pd.DataFrame:
    assert material.ranges is not None
    found = material.ranges.tables()["displacement"]
    return found


def _lost_table(material: Material, id: str, task: int, spans: pd.DataFrame | None) -> Table | None:
    """Return who loses what to a package in a main task; None where nobody does."""
    lang, names, result = material.lang, material.names, material.result
    lost = lost_by(result, "mission", id, task)
    reach = _reach(spans, id)
    shown = {m: value for m, value in lost.items() if max(abs(value), reach.get(m, 0.0)) >= SHOWN}
    if not shown:
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
        rows.append([names.mission(mission), number(value, lang), share, *extra, pool])
    total = [label("total", lang), number(sum(lost.values()), lang), ""]
    total += [*ranged.get("", [""] * bool(ranged)), *drawn.get("", [""] * (2 * bool(drawn))), ""]
    heads = [label("mission", lang), f">{label('displaced', lang)}",
             f">{label('share_of_asked', lang)}"]  # fmt: skip
    heads += [f">{say('t_range', lang)}"] * bool(ranged)
    heads += [f">{say('t_mean', lang)}", f">{say('t_spread', lang)}"] if drawn else []
    rest = len(lost) - len(shown)
    note = say("t_small", lang, count=rest, least=number(SHOWN, lang, 2)) if rest else ""
    caption = say("t_displaced" if task == 2 else "t_displaced_1", lang, package=names.package(id))
    return table(caption, [*heads, label("most_from", lang)], [*rows, total], 1, note)


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
    futures, lang = material.futures, material.lang
    if futures is None or not material.uncertain or id not in futures.packages:
        return {}
    found = {}
    for key, rows in (
        ("mission", futures.displacement_by("mission", main_task=task)),
        ("", futures.displacement_by(main_task=task)),
    ):
        for row in records(rows[rows["package"] == id]):
            spread = f"{number(row['q05'], lang, 0)} – {number(row['q95'], lang, 0)}"
            found[str(row[key]) if key else ""] = [number(row["mean"], lang), spread]
    return found


def _reach(spans: pd.DataFrame | None, id: str) -> dict[str, float]:
    """Return the most that each mission loses or gains in any plan that is as good."""
    if spans is None:
        return {}
    own = spans[spans["package"] == id].set_index("mission")
    return {str(m): float(v) for m, v in own[ENDS].abs().max(axis=1).items()}


def _ranged(spans: pd.DataFrame, id: str, lang: str) -> dict[str, list[str]]:
    return {
        str(row["mission"]): [
            number(row["smallest_person_months"], lang)
            if row["unique"]
            else f"{number(row['smallest_person_months'], lang)} – "
            f"{number(row['largest_person_months'], lang)}"
        ]
        for row in records(spans[spans["package"] == id])
    }


def _shares_table(material: Material) -> Table:
    lang, names = material.lang, material.names
    assert material.shares is not None
    rows = [
        [names.package(one.package), number(one.share_person_months, lang),
         number(one.alone_person_months, lang), number(one.last_person_months, lang)]
        for one in material.shares.packages
    ]  # fmt: skip
    rows.append([label("total", lang), number(material.shares.total_person_months, lang), "", ""])
    heads = [label("package", lang), f">{say('t_share', lang)}", f">{say('t_alone', lang)}",
             f">{say('t_last', lang)}"]  # fmt: skip
    return table(say("t_shares", lang), heads, rows, 1)


def bottlenecks_section(material: Material) -> Section:
    """Return which pools bind, and when."""
    lang, result, names = material.lang, material.result, material.names
    blocks: list[Block] = [Paragraph(say("p_bottlenecks", lang))]
    binding = result.bottlenecks
    if material.whole:
        blocks.append(Paragraph(label("no_binding", lang)))
    elif binding.empty:
        blocks.append(Paragraph(say("p_no_bottlenecks", lang)))
    else:
        blocks.append(_binding_table(material, binding))
    if material.why is not None:
        blocks.append(Heading(say("why", lang, mission=names.mission(material.why.mission))))
        blocks.append(Bullets(tuple(material.why.sentences(lang))))
    blocks.append(Picture.of(sand(result, lang=lang)))
    if len(binding):
        most = str(binding["pool"].value_counts(sort=True).index[0])
        blocks.append(Picture.of(crowd(result, most, lang)))
    missed = result.unmet_bounds
    if len(missed):
        rows = [
            [str(bound), ", ".join(map(names.demand, rows["demands"].iloc[0].split(" "))),
             months(rows["month"].min(), rows["month"].max(), lang),
             number(float(rows["missing_persons"].max()), lang)]
            for bound, rows in missed.groupby("bound", sort=False)
        ]  # fmt: skip
        heads = [label("bound", lang), label("demands", lang), label("window", lang),
                 f">{label('missing', lang)}"]  # fmt: skip
        blocks.append(table(say("t_bounds", lang), heads, rows))
    return Section("bottlenecks", say("bottlenecks_section", lang), tuple(blocks))


def _binding_table(material: Material, binding: pd.DataFrame) -> Table:
    lang, names = material.lang, material.names
    people = material.result.pools.groupby("pool", sort=False)["strength_persons"].mean()
    found = []
    for pool, rows in binding.groupby("pool", sort=False):
        found.append(
            (len(rows),
             [names.pool(str(pool)), number(float(people[pool]), lang, 0), str(len(rows)),
              months(rows["month"].min(), rows["month"].max(), lang)])
        )  # fmt: skip
    body = [row for _, row in sorted(found, key=lambda one: -one[0])]
    heads = [label("pool", lang), f">{label('strength', lang)}", f">{say('t_binding', lang)}",
             label("window", lang)]  # fmt: skip
    return table(say("t_bottlenecks", lang), heads, body)


def rates_section(material: Material) -> Section:
    """Return fill rates by region, category and organisation."""
    lang, result = material.lang, material.result
    blocks: list[Block] = []
    for key in ("region", "category", "organisation"):
        rows = result.fill_by(key).dropna(subset="fill_rate")
        rows = rows.sort_values("fill_rate", kind="stable")
        body = [[term(row[key], lang) or NOTHING, *_amounts(row, lang)] for row in records(rows)]
        heads = [label(key, lang), f">{label('asked', lang)}", f">{label('filled', lang)}",
                 f">{label('fill_rate', lang)}"]  # fmt: skip
        blocks.append(table(say("t_by", lang, what=label(key, lang)), heads, body))
    return Section("rates", say("fill_rates", lang), tuple(blocks))
