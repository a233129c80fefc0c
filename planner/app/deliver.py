"""Files that visitors take home, made in worker processes from the package's own writers."""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.app.words import say
from planner.app.work import bench
from planner.scenario.load import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["figure_file", "report_file", "tables_file", "workbook_file"]


def figure_file(plan: Scenario, mine: Scenario, lang: str) -> bytes:
    """Return the figure of plan against mine as a PNG."""
    from planner.figures import versus
    from planner.results.compare import Comparison

    sides = {say("plan", lang): plan, say("mine", lang): mine}
    results = {side: bench().result(scenario) for side, scenario in sides.items()}
    return versus(Comparison({**results}), lang=lang).rendered("png")


def workbook_file(scenario: Scenario, lang: str) -> bytes:
    """Return a scenario and its result as a workbook for Excel or LibreOffice."""
    from planner.workbook import write_workbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planner.xlsx"
        return write_workbook(bench().result(scenario), path, lang).read_bytes()


def report_file(plan: Scenario, mine: Scenario, lang: str, progress: Any = None) -> bytes:
    """Return a report of the scenario as changed, beside the one as it was, as one HTML file."""
    from planner.report import make_report

    def told(_: str, done: int, total: int) -> None:
        if progress is not None and total:
            progress(done, total, -1.0)

    others = () if plan.digest == mine.digest else (plan,)
    return make_report(mine, *others, lang=lang, workers=1, progress=told).html.encode()


def tables_file(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Return tables as CSV files in one archive.

    Examples
    --------
    >>> import pandas as pd
    >>> packed = tables_file({"fill": pd.DataFrame({"mission": ["untso"], "fill_rate": [0.5]})})
    >>> zipfile.ZipFile(io.BytesIO(packed)).read("fill.csv").decode("utf-8-sig").split()
    ['mission,fill_rate', 'untso,0.5']
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in tables.items():
            entry = zipfile.ZipInfo(f"{name}.csv")  # of no date: the same tables, the same bytes
            archive.writestr(entry, table.to_csv(index=False).encode("utf-8-sig"))
    return stream.getvalue()
