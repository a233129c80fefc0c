"""What a scenario file may say.

The one definition behind validation, the published JSON Schema (completion in editors) and the
reference page. A scenario is read by people who plan, so it says things by name: a demand, a
mission or a package stands under its id together with what changes about it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from planner.scenario.entries import (
    BoundEntry,
    DemandEntry,
    ForceEntry,
    Horizon,
    KindEntry,
    MissionEntry,
    Money,
    PackageEntry,
    Policy,
    PoolEntry,
    PriorityEntry,
    SourceEntry,
    StepEntry,
)
from planner.scenario.fields import Id, IdsOrAll, Part, Text
from planner.scenario.uncertainty import Uncertainty

__all__ = ["Changes", "ScenarioFile", "json_schema", "reference", "schema_text"]


def _choices(value: object) -> object:
    if value == "all":
        return {"all": None}
    if isinstance(value, (tuple, list)) and all(isinstance(item, str) for item in value):
        return dict.fromkeys(value)
    return value


Choices = Annotated[
    dict[Id, DemandEntry],
    BeforeValidator(
        _choices, json_schema_input_type=dict[Id, DemandEntry] | tuple[Id, ...] | Literal["all"]
    ),
]


class Changes(Part):
    """What a scenario changes about what it builds on; taken in the order of this list."""

    title: Text | None = None
    """English title."""
    title_nl: Text | None = None
    """Dutch title."""
    summary: Text | None = None
    """What the scenario is for, in plain words."""
    summary_nl: Text | None = None
    """The same in Dutch."""
    sources: dict[Id, SourceEntry] = Field(default={})
    """Publications that parameters of this scenario come from, by id."""
    horizon: Horizon = Field(default_factory=lambda: Horizon.model_validate({}))
    """The months that are reported."""
    rule: Literal["fair", "value"] | None = None
    """`fair`: the worst-off gets as much as can be, then the next; `value`: most weighted
    person-months."""
    forces: dict[Id, ForceEntry] = Field(default={})
    """Forces with national shares filled and fit, by id."""
    pools: dict[Id, PoolEntry] = Field(default={})
    """Pools of people, by id."""
    kinds: dict[Id, KindEntry] = Field(default={})
    """Kinds of contribution, by id."""
    policies: tuple[Policy, ...] = ()
    """Changes of tour, preparation and rest, in order."""
    missions: dict[Id, MissionEntry] = Field(default={})
    """Missions, by id."""
    demands: dict[Id, DemandEntry] = Field(default={})
    """Demands, by id."""
    packages: dict[Id, PackageEntry] = Field(default={})
    """Packages, by id."""
    outcomes: IdsOrAll | None = None
    """Demands (`all`, or a list of ids) that take the dates and caps that really came about, from
    outcomes.csv."""
    decide: Choices = Field(default={})
    """Demands under study that go ahead: `all`, a list, or by id with what is decided. The id of a
    mission stands for all its demands under study, also where one of them has the same id."""
    send: Choices = Field(default={})
    """Declined contributions that are sent after all; written like `decide`."""
    hindsight: Choices = Field(default={})
    """Claims known only afterwards that count; written like `decide`."""
    tiers: tuple[PriorityEntry, ...] = ()
    """Who is served first, in order: a later entry counts."""
    strengths: tuple[StepEntry, ...] = ()
    """Changes of strengths over time, in order."""
    bounds: dict[Id, BoundEntry] = Field(default={})
    """Composition bounds, by id."""
    money: Money = Money()
    """Budgets and costs."""
    uncertainty: Uncertainty | None = None
    """Which parameters vary, and how."""
    parameters: Text | None = None
    """Where draws take calibrated parameters from: a shipped calibration by name, the file of one
    in this folder or below it, or `none` for the ranges alone. The plan keeps the likely values."""
    notes: Text | None = None
    """Anything else a reader should know."""

    @model_validator(mode="before")
    @classmethod
    def _left_empty(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        return {name: section for name, section in value.items() if section is not None}


class ScenarioFile(Changes):
    """A scenario: the months, the demands and who could go, said as changes to data or to another
    scenario."""

    format: Literal["planner-scenario/1"] = "planner-scenario/1"
    """Version of this format."""
    extends: Text | None = None
    """Scenario this one builds on: a shipped one by name (`letter`), or a file in this folder or
    below it."""
    base_digest: Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")] | None = None
    """Digest of the scenario it extends; if given, a base that has changed is refused."""
    data: Text | None = None
    """Folder with the data tables, in this folder or below it, or `none` to start from nothing; by
    default the tables shipped with the planner. Only where nothing is extended."""
    then: tuple[Changes, ...] = ()
    """Further changes, each on top of all before it."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file.

    Examples
    --------
    >>> sorted(json_schema())[:3]
    ['$defs', '$id', '$schema']
    """
    schema = ScenarioFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "scenario.schema.json",
        **schema,
        "title": "Planner scenario",
    }


def schema_text() -> str:
    """Return the JSON Schema as it is published, indented and with a line end."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


_INTRODUCTION = """# Scenario files

A scenario is a YAML file that says what is different: from the data tables, or from the scenario it
extends. Everything may be left out. Things are named by their id, and under an id stands only what
changes about it:

    extends: letter
    title: Twelve observers become eight
    demands:
      untso: {cap: 8}
      undof: drop

A parameter is a number, or a value with its range and where it comes from:
`{value: 150, low: 120, high: 200, basis: assumption, section: one company}`. A parameter on basis
`letter` or `public` names its source. Months are written `2022-07`, or with a range as
`{value: 2023-09, low: 2022-12, high: 2024-01}`; a last month counts in full.

The `pools` of a demand are sourcing options, most preferred first. An option is a pool, or a mix of
pools in shares that add up to 1, for a unit that draws on several pools:

    pools:
      - {combat-light: 0.85, logistics: 0.1, medical: 0.05}
      - combat-armoured

Time at home after a tour is `rest`, on top of the preparation for the next tour, or `dwell`, with
the preparation inside it; a pool has one of the two.

A demand that grows or shrinks has `cap_from` beside `cap`. What lasts is laid out as one line with
its own tours and each difference as a line on top (`untso-from-2023-01`), so that people who can
stay do stay; tiers, pools, packages and bounds of the demand hold for all its lines:

    demands:
      untso: {cap: 12, cap_from: {2023-01: 15, 2024-07: 10}}

Pools of one `force` share its national shares `filled` and `fit`, which simulations draw once for
all of them; `filled_factor` and `fit_factor` are the deviations of a pool.

Changes are made in this order: horizon, rule, sources, forces, pools, kinds, policies, missions,
demands, packages, outcomes, decide, send, hindsight, tiers, strengths, bounds, money, uncertainty,
parameters; then what stands under `then`, each on top of what is before it.

This page and `scenario.schema.json` are written from the same definitions.
"""


def reference() -> str:
    """Return the reference page as Markdown: one table of fields for each part of a scenario."""
    schema = json_schema()
    definitions = schema["$defs"]
    parts = [_INTRODUCTION, _section("A scenario", schema)]
    for name, definition in sorted(definitions.items()):
        if name != "Changes":
            parts.append(_section(name, _fields(definition)))
    return "\n".join(parts)


def _fields(definition: dict[str, Any]) -> dict[str, Any]:
    """Return the alternative of a definition that has fields."""
    if "properties" in definition:
        return definition
    options = [_fields(one) for one in definition.get("anyOf", ()) if isinstance(one, dict)]
    found = next((one for one in options if "properties" in one), {})
    return {"description": definition.get("description", ""), **found}


def _section(name: str, definition: dict[str, Any]) -> str:
    lines = [f"## {name}", "", _flat(definition.get("description", "")), ""]
    lines += ["| field | takes | meaning |", "| --- | --- | --- |"]
    needed = definition.get("required", ())
    for field, what in definition.get("properties", {}).items():
        meaning = _flat(what.get("description", ""))
        if field in needed:
            meaning += " **Needed.**"
        lines.append(f"| `{field}` | {_takes(what)} | {meaning} |")
    return "\n".join(lines) + "\n"


def _flat(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _takes(what: dict[str, Any]) -> str:
    """Return in a few words what a field takes."""
    if "$ref" in what:
        return what["$ref"].rsplit("/", 1)[-1]
    if "const" in what:
        return f"`{what['const']}`"
    if "enum" in what:
        return ", ".join(f"`{one}`" for one in what["enum"])
    if "anyOf" in what:
        options = [_takes(one) for one in what["anyOf"] if one.get("type") != "null"]
        return " or ".join(dict.fromkeys(options))
    kind = what.get("type")
    if kind == "array":
        return f"list of {_takes(what.get('items', {}))}"
    if kind == "object":
        patterns: list[Any] = list(what.get("patternProperties", {}).values())
        inner = what.get("additionalProperties") or (patterns[0] if patterns else {})
        return f"{_takes(inner)} by id" if isinstance(inner, dict) and inner else "fields"
    if kind == "string" and "-(0[1-9]" in what.get("pattern", ""):
        return "month"
    words = {"integer": "whole number", "boolean": "true or false", "string": "text"}
    return words.get(str(kind), str(kind or "anything"))
