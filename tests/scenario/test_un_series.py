"""The public series of uniformed personnel: both forms, totals held, observations made of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.cli.main import main
from planner.scenario.data import UN_COLUMNS, default_data, observations, read_un

TABLE = """
        Contribution of Uniformed Personnel to UN by Mission, Country, and Personnel Type
                 Experts on Mission, Formed Police Units, Individual Police, Staff Officer, Troops
   30-Jun-22                                                            Page 1 of 2
   Mission     Country        Personnel Type            M       F     Total
   MINUSMA
               Netherlands    Individual Police         4       1         5
                              Staff Officer             5       3         8
                              Troops                    2       0         2
               Netherlands Total                       11       4        15
               Chad           Troops                1,400      26     1,426
               Chad Total                           1,400      26     1,426
   MINUSMA Total                                    1,411      30     1,441
   UNTSO
               Netherlands    Experts on Mission       11       1        12
               Netherlands Total                       11       1        12
   UNTSO Total                                         11       1        12
   Grand Total                                      1,422      31     1,453
"""

EXPORT = (
    ",".join(UN_COLUMNS)
    + "\n"
    + """\
1,NLD,Netherlands,MINUSMA,Individual Police,1,4,2022-06-30
2,NLD,Netherlands,UNTSO,Experts on Mission,1,11,30/06/2022
3,NLD,Netherlands,UNTSO,Experts on Mission,0,2,30/06/2022
4,DEU,Germany,MINUSMA,Troops,20,400,2022-06-30
5,NLD,Netherlands,UNMISS,Staff Officer,0,1,2022-06-30
"""
)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "series.txt"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def found(path: Path, **options: str) -> dict[tuple[str, str, str], int]:
    return {
        (str(one.month), one.mission, one.kind): one.persons for one in read_un(path, **options)
    }


def test_a_monthly_table(file: Callable[[str], Path]) -> None:
    assert found(file(TABLE)) == {
        ("2022-06", "MINUSMA", "Individual Police"): 5,
        ("2022-06", "MINUSMA", "Staff Officer"): 8,
        ("2022-06", "MINUSMA", "Troops"): 2,
        ("2022-06", "UNTSO", "Experts on Mission"): 12,
    }


@pytest.mark.parametrize(
    "month", ["30-Jun-22", "30/06/2022", "June 2022", "as of 2022-06-30", "Jun 30, 2022"]
)
def test_months_as_they_are_printed(file: Callable[[str], Path], month: str) -> None:
    assert {one[0] for one in found(file(TABLE.replace("30-Jun-22", month)))} == {"2022-06"}


@pytest.mark.parametrize(
    ("was", "becomes", "what"),
    [
        ("Netherlands Total                       11       4        15",
         "Netherlands Total                       11       4        16",
         "the rows of Netherlands in MINUSMA add up to 15, the printed total is 16"),
        ("1,411      30     1,441", "1,411      30     1,440",
         "the rows of MINUSMA add up to 1441, the printed total is 1440"),
        ("1,422      31     1,453", "1,422      31     1,454",
         "the rows of all missions add up to 1453, the printed total is 1454"),
        ("5       3         8", "5       3         9", "5 and 3 do not add up to 9"),
    ],
)  # fmt: skip
def test_a_month_that_does_not_add_up_is_refused(
    file: Callable[[str], Path], faults: Callable[..., list[str]], was: str, becomes: str, what: str
) -> None:
    assert was in TABLE

    assert any(what in one for one in faults(read_un, file(TABLE.replace(was, becomes))))


def test_a_table_without_totals_is_refused(
    file: Callable[[str], Path], faults: Callable[..., list[str]]
) -> None:
    text = "\n".join(line for line in TABLE.splitlines() if " Total  " not in line)

    assert "prints no totals" in faults(read_un, file(text))[0]


def test_the_export(file: Callable[[str], Path]) -> None:
    expected = {
        ("2022-06", "MINUSMA", "Individual Police"): 5,
        ("2022-06", "UNTSO", "Experts on Mission"): 14,
        ("2022-06", "UNMISS", "Staff Officer"): 1,
    }
    assert found(file(EXPORT)) == expected
    assert found(file(EXPORT), country="NLD") == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found neither"),
        ("%PDF-1.7", "pdftotext -layout"),
        (EXPORT.replace("male_personnel,last", "men,last").replace("female_", "fe_"), "missing"),
        (EXPORT.replace(",1,4,2022", ",one,4,2022"), "expected a number of people, found 'one'"),
        (EXPORT.replace("30/06/2022", "yesterday"), "expected a date such as 2022-06-30"),
    ],
)
def test_other_files_are_refused_in_words(
    file: Callable[[str], Path], faults: Callable[..., list[str]], text: str, message: str
) -> None:
    assert any(message in one for one in faults(read_un, file(text)))


def test_what_is_shipped_is_what_the_importer_makes(file: Callable[[str], Path]) -> None:
    with (default_data() / "observations.csv").open(encoding="utf-8", newline="") as text:
        shipped = {row["id"]: row for row in csv.DictReader(text)}

    for row in observations(read_un(file(TABLE))):
        assert shipped[row["id"]]["people"] == row["people"]
        assert set(shipped[row["id"]]["demands"].split()) <= set(row["demands"].split())


def test_the_command(
    file: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "observations.csv"

    assert main(["import-un", str(file(TABLE)), "-o", str(out)]) == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert [row["people"] for row in rows] == ["5", "8", "2", "12"]
    assert "4 observations; 0 counts of no known demand left out" in capsys.readouterr().err
    assert main(["import-un", str(tmp_path / "none.csv")]) == 2
