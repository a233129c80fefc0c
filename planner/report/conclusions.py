"""The conclusions of a report, in plain sentences, each with how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from planner.labels import number, percent, rate, rough
from planner.report.blocks import Bullets, Content, Heading, Section
from planner.report.material import Material, asked_by_mission, lost_by
from planner.report.words import say

__all__ = ["TARGET", "SMALL", "conclusions"]

TARGET = 0.9
"""Fill rate below which a mission counts as short."""
SMALL = 0.5
"""Person-months that are not worth a sentence."""
NEXT = 3
"""Missions named after the one that loses most."""


def conclusions(material: Material) -> Section:
    """Return the first section."""
    lang = material.lang
    blocks: list[Content] = []
    several = len(material.packages) > 1
    for package in material.packages:
        if several:
            blocks.append(Heading(material.names.package(package["package"])))
        blocks.append(Bullets(tuple(_package(material, package))))
    if several:
        blocks.append(Heading(say("fill", lang)))
    rest = [] if material.packages else [say("c_no_package", lang)]
    blocks.append(Bullets((*rest, *_whole(material), *_beside(material))))
    return Section("conclusions", say("conclusions", lang), tuple(blocks))


def _package(material: Material, row: dict[str, Any]) -> Iterator[str]:
    """Yield what a package costs."""
    lang, names, id = material.lang, material.names, row["package"]
    asked, filled = row["asked_person_months"], row["filled_person_months"]
    said = {
        "package": names.package(id), "asked": rough(asked, lang), "filled": rough(filled, lang),
        "window": names.window,
    }  # fmt: skip
    if asked <= 0 or filled < asked * (1 - 1e-6):
        part = rate(filled / asked if asked > 0 else None, lang)
        yield say("c_asked", lang, **said, rate=part)
    else:
        yield say("c_asked_full", lang, **said)
    total = row["displaced_main_task_2"]
    if total >= SMALL:
        ratio = number(100 * row["displacement_ratio"], lang)
        yield say("c_displaced", lang, total=rough(total, lang), ratio=ratio)
    elif total <= -SMALL:
        yield say("c_gained", lang, total=rough(-total, lang))
    else:
        yield say("c_displaced_none", lang)
    yield from _sure(material, id)
    if total >= SMALL:
        yield from _losers(material, id, total)
    yield from _room(material, id)
    yield from _main_task_1(material, id)


def _losers(material: Material, id: str, total: float) -> Iterator[str]:
    """Yield who loses most, and in which pool."""
    lang, names, result = material.lang, material.names, material.result
    lost = [one for one in lost_by(result, "mission", id).items() if one[1] >= SMALL]
    if not lost:
        return
    most, value = lost[0]
    share = percent(value / asked_by_mission(result)[most], lang)
    yield say("c_most", lang, mission=names.mission(most), share=share, lost=rough(value, lang))
    after = [f"{names.mission(m)} ({rough(v, lang)})" for m, v in lost[1 : NEXT + 1]]
    if after:
        yield say("c_then", lang, list=", ".join(after))
    pool, part = next(iter(lost_by(result, "pool", id).items()), ("", 0.0))
    if part > 0:
        share = percent(min(part / total, 1.0), lang, 0)
        yield say("c_pool", lang, share=share, pool=names.pool(pool))


def _sure(material: Material, id: str) -> Iterator[str]:
    """Yield how sure the displacement by a package is."""
    lang, futures = material.lang, material.futures
    if futures is not None and not material.uncertain:
        yield say("c_certain", lang)
    elif futures is not None and id in futures.packages:
        table = futures.displacement_by()
        row = table[table["package"] == id].iloc[0]
        yield say(
            "c_futures", lang, mean=rough(row["mean"], lang),
            half=rough((row["high"] - row["low"]) / 2, lang), low=rough(row["q05"], lang),
            high=rough(row["q95"], lang), chance=percent(row["chance"], lang, 0),
            draws=number(futures.counted, lang, 0),
        )  # fmt: skip
        yield from _driver(material, id)
    else:
        yield say("c_no_futures", lang)
    if material.whole:
        yield say("c_whole", lang)
    elif material.result.rule == "fair":
        yield say("c_unique", lang)
    elif material.ranges is not None:
        for one in material.ranges.total_displacement:
            if one.package != id or one.group != "main task 2":
                continue
            low, high = one.smallest_person_months, one.largest_person_months
            same = high - low < SMALL
            yield say("c_ranges_same" if same else "c_ranges", lang, low=rough(low, lang),
                      high=rough(high, lang))  # fmt: skip
    else:
        yield say("c_value", lang)


def _driver(material: Material, id: str) -> Iterator[str]:
    """Yield what goes most with the displacement by a package, if anything clearly does."""
    assert material.futures is not None
    table = material.futures.ranking
    mine = table[(table["quantity"] == f"displacement.{id}") & table["clear"]]
    if len(mine):
        first = mine.iloc[0]
        share = percent(float(first["explains"]), material.lang, 0)
        factor = material.futurenames.factor(str(first["factor"]))
        yield say("c_driver", material.lang, factor=factor, share=share)


def _room(material: Material, id: str) -> Iterator[str]:
    """Yield how large the package can be before main task 2 loses anything."""
    if id not in material.curves:
        return
    lang = material.lang
    room = material.curves[id][1].rooms[0]
    words = {"posts": number(room.posts, lang, 0), "size": number(room.asked_posts, lang, 0)}
    if room.posts < SMALL:
        yield say("c_headroom_none", lang)
    elif room.multiple >= 1:
        if room.limited:
            yield say("c_headroom_all", lang, **words)
    else:
        yield say("c_headroom", lang, **words)


def _main_task_1(material: Material, id: str) -> Iterator[str]:
    lang = material.lang
    lost = lost_by(material.result, "mission", id, main_task=1)
    if sum(lost.values()) >= SMALL:
        mission, most = next(iter(lost.items()))
        yield say("c_main_task_1", lang, total=rough(sum(lost.values()), lang),
                  mission=material.names.mission(mission), lost=rough(most, lang))  # fmt: skip


def _whole(material: Material) -> Iterator[str]:
    """Yield how well everybody is filled, what is tight, and what all of it rests on."""
    lang, result = material.lang, material.result
    tasks = result.fill_by("main_task").set_index("main_task")["fill_rate"]
    missions = result.fill_by("mission").dropna(subset="fill_rate")["fill_rate"]
    short = int((missions < TARGET - 1e-9).sum())
    target = percent(TARGET, lang, 0)
    yield say("c_fill", lang, two=rate(tasks.get(2), lang), one=rate(tasks.get(1), lang),
              count=short, all=len(missions), target=target)  # fmt: skip
    if material.uncertain and material.futures is not None:
        table = material.futures.fill_by("main_task").set_index("main_task")
        chances = material.futures.fill_by("mission", reach=TARGET)["chance"]
        if 2 in table.index:
            row: Any = table.loc[2]
            half = number(50 * (row["high"] - row["low"]), lang) + "%"
            yield say(
                "c_fill_futures", lang, mean=rate(row["mean"], lang), half=half, target=target,
                low=rate(row["q05"], lang, 0), high=rate(row["q95"], lang, 0),
                count=int((chances < 0.5).sum()), all=len(chances),
            )  # fmt: skip
    if not material.packages:
        yield from _sure_without(material)
    yield from _tight(material)
    rests = result.grounds.set_index("what")
    part = rests["assumption"] / rests["total"].where(rests["total"] > 0)
    yield say("c_grounds", lang, caps=percent(part.get("cap"), lang, 0),
              posts=percent(part.get("posts"), lang, 0),
              section=say("assumptions", lang))  # fmt: skip


def _sure_without(material: Material) -> Iterator[str]:
    """Yield how sure it is where there is no package to speak of."""
    lang = material.lang
    if material.futures is None:
        yield say("c_no_futures", lang)
    elif not material.uncertain:
        yield say("c_certain", lang)
    yield say("c_unique" if material.result.rule == "fair" else "c_value", lang)


def _tight(material: Material) -> Iterator[str]:
    lang, result = material.lang, material.result
    binding = result.bottlenecks
    if len(binding):
        months = binding["pool"].value_counts(sort=True)
        yield say(
            "c_tight", lang, count=len(months), all=result.pools["pool"].nunique(),
            pool=material.names.pool(str(months.index[0])), months=int(months.iloc[0]),
        )  # fmt: skip
    missed = result.unmet_bounds["bound"].nunique()
    if missed:
        yield say("c_bounds", lang, count=missed)


def _beside(material: Material) -> Iterator[str]:
    """Yield how other scenarios do."""
    from planner.figures.comparisons import Beside

    lang, beside = material.lang, Beside(material.comparison, material.lang)
    for key in material.comparison.names[1:]:
        lost, filled = beside.displaced(key), rate(beside.task_2(key), lang)
        said = "c_other" if abs(lost) >= SMALL else "c_other_nothing"
        said = said if lost == lost else "c_other_none"
        yield say(said, lang, name=beside.title(key), rate=filled, lost=rough(lost, lang))
