"""Numbers in documents: every block of them is made by the commands that it names.

A block begins with ``<!-- command: COMMAND; COMMAND | VIEW ARGUMENT … -->`` and ends with
``<!-- end -->``. Each command is run with ``--json``; NAME in a command stands for each argument.
A view turns the outputs into text. Blocks of commands that take minutes are marked ``| made of
DIGEST …``: the digests of the scenarios they were made of.

    python -m tests.documents                  write all blocks anew
    python -m tests.documents --quick          only those of commands that take seconds
    python -m tests.documents --check          change nothing, say which blocks differ
    python -m tests.documents --kept FOLDER    keep outputs of commands in a folder, and use them
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import planner as pl
from planner.cli.main import main as planner_main
from planner.labels import NOTHING, figure, number, percent, rough
from planner.record.backtest import shipped_scores
from planner.scenario.calibrated import read_calibrated, shipped_calibrations

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (
    "README.md",
    "docs/changes.md",
    "docs/forecasts.md",
    "docs/promises.md",
    "docs/trust.md",
    "docs/nl/index.md",
    "docs/nl/zekerheid.md",
)
"""Documents with blocks of numbers."""

BLOCK = re.compile(
    r"<!-- command: (?P<commands>[^|]+?) \| (?P<view>\w+)(?P<arguments>[^|]*?)"
    r"(?P<made> \| made of [^|]+?)? -->\n(?P<body>.*?)<!-- end -->",
    re.DOTALL,
)
EARLIER = {
    "eastern-flank-company": 0, "eastern-flank-battalion": 901, "eastern-flank-brigade": 1870,
    "studied-decided": 9194, "rest-relaxed": 0,
}  # fmt: skip
"""Displacement of main task 2 as the version before the revised model stated it."""

Outputs = Callable[[str], dict[str, Any]]


@dataclass(frozen=True)
class Block:
    """A block of a document."""

    document: str
    whole: str
    commands: tuple[str, ...]
    view: str
    arguments: tuple[str, ...]
    made: tuple[str, ...]

    @property
    def slow(self) -> bool:
        """Whether its commands take minutes."""
        return self.view in SLOW

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Scenarios of its commands."""
        found = [shlex.split(one)[2] for one in self.commands]
        return tuple(dict.fromkeys(one for one in found if one != "NAME")) or self.arguments

    @property
    def lang(self) -> str:
        """Language of the document."""
        return "nl" if self.document.startswith("docs/nl/") else "en"

    @property
    def stale(self) -> bool:
        """Whether a scenario is another than the one that its numbers were made of."""
        return self.slow and self.made != digests(self.scenarios)

    def text(self, run: Outputs) -> str:
        """Return the block made anew."""
        body = VIEWS[self.view](self, run).rstrip("\n")
        head = "; ".join(self.commands) + f" | {' '.join((self.view, *self.arguments))}"
        made = f" | made of {' '.join(digests(self.scenarios))}" if self.slow else ""
        return f"<!-- command: {head}{made} -->\n{body}\n<!-- end -->"


def digests(scenarios: Sequence[str]) -> tuple[str, ...]:
    """Return the first characters of the digests of some scenarios."""
    return tuple(pl.load(name).digest.partition(":")[2][:12] for name in scenarios)


def blocks(document: str) -> list[Block]:
    """Return the blocks of a document, in order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return [
        Block(
            document,
            found[0],
            tuple(one.strip() for one in found["commands"].split(";")),
            found["view"],
            tuple(found["arguments"].split()),
            tuple((found["made"] or "").removeprefix(" | made of ").split()),
        )
        for found in BLOCK.finditer(text)
    ]


def outside(document: str) -> str:
    """Return a document without its blocks."""
    return BLOCK.sub("", (ROOT / document).read_text(encoding="utf-8"))


def runner(kept: Path | None = None) -> Outputs:
    """Return what runs a command with ``--json``, each once; outputs are kept in a folder."""
    known: dict[str, dict[str, Any]] = {}

    def run(command: str) -> dict[str, Any]:
        if command in known:
            return known[command]
        name = re.sub(r"[^\w.-]+", "-", command.removeprefix("planner ")).strip("-")
        path = None if kept is None else kept / f"{name}.json"
        if path is not None and path.exists():
            text = path.read_text(encoding="utf-8")
        else:
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                code = planner_main([*shlex.split(command)[1:], "--json", "--quiet"])
            if code:
                raise SystemExit(f"{command}: ended with {code}")
            text = output.getvalue()
            if path is not None:
                path.write_text(text, encoding="utf-8")
        known[command] = json.loads(text)
        return known[command]

    return run


def _only_package(found: dict[str, Any]) -> dict[str, Any]:
    (package,) = found["packages"]
    return dict(package)


WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "and": " and ", "to": "to", "draws": "draws", "window": "whole window",
        "draws_head": "displaced from main task 2, person-months",
        "draws_rows": (
            "mean, with its 95 % interval", "nine draws in ten",
            "chance that anything is displaced", "chance that it is over a tenth of the package",
            "mean before the package's first month, and from then on",
        ),
        "draws_ranges": "by the ranges alone: mean (nine draws in ten)",
        "year_heads": (
            "person-months", "filled for the package", "displaced from main task 2",
            "lost by other main task 1",
        ),
        "years": (
            "Known in {known_month}, first month {first_month}: before it {before} person-months "
            "of main task 2 are displaced, from then on {after}"
        ),
    },
    "nl": {
        "and": " en ", "to": "tot", "draws": "trekkingen", "window": "hele periode",
        "draws_head": "verdrongen uit hoofdtaak 2, persoonsmaanden",
        "draws_rows": (
            "gemiddelde, met 95%-interval", "negen op de tien trekkingen",
            "kans dat er iets wordt verdrongen",
            "kans dat het meer is dan een tiende van het pakket",
            "gemiddelde voor de eerste maand van het pakket, en daarna",
        ),
        "draws_ranges": "alleen volgens de bandbreedten: gemiddelde (negen op de tien trekkingen)",
        "year_heads": (
            "persoonsmaanden", "gevuld voor het pakket", "verdrongen uit hoofdtaak 2",
            "verloren door ander werk onder hoofdtaak 1",
        ),
        "years": (
            "Bekend in {known_month}, eerste maand {first_month}: daarvoor worden {before} "
            "persoonsmaanden van hoofdtaak 2 verdrongen, daarna {after}"
        ),
    },
}  # fmt: skip
"""What views say, by language of the document."""


def _named(block: Block) -> str:
    commands = WORDS[block.lang]["and"].join(f"`{command}`" for command in block.commands)
    return f"({commands})"


def plans(block: Block, run: Outputs) -> str:
    """Return scenarios under both rules in a table."""
    heads = ("scenario", "asked by the package", "filled", "displaced, *fair*",
             "displaced, *value*", "lost by other main task 1")  # fmt: skip
    rows = []
    for name in block.arguments:
        fair, value = (_only_package(run(one.replace("NAME", name))) for one in block.commands)
        keys = ("asked_person_months", "filled_person_months", "displaced_main_task_2")
        cells = [number(fair[key], digits=0) for key in keys]
        cells.append(number(value["displaced_main_task_2"], digits=0))
        cells.append(number(fair["displaced_main_task_1"], digits=0))
        rows.append([f"`{name}`", *cells])
    return f"{_table(heads, rows)}\n\n{_named(block)}"


def changes(block: Block, run: Outputs) -> str:
    """Return earlier and present displacement, and who loses."""
    heads = ("scenario", "earlier", "now", "main task 1 gives up", "before the first month",
             "who loses half a person or more at a time")  # fmt: skip
    rows = []
    for name in block.arguments:
        found = _only_package(run(block.commands[0].replace("NAME", name)))
        losers = [
            f"{row['name']} {number(row['displaced_person_months'], digits=0)}"
            for row in found["missions"]
            if row["main_task"] == 2 and row["months_short"]
        ]
        more = f" and {len(losers) - 4} more" if len(losers) > 4 else ""
        keys = ("displaced_main_task_2", "displaced_main_task_1", "displaced_before_first_month")
        earlier = number(EARLIER[name], digits=0) if name in EARLIER else ""
        cells = [number(found[key], digits=0) for key in keys]
        rows.append([f"`{name}`", earlier, *cells, ", ".join(losers[:4]) + more])
    return f"{_table(heads, rows)}\n\n{_named(block)}"


def years(block: Block, run: Outputs) -> str:
    """Return what a package gets and takes by year, and before and after it begins."""
    found, say = _only_package(run(block.commands[0])), WORDS[block.lang]
    keys = ("filled_person_months", "displaced_main_task_2", "displaced_main_task_1")

    def cells(row: dict[str, Any]) -> list[str]:
        return [number(row[key], block.lang, 0) for key in keys]

    rows = [[row["year"], *cells(row)] for row in found["years"]]
    rows.append([say["window"], *cells(found)])
    before, after = (
        number(found[f"displaced_{part}_first_month"], block.lang, 0) for part in ("before", "from")
    )
    said = say["years"].format(**found, before=before, after=after)
    return f"{_table(say['year_heads'], rows)}\n\n{said} {_named(block)}."


def draws(block: Block, run: Outputs) -> str:
    """Return displacement over the draws."""
    found, lang, say = run(block.commands[0]), block.lang, WORDS[block.lang]
    (one,) = found["headlines"]
    low, mean, high, q05, q95 = (
        rough(one[key], lang) for key in ("low", "mean", "high", "q05", "q95")
    )
    values = (
        f"{mean} ({low} {say['to']} {high})", f"{q05} {say['to']} {q95}",
        percent(one["chance"], lang, 0), percent(one["chance_tenth"], lang, 0),
        f"{rough(one['before'], lang)}{say['and']}{rough(one['mean'] - one['before'], lang)}",
    )  # fmt: skip
    rows = [list(row) for row in zip(say["draws_rows"], values, strict=True)]
    if len(block.commands) > 1:
        (other,) = run(block.commands[1])["headlines"]
        ends = f"{rough(other['q05'], lang)} {say['to']} {rough(other['q95'], lang)}"
        rows.append([say["draws_ranges"], f"{rough(other['mean'], lang)} ({ends})"])
    heads = (say["draws_head"], f"{number(one['draws'], lang, 0)} {say['draws']}")
    return f"{_table(heads, rows)}\n\n{_named(block)}"


def sentences(block: Block, run: Outputs) -> str:
    """Return the sentences of an analysis as a list."""
    found = run(block.commands[0])
    text = "\n".join(f"- {sentence}" for sentence in found["sentences"])
    return f"{text}\n\n{_named(block)}"


def promised(block: Block, run: Outputs) -> str:
    """Return promises that are not of a whole cap, and in a sentence those that are."""
    found = run(block.commands[0])
    rows = found["tables"]["promises"]
    parts = [row for row in rows if row["promised_share"] < 1 or not row["holds"]]
    whole = [row for row in rows if row not in parts]
    cells = [
        [f"`{row['mission']}`", percent(row["likely_share"]), percent(row["likely_kept_rate"]),
         percent(row["hedged_share"]), percent(row["promised_share"]), percent(row["kept_rate"]),
         f"{percent(row['low_rate'])} to {percent(row['high_rate'])}",
         "yes" if row["holds"] else "no"]
        for row in parts
    ]  # fmt: skip
    heads = ("mission", "likely plan promises", "kept", "safe bound", "promised", "kept",
             "interval of 95%", "within two points")  # fmt: skip
    said = (
        f"The other {len(whole)} missions are promised their whole cap; each is kept in "
        f"{percent(min(row['kept_rate'] for row in whole))} of the draws at least."
    )
    return f"{_table(heads, cells)}\n\n{said} {_named(block)}"


def calibration(block: Block, run: Outputs) -> str:
    """Return what a shipped calibration says, from its file."""
    about = read_calibrated(shipped_calibrations()[block.arguments[0]], block.arguments[0]).about
    rows = []
    for row in about["says"][:15]:
        before, after = (
            f"{figure(row[when])} ({figure(row[f'{when}_low'])} to {figure(row[f'{when}_high'])})"
            for when in ("before", "after")
        )
        rows.append([f"`{row['parameter']}`", before, after, row["says"]])
    text = "\n".join(f"- {sentence}" for sentence in about["sentences"]["en"])
    heads = ("parameter", "before (nine in ten)", "after (nine in ten)", "record")
    return f"{text}\n\n{_table(heads, rows)}\n\n{_named(block)}"


def forecasts(block: Block, run: Outputs) -> str:
    """Return the scores of a shipped backtest, from its file."""
    found = shipped_scores(block.arguments[0])
    assert found is not None
    rows = [
        [f"{row['group']}, {row['counts']} counts", row["forecast"], number(row["crps"], digits=3),
         NOTHING if row["log"] is None else number(row["log"], digits=2),
         percent(row["cover_50"], digits=0), percent(row["cover_90"], digits=0),
         percent(row["bias"], digits=0)]
        for row in found["tables"]["scores"]
    ]  # fmt: skip
    text = "\n".join(f"- {sentence}" for sentence in found["sentences"]["en"])
    heads = ("counts", "forecast", "score per person asked", "log score", "in 50 %", "in 90 %",
             "bias")  # fmt: skip
    return f"{text}\n\n{_table(heads, rows)}\n\n{_named(block)}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    marks = ["---" if place == 0 else "---:" for place in range(len(heads))]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, marks, *rows))


VIEWS: dict[str, Callable[[Block, Outputs], str]] = {
    "plans": plans, "changes": changes, "years": years, "draws": draws, "sentences": sentences,
    "promised": promised, "calibration": calibration, "forecasts": forecasts,
}  # fmt: skip
SLOW = ("draws", "sentences", "promised", "calibration", "forecasts")
"""Views of commands that take minutes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check the blocks of all documents."""
    parser = argparse.ArgumentParser(prog="python -m tests.documents", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--kept", type=Path)
    given = parser.parse_args(arguments)
    if given.kept is not None:
        given.kept.mkdir(parents=True, exist_ok=True)
    run, different = runner(given.kept), 0
    for document in DOCUMENTS:
        path = ROOT / document
        text = path.read_text(encoding="utf-8")
        for block in blocks(document):
            if given.quick and block.slow:
                continue
            made = block.text(run)
            if made != block.whole:
                different += 1
                sys.stderr.write(f"{document}: {block.view} {' '.join(block.arguments)} differs\n")
            text = text.replace(block.whole, made)
        if not given.check:
            path.write_text(text, encoding="utf-8")
    return int(bool(given.check and different))


if __name__ == "__main__":
    sys.exit(main())
