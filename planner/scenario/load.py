"""Scenario files to scenarios: find them, follow what they extend, report all that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from planner.digest import SKIP, digest
from planner.errors import Fault, InputError, close_name, gathered, nearest, shortened
from planner.months import Month
from planner.scenario.data import default_data, read_data, shipped, shown
from planner.scenario.inputs import Inputs
from planner.scenario.source import Path_, Place, SourceText, read_source, read_text

__all__ = ["Layer", "Scenario", "load", "loads", "shipped_scenarios"]

DEEPEST = 20
"""Most files that extend each other."""

TEXTS = ("title", "title_nl", "summary", "summary_nl")


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
    places : mapping of tuple to Place
        Where its uncertainty section stands in the file: only the whole tells what is wrong there.
    """

    values: Mapping[str, Any]
    file: str = field(default="", compare=False, metadata=SKIP)
    shipped: str = field(default="", compare=False, metadata=SKIP)
    places: Mapping[Path_, Place] = field(
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
        from planner.scenario.schema import Changes

        source = SourceText("<change>", tuples(patch))
        changes = _validated(source, Changes)
        return _extended(self, changes, source, (), Layer(source.values, "<change>"), name)

    def change(self, **patch: Any) -> Scenario:
        """Return a new scenario with further changes, one section each keyword."""
        return self.with_(patch)

    def dump(self) -> str:
        """Return YAML that :func:`loads` reads back as an equal scenario.

        Shipped scenarios are extended by name, all else is written out, so the text stands on its
        own. A data folder given from Python is not part of it.
        """
        from planner.scenario.dump import dump

        return dump(self)


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


def loads(text: str | bytes, name: str = "<text>", *, data: str | Path | None = None) -> Scenario:
    """Load a scenario from text, such as an upload; it may extend shipped scenarios only.

    Examples
    --------
    >>> scenario = loads("extends: letter\\nrule: value\\n")
    >>> scenario.inputs.rule
    'value'
    """
    loader = _Loader(None, None if data is None else Path(data))
    return loader.source(read_text(text, name), Path(name).stem, None)


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


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or with characters no file name has
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # too long, or with characters no folder name has
        return False


@dataclass
class _Loader:
    """Follows ``extends`` from one file down to the data."""

    root: Path | None
    """Folder that nothing may lie outside of; None allows shipped scenarios only."""
    data: Path | None
    trail: list[Path] = field(default_factory=list)
    tables: tuple[Path, ...] = ()

    def file(self, path: Path) -> Scenario:
        resolved = path.resolve()
        self.trail.append(resolved)
        inside = resolved.parent == shipped("scenarios").resolve()
        source = read_source(path, shown(path))
        return self.source(source, path.stem, path, path.stem if inside else "")

    def source(
        self, source: SourceText, name: str, path: Path | None, shipped_as: str = ""
    ) -> Scenario:
        """Return the scenario of a source; raise InputError with everything wrong in it."""
        from planner.scenario.faults import checked, consequence
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
        scenario = base
        layer = Layer(values, source.file, shipped_as)
        try:
            scenario = _extended(base, whole, source, (), layer, name)
        except InputError as error:
            more: list[Any] = list(error.faults)
            faults.extend(one for one in more if not consequence(one, left_out))
        if faults:
            raise InputError(sorted(faults))
        if path is not None:
            scenario = replace(scenario, files=(*scenario.files, path))
        for place, changes in enumerate(whole.then):
            layer = Layer(source.values["then"][place], source.file, shipped_as)
            scenario = _extended(scenario, changes, source, ("then", place), layer, name)
        return scenario

    def ground(
        self, source: SourceText, whole: Any, path: Path | None, name: str, faults: list[Any]
    ) -> Scenario | None:
        """Return what a scenario changes: the data, or the scenario that it extends.

        Where the name of that scenario is misspelt, the closest one stands in, so that the rest of
        the file can be checked; None where there is none.
        """
        with gathered(faults):
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
            faults.append(
                source.fault(
                    ("data",),
                    "is for scenarios that extend nothing: "
                    "the scenario that is extended chooses the data",
                )
            )
        try:
            target = self.target(source, whole.extends, path)
        except InputError as error:
            close = self.close(whole.extends, path)
            if close is None:
                raise
            faults += error.faults
            return self.file(close[1])
        if target.resolve() in self.trail:
            names = [one.name for one in [*self.trail, target.resolve()]]
            message = "circular: " + " extends ".join(names)
            raise InputError(source.fault(("extends",), message))
        if len(self.trail) > DEEPEST:
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
            beside = self.inside(source, "extends", extends, path)
            for file in (beside, beside.with_name(beside.name + ".yaml")):
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
        """Return the scenario whose name is closest, of files beside and those that are shipped."""
        known = shipped_scenarios()
        own = set() if path is None else {path.resolve()}
        beside = [] if path is None else sorted(path.resolve().parent.glob("*.yaml"))
        files = {file.name: file for file in beside if file not in own | set(self.trail)}
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
            if not _is_folder(folder):
                raise InputError(
                    source.fault(("data",), f"no such folder: {shortened(whole.data, 100)!r}")
                )
            if not any(folder.glob("*.csv")):
                message = f"no tables in the folder {whole.data!r}, expected demands.csv and others"
                raise InputError(source.fault(("data",), message))
        inputs = read_data(folder)
        self.tables = tuple(sorted(folder.glob("*.csv")))
        return inputs


def _validated(source: SourceText, model: Any) -> Any:
    from pydantic import ValidationError

    from planner.scenario.faults import faults_of

    try:
        return model.model_validate(source.values)
    except ValidationError as error:
        raise InputError(faults_of(error, source)) from None


def _extended(
    base: Scenario, changes: Any, source: SourceText, prefix: Path_, layer: Layer, name: str | None
) -> Scenario:
    from planner.scenario.merge import apply

    texts = {text: getattr(changes, text) or getattr(base, text) for text in TEXTS}
    here = (*prefix, "uncertainty")
    places = {
        path[len(prefix) :]: place
        for path, place in source.places.items()
        if path[: len(here)] == here
    }
    return Scenario(
        name=name or base.name,
        **texts,
        inputs=apply(base.inputs, changes, source, prefix),
        layers=(*base.layers, replace(layer, places=places)),
        files=base.files,
    )


def tuples(value: Any) -> Any:
    """Return values as files are read: lists as tuples, months as text, NumPy's as Python's."""
    if isinstance(value, Mapping):
        return {str(key): tuples(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(tuples(item) for item in value)
    if isinstance(value, Month):
        return str(value)
    return tuples(value.tolist()) if hasattr(value, "tolist") else value
