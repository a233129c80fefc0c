"""Folders of results: whole or not at all, never over anything else, read back as they were."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import math
import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import planner as pl
from planner.results.result import TABLES
from planner.store import fresh_folder, write_manifest, write_table


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with what is in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def saved(flank: pl.Result, tmp_path: Path) -> Path:
    return flank.save(tmp_path / "out")


def test_a_folder_holds_every_table_twice_and_a_manifest(saved: Path) -> None:
    tables = {f"tables/{name}.{kind}" for name in TABLES for kind in ("csv", "parquet")}
    assert set(everything(saved)) == {*tables, "manifest.json", "problem.json", "scenario.yaml"}


def test_what_is_read_back_is_what_was_saved(saved: Path, flank: pl.Result) -> None:
    found = pl.read_result(saved)
    for name in TABLES:
        pd.testing.assert_frame_equal(found.table(name), flank.table(name), check_exact=True)
    pd.testing.assert_frame_equal(found.fill_by("mission"), flank.fill_by("mission"))
    assert (found.name, found.rule) == ("flank", "fair")
    assert {key: found.manifest[key] for key in flank.manifest} == flank.manifest
    assert repr(found) == "<StoredResult 'flank', fair, 2022-01 to 2023-12>"
    assert found._repr_html_() == flank._repr_html_()


def test_csv_files_say_the_same_as_the_tables(saved: Path, flank: pl.Result) -> None:
    for name in TABLES:
        with (saved / "tables" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            head, *rows = list(csv.reader(file))
        table = flank.table(name)
        assert head == list(table.columns)
        assert len(rows) == len(table)
    with (saved / "tables" / "demands.csv").open(encoding="utf-8", newline="") as file:
        for row, line in zip(csv.DictReader(file), flank.demands.itertuples(), strict=True):
            assert row["demand"] == line.demand
            assert float(row["filled_person_months"]) == line.filled_person_months
            assert (row["fill_rate"] == "") == (line.asked_person_months == 0)


def test_the_manifest_names_what_went_in_and_what_came_out(
    saved: Path, battalion: pl.Result
) -> None:
    manifest = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    for name, wanted in manifest["files"].items():
        assert wanted == "sha256:" + hashlib.sha256((saved / name).read_bytes()).hexdigest()
    assert set(manifest["files"]) == set(everything(saved)) - {"manifest.json"}
    assert set(manifest["versions"]) >= {"planner", "python", "numpy", "scipy", "highspy"}
    assert manifest["rule"] == "fair"
    assert manifest["window"] == {"first": "2022-01", "last": "2023-12"}

    inputs = {row["file"]: row["sha256"] for row in battalion.manifest["inputs"]}
    assert len(inputs) == len(battalion.scenario.files)
    for path in battalion.scenario.files:
        wanted = "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()
        assert inputs[f"{path.resolve().parent.name}/{path.name}"] == wanted
    assert "data/demands.csv" in inputs
    assert battalion.manifest["scenario"]["digest"] == battalion.scenario.digest


def test_a_saved_scenario_and_problem_give_the_result_again(saved: Path, flank: pl.Result) -> None:
    again = pl.load(saved / "scenario.yaml")
    assert again.digest == flank.scenario.digest
    solved = pl.solve(saved / "problem.json", flank.rule)
    assert solved.with_all.filled == pytest.approx(flank.solution.with_all.filled, abs=1e-9)


def test_saving_twice_writes_the_same_bytes(flank: pl.Result, tmp_path: Path) -> None:
    one, two = flank.save(tmp_path / "one"), flank.save(tmp_path / "two")
    assert everything(one) == everything(two)


def test_an_earlier_result_is_replaced_as_a_whole(
    saved: Path, battalion: pl.Result, tmp_path: Path
) -> None:
    (saved / ".DS_Store").write_bytes(b"left by a system")
    battalion.save(saved)
    assert pl.read_result(saved).name == "eastern-flank-battalion"
    assert not (saved / ".DS_Store").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_and_missing_parents_are_no_obstacle(
    flank: pl.Result, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    flank.save(tmp_path / "empty")
    flank.save(str(tmp_path / "a" / "b" / "c"))
    assert pl.read_result(tmp_path / "a" / "b" / "c").name == "flank"


def test_a_folder_behind_a_link_is_replaced_and_the_link_stays(
    saved: Path, flank: pl.Result, tmp_path: Path
) -> None:
    link = tmp_path / "latest"
    link.symlink_to(saved, target_is_directory=True)
    flank.save(link)
    assert link.is_symlink()
    assert pl.read_result(link).name == "flank"


def test_folders_open_to_whom_other_folders_are_open(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert saved.stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("thesis.docx", "years of work", "holds files but no manifest.json"),
        ("deep/er/notes.txt", "mine", "holds files but no manifest.json"),
        ("manifest.json", "{}", "expected format 'planner-results/1', found None"),
        ("manifest.json", '{"format": "npm"}', "expected format 'planner-results/1', found 'npm'"),
        ("manifest.json", "no json", "cannot be read as JSON"),
        ("manifest.json", "[" * 100_000, "cannot be read as JSON"),
        ("manifest.json", '{"format": "planner-results/1"}', "does not list its files"),
        (
            "manifest.json",
            '{"format": "planner-results/1", "files": {"../x": ""}}',
            "does not list its files",
        ),
    ],
)
def test_a_folder_that_is_no_result_is_left_alone(
    name: str, content: str, message: str, flank: pl.Result, tmp_path: Path
) -> None:
    folder = tmp_path / "precious"
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(content, encoding="utf-8")
    before = everything(tmp_path)
    with pytest.raises(pl.ResultError, match=message):
        flank.save(folder)
    assert everything(tmp_path) == before


def test_a_result_to_which_something_was_added_is_left_alone(
    saved: Path, flank: pl.Result, tmp_path: Path
) -> None:
    (saved / "notes.txt").write_text("mine", encoding="utf-8")
    before = everything(tmp_path)
    message = r"no part of the earlier result \(notes.txt\); move them or choose another folder"
    with pytest.raises(pl.ResultError, match=message):
        flank.save(saved)
    assert everything(tmp_path) == before


def test_a_file_is_never_taken_for_a_folder(flank: pl.Result, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(pl.ResultError, match="is a file; choose a folder"):
        flank.save(tmp_path / "file")
    with pytest.raises(pl.ResultError, match="cannot be written"):
        flank.save(tmp_path / "file" / "below")
    assert everything(tmp_path) == {"file": b"mine"}


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError, ValueError])
def test_what_stops_half_way_leaves_everything_as_it_was(
    stop: type[BaseException], saved: Path, tmp_path: Path
) -> None:
    before = everything(tmp_path)

    def half() -> None:
        with fresh_folder(saved, "planner-results/1") as place:
            (place / "half.csv").write_text("a,b", encoding="utf-8")
            raise stop

    with pytest.raises(pl.ResultError if stop is OSError else stop):
        half()
    assert everything(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_fills_while_it_is_written_is_left_alone(tmp_path: Path) -> None:
    def both() -> None:
        with fresh_folder(tmp_path / "out", "x/1") as place:
            write_manifest(place, {"format": "x/1"})
            (tmp_path / "out").mkdir()
            (tmp_path / "out" / "theirs.txt").write_text("theirs", encoding="utf-8")

    with pytest.raises(pl.ResultError, match="holds files but no manifest"):
        both()
    assert everything(tmp_path) == {"out/theirs.txt": b"theirs"}


def test_if_the_last_step_fails_the_earlier_result_stands(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(tmp_path)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.suffix == ".partial":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with (
        pytest.raises(pl.ResultError, match="cannot be written: Permission denied"),
        fresh_folder(saved, "planner-results/1") as place,
    ):
        write_manifest(place, {"format": "planner-results/1"})
    assert everything(tmp_path) == before


def test_a_folder_that_may_not_be_written_is_explained(
    flank: pl.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *args: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(pl.ResultError, match="out: cannot be written: Permission denied"):
        flank.save(tmp_path / "out")


def test_reading_something_else_is_explained(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(pl.ResultError, match="so it is no saved result"):
        pl.read_result(tmp_path / "nowhere")
    (saved / "tables" / "pools.csv").write_text("changed", encoding="utf-8")
    with pytest.raises(pl.ResultError, match=r"pools.csv: not as it was written"):
        pl.read_result(saved)
    os.remove(saved / "tables" / "pools.csv")
    with pytest.raises(pl.ResultError, match=r"pools.csv: missing, though the manifest names it"):
        pl.read_result(saved)


def test_text_that_a_spreadsheet_would_run_is_defused_in_csv_only(tmp_path: Path) -> None:
    risky = ["=1+1", "+31 6", "-2", "@sum", "\tx", "plain", "a=b", "", "né", "r\x1b[31m\0", "a\nb"]
    write_table(pd.DataFrame({"name": risky, "people": [-1.5] * len(risky)}), tmp_path / "t")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = [row["name"] for row in rows]
    assert found[:5] == ["'=1+1", "'+31 6", "'-2", "'@sum", "'\tx"]
    assert found[5:] == ["plain", "a=b", "", "né", r"r\x1b[31m\x00", "a\nb"]
    assert {row["people"] for row in rows} == {"-1.5"}
    assert pd.read_parquet(tmp_path / "t.parquet")["name"].tolist() == risky


def test_the_files_that_a_page_hands_out_are_defused_too() -> None:
    from planner.app.tasks import tables_file

    packed = zipfile.ZipFile(io.BytesIO(tables_file({"fill": pd.DataFrame({"name": ["=1+1"]})})))
    assert packed.read("fill.csv").decode("utf-8-sig").split() == ["name", "'=1+1"]


def test_plans_of_which_nobody_knows_how_good_they_are_stay_unwritten(
    flank: pl.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = dataclasses.replace(flank.certificate, gap=math.inf)
    monkeypatch.setattr(pl.Result, "certificate", unknown)
    with pytest.raises(pl.ResultError, match="proved no bound"):
        flank.save(tmp_path / "out")
    assert not (tmp_path / "out").exists()
