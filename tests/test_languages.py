"""Every text for users has its translation, in whichever module its table is.

Tables of texts are found, not listed: a part that gets one is checked from then on.
"""

from __future__ import annotations

import ast
import re
import string
from collections import Counter
from importlib import import_module
from inspect import cleandoc
from pathlib import Path

import pytest
import typer

from planner.analysis.declare import names, template
from planner.cli.main import app
from planner.cli.options import PANELS, commands
from planner.cli.questions import analysis_panels
from planner.labels import CATALOGUES, LANGUAGES, catalogue, label, speaker, translated

PACKAGE = Path(__file__).parents[1] / "planner"
MODULES = sorted(PACKAGE.rglob("*.py"))

SPEAKERS = ("label", "say")
"""What functions that give words are called; on the command line ``say`` prints."""

SHARED = {"planner.app": ("planner.whatif.charts",)}
"""Tables of other parts whose words a part says too."""

Table = dict[str, str]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)


def has_words(path: Path) -> bool:
    """Whether a module defines a table of words at its top."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "WORDS" for target in targets):
            return isinstance(node, ast.AnnAssign) and "dict" in ast.unparse(node.annotation)
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


def help_texts() -> set[str]:
    """Return the paragraphs of help of the program, its commands, their options and panels."""
    group = typer.main.get_command(app)
    own = [command for panel in PANELS for command in commands(panel)]
    texts = [
        "Show this message and exit.",
        *PANELS,
        *analysis_panels(),
        *(one.summary for one in own),
    ]
    texts += [template(name).short for name in names()]
    texts += [one.help for one in group.params if getattr(one, "help", None)] + [group.help]
    for name in [*(one.name for one in own), *names()]:
        command = group.get_command(typer.Context(group), name)
        texts += [command.help.partition("\n\n\b")[0]]
        texts += [one.help for one in command.params if getattr(one, "help", None)]
    return {
        part.removeprefix("\b\n") if part.startswith("\b\n") else " ".join(part.split())
        for text in texts
        for part in cleandoc(text).split("\n\n")
    }


def test_the_tables_are_found() -> None:
    assert "planner.labels" in TABLES
    assert len(EVERY) > 1_000


OTHERS = LANGUAGES[1:]
"""Languages that English is translated into."""


@pytest.mark.parametrize("lang", OTHERS)
def test_every_text_is_translated_with_the_same_blanks(lang: str) -> None:
    found = catalogue(lang)
    wrong = {
        f"{module}: {key}"
        for module, key in EVERY
        for text in [TABLES[module][key]]
        if not ((key, text) in found or ("", text) in found)
        or blanks(translated(text, lang, key)) != blanks(text)
    }
    assert wrong == set()


@pytest.mark.parametrize("lang", OTHERS)
def test_translations_have_no_blank_ends_and_are_not_english(lang: str) -> None:
    wrong = {
        text
        for (_, text), translation in catalogue(lang).items()
        if text
        and (
            not translation
            or translation != translation.strip()
            or (translation == text and " " in text)
        )
    }
    assert wrong == set()


@pytest.mark.parametrize("lang", OTHERS)
def test_the_catalogue_has_no_text_twice_and_none_that_is_not_used(lang: str) -> None:
    """A text is in a table, is the line of a command or analysis, or a paragraph of help."""
    path = CATALOGUES[0] / lang / "LC_MESSAGES" / "planner.po"
    written = path.read_text(encoding="utf-8").count("\nmsgid ")
    used = {(key, TABLES[module][key]) for module, key in EVERY}
    used |= {("", text) for _, text in used} | {("", text) for text in help_texts()}

    assert len(catalogue(lang)) == written
    assert {one for one in catalogue(lang) if one[1] and one not in used} == set()


@pytest.mark.parametrize("lang", OTHERS)
def test_a_context_is_given_only_where_it_makes_a_difference(lang: str) -> None:
    found = catalogue(lang)
    same = {one for one in found if one[0] and found[one] == found.get(("", one[1]))}
    assert same == set()


@pytest.mark.parametrize("lang", OTHERS)
def test_all_help_is_translated(lang: str) -> None:
    assert {text for text in help_texts() if ("", text) not in catalogue(lang)} == set()


def test_percentages_are_written_as_numbers_are() -> None:
    apart = re.compile(r"[0-9}] %")
    texts = {TABLES[module][key] for module, key in EVERY}
    texts |= {text for lang in OTHERS for text in catalogue(lang).values()}
    assert {text for text in texts if apart.search(text)} == set()


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


def test_texts_of_a_part_go_before_those_of_all() -> None:
    say = speaker({"mission": "demand"})

    assert say("mission") == "demand"
    assert say("mission", "nl") == say("demand", "nl") == "vraag"
    with pytest.raises(KeyError):
        say("no such word")
    with pytest.raises(KeyError):
        say("mission", "fr")


def test_a_text_without_translation_stays_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "nl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "planner.po").write_text('msgid "mission"\nmsgstr "inzet"\n', encoding="utf-8")
    monkeypatch.setattr("planner.labels.CATALOGUES", [tmp_path])
    catalogue.cache_clear()
    try:
        assert label("mission", "nl") == "inzet"
        assert label("demand", "nl") == "demand"
    finally:
        catalogue.cache_clear()
