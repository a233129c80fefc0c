"""Functions that worker processes call for the page.

A worker process caches plans and the last results, so that an explanation or a report of the
variant on screen is not planned again. The cache does not change any result.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import tempfile
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.app.words import say
from planner.engine.stages import PlanCache
from planner.errors import Fault, InputError
from planner.results.allocate import allocate
from planner.scenario.load import Scenario, load, loads
from planner.store import as_csv
from planner.whatif import PlanSummary, WhatIf, outlook
from planner.whatif.model import Value
from planner.whatif.outlook import AnalysisResult, EnsemblePair, EnsembleSummary, summarize_result

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.result import Result

__all__ = [
    "MAX_UPLOAD", "explain", "figure_file", "optimal_ranges", "pack_scenario", "plan_summary",
    "promise", "read_file", "read_link", "read_scenario", "read_upload", "report_file",
    "scenario_file", "scenario_key", "single_changes", "summarize_both", "tables_file", "warm_up",
    "workbook_file",
]  # fmt: skip

LeverValues = Mapping[str, Value]
"""Positions of levers by key."""

MAX_RESULTS = 8
"""Maximum number of results in the cache of a worker."""

FRESH_DRAWS = 500
"""Number of independent draws on which promises are tested, as in a report."""

MAX_UPLOAD = 250_000
"""Maximum size of an uploaded scenario file, bytes."""

MAX_LINK = 4_000
"""Maximum length of a scenario in a link, characters."""

MAX_UNPACKED = 60_000
"""Maximum size of a scenario in a link when decompressed, bytes."""

SIZE_LIMITS = {
    "demand-months": 200_000, "demands": 2_000, "missions": 400, "pools": 200, "kinds": 200,
    "packages": 20,
}  # fmt: skip
"""Maximum size of an uploaded scenario. One process plans all of them, and every mission, pool and
package is listed on the page."""


# results cached by a worker


class _WorkerState:
    """Plan cache and last results of one worker process."""

    def __init__(self) -> None:
        self.cache = PlanCache()
        self._results: OrderedDict[str, Result] = OrderedDict()

    def result(self, scenario: Scenario) -> Result:
        """Return the result of a scenario, from the cache if possible."""
        key = scenario_key(scenario)
        if key not in self._results:
            self._results[key] = allocate(scenario, cache=self.cache)
            while len(self._results) > MAX_RESULTS:
                self._results.popitem(last=False)
        self._results.move_to_end(key)
        return self._results[key]


def scenario_key(scenario: Scenario) -> str:
    """Return a key that identifies a scenario, including its name and titles."""
    texts = (
        scenario.name, scenario.title, scenario.title_nl, scenario.summary, scenario.summary_nl,
    )  # fmt: skip
    return "\n".join((scenario.digest, *texts))


@cache
def _worker_state() -> _WorkerState:
    """Return the state of this process."""
    return _WorkerState()


def cached_result(scenario: Scenario) -> Result:
    """Return the result of a scenario from the cache of this process."""
    return _worker_state().result(scenario)


def _parameter_namer(scenario: Scenario, lang: str) -> Callable[[str], str]:
    """Return a function that gives the names of the parameters of a scenario by id."""
    from planner.figures.drivers import input_name
    from planner.figures.names import Names

    names = Names(cached_result(scenario), lang)
    return lambda id: input_name(id, names, lang)


def warm_up() -> None:
    """Plan a small scenario, so that modules are loaded before the first visitor arrives."""
    summarize_result(cached_result(load("letter")))


def plan_summary(base: Scenario, moved: LeverValues) -> PlanSummary:
    """Summarise the plan of a scenario with levers moved.

    Raises
    ------
    InputError
        The positions of the levers contradict each other.
    """
    return summarize_result(cached_result(WhatIf(base, moved).scenario))


def explain(
    base: Scenario, moved: LeverValues, mission: str, month: str, changes: bool
) -> AnalysisResult:
    """Explain the fill of a mission in a month; see :func:`outlook.explain`."""
    return outlook.explain(cached_result(WhatIf(base, moved).scenario), mission, month, changes)


def summarize_both(
    base: Scenario, moved: LeverValues, draws: int, reach: float, progress: Any = None
) -> EnsemblePair:
    """Summarise draws of plan and variant; see :func:`outlook.summarize_both`."""
    variant = WhatIf(base, moved).scenario
    first, second = outlook.summarize_both(
        base, variant, draws, reach=reach, progress=progress, cache=_worker_state().cache
    )
    plan = _with_parameter_names(first, base)
    return plan, plan if second is first else _with_parameter_names(second, variant)


def _with_parameter_names(summary: EnsembleSummary, scenario: Scenario) -> EnsembleSummary:
    """Return a summary with the names of the parameters in its drivers."""
    ids = {one.factor for drivers in summary.drivers.values() for one in drivers}
    english, dutch = (_parameter_namer(scenario, lang) for lang in ("en", "nl"))
    return replace(summary, inputs={id: (english(id), dutch(id)) for id in ids})


def optimal_ranges(base: Scenario, moved: LeverValues, progress: Any = None) -> AnalysisResult:
    """Return ranges over all optimal plans; see :func:`outlook.optimal_ranges`."""
    return outlook.optimal_ranges(WhatIf(base, moved).scenario, progress)


def promise(
    base: Scenario, moved: LeverValues, certainty: float, progress: Any = None
) -> AnalysisResult:
    """Return the promises to missions; see :func:`planner.analysis.promises`."""
    from planner.analysis.promises import promises
    from planner.figures.names import Names
    from planner.outcome import silent

    scenario = WhatIf(base, moved).scenario
    report = silent if progress is None else progress
    outcome = promises(
        scenario, certainty=certainty, fresh=FRESH_DRAWS, worth=False, progress=report
    )
    names = {lang: Names(cached_result(scenario), lang).mission for lang in ("en", "nl")}
    texts = {lang: outcome.sentences(lang, mission) for lang, mission in names.items()}
    return AnalysisResult("promises", {"promises": outcome.to_frame()}, texts)


def single_changes(
    base: Scenario, moved: LeverValues, package: str, progress: Any = None
) -> AnalysisResult:
    """Return displacement by a package under each single change of an assumption."""
    from planner.analysis.robustness import robustness
    from planner.outcome import silent

    scenario = WhatIf(base, moved).scenario
    report = silent if progress is None else progress
    outcome = robustness(scenario, package=package, workers=1, progress=report)
    texts = {
        lang: outcome.sentences(lang, _parameter_namer(scenario, lang)) for lang in ("en", "nl")
    }
    return AnalysisResult("robustness", outcome.tables(), texts)


# uploaded scenarios


def read_scenario(data: bytes, name: str) -> Scenario:
    """Return the scenario in a file; raise InputError with all its faults."""
    scenario = loads(data, name)
    inputs = scenario.inputs
    sizes = {
        "demand-months": len(inputs.demands) * (inputs.last - inputs.first + 1),
        "demands": len(inputs.demands), "missions": len(inputs.missions),
        "pools": len(inputs.pools), "kinds": len(inputs.kinds), "packages": len(inputs.packages),
    }  # fmt: skip
    faults: list[Fault | str] = [
        Fault(
            name, 0, 0, "",
            f"too large for this page: {size:,} {what}, at most {SIZE_LIMITS[what]:,}; "
            "'planner run' takes it",
        )
        for what, size in sizes.items()
        if size > SIZE_LIMITS[what]
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    scenario_key(scenario)  # computes the digest in the worker rather than in the server
    return scenario


def read_upload(message: str) -> tuple[str, bytes]:
    """Return name and bytes of an uploaded file from an untrusted message of the browser.

    Parameters
    ----------
    message : str
        JSON list of the name of the file, its size in bytes, and its bytes in base64.

    Raises
    ------
    InputError
        The file is too large, or the message is malformed.
    """
    try:
        path, size, packed = json.loads(message)[:3]
        name = re.split(r"[/\\]", str(path))[-1][:80] or "scenario"
        data = base64.b64decode(str(packed), validate=True)
        size = max(int(size), len(data))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, binascii.Error):
        raise InputError(Fault("<upload>", 0, 0, "", "the file did not arrive whole")) from None
    if size > MAX_UPLOAD:
        message = f"too large: {size:,} bytes, at most {MAX_UPLOAD:,} are read"
        raise InputError(Fault(name, 0, 0, "", message))
    return name, data


def pack_scenario(scenario: Scenario) -> str:
    """Return a scenario compressed as text for a link; empty if it is too large."""
    text = scenario.dump().encode()
    if len(text) > MAX_UNPACKED:
        return ""
    packed = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")
    return packed if len(packed) <= MAX_LINK else ""


def _unpack_scenario(packed: str) -> bytes:
    """Return the text of the scenario in a link; its decompressed size is limited."""
    try:
        if len(packed) > MAX_LINK:
            raise ValueError
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        text = reader.decompress(data, MAX_UNPACKED)
        if reader.unconsumed_tail or not reader.eof:
            raise ValueError
    except (binascii.Error, zlib.error, ValueError):
        message = "the scenario in the address is cut off or damaged: load the file again"
        raise InputError(Fault("<address>", 0, 0, "file", message)) from None
    return text


def read_file(data: bytes, name: str) -> tuple[Scenario, str]:
    """Return the scenario in an uploaded file, and its text for a link (see `pack_scenario`)."""
    scenario = read_scenario(data, name)
    return scenario, pack_scenario(scenario)


def read_link(packed: str, name: str) -> tuple[Scenario, str]:
    """Return the scenario in a link, within the limits of an upload, and its text for a link.

    The scenario may extend only scenarios of the package.

    Examples
    --------
    >>> read_link(pack_scenario(load("letter").change(rule="value")), "own")[0].inputs.rule
    'value'
    """
    return read_scenario(_unpack_scenario(packed), name), packed


# files to save


def scenario_file(base: Scenario, moved: LeverValues, lang: str) -> bytes:
    """Return the scenario with levers moved as YAML."""
    return WhatIf(base, moved).scenario.dump().encode()


def figure_file(base: Scenario, moved: LeverValues, lang: str) -> bytes:
    """Return the figure of plan and variant as a PNG."""
    from planner.figures import versus
    from planner.results.compare import Comparison

    sides = {say("plan", lang): base, say("variant", lang): WhatIf(base, moved).scenario}
    results = {side: cached_result(scenario) for side, scenario in sides.items()}
    return versus(Comparison({**results}), lang=lang).rendered("png")


def workbook_file(base: Scenario, moved: LeverValues, lang: str) -> bytes:
    """Return the variant and its result as a workbook for Excel or LibreOffice."""
    from planner.workbook import write_workbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planner.xlsx"
        return write_workbook(cached_result(WhatIf(base, moved).scenario), path, lang).read_bytes()


def report_file(base: Scenario, moved: LeverValues, lang: str, progress: Any = None) -> bytes:
    """Return a report that compares variant and plan, as one HTML file."""
    from planner.report import make_report

    def step(_: str, done: int, total: int) -> None:
        if progress is not None and total:
            progress(done, total, -1.0)

    variant = WhatIf(base, moved).scenario
    others = () if base.digest == variant.digest else (base,)
    return make_report(variant, *others, lang=lang, workers=1, progress=step).html.encode()


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
            entry = zipfile.ZipInfo(f"{name}.csv")  # no date, for reproducible bytes
            archive.writestr(entry, as_csv(table).encode("utf-8-sig"))
    return stream.getvalue()
