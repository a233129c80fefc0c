"""Sobol indices: what part of a quantity's spread each group of uncertain figures accounts for.

With y a quantity and x_g the figures of a group, all else being drawn too (Saltelli and others,
2010; Jansen, 1999):

    first order  S_g = V(E(y | x_g)) / V(y),       total  T_g = E(V(y | x_~g)) / V(y)        (23)

S_g is what knowing the group would take away from the spread, T_g what would be left if all but the
group were known. They are estimated from base points A and B and from points that have the group
from B and the rest from A: base × (groups + 2) draws. Figures that are correlated are put in one
group, since the indices of parts that hang together mean nothing.
"""

from __future__ import annotations

import fnmatch
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import InputError, SolverError, nearest
from planner.montecarlo.executors import Packed, executor_for, in_order
from planner.montecarlo.outline import Outline
from planner.montecarlo.pace import Pace, Progress
from planner.montecarlo.run import study_of
from planner.montecarlo.study import Study

if TYPE_CHECKING:
    import pandas as pd

    from planner.scenario.load import Scenario

__all__ = ["Sensitivity", "sensitivity"]

Floats = NDArray[np.float64]

THEMES: dict[str, tuple[str, ...]] = {
    "posts in pools": ("pool.*.posts*",),
    "share of posts filled": ("pool.*.filled*",),
    "share fit to go": ("pool.*.fit*",),
    "strengths over time": ("strengths.*",),
    "tour lengths": ("kind.*.tour*", "demand.*.tour"),
    "preparation": ("kind.*.preparation*", "demand.*.preparation"),
    "rest": ("kind.*.rest*", "demand.*.rest"),
    "sizes of demands": ("demand.*.cap", "sizes.*"),
    "decisions": ("decided.*", "extended.*", "shifted.*", "demand.*.first", "demand.*.last",
                  "package.*"),
    "who is there": ("kind.*.acceptance", "kind.*.lead", "kind.*.early_return"),
    "bounds and money": ("bound.*", "budget.*", "cost.*"),
}  # fmt: skip
"""Groups unless others are asked for: patterns of figure ids."""

PORTION = 4
"""Base points that are solved together; those that share rules are then formulated once."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Sobol indices of groups of figures.

    Attributes
    ----------
    table : DataFrame
        quantity, group, figures (how many), first, first_low, first_high, total, total_low,
        total_high; the largest total first. Intervals are 95 %, by bootstrap.
    groups : mapping of str to tuple of str
        Figures of each group.
    plans : int
        Draws that were planned for it.
    rule : str
    """

    table: pd.DataFrame
    groups: Mapping[str, tuple[str, ...]]
    plans: int
    rule: str

    def _repr_html_(self) -> str:
        return str(self.table.to_html(index=False))


def sensitivity(
    scenario: Scenario | str | Path,
    *names: str,
    groups: Mapping[str, Sequence[str]] | None = None,
    base: int = 128,
    seed: int = 0,
    rule: str | None = None,
    workers: int | None = None,
    executor: Any = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Return which groups of uncertain figures drive some quantities: Sobol indices, as in (23).

    Parameters
    ----------
    scenario : Scenario, str or Path
    *names : str
        Quantities, see :mod:`planner.montecarlo.quantities`; by default the displacement of every
        package, or the fill where there is none.
    groups : mapping of str to sequence of str, optional
        Patterns of figure ids (``pool.*.posts``) by a name of your own; what is in none becomes
        ``the rest``. By default by theme: posts, readiness, tours, rest, sizes …
    base : int
        Base points, a power of two; base × (groups + 2) draws are planned.
    seed : int
    rule : {"fair", "value"}, optional
    workers, executor, cluster, progress
        As for :func:`planner.simulate`.

    Examples
    --------
    >>> found = sensitivity("letter", "fill", groups={"posts": ["pool.*.posts"]}, base=4,
    ...                     rule="value", workers=1)
    >>> found.table["group"].tolist(), found.plans
    (['the rest', 'posts'], 16)
    """
    if base < 2 or base & (base - 1):
        raise InputError(f"base: expected a power of two, at least 2, found {base}")
    study = study_of(scenario, 2, seed, rule, replicates=2, share=1, monthly=False)
    quantities = Outline.of(study).quantities
    losses = [f"displacement.{name}" for name in study.packages]
    chosen = [quantities.check(name) for name in names or losses or ["fill"]]
    parts = _groups(study, groups, any(name.startswith("present") for name in chosen))
    points = _points(study, parts, base, seed)
    every = np.concatenate(list(points.swapaxes(0, 1)))  # base point by base point
    step, packed, pace = PORTION * len(points), Packed.of(study), Pace(progress, len(every))
    calls = (
        (solve_points, packed, tuple(chosen), every[start : start + step])
        for start in range(0, len(every), step)
    )
    parts_found: list[Floats] = []
    with executor_for(len(every), workers, executor, cluster) as (pool, count):
        for part in in_order(pool, count, calls):
            parts_found.append(part)
            pace(sum(map(len, parts_found)))
    found = np.concatenate(parts_found)
    table = _indices(found.reshape(base, len(points), len(chosen)), chosen, parts, seed)
    return Sensitivity(table, parts, len(every), study.rule)


def _groups(
    study: Study, wanted: Mapping[str, Sequence[str]] | None, presence: bool
) -> dict[str, tuple[str, ...]]:
    """Return figures by group; whoever is correlated with a member comes along.

    Figures of presence are left out where only plans are looked at, which come before it.
    """
    ids, uncertain = study.uncertain.ids, study.uncertain
    left = {one.id for one in uncertain.factors if presence or one.layer == "capacity"}
    tied = (uncertain.rank - np.eye(len(ids))) != 0
    found: dict[str, tuple[str, ...]] = {}
    wrong = []
    for name, patterns in (THEMES if wanted is None else wanted).items():
        mine = [
            id for id in ids if id in left and any(fnmatch.fnmatchcase(id, one) for one in patterns)
        ]
        for id in mine:  # grows while it is read
            friends = [ids[k] for k in np.flatnonzero(tied[ids.index(id)])]
            mine += [one for one in friends if one in left and one not in mine]
        for id in mine:
            left.discard(id)
        if mine:
            found[name] = tuple(mine)
        elif wanted is not None:
            near = nearest(patterns[0], ids) if patterns else ""
            wrong.append(f"groups: nothing that is drawn is in {name!r}{near}")
    if wrong:
        raise InputError(wrong)
    if left:
        found["the rest"] = tuple(id for id in ids if id in left)
    if len(found) < 2:
        raise InputError("groups: expected at least two, found one with everything in it")
    return found


def _points(study: Study, parts: Mapping[str, Sequence[str]], base: int, seed: int) -> Floats:
    """Return points of the unit cube, (A, B and each group of B in A; base points; figures)."""
    from scipy.stats import qmc

    ids = study.uncertain.ids
    engine = qmc.Sobol(2 * len(ids), scramble=True, rng=np.random.default_rng([seed, 23]))
    a, b = np.split(engine.random(base), 2, axis=1)
    mixed = []
    for members in parts.values():
        one = a.copy()
        places = [ids.index(id) for id in members]
        one[:, places] = b[:, places]
        mixed.append(one)
    return np.stack([a, b, *mixed])


def solve_points(packed: Packed, names: Sequence[str], points: Floats) -> Floats:
    """Return quantities at points of the unit cube, (points, names); runs in a worker."""
    study = packed.study()
    records = study.solve_values(study.uncertain.values(points))
    quantities = Outline.of(study).quantities
    found = np.stack([quantities.of(records, name) for name in names], axis=1)
    found[~records.proved] = np.nan
    return found


def _indices(
    found: Floats, names: Sequence[str], parts: Mapping[str, Sequence[str]], seed: int
) -> pd.DataFrame:
    """Return the table of indices from quantities, (base points, A B and groups, names)."""
    import pandas as pd

    tables = []
    for place, name in enumerate(names):
        y = found[:, :, place]
        if np.isnan(y).any():
            count = int(np.isnan(y).any(axis=1).sum())
            raise SolverError(f"{name}: undefined or not proved at {count} base points")
        rows: dict[str, Any] = {
            "quantity": name,
            "group": list(parts),
            "figures": [len(one) for one in parts.values()],
        }
        sizes = [_first_and_total(y), *_spread(y, seed)]
        columns = dict(zip(SIZES, np.concatenate(sizes), strict=True))
        tables.append(
            pd.DataFrame({**rows, **columns}).sort_values("total", ascending=False, kind="stable")
        )
    return pd.concat(tables, ignore_index=True)[["quantity", "group", "figures", *SHOWN]]


SIZES = ("first", "total", "first_low", "total_low", "first_high", "total_high")

SHOWN = ("first", "first_low", "first_high", "total", "total_low", "total_high")

RESAMPLES = 999
"""How often base points are drawn anew for the intervals."""


def _first_and_total(y: Floats) -> Floats:
    """Return both indices of each group, (2, groups), from (base points, A B and groups)."""
    from scipy.stats import sobol_indices

    functions = {"f_A": y[:, 0][None], "f_B": y[:, 1][None], "f_AB": y[:, 2:].T[:, None]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # about resamples without any spread
        found = sobol_indices(func=functions, n=len(y))
    return np.stack([np.ravel(found.first_order), np.ravel(found.total_order)])


def _spread(y: Floats, seed: int) -> tuple[Floats, Floats]:
    """Return the ends of 95 % intervals by bootstrap over base points, each (2, groups)."""
    draw = np.random.default_rng([seed, RESAMPLES])
    again = [_first_and_total(y[draw.integers(0, len(y), len(y))]) for _ in range(RESAMPLES)]
    low, high = np.quantile(again, [0.025, 0.975], axis=0)
    return low, high
