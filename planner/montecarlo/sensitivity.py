"""Sobol indices: what part of a quantity's spread each group of uncertain parameters accounts for.

With y a quantity and x_g the figures of a group, all else being drawn too (Saltelli and others,
2010; Jansen, 1999):

    first order  S_g = V(E(y | x_g)) / V(y),       total  T_g = E(V(y | x_~g)) / V(y)        (23)

S_g is what knowing the group would take away from the spread, T_g what would be left if all but the
group were known. They are estimated from base points A and B and from points that have the group
from B and the rest from A: base × (groups + 2) draws. Figures that are correlated are put in one
group, since the indices of parts that hang together mean nothing.

:class:`Model` gives a scenario as a plain function of its uncertain parameters, for SALib, the EMA
Workbench or any other program to drive: each set of values is one plan with and without every
package. Nothing is drawn at random: presence uses the same random stream every time, so that
only the values make a difference.
"""

from __future__ import annotations

import fnmatch
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from planner.errors import InputError, SolverError, nearest
from planner.montecarlo.run import Pace, Packed, Progress, executor_for, in_order, specification_of
from planner.montecarlo.specification import RunMetadata, Specification
from planner.problem.model import Floats

if TYPE_CHECKING:
    import pandas as pd

    from planner.scenario.load import Scenario

__all__ = ["Model", "Sensitivity", "sensitivity"]


THEMES: dict[str, tuple[str, ...]] = {
    "posts in pools": ("pool.*.posts*",),
    "share of posts filled": ("pool.*.filled*", "force.*.filled*"),
    "share fit to go": ("pool.*.fit*", "force.*.fit*"),
    "strengths over time": ("strengths.*",),
    "tour lengths": ("kind.*.tour*", "demand.*.tour"),
    "preparation": ("kind.*.preparation*", "demand.*.preparation"),
    "rest": ("kind.*.rest*", "demand.*.rest", "kind.*.dwell*", "demand.*.dwell"),
    "sizes of demands": ("demand.*.cap", "sizes.*"),
    "decisions": ("decided.*", "extended.*", "shifted.*", "prolonged.*", "ended_early.*",
                  "demand.*.first", "demand.*.last", "package.*"),
    "who is there": ("kind.*.acceptance", "kind.*.lead", "kind.*.early_return",
                     "demand.*.manned"),
    "bounds and money": ("bound.*", "budget.*", "cost.*"),
}  # fmt: skip
"""Groups unless others are asked for: patterns of factor ids."""

PORTION = 4
"""Base points that are solved together; those that share rules are then formulated once."""

SIZES = ("first", "total", "first_low", "total_low", "first_high", "total_high")

SHOWN = ("first", "first_low", "first_high", "total", "total_low", "total_high")

RESAMPLES = 999
"""How often base points are drawn anew for the intervals."""

TAIL = 0.001
"""Chance beyond either end of a distribution that has no end of its own."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Sobol indices of groups of factors.

    Attributes
    ----------
    table : DataFrame
        quantity, group, figures (how many), first, first_low, first_high, total, total_low,
        total_high; the largest total first. Intervals are 95 %, by bootstrap.
    groups : mapping of str to tuple of str
        Factors of each group.
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
    """Return which groups of uncertain parameters drive some quantities: Sobol indices, as in (23).

    Parameters
    ----------
    scenario : Scenario, str or Path
        Its factors are drawn from their ranges, also where it names a calibration: the indices are
        of independent factors.
    *names : str
        Quantities, see :mod:`planner.montecarlo.records`; by default the displacement of every
        package, or the fill if none exists.
    groups : mapping of str to sequence of str, optional
        Patterns of factor ids (``pool.*.posts``) by any name; what is in none becomes
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
    specification = specification_of(
        _by_ranges(scenario), 2, seed, rule, replicates=2, share=1, monthly=False
    )
    quantities = RunMetadata.of(specification).quantities
    losses = [f"displacement.{name}" for name in specification.packages]
    chosen = [quantities.check(name) for name in names or losses or ["fill"]]
    parts = _groups(specification, groups, any(name.startswith("present") for name in chosen))
    points = _points(specification, parts, base, seed)
    count = base * len(points)
    with executor_for(count, workers, executor, cluster) as (pool, processes):
        found = _evaluated(specification, chosen, points, pool, processes, Pace(progress, count))
    return Sensitivity(_indices(found, chosen, parts, seed), parts, count, specification.rule)


def _evaluated(
    specification: Specification, chosen: Sequence[str], points: Floats, pool: Any,
    processes: int, pace: Pace,
) -> Floats:  # fmt: skip
    """Return the quantities at every point, (base points, matrices, quantities)."""
    every = np.concatenate(list(points.swapaxes(0, 1)))  # base point by base point
    step, packed = PORTION * len(points), Packed.of(specification)
    calls = (
        (solve_points, packed, tuple(chosen), every[start : start + step])
        for start in range(0, len(every), step)
    )
    found: list[Floats] = []
    for part in in_order(pool, processes, calls):
        found.append(part)
        pace(sum(map(len, found)))
    return np.concatenate(found).reshape(-1, len(points), len(chosen))


def _by_ranges(scenario: Scenario | str | Path) -> Scenario:
    """Return a scenario without calibrated parameters: indices are of independent factors."""
    from planner.results.allocate import as_scenario

    found = as_scenario(scenario)
    return found if found.inputs.parameters is None else found.with_({"parameters": "none"})


def _groups(
    specification: Specification, wanted: Mapping[str, Sequence[str]] | None, presence: bool
) -> dict[str, tuple[str, ...]]:
    """Return factors by group, each with all factors that are correlated with a member.

    Factors of presence are left out where only plans are looked at, which come before it.
    """
    ids, uncertain = specification.uncertain.ids, specification.uncertain
    left = {one.id for one in uncertain.factors if presence or one.layer == "capacity"}
    tied = (uncertain.rank - np.eye(len(ids))) != 0
    found: dict[str, tuple[str, ...]] = {}
    wrong = []
    for name, patterns in (THEMES if wanted is None else wanted).items():
        members = [
            id for id in ids if id in left and any(fnmatch.fnmatchcase(id, one) for one in patterns)
        ]
        for id in members:  # grows while it is read
            correlated = [ids[k] for k in np.flatnonzero(tied[ids.index(id)])]
            members += [one for one in correlated if one in left and one not in members]
        for id in members:
            left.discard(id)
        if members:
            found[name] = tuple(members)
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


def _points(
    specification: Specification, parts: Mapping[str, Sequence[str]], base: int, seed: int
) -> Floats:
    """Return points of the unit cube, (A, B and each group of B in A; base points; factors)."""
    from scipy.stats import qmc

    ids = specification.uncertain.ids
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
    specification = packed.specification()
    records = specification.solve_values(specification.uncertain.values(points))
    quantities = RunMetadata.of(specification).quantities
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


class Model:
    """A scenario as a function of its uncertain parameters.

    Parameters
    ----------
    scenario : Scenario, str or Path
    rule : {"fair", "value"}, optional
        By default the scenario's own.
    factors : sequence of str, optional
        Ids of the parameters to vary; the others stay at their likely values. By default all.
    outcomes : sequence of str, optional
        Quantities to return, see :mod:`planner.montecarlo.records`; by default displacement and
        fill by main task.

    Attributes
    ----------
    names : tuple of str
        A name for each parameter that is also a name in Python: ``pool_staff_posts``.
    ids : tuple of str
        Its id: ``pool.staff.posts``.
    outcomes : tuple of str

    Examples
    --------
    >>> model = Model("letter", "value", factors=["pool.staff.posts"], outcomes=["fill.untso"])
    >>> model.names, model(pool_staff_posts=470.0)
    (('pool_staff_posts',), {'fill.untso': 1.0})
    """

    def __init__(
        self,
        scenario: Scenario | str | Path,
        rule: str | None = None,
        *,
        factors: Sequence[str] | None = None,
        outcomes: Sequence[str] | None = None,
    ):
        self.specification = specification_of(
            _by_ranges(scenario), 2, rule=rule, replicates=2, share=1, monthly=False
        )
        self._metadata = RunMetadata.of(self.specification)
        known = self.specification.uncertain.ids
        chosen = tuple(known if factors is None else factors)
        wrong = [f"factors: no {id!r} is drawn{nearest(id, known)}" for id in chosen
                 if id not in known]  # fmt: skip
        if wrong:
            raise InputError(wrong)
        self.ids = chosen
        self.names = tuple(re.sub(r"\W", "_", id) for id in chosen)
        self._places = [known.index(id) for id in chosen]
        quantities = self._metadata.quantities
        headline = [name for name in quantities.headline if not name.startswith("filled")]
        self.outcomes = tuple(map(quantities.check, outcomes or headline))
        self.__name__ = "planner_" + re.sub(r"\W", "_", self._metadata.scenario["name"])

    @property
    def parameters(self) -> pd.DataFrame:
        """One row a parameter: name, id, low, likely, high, distribution, unit, layer, basis.

        `low` and `high` are the ends of its distribution; where it has none, the values beyond
        which it lies once in a thousand times.
        """
        import pandas as pd

        factors = [self.specification.uncertain.factors[place] for place in self._places]
        ends = [one.distribution.ppf([TAIL, 1 - TAIL]) for one in factors]
        rows = [
            {
                "name": name,
                "id": one.id,
                "low": _finite(one.distribution.support[0], float(low)),
                "likely": one.likely,
                "high": _finite(one.distribution.support[1], float(high)),
                "distribution": one.distribution.words(),
                "unit": one.unit,
                "layer": one.layer,
                "basis": one.basis,
            }
            for name, one, (low, high) in zip(self.names, factors, ends, strict=True)
        ]
        return pd.DataFrame(rows)

    @property
    def salib(self) -> dict[str, Any]:
        """The problem as SALib wants it: coordinates of the unit cube, for :meth:`at`."""
        count = len(self.names)
        return {"num_vars": count, "names": list(self.names), "bounds": [[0.0, 1.0]] * count}

    def __call__(self, **values: float) -> dict[str, float]:
        """Return the outcomes for some values, by name or id; parameters not named are likely."""
        known = {**dict(zip(self.names, self.ids, strict=True)),
                 **dict(zip(self.ids, self.ids, strict=True))}  # fmt: skip
        wrong = [f"no parameter is called {name!r}{nearest(name, known)}" for name in values
                 if name not in known]  # fmt: skip
        if wrong:
            raise InputError(wrong)
        row = dict(zip(self.ids, self._likely[self._places], strict=True))
        row |= {known[name]: float(value) for name, value in values.items()}
        found = self.values(np.array([[row[id] for id in self.ids]]))
        return {name: float(column[0]) for name, column in found.items()}

    def at(self, points: ArrayLike) -> dict[str, Floats]:
        """Return the outcomes at points of the unit cube, (points, parameters), by their quantiles.

        Correlations that the scenario states are part of it: a coordinate is the quantile of a
        parameter, given those before it.
        """
        cube = np.full((len(np.atleast_2d(points)), len(self._likely)), 0.5)
        cube[:, self._places] = np.atleast_2d(np.asarray(points, dtype=float))
        drawn = self.specification.uncertain.values(cube)
        return self.values(drawn[:, self._places])

    def values(self, values: ArrayLike) -> dict[str, Floats]:
        """Return the outcomes for rows of values, (rows, parameters), each (rows,).

        Raises
        ------
        SolverError
            No plan could be proved for some row.
        """
        given = np.atleast_2d(np.asarray(values, dtype=float))
        if given.shape[1] != len(self.ids):
            raise InputError(f"values: expected {len(self.ids)} columns, found {given.shape[1]}")
        rows = np.repeat(self._likely[None], len(given), axis=0)
        rows[:, self._places] = given
        records = self.specification.solve_values(rows)
        if not records.proved.all():
            place = int(np.flatnonzero(~records.proved)[0])
            raise SolverError(f"row {place}: no plan could be proved")
        return {name: self._metadata.quantities.of(records, name) for name in self.outcomes}

    @property
    def _likely(self) -> Floats:
        return self.specification.uncertain.likely

    def __repr__(self) -> str:
        """Scenario, and how many figures and outcomes."""
        name = self._metadata.scenario["name"]
        return f"<Model of {name!r}: {len(self.ids)} parameters, {len(self.outcomes)} outcomes>"

    def likely(self) -> Mapping[str, float]:
        """Return the outcomes where everything is likely."""
        return self()


def _finite(end: float, otherwise: float) -> float:
    return end if np.isfinite(end) else otherwise
