"""What each part may know, kept by reading the imports."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "planner"
MODULES = sorted(PACKAGE.rglob("*.py"))

CORE = ("planner.errors", "planner.months", "planner.digest", "planner.gallery",
        "planner.tolerances")  # fmt: skip
BASE = (*CORE, "planner.outcome")
ENGINE = ("planner.problem", "planner.engine", "planner.solution")
WORDS = ("planner.problem", "planner.scenario", "planner.compile")

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "planner.errors": (),
    "planner.outcome": (*CORE, "planner.store"),
    "planner.months": (),
    "planner.tolerances": (),
    "planner.digest": ("planner.months",),
    "planner.store": CORE,
    "planner.problem": (*BASE, "planner.problem"),
    "planner.engine": (*BASE, "planner.problem", "planner.engine"),
    "planner.solution": (*BASE, *ENGINE),
    "planner.distributions": BASE,
    "planner.scenario": (
        *BASE,
        "planner.scenario",
        "planner.distributions",
    ),
    "planner.compile": (*BASE, *WORDS),
    "planner.results": (
        *BASE, *WORDS, *ENGINE, "planner.labels", "planner.solution", "planner.store",
        "planner.results",
    ),
    "planner.analysis": (
        *BASE, *WORDS, *ENGINE, "planner.labels", "planner.terms", "planner.store",
        "planner.distributions", "planner.montecarlo", "planner.solution", "planner.results",
        "planner.analysis",
    ),
    "planner.record": (
        *BASE, *WORDS, "planner.store", "planner.labels", "planner.distributions",
        "planner.results", "planner.montecarlo", "planner.record",
    ),
    "planner.whatif": (
        *BASE, "planner.scenario", "planner.labels", "planner.results", "planner.engine.stages",
        "planner.whatif", "planner.analysis", "planner.montecarlo",
    ),
    "planner.figures": (
        *BASE, "planner.labels", "planner.solution", "planner.analysis", "planner.results",
        "planner.montecarlo", "planner.scenario.data", "planner.record", "planner.figures",
    ),
    "planner.report": (
        *BASE, "planner.labels", "planner.terms", "planner.results", "planner.analysis",
        *ENGINE, "planner.compile", "planner.scenario.data", "planner.scenario.load",
        "planner.montecarlo", "planner.record", "planner.figures", "planner.whatif",
        "planner.report",
    ),
    "planner.workbook": (
        *BASE, "planner.scenario", "planner.labels", "planner.terms", "planner.store",
        "planner.results", "planner.compile.build", "planner.montecarlo", "planner.figures.names",
        "planner.workbook",
    ),
    "planner.montecarlo": (
        *BASE, *WORDS, *ENGINE, "planner.solution", "planner.store", "planner.results",
        "planner.labels", "planner.distributions", "planner.montecarlo",
    ),
}  # fmt: skip
"""What of ours each part may import; parts without a line may import all but the command line."""

NOT_FOR = {
    "planner.problem": ("pandas", "scipy", "highspy", "pulp", "pydantic", "ruamel"),
    "planner.engine": ("pandas", "pulp", "pydantic", "ruamel"),
    "planner.solution": ("pandas", "highspy", "pulp", "pydantic", "ruamel"),
    "planner.scenario": ("pandas", "scipy", "highspy", "pulp", "matplotlib"),
    "planner.compile": ("pandas", "scipy", "highspy", "pulp", "matplotlib", "pydantic", "ruamel"),
    "planner.whatif": ("scipy", "highspy", "pulp", "matplotlib", "pydantic", "ruamel", "panel"),
    "planner.app": ("scipy", "pulp", "pydantic", "ruamel"),
    "planner.results": ("highspy", "pulp", "matplotlib", "pydantic", "ruamel"),
    "planner.analysis": ("highspy", "pulp", "matplotlib", "pydantic", "ruamel"),
    "planner.record": ("highspy", "pulp", "matplotlib", "pydantic", "ruamel"),
    "planner.figures": ("highspy", "pulp", "pydantic", "ruamel", "scipy"),
    "planner.report": ("highspy", "pulp", "pydantic", "ruamel", "scipy"),
    "planner.montecarlo": ("highspy", "pulp", "matplotlib", "pydantic", "ruamel"),
    "planner.workbook": ("scipy", "highspy", "pulp", "matplotlib", "pydantic", "ruamel"),
}
"""What of others each part may not import, not even inside a function."""

HEAVY = ("pandas", "matplotlib", "pulp", "pyarrow", "openpyxl", "xlsxwriter", "scipy.stats")
"""What no module may import at its top: it is loaded where it is used."""

LOADED_ON_USE = (
    "planner.reference", "planner.analysis", "planner.montecarlo", "planner.figures",
    "planner.report", "planner.workbook", "planner.app", "planner.record",
)  # fmt: skip
"""Parts that may import heavy things at their top, since no other part imports them at its top."""

LIGHT = ("planner.analysis.declare", "planner.montecarlo.words", "planner.record.words")
"""What of them loads nothing."""


def loaded_on_use(name: str) -> bool:
    return name not in LIGHT and any(within(name, part) for part in LOADED_ON_USE)


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(name: str, part: str) -> bool:
    return name == part or name.startswith(part + ".")


def part_of(name: str, table: dict[str, tuple[str, ...]]) -> str | None:
    """Return the most specific line of a table that a module falls under."""
    found = [part for part in table if within(name, part)]
    return max(found, key=len, default=None)


def for_types_only(tree: ast.Module) -> set[ast.AST]:
    """Return everything below ``if TYPE_CHECKING``."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }


def names_in(node: ast.AST, package: str) -> list[str]:
    """Return what an import statement imports, absolute; nothing for other nodes."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            parts = package.split(".")
            up = parts[: len(parts) - node.level + 1]
            base = ".".join([*up, base] if base else up)
        if base == "planner":
            return [f"planner.{alias.name}" for alias in node.names]
        return [base]
    return []


def imports(path: Path, *, top: bool = False, types: bool = False) -> set[str]:
    """Return what a module imports: everywhere, or (`top`) only what is loaded with it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    name = module_name(path)
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    skipped = set() if types else for_types_only(tree)
    if top:
        functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        skipped |= {
            inner
            for node in ast.walk(tree)
            if isinstance(node, functions)
            for inner in ast.walk(node)
        }
    return {
        found for node in ast.walk(tree) if node not in skipped for found in names_in(node, package)
    }


def test_modules_import_only_what_their_part_may_know() -> None:
    wrong = {}
    for path in MODULES:
        name = module_name(path)
        found = {one for one in imports(path, types=True) if within(one, "planner")}
        part = part_of(name, MAY_IMPORT)
        refused = set()
        if part is not None and name != "planner":
            allowed = MAY_IMPORT[part]
            refused = {one for one in found if not any(within(one, part) for part in allowed)}
        if not within(name, "planner.cli") and name != "planner.__main__":
            refused |= {one for one in found if within(one, "planner.cli")}
        if refused:
            wrong[name] = sorted(refused)
    assert wrong == {}


def test_modules_import_no_library_that_belongs_to_another_part() -> None:
    wrong = {}
    for path in MODULES:
        part = part_of(module_name(path), NOT_FOR)
        banned = NOT_FOR[part] if part else ()
        found = imports(path)
        if part == "planner.results":
            found -= {"pandas"}
        refused = {one for one in found if any(within(one, library) for library in banned)}
        if refused:
            wrong[module_name(path)] = sorted(refused)
    assert wrong == {}


def test_modules_load_heavy_libraries_on_use_only() -> None:
    wrong = {}
    for path in MODULES:
        if loaded_on_use(module_name(path)):
            continue
        found = imports(path, top=True)
        heavy = {one for one in found if any(within(one, library) for library in HEAVY)}
        heavy |= {one for one in found if loaded_on_use(one)}
        if heavy:
            wrong[module_name(path)] = sorted(heavy)
    assert wrong == {}


def test_parts_form_no_circle() -> None:
    """Imports inside functions count; those for types do not."""
    known: dict[str, set[str]] = {}
    for path in MODULES:
        part = ".".join(module_name(path).split(".")[:2])
        used = {".".join(one.split(".")[:2]) for one in imports(path) if within(one, "planner")}
        known.setdefault(part, set()).update(used - {part, "planner"})
    known.pop("planner")
    while ends := {part for part, used in known.items() if not used & known.keys()}:
        known = {part: used for part, used in known.items() if part not in ends}
    assert known == {}


def test_few_names_of_classes_have_two_meanings() -> None:
    found = Counter(
        node.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    several = [name for name, count in found.items() if count > 1]
    assert len(several) <= 5, several


def test_the_tables_name_parts_that_exist() -> None:
    known = {module_name(path) for path in MODULES}
    allowed = {part for parts in MAY_IMPORT.values() for part in parts}
    assert {*MAY_IMPORT, *NOT_FOR, *allowed} <= known


def test_imports_are_found_wherever_they_stand(tmp_path: Path) -> None:
    source = (
        "import os.path\n"
        "from planner import months\n"
        "from planner.problem.model import Problem\n"
        "if TYPE_CHECKING:\n    import pandas\n"
        "def f():\n    from planner.cli import main\n"
    )
    path = PACKAGE / "results" / "example.py"  # never written: only its place matters
    tree_path = tmp_path / "example.py"
    tree_path.write_text(source, encoding="utf-8")
    assert module_name(path) == "planner.results.example"
    everywhere = {
        name for node in ast.walk(ast.parse(source)) for name in names_in(node, "planner")
    }
    assert everywhere == {
        "os.path",
        "planner.months",
        "planner.problem.model",
        "pandas",
        "planner.cli",
    }
    relative = ast.parse("from . import base\nfrom ..engine import fair").body
    assert [names_in(node, "planner.results") for node in relative] == [
        ["planner.results"], ["planner.engine"],
    ]  # fmt: skip
