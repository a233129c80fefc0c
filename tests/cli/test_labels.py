from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from planner.labels import LANGUAGES, WORDS, label, month, months, number, percent

PACKAGE = Path(__file__).parents[2] / "planner"


@pytest.mark.parametrize("key", WORDS)
def test_every_word_is_there_in_both_languages_with_the_same_blanks(key: str) -> None:
    blanks = set()
    for lang in LANGUAGES:
        text = WORDS[key][LANGUAGES.index(lang)]
        assert text.strip() == text
        assert text
        blanks.add(tuple(sorted(re.findall(r"{(\w*)}", text))))

    assert len(WORDS[key]) == len(LANGUAGES)
    assert len(blanks) == 1


def _asked_for() -> set[str]:
    """Words asked for by name somewhere in the package."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "label"
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                found.add(str(node.args[0].value))
    return found


def test_no_word_is_asked_for_that_is_not_there() -> None:
    asked = _asked_for()

    assert asked
    assert asked - set(WORDS) == set()


def test_unknown_words_and_languages_are_refused() -> None:
    with pytest.raises(KeyError):
        label("no such word")
    with pytest.raises(KeyError):
        label("mission", "fr")


@pytest.mark.parametrize(
    ("value", "digits", "english", "dutch"),
    [
        (12345.678, 1, "12,345.7", "12.345,7"),
        (-1234.5, 1, "-1,234.5", "-1.234,5"),
        (-0.04, 1, "0.0", "0,0"),
        (1e6, 0, "1,000,000", "1.000.000"),
        (0.12345, 3, "0.123", "0,123"),
        (None, 1, "–", "–"),
        (float("nan"), 1, "–", "–"),
        (float("inf"), 1, "–", "–"),
    ],
)
def test_numbers_as_each_language_writes_them(
    value: float | None, digits: int, english: str, dutch: str
) -> None:
    assert number(value, "en", digits) == english
    assert number(value, "nl", digits) == dutch


def test_shares_and_months() -> None:
    assert percent(0.923, "nl") == "92,3%"
    assert percent(None, "nl") == "–"
    assert month("2022-03", "nl") == "mrt 2022"
    assert month("2022-03", "en") == "Mar 2022"
    assert months("2022-01", "2022-01", "nl") == "jan 2022"
    assert months("2022-01", "2023-05", "en") == "Jan 2022 – May 2023"
