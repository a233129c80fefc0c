from __future__ import annotations

import os
from pathlib import Path

import pytest

from planner.cli.inputs import Outputs, check_output_folder, read_file
from planner.errors import InputError, PlannerError

from .conftest import listing


def written(outputs: Outputs, **texts: str) -> None:
    for name in texts:
        outputs.add(name)
    writers = {
        name: (lambda path, text=text: path.write_text(text)) for name, text in texts.items()
    }
    outputs.write(writers)  # type: ignore[arg-type]


def test_all_files_are_written(here: Path) -> None:
    written(Outputs(force=False), a="one", b="two")

    assert listing(here) == ["a", "b"]
    assert Path("b").read_text() == "two"


def test_nothing_is_left_when_one_of_them_fails(here: Path) -> None:
    outputs = Outputs(force=False)
    outputs.add("a")
    outputs.add("b")

    def fail(path: Path) -> None:
        path.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(PlannerError, match="b: cannot be written: no space left"):
        outputs.write({"a": lambda path: path.write_text("whole"), "b": fail})

    assert listing(here) == []


def test_a_failure_leaves_what_was_there(here: Path) -> None:
    Path("a").write_text("before")
    outputs = Outputs(force=True)
    outputs.add("a")

    def fail(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        outputs.write({"a": fail})

    assert listing(here) == ["a"]
    assert Path("a").read_text() == "before"


def test_files_are_replaced_only_by_force(here: Path) -> None:
    Path("a").write_text("before")

    with pytest.raises(InputError, match=r"a: exists already: .* add --force"):
        written(Outputs(force=False), a="after")
    assert Path("a").read_text() == "before"

    written(Outputs(force=True), a="after")
    assert Path("a").read_text() == "after"


def test_a_link_stays_a_link(here: Path) -> None:
    Path("target").write_text("before")
    Path("link").symlink_to("target")

    written(Outputs(force=True), link="after")

    assert Path("link").is_symlink()
    assert Path("target").read_text() == "after"


def test_a_device_is_written_to_and_not_replaced() -> None:
    before = os.stat(os.devnull)
    outputs = Outputs(force=True)
    outputs.add(os.devnull)

    outputs.write({os.devnull: lambda path: path.write_text("gone")})

    assert os.stat(os.devnull).st_mode == before.st_mode


def test_everything_wrong_with_names_is_said_at_once(here: Path) -> None:
    Path("folder").mkdir()
    outputs = Outputs(force=False)
    for name in ("folder", "none/x", "new", "./new", "", "a\0b"):
        outputs.add(name)

    with pytest.raises(InputError) as caught:
        outputs.check()

    said = [str(fault) for fault in caught.value.faults]
    assert said[0] == "folder: is a folder, expected a file to write"
    assert said[1].startswith("none/x: cannot be written: no such folder")
    assert said[2].startswith("./new: is named twice")
    assert said[3].startswith("'': expected the name of a file")
    assert "null byte" in said[4]
    assert listing(here) == ["folder"]


@pytest.mark.parametrize(
    ("make", "force", "message"),
    [
        (lambda path: None, False, None),
        (Path.mkdir, False, None),
        (lambda path: path.write_text("x"), True, "is a file, expected a folder"),
        (lambda path: (path.mkdir(), (path / "x").touch()), False, "is not empty"),
        (lambda path: (path.mkdir(), (path / "x").touch()), True, "no result folder"),
        (lambda path: (path.mkdir(), (path / "manifest.json").touch()), False, "add --force"),
        (lambda path: (path.mkdir(), (path / "manifest.json").touch()), True, None),
    ],
)
def test_which_folders_may_be_written(
    here: Path, make: object, force: bool, message: str | None
) -> None:
    make(here / "out")  # type: ignore[operator]

    if message is None:
        assert check_output_folder("out", force) == here.resolve() / "out"
    else:
        with pytest.raises(InputError, match=message):
            check_output_folder("out", force)


@pytest.mark.parametrize("name", ["", "a\0b", "none/x", "x" * 5000])
def test_folders_that_cannot_be(name: str) -> None:
    with pytest.raises(InputError):
        check_output_folder(name, force=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfea\0", "a.txt: expected UTF-8, found UTF-16"),
        (b"one\ntwo \xe9", r"a.txt:2:5: expected text in UTF-8, found byte 0xe9"),
        (b"one\ntwo\0", "a.txt:2:4: expected text in UTF-8, found byte 0x00"),
        (b"x" * 101, "a.txt: too large: more than 100 bytes"),
    ],
)
def test_text_that_is_none(here: Path, data: bytes, message: str) -> None:
    Path("a.txt").write_bytes(data)

    with pytest.raises(InputError, match=message):
        read_file("a.txt", 100)


def test_a_byte_order_mark_is_no_text(here: Path) -> None:
    Path("a.txt").write_bytes(b"\xef\xbb\xbf{}")

    assert read_file("a.txt", 100) == "{}"
