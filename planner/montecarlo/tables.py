"""The tables of many futures: one row a group, with mean, error, quantiles and chances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import InputError
from planner.montecarlo.estimates import chance_of, mean_of, means_of_sums, quantiles_of
from planner.montecarlo.grouping import ROOM, Group, check_keys, fills, groups_of, losses
from planner.results.frames import share

if TYPE_CHECKING:
    import pandas as pd

    from planner.montecarlo.futures import Futures

__all__ = ["ANY", "QUANTILES", "convergence", "displacement_by", "draws", "fill_by", "total"]

Floats = NDArray[np.float64]

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles shown unless others are asked for."""

REACH = 0.9
"""Fill whose chance is shown unless another is asked for."""

ANY = 0.5
"""Person-months from which something counts as displaced."""


def check_levels(quantiles: Sequence[float], reach: float) -> None:
    """Raise InputError unless quantiles and the fill to reach lie where they must."""
    wrong = [
        f"quantiles: expected numbers from 0 to 1, found {level!r}"
        for level in quantiles
        if not 0 <= level <= 1
    ]
    if not 0 < reach <= 1:
        wrong.append(f"reach: expected a fill rate above 0 and up to 1, found {reach!r}")
    if wrong:
        raise InputError(wrong)


def _spread(
    values: Floats,
    replicate: NDArray[np.int64],
    levels: Sequence[float],
    most: Floats | float = np.inf,
) -> dict[str, Any]:
    """Return the columns that describe values, one row a quantity.

    Values that lie between 0 and `most` have an interval that does not leave it.
    """
    mean = mean_of(values, replicate)
    floor = np.where(np.isinf(most), -np.inf, 0.0)
    found = {
        "mean": mean.mean,
        "standard_error": mean.standard_error,
        "low": np.maximum(mean.low, floor),
        "high": np.minimum(mean.high, most),
    }
    for level, row in zip(levels, quantiles_of(values, levels), strict=True):
        found[quantile_name(level)] = row
    return found


def quantile_name(level: float) -> str:
    """Return the column of a quantile.

    Examples
    --------
    >>> quantile_name(0.05), quantile_name(0.5), quantile_name(0.975)
    ('q05', 'q50', 'q97.5')
    """
    return f"q{100 * level:04.1f}".removesuffix(".0")


def _keyed(
    futures: Futures, keys: Sequence[str], portion: Sequence[Group], rows: dict[str, Any]
) -> pd.DataFrame:
    """Return columns with those of the keys in front, one row a group, or a group and month."""
    import pandas as pd

    months = futures.outline.axes.months if "month" in keys else ("",)
    labels = [key for key in keys if key != "month"]
    columns: dict[str, Any] = {}
    for key in keys:
        if key == "month":
            columns[key] = list(months) * len(portion)
        else:
            place = labels.index(key)
            columns[key] = [group.key[place] for group in portion for _ in months]
    return pd.DataFrame({**columns, **rows})


def fill_by(
    futures: Futures,
    keys: Sequence[str],
    reach: float,
    quantiles: Sequence[float],
    layer: str = "planned",
) -> pd.DataFrame:
    """See :meth:`Futures.fill_by`."""
    import pandas as pd

    check_keys(keys, futures.outline.monthly, layer)
    check_levels(quantiles, reach)
    everybody = np.ones(len(futures.outline.axes.demands), dtype=bool)
    groups = groups_of(futures.outline, keys, everybody)
    parts = []
    for portion, asked, filled, replicate in fills(futures, keys, groups, layer):
        rate = share(filled, asked)
        reached = np.where(np.isnan(rate), np.nan, (rate >= reach * (1 - 1e-9)).astype(float))
        chance = chance_of(reached, replicate)
        rows = {
            "asked_person_months": asked.mean(axis=0),
            "filled_person_months": filled.mean(axis=0),
            **_spread(rate, replicate, quantiles, 1.0),
            "chance": chance.mean,
            "chance_standard_error": chance.standard_error,
            "draws": chance.draws,
        }
        table = _keyed(futures, keys, portion, rows)
        parts.append(table[table["draws"] > 0])
    return pd.concat(parts, ignore_index=True)


def displacement_by(
    futures: Futures,
    keys: Sequence[str],
    main_task: int | None,
    quantiles: Sequence[float],
    layer: str = "planned",
) -> pd.DataFrame:
    """See :meth:`Futures.displacement_by`."""
    import pandas as pd

    check_keys(keys, futures.outline.monthly, layer)
    check_levels(quantiles, REACH)
    if main_task not in (None, 1, 2):
        raise InputError(f"main_task: expected 1, 2 or None, found {main_task!r}")
    keys = [key for key in keys if key != "package"]
    outline = futures.outline
    parts = []
    for package in outline.axes.packages:
        chosen = ~outline.quantities.own(package)
        if main_task is not None and "main_task" not in keys:
            chosen &= outline.task == main_task
        groups = groups_of(outline, keys, chosen)
        for portion, taken, replicate in losses(futures, package, keys, groups, layer):
            chance = chance_of((taken > ANY).astype(float), replicate)
            rows = {
                **_spread(taken, replicate, quantiles),
                "chance": chance.mean,
                "chance_standard_error": chance.standard_error,
            }
            part = _keyed(futures, keys, portion, rows)
            part.insert(0, "package", package)
            parts.append(part)
    if parts:
        return pd.concat(parts, ignore_index=True)
    nothing: dict[str, Any] = {name: [] for name in ("package", *keys)}
    spread = _spread(np.zeros((0, 0)), np.zeros(0, dtype=np.int64), quantiles)
    return pd.DataFrame({**nothing, **spread, "chance": [], "chance_standard_error": []})


def draws(futures: Futures) -> pd.DataFrame:
    """See :attr:`Futures.draws`."""
    import pandas as pd

    parts = [draws_of(futures, records) for records in futures.records(DRAWN)]
    return pd.concat(parts, ignore_index=True)


DRAWN = (
    "draw", "replicate", "round", "values", "caps", "begin", "end", "filled", "present", "codes",
)  # fmt: skip
"""Columns of the records that the table of draws needs."""


def draws_of(futures: Futures, records: Any) -> pd.DataFrame:
    """Return some draws, one row each."""
    import pandas as pd

    quantities = futures.outline.quantities
    columns: dict[str, Any] = {
        "draw": records.draw,
        "replicate": records.replicate,
        "rules": records.round * futures.outline.design.replicates + records.replicate,
        "proved": records.proved,
    }
    for place, id in enumerate(futures.outline.axes.factors):
        columns[id] = records.values[:, place]
    for name in quantities.names:
        columns[name] = quantities.of(records, name)
    return pd.DataFrame(columns)


def series(futures: Futures, names: Sequence[str]) -> tuple[Floats, NDArray[np.int64]]:
    """Return some quantities of all proved draws, (draws, names), with the replicate of each."""
    quantities = futures.outline.quantities
    columns = ("replicate", "caps", "begin", "end", "filled", "present", "codes")
    values, replicate = [], []
    for records in futures.records(columns):
        kept = records.take(np.flatnonzero(records.proved))
        values.append(np.stack([quantities.of(kept, name) for name in names], axis=1))
        replicate.append(kept.replicate)
    return np.concatenate(values), np.concatenate(replicate)


def total(futures: Futures, quantiles: Sequence[float] = QUANTILES) -> pd.DataFrame:
    """See :attr:`Futures.total`."""
    import pandas as pd

    quantities = futures.outline.quantities
    ratios = [f"displacement_ratio.{name}" for name in futures.outline.axes.packages]
    names = [*quantities.headline, *ratios]
    shares = {*quantities.fills, *ratios}
    unit = ["share" if name in shares else "person-months" for name in names]
    package = ["" if name in quantities.fills else name.partition(".")[2] for name in names]
    head = {"quantity": names, "package": package, "unit": unit}
    most = np.array([1.0 if name in quantities.fills else np.inf for name in names])
    each = max(1, ROOM // max(8 * futures.counted, 1))
    parts = []
    for start in range(0, len(names), each):
        portion = slice(start, start + each)
        values, replicate = series(futures, names[portion])
        parts.append(pd.DataFrame(_spread(values, replicate, quantiles, most[portion])))
    return pd.concat([pd.DataFrame(head), pd.concat(parts, ignore_index=True)], axis=1)


def convergence(futures: Futures, names: Sequence[str] | None = None) -> pd.DataFrame:
    """See :attr:`Futures.convergence`."""
    import pandas as pd

    quantities, design = futures.outline.quantities, futures.outline.design
    chosen = list(quantities.headline if names is None else map(quantities.check, names))
    sums = np.zeros((2, design.replicates, len(chosen)))
    rows, seen, counted = [], 0, 0
    marks = _marks(futures)
    columns = ("replicate", "caps", "begin", "end", "filled", "present", "codes")
    for records in futures.records(columns):
        seen += len(records)
        kept = records.take(np.flatnonzero(records.proved))
        counted += len(kept)
        values = np.stack([quantities.of(kept, name) for name in chosen], axis=1)
        defined = ~np.isnan(values)
        np.add.at(sums[0], kept.replicate, np.where(defined, values, 0.0))
        np.add.at(sums[1], kept.replicate, defined)
        if seen in marks:
            found = means_of_sums(sums[0], sums[1])
            for place, name in enumerate(chosen):
                rows.append(
                    {
                        "draws": counted,
                        "quantity": name,
                        "mean": found.mean[place],
                        "standard_error": found.standard_error[place],
                        "low": found.low[place],
                        "high": found.high[place],
                    }
                )
    return pd.DataFrame(rows)


def _marks(futures: Futures) -> set[int]:
    """Return numbers of draws at which convergence is looked at: ends of batches, doubling last."""
    ends = futures.ends
    if len(ends) <= 32:
        return set(ends)
    spaced = np.unique(np.geomspace(1, len(ends), 32).round().astype(int)) - 1
    return {ends[k] for k in spaced.tolist()} | {ends[-1]}
