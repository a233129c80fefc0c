"""Errors of the schema as messages that name the place, what was expected and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from planner.errors import Fault, nearest
from planner.scenario.source import Path_, SourceText

__all__ = ["checked", "consequence", "faults_of"]

_EXPECTED = {
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "dict_type": "fields by name",
    "mapping_type": "fields by name",
    "model_type": "fields by name",
    "model_attributes_type": "fields by name",
    "tuple_type": "a list",
    "finite_number": "a finite number",
    "greater_than_equal": "a number of at least {ge:g}",
    "less_than_equal": "a number of at most {le:g}",
    "too_short": "at least {min_length} item",
    "string_too_long": "at most {max_length} characters",
}

_NAMES = {
    "from": ("first",),
    "start": ("first", "from"),
    "begin": ("first", "from"),
    "to": ("last",),
    "end": ("last", "to"),
    "until": ("last", "to"),
    "people": ("cap",),
    "persons": ("cap",),
    "prep": ("preparation",),
    "size": ("cap",),
    "person": ("cap",),
}
"""Words people try, and what they may be called here."""


def faults_of(error: ValidationError, source: SourceText, prefix: Path_ = ()) -> list[Fault]:
    """Return one fault for each thing wrong, in the order of the file.

    Parameters
    ----------
    error : ValidationError
        From validating ``source.values`` or, with `prefix`, a part of it.
    source : Source
        Gives the line and column of each path.
    prefix : tuple
        Path of the validated part.
    """
    faults = []
    for what in error.errors(include_url=False):
        path = (*prefix, *(step for step in what["loc"] if step != "[key]"))
        faults.append(_fault(what, path, source, bare_key=what["loc"][-1:] == ("[key]",)))
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


def checked(model: Any, source: SourceText) -> tuple[Any, list[Fault], frozenset[Path_]]:
    """Validate a source; what is wrong is left out, so that the rest can be checked as well.

    Parameters
    ----------
    model : pydantic model
    source : Source

    Returns
    -------
    whole : object
        The validated model of what remains, None if nothing does.
    faults : list of Fault
        Everything that the schema does not allow.
    left_out : frozenset of tuple
        Paths of the values that were left out.
    """
    values: Any = source.values
    faults: list[Fault] = []
    left_out: set[Path_] = set()
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(values), faults, frozenset(left_out)
        except ValidationError as error:
            faults = faults or faults_of(error, source)
            for what in error.errors(include_url=False, include_context=False):
                path = _left_out(values, what)
                if not path:
                    return None, faults, frozenset(left_out)
                left_out.add(path)
                values = _without(values, path)
    return None, faults, frozenset(left_out)


_ROUNDS = 5
"""How often a file is validated while parts of it are left out."""


def consequence(fault: Fault | str, left_out: frozenset[Path_]) -> bool:
    """Whether a fault may only follow from values that were left out."""
    if isinstance(fault, str):
        return False
    for path in left_out:
        place = ".".join(map(str, path))
        if f"{fault.field}.".startswith(f"{place}."):
            return True
        if f"{place}.".startswith(f"{fault.field}.") and fault.message.startswith("new "):
            return True
        named = fault.message.split("'")[1:2]
        if len(path) > 1 and fault.message.startswith("unknown ") and named == [path[1]]:
            return f"{path[0]}.{path[1]}" != fault.field
    return False


def _left_out(values: Any, what: Mapping[str, Any]) -> Path_:
    """Return the path of what has to be left out for one complaint; a list goes as a whole."""
    path = tuple(step for step in what["loc"] if step != "[key]")
    if what["type"] == "missing":
        path = path[:-1]
    for length, step in enumerate(path):
        try:
            if isinstance(values, (list, tuple)):
                return path[:length]
            values = values[step]
        except (KeyError, IndexError, TypeError):
            return path[:length]
    return path


def _without(values: Any, path: Path_) -> Any:
    if not isinstance(values, Mapping) or path[0] not in values:
        return values
    if len(path) == 1:
        return {name: value for name, value in values.items() if name != path[0]}
    return {**values, path[0]: _without(values[path[0]], path[1:])}


def _fault(what: Mapping[str, Any], path: Path_, source: SourceText, bare_key: bool) -> Fault:
    kind, context = what["type"], what.get("ctx", {})
    at_key = bare_key
    if kind == "extra_forbidden":
        known = _known(path[:-1])
        message = f"not known here{_suggest(str(path[-1]), known)}"
        if known:
            message += f"; known are {', '.join(known)}"
        return source.fault(path, message, key=True)
    if kind == "missing":
        path, message = path[:-1], f"{path[-1]!r} is missing"
    elif kind == "value_error":
        message = str(context.get("error", what["msg"]))
    elif kind == "literal_error":
        choices = _literals(context["expected"])
        near = nearest(what["input"], choices) if isinstance(what["input"], str) else ""
        message = f"expected one of {', '.join(choices)}, found {shown(what['input'])}{near}"
    elif kind == "string_pattern_mismatch":
        message = f"expected {_pattern(context['pattern'])}, found {shown(what['input'])}"
    elif kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**context)
        message = f"expected {expected}, found {shown(what['input'])}"
    else:
        message = what["msg"]
    # a bare number was validated as a figure's value: name the figure, not its inside
    while path and not _exists(source.values, path):
        path = path[:-1]
    return source.fault(path, message, key=at_key)


def _exists(values: Any, path: Path_) -> bool:
    for step in path:
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def shown(value: object) -> str:
    """Return a value as an author knows it, cut short."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "fields by name (" + ", ".join(list(map(str, value))[:3]) + ")"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = repr(value) if isinstance(value, str) else f"{value}"
    return text if len(text) <= 60 else text[:57] + "..."


def _literals(expected: str) -> list[str]:
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]


def _pattern(pattern: str) -> str:
    if pattern.startswith("^sha256"):
        return "a digest, sha256: and 64 hexadecimal digits"
    return "an id (lower-case letters, digits, hyphens)"


def _suggest(word: str, known: Iterable[str]) -> str:
    known = list(known)
    for other in _NAMES.get(word, ()):
        if other in known:
            return f", did you mean {other!r}?"
    return nearest(word, known)


def _known(path: Path_) -> list[str]:
    """Return the fields that may stand at a path, by walking the JSON Schema."""
    from planner.scenario.schema import json_schema

    schema = json_schema()
    definitions = schema["$defs"]
    places = [schema]
    for step in path:
        places = [inner for place in places for inner in _inside(place, step, definitions)]
    return sorted({name for place in places for name in _options(place, definitions, "properties")})


def _resolve(schema: Any, definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the alternatives a schema stands for, references followed."""
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return _resolve(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    found = [schema]
    for part in ("anyOf", "allOf", "oneOf"):
        found += [inner for one in schema.get(part, ()) for inner in _resolve(one, definitions)]
    return found


def _inside(schema: Any, step: str | int, definitions: Mapping[str, Any]) -> list[Any]:
    found = []
    for one in _resolve(schema, definitions):
        if isinstance(step, int):
            found.append(one.get("items"))
        elif step in one.get("properties", {}):
            found.append(one["properties"][step])
        else:
            found.append(one.get("additionalProperties"))
            found += list(one.get("patternProperties", {}).values())
    return [one for one in found if isinstance(one, dict)]


def _options(schema: Any, definitions: Mapping[str, Any], part: str) -> list[str]:
    return [name for one in _resolve(schema, definitions) for name in one.get(part, {})]
