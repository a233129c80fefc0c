"""The reference page of scenario files, written from the schema itself."""

from __future__ import annotations

from typing import Any

from planner.scenario.schema import json_schema

__all__ = ["reference"]

INTRODUCTION = """# Scenario files

A scenario is a YAML file that says what is different: from the data tables, or from the scenario it
extends. Everything may be left out. Things are named by their id, and under an id stands only what
changes about it:

    extends: letter
    title: Twelve observers become eight
    demands:
      untso: {cap: 8}
      undof: drop

A figure is a number, or a value with its range and where it comes from:
`{value: 150, low: 120, high: 200, basis: assumption, section: one company}`. A figure on basis
`letter` or `public` names its source. Months are written `2022-07`; a last month counts in full.

Changes are made in this order: horizon, rule, sources, pools, kinds, policies, missions, demands,
packages, outcomes, decide, send, hindsight, tiers, strengths, bounds, money, uncertainty; then what
stands under `then`, each on top of what is before it.

This page and `scenario.schema.json` are written from the same definitions.
"""


def reference() -> str:
    """Return the reference page as Markdown: one table of fields for each part of a scenario."""
    schema = json_schema()
    definitions = schema["$defs"]
    parts = [INTRODUCTION, _section("A scenario", schema)]
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
