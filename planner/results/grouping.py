"""Sums over demands, pools and months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from planner.errors import ResultError, nearest
from planner.results.frames import share

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.result import Tables

__all__ = ["KEYS", "displacement_by", "fill_by"]

LABELS = (
    "demand", "mission", "region", "category", "organisation", "main_task", "tier", "kind",
    "status", "package",
)  # fmt: skip
KEYS = (*LABELS, "pool", "month", "year", "phase")
"""What results can be grouped by. A phase is a part of the window: ``before`` the first month of
the package, or from then on (``after``)."""

FINE = ("month", "year", "phase")
"""Keys that follow from the month."""

_ASKED, _FILLED = "asked_person_months", "filled_person_months"
_LOST = "displaced_person_months"
_OF = "package of the phase"


def fill_by(result: Tables, keys: Sequence[str]) -> pd.DataFrame:
    """See :meth:`planner.results.result.Tables.fill_by`."""
    _check(keys)
    values = [_ASKED, _FILLED]
    if "pool" in keys:
        lines = _by_pool(result)
    elif any(key in FINE for key in keys):
        renamed = {"asked_persons": _ASKED, "on_duty_persons": _FILLED}
        lines = result.monthly_fill.rename(columns=renamed)
    else:
        lines = result.demands
    if "phase" in keys:
        packages = result.packages["package"].tolist()
        if len(packages) != 1:
            raise ResultError(f"phase: expected a result with one package, found {len(packages)}")
        lines = lines.assign(**{_OF: packages[0]})
    lines = _dated(result, _labelled(result, lines, keys), keys, _OF)
    table = _sum(lines, list(keys), values)
    table["fill_rate"] = share(table[_FILLED].to_numpy(), table[_ASKED].to_numpy())
    return table


def displacement_by(result: Tables, keys: Sequence[str], main_task: int | None = 2) -> pd.DataFrame:
    """See :meth:`planner.results.result.Tables.displacement_by`."""
    _check(keys)
    fine = "pool" in keys or any(key in FINE for key in keys)
    lines = result.displacement_monthly if fine else result.displacement
    keys = ["package", *(key for key in keys if key != "package")]
    lines = _labelled(result, lines, list(dict.fromkeys([*keys, "main_task"])))
    lines = _dated(result, lines, keys, "package")
    if main_task is not None and "main_task" not in keys:
        lines = lines[lines["main_task"] == main_task]
    table = _sum(lines, keys, [_LOST])
    if len(keys) > 1:
        return table
    whole = result.packages[["package"]].merge(table, on="package", how="left")
    return whole.fillna({_LOST: 0.0})


def _check(keys: Sequence[str]) -> None:
    for place, key in enumerate(keys):
        if key not in KEYS:
            known = ", ".join(KEYS)
            raise ResultError(f"cannot group by {key!r}{nearest(key, KEYS)}; expected {known}")
        if key in keys[:place]:
            raise ResultError(f"asked to group by {key!r} twice")


def _dated(result: Tables, lines: pd.DataFrame, keys: Sequence[str], package: str) -> pd.DataFrame:
    """Return lines with the year, and the phase of the package that a column names, if asked."""
    if "year" in keys:
        lines = lines.assign(year=lines["month"].str[:4])
    if "phase" in keys:
        demands = result.demands
        starts = demands[demands["package"] != ""].groupby("package")["first_month"].min()
        before = lines["month"] < lines[package].map(starts)
        lines = lines.assign(phase=before.map({True: "before", False: "after"}))
    return lines


def _by_pool(result: Tables) -> pd.DataFrame:
    """Return asked and filled by demand, pool and month; what lacks counts at the first pool."""
    import pandas as pd

    served = result.monthly.rename(columns={"on_duty_persons": _FILLED})
    served[_ASKED] = served[_FILLED]
    lacking = result.monthly_fill
    first = result.demands.set_index("demand")["pools"].str.split(" ").str[0]
    lacking["pool"] = lacking["demand"].map(first)
    lacking[_ASKED] = lacking["asked_persons"] - lacking["on_duty_persons"]
    lacking[_FILLED] = 0.0
    columns = ["demand", "pool", "month", _ASKED, _FILLED]
    return pd.concat([served[columns], lacking[columns]], ignore_index=True)


def _labelled(result: Tables, lines: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return lines with the labels of their demand that are needed and not yet there."""
    lacking = [key for key in keys if key in LABELS and key not in lines.columns]
    if not lacking:
        return lines
    import pandas as pd

    labels = result.demands.set_index("demand")[lacking]
    found = labels.index.get_indexer(pd.Index(lines["demand"]))
    return lines.assign(**{key: labels[key].array.take(found) for key in lacking})


def _sum(lines: pd.DataFrame, keys: list[str], values: list[str]) -> pd.DataFrame:
    """Return sums in the order of the scenario; months in their own."""
    if not keys:
        return lines[values].sum().to_frame().T
    table = lines.groupby(keys, sort=False, as_index=False)[values].sum()
    ranks = [_rank(table[key], key) for key in reversed(keys)]
    return table.iloc[np.lexsort(ranks)].reset_index(drop=True)


def _rank(column: pd.Series, key: str) -> np.ndarray:
    return column.factorize(sort=key in ("month", "year", "tier", "main_task"))[0]
