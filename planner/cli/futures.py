"""What many futures come to: as plain values for JSON, and as tables in the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planner.labels import label, months, number, percent

if TYPE_CHECKING:
    from planner.montecarlo.futures import Futures
    from planner.montecarlo.study import Study

__all__ = [
    "show_draw",
    "show_forecast",
    "show_futures",
    "summarise_draw",
    "summarise_forecast",
    "summarise_futures",
]

FORMAT = "planner-futures-summary/1"

RANKED = 20
"""Most figures of a ranking that a summary holds; the table ``ranking`` of a kept run has all."""

SHOWN = 6
"""Most figures of a ranking in the terminal."""

SMALL = 0.05
"""Person-months that a table with one decimal shows as nothing."""


def word(key: str, lang: str, **values: object) -> str:
    """Return a word of many futures in a language."""
    from planner.montecarlo.words import say

    return say(key, lang, **values)


def summarise_futures(futures: Futures, reach: float) -> dict[str, Any]:
    """Return headline numbers, fill and displacement by mission, ready for strict JSON."""
    from planner.cli.console import strict

    manifest, design = futures.manifest, futures.outline.design
    found = {
        "format": FORMAT,
        "scenario": dict(futures.outline.scenario),
        "window": dict(futures.outline.window),
        "rule": futures.rule,
        "options": {
            **{name: getattr(design, name) for name in ("seed", "sampling", "replicates", "share")},
            "packages": list(futures.packages),
            **manifest["stop"],
        },
        "draws": {
            "asked": design.draws,
            "made": futures.made,
            "counted": futures.counted,
            "unproved": futures.unproved,
            "stopped": futures.stopped,
        },
        "plans": manifest["plans"],
        "certificate": manifest["certificate"],
        "total": futures.total.to_dict("records"),
        "reach": reach,
        "missions": _named(futures, futures.fill_by("mission", reach=reach)),
        "missions_present": _named(
            futures, futures.fill_by("mission", reach=reach, layer="present")
        ),
        "displacement": _named(futures, futures.displacement_by("mission", main_task=None)),
        "ranking": [
            row
            for _, part in futures.ranking.groupby("quantity", sort=False)
            for row in part.head(RANKED).to_dict("records")
        ],
        "sentences": futures.sentences(),
    }
    made: dict[str, Any] = strict(found)
    return made


def _named(futures: Futures, table: Any) -> list[dict[str, Any]]:
    """Return rows with the names and the main task of their mission."""
    labels = futures.outline.labels
    about = {
        mission: {"name": name, "name_nl": dutch, "main_task": task}
        for mission, name, dutch, task in zip(
            *(labels[key] for key in ("mission", "mission_name", "mission_name_nl", "main_task")),
            strict=True,
        )
    }
    return [{**row, **about[row["mission"]]} for row in table.to_dict("records")]


def show_futures(futures: Futures, reach: float, lang: str) -> None:
    """Print headline numbers, fill and displacement by mission, and how they were drawn."""
    from planner.cli.console import in_language, lines, say
    from planner.cli.summary import certificate_line

    summary = summarise_futures(futures, reach)
    scenario, window = summary["scenario"], summary["window"]
    say(in_language(scenario, lang, "title") or scenario["name"], style="bold")
    design = futures.outline.design
    about = [
        (label("scenario", lang), scenario["name"]),
        (label("window", lang), months(window["first"], window["last"], lang)),
        (label("rule", lang), label(summary["rule"], lang)),
        (word("draws", lang), number(futures.made, lang, 0)),
        (
            word("sampling", lang),
            f"{word(design.sampling, lang)}, {word('seed', lang)} {design.seed}",
        ),
    ]
    say(lines(about))
    say("", _headline(summary, lang), "", _fills(summary, lang))
    say(word("there_note", lang), style="dim")
    for package in futures.packages:
        titles = futures.outline.titles[package]
        title = (titles[1] or titles[0]) if lang == "nl" else (titles[0] or titles[1])
        say("", _losses(summary, package, f"{title} ({package})", lang))
    for quantity in dict.fromkeys(row["quantity"] for row in summary["ranking"]):
        say("", _drivers(summary, quantity, lang))
    say("", certificate_line(summary["certificate"], lang), *futures.sentences(lang))


def _size(row: Mapping[str, Any], lang: str, share: bool) -> list[str]:
    """Return mean, error, interval and spread as cells."""

    def one(value: float | None) -> str:
        return percent(value, lang) if share else number(value, lang)

    return [
        one(row["mean"]),
        one(row["standard_error"]),
        f"{one(row['low'])} – {one(row['high'])}",
        f"{one(row['q05'])} – {one(row['q95'])}",
    ]


def _heads(first: list[str], lang: str, *last: str) -> list[str]:
    sizes = [word(name, lang) for name in ("mean", "standard_error", "interval", "spread")]
    return [*first, *(f">{name}" for name in (*sizes, *last))]


def _headline(summary: Mapping[str, Any], lang: str) -> Any:
    from planner.cli.console import table

    rows = []
    for row in summary["total"]:
        kind, _, package = row["quantity"].partition(".")
        if row["package"]:
            words = {
                "displacement": "displaced_main_task_2",
                "displacement_main_task_1": "displaced_main_task_1",
                "filled": "package_filled",
                "displacement_ratio": "displacement_ratio",
            }
            name = f"{label(words[kind], lang)} ({package})"
        else:
            name = word(row["quantity"], lang)
        rows.append([name, *_size(row, lang, row["unit"] == "share")])
    title = f"{word('headline', lang)} ({label('person_months', lang)})"
    return table(title, _heads([word("quantity", lang)], lang), rows)


def _fills(summary: Mapping[str, Any], lang: str) -> Any:
    from planner.cli.console import in_language, table

    planned = {row["mission"]: row["mean"] for row in summary["missions"]}
    rows = [
        [row["mission"], in_language(row, lang), str(row["main_task"]),
         percent(planned[row["mission"]], lang), *_size(row, lang, True),
         percent(row["chance"], lang, 0)]
        for row in sorted(summary["missions_present"], key=lambda row: row["main_task"])
    ]  # fmt: skip
    first = [
        label("mission", lang), label("name", lang), ">" + label("task", lang),
        ">" + word("planned", lang),
    ]  # fmt: skip
    chance = word("chance_of", lang, reach=percent(summary["reach"], lang, 0))
    return table(word("fill_there", lang), _heads(first, lang, chance), rows, named=True)


def _losses(summary: Mapping[str, Any], package: str, title: str, lang: str) -> Any:
    from planner.cli.console import in_language, table

    rows = [
        [row["mission"], in_language(row, lang), *_size(row, lang, False),
         percent(row["chance"], lang, 0)]
        for row in summary["displacement"]
        if row["package"] == package and row["main_task"] == 2 and abs(row["mean"]) >= SMALL
    ]  # fmt: skip
    first = [label("mission", lang), label("name", lang)]
    heads = _heads(first, lang, word("chance_lost", lang))
    shown = f"{label('displacement_by_mission', lang)}: {title} ({label('person_months', lang)})"
    return table(shown, heads, rows, named=True)


def _drivers(summary: Mapping[str, Any], quantity: str, lang: str) -> Any:
    """Return the figures that go with a quantity beyond chance, or a line that there is none."""
    from planner.cli.console import table

    rows = [
        [row["factor"], label(row["basis"], lang), number(row["rank_correlation"], lang, 2),
         f"{number(row['low'], lang, 2)} – {number(row['high'], lang, 2)}"]
        for row in summary["ranking"]
        if row["quantity"] == quantity and row["clear"]
    ]  # fmt: skip
    if not rows:
        return word("goes_with_nothing", lang, quantity=quantity)
    heads = [
        word("factor", lang), label("basis", lang), ">" + word("correlation", lang),
        ">" + word("interval", lang),
    ]  # fmt: skip
    return table(word("goes_with", lang, quantity=quantity), heads, rows[:SHOWN])


def summarise_forecast(study: Study, workers: int | None) -> dict[str, Any]:
    """Return what a run will take, ready for strict JSON."""
    from planner.montecarlo.forecast import forecast

    return {
        "format": "planner-forecast/1",
        "scenario": study.uncertain.scenario.name,
        "rule": study.rule,
        **vars(forecast(study, workers)),
    }


def show_forecast(found: Mapping[str, Any], lang: str) -> None:
    """Print what a run will take."""
    from planner.cli.console import duration, lines, say

    def mib(size: float) -> str:
        return f"{number(size / 2**20, lang, 0)} MiB"

    say(word("dry_run", lang, tried=found["tried"]), style="bold")
    counts = (("draws", "draws"), ("plans", "plans"), ("rules_sets", "rules"),
              ("workers", "workers"))  # fmt: skip
    say(
        lines(
            [
                *((word(name, lang), number(found[key], lang, 0)) for name, key in counts),
                (word("time", lang), duration(found["seconds"])),
                (word("processor_time", lang), duration(found["processor_seconds"])),
                (word("memory", lang), mib(found["memory_bytes"])),
                (word("disk", lang), mib(found["disk_bytes"])),
            ]
        )
    )


def summarise_draw(study: Study, number: int, out: str | None, force: bool) -> dict[str, Any]:
    """Plan one draw again, keep its result where that is asked for, and return what it says."""
    from planner.cli.console import strict
    from planner.cli.inputs import check_folder
    from planner.cli.summary import summarise
    from planner.montecarlo.replay import take_draw

    if out is not None:
        check_folder(out, force)
    draw = take_draw(study, number)
    summary = summarise(draw.result)
    if out is not None:
        draw.result.save(out)
    made: dict[str, Any] = strict(
        {
            "format": "planner-draw/1",
            "draw": number,
            "quantities": dict(draw.quantities),
            "factors": draw.factors.to_dict("records"),
            "sentences": {lang: draw.sentences(lang) for lang in ("en", "nl")},
            "result": summary,
            "written_to": out,
        }
    )
    return made


def show_draw(found: Mapping[str, Any], lang: str) -> None:
    """Print what is unusual about a draw, and the summary of its result."""
    from planner.cli.console import say
    from planner.cli.summary import show_summary

    first, *others = found["sentences"][lang]
    say(first, style="bold")
    for sentence in others:
        say(sentence, indent=2)
    say("")
    show_summary(found["result"], lang)
    if found["written_to"]:
        say(label("written_to", lang, path=found["written_to"]))
