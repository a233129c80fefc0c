"""Read YAML into plain values with the line and column of every key and value, and write YAML.

The reader takes YAML 1.2 (``NO`` and dates are text, ``010`` is refused) and builds only dicts,
tuples, text, numbers, booleans and None. Size, depth and the number of values, aliases expanded,
are limited, so that a hostile file costs little. Tags, merge keys and objects are refused.

The writer gives block style, with text in quotes wherever a YAML reader could misread it.
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

_LEADING_ZEROS = re.compile(r"[-+]?0[0-9]+")
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL = {".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

_UNQUOTED = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z0-9_./-]+)*|[0-9]{4}-[0-9]{2}")

_RESERVED = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")


@dataclass(frozen=True)
class Limits:
    """Limits of a file: bytes, nesting, values (aliases expanded) and characters of a number."""

    size: int = 1_000_000
    depth: int = 24
    values: int = 200_000
    digits: int = 40


LIMITS = Limits()


@dataclass(frozen=True)
class Position:
    """Line and column of a value and of its key in the file, from 1; 0 is unknown."""

    line: int = 0
    column: int = 0
    key_line: int = 0
    key_column: int = 0


_NO_POSITION = Position()


@dataclass(frozen=True)
class SourceText:
    """Values of a file, and their positions in it.

    Attributes
    ----------
    file : str
        Name used in messages.
    values : dict
        The top-level mapping.
    positions : mapping of tuple to Position
        By path, such as ``("demands", "untso", "cap")``.
    """

    file: str
    values: dict[str, Any]
    positions: Mapping[Path_, Position] = field(default_factory=dict)

    def position(self, path: Path_) -> Position:
        """Return the position of a path, or of its nearest ancestor that is in the file."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, _NO_POSITION)

    def fault(self, path: Path_, message: str, key: bool = False) -> Fault:
        """Return a fault at the value of `path`, or at its key."""
        position = self.position(path)
        at = (position.line, position.column)
        if key and position.key_line:
            at = (position.key_line, position.key_column)
        return Fault(self.file, *at, ".".join(map(str, path)), message)


def read_source(path: Path, name: str | None = None, limits: Limits = LIMITS) -> SourceText:
    """Read a YAML file; raise InputError with its faults."""
    name = str(path) if name is None else name
    try:
        with path.open("rb") as file:
            data = file.read(limits.size + 1)
    except OSError as error:
        reason = "is a folder, expected a file" if path.is_dir() else error.strerror
        raise InputError(Fault(name, 0, 0, "", f"cannot be read: {reason}")) from None
    return read_text(data, name, limits)


def read_text(data: bytes | str, name: str = "<text>", limits: Limits = LIMITS) -> SourceText:
    """Read YAML text or bytes; raise InputError with the faults.

    Examples
    --------
    >>> source = read_text("demands:\\n  untso: {cap: 12}\\n")
    >>> source.values
    {'demands': {'untso': {'cap': 12}}}
    >>> source.position(("demands", "untso", "cap")).line
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
    """Stops the reading of a file; carries the last fault."""

    def __init__(self, fault: Fault):
        self.fault = fault


@dataclass
class _Builder:
    """Builds values from the events of the parser, so that limits apply while it reads."""

    name: str
    limits: Limits
    faults: list[Fault] = field(default_factory=list)
    positions: dict[Path_, Position] = field(default_factory=dict)
    anchors: dict[str, tuple[Any, int]] = field(default_factory=dict)
    count: int = 0

    def build(self, text: str) -> SourceText:
        """Return the values, or raise InputError with all duplicate keys and the last fault."""
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        values: Any = None
        try:
            events = YAML(typ="safe", pure=True).parse(text)
            values = self.document(events)
        except _StopError as stop:
            self.faults.append(stop.fault)
        except MarkedYAMLError as error:
            self.faults.append(_syntax_fault(self.name, error, text))
        except YAMLError as error:
            self.faults.append(_character_fault(self.name, error, text))
        if not self.faults and not isinstance(values, dict):
            position = self.positions.get((), Position(1, 1))
            message = (
                "expected a mapping of fields at the top (such as 'title: ...'), "
                f"found {_found_text(values)}"
            )
            self.faults.append(Fault(self.name, position.line, position.column, "", message))
        if self.faults:
            raise InputError(self.faults)
        return SourceText(self.name, values, self.positions)

    def document(self, events: Iterator[Any]) -> Any:
        """Return the value of the only document."""
        value: Any = None
        documents = 0
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self.fail(event, (), "expected one document, found a second one after '---'")
            elif kind not in ("StreamStartEvent", "StreamEndEvent", "DocumentEndEvent"):
                value, _ = self.value(event, events, ())
        return value

    def fault(self, event: Any, path: Path_, message: str) -> Fault:
        """Return a fault at this event."""
        mark = event.start_mark
        return Fault(self.name, mark.line + 1, mark.column + 1, ".".join(map(str, path)), message)

    def fail(self, event: Any, path: Path_, message: str) -> None:
        """Stop the reading with a fault at this event."""
        raise _StopError(self.fault(event, path, message))

    def count_values(self, event: Any, path: Path_, values: int) -> None:
        """Add to the number of values read; an alias counts as the values it expands to."""
        self.count += values
        if self.count > self.limits.values:
            limit = f"more than {self.limits.values:,} with aliases written out"
            self.fail(event, path, f"too many values: {limit}")
        if len(path) > self.limits.depth:
            self.fail(event, path[:4], f"nested deeper than {self.limits.depth} levels")

    def value(self, event: Any, events: Iterator[Any], path: Path_) -> tuple[Any, int]:
        """Return one value and the number of values in it."""
        mark = event.start_mark
        key = self.positions.get(path, _NO_POSITION)
        self.positions[path] = Position(
            mark.line + 1, mark.column + 1, key.key_line, key.key_column
        )
        kind = type(event).__name__
        if kind == "AliasEvent":
            if event.anchor not in self.anchors:
                self.fail(event, path, f"alias *{event.anchor} stands for nothing named before it")
            value, size = self.anchors[event.anchor]
            self.count_values(event, path, size)
            return value, size
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) not in ("!", "tag:yaml.org,2002:str"):
            self.fail(event, path, f"tags are not read, found {str(tag)!r}: leave it out")
        self.count_values(event, path, 1)
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
        """Return the items of a list and the number of values in it."""
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
        """Return the fields of a mapping and the number of values in it; keys are unique texts."""
        fields: dict[str, Any] = {}
        size = 1
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            if type(event).__name__ != "ScalarEvent":
                self.fail(event, path, "expected a name before ':', found a list or mapping")
            key = str(event.value)
            if key == "<<":
                self.fail(event, path, "'<<' is not read: write the fields out, or use 'extends'")
            inner = (*path, key)
            if key in fields:
                first = self.positions[inner].key_line
                message = f"named twice, first in line {first}: keep one of them"
                self.faults.append(self.fault(event, inner, message))
                inner = (*inner, 2)  # its places do not overwrite those of the first
            else:
                mark = event.start_mark
                self.positions[inner] = Position(key_line=mark.line + 1, key_column=mark.column + 1)
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
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if text.lower() in _SPECIAL:
            return _SPECIAL[text.lower()]
        integer = _INTEGER.fullmatch(text)
        if not integer and not _FLOAT.fullmatch(text):
            return text
        if len(text) > self.limits.digits:
            self.fail(event, path, f"a number of {len(text)} characters is not read")
        if _LEADING_ZEROS.fullmatch(text):
            meant = int(text)
            message = f"{text} has zeros in front, which some readers take for base 8"
            self.fail(event, path, f"{message}: write {meant}, or '{text}' for text")
        if not integer:
            return float(text)
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def _found_text(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, tuple):
        return "a list"
    return f"{value!r:.60}"


def _syntax_fault(name: str, error: Any, text: str) -> Fault:
    mark = error.problem_mark or error.context_mark
    problem = str(error.problem or error.context or "cannot be read as YAML").strip()
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    lines = text.splitlines()
    source_line = lines[line - 1] if 0 < line <= len(lines) else ""
    if "\\t" in problem or "\t" in source_line[: max(column, 1)]:
        message = "found a tab: YAML indents with spaces only, replace each tab by two spaces"
    elif "mapping values are not allowed" in problem:
        message = "found ':' where no field can begin: check the indentation, or quote the text"
    else:
        message = f"not readable as YAML: {problem}: check indentation, brackets and quotes"
    return Fault(name, line, column, "", message)


def _character_fault(name: str, error: Any, text: str) -> Fault:
    """Return the fault of a character that YAML does not allow; ruamel gives its position only."""
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
    base_layers = max((index + 1 for index, layer in enumerate(layers) if layer.shipped), default=0)
    values: dict[str, Any] = {"format": "planner-scenario/1"}
    if base_layers:
        values["extends"] = layers[base_layers - 1].shipped
    written = [layer.values for layer in layers[base_layers:]]
    if written:
        values.update(written[0])
    if len(written) > 1:
        values["then"] = written[1:]
    return yaml_text(values)


def yaml_text(values: Mapping[str, Any]) -> str:
    """Return plain values as YAML that means the same in YAML 1.1 and 1.2.

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
    return "".join(f"{line}\n" for line in _block_lines(values, "")) or "{}\n"


def _block_lines(value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entry_lines(f"{indent}{_quoted_text(str(key))}:", inner, indent)
    else:
        for inner in value:
            yield from _entry_lines(f"{indent}-", inner, indent)


def _entry_lines(head: str, value: Any, indent: str) -> Iterator[str]:
    if isinstance(value, (Mapping, list, tuple)) and value:
        yield head
        yield from _block_lines(value, indent + "  ")
    else:
        yield f"{head} {_scalar_text(value)}"


def _scalar_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    return _quoted_text(value) if isinstance(value, str) else json.dumps(value)


def _quoted_text(text: str) -> str:
    if _UNQUOTED.fullmatch(text) and text.lower() not in _RESERVED:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable() and character != "\ufeff":
        return character
    number = ord(character)
    if number < 256:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
