"""Other allocations that are optimal or nearly so, as different from each other as possible."""

from __future__ import annotations

from typing import Annotated, Any

from planner.analysis.case import KEYS
from planner.analysis.declare import Option, analysis
from planner.analysis.ranges import Ranges, ranges
from planner.outcome import Progress, silent

__all__ = ["near"]


@analysis(shown=("alternatives", "fills"), quick={"rule": "value", "alternatives": 1})
def near(
    source: Any,
    /,
    *,
    rule: str | None = None,
    by: Annotated[str, Option(choices=KEYS)] = "mission",
    slack_person_months: Annotated[float, Option("--slack", metavar="PERSON-MONTHS", low=0)] = 10.0,
    alternatives: Annotated[int, Option(low=1, high=50)] = 3,
    preferences: bool = True,
    progress: Progress = silent,
) -> Ranges:
    """Return other allocations, optimal or nearly so, as different as possible.

    Parameters
    ----------
    source : scenario, result or problem
        See :func:`planner.analysis.case.read_case`.
    by : str
        What demands are gathered by.
    slack_person_months : float
        How far from the optimum an allocation may be, in each tier.
    alternatives : int
        How many other allocations.
    preferences : bool
        Whether first-named options serve where that costs no fill, as the rule has it.

    Examples
    --------
    >>> line = {"tier": 2, "cap": 2, "first": 0, "last": 0, "tour": 1, "pools": ["staff"],
    ...         "prep": 0, "rest": 0}
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 3},
    ...            "demands": [{"id": "a", **line}, {"id": "b", **line}]}
    >>> len(near(problem, rule="value", slack_person_months=0, alternatives=1).alternatives)
    1
    """
    return ranges(
        source, rule=rule, by=by, slack_person_months=slack_person_months,
        preferences=preferences, alternatives=alternatives, progress=progress,
    )  # fmt: skip
