from __future__ import annotations

import pytest

from planner.labels import label, month, months, number, percent


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
