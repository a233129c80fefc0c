"""Hostile inputs by kind, each made from a seed and a number alone, by mutation and by grammar.

A case is a command line with the files that it names. The same seed, kind and number make the same
case on every machine.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["KINDS", "Case", "make_case"]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

SMALL = """format: planner-scenario/1
data: none
title: small
horizon: {from: 2024-01, to: 2024-12}
pools:
  p1: {name: P, category: military, posts: 30, filled: 0.9}
  p2: {name: Q, category: civil, posts: {value: 5, low: 4, high: 6}}
kinds:
  k1: {name: K, changeover: en_bloc, tour: 6, preparation: 1, rest: 1}
missions:
  m1: {name: M1, organisation: NATO, region: r, main_task: 1}
  m2: {name: M2, organisation: UN, region: r, main_task: 2}
demands:
  d1: {mission: m1, kind: k1, pools: [p1], first: 2024-01, last: 2024-12, cap: 10}
  d2: {mission: m2, kind: k1, pools: [p1, p2], first: 2024-01, last: 2024-12, cap: 8}
packages:
  more: {known: 2024-03, demands: {d3: {mission: m1, kind: k1, pools: [p1], first: 2024-06,
         last: 2024-12, cap: 20}}}
strengths:
  - {pools: [p1], from: 2024-05, times: 0.9}
bounds:
  b: {demands: [d1, d2], max: 12}
tiers: [{tier: 3, missions: [m2]}]
"""
"""A scenario that is read and solved in a moment."""

PROBLEM: dict[str, Any] = {
    "format": "planner-problem/1",
    "months": 12,
    "report": [0, 11],
    "pools": {"staff": 10, "civil": [5.0] * 12},
    "demands": [
        {"id": "flank", "tier": 1, "main_task": 1, "cap": 4, "first": 0, "last": 11, "tour": 6,
         "pools": ["staff"], "prep": 1, "rest": 1.0, "cohorts": 1, "weight": 1.0},
        {"id": "untso", "tier": 2, "cap": 8, "first": 0, "last": 11, "tour": 3,
         "pools": ["staff", "civil"], "prep": 0, "rest": 0.5},
    ],
    "packages": {"flank": {"demands": ["flank"], "known": 0}},
}  # fmt: skip


@dataclass
class Case:
    """One hostile input.

    Attributes
    ----------
    kind : str
        One of :data:`KINDS`.
    number : int
        Which of its kind.
    arguments : list of str
        The command line, without the name of the program.
    files : dict of str to bytes
        What stands in the folder in which it runs, by path.
    stdin : bytes
        What comes on standard input.
    """

    kind: str
    number: int
    arguments: list[str]
    files: dict[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""


def make_case(kind: str, number: int, seed: int = 0) -> Case:
    """Return one case."""
    rng = random.Random(f"{seed}/{kind}/{number}")
    return KINDS[kind](rng, number)


# ------------------------------------------------------------------------------- text and values

NUMBERS = (
    "0", "-1", "1", "0.5", "-0.0", "1e-300", "1e-10", "1e-7", "1e6", "1e9", "1e12", "1e308",
    "1e400", "nan", ".nan", ".inf", "-.inf", "Infinity", "NaN", "9" * 30, "9" * 400, "12,5",
    "1.234", "0x1F", "010", "1_000", "--3", "1e", "٣", "½",
)  # fmt: skip
WORDS = (
    "", " ", "~", "null", "true", "no", "NO", "all", "drop", "letter", "none", "..", "/", "../x",
    "/etc/passwd", "a\\0b", "=1+1", "<script>", "{{7*7}}", "%s%n", "é", "日本", "\u202e", "x" * 300,
    "y" * 5000, "2024-01", "2024-13", "0000-00", "9999-12", "10/11/2025", "31-02-2024", "Jan-24",
    "just-in-time", "start", "p1", "m1", "d1", "[]", "{}", "*a", "&a", "!!python/object:os.system",
)  # fmt: skip
BYTES = (
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b"\x1b[31m",
    b"\r",
    b"\t",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\n" * 50,
)


def mutated(rng: random.Random, data: bytes) -> bytes:
    """Return bytes changed in a few places: flipped, cut, doubled, inserted."""
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 5, 20))):
        at = rng.randrange(len(made) + 1) if made else 0
        what = rng.randrange(6)
        if what == 0 and at < len(made):
            made[at] ^= 1 << rng.randrange(8)
        elif what == 1:
            made[at : at + rng.choice((1, 3, 40))] = b""
        elif what == 2:
            made[at:at] = made[at : at + rng.choice((1, 10, 200))] * rng.choice((1, 2, 30))
        elif what == 3:
            made[at:at] = rng.choice(BYTES)
        elif what == 4:
            made[at:at] = rng.choice((*NUMBERS, *WORDS)).encode("utf-8", "surrogatepass")
        elif rng.random() < 0.2:
            del made[at:]
    return bytes(made)


def mutated_lines(rng: random.Random, text: str) -> str:
    """Return text with lines left out, doubled, moved, or with another value in them."""
    lines = text.splitlines()
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(lines)) if lines else 0
        what = rng.randrange(5)
        if not lines:
            break
        if what == 0:
            del lines[at]
        elif what == 1:
            lines.insert(at, rng.choice(lines))
        elif what == 2:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        elif what == 3:
            lines[at] = " " * rng.randrange(5) + lines[at]
        else:
            values = list(re.finditer(r"[\w.-]+", lines[at]))
            if values:
                one = rng.choice(values)
                new = rng.choice((*NUMBERS, *WORDS))
                lines[at] = lines[at][: one.start()] + new + lines[at][one.end() :]
    return "\n".join(lines) + "\n"


def any_value(rng: random.Random, depth: int = 0) -> Any:
    """Return a value of any kind."""
    what = rng.randrange(9 if depth < 3 else 6)
    if what == 0:
        return rng.choice((None, True, False))
    if what in (1, 2):
        return rng.choice((0, 1, -1, 2, 12, 1200, 10**9, 10**18, 0.5, 1e-10, 1e12, -0.0, 1e308))
    if what in (3, 4):
        return rng.choice(WORDS)
    if what == 5:
        return rng.choice(("p1", "d1", "m1", "k1", "2024-05", "staff", "untso"))
    if what == 6:
        return [any_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    keys = ("value", "low", "high", "cap", "p1", "d1", "from", "to", "known", "drop", "name")
    return {rng.choice(keys): any_value(rng, depth + 1) for _ in range(rng.randrange(4))}


# ------------------------------------------------------------------------------- scenario files


@cache
def scenario_texts() -> list[str]:
    """Return the scenarios that are changed: the small one, and those that come along."""
    shipped = sorted((ROOT / "scenarios").glob("*.yaml"))
    return [SMALL] * len(shipped) + [path.read_text(encoding="utf-8") for path in shipped]


@cache
def schema() -> dict[str, Any]:
    """Return the schema of scenarios, from which the grammar is taken."""
    from planner.scenario.schema import json_schema

    return json_schema()


def by_schema(rng: random.Random, part: Any, depth: int = 0) -> Any:
    """Return a value that mostly fits a part of the schema."""
    definitions = schema()["$defs"]
    if not isinstance(part, dict) or depth > 7 or rng.random() < 0.04:
        return any_value(rng)
    if "$ref" in part:
        return by_schema(rng, definitions[part["$ref"].rpartition("/")[2]], depth + 1)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in part:
            return by_schema(rng, rng.choice(part[choice]), depth + 1)
    if "enum" in part:
        return rng.choice(part["enum"])
    if "const" in part:
        return part["const"]
    kind = part.get("type")
    if kind == "object" or "properties" in part:
        names = list(part.get("properties", {}))
        chosen = rng.sample(names, min(len(names), rng.randrange(5)))
        made = {name: by_schema(rng, part["properties"][name], depth + 1) for name in chosen}
        for inner in (
            part.get("additionalProperties"),
            *part.get("patternProperties", {}).values(),
        ):
            if isinstance(inner, dict):
                for _ in range(rng.randrange(3)):
                    key = rng.choice(("p1", "p2", "k1", "m1", "m2", "d1", "d2", "d3", "b", "new"))
                    made[key] = by_schema(rng, inner, depth + 1)
        return made
    if kind == "array":
        return [by_schema(rng, part.get("items"), depth + 1) for _ in range(rng.randrange(4))]
    if kind in ("number", "integer"):
        return rng.choice((0, 1, 2, 6, 12, 0.5, 1e6, 1e-9, part.get("maximum", 3), -1))
    if kind == "boolean":
        return rng.random() < 0.5
    if "pattern" in part and "0-9" in part["pattern"] and "4" in part["pattern"]:
        return rng.choice(("2024-01", "2024-06", "2025-12", "1900-01", "9999-12", "0001-01"))
    return rng.choice(("p1", "p2", "k1", "m1", "m2", "d1", "d2", "more", "b", "x", "y" * 90))


def scenario_case(rng: random.Random, number: int) -> Case:
    """Return a scenario file: bytes, lines or values of another one changed, or made by grammar."""
    how = number % 4
    if how == 0:
        data = mutated(rng, rng.choice(scenario_texts()).encode())
    elif how in (1, 2):
        data = mutated_lines(rng, rng.choice(scenario_texts())).encode("utf-8", "surrogatepass")
    else:
        whole = schema()["properties"]
        chosen = rng.sample(list(whole), rng.randrange(1, 5))
        added = {name: by_schema(rng, whole[name]) for name in chosen if name != "extends"}
        data = (SMALL + json.dumps(added, ensure_ascii=False)[1:-1]).encode()
        lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in added.items()]
        kept = "\n".join(
            block
            for block in re.split(r"\n(?=\w)", SMALL)
            if block.partition(":")[0] not in added or rng.random() < 0.02
        )
        data = (kept.rstrip("\n") + "\n" + "\n".join(lines) + "\n").encode("utf-8", "replace")
    if rng.random() < 0.02:
        data = rng.choice(
            (
                b"a: &a [x, x]\nb: &b [*a, *a, *a]\n" + b"c: [*b, *b, *b]\n" * 200,
                b"a:\n" + b" " * 3 + b"[" * 5000,
                b"{" * 3000,
                b"- " * 4000,
                b"title: " + b"x" * 900_000,
                b"k" * 200_000 + b": 1\n",
                b"? " * 3000,
                b"".join(b"k%d: 1\n" % place for place in range(20_000)),
            )
        )
    command = "run" if rng.random() < 0.05 and b"data: none" in data[:60] else "validate"
    if rng.random() < 0.1:
        return Case("scenario", number, [command, "-"], stdin=data)
    return Case("scenario", number, [command, "x.yaml"], {"x.yaml": data})


# ------------------------------------------------------------------------------ neutral problems


def random_problem(rng: random.Random) -> dict[str, Any]:
    """Return a problem inside the stated limits, but odd."""
    months = rng.choice((1, 2, 12, 24, 60))
    pools: dict[str, Any] = {}
    for place in range(rng.randrange(1, 4)):
        level = rng.choice((0, 0.5, 10, 1e-9, 1e6, 1e9))
        pools[f"p{place}"] = (
            level if rng.random() < 0.5 else [level * (m % 3) for m in range(months)]
        )
    on_call = rng.random() < 0.1
    demands = []
    for place in range(rng.randrange(1, 7)):
        first = rng.randrange(months)
        demands.append(
            {
                "id": f"d{place}",
                "tier": rng.choice((1, 1, 2, 3, 100)),
                "cap": rng.choice((0, 1, 8, 0.1, 1e-10, 1e-6, 1e6, 1e9)),
                "first": first,
                "last": rng.randrange(first, months),
                "tour": rng.choice((1, 3, 6, 12, 120)),
                "pools": rng.sample(list(pools), rng.randrange(1, len(pools) + 1)),
                "prep": rng.choice((0, 1, 2, 12)),
                "rest": rng.choice((0, 0.5, 1, 2, 20)),
                "cohorts": rng.choice((1, 2, 6, 12)),
                "weight": rng.choice((1, 0, 1e-9, 1e6)),
                **({"on_call": True} if on_call and rng.random() < 0.5 else {}),
            }
        )
    packages = {}
    if rng.random() < 0.5:
        packages["a"] = {"demands": [demands[0]["id"]], "known": rng.randrange(months)}
    return {"format": "planner-problem/1", "months": months, "pools": pools, "demands": demands,
            "packages": packages}  # fmt: skip


def replaced_somewhere(rng: random.Random, value: Any) -> Any:
    """Return a value with one of its parts replaced, left out or added to."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        if rng.random() < 0.1:
            return {name: inner for name, inner in value.items() if name != key}
        if rng.random() < 0.05:
            return {**value, rng.choice(WORDS): any_value(rng)}
        return {**value, key: replaced_somewhere(rng, value[key])}
    if isinstance(value, list) and value and rng.random() < 0.85:
        at = rng.randrange(len(value))
        return [*value[:at], replaced_somewhere(rng, value[at]), *value[at + 1 :]]
    return any_value(rng)


def problem_case(rng: random.Random, number: int) -> Case:
    """Return a neutral problem: bytes or values of another one changed, or made by grammar."""
    how = number % 3
    if how == 0:
        data = mutated(rng, json.dumps(PROBLEM, indent=1).encode())
    elif how == 1:
        made = replaced_somewhere(rng, rng.choice((PROBLEM, random_problem(rng))))
        data = json.dumps(made).encode("utf-8", "replace")
    else:
        data = json.dumps(random_problem(rng)).encode()
    if rng.random() < 0.01:
        data = rng.choice(
            (
                b"[" * 100_000,
                b'{"a":' * 50_000,
                b'{"format": "planner-problem/1", "demands": [' + b"{}," * 300_000 + b"{}]}",
                b'{"format": "planner-problem/1", "months": 1' + b"0" * 5000 + b"}",
            )
        )
    command = ["solve" if how == 2 or rng.random() < 0.7 else "validate", "x.json"]
    if command[0] == "solve" and rng.random() < 0.5:
        command += ["--rule", "value"]
    return Case("problem", number, [*command, *["--json"] * rng.randrange(2)], {"x.json": data})


# ----------------------------------------------------------------------------------- data tables


@cache
def data_tables() -> dict[str, bytes]:
    """Return the tables that come along, by name."""
    folder = ROOT / "data"
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def table_case(rng: random.Random, number: int) -> Case:
    """Return a folder of tables, one of them changed."""
    tables = dict(data_tables())
    name = rng.choice(list(tables))
    how = number % 3
    if how == 0:
        tables[name] = mutated(rng, tables[name])
    elif how == 1:
        text = tables[name].decode()
        tables[name] = mutated_lines(rng, text).encode("utf-8", "surrogatepass")
    else:
        rows = [line.split(",") for line in tables[name].decode().splitlines()]
        for _ in range(rng.choice((1, 2, 10))):
            row = rng.choice(rows)
            row[rng.randrange(len(row))] = rng.choice((*NUMBERS, *WORDS))
        joined = rng.choice((",", ",", ",", ";", "\t"))
        text = "\r\n".join(joined.join(row) for row in rows)
        tables[name] = text.encode(rng.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16")), "replace")
    if rng.random() < 0.05:
        del tables[rng.choice(list(tables))]
    files = {f"tables/{name}": data for name, data in tables.items()}
    return Case("table", number, ["validate", "tables"], files)


# ------------------------------------------------------------------------------------- workbooks


MADE = b"2022-06-17T00:00:00Z"
"""Time at which every workbook is said to have been made."""


@cache
def books() -> list[dict[str, bytes]]:
    """Return workbooks, part by name: a blank one, and one of the small scenario."""
    import tempfile

    import planner as pl
    from planner.scenario.load import loads
    from planner.workbook.sheets import WorkbookWriter
    from planner.workbook.writing import write_inputs

    folder = Path(tempfile.mkdtemp())
    pl.write_template(folder / "blank.xlsx")
    paper = WorkbookWriter(folder / "small.xlsx", "nl")
    write_inputs(paper, loads(SMALL))
    paper.close()
    found = []
    for name in ("blank.xlsx", "small.xlsx", "small.xlsx"):
        with zipfile.ZipFile(folder / name) as archive:
            parts = {one: archive.read(one) for one in archive.namelist()}
            core = "docProps/core.xml"  # it holds the time at which the workbook was made
            if core in parts:
                parts[core] = re.sub(
                    rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2022-06-17T00:00:00Z", parts[core]
                )
            found.append(parts)
    return found


def book_case(rng: random.Random, number: int) -> Case:
    """Return a workbook: cells, XML, parts or bytes of another one changed."""
    parts = dict(rng.choice(books()))
    sheets = [name for name in parts if "worksheets/sheet" in name and name.endswith(".xml")]
    how = number % 4
    for _ in range(rng.choice((1, 2, 4))):
        name = rng.choice(sheets if rng.random() < 0.7 else list(parts))
        if how == 0:
            parts[name] = mutated(rng, parts[name])
        elif how == 1:
            parts[name] = _other_value(rng, parts[name])
        elif how == 2:
            parts[name] = _other_markup(rng, parts[name])
    data = _zipped(parts)
    if how == 3:
        data = mutated(rng, data)
    return Case("workbook", number, ["import", "x.xlsx"], {"x.xlsx": data})


def _other_value(rng: random.Random, data: bytes) -> bytes:
    """Replace the text or number of a cell."""
    cells = list(re.finditer(rb"(?<=<v>)[^<]*(?=</v>)|(?<=<t>)[^<]*(?=</t>)", data))
    if not cells:
        return data
    one = rng.choice(cells)
    new = rng.choice((*NUMBERS, *WORDS)).replace("&", "&amp;").replace("<", "&lt;")
    return data[: one.start()] + new.encode("utf-8", "replace") + data[one.end() :]


def _other_markup(rng: random.Random, data: bytes) -> bytes:
    """Replace an attribute, or repeat, drop or insert an element."""
    elements = list(re.finditer(rb"<[^>]+>", data))
    if not elements:
        return data
    one = rng.choice(elements)
    text = one[0]
    what = rng.randrange(5)
    if what == 0:
        text = re.sub(rb'"[^"]*"', b'"%s"' % rng.choice(NUMBERS).encode(), text, count=1)
    elif what == 1:
        text = text * rng.choice((0, 2, 1000))
    elif what == 2:
        text += rng.choice((b'<row r="2000000000">', b"<c/>" * 5000, b'<c r="XFD1"/>', b"</row>"))
    elif what == 3:
        text = b'<!DOCTYPE a [<!ENTITY b "bb">]>' + text
    else:
        text += b"<v>" + rng.choice(WORDS).replace("<", "").replace("&", "").encode() + b"</v>"
    return data[: one.start()] + text + data[one.end() :]


def _zipped(parts: dict[str, bytes]) -> bytes:
    """Return an archive of parts, the same whenever it is made: without the time of day."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


# --------------------------------------------------------------------------------- command lines

QUICK = ("run", "show", "validate", "diff", "compare", "schema", "scenarios", "export", "solve",
         "import", "prices", "why", "ranges", "plot")  # fmt: skip
SLOW = ("simulate", "sensitivity", "report", "curve", "headroom", "shares", "causes", "fairness",
        "pledges", "relief", "foresight", "tipping", "near", "app")  # fmt: skip
OPTIONS = ("--json", "--lang", "--rule", "--out", "-o", "--quiet", "--force", "--rows", "--engine",
           "--package", "--mission", "--month", "--seed", "--draws", "--workers", "--xlsx",
           "--problem", "--template", "--help", "--version", "--", "-", "-x", "--nothing",
           "--figure", "--solver", "--time-limit", "--futures", "--whole-people")  # fmt: skip


def command_case(rng: random.Random, number: int) -> Case:
    """Return a command line with odd arguments; work that takes long always gets a wrong one."""
    command = rng.choice((*QUICK, *QUICK, *SLOW, "", "nothing", "--help", "-h"))
    arguments = [command] if command else []
    files = {"x.yaml": SMALL.encode(), "x.json": json.dumps(PROBLEM).encode(), "d/x": b""}
    names = ("x.yaml", "x.yaml", "x.yaml", "x.json", "d", ".", "none.yaml", "", "m2", "more")
    arguments += [rng.choice(names) for _ in range(rng.randrange(3))]
    for _ in range(rng.randrange(4)):
        arguments.append(rng.choice(OPTIONS))
        if rng.random() < 0.6:
            words = (*NUMBERS, *WORDS, "fair", "value", "nl", "en", "2024-05", "o.xlsx", "out")
            arguments.append(rng.choice(words).replace("\0", ""))
    if command in SLOW and not {"--help", "-h"} & set(arguments):
        arguments.append(rng.choice(("--no-such-option", "--seed=-1", "--lang=xx", "--rule=both")))
    rng.shuffle(arguments) if rng.random() < 0.05 and command not in SLOW else None
    if "app" in arguments:
        arguments.append("--no-such-option")
    clean = [one.encode("utf-8", "replace").decode() for one in arguments]
    return Case("command", number, clean, files, stdin=rng.choice((b"", SMALL.encode(), b"{}")))


KINDS: dict[str, Callable[[random.Random, int], Case]] = {
    "scenario": scenario_case,
    "problem": problem_case,
    "table": table_case,
    "workbook": book_case,
    "command": command_case,
}
"""What makes a case, by kind of input."""
