"""Plans by the *value* rule: a primal simplex method with bounded columns, by objective in order.

    maximize  gain · x   over   A x <= limit,  0 <= x <= upper       (all limits at least 0)

A vertex is stored as its *tight* rows and as many *basic* columns; every other column is at one of
its bounds, and slacks of the other rows are updated separately. Only the inverse of the entries of
tight rows in basic columns is stored, dense: one row for each basic column and one column for each
tight row. It starts empty, is extended where a row becomes tight, and shrinks where a basic column
reaches a bound while a row is relaxed. Columns with a reduced gain and rows with a price after an
objective are fixed for all later ones (the optimal face).
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.arrays import (
    CAPACITY_TOLERANCE,
    LOAD_TOLERANCE,
    duty_months,
    transpose,
)
from planner.montecarlo.kernel.compile import compiled, struct

__all__ = ["Asked", "objectives_of", "asked_of", "initial_order", "solve_objectives"]

ObjectivesType, Objectives = struct(__name__, "Objectives", "goals gain")
"""The tier whose goals an objective maximizes, or 0 where the objective is a sum over people; and
the gain of a person in each objective, (objectives, columns), with a largest entry of 1."""

MIN_GAIN = 1e-5
"""Problems with a gain below this part of the largest of its objective are left to the engine: the
prices of such gains would be indistinguishable from rounding."""

LOWER, UPPER, BASIC = 0, 1, 2
"""Status of a column."""

PIVOT_TOLERANCE = 1e-8
"""Entries of a direction below this are rounding."""

STEP_TOLERANCE = 1e-11
"""Steps that differ by less, relative to one plus the step, are equal."""

GAIN_TOLERANCE = 1e-9
"""Reduced gains below this, with gains of at most 1, are 0."""

REFRESH_MOVES = 60
"""Moves after which values are recomputed."""

MAX_DEGENERATE_MOVES = 400
"""Degenerate moves after which the first candidate enters, not the one with the largest gain."""

DUAL_TOLERANCE = 1e-7
"""Columns and rows with a reduced gain or price above this are fixed for all later objectives."""

EQUALITY_TOLERANCE = 1e-9
"""Relative difference below which persons or objective values are equal."""

ZERO_TOLERANCE = 1e-13
"""Entries of a direction below this are set to 0."""

FEASIBILITY_TOLERANCE = 1e-7
"""Largest violation of an accepted vertex, relative to one plus the limit."""


@compiled
def objectives_of(arrays, block, b):
    """Return (objectives, tier of each, scale of each, whether all gains are large enough).

    The *value* rule optimizes, in order: by tier the shortfalls of goals and the weighted
    person-months; the preference among options; the person-months inside the report window, where
    these differ. The tier of an objective is 0 unless it is the weighted person-months of a tier.
    """
    columns, d0 = len(block.owner), arrays.decision_ptr[b]
    tiers, owner, tier_of = np.unique(block.tier), block.owner, block.tier
    months, counted, weight = np.zeros(columns), np.zeros(columns), np.zeros(columns)
    has_costs, has_months_outside = False, False
    for c in range(columns):
        d = d0 + owner[c]
        months[c] = block.months[owner[c]]
        if c > 0 and owner[c] == owner[c - 1]:
            counted[c] = counted[c - 1]
        else:
            counted[c] = duty_months(arrays, d, arrays.low, arrays.high)
        weight[c] = arrays.weight[arrays.demand[d]]
        has_costs = has_costs or block.cost[c] > 0
        has_months_outside = has_months_outside or months[c] > counted[c] + 1e-9
    objectives_per_tier = 1 + (len(block.bound) > 0)
    max_objectives = (objectives_per_tier + 1) * len(tiers) + 1
    goals, of_tier = np.zeros(max_objectives, np.int64), np.zeros(max_objectives, np.int64)
    gain, scale, count = np.zeros((max_objectives, columns)), np.ones(max_objectives), 0
    for tier in tiers:
        if objectives_per_tier == 2:
            goals[count] = tier
            count += 1
        of_tier[count] = tier
        for c in range(columns):
            if tier_of[owner[c]] == tier:
                gain[count, c] = weight[c] * months[c]
        count += 1
    if has_costs:
        gain[count] = -block.cost
        count += 1
    if has_months_outside:
        for tier in tiers:
            for c in range(columns):
                if tier_of[owner[c]] == tier:
                    gain[count, c] = weight[c] * counted[c]
            count += 1
    comparable = True
    for a in range(count):
        largest = np.abs(gain[a]).max()
        if largest > 0.0:
            gain[a] /= largest
            scale[a] = largest
        for c in range(columns):
            comparable = comparable and (gain[a, c] == 0.0 or abs(gain[a, c]) >= MIN_GAIN)
    return Objectives(goals[:count], gain[:count]), of_tier[:count], scale[:count], comparable


@compiled
def initial_order(block):
    """Return the order of columns for the initial vertex: by option, then by people tied up."""
    columns = len(block.owner)
    asks, first = np.full(columns, np.inf), np.empty(columns, np.int64)
    for c in range(columns):
        months = block.months[block.owner[c]]
        if months > 0:
            tied = 0.0
            for at in range(block.indptr[c], block.indptr[c + 1]):
                tied += block.value[at]
            asks[c] = tied / months
    order = np.argsort(asks, kind="mergesort")
    for k in range(columns):
        c = order[k]
        first[k] = c - block.start[block.owner[c]]
    return order[np.argsort(first, kind="mergesort")]


LpType, Lp = struct(
    __name__, "Lp", "columns rows upper ptr index value rowptr rowcol rowval limit norm"
)
"""Counts of columns and rows; upper bounds; entries by column and by row; limits; and the length
of each column, by which gains are compared."""

VertexType, Vertex = struct(
    __name__,
    "Vertex",
    "size inverse tight basic row place status fixed fixed_row x slack price gain alpha beta "
    "slack_rate nonzero touched is_touched",
)
"""Counts (tight rows, entries of `nonzero` and of `touched`, moves since values were recomputed);
the inverse; tight rows and basic columns; the place of each row and column in the basis (-1: none);
the status of each column; fixed columns and rows; values of columns and slacks of rows; prices of
rows and reduced gains of columns; scratch by place (two) and by row; the places at which ``alpha``
is not 0, the rows at which ``slack_rate`` may not be 0, and whether a row is one of these.

Nearly all entries of the inverse, of ``alpha`` and of ``slack_rate`` are 0, so a move visits only
what it changes; prices and reduced gains are updated by each move. Arrays of a record are bound to
local names before loops: compiled code would otherwise read the record at every step.
"""

TIGHT, NONZERO, TOUCHED, MOVES = 0, 1, 2, 3
"""Places in the counts of a vertex."""


@compiled
def new_vertex(lp, inverse):
    """Return the vertex with all columns at 0; `inverse` is storage for the inverse."""
    most = len(inverse)
    return Vertex(
        np.zeros(4, np.int64), inverse, np.full(most, -1, np.int64), np.full(most, -1, np.int64),
        np.full(lp.rows, -1, np.int64), np.full(lp.columns, -1, np.int64),
        np.zeros(lp.columns, np.int64), np.zeros(lp.columns, np.bool_),
        np.zeros(lp.rows, np.bool_), np.zeros(lp.columns), lp.limit.copy(), np.zeros(lp.rows),
        np.zeros(lp.columns), np.zeros(most), np.zeros(most), np.zeros(lp.rows),
        np.empty(most, np.int64), np.empty(lp.rows, np.int64), np.zeros(lp.rows, np.bool_),
    )  # fmt: skip


@compiled
def _list_nonzeros(vertex):
    """List the nonzero entries of ``alpha``; entries that are rounding are set to 0."""
    count, alpha, nonzero = 0, vertex.alpha, vertex.nonzero
    for s in range(vertex.size[TIGHT]):
        if abs(alpha[s]) > ZERO_TOLERANCE:
            nonzero[count] = s
            count += 1
        else:
            alpha[s] = 0.0
    vertex.size[NONZERO] = count


@compiled
def _column_direction(lp, vertex, j):
    """Write the decrease of basic columns per unit increase of a column to ``alpha``."""
    k, alpha, inverse = vertex.size[TIGHT], vertex.alpha, vertex.inverse
    index, value, row = lp.index, lp.value, vertex.row
    for s in range(k):
        alpha[s] = 0.0
    for e in range(lp.ptr[j], lp.ptr[j + 1]):
        p = row[index[e]]
        if p >= 0:
            for s in range(k):
                alpha[s] += inverse[s, p] * value[e]
    _list_nonzeros(vertex)


@compiled
def _add_slack_rates(lp, vertex, c, rate):
    """Add the effect of the rate of a column to the rates of slacks."""
    index, value, is_touched, slack_rate, touched = (
        lp.index,
        lp.value,
        vertex.is_touched,
        vertex.slack_rate,
        vertex.touched,
    )
    count = vertex.size[TOUCHED]
    for e in range(lp.ptr[c], lp.ptr[c + 1]):
        r = index[e]
        if not is_touched[r]:
            is_touched[r] = True
            touched[count] = r
            count += 1
        slack_rate[r] += rate * value[e]
    vertex.size[TOUCHED] = count


@compiled
def _slack_rates(lp, vertex, j, sign):
    """Write the decrease of the slack of each row that is not tight to ``slack_rate``.

    The column j (-1: none) moves by `sign`, basic columns by minus `sign` times ``alpha``.
    """
    touched, slack_rate, is_touched = vertex.touched, vertex.slack_rate, vertex.is_touched
    for n in range(vertex.size[TOUCHED]):
        slack_rate[touched[n]] = 0.0
        is_touched[touched[n]] = False
    vertex.size[TOUCHED] = 0
    if j >= 0:
        _add_slack_rates(lp, vertex, j, sign)
    for n in range(vertex.size[NONZERO]):
        s = vertex.nonzero[n]
        _add_slack_rates(lp, vertex, vertex.basic[s], -sign * vertex.alpha[s])


@compiled
def _ratio_test(lp, vertex, max_step, sign):
    """Return (step, place of a basic column or -1, row or -1, whether at the upper bound).

    Among bounds and rows reached at the same step, the one with the largest entry leaves.
    """
    step_limit, place, row, at_upper, weight = max_step, -1, -1, False, 0.0
    nonzero, alpha, basic, upper, x = vertex.nonzero, vertex.alpha, vertex.basic, lp.upper, vertex.x
    touched, slack_rate, tight, slack = vertex.touched, vertex.slack_rate, vertex.row, vertex.slack
    for phase in range(2):  # first the step, then the blocking column or row
        for n in range(vertex.size[NONZERO]):
            s = nonzero[n]
            rate = -sign * alpha[s]
            if abs(rate) <= PIVOT_TOLERANCE:
                continue
            c = basic[s]
            distance = upper[c] - x[c] if rate > 0 else x[c]
            step = max(distance, 0.0) / abs(rate)
            if phase == 0:
                step_limit = min(step_limit, step)
            elif step <= step_limit + STEP_TOLERANCE * (1 + step_limit) and abs(rate) > weight:
                place, row, at_upper, weight = s, -1, rate > 0, abs(rate)
        for n in range(vertex.size[TOUCHED]):
            r = touched[n]
            if slack_rate[r] <= PIVOT_TOLERANCE or tight[r] >= 0:
                continue
            step = max(slack[r], 0.0) / slack_rate[r]
            if phase == 0:
                step_limit = min(step_limit, step)
            elif step <= step_limit + STEP_TOLERANCE * (1 + step_limit) and slack_rate[r] > weight:
                place, row, weight = -1, r, slack_rate[r]
    return step_limit, place, row, at_upper


@compiled
def _take_step(lp, vertex, j, sign, step):
    """Move along a direction."""
    nonzero, alpha, basic, x = vertex.nonzero, vertex.alpha, vertex.basic, vertex.x
    touched, slack_rate, tight, slack = vertex.touched, vertex.slack_rate, vertex.row, vertex.slack
    vertex.size[MOVES] += 1
    if j >= 0:
        x[j] += sign * step
    for n in range(vertex.size[NONZERO]):
        x[basic[nonzero[n]]] -= sign * alpha[nonzero[n]] * step
    for n in range(vertex.size[TOUCHED]):
        r = touched[n]
        if tight[r] < 0:
            slack[r] -= slack_rate[r] * step


@compiled
def _add_row(to, inverse, s, k, weight):
    """Add a row of the inverse, times a weight."""
    row = inverse[s]
    for p in range(k):
        to[p] += weight * row[p]


@compiled
def _row_times_inverse(lp, vertex, q):
    """Write the row q, over basic columns, times the inverse, to ``beta``."""
    k, beta, inverse, place = vertex.size[TIGHT], vertex.beta, vertex.inverse, vertex.place
    rowcol, rowval = lp.rowcol, lp.rowval
    for p in range(k):
        beta[p] = 0.0
    for e in range(lp.rowptr[q], lp.rowptr[q + 1]):
        s = place[rowcol[e]]
        if s >= 0:
            _add_row(beta, inverse, s, k, rowval[e])


@compiled
def _entry(lp, j, q):
    for e in range(lp.ptr[j], lp.ptr[j + 1]):
        if lp.index[e] == q:
            return lp.value[e]
    return 0.0


@compiled
def _extend_basis(lp, vertex, j, q):
    """Make a column basic and a row tight."""
    k = vertex.size[TIGHT]
    _row_times_inverse(lp, vertex, q)
    pivot = _entry(lp, j, q)
    for e in range(lp.rowptr[q], lp.rowptr[q + 1]):
        s = vertex.place[lp.rowcol[e]]
        if s >= 0:
            pivot -= lp.rowval[e] * vertex.alpha[s]
    if abs(pivot) <= PIVOT_TOLERANCE:
        return False
    inverse, beta = vertex.inverse, vertex.beta
    for p in range(k):
        inverse[k, p] = -beta[p] / pivot
        inverse[p, k] = 0.0
    inverse[k, k] = 1.0 / pivot
    for n in range(vertex.size[NONZERO]):
        _add_row(inverse[vertex.nonzero[n]], inverse, k, k + 1, -vertex.alpha[vertex.nonzero[n]])
    vertex.basic[k], vertex.tight[k] = j, q
    vertex.place[j], vertex.row[q] = k, k
    vertex.status[j] = BASIC
    vertex.size[TIGHT] = k + 1
    return True


@compiled
def _exchange_columns(vertex, s, j):
    """Exchange a basic column for another."""
    k = vertex.size[TIGHT]
    pivot = vertex.alpha[s]
    inverse = vertex.inverse
    for p in range(k):
        inverse[s, p] /= pivot
    for n in range(vertex.size[NONZERO]):
        i = vertex.nonzero[n]
        if i != s:
            _add_row(inverse[i], inverse, s, k, -vertex.alpha[i])
    vertex.place[vertex.basic[s]] = -1
    vertex.basic[s] = j
    vertex.place[j], vertex.status[j] = s, BASIC


@compiled
def _change_price(lp, vertex, r, change):
    """Change the price of a row, and the reduced gains accordingly."""
    gain, rowcol, rowval = vertex.gain, lp.rowcol, lp.rowval
    vertex.price[r] += change
    for e in range(lp.rowptr[r], lp.rowptr[r + 1]):
        gain[rowcol[e]] -= change * rowval[e]


@compiled
def _update_prices(lp, vertex, j):
    """Update prices so that the reduced gain of the entering column is 0."""
    gain, s = vertex.gain[j], vertex.place[j]
    if gain != 0.0:
        for p in range(vertex.size[TIGHT]):
            if vertex.inverse[s, p] != 0.0:
                _change_price(lp, vertex, vertex.tight[p], gain * vertex.inverse[s, p])


@compiled
def _exchange_rows(lp, vertex, p, q):
    """Exchange a tight row for another."""
    k = vertex.size[TIGHT]
    _row_times_inverse(lp, vertex, q)
    pivot = vertex.beta[p]
    if abs(pivot) <= PIVOT_TOLERANCE:
        return False
    price = vertex.price[vertex.tight[p]] / pivot
    for other in range(k):
        if other != p and vertex.beta[other] != 0.0:
            _change_price(lp, vertex, vertex.tight[other], -price * vertex.beta[other])
    _change_price(lp, vertex, vertex.tight[p], -vertex.price[vertex.tight[p]])
    _change_price(lp, vertex, q, price)
    inverse, beta = vertex.inverse, vertex.beta
    for n in range(vertex.size[NONZERO]):  # alpha is the column p of the inverse
        s = vertex.nonzero[n]
        weight, row = vertex.alpha[s] / pivot, inverse[s]
        for other in range(k):
            row[other] -= weight * beta[other]
        row[p] = weight
    vertex.row[vertex.tight[p]] = -1
    vertex.tight[p] = q
    vertex.row[q] = p
    return True


@compiled
def _shrink_basis(lp, vertex, s, p):
    """Remove a tight row and a basic column from the basis."""
    k = vertex.size[TIGHT] - 1
    pivot = vertex.inverse[s, p]
    price = vertex.price[vertex.tight[p]] / pivot
    for other in range(k + 1):
        if other != p and vertex.inverse[s, other] != 0.0:
            _change_price(lp, vertex, vertex.tight[other], -price * vertex.inverse[s, other])
    _change_price(lp, vertex, vertex.tight[p], -vertex.price[vertex.tight[p]])
    inverse = vertex.inverse
    for n in range(vertex.size[NONZERO]):  # alpha is the column p of the inverse
        i = vertex.nonzero[n]
        if i != s:
            _add_row(inverse[i], inverse, s, k + 1, -vertex.alpha[i] / pivot)
    vertex.place[vertex.basic[s]] = -1
    vertex.row[vertex.tight[p]] = -1
    for other in range(k + 1):
        inverse[s, other] = inverse[k, other]
    for i in range(k):
        inverse[i, p] = inverse[i, k]
    if s != k:
        vertex.basic[s] = vertex.basic[k]
        vertex.place[vertex.basic[s]] = s
    if p != k:
        vertex.tight[p] = vertex.tight[k]
        vertex.row[vertex.tight[p]] = p
    vertex.size[TIGHT] = k


@compiled
def _set_to_bound(lp, vertex, s, at_upper):
    """Set a basic column exactly to the bound it has reached."""
    c = vertex.basic[s]
    vertex.x[c] = lp.upper[c] if at_upper else 0.0
    vertex.status[c] = UPPER if at_upper else LOWER


@compiled
def move_column(lp, vertex, j):
    """Move a column from its bound by the largest step; return the step (-1: singular basis)."""
    sign = 1.0 if vertex.status[j] == LOWER else -1.0
    _column_direction(lp, vertex, j)
    _slack_rates(lp, vertex, j, sign)
    step, s, row, at_upper = _ratio_test(lp, vertex, lp.upper[j], sign)
    _take_step(lp, vertex, j, sign, step)
    if s < 0 and row < 0:
        vertex.status[j] = UPPER if sign > 0 else LOWER
        vertex.x[j] = lp.upper[j] if sign > 0 else 0.0
        return step
    if s >= 0:
        _set_to_bound(lp, vertex, s, at_upper)
        _exchange_columns(vertex, s, j)
    else:
        vertex.slack[row] = 0.0
        if vertex.size[TIGHT] + 1 >= len(vertex.inverse) or not _extend_basis(lp, vertex, j, row):
            return -1.0
    _update_prices(lp, vertex, j)
    return step


@compiled
def relax_row(lp, vertex, p):
    """Relax a tight row by the largest step; return the slack, -1 if the basis is singular."""
    alpha, inverse = vertex.alpha, vertex.inverse
    for s in range(vertex.size[TIGHT]):
        alpha[s] = inverse[s, p]
    _list_nonzeros(vertex)
    _slack_rates(lp, vertex, -1, 1.0)
    old = vertex.tight[p]
    step, s, row, at_upper = _ratio_test(lp, vertex, np.inf, 1.0)
    if step == np.inf or (s < 0 and row < 0):
        return -1.0
    _take_step(lp, vertex, -1, 1.0, step)
    if s >= 0:
        _set_to_bound(lp, vertex, s, at_upper)
        _shrink_basis(lp, vertex, s, p)
    elif not _exchange_rows(lp, vertex, p, row):
        return -1.0
    vertex.slack[old] = step
    if row >= 0:
        vertex.slack[row] = 0.0
    return step


@compiled
def recompute_prices(lp, vertex, gain):
    """Recompute prices of rows and reduced gains of columns."""
    k = vertex.size[TIGHT]
    for r in range(lp.rows):
        vertex.price[r] = 0.0
    for p in range(k):
        vertex.beta[p] = 0.0
    for s in range(k):
        weight = gain[vertex.basic[s]]
        if weight != 0.0:
            _add_row(vertex.beta, vertex.inverse, s, k, weight)
    vertex.gain[:] = gain
    for p in range(k):
        if vertex.beta[p] != 0.0:
            _change_price(lp, vertex, vertex.tight[p], vertex.beta[p])


@compiled
def _select_entering(lp, vertex, first_found):
    """Return (column or -1, place of a tight row or -1): the best candidate, or the first one."""
    column, place, largest = -1, -1, 0.0
    reduced_gains, status, fixed, norm = vertex.gain, vertex.status, vertex.fixed, lp.norm
    for c in range(lp.columns):
        gain = reduced_gains[c]
        if abs(gain) <= GAIN_TOLERANCE or status[c] == BASIC or fixed[c]:
            continue
        gain = gain if status[c] == LOWER else -gain
        if gain > GAIN_TOLERANCE and gain > largest * norm[c]:
            column, largest = c, gain / norm[c]
            if first_found:
                return column, place
    for p in range(vertex.size[TIGHT]):
        r = vertex.tight[p]
        if (
            not vertex.fixed_row[r]
            and -vertex.price[r] > GAIN_TOLERANCE
            and -vertex.price[r] > largest
        ):
            column, place, largest = -1, p, -vertex.price[r]
            if first_found:
                return column, place
    return column, place


@compiled
def _recompute_slacks(lp, vertex):
    """Recompute slacks from the values of columns."""
    x, slack, ptr, index, value = vertex.x, vertex.slack, lp.ptr, lp.index, lp.value
    slack[:] = lp.limit
    for c in range(lp.columns):
        if x[c] != 0.0:
            for e in range(ptr[c], ptr[c + 1]):
                slack[index[e]] -= value[e] * x[c]


@compiled
def recompute_values(lp, vertex):
    """Recompute values of basic columns and slacks; return the largest violation."""
    k, x, slack, inverse, beta = (
        vertex.size[TIGHT],
        vertex.x,
        vertex.slack,
        vertex.inverse,
        vertex.beta,
    )
    for s in range(k):
        x[vertex.basic[s]] = 0.0
    for _ in range(2):
        _recompute_slacks(lp, vertex)
        for p in range(k):
            beta[p] = slack[vertex.tight[p]]
        for s in range(k):
            row, value = inverse[s], 0.0
            for p in range(k):
                value += row[p] * beta[p]
            x[vertex.basic[s]] += value
    _recompute_slacks(lp, vertex)
    worst = 0.0
    for c in range(lp.columns):
        worst = max(worst, -x[c], x[c] - lp.upper[c])
    for r in range(lp.rows):
        worst = max(worst, -slack[r] / (1 + lp.limit[r]))
        if vertex.row[r] >= 0:
            slack[r] = 0.0
    vertex.size[MOVES] = 0
    return worst


@compiled
def maximize(lp, vertex, gain):
    """Move to an optimal vertex of an objective; return whether one was found."""
    total, degenerate, fresh = 0.0, 0, False
    for c in range(lp.columns):
        total += gain[c] * vertex.x[c]
    for moves in range(20 * (lp.columns + lp.rows) + 500):
        if vertex.size[MOVES] >= REFRESH_MOVES:
            recompute_values(lp, vertex)
        if moves == 0 or vertex.size[MOVES] == 0:
            recompute_prices(lp, vertex, gain)
            fresh = True
        column, place = _select_entering(lp, vertex, degenerate > MAX_DEGENERATE_MOVES)
        if column < 0 and place < 0 and not fresh:
            recompute_prices(lp, vertex, gain)
            fresh = True
            column, place = _select_entering(lp, vertex, degenerate > MAX_DEGENERATE_MOVES)
        if column < 0 and place < 0:
            return True
        fresh = False
        if column >= 0:
            rate = abs(vertex.gain[column])
            step = move_column(lp, vertex, column)
        else:
            rate = -vertex.price[vertex.tight[place]]
            step = relax_row(lp, vertex, place)
        if step < 0.0:
            return False
        total += rate * step
        degenerate = 0 if rate * step > EQUALITY_TOLERANCE * (1 + abs(total)) else degenerate + 1
    return False


AskedType, Asked = struct(__name__, "Asked", "people tier times")
"""People that goals require of each column; the tier of those goals (0: none); their number."""

BlockMapType, BlockMap = struct(__name__, "BlockMap", "column scale reward tier rowof decisionof")
"""Column of the block of each column; scale of each row; gain of a column in the goals of a tier,
and that tier; and rows of limits and of decisions (-1: none)."""


@compiled
def asked_of(block, full, lower, upper, goal, goal_tier, asked):
    """Write the people that goals over one open column require of it; False for any other goal."""
    for c in range(len(upper)):
        asked.people[c], asked.tier[c], asked.times[c] = 0.0, 0, 0.0
    for g in range(len(goal)):
        if goal[g] <= 0:
            continue
        need, chosen, weight = goal[g], -1, 0.0
        for at in range(block.goalptr[g], block.goalptr[g + 1]):
            c = block.goalcol[at]
            if upper[c] > lower[c] and full[block.owner[c]] > 0:
                if chosen >= 0:
                    return False
                chosen, weight = c, block.goalval[at]
            else:
                need -= block.goalval[at] * min(lower[c], upper[c])
        if chosen < 0 or need <= EQUALITY_TOLERANCE:
            continue
        people = need / weight
        if asked.tier[chosen] == 0:
            asked.people[chosen], asked.tier[chosen] = people, goal_tier[g]
        differs = abs(asked.people[chosen] - people) > EQUALITY_TOLERANCE * (1 + people)
        if differs or asked.tier[chosen] != goal_tier[g]:
            return False
        asked.times[chosen] += weight
    return True


@compiled
def _open_bounds(block, full, lower, upper, limit, open_upper, remaining):
    """Write upper bounds of open columns (0: closed), and limits less settled tours."""
    indptr, places, value, owner = block.indptr, block.places, block.value, block.owner
    is_exhausted = np.empty(len(limit), np.bool_)
    remaining[:] = limit
    for c in range(len(upper)):
        open_upper[c] = 0.0
        if lower[c] > 0:
            for at in range(indptr[c], indptr[c + 1]):
                remaining[places[at]] -= value[at] * lower[c]
    for r in range(len(limit)):
        is_exhausted[r] = limit[r] < np.inf and remaining[r] <= CAPACITY_TOLERANCE * (1 + limit[r])
    for c in range(len(upper)):
        d = owner[c]
        if upper[c] <= lower[c] or full[d] <= 0:
            continue
        open_upper[c] = min(upper[c], full[d])
        for at in range(indptr[c], indptr[c + 1]):
            if is_exhausted[places[at]]:
                open_upper[c] = 0.0
                break


@compiled
def _number_rows(block, full, limit, open_upper, remaining, rowof, decisionof):
    """Number the rows that can bind: limits, then decisions with several columns."""
    load, count = np.zeros(len(limit)), 0
    indptr, places, value = block.indptr, block.places, block.value
    for c in range(len(open_upper)):
        if open_upper[c] > 0:
            for at in range(indptr[c], indptr[c + 1]):
                load[places[at]] += value[at] * open_upper[c]
    for r in range(len(limit)):
        rowof[r] = -1
        if load[r] > remaining[r] * LOAD_TOLERANCE and remaining[r] > CAPACITY_TOLERANCE * (
            1 + limit[r]
        ):
            rowof[r] = count
            count += 1
    for d in range(len(full)):
        total, open_columns = 0.0, 0
        for c in range(block.start[d], block.start[d + 1]):
            total += open_upper[c]
            open_columns += open_upper[c] > 0
        decisionof[d] = -1
        if open_columns > 1 and total > full[d] * LOAD_TOLERANCE:
            decisionof[d] = count
            count += 1
    return count


@compiled
def _build_lp(block, full, limit, open_upper, remaining, asked):
    """Return (lp, block_map): the remaining programme, with rows scaled by their largest entry.

    A column of which goals require a part is split in two: that part, and the remainder.
    """
    rowof, decisionof = np.empty(len(limit), np.int64), np.empty(len(full), np.int64)
    largest, owner = block.largest, block.owner
    rows = _number_rows(block, full, limit, open_upper, remaining, rowof, decisionof)
    scale, bound = np.ones(rows), np.empty(rows)
    for r in range(len(limit)):
        if rowof[r] >= 0:
            scale[rowof[r]], bound[rowof[r]] = 1.0 / largest[r], remaining[r] / largest[r]
    for d in range(len(full)):
        if decisionof[d] >= 0:
            bound[decisionof[d]] = full[d]
    count, entries = 0, 0
    for c in range(len(open_upper)):
        if open_upper[c] > 0:
            twice = 2 if 0 < asked.people[c] < open_upper[c] else 1
            count += twice
            entries += twice * (block.indptr[c + 1] - block.indptr[c] + 1)
    indptr, places, values = block.indptr, block.places, block.value
    column, upper = np.empty(count, np.int64), np.empty(count)
    reward, tier, norm = np.zeros(count), np.zeros(count, np.int64), np.ones(count)
    ptr = np.zeros(count + 1, np.int64)
    index, value = np.empty(entries, np.int64), np.empty(entries)
    k, e = 0, 0
    for c in range(len(open_upper)):
        if open_upper[c] <= 0:
            continue
        part = min(asked.people[c], open_upper[c])
        for turn in range(2):
            room = part if turn == 0 else open_upper[c] - part
            if room <= 0:
                continue
            column[k], upper[k] = c, room
            if turn == 0:
                reward[k], tier[k] = asked.times[c], asked.tier[c]
            size = 1.0
            for at in range(indptr[c], indptr[c + 1] + 1):
                if at < indptr[c + 1]:
                    r = rowof[places[at]]
                    entry = values[at] * scale[r] if r >= 0 else 0.0
                else:
                    r, entry = decisionof[owner[c]], 1.0
                if r >= 0:
                    index[e], value[e] = r, entry
                    size += entry * entry
                    e += 1
            norm[k] = np.sqrt(size)
            k += 1
            ptr[k] = e
    rowptr, rowcol, rowval = transpose(rows, ptr, index[:e], value[:e])
    lp = Lp(count, rows, upper, ptr, index, value, rowptr, rowcol, rowval, bound, norm)
    return lp, BlockMap(column, scale, reward, tier, rowof, decisionof)


@compiled
def _raise_to_bound(lp, vertex, k):
    """Raise a column without tight rows by the largest step; False if the basis is singular."""
    step, row, weight = lp.upper[k], -1, 0.0
    index, value, slack, first, last = lp.index, lp.value, vertex.slack, lp.ptr[k], lp.ptr[k + 1]
    for e in range(first, last):
        step = min(step, slack[index[e]] / value[e])
    for e in range(first, last):
        r = index[e]
        if slack[r] <= (step + STEP_TOLERANCE * (1 + step)) * value[e] and value[e] > weight:
            row, weight = r, value[e]
    for e in range(first, last):
        slack[index[e]] -= step * value[e]
    if row < 0:
        vertex.x[k], vertex.status[k] = lp.upper[k], UPPER
        return True
    vertex.x[k], vertex.slack[row] = step, 0.0
    return vertex.size[TIGHT] + 1 < len(vertex.inverse) and _extend_basis(lp, vertex, k, row)


@compiled
def _greedy_start(block, lp, vertex, block_map, order, gain):
    """Raise columns with a gain and no tight row, in order; False if the basis is singular."""
    first = np.full(len(block.owner), -1, np.int64)
    column, ptr, index, limit = block_map.column, lp.ptr, lp.index, lp.limit
    tight, slack, status, fixed = vertex.row, vertex.slack, vertex.status, vertex.fixed
    for k in range(lp.columns - 1, -1, -1):
        first[column[k]] = k
    for s in range(vertex.size[TIGHT]):
        vertex.alpha[s] = 0.0
    vertex.size[NONZERO] = 0
    for c in order:
        k = first[c]
        while 0 <= k < len(column) and column[k] == c:
            if gain[k] > GAIN_TOLERANCE and status[k] == LOWER and not fixed[k]:
                free = True
                for e in range(ptr[k], ptr[k + 1]):
                    r = index[e]
                    if tight[r] >= 0 or slack[r] <= CAPACITY_TOLERANCE * (1 + limit[r]):
                        free = False
                        break
                if free:
                    vertex.alpha[vertex.size[TIGHT]] = 0.0
                    if not _raise_to_bound(lp, vertex, k):
                        return False
            k += 1
    return True


@compiled
def _fix_optimal_face(lp, vertex):
    """Fix columns with a reduced gain and rows with a price, in favour of earlier objectives."""
    for k in range(lp.columns):
        if abs(vertex.gain[k]) > DUAL_TOLERANCE:
            vertex.fixed[k] = True
    for p in range(vertex.size[TIGHT]):
        if vertex.price[vertex.tight[p]] > DUAL_TOLERANCE:
            vertex.fixed_row[vertex.tight[p]] = True


@compiled
def solve_objectives(
    block, objectives, order, full, lower, upper, limit, asked, inverse, prices, people
):
    """Write one plan to `people` and prices by objective to `prices`; return whether it was found.

    The initial vertex of each objective is built from the columns in `order`. Prices are of limits,
    then of decisions, per person, (objectives, limits + decisions).
    """
    open_upper, remaining = np.empty(len(upper)), np.empty(len(limit))
    _open_bounds(block, full, lower, upper, limit, open_upper, remaining)
    lp, block_map = _build_lp(block, full, limit, open_upper, remaining, asked)
    vertex = new_vertex(lp, inverse)
    gain = np.zeros(lp.columns)
    for n in range(len(objectives.goals)):
        largest = 0.0
        for k in range(lp.columns):
            if objectives.goals[n] > 0:
                gain[k] = block_map.reward[k] if block_map.tier[k] == objectives.goals[n] else 0.0
            else:
                gain[k] = objectives.gain[n, block_map.column[k]]
            if not vertex.fixed[k]:
                largest = max(largest, abs(gain[k]))
        for r in range(prices.shape[1]):
            prices[n, r] = 0.0
        if largest == 0.0:
            continue
        if not _greedy_start(block, lp, vertex, block_map, order, gain):
            return False
        if not maximize(lp, vertex, gain):
            return False
        _fix_optimal_face(lp, vertex)
        for r in range(len(limit)):
            if block_map.rowof[r] >= 0:
                prices[n, r] = (
                    vertex.price[block_map.rowof[r]] * block_map.scale[block_map.rowof[r]]
                )
        for d in range(len(full)):
            if block_map.decisionof[d] >= 0:
                prices[n, len(limit) + d] = vertex.price[block_map.decisionof[d]]
    if recompute_values(lp, vertex) > FEASIBILITY_TOLERANCE:
        return False
    for c in range(len(upper)):
        people[c] = min(lower[c], upper[c])
    for k in range(lp.columns):
        people[block_map.column[k]] += min(max(vertex.x[k], 0.0), lp.upper[k])
    return True
