"""Levers moved, written as the changes of a scenario file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.months import Month
from planner.scenario.inputs import Inputs
from planner.whatif.levers import Value, begin_of, lines_of

__all__ = ["patch_of"]

SECTIONS = {"go": ("decide", "study"), "send": ("send", "declined")}
"""The section of a scenario in which each decision stands, and the standing it is for."""


def patch_of(inputs: Inputs, moved: Mapping[str, Value]) -> dict[str, Any]:
    """Return the sections of a scenario file that say what was moved, by key of the lever.

    Parameters
    ----------
    inputs : Inputs
        The scenario as it was.
    moved : mapping of str to value
        Levers that stand elsewhere than in it, checked.
    """
    by_group: dict[str, dict[str, Any]] = {}
    for key, value in moved.items():
        group, _, subject = key.partition(".")
        by_group.setdefault(group, {})[subject] = value
    patch: dict[str, Any] = {}
    if "rule" in by_group:
        patch["rule"] = by_group["rule"][""]
    policies = [
        *({"kinds": [kind], "tour": tour} for kind, tour in by_group.get("tour", {}).items()),
        *({"category": who, "scale_rest": by} for who, by in by_group.get("rest", {}).items()),
    ]
    strengths = [{"pools": [pool], "times": by} for pool, by in by_group.get("people", {}).items()]
    tiers = [{"missions": [one], "tier": tier} for one, tier in by_group.get("tier", {}).items()]
    sections = {
        "policies": policies,
        "packages": _packages(inputs, by_group),
        **_decisions(inputs, by_group),
        "tiers": tiers,
        "strengths": strengths,
    }
    return {**patch, **{name: section for name, section in sections.items() if section}}


def _packages(inputs: Inputs, moved: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for group, field in (("on", "on"), ("known", "known"), ("size", "scale")):
        for package, value in moved.get(group, {}).items():
            found.setdefault(package, {})[field] = value
    for package, month in moved.get("first", {}).items():
        lines = lines_of(inputs, inputs.packages[package])
        later = Month.parse(month) - begin_of(lines)
        found.setdefault(package, {})["demands"] = {
            line.id: {"first": str(line.first.month + later)} for line in lines if line.first
        }
    return found


def _decisions(inputs: Inputs, moved: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return missions that go ahead after all, and the demands of those that do not."""
    found: dict[str, Any] = {}
    for group, (section, standing) in SECTIONS.items():
        for mission, goes in moved.get(group, {}).items():
            if goes:
                found.setdefault(section, []).append(mission)
                continue
            for line in inputs.demands.values():
                if line.mission == mission and line.standing == standing and line.counts:
                    found.setdefault("demands", {})[line.id] = {"drop": True}
    return found
