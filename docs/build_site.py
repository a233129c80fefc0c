"""Build the documentation site: the documents, and reference pages made from the program itself.

    python docs/build_site.py FOLDER          write the site into a folder

Needs the extra ``docs`` (Zensical, mkdocstrings). Pages are put together in FOLDER/source and built
in strict mode: a link that leads nowhere fails. The site asks for no network and opens from a file.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"

COPIED = {
    "README.md": "index.md", "data/README.md": "data.md", "data/POOLS.md": "pools.md",
    **{f"docs/{path.relative_to(DOCS)}": str(path.relative_to(DOCS))
       for path in sorted(DOCS.rglob("*.md"))},
}  # fmt: skip
"""Files of the repository that are pages, and what they are called there."""

NAV: tuple[tuple[str, str | tuple[tuple[str, str], ...]], ...] = (
    ("First result", "index.md"),
    ("How to ask each question", "questions.md"),
    ("How far to trust it", (
        ("The headline", "trust.md"), ("Forecasts", "forecasts.md"),
        ("Promises that hold", "promises.md"), ("What changed", "changes.md"),
    )),
    ("Method", "method.md"),
    ("Data and sources", (("Data", "data.md"), ("Sizes of pools", "pools.md"))),
    ("Reference", (
        ("Scenarios that come with it", "scenarios.md"), ("Scenario files", "schema/scenario.md"),
        ("Commands", "commands.md"), ("Python", "python.md"), ("List of analyses", "analyses.md"),
        ("What commands write", "outputs.md"), ("Glossary", "glossary.md"),
    )),
    ("How it is built", (
        ("Contributing", "contributing.md"), ("Robustness", "robustness.md"),
        ("Measurements", "benchmarks.md"),
    )),
    ("Nederlands", (
        ("Eerste resultaat", "nl/index.md"), ("Hoe zeker is het", "nl/zekerheid.md"),
        ("Begrippen", "nl/begrippen.md"),
    )),
)  # fmt: skip
"""Titles and pages; a page that does not exist is left out."""

CONFIG = """\
[project]
site_name = "planner"
site_description = "Which missions go short of people when a country promises more to NATO's eastern flank"
docs_dir = "source"
site_dir = "site"
use_directory_urls = false
extra_css = ["site.css"]
extra_javascript = ["site.js"]
nav = {nav}
[project.theme]
font = false
language = "en"
features = ["navigation.indexes", "navigation.top", "content.code.copy"]
[project.markdown_extensions.tables]
[project.markdown_extensions.attr_list]
[project.markdown_extensions.md_in_html]
[project.markdown_extensions.pymdownx.superfences]
[project.markdown_extensions.pymdownx.highlight]
anchor_linenums = false
[project.plugins.search]
[project.plugins.offline]
[project.plugins.mkdocstrings.handlers.python]
paths = [{root!r}]
[project.plugins.mkdocstrings.handlers.python.options]
docstring_style = "numpy"
show_source = false
show_root_heading = true
show_root_full_path = false
heading_level = 3
"""  # noqa: E501

SHIM = "https://unpkg.com/iframe-worker/shim"
"""What the theme would fetch so that search works from a file; a copy is shipped."""

LINK = re.compile(r"(?P<head>\]\()(?P<target>[^)#:\s]+)(?P<rest>#[^)\s]*)?\)")


def write_sources(folder: Path) -> Path:
    """Write all pages and the configuration into a folder; return the configuration's path."""
    source = folder / "source"
    shutil.rmtree(source, ignore_errors=True)
    for name, page in COPIED.items():
        _write(source / page, _relinked(ROOT / name, page))
    for path in (*DOCS.glob("*.svg"), *DOCS.glob("*.png")):
        shutil.copy(path, source / path.name)
    for name in ("site.css", "site.js"):
        shutil.copy(DOCS / "assets" / name, source)
    for page, text in GENERATED.items():
        _write(source / page, text())
    config = folder / "zensical.toml"
    config.write_text(CONFIG.format(nav=_nav(source), root=str(ROOT)), encoding="utf-8")
    return config


def build(folder: Path) -> Path:
    """Build the site in strict mode and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    config = write_sources(folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean", "-f", str(config)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr))
    site = folder / "site"
    shutil.copytree(DOCS / "assets", site / "assets" / "own")
    for path in site.rglob("*.html"):
        up = "../" * (len(path.relative_to(site).parts) - 1)
        text = path.read_text(encoding="utf-8")
        text = text.replace(SHIM, f"{up}assets/own/iframe-worker.js")
        if path.parent.name == "nl":
            text = text.replace('<html lang="en"', '<html lang="nl"', 1)
        path.write_text(text, encoding="utf-8")
    return site


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _nav(source: Path) -> str:
    def line(title: str, page: str | tuple[tuple[str, str], ...]) -> str:
        if isinstance(page, str):
            return f'{{"{title}" = "{page}"}}' if (source / page).exists() else ""
        return f'{{"{title}" = [{", ".join(filter(None, (line(*one) for one in page)))}]}}'

    return f"[{', '.join(filter(None, (line(*one) for one in NAV)))}]"


def _relinked(path: Path, page: str) -> str:
    """Return a document with links to other pages of the site; other files are named only."""
    here = Path(page).parent

    def changed(found: re.Match[str]) -> str:
        target = (path.parent / found["target"]).resolve()
        name = str(target.relative_to(ROOT)) if target.is_relative_to(ROOT) else ""
        if name in COPIED:
            up = "../" * len(here.parts)
            return f"{found['head']}{up}{COPIED[name]}{found['rest'] or ''})"
        if target.suffix in (".png", ".svg"):
            return f"{found['head']}{'../' * len(here.parts)}{target.name})"
        return f"]({'../' * len(here.parts)}contributing.md)"

    text = re.sub(r"<!--.*?-->\n?", "", path.read_text(encoding="utf-8"), flags=re.S)
    return LINK.sub(changed, text)


def _shell(lines: list[str]) -> str:
    return "```sh\n" + "\n".join(lines) + "\n```\n"


def examples_of(command: Any) -> list[str]:
    """Return the lines of a command's help that show how it is called."""
    lines = (line.strip() for line in (command.help or "").splitlines())
    return [line for line in lines if line.startswith("planner ")]


def commands() -> Iterator[tuple[str, str, Any]]:
    """Yield panel, name and parser of every command, as ``planner --help`` lists them."""
    from typer.main import get_command

    from planner.cli.main import _commands_by_panel, app

    root: Any = get_command(app)
    for panel, rows in _commands_by_panel().items():
        for name, _ in rows:
            yield panel, name, root.get_command(None, name)


def commands_page() -> str:
    """Return the reference of commands, made from their parsers."""
    parts = ["# Commands\n", "Made from the program's own help (`planner COMMAND --help`).\n"]
    last = ""
    for panel, name, command in commands():
        if panel != last:
            parts.append(f"## {panel}\n")
            last = panel
        about = (command.help or "").split("\b")[0].strip()
        parts += [f"### planner {name}\n", f"{_plain(about)}\n"]
        if found := examples_of(command):
            parts.append(_shell(found))
        parts.append(_parameters(command))
    return "\n".join(parts)


def _plain(text: str) -> str:
    return re.sub(r"([<>{}])", lambda one: html.escape(one[0]), text)


def _parameters(command: Any) -> str:
    context = command.make_context(command.name, [], resilient_parsing=True)
    rows = ["| argument or option | meaning |", "| --- | --- |"]
    for one in command.get_params(context):
        record = one.get_help_record(context)
        if record is not None:
            called, text = (" ".join(part.split()) for part in record)
            called = re.sub(r" ?<list\[str\]>", "", re.sub(r"<(int|float)[^>]*>", "NUMBER", called))
            rows.append(_row(called, _plain(text)))
    return "\n".join(rows) + "\n"


def _row(called: str, text: str) -> str:
    cells = f"<code>{html.escape(called)}</code>", text
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def questions_page() -> str:
    """Return how each question is asked, made from the declarations of analyses."""
    from planner.analysis.declare import declared, names, template
    from planner.labels import translated

    parts = [
        "# How to ask each question\n",
        "Every question is a command and a function of `planner.analysis` of the same name. Both "
        "take a scenario, the result of one, or a neutral problem; `--help` says what else. "
        "`--lang nl` answers in Dutch, `--json` for programs, `--out FOLDER` keeps all tables.\n",
    ]
    by_panel: dict[str, list[str]] = {}
    for name in names():
        by_panel.setdefault(template(name).panel, []).append(name)
    for panel, found in by_panel.items():
        if not panel:
            continue
        parts.append(f"## {panel}\n")
        for name in found:
            text = template(name)
            lines = [f"planner {name} {one}" for one in text.examples]
            parts += [f"### {text.short}\n", _plain(declared(name).summary) + "\n"]
            parts.append(_shell(lines))
            parts.append(f"*Nederlands: {translated(text.short, 'nl')}*\n")
    return "\n".join(parts)


def scenarios_page() -> str:
    """Return the scenarios that come with the package, each with what it changes."""
    import planner as pl

    parts = ["# Scenarios that come with it\n",
             "`planner scenarios` lists them, `planner diff letter NAME` says what one changes, "
             "and a file of your own may extend any of them: [fields of a scenario file]"
             "(schema/scenario.md).\n"]  # fmt: skip
    for name in pl.shipped_scenarios():
        found = pl.load(name)
        packages = ", ".join(one.title for one in found.inputs.packages.values() if one.on)
        parts += [
            f"## {name}\n", f"{_plain(found.title or name)}. *{_plain(found.title_nl or '')}*\n",
            f"Rule {found.inputs.rule}, {found.inputs.first} to {found.inputs.last}. "
            f"Packages: {_plain(packages) or 'none'}.\n", _shell([f"planner run {name}"]),
        ]  # fmt: skip
    return "\n".join(parts)


def python_page() -> str:
    """Return the Python reference: every public name of the package, its analyses and figures."""
    import planner
    from planner.analysis.declare import declared, names
    from planner.gallery import gallery

    public = [getattr(planner, name) for name in planner.__all__ if name != "analysis"]
    parts = {
        "The package": public,
        "Analyses": [declared(name).function for name in names()],
        "Figures": [entry.draw for entry in gallery().values()],
    }
    lines = ["# Python\n", "Everything below is reached as `planner.NAME`, `planner.analysis.NAME` "
             "or `planner.figures.NAME`.\n"]  # fmt: skip
    for title, found in parts.items():
        lines.append(f"## {title}\n")
        lines += [f"::: {one.__module__}.{one.__qualname__}\n" for one in found]
    return "\n".join(lines)


GENERATED = {
    "commands.md": commands_page, "questions.md": questions_page, "scenarios.md": scenarios_page,
    "python.md": python_page,
}  # fmt: skip
"""Pages made from the program, and what makes them."""


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(build(Path(sys.argv[1])))
