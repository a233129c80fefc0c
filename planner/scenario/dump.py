"""A scenario back to YAML: blocks a person can read, texts quoted wherever that is safer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

__all__ = ["dump", "yaml_text"]

_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*|[0-9]{4}-[0-9]{2}")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


def dump(scenario: Scenario) -> str:
    """Return YAML that reads back as an equal scenario; see :meth:`Scenario.dump`."""
    layers = scenario.layers
    own = max((place + 1 for place, layer in enumerate(layers) if layer.shipped), default=0)
    values: dict[str, Any] = {"format": "planner-scenario/1"}
    if own:
        values["extends"] = layers[own - 1].shipped
    written = [layer.values for layer in layers[own:]]
    if written:
        values.update(written[0])
    if len(written) > 1:
        values["then"] = written[1:]
    return yaml_text(values)


def yaml_text(values: Mapping[str, Any]) -> str:
    """Return plain values as YAML that every reader of YAML 1.1 and 1.2 takes for the same.

    Examples
    --------
    >>> text = yaml_text({"title": "NO", "demands": {"untso": {"cap": 8}}, "pools": ["staff"]})
    >>> print(text, end="")
    title: "NO"
    demands:
      untso:
        cap: 8
    pools:
      - staff
    """
    return "".join(f"{line}\n" for line in _block(values, "")) or "{}\n"


def _block(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry(f"{indent}{_text(str(key))}:", inner, indent)
    else:
        for inner in value:
            yield from _entry(f"{indent}-", inner, indent)


def _entry(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, (Mapping, list, tuple)) and value:
        yield head
        yield from _block(value, indent + "  ")
    else:
        yield f"{head} {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    if _SAFE.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return '"' + "".join(_character(one) for one in text) + '"'


def _character(one: str) -> str:
    if one in '"\\':
        return "\\" + one
    if one.isprintable() and one != "\ufeff":
        return one
    number = ord(one)
    if number < 256:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
