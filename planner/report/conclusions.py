"""The conclusions of a report, in plain sentences, each with how sure it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from planner.figures.drivers import input_name
from planner.labels import label, month, months, number, percent, rate, rough
from planner.montecarlo.drivers import driver_sentences, drivers
from planner.report.blocks import Bullets, Content, Heading, Section
from planner.report.material import Material, asked_by_mission, at_a_time, lost_by
from planner.report.words import say
from planner.results.losses import drawn_losses, headline, loser_sentence

__all__ = ["SMALL", "TARGET", "conclusions", "driven", "likely"]

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
    yield from _over_draws(material, id)
    yield from likely(material, row)
    if abs(row["displaced_main_task_2"]) >= SMALL:
        yield from _losers(material, id, row["displaced_main_task_2"])
    yield from _unique(material, id)
    if id in material.robust:
        called = partial(input_name, names=material.names, lang=lang)
        yield from material.robust[id].sentences(lang, called)
    yield from _room(material, id)
    yield from _main_task_1(material, id)


def _over_draws(material: Material, id: str) -> Iterator[str]:
    """Yield displacement over the draws, or that none exist."""
    lang, ensemble = material.lang, material.drawn(id)
    if material.futures is not None and not material.uncertain:
        yield say("c_certain", lang)
    elif ensemble is not None:
        found = headline(ensemble, id)
        yield from found.sentences(lang)
        if material.by_ranges is not None:
            yield headline(material.by_ranges, id).by_ranges(lang)
        for task in (2, 1):
            lost = drawn_losses(ensemble, id, task)
            if lost:
                yield loser_sentence(lost, task, lang, material.names.mission)
        yield from driven(material, id)
    else:
        yield say("c_no_futures", lang)


def likely(material: Material, row: dict[str, Any]) -> Iterator[str]:
    """Yield what the plan for the likely values displaces, under both rules, and when."""
    lang, id, total = material.lang, row["package"], row["displaced_main_task_2"]
    if total <= -SMALL:
        yield say("c_gained", lang, total=rough(-total, lang))
        return
    ratio = ""
    if total >= SMALL:
        ratio = say("c_ratio", lang, ratio=number(100 * row["displacement_ratio"], lang))
    rule = label(material.result.rule, lang)
    yield say("c_likely", lang, total=rough(total, lang), rule=rule, ratio=ratio)
    if total >= SMALL:
        parts = lost_by(material.result, "phase", id)
        demands = material.result.demands
        first = str(demands.loc[demands["package"] == id, "first_month"].min())
        before, after = (rough(parts.get(key, 0.0), lang) for key in ("before", "after"))
        yield say("c_phase", lang, before=before, after=after, month=month(first, lang))
    other = material.other_rule
    if other is not None:
        lost = float(other.packages.set_index("package").loc[id, "displaced_main_task_2"])
        note = f" {say('c_one_of_several', lang)}" if other.rule == "value" else ""
        rule = label(other.rule, lang)
        yield say("c_other_rule", lang, rule=rule, total=rough(lost, lang), note=note)


def _losers(material: Material, id: str, total: float) -> Iterator[str]:
    """Yield who loses half a person or more at a time, the others together, and in which pool."""
    lang, names, result = material.lang, material.names, material.result
    lost = at_a_time(result, id)
    whole = [(mission, one) for mission, one in lost.items() if one.whole]
    if whole:
        most, one = whole[0]
        share = percent(one.person_months / asked_by_mission(result)[most], lang)
        yield say(
            "c_most", lang, mission=names.mission(most), share=share,
            lost=rough(one.person_months, lang), persons=rough(one.most_persons, lang),
            months=months(one.first, one.last, lang),
        )  # fmt: skip
    after = [
        say("c_then_one", lang, mission=names.mission(mission), lost=rough(one.person_months, lang),
            persons=rough(one.most_persons, lang))
        for mission, one in whole[1 : NEXT + 1]
    ]  # fmt: skip
    if after:
        yield say("c_then", lang, list=", ".join(after))
    rest = [one.person_months for one in lost.values() if not one.whole and one.person_months > 0]
    if sum(rest) >= SMALL:
        yield say("c_less_than_half", lang, lost=rough(sum(rest), lang), count=len(rest))
    pool, part = next(iter(lost_by(result, "pool", id).items()), ("", 0.0))
    if whole and part > 0 and total > 0:
        share = percent(min(part / total, 1.0), lang, 0)
        yield say("c_pool", lang, share=share, pool=names.pool(pool))


def _unique(material: Material, id: str) -> Iterator[str]:
    """Yield whether that plan is the only one that is optimal."""
    lang = material.lang
    if material.whole:
        yield say("c_whole", lang)
    elif material.result.rule == "fair":
        yield say("c_unique", lang)
    elif material.ranges is not None:
        for one in material.ranges.total_displacement:
            if one.package != id or one.group != "main task 2":
                continue
            low, high = one.smallest_person_months, one.largest_person_months
            key = "c_ranges_same" if high - low < SMALL else "c_ranges"
            yield say(key, lang, low=rough(low, lang), high=rough(high, lang))
    else:
        yield say("c_value", lang)


def driven(material: Material, id: str) -> list[str]:
    """Return what moves displacement by a package most over the draws, and where it changes."""
    assert material.futures is not None
    called = material.futurenames.factor
    return driver_sentences(drivers(material.futures, id), material.lang, called)


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
    """Yield how sure it is where no package displaces."""
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
