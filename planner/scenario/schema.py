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
    Priority,
    SourceEntry,
    StrengthStep,
)
from planner.scenario.fields import Id, IdsOrAll, Part, Text
from planner.scenario.uncertainty import Uncertainty

__all__ = ["Changes", "ScenarioFile", "json_schema", "schema_text"]


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
    """Publications that figures of this scenario come from, by id."""
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
    tiers: tuple[Priority, ...] = ()
    """Who is served first, in order: a later entry counts."""
    strengths: tuple[StrengthStep, ...] = ()
    """Changes of strengths over time, in order."""
    bounds: dict[Id, BoundEntry] = Field(default={})
    """Composition bounds, by id."""
    money: Money = Money()
    """Budgets and costs."""
    uncertainty: Uncertainty | None = None
    """Which figures vary, and how."""
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
