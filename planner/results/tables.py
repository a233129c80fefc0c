"""The tables of a result, each a function of what was compiled and solved, and sums over them.

Months are text, ``2022-03``; only the report window is shown. Units stand in the column names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import ResultError, nearest
from planner.problem.model import Floats, Ints
from planner.results.losses import ACCOUNTS, accounts, strength
from planner.solution import Allocation, cover
from planner.tolerances import NEGLIGIBLE_PEOPLE

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.result import Result, Tables

__all__ = [
    "BASES",
    "BUILDERS",
    "KEYS",
    "displacement_by",
    "fill_by",
    "frame",
    "grounds",
    "share",
    "text_column",
]

LABELS = (
    "demand", "mission", "region", "category", "organisation", "main_task", "tier", "kind",
    "status", "package",
)  # fmt: skip
KEYS = (*LABELS, "pool", "month", "year", "phase")
"""Keys by which results can be grouped. A phase is a part of the window: ``before`` the first month
of the package, or from then on (``after``)."""

MONTH_KEYS = ("month", "year", "phase")
"""Keys derived from the month."""

_ASKED, _FILLED = "asked_person_months", "filled_person_months"
_LOST = "displaced_person_months"
_PHASE_PACKAGE = "package of the phase"

_LABELS = (
    "mission", "mission_name", "mission_name_nl", "name", "name_nl", "organisation", "region",
    "category", "kind", "status", "standing", "package",
)  # fmt: skip

BASES = ("letter", "public", "assumption")
"""Bases of a parameter, from the strongest to the weakest."""

ROTATION = ("tour", "preparation", "rest")

STRENGTH = ("posts", "filled", "fit")


def frame(**columns: Any) -> pd.DataFrame:
    """Return a table of columns of equal length."""
    import pandas as pd

    return pd.DataFrame(columns, copy=False)


def text_column(names: Sequence[str], places: Ints | None = None) -> Any:
    """Return a column of text: all names, or those at some indices.

    Examples
    --------
    >>> list(text_column(["staff", "civil"], np.array([1, 1, 0])))
    ['civil', 'civil', 'staff']
    """
    import pandas as pd

    column = pd.Series(list(names), dtype="str").array
    return column if places is None else column.take(np.asarray(places, dtype=np.intp))


def share(part: Floats, whole: Floats, nothing: float = np.nan) -> Floats:
    """Return part ÷ whole; `nothing`, by default NaN, where the whole is 0.

    Examples
    --------
    >>> share(np.array([1.0, 0.0]), np.array([2.0, 0.0]))
    array([0.5, nan])
    """
    part, whole = np.asarray(part, dtype=float), np.asarray(whole, dtype=float)
    return np.divide(part, whole, out=np.full(whole.shape, nothing), where=whole > 0)


def fill_by(result: Tables, keys: Sequence[str]) -> pd.DataFrame:
    """See :meth:`planner.results.result.Tables.fill_by`."""
    _check_keys(keys)
    values = [_ASKED, _FILLED]
    if "pool" in keys:
        lines = _by_pool(result)
    elif any(key in MONTH_KEYS for key in keys):
        renamed = {"asked_persons": _ASKED, "on_duty_persons": _FILLED}
        lines = result.monthly_fill.rename(columns=renamed)
    else:
        lines = result.demands
    if "phase" in keys:
        packages = result.packages["package"].tolist()
        if len(packages) != 1:
            raise ResultError(f"phase: expected a result with one package, found {len(packages)}")
        lines = lines.assign(**{_PHASE_PACKAGE: packages[0]})
    lines = _with_periods(result, _with_labels(result, lines, keys), keys, _PHASE_PACKAGE)
    table = _grouped_sums(lines, list(keys), values)
    table["fill_rate"] = share(table[_FILLED].to_numpy(), table[_ASKED].to_numpy())
    return table


def displacement_by(result: Tables, keys: Sequence[str], main_task: int | None = 2) -> pd.DataFrame:
    """See :meth:`planner.results.result.Tables.displacement_by`."""
    _check_keys(keys)
    fine = "pool" in keys or any(key in MONTH_KEYS for key in keys)
    lines = result.displacement_monthly if fine else result.displacement
    keys = ["package", *(key for key in keys if key != "package")]
    lines = _with_labels(result, lines, list(dict.fromkeys([*keys, "main_task"])))
    lines = _with_periods(result, lines, keys, "package")
    if main_task is not None and "main_task" not in keys:
        lines = lines[lines["main_task"] == main_task]
    table = _grouped_sums(lines, keys, [_LOST])
    if len(keys) > 1:
        return table
    whole = result.packages[["package"]].merge(table, on="package", how="left")
    return whole.fillna({_LOST: 0.0})


def _check_keys(keys: Sequence[str]) -> None:
    for index, key in enumerate(keys):
        if key not in KEYS:
            known = ", ".join(KEYS)
            raise ResultError(f"cannot group by {key!r}{nearest(key, KEYS)}; expected {known}")
        if key in keys[:index]:
            raise ResultError(f"asked to group by {key!r} twice")


def _with_periods(
    result: Tables, lines: pd.DataFrame, keys: Sequence[str], package: str
) -> pd.DataFrame:
    """Return lines with year and phase where these are keys; a column names the package."""
    if "year" in keys:
        lines = lines.assign(year=lines["month"].str[:4])
    if "phase" in keys:
        demands = result.demands
        starts = demands[demands["package"] != ""].groupby("package")["first_month"].min()
        before = lines["month"] < lines[package].map(starts)
        lines = lines.assign(phase=before.map({True: "before", False: "after"}))
    return lines


def _by_pool(result: Tables) -> pd.DataFrame:
    """Return asked and filled by demand, pool and month; the shortfall counts at the first pool."""
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


def _with_labels(result: Tables, lines: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return lines with the labels of their demand that are keys and not yet columns."""
    lacking = [key for key in keys if key in LABELS and key not in lines.columns]
    if not lacking:
        return lines
    import pandas as pd

    labels = result.demands.set_index("demand")[lacking]
    found = labels.index.get_indexer(pd.Index(lines["demand"]))
    return lines.assign(**{key: labels[key].array.take(found) for key in lacking})


def _grouped_sums(lines: pd.DataFrame, keys: list[str], values: list[str]) -> pd.DataFrame:
    """Return sums by group, in the order of the scenario; months in calendar order."""
    if not keys:
        return lines[values].sum().to_frame().T
    table = lines.groupby(keys, sort=False, as_index=False)[values].sum()
    ranks = [_rank(table[key], key) for key in reversed(keys)]
    return table.iloc[np.lexsort(ranks)].reset_index(drop=True)


def _rank(column: pd.Series, key: str) -> np.ndarray:
    return column.factorize(sort=key in ("month", "year", "tier", "main_task"))[0]


def demands(result: Result) -> pd.DataFrame:
    """Return one row a demand: labels, cap, months, asked and filled person-months."""
    rows, solution = result.compiled.demands, result.solution
    columns: dict[str, Any] = {"demand": text_column([row.id for row in rows])}
    columns |= {name: text_column([getattr(row, name) for row in rows]) for name in _LABELS}
    return frame(
        **columns,
        pools=text_column([" ".join(row.pools) for row in rows]),
        main_task=np.array([row.main_task for row in rows], dtype=np.int64),
        tier=np.array([row.tier for row in rows], dtype=np.int64),
        on_call=np.array([row.on_call for row in rows], dtype=bool),
        first_month=text_column([str(row.first) for row in rows]),
        last_month=text_column([str(row.last) for row in rows]),
        cap_persons=np.array([row.cap for row in rows], dtype=float),
        asked_person_months=solution.asked,
        filled_person_months=solution.with_all.filled,
        fill_rate=share(solution.with_all.filled, solution.asked),
    )


def monthly(result: Result) -> pd.DataFrame:
    """Return people on duty by demand, pool and month, where there are any."""
    pairs, people = _on_duty(result, result.solution.with_all)
    return _nonzero_rows(result, pairs, people, "on_duty_persons")


def monthly_fill(result: Result) -> pd.DataFrame:
    """Return people asked and on duty by demand and month of its mandate."""
    problem = result.compiled.problem
    first, last = problem.report
    begin = np.array([max(d.first, first) for d in problem.demands], dtype=np.int64)
    end = np.array([min(d.last, last) for d in problem.demands], dtype=np.int64)
    count = np.maximum(end - begin + 1, 0)
    demand = np.repeat(np.arange(len(count)), count)
    month = np.arange(len(demand)) - np.repeat(np.cumsum(count) - count - begin, count)
    caps = np.array([d.cap for d in problem.demands], dtype=float)
    return frame(
        demand=text_column([d.id for d in problem.demands], demand),
        month=text_column(_months(result), month),
        asked_persons=caps[demand],
        on_duty_persons=result.solution.with_all.on_duty[demand, month],
    )


def pools(result: Result) -> pd.DataFrame:
    """Return the people of each pool by state, month by month."""
    solution = result.solution
    people, with_all = strength(solution), solution.with_all
    pool, month = _pool_months(result)
    states = {
        f"{name.replace(' ', '_')}_persons": with_all.pool_use(name)[pool, month]
        for name in ("preparing", "on duty", "resting", "on call", "resting on call")
    }
    return frame(
        pool=text_column(list(solution.problem.pools), pool),
        month=text_column(_months(result), month),
        strength_persons=people[pool, month],
        **states,
        idle_persons=(people - with_all.tied_up)[pool, month],
    )


def tours(result: Result) -> pd.DataFrame:
    """Return every tour that ties people up inside the window."""
    problem, s = result.compiled.problem, result.solution.with_all.service
    keep = (s.rests >= problem.report[0]) & (s.prepares <= problem.report[1])
    compiled = result.compiled
    low = int(min(s.prepares.min(initial=0), 0))
    high = int(max(s.rests.max(initial=0), 0))
    calendar = [str(compiled.month(index)) for index in range(low, high + 1)]

    def when(months: Ints) -> Any:
        return text_column(calendar, months[keep] - low)

    return frame(
        demand=text_column([d.id for d in problem.demands], s.demand[keep]),
        pool=text_column(list(problem.pools), s.pool[keep]),
        cohort=s.cohort[keep],
        first_month=when(s.first),
        last_month=when(s.last),
        preparation_from=when(s.prepares),
        rest_until=when(s.rests),
        people_persons=s.people[keep],
    )


def displacement(result: Result) -> pd.DataFrame:
    """Return person-months lost to each package by each demand outside it."""
    rows, solution = result.compiled.demands, result.solution
    package, demand, lost = [], [], []
    for index, id in enumerate(solution.without):
        others = np.flatnonzero(~result.compiled.problem.inside(id))
        package.append(np.full(len(others), index))
        demand.append(others)
        lost.append(solution.displaced(id)[others])
    who = _concatenated(demand, np.int64)
    labels = {
        name: text_column([getattr(row, name) for row in rows], who)
        for name in ("mission", "region", "category")
    }
    return frame(
        package=text_column(list(solution.without), _concatenated(package, np.int64)),
        demand=text_column([row.id for row in rows], who),
        **labels,
        main_task=np.array([row.main_task for row in rows], dtype=np.int64)[who],
        displaced_person_months=_concatenated(lost, np.float64),
    )


def displacement_monthly(result: Result) -> pd.DataFrame:
    """Return people on duty without each package minus with it, by demand, pool and month."""
    import pandas as pd

    solution = result.solution
    parts = []
    for id, before in solution.without.items():
        in_package = result.compiled.problem.inside(id)
        pairs, people = _on_duty(result, before, solution.with_all, keep=~in_package)
        part = _nonzero_rows(result, pairs, people, "displaced_person_months")
        part.insert(0, "package", text_column([id], np.zeros(len(part), dtype=np.int64)))
        parts.append(part)
    if not parts:
        first, last = result.compiled.problem.report
        nothing = np.zeros((2, 0), dtype=np.int64), np.zeros((0, last - first + 1))
        part = _nonzero_rows(result, *nothing, "displaced_person_months")
        part.insert(0, "package", text_column([]))
        return part
    return pd.concat(parts, ignore_index=True)


def packages(result: Result) -> pd.DataFrame:
    """Return fill, displacement and known month of each package."""
    solution, problem, inputs = result.solution, result.compiled.problem, result.scenario.inputs
    ids = list(solution.without)
    task = np.array([demand.main_task for demand in problem.demands], dtype=np.int64)
    filled, asked = np.zeros(len(ids)), np.zeros(len(ids))
    taken = np.zeros((2, len(ids)))
    for index, id in enumerate(ids):
        in_package, lost = result.compiled.problem.inside(id), solution.displaced(id)
        filled[index] = solution.with_all.filled[in_package].sum()
        asked[index] = solution.asked[in_package].sum()
        taken[:, index] = [lost[(task == number) & ~in_package].sum() for number in (1, 2)]
    return frame(
        package=text_column(ids),
        title=text_column([inputs.packages[id].title for id in ids]),
        title_nl=text_column([inputs.packages[id].title_nl for id in ids]),
        known_month=text_column([str(result.compiled.month(problem.known(id))) for id in ids]),
        asked_person_months=asked,
        filled_person_months=filled,
        displaced_main_task_1=taken[0],
        displaced_main_task_2=taken[1],
        displacement_ratio=share(taken[1], np.where(filled > NEGLIGIBLE_PEOPLE, filled, 0.0)),
    )


def bottlenecks(result: Result) -> pd.DataFrame:
    """Return binding pools and months: nobody is idle and more people may raise the fill."""
    solution = result.solution
    people = strength(solution)
    pool, month = _pool_months(result)
    binding = solution.with_all.binding[pool, month]
    pool, month = pool[binding], month[binding]
    return frame(
        pool=text_column(list(solution.problem.pools), pool),
        month=text_column(_months(result), month),
        strength_persons=people[pool, month],
        idle_persons=(people - solution.with_all.tied_up)[pool, month],
    )


def budgets(result: Result) -> pd.DataFrame:
    """Return amount and expenditure of each budget."""
    allocation, lines = result.solution.with_all, result.compiled.problem.budgets
    return frame(
        budget=text_column([line.id for line in lines]),
        amount_euros=np.array([line.amount for line in lines], dtype=float),
        spent_euros=allocation.spent,
    )


def unmet_bounds(result: Result) -> pd.DataFrame:
    """Return composition minima that are missed, by month."""
    problem, rows = result.compiled.problem, result.solution.with_all.missing
    here = {demand.id for demand in problem.demands}
    bounds = result.scenario.inputs.bounds.values()
    ids = [bound.id for bound in bounds if here.intersection(bound.demands)]
    which = np.array([row["bound"] for row in rows], dtype=np.int64)
    return frame(
        bound=text_column(ids, which),
        month=text_column(
            _months(result), np.array([row["month"] for row in rows], dtype=np.int64)
        ),
        demands=text_column([" ".join(bound.demands) for bound in problem.bounds], which),
        missing_persons=np.array([row["missing"] for row in rows], dtype=float),
    )


def accounting(result: Result) -> pd.DataFrame:
    """Return people taken by each package and given up by others, by pool, month and account.

    The second account is listed only for pools that a demand on call uses.
    """
    solution = result.solution
    problem = solution.problem
    ids, places = list(solution.without), list(problem.pools)
    called = {name for demand in problem.demands if demand.on_call for name in demand.pools}
    pool, month = _pool_months(result)
    second = np.array([places[k] in called for k in pool], dtype=bool)
    account = np.repeat([0, 1], [len(pool), int(second.sum())])
    pool, month = np.append(pool, pool[second]), np.append(month, month[second])
    books, at = [accounts(solution, id) for id in ids], (account, pool, month)
    columns = {
        f"{name}_persons": _concatenated([getattr(book, name)[at] for book in books], np.float64)
        for name in ("taken", "given_up", "idle_used", "residual")
    }
    return frame(
        package=text_column(ids, np.repeat(np.arange(len(ids)), len(pool))),
        account=text_column(ACCOUNTS, np.tile(account, len(ids))),
        pool=text_column(places, np.tile(pool, len(ids))),
        month=text_column(_months(result), np.tile(month, len(ids))),
        **columns,
    )


def figures(result: Result) -> pd.DataFrame:
    """Return every parameter in use with its source; values that are months have a column."""
    rows = result.compiled.figures
    numbers = [np.nan if isinstance(row.value, str) else row.value for row in rows]
    months = [row.value if isinstance(row.value, str) else "" for row in rows]
    text = {
        name: text_column([getattr(row, name) for row in rows])
        for name in ("unit", "basis", "source", "section", "note", "file")
    }
    return frame(
        figure=text_column([row.id for row in rows]),
        value=np.array(numbers, dtype=float),
        low=_range_ends([row.low for row in rows]),
        high=_range_ends([row.high for row in rows]),
        month=text_column(months),
        **text,
        line=np.array([row.line for row in rows], dtype=np.int64),
    )


def _range_ends(ends: Sequence[float | str | None]) -> NDArray[np.float64]:
    """Return ends of ranges as numbers; those of months are left out."""
    return np.array([end if isinstance(end, float) else np.nan for end in ends], dtype=float)


def left_out(result: Result) -> pd.DataFrame:
    """Return demands of the scenario that are not part of the problem, with the reason."""
    left_out = result.compiled.left_out
    return frame(demand=text_column(list(left_out)), reason=text_column(list(left_out.values())))


BUILDERS: dict[str, Callable[[Result], pd.DataFrame]] = {
    function.__name__: function
    for function in (
        demands, monthly, monthly_fill, pools, tours, displacement, displacement_monthly, packages,
        bottlenecks, budgets, unmet_bounds, accounting, figures, left_out,
    )
}  # fmt: skip
"""The function that builds each table, by name."""


def _months(result: Result) -> list[str]:
    compiled = result.compiled
    return [str(compiled.month(index)) for index in range(compiled.problem.months)]


def _pool_months(result: Result) -> tuple[Ints, Ints]:
    """Return every pair of pool and reported month, as two columns of indices."""
    problem = result.compiled.problem
    months = np.arange(problem.report[0], problem.report[1] + 1)
    count = len(problem.pools)
    return np.repeat(np.arange(count), len(months)), np.tile(months, count)


def _on_duty(
    result: Result,
    plan: Allocation,
    less: Allocation | None = None,
    keep: NDArray[np.bool_] | None = None,
) -> tuple[Ints, Floats]:
    """Return people on duty by pair of demand and pool, (pairs, reported months).

    Those of a second plan are subtracted; `keep` selects demands. The pairs are two rows of
    indices, (2, pairs).
    """
    problem = result.compiled.problem
    count = len(problem.pools)
    plans = [(plan, 1.0)] + ([] if less is None else [(less, -1.0)])
    keys, spans, people = [], [], []
    for allocation, sign in plans:
        s = allocation.service
        chosen = slice(None) if keep is None else keep[s.demand]
        keys.append((s.demand * count + s.pool)[chosen])
        spans.append(np.stack([s.first[chosen], s.last[chosen]]))
        people.append(sign * s.people[chosen])
    pairs, row = np.unique(np.concatenate(keys), return_inverse=True)
    first, last = np.concatenate(spans, axis=1)
    shape = (len(pairs), problem.months)
    total = cover(np.asarray(row).ravel(), first, last, np.concatenate(people), shape)
    shown = total[:, problem.report[0] : problem.report[1] + 1]
    return np.stack([pairs // max(count, 1), pairs % max(count, 1)]), shown


def _nonzero_rows(result: Result, pairs: Ints, people: Floats, value: str) -> pd.DataFrame:
    """Return one row for each pair and month with a non-zero value."""
    problem = result.compiled.problem
    row, month = np.nonzero(np.abs(people) > NEGLIGIBLE_PEOPLE)
    return frame(
        demand=text_column([d.id for d in problem.demands], pairs[0, row]),
        pool=text_column(list(problem.pools), pairs[1, row]),
        month=text_column(_months(result)[problem.report[0] :], month),
        **{value: people[row, month]},
    )


def _concatenated(parts: list[Any], dtype: Any) -> Any:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=dtype)


def grounds(result: Tables) -> pd.DataFrame:
    """See :meth:`planner.results.result.Tables.grounds`."""
    import pandas as pd

    figures = result.figures
    basis = dict(zip(figures["figure"], figures["basis"], strict=True))
    rows = {"figures": _sums_by_basis(np.ones(len(figures)), figures["basis"])}
    rows |= (
        _asked_by_basis(result, basis)
        | _rotation_by_basis(result, basis)
        | _strength_by_basis(result, basis)
    )
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(BASES))
    units = ["figures" if name == "figures" else "person-months" for name in table.index]
    table.insert(0, "unit", units)
    table.insert(1, "total", table[list(BASES)].sum(axis=1))
    return table.rename_axis("what").reset_index()


def _sums_by_basis(amounts: NDArray[np.float64], bases: Iterable[str]) -> list[float]:
    """Return the sum of amounts by basis."""
    rank = np.array([BASES.index(one) for one in bases], dtype=np.int64)
    found: list[float] = np.bincount(rank, amounts, minlength=len(BASES)).tolist()
    return found


def _weakest_basis(bases: Iterable[str]) -> str:
    """Return the weakest basis of several parameters; without any, an assumption."""
    return max(bases, key=BASES.index, default="assumption")


def _asked_by_basis(result: Tables, basis: dict[str, str]) -> dict[str, list[float]]:
    """Return person-months asked by the basis of their cap, and of their first and last month."""
    rows = result.demands
    amounts, ids = rows["asked_person_months"].to_numpy(), list(rows["demand"])

    def by(*ends: str) -> list[float]:
        names = [[f"demand.{id}.{end}" for end in ends] for id in ids]
        return _sums_by_basis(
            amounts, (_weakest_basis(basis[n] for n in few if n in basis) for few in names)
        )

    return {"cap": by("cap"), "months": by("first", "last")}


def _rotation_by_basis(result: Tables, basis: dict[str, str]) -> dict[str, list[float]]:
    """Return person-months on duty by the basis of tour, preparation and rest."""
    served = result.monthly.groupby(["demand", "pool"], sort=False)["on_duty_persons"].sum()
    kinds = dict(zip(result.demands["demand"], result.demands["kind"], strict=True))

    def of(rule: str, demand: str, pool: str) -> str:
        owners = f"demand.{demand}.{rule}", f"kind.{kinds[demand]}.{rule}"
        names = [owners[0], f"{owners[1]}.{pool}", owners[1]]  # in this order, as it is compiled
        return next((basis[name] for name in names if name in basis), "assumption")

    amounts, pairs = served.to_numpy(), list(served.index)
    return {rule: _sums_by_basis(amounts, (of(rule, *pair) for pair in pairs)) for rule in ROTATION}


def _strength_by_basis(result: Tables, basis: dict[str, str]) -> dict[str, list[float]]:
    """Return strength over the window by the basis of posts, share filled and share fit."""
    people = result.pools.groupby("pool", sort=False)["strength_persons"].sum()
    found = {}
    for factor in STRENGTH:
        bases = []
        for pool in people.index:
            starts = f"pool.{pool}.{factor}"  # a level from a later month has it behind an @
            bases.append([one for name, one in basis.items() if name.split("@")[0] == starts])
        if any(bases):
            found[factor] = _sums_by_basis(people.to_numpy(), map(_weakest_basis, bases))
    return found
