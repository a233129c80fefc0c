"""Every text for users exists in every language, in whichever module its table is.

Tables of words are found, not listed: a part that gets one is checked from then on.
"""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from planner.analysis.declare import names, template
from planner.labels import LANGUAGES, speaker

PACKAGE = Path(__file__).parents[1] / "planner"
MODULES = sorted(PACKAGE.rglob("*.py"))

SPEAKERS = ("label", "say")
"""What functions that give words are called; on the command line ``say`` prints."""

SHARED = {"planner.app": ("planner.whatif.charts",)}
"""Tables of other parts whose words a part says too."""

Table = dict[str, tuple[str, ...]]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def has_words(path: Path) -> bool:
    """Whether a module defines a table of words at its top."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "WORDS" for target in targets):
            return isinstance(node, ast.AnnAssign) and "tuple" in ast.unparse(node.annotation)
    return False


WRITTEN: dict[str, Table] = {
    module_name(path): import_module(module_name(path)).WORDS for path in MODULES if has_words(path)
}
"""Texts by the module whose table they are in."""

TABLES: dict[str, Table] = WRITTEN | {
    f"planner.analysis.{name}": dict(template(name).words) for name in (*names(), "common")
}
"""All texts; those of an analysis are in its template, which is no module."""

EVERY = [(module, key) for module, table in TABLES.items() for key in table]


def blanks(text: str) -> list[str]:
    """Return the blanks of a sentence, with what stands behind the colon."""
    return sorted(f"{name}:{form}" for _, name, form, _ in string.Formatter().parse(text) if name)


def test_the_tables_are_found() -> None:
    assert "planner.labels" in TABLES
    assert len(EVERY) > 100


def test_texts_exist_in_every_language_with_the_same_blanks() -> None:
    wrong = {
        f"{module}: {key}"
        for module, key in EVERY
        if len(TABLES[module][key]) != len(LANGUAGES)
        or not all(text and text == text.strip() for text in TABLES[module][key])
        or len({tuple(blanks(text)) for text in TABLES[module][key]}) != 1
    }
    assert wrong == set()


def test_no_sentence_is_left_in_english() -> None:
    left = {
        f"{module}: {key}"
        for module, key in EVERY
        if len(set(TABLES[module][key])) == 1 and " " in TABLES[module][key][0]
    }
    assert left == set()


def test_percentages_are_written_as_numbers_are() -> None:
    apart = re.compile(r"[0-9}] %")
    wrong = {
        f"{module}: {key}"
        for module, key in EVERY
        if any(apart.search(text) for text in TABLES[module][key])
    }
    assert wrong == set()


def asked_for(path: Path) -> tuple[list[str], set[str]]:
    """Return texts of a module, and patterns of those that are put together."""
    texts: list[str] = []
    patterns: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(node.value.removeprefix(">"))  # a heading of numbers begins so
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            texts.append(node.target.id)  # a field is the column of a table
        elif isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                for part in node.values
            ]
            if any(part != ".+" for part in parts):
                patterns.add("".join(parts))
    return texts, patterns


def test_no_text_is_unused() -> None:
    """A text is used by its key: a text of the package, or one put together like ``about_{x}``."""
    texts: Counter[str] = Counter()
    patterns: set[str] = set()
    for path in MODULES:
        found, joined = asked_for(path)
        texts.update(found)
        patterns |= joined
    pattern = re.compile("|".join(f"(?:{one})" for one in sorted(patterns)))
    tables = Counter(key for table in WRITTEN.values() for key in table)

    unused = {
        f"{module}: {key}"
        for module, key in EVERY
        if module != "planner.terms"  # used for what is in the data
        and texts[key] <= tables[key]
        and not pattern.fullmatch(key)
    }
    assert unused == set()


def test_no_part_says_again_what_all_parts_share() -> None:
    common = TABLES["planner.labels"]
    again = {
        f"{module}: {key}"
        for module, table in TABLES.items()
        if module != "planner.labels"
        for key in table
        if key in common and table[key] == common[key]
    }
    assert again == set()


def words_asked_for(path: Path) -> set[str]:
    """Return words that a module asks for by name."""
    speakers = SPEAKERS[:1] if "cli" in path.parts else SPEAKERS
    return {
        str(node.args[0].value)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in speakers
        and len(node.args) > 1
        and isinstance(node.args[0], ast.Constant)
    }


def test_every_text_that_is_asked_for_exists() -> None:
    missing = {}
    for path in MODULES:
        part = module_name(path).split(".")[:2]
        shared = ("planner.labels", *SHARED.get(".".join(part), ()))
        known = {
            key
            for module, table in TABLES.items()
            if module in shared or module.split(".")[:2] == part
            for key in table
        }
        unknown = words_asked_for(path) - known
        if unknown:
            missing[module_name(path)] = sorted(unknown)
    assert missing == {}


def test_words_of_a_part_go_before_those_of_all() -> None:
    say = speaker({"mission": ("operation", "operatie")})

    assert say("mission", "nl") == "operatie"
    assert say("demand", "nl") == "vraag"
    with pytest.raises(KeyError):
        say("no such word")
    with pytest.raises(KeyError):
        say("mission", "fr")
