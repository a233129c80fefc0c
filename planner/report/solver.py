"""Continuous levers of a report: the browser solves the rule *value* with HiGHS.

The package includes HiGHS compiled to WebAssembly, from the npm package ``highs``
(``planner/report/highs``). The linear programme of each block is stored as plain arrays, apart from
the parameters that the levers vary: sizes of packages and strengths of pools.

Sizes at which a demand would have another number of cohorts are left out, because the programme
would have other columns.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.compile import compile_scenario
from planner.report.blocks import packed
from planner.whatif import WhatIf

if TYPE_CHECKING:
    from planner.problem.model import Problem
    from planner.results.result import Result
    from planner.solution import Planner

__all__ = ["HASHES", "VERSION", "FreeLevers", "free_levers", "solver_script", "solver_wasm"]

FOLDER = Path(__file__).parent
VERSION = "1.15.3"
"""Version of the npm package ``highs``, which contains HiGHS 1.15."""
HASHES = {
    "highs.js": "0bd23843c9795753f2276e9901eb2a1e66288547b6bcba84fa0665dc037b5c7c",
    "highs.wasm": "528be4365bea1d4188988646b244263f50320df55782e14d6af5bce7cd45c840",
}
"""SHA-256 of the files of that version."""

SIZES = tuple(round(0.05 * step, 2) for step in range(61))
"""Multiples of a package on a slider."""
MAX_PACKAGES = 3
"""Maximum number of packages, as each subset of packages has its own goals of bounds."""


@dataclass(frozen=True, eq=False)
class FreeLevers:
    """The data with which a page solves the rule *value*.

    Attributes
    ----------
    packages, pools : tuple of str
        Ids in the order of the levers; only pools that a demand may draw on.
    sizes : tuple of tuple of float
        Multiples of each package at which the numbers of cohorts are unchanged.
    model : dict
        The linear programme of each block as plain numbers, for ``planner/report/solver.js``.
    """

    packages: tuple[str, ...]
    pools: tuple[str, ...]
    sizes: tuple[tuple[float, ...], ...]
    model: dict[str, Any]

    def packed(self) -> str:
        """Return the model as JSON, compressed for the page."""
        return packed(json.dumps(self.model, separators=(",", ":"), allow_nan=False).encode())


def free_levers(result: Result) -> FreeLevers | None:
    """Return the linear programmes of a result under *value*; None if they are not supported.

    Parameters
    ----------
    result : Result
        Of a scenario under the rule *value*, with its planner.

    Examples
    --------
    >>> import planner as pl
    >>> free = free_levers(pl.allocate("eastern-flank-battalion", "value"))
    >>> free.packages, free.sizes[0][-1]
    (('eastern-flank',), 3.0)
    """
    planner, problem = result.solution.planner, result.solution.problem
    if planner is None or result.rule != "value" or not problem.packages:
        return None
    if len(problem.packages) > MAX_PACKAGES:
        return None
    packages = tuple(package.id for package in problem.packages)
    blocks = [_block(planner, problem, place) for place in range(len(planner.settings))]
    used = sorted({pool for setting in planner.settings if len(setting.block.decision)
                   for pool in setting.block.pools.tolist()})  # fmt: skip
    model = {
        "all": len(problem.pools),
        "pools": used,
        "known": [max(problem.known(id), 0) for id in packages],
        "demands": len(problem.demands),
        "blocks": blocks,
    }
    sizes = tuple(_valid_sizes(result, id) for id in packages)
    names = list(problem.pools)
    return FreeLevers(packages, tuple(names[pool] for pool in used), sizes, model)


def _valid_sizes(result: Result, package: str) -> tuple[float, ...]:
    """Return the multiples of a package at which the numbers of cohorts are unchanged."""
    case, problem = WhatIf(result.scenario), result.solution.problem
    own = [(demand.id, demand.cohorts) for demand in problem.demands]
    found = []
    for size in SIZES:
        scenario = case.move({f"size.{package}": size}).scenario
        demands = compile_scenario(scenario).problem.demands
        if [(demand.id, demand.cohorts) for demand in demands] == own:
            found.append(size)
    return tuple(found)


def _block(planner: Planner, problem: Problem, place: int) -> dict[str, Any]:
    """Return a block as plain numbers."""
    setting = planner.settings[place]
    block, owner = setting.block, problem.package_of()
    names = [package.id for package in problem.packages]
    of = [names.index(owner[d.id]) if d.id in owner else -1 for d in problem.demands]
    lead = np.array([demand.lead for demand in problem.demands])
    here = sorted({of[d] for d in block.demands.tolist()} - {-1})
    pools = np.full(len(setting.limit), -1)
    pools[: block.strength_rows] = block.pools[block.row_pool]
    first = planner.answer(place, ((0, frozenset()),), None).people
    return {
        "packages": here,
        "decision": block.decision.tolist(), "option": block.option.tolist(),
        "demand": block.demand.tolist(), "owner": [of[d] for d in block.demand.tolist()],
        "task": [problem.demands[d].main_task for d in block.demand.tolist()],
        "tier": setting.tier.tolist(), "weight": setting.weight.tolist(),
        "duty": block.duty_months.tolist(), "counted": setting.counted.tolist(),
        "full": setting.full.tolist(),
        "limit": [one if np.isfinite(one) else None for one in setting.limit.tolist()],
        "rowPool": pools.tolist(),
        "settledBefore": (block.begin - lead[block.demand] + 1).tolist(),
        "rows": _matrix(block.rows), "bounds": _matrix(block.bounds.matrix),
        "goals": _bound_goals(planner, place, here, names), "first": first.tolist(),
    }  # fmt: skip


def _bound_goals(
    planner: Planner, place: int, here: list[int], names: list[str]
) -> dict[str, list[list[float]]]:
    """Return goals of bounds and their tiers, by the known packages (indices joined by blanks)."""
    found = {}
    for chosen in range(1 << len(here)):
        known = [one for bit, one in enumerate(here) if chosen >> bit & 1]
        history = ((0, frozenset(names[one] for one in known)),)
        setting = planner.data(place, history, None)
        found[" ".join(map(str, known))] = [setting.goal.tolist(), setting.goal_tier.tolist()]
    return found


def _matrix(matrix: Any) -> list[list[float]]:
    rows = matrix.tocsr()
    return [rows.indptr.tolist(), rows.indices.tolist(), rows.data.tolist()]


@cache
def _read_shipped(name: str) -> bytes:
    data = (FOLDER / "highs" / name).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != HASHES[name]:
        raise ValueError(f"{name}: not the file of highs {VERSION}: its SHA-256 is {found}")
    return data


def solver_script() -> str:
    """Return the script that loads HiGHS, verified by its hash, and the script that uses it."""
    planner = (FOLDER / "solver.js").read_text(encoding="utf-8")
    return _read_shipped("highs.js").decode("utf-8") + "\n" + planner


@cache
def solver_wasm() -> str:
    """Return HiGHS in WebAssembly, verified by its hash and compressed for the page."""
    return packed(_read_shipped("highs.wasm"))
