"""A conclusion that is true or false of a plan, stated in words a program can read.

::

    displacement > 800                  person-months that main task 2 loses
    displacement(kind=staff) > 10%      the same for some demands, as a share of what they ask
    displacement(pool=logistics) >= 50  people of one pool
    displacement of staff posts exceeds 10 %     the same in plain words
    fill(untso) < 90%                   fill rate of a mission or demand
    ratio exceeds 4.5%                  displacement ÷ what the package got
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.analysis.plans import KEYS, Case
from planner.errors import InputError, nearest
from planner.montecarlo.records import ROUNDING

__all__ = ["Conclusion", "DrawFills", "parse_conclusion"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

QUANTITIES = ("displacement", "fill", "ratio")
SELECTORS = (*KEYS, "pool", "package")
RELATIONS = {
    ">": ">", ">=": ">=", "<": "<", "<=": "<=",
    "exceeds": ">", "above": ">", "over": ">", "below": "<", "under": "<",
}  # fmt: skip

EXAMPLE = "displacement(kind=staff) > 10%"

_FORM = re.compile(
    r"\s*(?P<quantity>\w+)\s*(?:\(\s*(?:(?P<by>\w+)\s*=\s*)?(?P<name>[^()=]*?)\s*\))?"
    r"\s*(?:is\s+)?(?P<relation>[<>]=?|[a-z]+)"
    r"\s*(?P<level>[0-9]{1,12}(?:[.,][0-9]{1,20})?)\s*(?P<percent>%)?\s*"
)

_OF = re.compile(
    r"\s*(?P<quantity>\w+)\s+of\s+(?P<name>\S[^()]*?)(?:\s+(?:posts|people))?"
    r"\s+(?P<rest>(?:is\s+)?(?:[a-z]+|[<>]=?)\s*[0-9].*)"
)
"""The same in plain words."""

SAME = 1e-6
"""Relative distance within which a number is at its level."""


@dataclass(frozen=True, eq=False)
class DrawFills:
    """What some draws fill and ask inside the window, person-months.

    Attributes
    ----------
    with_all, without, asked : ndarray (draws, demands)
        `without` leaves the package out; it is not looked at where nothing is displaced.
    by_line, by_line_without : ndarray (draws, lines)
        The same by demand and pool.
    lines : ndarray of int (lines, 2)
        Places of demand and pool.
    """

    with_all: Floats
    without: Floats
    asked: Floats
    by_line: Floats
    by_line_without: Floats
    lines: NDArray[np.int64]


@dataclass(frozen=True)
class Conclusion:
    """A quantity, what it is of, and how it compares with a level.

    Attributes
    ----------
    quantity : str
        ``"displacement"``, ``"fill"`` or ``"ratio"``.
    by, name : str
        What it is of: a key such as ``"mission"``, ``"kind"`` or ``"pool"`` and its value; both
        empty for all.
    relation : str
        ``">"``, ``">="``, ``"<"`` or ``"<="``.
    level : float
        Person-months, or a share.
    share : bool
        Whether the level is a share. Displacement is then a share of what its demands ask; of a
        pool, of what the pool serves without the package.
    """

    quantity: str
    by: str
    name: str
    relation: str
    level: float
    share: bool

    def __str__(self) -> str:
        of = f"({self.by}={self.name})" if self.by else ""
        level = f"{100 * self.level:.10g}%" if self.share else f"{self.level:.10g}"
        return f"{self.quantity}{of} {self.relation} {level}"

    @property
    def of_package(self) -> bool:
        """Whether a package must be left out to know it."""
        return self.quantity != "fill"

    def of(self, case: Case, package: str, filled: DrawFills) -> Floats:
        """Return the quantity in each draw, (draws,); NaN where it is undefined."""
        chosen = self._demands(case)
        lost = _clear(filled.without - filled.with_all, filled.asked)
        if self.quantity == "fill":
            if self.by == "pool":
                raise InputError(f"{self}: fill is of demands, a pool is asked for nothing itself")
            return _share(filled.with_all[:, chosen].sum(1), filled.asked[:, chosen].sum(1))
        own = case.inside(package)
        if self.quantity == "ratio":
            second = (case.task == 2) & ~own
            return _share(lost[:, second].sum(1), filled.with_all[:, own].sum(1))
        outside = chosen & ~own
        if self.by == "pool":
            place = list(case.problem.pools).index(self.name)
            lines = outside[filled.lines[:, 0]] & (filled.lines[:, 1] == place)
            before = filled.by_line_without[:, lines]
            taken = _clear(before - filled.by_line[:, lines], before)
            value, before = taken.sum(1), before.sum(1)
            return _share(value, before) if self.share else value
        value = lost[:, outside].sum(1)
        return _share(value, filled.asked[:, outside].sum(1)) if self.share else value

    def holds(self, value: Floats) -> Flags:
        """Return whether it is true of some values of its quantity; never where undefined."""
        apart = np.asarray(value) - self.level
        give = SAME * (1 + abs(self.level))
        with np.errstate(invalid="ignore"):
            return {
                ">": apart > give, ">=": apart >= -give, "<": apart < -give, "<=": apart <= give,
            }[self.relation]  # fmt: skip

    def check(self, case: Case) -> None:
        """Raise InputError unless it can be asked of a case."""
        if self.by == "pool" and self.name not in case.problem.pools:
            near = nearest(self.name, case.problem.pools)
            raise InputError(f"{self}: expected a pool, found {self.name!r}{near}")
        self._demands(case)

    def _demands(self, case: Case) -> Flags:
        """Return the demands it is about: of main task 2, unless it names some itself."""
        second = case.task == 2
        if self.quantity == "fill" and not self.by:
            return np.ones(len(second), dtype=bool)
        if not self.by or self.by == "pool":
            return second
        if self.by == "package":
            return case.inside(case.package(self.name))
        groups = case.groups(self.by)
        if self.name not in groups:
            near = nearest(self.name, groups)
            raise InputError(f"{self}: expected a {self.by}, found {self.name!r}{near}")
        named = groups[self.name]
        own = self.by in ("mission", "demand", "main_task", "tier") or self.quantity == "fill"
        return named if own else named & second


def _clear(lost: Floats, asked: Floats) -> Floats:
    """Return losses free of rounding."""
    return np.where(np.abs(lost) <= ROUNDING * (1 + asked), 0.0, lost)


def _share(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 1e-9)


def _selector(name: str, case: Case) -> str:
    """Return what a bare name is one of: a mission or demand first, then any other."""
    for by in ("mission", "demand", *(key for key in KEYS if key not in ("main_task", "tier"))):
        if name in case.groups(by):
            return by
    if name in case.problem.pools:
        return "pool"
    case.select(name)
    raise InputError(f"conclusion: expected a mission, a demand or a pool, found {name!r}")


def parse_conclusion(text: str, case: Case) -> Conclusion:
    """Return the conclusion that a text states of a case.

    Raises
    ------
    InputError
        It cannot be read, or names something unknown.

    Examples
    --------
    >>> from planner.analysis.plans import read_case
    >>> problem = {"format": "planner-problem/1", "months": 1, "pools": {"staff": 8},
    ...            "demands": [{"id": "untso", "tier": 2, "cap": 10, "first": 0, "last": 0,
    ...                         "tour": 1, "pools": ["staff"], "prep": 0, "rest": 0}]}
    >>> str(parse_conclusion("fill(untso) below 92,5 %", read_case(problem)))
    'fill(mission=untso) < 92.5%'
    >>> str(parse_conclusion("displacement of staff people exceeds 10 %", read_case(problem)))
    'displacement(pool=staff) > 10%'
    """
    plain = _OF.fullmatch(text)
    form = "{quantity}({name}) {rest}".format(**plain.groupdict()) if plain else text
    found = _FORM.fullmatch(form)
    if found is None:
        raise InputError(f"conclusion: expected something like {EXAMPLE!r}, found {text!r}")
    quantity, by, name = found["quantity"], found["by"] or "", found["name"]
    faults = []
    if quantity not in QUANTITIES:
        expected = ", ".join(QUANTITIES)
        faults.append(f"expected {expected}, found {quantity!r}{nearest(quantity, QUANTITIES)}")
    if found["relation"] not in RELATIONS:
        expected = ", ".join(RELATIONS)
        faults.append(f"expected {expected}, found {found['relation']!r}")
    if by and by not in SELECTORS:
        expected = ", ".join(SELECTORS)
        faults.append(f"expected {expected}, found {by!r}{nearest(by, SELECTORS)}")
    if quantity == "ratio" and name:
        faults.append("ratio is that of a package: expected nothing in brackets")
    if name == "" or (name is None and by):
        faults.append("expected a name in the brackets, found none")
    share = found["percent"] is not None or quantity != "displacement"
    level = float(found["level"].replace(",", "."))
    if found["percent"]:
        level /= 100
    elif share and level > 1:
        faults.append(f"expected a share such as 90% or 0.9, found {found['level']}")
    if faults:
        raise InputError([f"conclusion: {fault}" for fault in faults])
    if name and not by:
        by = _selector(name, case)
    relation = RELATIONS[found["relation"]]
    conclusion = Conclusion(quantity, by, name or "", relation, level, share)
    conclusion.check(case)
    return conclusion
