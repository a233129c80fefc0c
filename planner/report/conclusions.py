"""The conclusions of a report as sentences, with their uncertainty."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from planner.figures.drivers import input_name
from planner.labels import label, month, months, number, percent, rate, rough
from planner.montecarlo.drivers import driver_sentences, drivers
from planner.report.blocks import Bullets, Content, Heading, Section
from planner.report.material import Material, asked_by_mission, displaced_by, mission_losses
from planner.report.words import say
from planner.results.losses import drawn_losses, headline, loser_sentence

__all__ = ["MIN_STATED", "TARGET", "conclusions", "driver_texts", "likely_sentences"]

TARGET = 0.9
"""Fill rate below which a mission counts as short."""

MIN_STATED = 0.5
"""Smallest displacement that is stated, person-months."""

MAX_FURTHER = 3
"""Maximum number of missions named after the one with the largest loss."""


def conclusions(material: Material) -> Section:
    """Return the section of conclusions."""
    lang = material.lang
    blocks: list[Content] = []
    several = len(material.packages) > 1
    for package in material.packages:
        if several:
            blocks.append(Heading(material.names.package(package["package"])))
        blocks.append(Bullets(tuple(_package_sentences(material, package))))
    if several:
        blocks.append(Heading(say("fill", lang)))
    rest = [] if material.packages else [say("c_no_package", lang)]
    blocks.append(Bullets((*rest, *_fill_sentences(material), *_comparison_sentences(material))))
    return Section("conclusions", say("conclusions", lang), tuple(blocks))


def _package_sentences(material: Material, row: dict[str, Any]) -> Iterator[str]:
    """Yield the conclusions about a package."""
    lang, names, id = material.lang, material.names, row["package"]
    asked, filled = row["asked_person_months"], row["filled_person_months"]
    values = {
        "package": names.package(id), "asked": rough(asked, lang), "filled": rough(filled, lang),
        "window": names.window,
    }  # fmt: skip
    if asked <= 0 or filled < asked * (1 - 1e-6):
        part = rate(filled / asked if asked > 0 else None, lang)
        yield say("c_asked", lang, **values, rate=part)
    else:
        yield say("c_asked_full", lang, **values)
    yield from _ensemble_sentences(material, id)
    yield from likely_sentences(material, row)
    if abs(row["displaced_main_task_2"]) >= MIN_STATED:
        yield from _losers_sentences(material, id, row["displaced_main_task_2"])
    yield from _uniqueness(material, id)
    if id in material.robust:
        name = partial(input_name, names=material.names, lang=lang)
        yield from material.robust[id].sentences(lang, name)
    yield from _headroom_sentence(material, id)
    yield from _main_task_1_sentence(material, id)


def _ensemble_sentences(material: Material, id: str) -> Iterator[str]:
    """Yield the displacement over the draws, or a note that there are none."""
    lang, ensemble = material.lang, material.ensemble_with(id)
    if material.ensemble is not None and not material.uncertain:
        yield say("c_certain", lang)
    elif ensemble is not None:
        result = headline(ensemble, id)
        yield from result.sentences(lang)
        if material.by_ranges is not None:
            yield headline(material.by_ranges, id).by_ranges(lang)
        for task in (2, 1):
            lost = drawn_losses(ensemble, id, task)
            if lost:
                yield loser_sentence(lost, task, lang, material.names.mission)
        yield from driver_texts(material, id)
    else:
        yield say("c_no_futures", lang)


def likely_sentences(material: Material, row: dict[str, Any]) -> Iterator[str]:
    """Yield the displacement in the plan for the likely values, its phases and the other rule."""
    lang, id, total = material.lang, row["package"], row["displaced_main_task_2"]
    if total <= -MIN_STATED:
        yield say("c_gained", lang, total=rough(-total, lang))
        return
    ratio = ""
    if total >= MIN_STATED:
        ratio = say("c_ratio", lang, ratio=number(100 * row["displacement_ratio"], lang))
    rule = label(material.result.rule, lang)
    yield say("c_likely", lang, total=rough(total, lang), rule=rule, ratio=ratio)
    if total >= MIN_STATED:
        parts = displaced_by(material.result, "phase", id)
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


def _losers_sentences(material: Material, id: str, total: float) -> Iterator[str]:
    """Yield the missions with a notable loss, the sum of the others, and the pool concerned."""
    lang, names, result = material.lang, material.names, material.result
    lost = mission_losses(result, id)
    notable = [(mission, one) for mission, one in lost.items() if one.notable]
    if notable:
        most, one = notable[0]
        share = percent(one.person_months / asked_by_mission(result)[most], lang)
        yield say(
            "c_most", lang, mission=names.mission(most), share=share,
            lost=rough(one.person_months, lang), persons=rough(one.most_persons, lang),
            months=months(one.first, one.last, lang),
        )  # fmt: skip
    after = [
        say("c_then_one", lang, mission=names.mission(mission), lost=rough(one.person_months, lang),
            persons=rough(one.most_persons, lang))
        for mission, one in notable[1 : MAX_FURTHER + 1]
    ]  # fmt: skip
    if after:
        yield say("c_then", lang, list=", ".join(after))
    rest = [one.person_months for one in lost.values() if not one.notable and one.person_months > 0]
    if sum(rest) >= MIN_STATED:
        yield say("c_less_than_half", lang, lost=rough(sum(rest), lang), count=len(rest))
    pool, part = next(iter(displaced_by(result, "pool", id).items()), ("", 0.0))
    if notable and part > 0 and total > 0:
        share = percent(min(part / total, 1.0), lang, 0)
        yield say("c_pool", lang, share=share, pool=names.pool(pool))


def _uniqueness(material: Material, id: str) -> Iterator[str]:
    """Yield whether the optimal plan is unique."""
    lang = material.lang
    if material.whole_people:
        yield say("c_whole", lang)
    elif material.result.rule == "fair":
        yield say("c_unique", lang)
    elif material.ranges is not None:
        for one in material.ranges.total_displacement:
            if one.package != id or one.group != "main task 2":
                continue
            low, high = one.smallest_person_months, one.largest_person_months
            key = "c_ranges_same" if high - low < MIN_STATED else "c_ranges"
            yield say(key, lang, low=rough(low, lang), high=rough(high, lang))
    else:
        yield say("c_value", lang)


def driver_texts(material: Material, id: str) -> list[str]:
    """Return sentences on the parameters with the largest effect on displacement by a package."""
    assert material.ensemble is not None
    name = material.ensemble_names.factor
    return driver_sentences(drivers(material.ensemble, id), material.lang, name)


def _headroom_sentence(material: Material, id: str) -> Iterator[str]:
    """Yield the headroom of a package."""
    if id not in material.curves:
        return
    lang = material.lang
    room = material.curves[id][1].rooms[0]
    words = {"posts": number(room.posts, lang, 0), "size": number(room.asked_posts, lang, 0)}
    if room.posts < MIN_STATED:
        yield say("c_headroom_none", lang)
    elif room.multiple >= 1:
        if room.limited:
            yield say("c_headroom_all", lang, **words)
    else:
        yield say("c_headroom", lang, **words)


def _main_task_1_sentence(material: Material, id: str) -> Iterator[str]:
    lang = material.lang
    lost = displaced_by(material.result, "mission", id, main_task=1)
    if sum(lost.values()) >= MIN_STATED:
        mission, largest = next(iter(lost.items()))
        yield say("c_main_task_1", lang, total=rough(sum(lost.values()), lang),
                  mission=material.names.mission(mission), lost=rough(largest, lang))  # fmt: skip


def _fill_sentences(material: Material) -> Iterator[str]:
    """Yield the fill, the bottlenecks, and the share of assumptions in the inputs."""
    lang, result = material.lang, material.result
    tasks = result.fill_by("main_task").set_index("main_task")["fill_rate"]
    missions = result.fill_by("mission").dropna(subset="fill_rate")["fill_rate"]
    short = int((missions < TARGET - 1e-9).sum())
    target = percent(TARGET, lang, 0)
    yield say("c_fill", lang, two=rate(tasks.get(2), lang), one=rate(tasks.get(1), lang),
              count=short, all=len(missions), target=target)  # fmt: skip
    if material.uncertain and material.ensemble is not None:
        table = material.ensemble.fill_by("main_task").set_index("main_task")
        chances = material.ensemble.fill_by("mission", reach=TARGET)["chance"]
        if 2 in table.index:
            row: Any = table.loc[2]
            half = number(50 * (row["high"] - row["low"]), lang) + "%"
            yield say(
                "c_fill_futures", lang, mean=rate(row["mean"], lang), half=half, target=target,
                low=rate(row["q05"], lang, 0), high=rate(row["q95"], lang, 0),
                count=int((chances < 0.5).sum()), all=len(chances),
            )  # fmt: skip
    if not material.packages:
        yield from _uncertainty_sentences(material)
    yield from _bottleneck_sentences(material)
    rests = result.grounds.set_index("what")
    part = rests["assumption"] / rests["total"].where(rests["total"] > 0)
    yield say("c_grounds", lang, caps=percent(part.get("cap"), lang, 0),
              posts=percent(part.get("posts"), lang, 0),
              section=say("assumptions", lang))  # fmt: skip


def _uncertainty_sentences(material: Material) -> Iterator[str]:
    """Yield the uncertainty if there is no package."""
    lang = material.lang
    if material.ensemble is None:
        yield say("c_no_futures", lang)
    elif not material.uncertain:
        yield say("c_certain", lang)
    yield say("c_unique" if material.result.rule == "fair" else "c_value", lang)


def _bottleneck_sentences(material: Material) -> Iterator[str]:
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


def _comparison_sentences(material: Material) -> Iterator[str]:
    """Yield the results of the other scenarios."""
    from planner.figures.comparisons import ComparisonView

    lang, view = material.lang, ComparisonView(material.comparison, material.lang)
    for key in material.comparison.names[1:]:
        lost, filled = view.displaced(key), rate(view.main_task_2_rate(key), lang)
        text = "c_other" if abs(lost) >= MIN_STATED else "c_other_nothing"
        text = text if lost == lost else "c_other_none"
        yield say(text, lang, name=view.title(key), rate=filled, lost=rough(lost, lang))
