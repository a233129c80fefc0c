"""YAML text to plain values, with the line and column of every key and value.

Reads YAML 1.2 (``NO`` is text, dates are text, ``010`` is refused) and builds nothing but dicts,
tuples, text, numbers, booleans and None. Size, depth, number of values and what aliases expand to
are bounded, so that a hostile file costs little. No tag, merge key or object is ever followed.

A scenario back to YAML: blocks a person can read, texts quoted wherever that is safer.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InputError

if TYPE_CHECKING:
    from planner.scenario.load import Scenario

__all__ = [
    "LIMITS", "Limits", "Position", "SourceText", "dump", "read_source", "read_text", "yaml_text",
]  # fmt: skip

Path_ = tuple[str | int, ...]

_ZEROS = re.compile(r"[-+]?0[0-9]+")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*|[0-9]{4}-[0-9]{2}")

_QUOTED = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


@dataclass(frozen=True)
class Limits:
    """How large a file may be: bytes, nesting, values (aliases expanded) and digits of a number."""

    size: int = 1_000_000
    depth: int = 24
    values: int = 200_000
    digits: int = 40


LIMITS = Limits()


@dataclass(frozen=True)
class Position:
    """Where a value and its key stand in the file, from 1; 0 is nowhere in particular."""

    line: int = 0
    column: int = 0
    key_line: int = 0
    key_column: int = 0


_NOWHERE = Position()


@dataclass(frozen=True)
class SourceText:
    """What a file says, and where it says it.

    Attributes
    ----------
    file : str
        Name used in messages.
    values : dict
        The top-level mapping.
    places : mapping of tuple to Position
        By path, such as ``("demands", "untso", "cap")``.
    """

    file: str
    values: dict[str, Any]
    places: Mapping[Path_, Position] = field(default_factory=dict)

    def place(self, path: Path_) -> Position:
        """Return the place of a path, or of its nearest ancestor that is in the file."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, _NOWHERE)

    def fault(self, path: Path_, message: str, key: bool = False) -> Fault:
        """Return a fault at the value of `path`, or at its key."""
        place = self.place(path)
        at = (place.line, place.column)
        if key and place.key_line:
            at = (place.key_line, place.key_column)
        return Fault(self.file, *at, ".".join(map(str, path)), message)


def read_source(path: Path, name: str | None = None, limits: Limits = LIMITS) -> SourceText:
    """Read a YAML file; raise InputError with what is wrong."""
    name = str(path) if name is None else name
    try:
        with path.open("rb") as file:
            data = file.read(limits.size + 1)
    except OSError as error:
        reason = "is a folder, expected a file" if path.is_dir() else error.strerror
        raise InputError(Fault(name, 0, 0, "", f"cannot be read: {reason}")) from None
    return read_text(data, name, limits)


def read_text(data: bytes | str, name: str = "<text>", limits: Limits = LIMITS) -> SourceText:
    """Read YAML text or bytes; raise InputError with what is wrong.

    Examples
    --------
    >>> source = read_text("demands:\\n  untso: {cap: 12}\\n")
    >>> source.values
    {'demands': {'untso': {'cap': 12}}}
    >>> source.place(("demands", "untso", "cap")).line
    2
    """
    text = _decode(data, name, limits)
    if not text.strip():
        raise InputError(Fault(name, 0, 0, "", "the file is empty, expected a scenario"))
    return _Builder(name, limits).build(text)


def _decode(data: bytes | str, name: str, limits: Limits) -> str:
    if len(data) > limits.size:
        much = f"too large: more than {limits.size:,} bytes"
        message = f"{much}, put large tables in a data folder instead"
        raise InputError(Fault(name, 0, 0, "", message))
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(Fault(name, 0, 0, "", "expected UTF-8, found UTF-16: save it as UTF-8"))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        message = (
            f"expected UTF-8, found byte 0x{data[error.start]:02x} "
            "(Windows-1252 or Latin-1?): save the file as UTF-8"
        )
        raise InputError(Fault(name, line, column, "", message)) from None


class _StopError(Exception):
    """Reading cannot go on; carries the last fault."""

    def __init__(self, fault: Fault):
        self.fault = fault


@dataclass
class _Builder:
    """Builds values from the parser's events, one at a time, so that limits bite early."""

    name: str
    limits: Limits
    faults: list[Fault] = field(default_factory=list)
    places: dict[Path_, Position] = field(default_factory=dict)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    count: int = 0

    def build(self, text: str) -> SourceText:
        """Return the source, or raise InputError with all duplicate keys and what stopped it."""
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        values: Any = None
        try:
            events = YAML(typ="safe", pure=True).parse(text)
            values = self.document(events)
        except _StopError as stop:
            self.faults.append(stop.fault)
        except MarkedYAMLError as error:
            self.faults.append(_syntax(self.name, error, text))
        except YAMLError as error:
            self.faults.append(_unreadable(self.name, error, text))
        if not self.faults and not isinstance(values, dict):
            place = self.places.get((), Position(1, 1))
            message = (
                "expected a mapping of fields at the top (such as 'title: ...'), "
                f"found {_describe(values)}"
            )
            self.faults.append(Fault(self.name, place.line, place.column, "", message))
        if self.faults:
            raise InputError(self.faults)
        return SourceText(self.name, values, self.places)

    def document(self, events: Iterator[Any]) -> Any:
        """Return the value of the only document."""
        value: Any = None
        documents = 0
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self.stop(event, (), "expected one document, found a second one after '---'")
            elif kind not in ("StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"):
                value, _ = self.value(event, events, ())
        return value

    def fault(self, event: Any, path: Path_, message: str) -> Fault:
        """Return a fault at this event."""
        mark = event.start_mark
        return Fault(self.name, mark.line + 1, mark.column + 1, ".".join(map(str, path)), message)

    def stop(self, event: Any, path: Path_, message: str) -> None:
        """Give up with a fault at this event."""
        raise _StopError(self.fault(event, path, message))

    def spend(self, event: Any, path: Path_, values: int) -> None:
        """Count values read, aliases at the size of what they stand for."""
        self.count += values
        if self.count > self.limits.values:
            most = f"more than {self.limits.values:,} with aliases written out"
            self.stop(event, path, f"too many values: {most}")
        if len(path) > self.limits.depth:
            self.stop(event, path[:4], f"nested deeper than {self.limits.depth} levels")

    def value(self, event: Any, events: Iterator[Any], path: Path_) -> tuple[Any, int]:
        """Return one value and how many values it holds."""
        mark = event.start_mark
        key = self.places.get(path, _NOWHERE)
        self.places[path] = Position(mark.line + 1, mark.column + 1, key.key_line, key.key_column)
        kind = type(event).__name__
        if kind == "AliasEvent":
            if event.anchor not in self.anchors:
                self.stop(event, path, f"alias *{event.anchor} stands for nothing named before it")
            value, size = self.anchors[event.anchor]
            self.spend(event, path, size)
            return value, size
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) not in ("!", "tag:yaml.org,2002:str"):
            self.stop(event, path, f"tags are not read, found {str(tag)!r}: leave it out")
        self.spend(event, path, 1)
        if kind == "ScalarEvent":
            value, size = self.scalar(event, path), 1
        elif kind == "SequenceStartEvent":
            value, size = self.sequence(events, path)
        else:
            value, size = self.mapping(events, path)
        if getattr(event, "anchor", None):
            self.anchors[event.anchor] = (value, size)
        return value, size

    def sequence(self, events: Iterator[Any], path: Path_) -> tuple[tuple[Any, ...], int]:
        """Return the items up to the end of the list."""
        items: list[Any] = []
        size = 1
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            item, inside = self.value(event, events, (*path, len(items)))
            items.append(item)
            size += inside
        return tuple(items), size

    def mapping(self, events: Iterator[Any], path: Path_) -> tuple[dict[str, Any], int]:
        """Return the fields up to the end of the mapping; keys are text, each named once."""
        fields: dict[str, Any] = {}
        size = 1
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            if type(event).__name__ != "ScalarEvent":
                self.stop(event, path, "expected a name before ':', found a list or mapping")
            key = str(event.value)
            if key == "<<":
                self.stop(event, path, "'<<' is not read: write the fields out, or use 'extends'")
            inner = (*path, key)
            if key in fields:
                first = self.places[inner].key_line
                message = f"named twice, first in line {first}: keep one of them"
                self.faults.append(self.fault(event, inner, message))
                inner = (*inner, 2)  # its places do not overwrite those of the first
            else:
                mark = event.start_mark
                self.places[inner] = Position(key_line=mark.line + 1, key_column=mark.column + 1)
            value, inside = self.value(next(events), events, inner)
            fields.setdefault(key, value)
            size += inside + 1
        return fields, size

    def scalar(self, event: Any, path: Path_) -> Any:
        """Return text, a number, a boolean or None."""
        text = event.value
        plain = event.style is None or event.style == ""
        if not plain or event.tag is not None:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text.lower() in _SPECIAL:
            return _SPECIAL[text.lower()]
        integer = _INTEGER.fullmatch(text)
        if not integer and not _FLOAT.fullmatch(text):
            return text
        if len(text) > self.limits.digits:
            self.stop(event, path, f"a number of {len(text)} characters is not read")
        if _ZEROS.fullmatch(text):
            meant = int(text)
            message = f"{text} has zeros in front, which some readers take for base 8"
            self.stop(event, path, f"{message}: write {meant}, or '{text}' for text")
        if not integer:
            return float(text)
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _describe(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return "a list"
    return f"{value!r:.60}"


def _syntax(name: str, error: Any, text: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error.context or "cannot be read as YAML").strip()
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    lines = text.splitlines()
    here = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\\t" in problem or "\t" in here[: max(column, 1)]:
        message = "found a tab: YAML indents with spaces only, replace each tab by two spaces"
    elif "mapping values are not allowed" in problem:
        message = "found ':' where no field can begin: check the indentation, or quote the text"
    else:
        message = f"not readable as YAML: {problem}: check indentation, brackets and quotes"
    return Fault(name, line, column, "", message)


def _unreadable(name: str, error: Any, text: str) -> Fault:
    """A character that YAML does not allow: ruamel says only its position."""
    position = getattr(error, "position", None)
    if not isinstance(position, int):
        return Fault(name, 0, 0, "", f"not readable as YAML: {error}")
    line = text.count("\n", 0, position) + 1
    column = position - (text.rfind("\n", 0, position) + 1) + 1
    found = f"U+{ord(text[position]):04X}" if position < len(text) else "a control character"
    return Fault(name, line, column, "", f"found {found}, a character that YAML does not allow")


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
    if _SAFE.fullmatch(text) and text.lower() not in _QUOTED:
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
