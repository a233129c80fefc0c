"""What a compiled scenario knows about its own numbers: rows of plain tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planner.months import Month
from planner.problem.model import Problem
from planner.scenario.inputs import Origin, Parameter, When

__all__ = ["Compiled", "DemandRow", "FigureRow", "MissionRow", "ParameterBook", "PoolRow"]


@dataclass(frozen=True)
class FigureRow:
    """One parameter in use, so that any number can be walked back.

    Attributes
    ----------
    id : str
        Such as ``demand.untso.cap``, ``pool.staff.posts`` or ``kind.staff.rest``.
    value, low, high : float, str or None
        Likely value, and range unless exact. Months are text, ``2025-07``, and so are their ends.
    unit : str
        persons, months, months per month, share, factor, month, EUR ...
    basis, source, section, note : str
        Where it comes from: letter, public or assumption, with source and place.
    file, line : str, int
        Where it is written.
    """

    id: str
    value: float | str
    low: float | str | None
    high: float | str | None
    unit: str
    basis: str
    source: str
    section: str
    note: str
    file: str
    line: int


@dataclass(frozen=True)
class MissionRow:
    """A mission of the scenario: names, organisation, region, main task and status."""

    id: str
    name: str
    name_nl: str
    organisation: str
    region: str
    main_task: int
    status: str
    section: str
    source: str
    file: str
    line: int


@dataclass(frozen=True)
class DemandRow:
    """A demand that counts, with its labels; one for each demand of the problem.

    Attributes
    ----------
    category : str
        military, police, civil or mixed.
    status : str
        Status of its mission in the letter.
    standing : str
        standing, study (decided here), declined (sent here), past or hindsight.
    package : str
        Its package, empty if none.
    cap : float
        Persons.
    first, last : Month
        Months on duty, inclusive.
    pools : tuple of str
        Every pool that any sourcing option uses.
    options : tuple of str
        Sourcing options as written, ``light:0.9+medical:0.1``, most preferred first.
    tour, preparation, home, dwell
        Tour in months; by `pools`, preparation in months, months at home per month served, and
        whether preparation falls inside them (dwell) or not (rest).
    part_of : str
        The demand of the scenario that it is a line of: its own id, unless a cap that changes is
        laid out in several lines.
    """

    id: str
    mission: str
    name: str
    name_nl: str
    mission_name: str
    mission_name_nl: str
    organisation: str
    region: str
    main_task: int
    category: str
    kind: str
    status: str
    standing: str
    package: str
    on_call: bool
    unit: bool
    tier: int
    weight: float
    cap: float
    basis: str
    source: str
    section: str
    first: Month
    last: Month
    pools: tuple[str, ...]
    options: tuple[str, ...]
    tour: int
    preparation: tuple[int, ...]
    home: tuple[float, ...]
    dwell: tuple[bool, ...]
    cohorts: int
    part_of: str
    file: str
    line: int


@dataclass(frozen=True)
class PoolRow:
    """A pool: names, category, speciality, and where it is written."""

    id: str
    name: str
    name_nl: str
    category: str
    speciality: str
    file: str
    line: int


@dataclass(frozen=True)
class Compiled:
    """A problem and what its numbers mean.

    Attributes
    ----------
    problem : Problem
        The numbers.
    first_month : Month
        Calendar month of the model's month 0.
    rule : str
        fair or value.
    demands, pools, missions : tuple of rows
        Labels, in the order of the problem.
    figures : tuple of FigureRow
        Every figure in use.
    left_out : mapping of str to str
        Demands known but not in the problem, with the reason.
    """

    problem: Problem
    first_month: Month
    rule: str
    demands: tuple[DemandRow, ...]
    pools: tuple[PoolRow, ...]
    missions: tuple[MissionRow, ...]
    figures: tuple[FigureRow, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)

    def month(self, index: int) -> Month:
        """Return the calendar month of a month of the model."""
        return self.first_month + index

    def index(self, month: Month) -> int:
        """Return the month of the model that a calendar month is."""
        return month - self.first_month

    def figure(self, id: str) -> FigureRow:
        """Return one parameter by id; raise KeyError if it is not in use."""
        for figure in self.figures:
            if figure.id == id:
                return figure
        raise KeyError(id)


@dataclass
class ParameterBook:
    """Collects every parameter that is used, and lets some be replaced.

    Attributes
    ----------
    instead : mapping of str to float
        Values to take in place of the likely ones, by parameter id.
    """

    instead: Mapping[str, float] = field(default_factory=dict)
    rows: dict[str, FigureRow] = field(default_factory=dict)

    def take(self, id: str, figure: Parameter, unit: str) -> float:
        """Note a parameter and return the value to use."""
        value = self.instead.get(id, figure.value)
        if id not in self.rows:
            self.rows[id] = _row(id, value, figure.low, figure.high, unit, figure.origin)
        return value

    def month(self, id: str, when: When) -> Month:
        """Note a month and return it; a value in its place is by how many months it moves."""
        month = when.month
        if id in self.instead:
            month = month + round(self.instead[id])
        low, high = (None if end is None else str(end) for end in (when.low, when.high))
        self.rows[id] = _row(id, str(month), low, high, "month", when.origin)
        return month


def _row(
    id: str,
    value: float | str,
    low: float | str | None,
    high: float | str | None,
    unit: str,
    origin: Origin,
) -> FigureRow:
    return FigureRow(
        id,
        value,
        low,
        high,
        unit,
        origin.basis,
        origin.source,
        origin.section,
        origin.note,
        origin.file,
        origin.line,
    )
