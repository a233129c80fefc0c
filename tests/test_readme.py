"""What the README promises: its commands are the ones that are run, its figures are the result."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import planner as pl

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Return the shell lines of the README, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.S)
    return [line for block in blocks for line in block.splitlines()]


def test_there_are_two_commands_of_one_line_and_ci_runs_the_second():
    main_job, tests = commands()
    assert main_job.endswith("planner run scenarios/eastern-flank-battalion.yaml")
    assert tests in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_link_leads_somewhere():
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("row", re.findall(r"^\| `(.+?)`.*?\|(.*)\|$", README, re.M))
def test_the_table_of_scenarios_is_the_result(row):
    name, cells = row
    package = pl.allocate(name).packages.set_index("package").loc["eastern-flank"]
    stated = [float(cell.replace(",", "")) for cell in cells.split("|")]
    keys = ("asked_person_months", "filled_person_months")
    keys += ("displaced_main_task_2", "displaced_main_task_1")
    assert stated == pytest.approx([float(package[key]) for key in keys], abs=0.51)


def test_the_lines_of_code_and_of_yaml_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(code, {})
    assert (tmp_path / "results" / "battalion").is_dir()
    (text,) = re.findall(r"```yaml\n(.*?)```", README, re.S)
    assert pl.loads(text) is not None
