"""Scenario files to scenarios: find them, follow what they extend, report all that is wrong.

Errors of the schema as messages that name the place, what was expected and what was found.
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
from planner.scenario.data import default_data, read_data, shipped, shown
from planner.scenario.inputs import Inputs
from planner.scenario.source import Path_, Position, SourceText, dump, read_source, read_text

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = [
    "Layer", "Scenario", "checked", "consequence", "faults_of", "load", "loads",
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

MOST_FAULTS = 1_000
"""Faults beyond which nothing is left out to check the rest: each time takes a copy of the file."""

_ROUNDS = 5
"""How often a file is validated while parts of it are left out."""

DEEPEST = 20
"""Most files that extend each other."""

TEXTS = ("title", "title_nl", "summary", "summary_nl")


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
    found = error.errors(include_url=False)
    for what in found:
        if what["type"] == "too_short" and any(
            one["loc"][: len(what["loc"])] == what["loc"] != one["loc"] for one in found
        ):
            continue  # of the list remains too little because what is in it is wrong
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
    from pydantic import ValidationError

    values: Any = source.values
    faults: list[Fault] = []
    left_out: set[Path_] = set()
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(values), faults, frozenset(left_out)
        except ValidationError as error:
            faults = faults or faults_of(error, source)
            if len(faults) > MOST_FAULTS:
                return None, faults, frozenset(left_out)
            for what in error.errors(include_url=False, include_context=False):
                path = _left_out(values, what)
                if not path:
                    return None, faults, frozenset(left_out)
                left_out.add(path)
                values = _without(values, path)
    return None, faults, frozenset(left_out)


def consequence(fault: Fault | str, left_out: frozenset[Path_]) -> bool:
    """Whether a fault may only follow from values that were left out."""
    if isinstance(fault, str):
        return False
    if left_out and fault.message.startswith("has no effect"):
        return True
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
        message = f"expected one of {', '.join(choices)}, found {found_value(what['input'])}{near}"
    elif kind == "string_pattern_mismatch":
        message = f"expected {_pattern(context['pattern'])}, found {found_value(what['input'])}"
    elif kind == "too_long":
        most, length = context["max_length"], context["actual_length"]
        message = f"expected at most {most:,} entries, found {length:,}"
    elif kind in _EXPECTED:
        expected = _EXPECTED[kind].format(**context)
        message = f"expected {expected}, found {found_value(what['input'])}"
    else:
        message = what["msg"]
    # a bare number was validated as a figure's value: name the figure, not its inside
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


def found_value(value: object) -> str:
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
    if pattern.startswith("^[0-9]{4}-"):
        return "a month such as 2022-03"
    return "an id (lower-case letters, digits, hyphens)"


def _suggest(word: str, known: Iterable[str]) -> str:
    known = list(known)
    for other in _NAMES.get(word, ()):
        if other in known:
            return f", did you mean {other!r}?"
    return nearest(word, known)


@cache
def _schema() -> dict[str, Any]:
    """Return the JSON Schema, made once: a file may have thousands of faults."""
    from planner.scenario.schema import json_schema

    return json_schema()


def _known(path: Path_) -> list[str]:
    """Return the fields that may stand at a path, by walking the JSON Schema."""
    schema = _schema()
    definitions = schema["$defs"]
    places = [schema]
    for step in path:
        places = [inner for place in places for inner in _inside(place, step, definitions)]
    found = (one for place in places for one in _resolve(place, definitions))
    return sorted({name for one in found for name in one.get("properties", {})})


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


@dataclass(frozen=True)
class Layer:
    """One set of changes, as written.

    Attributes
    ----------
    values : mapping
        Plain values by section, without ``extends`` and ``then``.
    file : str
        Where it is written.
    shipped : str
        Name of the shipped scenario it is part of, empty if it is not.
    places : mapping of tuple to Position
        Where its uncertainty section stands in the file: only the whole shows what is wrong in it.
    """

    values: Mapping[str, Any]
    file: str = field(default="", compare=False, metadata=SKIP)
    shipped: str = field(default="", compare=False, metadata=SKIP)
    places: Mapping[Path_, Position] = field(
        default_factory=dict, repr=False, compare=False, metadata=SKIP
    )


@dataclass(frozen=True, eq=False)
class Scenario:
    """A scenario: what it is called, what it changes, and the inputs that come out.

    Attributes
    ----------
    name : str
        Short name, from its file.
    title, title_nl, summary, summary_nl : str
        As the file says, empty if it does not.
    inputs : Inputs
        The effective inputs: everything that can change a result.
    layers : tuple of Layer
        The changes, in the order in which they were made.
    files : tuple of Path
        Every file that was read for it: tables, then scenarios.

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
        """``sha256:`` of the effective inputs; the same inputs have the same digest however they
        were written."""
        return digest(self.inputs)

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, however it was written."""
        if not isinstance(other, Scenario):
            return NotImplemented
        own, others = ([getattr(one, text) for text in TEXTS] for one in (self, other))
        return own == others and self.digest == other.digest

    def __hash__(self) -> int:
        """Hash of the digest."""
        return hash(self.digest)

    def with_(self, patch: Mapping[str, Any], name: str | None = None) -> Scenario:
        """Return a new scenario with further changes, written as in a file.

        Parameters
        ----------
        patch : mapping
            Sections and what they change: ``{"demands": {"untso": {"cap": 10}}}``.
        name : str, optional
            Name of the new scenario; by default the name stays.

        Raises
        ------
        InputError
            With everything wrong in the patch.
        """
        from pydantic import ValidationError

        from planner.scenario.schema import Changes

        source = SourceText("<change>", tuples(patch))
        try:
            changes = Changes.model_validate(source.values)
        except ValidationError as error:
            raise InputError(faults_of(error, source)) from None
        layer = Layer(source.values, "<change>")
        return _extended(self, changes, source, (), layer, name, lambda said: Path(said))

    def change(self, **patch: Any) -> Scenario:
        """Return a new scenario with further changes, one section each keyword."""
        return self.with_(patch)

    def dump(self, parameters: str | None = None) -> str:
        """Return YAML that :func:`loads` reads back as an equal scenario.

        Shipped scenarios are extended by name, all else is written out, so the text stands on its
        own. A data folder given from Python is not part of it. With `parameters`, that file takes
        the place of every parameter file that is not a shipped one.
        """
        if parameters is None:
            return dump(self)
        layers = tuple(
            replace(one, values={**one.values, "parameters": parameters})
            if one.values.get("parameters") not in (None, NONE, *shipped_calibrations())
            else one
            for one in self.layers
        )
        return dump(replace(self, layers=layers))


def shipped_scenarios() -> dict[str, Path]:
    """Return the scenarios that come with the package, file by name."""
    return {path.stem: path for path in sorted(shipped("scenarios").glob("*.yaml"))}


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
        Every problem of the first file that has any, with file, line and column.
    """
    file = _find(path)
    loader = _Loader(file.resolve().parent, None if data is None else Path(data))
    return loader.file(file)


def loads(
    text: str | bytes, name: str = "<text>", *, data: str | Path | None = None,
    folder: str | Path | None = None,
) -> Scenario:  # fmt: skip
    """Load a scenario from text, such as an upload; it may extend shipped scenarios only.

    With `folder`, it may name files in that folder, as a file in it may.

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


def _find(path: str | Path) -> Path:
    file = Path(path)
    if _is_file(file):
        return file
    known = shipped_scenarios()
    if file.name == str(path) and file.suffix in ("", ".yaml", ".yml") and file.stem in known:
        return known[file.stem]
    near = nearest(file.stem, known)
    raise InputError(
        Fault(str(path), 0, 0, "", f"no such scenario file{near}; shipped are {', '.join(known)}")
    )


def _is_file(path: Path, kind: Callable[[Path], bool] = Path.is_file) -> bool:
    """Return whether a path is a file, or what else `kind` asks."""
    try:
        return kind(path)
    except (OSError, ValueError):  # too long, or with characters no name has
        return False


@dataclass
class _Loader:
    """Follows ``extends`` from one file down to the data."""

    root: Path | None
    """Folder that nothing may lie outside of; None allows shipped scenarios only."""
    data: Path | None
    chain: list[Path] = field(default_factory=list)
    tables: tuple[Path, ...] = ()

    def file(self, path: Path) -> Scenario:
        resolved = path.resolve()
        self.chain.append(resolved)
        inside = resolved.parent == shipped("scenarios").resolve()
        source = read_source(path, shown(path))
        return self.source(source, path.stem, path, path.stem if inside else "")

    def source(
        self, source: SourceText, name: str, path: Path | None, shipped_as: str = ""
    ) -> Scenario:
        """Return the scenario of a source; raise InputError with everything wrong in it."""
        from planner.scenario.schema import ScenarioFile

        faults: list[Any]
        whole, faults, left_out = checked(ScenarioFile, source)
        base = None if whole is None else self.ground(source, whole, path, name, faults)
        if whole is None or base is None:
            raise InputError(sorted(faults))
        values = {
            key: value
            for key, value in source.values.items()
            if key not in ("extends", "base_digest", "then", "format")
        }

        def find(said: str) -> Path:
            if path is None:
                known = ", ".join(shipped_calibrations())
                raise InputError(f"a text may name a shipped one only ({known}), or {NONE}")
            return self.inside(source, "parameters", said, path)

        layer = Layer(values, source.file, shipped_as)
        try:
            scenario = _extended(base, whole, source, (), layer, name, find)
        except InputError as error:
            more: list[Any] = list(error.faults)
            faults.extend(one for one in more if not consequence(one, left_out))
        if faults:
            raise InputError(sorted(faults))
        if path is not None:
            scenario = replace(scenario, files=(*scenario.files, path))
        for place, changes in enumerate(whole.then):
            layer = Layer(source.values["then"][place], source.file, shipped_as)
            scenario = _extended(scenario, changes, source, ("then", place), layer, name, find)
        return scenario

    def ground(
        self, source: SourceText, whole: Any, path: Path | None, name: str, faults: list[Any]
    ) -> Scenario | None:
        """Return what a scenario changes: the data, or the scenario that it extends.

        Where the name of that scenario is misspelt, the closest one stands in, so that the rest of
        the file can be checked; None if none exists.
        """
        with collect_faults(faults):
            if whole.extends is not None:
                return self.base(source, whole, path, faults)
            if whole.base_digest is not None:
                faults.append(source.fault(("base_digest",), "needs 'extends' beside it"))
            inputs = self.inputs(source, whole, path)
            return Scenario(name, "", "", "", "", inputs, (), self.tables)
        return None

    def base(
        self, source: SourceText, whole: Any, path: Path | None, faults: list[Any]
    ) -> Scenario:
        """Return the scenario that is extended, its digest checked."""
        if whole.data is not None:
            message = (
                "is for scenarios that extend nothing: the scenario that is extended chooses the "
                "data"
            )
            faults.append(source.fault(("data",), message))
        try:
            target = self.target(source, whole.extends, path)
        except InputError as error:
            close = self.close(whole.extends, path)
            if close is None:
                raise
            faults += error.faults
            return self.file(close[1])
        if target.resolve() in self.chain:
            names = [one.name for one in [*self.chain, target.resolve()]]
            message = "circular: " + " extends ".join(names)
            raise InputError(source.fault(("extends",), message))
        if len(self.chain) > DEEPEST:
            raise InputError(source.fault(("extends",), f"more than {DEEPEST} files deep"))
        base = self.file(target)
        if whole.base_digest not in (None, base.digest):
            message = (
                f"{whole.extends} has changed: expected {whole.base_digest}, found {base.digest}; "
                "look at what changed, then write the new digest"
            )
            faults.append(source.fault(("base_digest",), message))
        return base

    def target(self, source: SourceText, extends: str, path: Path | None) -> Path:
        """Return the file that a scenario extends."""
        known = shipped_scenarios()
        wanted = Path(extends)
        if not wanted.suffix and extends in known:
            return known[extends]
        if path is not None:
            for ending in ("", ".yaml"):
                file = self.inside(source, "extends", extends + ending, path)
                if _is_file(file):
                    return file
        bare = wanted.name == extends and wanted.suffix in ("", ".yaml", ".yml")
        if bare and wanted.stem in known:
            return known[wanted.stem]
        where = "" if path is not None else " (a text may extend shipped scenarios only)"
        close = self.close(extends, path)
        hint = "" if close is None else f", did you mean {close[0]!r}?"
        message = f"no such scenario {extends!r}{where}{hint}; shipped are {', '.join(known)}"
        raise InputError(source.fault(("extends",), message))

    def close(self, extends: str, path: Path | None) -> tuple[str, Path] | None:
        """Return the scenario with the closest name, of files beside and those that are shipped."""
        known = shipped_scenarios()
        own = set() if path is None else {path.resolve()}
        folder = None if path is None else path.resolve().parent
        beside = [] if folder is None else sorted(folder.glob("*.yaml"))
        if extends in (file.name for file in beside):
            return None  # it is spelt as it should be, and no file that may be read
        files = {
            file.name: file
            for file in beside
            if _is_file(file)
            and file.resolve().parent == folder  # a link may lead out of it
            and file not in own | set(self.chain)
        }
        shown_as = close_name(extends, files) or close_name(Path(extends).stem, known)
        return None if shown_as is None else (shown_as, (files | known)[shown_as])

    def inside(self, source: SourceText, field_: str, said: str, path: Path) -> Path:
        """Return a path said in a file, if it stays inside the folder it may not leave."""
        folder = path.resolve().parent
        home = shipped("scenarios").resolve()
        root = home if folder == home or self.root is None else self.root
        try:
            target = (folder / said).resolve()
        except (OSError, ValueError):
            target = Path("/")
        if Path(said).is_absolute() or not target.is_relative_to(root):
            message = (
                f"expected a path inside {shown(root)}, found {shortened(said, 100)!r}: a scenario "
                "reaches only files in its own folder and below it; move one of the two"
            )
            raise InputError(source.fault((field_,), message))
        return target

    def inputs(self, source: SourceText, whole: Any, path: Path | None) -> Inputs:
        """Return what the data say."""
        folder = self.data
        if folder is None and whole.data == "none":
            return Inputs()
        if folder is None and whole.data is None:
            folder = default_data()
        elif folder is None:
            if path is None:
                message = "a text cannot name a data folder, only 'none'"
                raise InputError(source.fault(("data",), message))
            folder = self.inside(source, "data", whole.data, path)
            if not _is_file(folder, Path.is_dir):
                message = f"no such folder: {shortened(whole.data, 100)!r}"
                raise InputError(source.fault(("data",), message))
            tables = sorted(folder.glob("*.csv"))
            for table in tables:
                self.inside(source, "data", f"{whole.data}/{table.name}", path)
            if not tables:
                message = f"no tables in the folder {whole.data!r}, expected demands.csv and others"
                raise InputError(source.fault(("data",), message))
        inputs = read_data(folder)
        self.tables = tuple(sorted(folder.glob("*.csv")))
        return inputs


def _extended(
    base: Scenario, changes: Any, source: SourceText, prefix: Path_, layer: Layer,
    name: str | None, find: Callable[[str], Path],
) -> Scenario:  # fmt: skip
    """Return a scenario with one layer of changes; `find` gives the place of a file it names."""
    from planner.scenario.merge import apply

    texts = {text: getattr(changes, text) or getattr(base, text) for text in TEXTS}
    here = (*prefix, "uncertainty")
    places = {
        path[len(prefix) :]: place
        for path, place in source.places.items()
        if path[: len(here)] == here
    }
    inputs, files = apply(base.inputs, changes, source, prefix), base.files
    said = changes.parameters
    if said is not None:
        inputs, files = _with_parameters(inputs, files, said, source, prefix, find)
    return Scenario(
        name=name or base.name,
        **texts,
        inputs=inputs,
        layers=(*base.layers, replace(layer, places=places)),
        files=files,
    )


def _with_parameters(
    inputs: Inputs, files: tuple[Path, ...], said: str, source: SourceText, prefix: Path_,
    find: Callable[[str], Path],
) -> tuple[Inputs, tuple[Path, ...]]:  # fmt: skip
    """Return inputs that take calibrated parameters, and the files read for them."""
    if said == NONE:
        return replace(inputs, parameters=None), files
    try:
        path = shipped_calibrations().get(said) or find(said)
        return replace(inputs, parameters=read_calibrated(path, said)), (*files, path)
    except InputError as error:
        messages = [getattr(one, "message", str(one)) for one in error.faults]
        where = (*prefix, "parameters")
        raise InputError([source.fault(where, f"{said}: {one}") for one in messages]) from None


def tuples(value: Any) -> Any:
    """Return values as files are read: lists as tuples, months as text, NumPy's as Python's."""
    if isinstance(value, Mapping):
        return {str(key): tuples(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(tuples(item) for item in value)
    if isinstance(value, Month):
        return str(value)
    return tuples(value.tolist()) if hasattr(value, "tolist") else value
