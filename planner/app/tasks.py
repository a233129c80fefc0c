"""Calls that worker processes make for the page: the package's own functions, with limits.

A worker keeps plans and the last few results, so that a question about the picture on screen (why,
a report) does not plan again. The answers are the same without.
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
from planner.whatif import Picture, WhatIf, outlook
from planner.whatif.model import Value
from planner.whatif.outlook import Answer, Outlook, picture_of

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.result import Result

__all__ = [
    "MAX_UPLOAD", "begin", "draw", "explain", "figure_file", "key_of", "look_at_both", "pack",
    "promise", "read_file", "read_link", "read_scenario", "read_upload", "report_file",
    "scenario_file", "single_changes", "spread", "tables_file", "workbook_file",
]  # fmt: skip

Moved = Mapping[str, Value]
"""Positions of levers by key."""

MAX_RESULTS = 8
"""Results that a worker keeps."""

FRESH = 500
"""Draws on which promises are checked, as in a report."""

MAX_UPLOAD = 250_000
"""Bytes of the largest scenario file that is taken from a browser."""

MAX_LINK = 4_000
"""Characters of the longest scenario inside a link."""

MAX_UNPACKED = 60_000
"""Bytes of the largest scenario that is read from a link."""

MAX_SIZES = {
    "demand-months": 200_000, "demands": 2_000, "missions": 400, "pools": 200, "kinds": 200,
    "packages": 20,
}  # fmt: skip
"""Largest scenario that visitors may bring: one process plans for all of them, and every mission,
pool and package has a place on the page."""


# results kept by a worker


class _Kept:
    """Plans made before, and the last results, of one worker process."""

    def __init__(self) -> None:
        self.cache = PlanCache()
        self._results: OrderedDict[str, Result] = OrderedDict()

    def result(self, scenario: Scenario) -> Result:
        """Return the result of a scenario, just made or kept."""
        key = key_of(scenario)
        if key not in self._results:
            self._results[key] = allocate(scenario, cache=self.cache)
            while len(self._results) > MAX_RESULTS:
                self._results.popitem(last=False)
        self._results.move_to_end(key)
        return self._results[key]


def key_of(scenario: Scenario) -> str:
    """Return what tells scenarios apart, their names and titles included."""
    texts = (
        scenario.name, scenario.title, scenario.title_nl, scenario.summary, scenario.summary_nl,
    )  # fmt: skip
    return "\n".join((scenario.digest, *texts))


@cache
def _here() -> _Kept:
    """Return what this process keeps."""
    return _Kept()


def result_of(scenario: Scenario) -> Result:
    """Return the result of a scenario, kept by this process or made now."""
    return _here().result(scenario)


def _called(scenario: Scenario, lang: str) -> Callable[[str], str]:
    """Return what gives the inputs of a scenario their names."""
    from planner.figures.drivers import input_name
    from planner.figures.names import Names

    names = Names(result_of(scenario), lang)
    return lambda id: input_name(id, names, lang)


def begin() -> None:
    """Plan something small, so that the first visitor need not wait for what that loads."""
    picture_of(result_of(load("letter")))


def draw(base: Scenario, moved: Moved) -> Picture:
    """Return the picture of a scenario with levers moved.

    Raises
    ------
    InputError
        The positions of the levers contradict each other.
    """
    return picture_of(result_of(WhatIf(base, moved).scenario))


def explain(base: Scenario, moved: Moved, mission: str, month: str, changes: bool) -> Answer:
    """Return why a mission has the people it has in a month; see :func:`outlook.explain`."""
    return outlook.explain(result_of(WhatIf(base, moved).scenario), mission, month, changes)


def look_at_both(
    base: Scenario, moved: Moved, draws: int, reach: float, progress: Any = None
) -> tuple[Outlook, Outlook]:
    """Draw plan and variant; see :func:`outlook.look_at_both`."""
    variant = WhatIf(base, moved).scenario
    first, second = outlook.look_at_both(
        base, variant, draws, reach=reach, progress=progress, cache=_here().cache
    )
    named = _named(first, base)
    return named, named if second is first else _named(second, variant)


def _named(found: Outlook, scenario: Scenario) -> Outlook:
    """Return draws with the names of the inputs that move them most."""
    ids = {one.factor for several in found.drivers.values() for one in several}
    english, dutch = (_called(scenario, lang) for lang in ("en", "nl"))
    return replace(found, inputs={id: (english(id), dutch(id)) for id in ids})


def spread(base: Scenario, moved: Moved, progress: Any = None) -> Answer:
    """Return the ranges over all optimal plans; see :func:`outlook.spread`."""
    return outlook.spread(WhatIf(base, moved).scenario, progress)


def promise(base: Scenario, moved: Moved, certainty: float, progress: Any = None) -> Answer:
    """Return what can be promised to each mission; see :func:`planner.analysis.promises`."""
    from planner.analysis.promises import promises
    from planner.figures.names import Names
    from planner.outcome import silent

    scenario = WhatIf(base, moved).scenario
    report = silent if progress is None else progress
    found = promises(scenario, certainty=certainty, fresh=FRESH, worth=False, progress=report)
    names = {lang: Names(result_of(scenario), lang).mission for lang in ("en", "nl")}
    said = {lang: found.sentences(lang, called) for lang, called in names.items()}
    return Answer("promises", {"promises": found.to_frame()}, said)


def single_changes(base: Scenario, moved: Moved, package: str, progress: Any = None) -> Answer:
    """Return displacement by a package under each single change of an assumption."""
    from planner.analysis.robustness import robustness
    from planner.outcome import silent

    scenario = WhatIf(base, moved).scenario
    report = silent if progress is None else progress
    found = robustness(scenario, package=package, workers=1, progress=report)
    said = {lang: found.sentences(lang, _called(scenario, lang)) for lang in ("en", "nl")}
    return Answer("robustness", found.tables(), said)


# scenarios that visitors bring


def read_scenario(data: bytes, name: str) -> Scenario:
    """Return the scenario in a file; raise InputError with all that is wrong with it."""
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
            f"too large for this page: {size:,} {what}, at most {MAX_SIZES[what]:,}; "
            "'planner run' takes it",
        )
        for what, size in sizes.items()
        if size > MAX_SIZES[what]
    ]  # fmt: skip
    if faults:
        raise InputError(faults)
    key_of(scenario)  # computes the digest here rather than in the server
    return scenario


def read_upload(message: str) -> tuple[str, bytes]:
    """Return name and bytes of a file as the browser sent it; nothing in it is trusted.

    Parameters
    ----------
    message : str
        A JSON list of its name, its size in bytes, and its bytes in base64.

    Raises
    ------
    InputError
        It is too large, or no such message.
    """
    try:
        said, size, packed = json.loads(message)[:3]
        name = re.split(r"[/\\]", str(said))[-1][:80] or "scenario"
        data = base64.b64decode(str(packed), validate=True)
        size = max(int(size), len(data))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, binascii.Error):
        raise InputError(Fault("<upload>", 0, 0, "", "the file did not arrive whole")) from None
    if size > MAX_UPLOAD:
        message = f"too large: {size:,} bytes, at most {MAX_UPLOAD:,} are read"
        raise InputError(Fault(name, 0, 0, "", message))
    return name, data


def pack(scenario: Scenario) -> str:
    """Return a scenario as a part of a link, empty if it is too large for one."""
    text = scenario.dump().encode()
    if len(text) > MAX_UNPACKED:
        return ""
    packed = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")
    return packed if len(packed) <= MAX_LINK else ""


def _unpack(packed: str) -> bytes:
    """Return the text of the scenario in a link; what it expands to is bounded."""
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
    """Return the scenario in an uploaded file, and the same as a part of a link if it fits."""
    scenario = read_scenario(data, name)
    return scenario, pack(scenario)


def read_link(packed: str, name: str) -> tuple[Scenario, str]:
    """Return the scenario in a link, within the limits of an upload, and that part of the link.

    It may extend the scenarios that come with the package, nothing else.

    Examples
    --------
    >>> read_link(pack(load("letter").change(rule="value")), "own")[0].inputs.rule
    'value'
    """
    return read_scenario(_unpack(packed), name), packed


# files to save


def scenario_file(base: Scenario, moved: Moved, lang: str) -> bytes:
    """Return the scenario with levers moved as YAML; loading that brings back the same."""
    return WhatIf(base, moved).scenario.dump().encode()


def figure_file(base: Scenario, moved: Moved, lang: str) -> bytes:
    """Return the figure of plan and variant as a PNG."""
    from planner.figures import versus
    from planner.results.compare import Comparison

    sides = {say("plan", lang): base, say("variant", lang): WhatIf(base, moved).scenario}
    results = {side: result_of(scenario) for side, scenario in sides.items()}
    return versus(Comparison({**results}), lang=lang).rendered("png")


def workbook_file(base: Scenario, moved: Moved, lang: str) -> bytes:
    """Return the variant and its result as a workbook for Excel or LibreOffice."""
    from planner.workbook import write_workbook

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planner.xlsx"
        return write_workbook(result_of(WhatIf(base, moved).scenario), path, lang).read_bytes()


def report_file(base: Scenario, moved: Moved, lang: str, progress: Any = None) -> bytes:
    """Return a report of the variant beside the plan as one HTML file."""
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
            entry = zipfile.ZipInfo(f"{name}.csv")  # without a date: equal tables, equal bytes
            archive.writestr(entry, as_csv(table).encode("utf-8-sig"))
    return stream.getvalue()
