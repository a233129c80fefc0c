"""What a result rests on: the letter, another public source, or an assumption."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.result import Tables

__all__ = ["BASES", "grounds"]

BASES = ("letter", "public", "assumption")
"""From what stands in the letter to what nobody has published."""

ROTATION = ("tour", "preparation", "rest")
STRENGTH = ("posts", "filled", "fit")


def grounds(result: Tables) -> pd.DataFrame:
    """See :meth:`planner.results.result.Tables.grounds`."""
    import pandas as pd

    figures = result.figures
    basis = dict(zip(figures["figure"], figures["basis"], strict=True))
    rows = {"figures": _summed(np.ones(len(figures)), figures["basis"])}
    rows |= _asked(result, basis) | _rotation(result, basis) | _strength(result, basis)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(BASES))
    units = ["figures" if name == "figures" else "person-months" for name in table.index]
    table.insert(0, "unit", units)
    table.insert(1, "total", table[list(BASES)].sum(axis=1))
    return table.rename_axis("what").reset_index()


def _summed(amounts: NDArray[np.float64], bases: Iterable[str]) -> list[float]:
    """Return the sum of what rests on each basis."""
    rank = np.array([BASES.index(one) for one in bases], dtype=np.int64)
    found: list[float] = np.bincount(rank, amounts, minlength=len(BASES)).tolist()
    return found


def _weakest(bases: Iterable[str]) -> str:
    """Return the basis of what several figures make together; a figure not listed is assumed."""
    return max(bases, key=BASES.index, default="assumption")


def _asked(result: Tables, basis: dict[str, str]) -> dict[str, list[float]]:
    """Return person-months asked by what their cap rests on, and their first and last month."""
    rows = result.demands
    amounts, ids = rows["asked_person_months"].to_numpy(), list(rows["demand"])

    def by(*ends: str) -> list[float]:
        names = [[f"demand.{id}.{end}" for end in ends] for id in ids]
        return _summed(amounts, (_weakest(basis[n] for n in few if n in basis) for few in names))

    return {"cap": by("cap"), "months": by("first", "last")}


def _rotation(result: Tables, basis: dict[str, str]) -> dict[str, list[float]]:
    """Return person-months on duty by what their tour, preparation and rest rest on."""
    served = result.monthly.groupby(["demand", "pool"], sort=False)["on_duty_persons"].sum()
    kinds = dict(zip(result.demands["demand"], result.demands["kind"], strict=True))

    def of(rule: str, demand: str, pool: str) -> str:
        owners = f"demand.{demand}.{rule}", f"kind.{kinds[demand]}.{rule}"
        names = [owners[0], f"{owners[1]}.{pool}", owners[1]]  # in this order, as it is compiled
        return next((basis[name] for name in names if name in basis), "assumption")

    amounts, pairs = served.to_numpy(), list(served.index)
    return {rule: _summed(amounts, (of(rule, *pair) for pair in pairs)) for rule in ROTATION}


def _strength(result: Tables, basis: dict[str, str]) -> dict[str, list[float]]:
    """Return strength over the window by what posts, share filled and share fit rest on."""
    people = result.pools.groupby("pool", sort=False)["strength_persons"].sum()
    found = {}
    for factor in STRENGTH:
        bases = []
        for pool in people.index:
            starts = f"pool.{pool}.{factor}"  # a level from a later month has it behind an @
            bases.append([one for name, one in basis.items() if name.split("@")[0] == starts])
        if any(bases):
            found[factor] = _summed(people.to_numpy(), map(_weakest, bases))
    return found
