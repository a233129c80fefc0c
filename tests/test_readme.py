"""What README and documents promise: commands run, and numbers are those of the commands named."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import planner as pl
from tests.documents import DOCUMENTS, VIEWS, blocks, outside, runner

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Return the shell lines of the README, in order."""
    found = re.findall(r"```sh\n(.*?)```", README, re.S)
    return [line for block in found for line in block.splitlines()]


def test_there_are_two_commands_of_one_line_and_ci_runs_the_second() -> None:
    main_job, tests = commands()
    assert main_job.endswith("planner run scenarios/eastern-flank-battalion.yaml")
    assert tests in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_link_leads_somewhere() -> None:
    wrong = []
    for document in DOCUMENTS:
        path = ROOT / document
        links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
        wrong += [(document, link) for link in links if not (path.parent / link).exists()]
    assert wrong == []


def test_numbers_are_made_by_the_commands_named_beside_them() -> None:
    run = runner()
    made = [
        (block.document, block.view)
        for document in DOCUMENTS
        for block in blocks(document)
        if not block.slow and block.text(run) != block.whole
    ]
    assert made == [], "python -m tests.documents writes them anew"


def test_numbers_of_long_runs_are_of_the_scenarios_as_they_are() -> None:
    stale = [
        (block.document, block.view)
        for document in DOCUMENTS
        for block in blocks(document)
        if block.stale
    ]
    assert stale == [], "python -m tests.documents writes them anew"


def test_long_runs_of_all_documents_say_the_same() -> None:
    bodies: dict[tuple[str, ...], set[str]] = {}
    for document in DOCUMENTS:
        for block in blocks(document):
            if block.slow:
                bodies.setdefault((*block.commands, block.view, block.lang), set()).add(block.whole)
    assert [key for key, found in bodies.items() if len(found) > 1] == []


def test_every_view_is_used_and_every_command_is_named() -> None:
    found = [block for document in DOCUMENTS for block in blocks(document)]
    assert {block.view for block in found} == set(VIEWS)
    assert all(f"`{command}`" in block.whole for block in found for command in block.commands)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_person_months_stand_outside_the_blocks(document: str) -> None:
    text = " ".join(outside(document).split())
    stated = re.findall(r"[^.]*?\d[\d,.]* person-months[^.]*", text)
    earlier = "Earlier versions said that a battalion share on the eastern flank displaces 901"
    assert [one for one in stated if earlier not in one] == []


def test_each_promise_of_the_battalion_is_within_two_points() -> None:
    found = blocks("docs/promises.md")
    assert [shlex.split(block.commands[0])[6] for block in found] == ["fair", "value"]
    for block in found:
        rows = re.findall(r"^\| `.*\| (yes|no) \|$", block.whole, re.M)
        assert set(rows) == {"yes"}


def test_about_six_of_ten_draws_displace_nothing() -> None:
    (drawn,) = (block for block in blocks("README.md") if block.view == "draws")
    chance = re.search(r"chance that anything is displaced \| (\d+)%", drawn.whole)
    assert chance is not None
    assert 35 <= int(chance[1]) <= 45


def test_the_lines_of_code_and_of_yaml_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(code, {})
    assert (tmp_path / "results" / "battalion").is_dir()
    (text,) = re.findall(r"```yaml\n(.*?)```", README, re.S)
    assert pl.loads(text) is not None
