"""Stored draws are believed only where they match their hash; one process writes at a time."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import planner as pl
from planner.store import locked
from tests.montecarlo.made import static

OPTIONS: dict[str, Any] = {"draws": 16, "seed": 5, "share": 1, "workers": 1}


@pytest.fixture(scope="module")
def posts() -> pl.Scenario:
    """A pool that is often too small for its posts; every month stands for itself."""
    spread = {"figures": {"pool.a.posts": {"normal": {"mean": 100, "sd": 20}}}}
    return static({"a": {"posts": 100}}, {"a": 100}, spread)


@pytest.fixture(scope="module")
def finished(posts: pl.Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("finished") / "run"
    pl.simulate(posts, **OPTIONS, folder=folder)
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def unfinished(finished: Path, target: Path) -> Path:
    """Copy a run as it was before its tables were written."""
    shutil.copytree(finished, target)
    shutil.rmtree(target / "tables")
    for path in target.iterdir():
        if path.suffix in (".csv", ".parquet") or path.name == "manifest.json":
            path.unlink()
    return target


def flip(path: Path, draw: random.Random) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    place = draw.randrange(8 * len(data))
    data[place // 8] ^= 1 << place % 8
    path.write_bytes(bytes(data))


def test_every_flipped_bit_of_a_batch_is_planned_again(
    posts: pl.Scenario, finished: Path, tmp_path: Path
) -> None:
    draw, whole = random.Random(1), bytes_of(finished)
    for number in range(40):
        folder = unfinished(finished, tmp_path / str(number))
        victims = sorted(folder.glob("batches/*.parquet"))
        victim = draw.choice([*victims[:4], folder / "hashes.txt", folder / "scenario.yaml"])
        flip(victim, draw)

        pl.simulate(posts, **OPTIONS, folder=folder)

        assert bytes_of(folder) == whole, victim
        shutil.rmtree(folder)


def test_every_flipped_bit_of_a_finished_run_is_named(finished: Path, tmp_path: Path) -> None:
    draw = random.Random(2)
    names = sorted(bytes_of(finished))
    for number in range(40):
        folder = tmp_path / str(number)
        shutil.copytree(finished, folder)
        victim = folder / ("manifest.json" if number % 4 == 0 else draw.choice(names))
        flip(victim, draw)

        with pytest.raises(pl.ResultError) as caught:
            pl.read_ensemble(folder)

        assert victim.name in str(caught.value) or victim.name == "manifest.json"
        shutil.rmtree(folder)


@pytest.mark.parametrize("kind", ["doubled", "foreign", "foreign with its hashes"])
def test_batches_of_another_place_do_not_count(
    kind: str, posts: pl.Scenario, finished: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    pl.simulate(posts, **{**OPTIONS, "seed": 6}, folder=other)
    whole = bytes_of(finished)
    third = "batches/000003.parquet"
    source = finished / "batches" / "000002.parquet" if kind == "doubled" else other / third

    folder = unfinished(finished, tmp_path / "run")
    shutil.copy(source, folder / third)
    if kind == "foreign with its hashes":
        shutil.copy(other / "hashes.txt", folder / "hashes.txt")
    pl.simulate(posts, **OPTIONS, folder=folder)
    assert bytes_of(folder) == whole

    shutil.copy(source, folder / third)
    for read in (
        lambda: pl.read_ensemble(folder),
        lambda: pl.simulate(posts, **OPTIONS, folder=folder),
    ):
        with pytest.raises(pl.ResultError, match=r"000003\.parquet: is damaged"):
            read()
    pl.simulate(posts, **OPTIONS, folder=folder, replace=True)
    assert bytes_of(folder) == whole


def test_a_missing_file_is_named(finished: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    (folder / "tables" / "total.csv").unlink()
    with pytest.raises(pl.ResultError, match=r"total\.csv: is missing"):
        pl.read_ensemble(folder)


def test_a_run_of_an_earlier_version_is_refused_in_words(
    posts: pl.Scenario, finished: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old"
    shutil.copytree(finished, old)
    manifest = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    manifest.pop("manifest_sha256")
    manifest["format"] = "planner-futures/1"
    (old / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(pl.ResultError, match="a run of an earlier version of planner"):
        pl.read_ensemble(old)
    pl.simulate(posts, **OPTIONS, folder=old, replace=True)
    assert pl.read_ensemble(old).made == OPTIONS["draws"]


def test_people_by_month_and_draws_lie_beside_the_manifest(finished: Path) -> None:
    draws = pd.read_parquet(finished / "tables" / "draws.parquet")
    assert draws["draw"].tolist() == list(range(OPTIONS["draws"]))
    for key, name in (("mission", "watch"), ("demand", "a-posts")):
        table = pd.read_csv(finished / f"people_by_{key}_month.csv")
        columns = [key, "month", "mean", "q05", "q25", "q50", "q75", "q95"]
        assert list(table.columns) == columns
        assert table[key].tolist() == [name] * 3
        assert table["month"].tolist() == ["2022-01", "2022-02", "2022-03"]
        persons = 100 * draws["fill"]
        assert table["mean"].to_numpy() == pytest.approx(persons.mean(), abs=0.01)
        assert table["q05"].to_numpy() == pytest.approx(persons.quantile(0.05), abs=0.01)


def test_people_by_month_are_kept_without_people_by_pool_too(
    posts: pl.Scenario, tmp_path: Path
) -> None:
    few = pl.simulate(posts, **OPTIONS, monthly=False, folder=tmp_path / "run")
    full = pl.simulate(posts, **OPTIONS)
    pd.testing.assert_frame_equal(few.people_by_month(), full.people_by_month())
    assert (tmp_path / "run" / "people_by_mission_month.csv").is_file()
    with pytest.raises(pl.ResultError, match="were not kept"):
        few.fill_by("month")


HOLDING = """
import sys, time
from pathlib import Path
from planner.store import locked

folder = Path(sys.argv[1])
folder.mkdir(exist_ok=True)
with locked(folder / "run.lock", folder):
    print("held", flush=True)
    time.sleep(600)
"""


def test_the_second_process_on_a_folder_is_told_who_has_it(
    posts: pl.Scenario, finished: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    here = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(folder)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(here)},
    ) as other:  # fmt: skip
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        for replace in (False, True):
            with pytest.raises(pl.ResultError, match=f"process {other.pid} on .* is writing to it"):
                pl.simulate(posts, **OPTIONS, folder=folder, replace=replace)
        os.kill(other.pid, signal.SIGKILL)
    pl.simulate(posts, **OPTIONS, folder=folder)  # a process that was killed holds nothing
    assert bytes_of(folder) == bytes_of(finished)


def test_a_lock_is_gone_afterwards_and_can_be_had_again(tmp_path: Path) -> None:
    for _ in range(3):
        with locked(tmp_path / "lock", tmp_path):
            assert f"process {os.getpid()} on" in (tmp_path / "lock").read_text(encoding="utf-8")
            with (
                pytest.raises(pl.ResultError, match="is writing to it"),
                locked(tmp_path / "lock", tmp_path),
            ):
                pass
        assert list(tmp_path.iterdir()) == []
