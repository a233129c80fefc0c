"""The summary of a report: three sentences and one picture, before all details."""

from __future__ import annotations

from collections.abc import Iterator

from planner.figures import displacement, fill, spread
from planner.figures.tornado import input_name
from planner.labels import number, percent, rate, rough
from planner.report.blocks import Bullets, Image, Section
from planner.report.conclusions import SMALL, TARGET
from planner.report.material import Material, at_a_time, lost_by, records
from planner.report.words import say
from planner.results.losses import Headline, headline

__all__ = ["summary"]

NAMED = 3
"""Missions named as those that lose."""


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
        items = (_displaced(material, id, found), _losers(material, id, found),
                 _trust(material, id))  # fmt: skip
        if found is None or material.futures is None:
            picture = displacement(material.result, id, None, lang)
        else:
            picture = spread(material.futures, id, lang)
    return Section("summary", say("summary", lang), (Bullets(items), Image.of(picture)))


def _over_draws(material: Material, id: str) -> Headline | None:
    """Return the headline of a package over the draws; None where none are uncertain."""
    ensemble = material.futures
    if ensemble is None or not material.uncertain or id not in ensemble.packages:
        return None
    return headline(ensemble, id)


def _displaced(material: Material, id: str, found: Headline | None) -> str:
    """Return how much a package displaces, and how likely that is."""
    lang, package = material.lang, material.names.package(id)
    if found is None:
        total = rough(material.packages[0]["displaced_main_task_2"], lang)
        return say("s_plan", lang, package=package, total=total)
    draws, chance = number(found.draws, lang, 0), percent(found.chance, lang, 0)
    if found.nothing:
        share = percent(1 - found.chance, lang, 0)
        return say("s_nothing", lang, package=package, draws=draws, share=share)
    sizes = {key: rough(getattr(found, key), lang) for key in ("mean", "q05", "q95")}
    return say("s_draws", lang, package=package, draws=draws, chance=chance, **sizes)


def _losers(material: Material, id: str, found: Headline | None) -> str:
    """Return which missions lose, and what the rest of main task 1 gives up."""
    lang, names = material.lang, material.names
    lost = {task: _lost(material, id, task, found is not None) for task in (2, 1)}
    named = [
        f"{names.mission(mission)} ({rough(value, lang)})"
        for mission, value in lost[2].items()
        if value >= SMALL
    ]
    others = rough(max(sum(lost[1].values()), 0.0), lang)
    if not named:
        return say("s_nobody", lang, others=others)
    return say("s_losers", lang, list=", ".join(named[:NAMED]), others=others)


def _lost(material: Material, id: str, task: int, drawn: bool) -> dict[str, float]:
    """Return what missions lose to a package, on average over the draws if there are any."""
    if not drawn or material.futures is None:
        if task == 1:
            return lost_by(material.result, "mission", id, task)
        found = at_a_time(material.result, id)
        return {mission: one.person_months for mission, one in found.items() if one.whole}
    rows = records(material.futures.displacement_by("mission", main_task=task))
    means = {str(row["mission"]): float(row["mean"]) for row in rows if row["package"] == id}
    return dict(sorted(means.items(), key=lambda item: -item[1]))


def _fills(material: Material) -> Iterator[str]:
    """Yield how well missions are filled, and which are short, where there is no package."""
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
        if found.swings and found.swings[0].width_person_months >= SMALL:
            called = input_name(found.swings[0].input, material.names, lang)
            parts.append(say("s_most", lang, input=called))
    elif material.futures is None:
        parts.append(say("s_no_draws", lang))
    return say("s_trust", lang, parts="; ".join(parts))
