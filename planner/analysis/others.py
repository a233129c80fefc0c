"""Other allocations that are optimal or nearly so: who gets what in each, down to single tours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.allocation import Allocation
from planner.analysis.case import Case
from planner.analysis.sentences import say
from planner.labels import number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Alternative", "differences", "fills_of", "tours_of"]

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Alternative:
    """Another allocation, optimal or near it.

    Attributes
    ----------
    number : int
        From 1.
    distance_person_months : float
        To the nearest of the rule's own allocation and the alternatives before it: half the sum
        of differences over demands.
    allocation : Allocation
    """

    number: int
    distance_person_months: float
    allocation: Allocation


def fills_of(
    alternatives: Sequence[Alternative], groups: Mapping[str, Flags], by: str
) -> pd.DataFrame:
    """Return what each group gets in each alternative, person-months inside the report window."""
    import pandas as pd

    rows = [
        (one.number, one.distance_person_months, name, float(one.allocation.filled[mask].sum()))
        for one in alternatives
        for name, mask in groups.items()
    ]
    names = ["alternative", "distance_person_months", by, "filled_person_months"]
    return pd.DataFrame(rows, columns=names)


def tours_of(alternatives: Sequence[Alternative], case: Case) -> pd.DataFrame:
    """Return each alternative in full: people on every tour, with its months on duty."""
    import pandas as pd

    pools, demands = list(case.problem.pools), case.problem.demands
    rows = []
    for one in alternatives:
        s = one.allocation.service
        for demand, pool, cohort, first, last, people in zip(
            s.demand, s.pool, s.cohort, s.first, s.last, s.people, strict=True
        ):
            months = case.month(int(first)), case.month(int(last))
            tour = demands[demand].id, pools[pool], int(cohort), *months, float(people)
            rows.append((one.number, *tour))
    names = ["demand", "pool", "cohort", "first_month", "last_month", "people_persons"]
    return pd.DataFrame(rows, columns=["alternative", *names])


def differences(alternatives: Sequence[Alternative], lang: str) -> list[str]:
    """Return a sentence on how different the alternatives are, if there are any."""
    if not alternatives:
        return []
    far = number(max(one.distance_person_months for one in alternatives), lang)
    return [say("alternatives", lang, count=number(len(alternatives), lang, 0), far=far)]
