"""Load scenario files: find them, follow ``extends``, and report all faults at once.

Errors of the schema become messages with the position, the expected and the found value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.digest import SKIP, digest
from planner.errors import Fault, InputError, close_name, collect_faults, nearest, shortened
from planner.months import Month
from planner.scenario.calibrated import NONE, read_calibrated, shipped_calibrations
from planner.scenario.data import default_data, display_path, read_data, shipped_folder
from planner.scenario.inputs import Inputs
from planner.scenario.source import Path_, Position, SourceText, dump, read_source, read_text

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = [
    "Layer", "Scenario", "validate_source", "is_consequence", "schema_faults", "load", "loads",
    "shipped_scenarios",
]  # fmt: skip

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
    "string_unicode": "characters that can be written in UTF-8",
}

_SYNONYMS = {
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
"""Names that users try for a field, and the fields that may be meant."""

MAX_FAULTS = 1_000
"""Faults beyond which the rest is not checked: each further validation copies the file."""

_MAX_VALIDATIONS = 5
"""Largest number of validations of a file, with invalid parts omitted."""

MAX_EXTENDS = 20
"""Largest number of files that extend each other."""

TEXTS = ("title", "title_nl", "summary", "summary_nl")


def schema_faults(error: ValidationError, source: SourceText, prefix: Path_ = ()) -> list[Fault]:
    """Return one fault for each validation error, in the order of the file.

    Parameters
    ----------
    error : ValidationError
        From validating ``source.values`` or, with `prefix`, a part of it.
    source : SourceText
        Gives the line and column of each path.
    prefix : tuple
        Path of the validated part.
    """
    faults = []
    errors = error.errors(include_url=False)
    for item in errors:
        if item["type"] == "too_short" and any(
            other["loc"][: len(item["loc"])] == item["loc"] != other["loc"] for other in errors
        ):
            continue  # the list is too short because its items are invalid
        path = (*prefix, *(step for step in item["loc"] if step != "[key]"))
        faults.append(_fault(item, path, source, bare_key=item["loc"][-1:] == ("[key]",)))
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


def validate_source(model: Any, source: SourceText) -> tuple[Any, list[Fault], frozenset[Path_]]:
    """Validate a source; invalid values are omitted, so that the rest is checked as well.

    Parameters
    ----------
    model : pydantic model
    source : SourceText

    Returns
    -------
    validated : object
        The model of the valid values, None if there are none.
    faults : list of Fault
        Every error of the schema.
    omitted : frozenset of tuple
        Paths of the values that were omitted.
    """
    from pydantic import ValidationError

    values: Any = source.values
    faults: list[Fault] = []
    omitted: set[Path_] = set()
    for _ in range(_MAX_VALIDATIONS):
        try:
            return model.model_validate(values), faults, frozenset(omitted)
        except ValidationError as error:
            faults = faults or schema_faults(error, source)
            if len(faults) > MAX_FAULTS:
                return None, faults, frozenset(omitted)
            for item in error.errors(include_url=False, include_context=False):
                path = _path_to_omit(values, item)
                if not path:
                    return None, faults, frozenset(omitted)
                omitted.add(path)
                values = _without(values, path)
    return None, faults, frozenset(omitted)


def is_consequence(fault: Fault | str, omitted: frozenset[Path_]) -> bool:
    """Whether a fault may only be a consequence of omitted values."""
    if isinstance(fault, str):
        return False
    if omitted and fault.message.startswith("has no effect"):
        return True
    for path in omitted:
        field = ".".join(map(str, path))
        if f"{fault.field}.".startswith(f"{field}."):
            return True
        if f"{field}.".startswith(f"{fault.field}.") and fault.message.startswith("new "):
            return True
        quoted = fault.message.split("'")[1:2]
        if len(path) > 1 and fault.message.startswith("unknown ") and quoted == [path[1]]:
            return f"{path[0]}.{path[1]}" != fault.field
    return False


def _path_to_omit(values: Any, item: Mapping[str, Any]) -> Path_:
    """Return the path to omit because of one validation error; a list is omitted as a whole."""
    path = tuple(step for step in item["loc"] if step != "[key]")
    if item["type"] == "missing":
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


def _fault(item: Mapping[str, Any], path: Path_, source: SourceText, bare_key: bool) -> Fault:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known_fields(path[:-1])
        message = f"not known here{_suggestion(str(path[-1]), known)}"
        if known:
            message += f"; known are {', '.join(known)}"
        return source.fault(path, message, key=True)
    if kind == "missing":
        path, message = path[:-1], f"{path[-1]!r} is missing"
    elif kind == "value_error":
        message = str(context.get("error", item["msg"]))
    elif kind == "literal_error":
        choices = _allowed_values(context["expected"])
        near = nearest(item["input"], choices) if isinstance(item["input"], str) else ""
        message = f"expected one of {', '.join(choices)}, found {found_text(item['input'])}{near}"
    elif kind == "string_pattern_mismatch":
        message = f"expected {_pattern_text(context['pattern'])}, found {found_text(item['input'])}"
    elif kind == "too_long":
        limit, length = context["max_length"], context["actual_length"]
        message = f"expected at most {limit:,} entries, found {length:,}"
    elif kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**context)
        message = f"expected {expected}, found {found_text(item['input'])}"
    else:
        message = item["msg"]
    # a bare number was validated as the value of a parameter: give the path of the parameter
    while path and not _exists(source.values, path):
        path = path[:-1]
    return source.fault(path, message, key=bare_key)


def _exists(values: Any, path: Path_) -> bool:
    for step in path:
        try:
            values = values[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def found_text(value: object) -> str:
    """Return a found value as text for a message, shortened."""
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


def _allowed_values(expected: str) -> list[str]:
    return [part.strip().strip("'") for part in expected.replace(" or ", ", ").split(",")]


def _pattern_text(pattern: str) -> str:
    if pattern.startswith("^sha256"):
        return "a digest, sha256: and 64 hexadecimal digits"
    if pattern.startswith("^[0-9]{4}-"):
        return "a month such as 2022-03"
    return "an id (lower-case letters, digits, hyphens)"


def _suggestion(word: str, known: Iterable[str]) -> str:
    known = list(known)
    for other in _SYNONYMS.get(word, ()):
        if other in known:
            return f", did you mean {other!r}?"
    return nearest(word, known)


@cache
def _json_schema() -> dict[str, Any]:
    """Return the JSON Schema, built once: a file may have thousands of faults."""
    from planner.scenario.schema import json_schema

    return json_schema()


def _known_fields(path: Path_) -> list[str]:
    """Return the fields allowed at a path, from the JSON Schema."""
    schema = _json_schema()
    definitions = schema["$defs"]
    schemas = [schema]
    for step in path:
        schemas = [inner for part in schemas for inner in _subschemas(part, step, definitions)]
    alternatives = (item for part in schemas for item in _resolve(part, definitions))
    return sorted({name for item in alternatives for name in item.get("properties", {})})


def _resolve(schema: Any, definitions: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the alternatives of a schema, with references resolved."""
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return _resolve(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    schemas = [schema]
    for part in ("anyOf", "allOf", "oneOf"):
        schemas += [inner for item in schema.get(part, ()) for inner in _resolve(item, definitions)]
    return schemas


def _subschemas(schema: Any, step: str | int, definitions: Mapping[str, Any]) -> list[Any]:
    schemas = []
    for item in _resolve(schema, definitions):
        if isinstance(step, int):
            schemas.append(item.get("items"))
        elif step in item.get("properties", {}):
            schemas.append(item["properties"][step])
        else:
            schemas.append(item.get("additionalProperties"))
            schemas += list(item.get("patternProperties", {}).values())
    return [item for item in schemas if isinstance(item, dict)]


@dataclass(frozen=True)
class Layer:
    """One set of changes, as written in a file.

    Attributes
    ----------
    values : mapping
        Plain values by section, without ``extends`` and ``then``.
    file : str
        File with the changes.
    shipped : str
        Name of the shipped scenario that it is part of, empty if none.
    positions : mapping of tuple to Position
        Positions of its uncertainty section, whose faults are found when draws are prepared.
    """

    values: Mapping[str, Any]
    file: str = field(default="", compare=False, metadata=SKIP)
    shipped: str = field(default="", compare=False, metadata=SKIP)
    positions: Mapping[Path_, Position] = field(
        default_factory=dict, repr=False, compare=False, metadata=SKIP
    )


@dataclass(frozen=True, eq=False)
class Scenario:
    """A scenario: its texts, its layers of changes and the effective inputs.

    Attributes
    ----------
    name : str
        Short name, from its file.
    title, title_nl, summary, summary_nl : str
        Texts of the file, empty where it has none.
    inputs : Inputs
        The effective inputs: everything that can change a result.
    layers : tuple of Layer
        The changes, in the order in which they were applied.
    files : tuple of Path
        Every file that was read: tables, then scenarios.

    Examples
    --------
    >>> letter = load("letter")
    >>> str(letter.inputs.first)
    '2022-01'
    >>> letter.change(rule="value").inputs.rule
    'value'
    """

    name: str
    title: str
    title_nl: str
    summary: str
    summary_nl: str
    inputs: Inputs = field(repr=False)
    layers: tuple[Layer, ...] = field(repr=False)
    files: tuple[Path, ...] = field(default=(), repr=False)

    @cached_property
    def digest(self) -> str:
        """``sha256:`` of the effective inputs, independent of how they were written."""
        return digest(self.inputs)

    def __eq__(self, other: object) -> bool:
        """Whether texts and effective inputs are equal, however they were written."""
        if not isinstance(other, Scenario):
            return NotImplemented
        texts, other_texts = (
            [getattr(scenario, text) for text in TEXTS] for scenario in (self, other)
        )
        return texts == other_texts and self.digest == other.digest

    def __hash__(self) -> int:
        """Hash of the digest."""
        return hash(self.digest)

    def with_(self, patch: Mapping[str, Any], name: str | None = None) -> Scenario:
        """Return a new scenario with further changes, written as in a file.

        Parameters
        ----------
        patch : mapping
            Sections with their changes: ``{"demands": {"untso": {"cap": 10}}}``.
        name : str, optional
            Name of the new scenario; by default the name stays.

        Raises
        ------
        InputError
            With all faults of the patch.
        """
        from pydantic import ValidationError

        from planner.scenario.schema import Changes

        source = SourceText("<change>", frozen_values(patch))
        try:
            changes = Changes.model_validate(source.values)
        except ValidationError as error:
            raise InputError(schema_faults(error, source)) from None
        layer = Layer(source.values, "<change>")
        return _apply_layer(self, changes, source, (), layer, name, Path)

    def change(self, **patch: Any) -> Scenario:
        """Return a new scenario with further changes, one section each keyword."""
        return self.with_(patch)

    def dump(self, parameters: str | None = None) -> str:
        """Return YAML that :func:`loads` reads back as an equal scenario.

        Shipped scenarios are extended by name and all other layers are written out, so the text
        needs no other file. A data folder given from Python is not included. With `parameters`,
        that file replaces every parameter file that is not shipped.
        """
        if parameters is None:
            return dump(self)
        layers = tuple(
            replace(layer, values={**layer.values, "parameters": parameters})
            if layer.values.get("parameters") not in (None, NONE, *shipped_calibrations())
            else layer
            for layer in self.layers
        )
        return dump(replace(self, layers=layers))


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenarios that come with the package, file by name."""
    return {path.stem: path for path in sorted(shipped_folder("scenarios").glob("*.yaml"))}


def load(path: str | Path, *, data: str | Path | None = None) -> Scenario:
    """Load a scenario file, or a shipped scenario by name.

    Parameters
    ----------
    path : str or Path
        A file, or a name such as ``letter`` or ``letter.yaml``.
    data : str or Path, optional
        Data folder to use instead of the one the scenario names.

    Raises
    ------
    InputError
        Every fault of the first file that has any, with file, line and column.
    """
    file = _find_scenario_file(path)
    loader = _Loader(file.resolve().parent, None if data is None else Path(data))
    return loader.load_file(file)


def loads(
    text: str | bytes, name: str = "<text>", *, data: str | Path | None = None,
    folder: str | Path | None = None,
) -> Scenario:  # fmt: skip
    """Load a scenario from text, such as an upload; it may extend shipped scenarios only.

    With `folder`, it may also refer to files in that folder.

    Examples
    --------
    >>> scenario = loads("extends: letter\\nrule: value\\n")
    >>> scenario.inputs.rule
    'value'
    """
    root = None if folder is None else Path(folder).resolve()
    loader = _Loader(root, None if data is None else Path(data))
    path = None if root is None else root / "scenario.yaml"
    return loader.source(read_text(text, name), Path(name).stem, path)


def _find_scenario_file(path: str | Path) -> Path:
    file = Path(path)
    if _path_satisfies(file):
        return file
    known = shipped_scenarios()
    if file.name == str(path) and file.suffix in ("", ".yaml", ".yml") and file.stem in known:
        return known[file.stem]
    near = nearest(file.stem, known)
    raise InputError(
        Fault(str(path), 0, 0, "", f"no such scenario file{near}; shipped are {', '.join(known)}")
    )


def _path_satisfies(path: Path, kind: Callable[[Path], bool] = Path.is_file) -> bool:
    """Return whether a path is a file, or satisfies another predicate."""
    try:
        return kind(path)
    except (OSError, ValueError):  # too long, or with characters no name has
        return False


@dataclass
class _Loader:
    """Loads a file and everything that it extends, down to the data."""

    root: Path | None
    """Folder that contains all files; None allows shipped scenarios only."""
    data: Path | None
    chain: list[Path] = field(default_factory=list)
    tables: tuple[Path, ...] = ()

    def load_file(self, path: Path) -> Scenario:
        resolved = path.resolve()
        self.chain.append(resolved)
        inside = resolved.parent == shipped_folder("scenarios").resolve()
        source = read_source(path, display_path(path))
        return self.source(source, path.stem, path, path.stem if inside else "")

    def source(
        self, source: SourceText, name: str, path: Path | None, shipped_as: str = ""
    ) -> Scenario:
        """Return the scenario of a source; raise InputError with all its faults."""
        from planner.scenario.schema import ScenarioFile

        faults: list[Any]
        parsed, faults, omitted = validate_source(ScenarioFile, source)
        base = None if parsed is None else self.read_base(source, parsed, path, name, faults)
        if parsed is None or base is None:
            raise InputError(sorted(faults))
        values = {
            key: value
            for key, value in source.values.items()
            if key not in ("extends", "base_digest", "then", "format")
        }

        def find(name_of_file: str) -> Path:
            if path is None:
                known = ", ".join(shipped_calibrations())
                raise InputError(f"a text may name a shipped one only ({known}), or {NONE}")
            return self.path_inside(source, "parameters", name_of_file, path)

        layer = Layer(values, source.file, shipped_as)
        try:
            scenario = _apply_layer(base, parsed, source, (), layer, name, find)
        except InputError as error:
            later_faults: list[Any] = list(error.faults)
            faults.extend(fault for fault in later_faults if not is_consequence(fault, omitted))
        if faults:
            raise InputError(sorted(faults))
        if path is not None:
            scenario = replace(scenario, files=(*scenario.files, path))
        for index, changes in enumerate(parsed.then):
            layer = Layer(source.values["then"][index], source.file, shipped_as)
            scenario = _apply_layer(scenario, changes, source, ("then", index), layer, name, find)
        return scenario

    def read_base(
        self, source: SourceText, parsed: Any, path: Path | None, name: str, faults: list[Any]
    ) -> Scenario | None:
        """Return the scenario that is changed: the data, or the scenario that is extended.

        For a misspelt name the closest scenario is taken, so that the rest of the file can be
        checked; None if there is none.
        """
        with collect_faults(faults):
            if parsed.extends is not None:
                return self.base(source, parsed, path, faults)
            if parsed.base_digest is not None:
                faults.append(source.fault(("base_digest",), "needs 'extends' beside it"))
            inputs = self.inputs(source, parsed, path)
            return Scenario(name, "", "", "", "", inputs, (), self.tables)
        return None

    def base(
        self, source: SourceText, parsed: Any, path: Path | None, faults: list[Any]
    ) -> Scenario:
        """Return the extended scenario, with its digest checked."""
        if parsed.data is not None:
            message = (
                "is for scenarios that extend nothing: the scenario that is extended chooses the "
                "data"
            )
            faults.append(source.fault(("data",), message))
        try:
            target = self.extended_file(source, parsed.extends, path)
        except InputError as error:
            closest = self.closest_scenario(parsed.extends, path)
            if closest is None:
                raise
            faults += error.faults
            return self.load_file(closest[1])
        if target.resolve() in self.chain:
            names = [link.name for link in [*self.chain, target.resolve()]]
            message = "circular: " + " extends ".join(names)
            raise InputError(source.fault(("extends",), message))
        if len(self.chain) > MAX_EXTENDS:
            raise InputError(source.fault(("extends",), f"more than {MAX_EXTENDS} files deep"))
        base = self.load_file(target)
        if parsed.base_digest not in (None, base.digest):
            message = (
                f"{parsed.extends} has changed: expected {parsed.base_digest}, found "
                f"{base.digest}; look at what changed, then write the new digest"
            )
            faults.append(source.fault(("base_digest",), message))
        return base

    def extended_file(self, source: SourceText, extends: str, path: Path | None) -> Path:
        """Return the file that a scenario extends."""
        shipped = shipped_scenarios()
        name = Path(extends)
        if not name.suffix and extends in shipped:
            return shipped[extends]
        if path is not None:
            for ending in ("", ".yaml"):
                file = self.path_inside(source, "extends", extends + ending, path)
                if _path_satisfies(file):
                    return file
        bare = name.name == extends and name.suffix in ("", ".yaml", ".yml")
        if bare and name.stem in shipped:
            return shipped[name.stem]
        limit = "" if path is not None else " (a text may extend shipped scenarios only)"
        closest = self.closest_scenario(extends, path)
        hint = "" if closest is None else f", did you mean {closest[0]!r}?"
        message = f"no such scenario {extends!r}{limit}{hint}; shipped are {', '.join(shipped)}"
        raise InputError(source.fault(("extends",), message))

    def closest_scenario(self, extends: str, path: Path | None) -> tuple[str, Path] | None:
        """Return the scenario with the closest name, among files in the folder and shipped ones."""
        known = shipped_scenarios()
        excluded = set() if path is None else {path.resolve()}
        folder = None if path is None else path.resolve().parent
        siblings = [] if folder is None else sorted(folder.glob("*.yaml"))
        if extends in (file.name for file in siblings):
            return None  # the name is right, but the file may not be read
        files = {
            file.name: file
            for file in siblings
            if _path_satisfies(file)
            and file.resolve().parent == folder  # a link may lead out of it
            and file not in excluded | set(self.chain)
        }
        closest = close_name(extends, files) or close_name(Path(extends).stem, known)
        return None if closest is None else (closest, (files | known)[closest])

    def path_inside(self, source: SourceText, field: str, name: str, path: Path) -> Path:
        """Return a path given in a file; raise InputError if it leads outside the root folder."""
        folder = path.resolve().parent
        shipped_root = shipped_folder("scenarios").resolve()
        root = shipped_root if folder == shipped_root or self.root is None else self.root
        try:
            target = (folder / name).resolve()
        except (OSError, ValueError):
            target = Path("/")
        if Path(name).is_absolute() or not target.is_relative_to(root):
            message = (
                f"expected a path inside {display_path(root)}, found {shortened(name, 100)!r}: a "
                "scenario reaches only files in its own folder and below it; move one of the two"
            )
            raise InputError(source.fault((field,), message))
        return target

    def inputs(self, source: SourceText, parsed: Any, path: Path | None) -> Inputs:
        """Return the inputs of the data folder."""
        folder = self.data
        if folder is None and parsed.data == "none":
            return Inputs()
        if folder is None and parsed.data is None:
            folder = default_data()
        elif folder is None:
            if path is None:
                message = "a text cannot name a data folder, only 'none'"
                raise InputError(source.fault(("data",), message))
            folder = self.path_inside(source, "data", parsed.data, path)
            if not _path_satisfies(folder, Path.is_dir):
                message = f"no such folder: {shortened(parsed.data, 100)!r}"
                raise InputError(source.fault(("data",), message))
            tables = sorted(folder.glob("*.csv"))
            for table in tables:
                self.path_inside(source, "data", f"{parsed.data}/{table.name}", path)
            if not tables:
                message = (
                    f"no tables in the folder {parsed.data!r}, expected demands.csv and others"
                )
                raise InputError(source.fault(("data",), message))
        inputs = read_data(folder)
        self.tables = tuple(sorted(folder.glob("*.csv")))
        return inputs


def _apply_layer(
    base: Scenario, changes: Any, source: SourceText, prefix: Path_, layer: Layer,
    name: str | None, find: Callable[[str], Path],
) -> Scenario:  # fmt: skip
    """Return a scenario with one more layer of changes; `find` returns the path of a named file."""
    from planner.scenario.merge import apply

    texts = {text: getattr(changes, text) or getattr(base, text) for text in TEXTS}
    section = (*prefix, "uncertainty")
    positions = {
        path[len(prefix) :]: position
        for path, position in source.positions.items()
        if path[: len(section)] == section
    }
    inputs, files = apply(base.inputs, changes, source, prefix), base.files
    parameters = changes.parameters
    if parameters is not None:
        inputs, files = _with_parameters(inputs, files, parameters, source, prefix, find)
    return Scenario(
        name=name or base.name,
        **texts,
        inputs=inputs,
        layers=(*base.layers, replace(layer, positions=positions)),
        files=files,
    )


def _with_parameters(
    inputs: Inputs, files: tuple[Path, ...], name: str, source: SourceText, prefix: Path_,
    find: Callable[[str], Path],
) -> tuple[Inputs, tuple[Path, ...]]:  # fmt: skip
    """Return inputs with calibrated parameters, and the files read for them."""
    if name == NONE:
        return replace(inputs, parameters=None), files
    try:
        path = shipped_calibrations().get(name) or find(name)
        return replace(inputs, parameters=read_calibrated(path, name)), (*files, path)
    except InputError as error:
        messages = [getattr(message, "message", str(message)) for message in error.faults]
        field_path = (*prefix, "parameters")
        raise InputError(
            [source.fault(field_path, f"{name}: {message}") for message in messages]
        ) from None


def frozen_values(value: Any) -> Any:
    """Return values as a file gives them: tuples for lists, text for months, no NumPy types."""
    if isinstance(value, Mapping):
        return {str(key): frozen_values(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(frozen_values(item) for item in value)
    if isinstance(value, Month):
        return str(value)
    return frozen_values(value.tolist()) if hasattr(value, "tolist") else value
