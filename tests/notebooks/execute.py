"""Notebooks with their outputs: run anew, and compared with what is stored.

    python -m tests.notebooks.execute                   run all notebooks and store their outputs
    python -m tests.notebooks.execute notebooks/3*      only some
    python -m tests.notebooks.execute --check           change nothing, say which outputs differ

Outputs are stored so that a reader on a code host sees them: text as it is printed, figures as
small PNG. What stands on standard error (that code is compiled) is left out. Text is the same on
every run, as draws are made from fixed seeds, and numbers are rounded. All notebooks together take
about two minutes of processor time, of which compiling takes one if nothing is compiled yet.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from PIL import Image

__all__ = ["FOLDER", "NOTEBOOKS", "execute", "form", "main", "outputs", "read"]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

PATIENCE = 300
"""Seconds that one cell may take, compiling included."""

COLOURS = 48
"""Colours of a stored figure."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def read(path: Path) -> NotebookNode:
    """Return a stored notebook."""
    return nbformat.read(path, as_version=4)


def form(book: NotebookNode) -> str:
    """Return a notebook as text in the one form in which it is stored."""
    book.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(book.cells, 1):
        cell.id, cell.metadata = f"cell-{number:02d}", nbformat.from_dict({})
    return nbformat.writes(book) + "\n"


def execute(path: Path) -> NotebookNode:
    """Return a notebook run from top to bottom, in a folder of its own beside copies of its files.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        A cell fails.
    """
    book = read(path)
    with tempfile.TemporaryDirectory() as folder:
        for scenario in FOLDER.glob("*.yaml"):
            shutil.copy(scenario, folder)
        there = {"metadata": {"path": folder}}
        paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        client = NotebookClient(
            book,
            timeout=PATIENCE,
            kernel_name="python3",
            resources=there,
            record_timing=False,
            coalesce_streams=True,
        )
        client.execute(env=environment)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = [_stored(one) for one in cell.outputs if one.get("name") != "stderr"]
    return book


def _stored(output: NotebookNode) -> NotebookNode:
    """Return an output as it is stored: without metadata, figures in few colours."""
    data = output.get("data", {})
    if "image/png" in data:
        drawn = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).convert("RGB")
        small = io.BytesIO()
        drawn.quantize(COLOURS, dither=Image.Dither.NONE).save(small, "png", optimize=True)
        data["image/png"] = base64.b64encode(small.getvalue()).decode("ascii")
    if "metadata" in output:
        output.metadata = nbformat.from_dict({})
    return output


def outputs(book: NotebookNode) -> list[tuple[str, str]]:
    """Return what each cell with outputs says: its text, and its figures as the word alone."""
    said = []
    for cell in book.cells:
        for one in cell.get("outputs", []):
            data = one.get("data", {"text/plain": one.get("text", "")})
            said += [
                (cell.id, "figure" if kind == "image/png" else str(text))
                for kind, text in sorted(data.items())
            ]
    return said


def main(arguments: Sequence[str] | None = None) -> int:
    """Run notebooks; store their outputs, or say which differ."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.notebooks.execute",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args(arguments)
    different = 0
    for path in given.paths or NOTEBOOKS:
        made = execute(path)
        if outputs(made) != outputs(read(path)):
            different += 1
            sys.stderr.write(f"{path.name}: outputs differ\n")
        if not given.check:
            path.write_text(form(made), encoding="utf-8")
    return int(bool(given.check and different))


if __name__ == "__main__":
    sys.exit(main())
