"""Where machine code is kept: beside the package, else in the user's cache; never shared."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from planner.montecarlo.kernel import compile as compilation


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Three directories that the cache may use, in place of the real ones."""
    found = [tmp_path / name for name in ("package", "user", "private")]
    monkeypatch.setattr(compilation, "_candidates", lambda: found)
    return found


def read_only(folder: Path) -> None:
    """Make a directory unusable for every user, the administrator included."""
    folder.write_text("a file where a directory is expected")


def test_machine_code_is_kept_beside_the_package(places: list[Path]) -> None:
    assert Path(compilation.cache_folder()).parent == places[0]
    assert list(Path(compilation.cache_folder()).iterdir()) == []  # the probe is removed


def test_a_read_only_package_keeps_it_in_the_cache_of_the_user(places: list[Path]) -> None:
    read_only(places[0])
    assert Path(compilation.cache_folder()).parent == places[1]
    read_only_user = places[1].rename(places[1].with_name("old"))
    assert read_only_user.is_dir()
    read_only(places[1])
    assert Path(compilation.cache_folder()).parent == places[2]


def test_no_directory_at_all_compiles_for_the_process(places: list[Path]) -> None:
    for folder in places:
        read_only(folder)
    assert compilation.cache_folder() == ""


def test_a_directory_that_others_can_write_is_not_trusted(places: list[Path]) -> None:
    shared = Path(compilation.cache_folder())
    shared.chmod(0o777)
    assert Path(compilation.cache_folder()).parent == places[1]


def test_the_candidates_are_package_user_and_a_private_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    package, user, private = compilation._candidates()
    assert package == Path(compilation.__file__).parent / "__pycache__"
    assert user == tmp_path / "planner" or "LOCALAPPDATA" in str(user)
    assert private.name.startswith("planner-")


def test_compilation_is_reported_before_it_begins(
    places: list[Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compilation, "_FOLDER", compilation.cache_folder())
    entry = SimpleNamespace(overloads=[], py_func=SimpleNamespace(__name__="plan"))
    messages: list[str] = []
    compilation.on_compilation(messages.append)
    try:
        compilation.announce(entry)
        assert len(messages) == 1
        assert messages[0].startswith("compiling the planning kernel")
        (Path(compilation._FOLDER) / "replan.plan-1.py311.nbi").write_bytes(b"")
        compilation.announce(entry)
        entry.overloads.append("compiled already")
        compilation.announce(entry)
        assert len(messages) == 1
        assert capsys.readouterr().err == ""
    finally:
        compilation.on_compilation(None)
    monkeypatch.setattr(compilation, "_FOLDER", "")
    compilation.announce(SimpleNamespace(overloads=[], py_func=entry.py_func))
    assert "for this run alone" in capsys.readouterr().err
