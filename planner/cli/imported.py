"""``import``: a workbook that was filled in, to a scenario file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.cli.options import AsJson, Force, In, Lang, Quiet

if TYPE_CHECKING:
    from planner.workbook.importing import Imported

__all__ = ["import_", "import_un"]

Book = Annotated[
    str,
    typer.Argument(
        metavar="BOOK.xlsx",
        help="A workbook of planner export --xlsx or --template, filled in.",
        show_default=False,
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE",
        help="Scenario file to write; by default it goes to standard output.",
        show_default=False,
    ),
]


def import_(
    book: Book,
    out: Target = None,
    force: Force = False,
    json: AsJson = False,
    lang: In = Lang.EN,
    quiet: Quiet = False,
) -> None:
    """Make a scenario file of a workbook, or say everything that is wrong with it.

    What the sheets say counts; only what is different from the scenario that the workbook was
    made from is written. Every complaint names sheet, row and column.

    \b
    Examples:
      planner import battalion.xlsx -o mine.yaml
      planner import battalion.xlsx
      planner import blank.xlsx -o mine.yaml --force
    """
    import sys

    from planner.cli.console import print_json, working
    from planner.cli.files import Outputs
    from planner.cli.text import clean
    from planner.labels import label
    from planner.workbook.importing import import_workbook

    outputs = Outputs(force)
    if out is not None and out != "-":
        outputs.add(out)
        outputs.check()
    name = None if out in (None, "-") else Path(str(out)).stem
    with working(label("reading", lang), quiet):
        found = import_workbook(book, name)
    if not quiet:
        for note in found.notes:
            print(clean(f"{book}: warning: {note}"), file=sys.stderr)
    if outputs.targets:
        text = found.text
        outputs.write({str(out): lambda path: path.write_text(text, encoding="utf-8")})
    if json:
        print_json(_content(book, found, out))
    elif not outputs.targets:
        sys.stdout.write(found.text)
    elif not quiet:
        _show(found, str(out), lang)


Series = Annotated[
    str,
    typer.Argument(
        metavar="FILE",
        help="The CSV export of the series, or the text of a monthly table (pdftotext -layout).",
        show_default=False,
    ),
]
Country = Annotated[str, typer.Option("--country", metavar="NAME", help="As the series names it.")]


def import_un(
    file: Series,
    country: Country = "Netherlands",
    out: Target = None,
    force: Force = False,
    json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make rows of observations.csv of the United Nations' series of uniformed personnel.

    Reads the monthly table of contributions by mission, country and personnel type, and refuses a
    month that does not add up to its printed totals; or the CSV export of the whole series.

    \b
    Examples:
      planner import-un 2022-06.txt
      planner import-un export.csv -o observations-un.csv
    """
    import sys

    from planner.cli.console import print_json
    from planner.cli.files import Outputs
    from planner.scenario.un_series import observations, observations_text, read_un

    outputs = Outputs(force)
    if out is not None and out != "-":
        outputs.add(out)
        outputs.check()
    counts = read_un(file, country)
    rows = observations(counts)
    if not quiet:
        left_out = len(counts) - len(rows)
        print(
            f"{file}: {len(rows)} observations; {left_out} counts of no known demand left out",
            file=sys.stderr,
        )
    text = observations_text(rows)
    if outputs.targets:
        outputs.write({str(out): lambda path: path.write_text(text, encoding="utf-8")})
    elif json:
        print_json({"format": "planner-observations/1", "country": country, "rows": rows})
    else:
        sys.stdout.write(text)


def _content(book: str, found: Imported, out: str | None) -> dict[str, Any]:
    """Return what came of a workbook, as plain values."""
    return {
        "format": "planner-import/1",
        "workbook": book,
        "scenario": {
            "name": found.scenario.name,
            "title": found.scenario.title,
            "title_nl": found.scenario.title_nl,
            "digest": found.scenario.digest,
        },
        "extends": found.base,
        "notes": list(found.notes),
        "written_to": out,
    }


def _show(found: Imported, out: str, lang: str) -> None:
    """Say what is different from the scenario that the workbook was made from."""
    from planner.cli.console import say
    from planner.cli.diff import show_differences
    from planner.cli.differences import differences
    from planner.digest import plain
    from planner.labels import label

    if found.before is not None:
        changed = differences(plain(found.before.inputs), plain(found.scenario.inputs))
        show_differences(changed, (found.before.name, found.scenario.name), lang)
    else:
        inputs = found.scenario.inputs
        counts = {"demands": len(inputs.demands), "pools": len(inputs.pools)}
        say(label("made_of", lang, **counts))
    say(label("written_to", lang, path=out))
