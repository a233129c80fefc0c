"""The registry of distributions as JSON Schema, for editors and the reference page."""

from __future__ import annotations

import dataclasses
from typing import Any

import planner.uncertainty.bells
import planner.uncertainty.counts
import planner.uncertainty.ranges  # noqa: F401  (the three fill the registry)
from planner.uncertainty.base import FAMILIES

__all__ = ["distribution_schema"]

MEANING = {
    "low": "Least value.",
    "likely": "Most likely value.",
    "high": "Greatest value.",
    "mean": "Mean, before it is cut at low and high.",
    "sd": "Standard deviation, before it is cut at low and high.",
    "chance": "Chance of `yes`, from 0 to 1.",
    "no": "Value if not; 0 if nothing is said.",
    "yes": "Value if so; 1 if nothing is said.",
    "values": "The values.",
    "chances": "The chance of each value; alike if nothing is said.",
    "basis": "What it rests on: letter, public or assumption.",
    "source": "Id of the source.",
    "section": "Place in the source, or the reasoning in a few words.",
    "note": "Anything else a reader should know.",
}
"""Parameters in words; one that is not here is described by its name."""


def distribution_schema(names: bool = True) -> dict[str, Any]:
    """Return the schema of a distribution: one name with its parameters, or a name alone."""
    beside = {
        name: {"type": "string", "description": MEANING[name]}
        for name in ("basis", "source", "section", "note")
    }
    options: list[dict[str, Any]] = []
    if names:
        ranged = [name for name, family in FAMILIES.items() if family.ranged]
        options.append({"enum": [*ranged, "exact"]})
    for name, family in FAMILIES.items():
        fields = dataclasses.fields(family)  # type: ignore[arg-type]
        inner = {
            "type": "object",
            "description": (family.__doc__ or name).strip().split("\n")[0],
            "properties": {one.name: _parameter(name, one) for one in fields},
            "required": [one.name for one in fields if one.default is dataclasses.MISSING],
            "additionalProperties": False,
        }
        options.append(
            {
                "type": "object",
                "description": inner["description"],
                "properties": {name: inner, **beside},
                "required": [name],
                "additionalProperties": False,
            }
        )
    return {"anyOf": options}


def _parameter(family: str, field: Any) -> dict[str, Any]:
    said = {"description": MEANING.get(field.name, f"Parameter {field.name} of {family}.")}
    if "tuple" in str(field.type):
        return {"type": "array", "items": {"type": "number"}, "minItems": 1, **said}
    return {"type": "number", **said}
