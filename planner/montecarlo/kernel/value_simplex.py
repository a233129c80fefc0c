"""Plans by the *value* rule: a primal simplex method over bounded columns, one aim after the other.

    maximize  gain · x   over   A x <= limit,  0 <= x <= upper       (all limits at least 0)

A vertex is kept as its *tight* rows and as many *basic* columns; every other column is at one of
its bounds, and the slack of every other row is followed on the side. Only the inverse of the
entries that tight rows have in basic columns is kept, dense: one row for each basic column and one
column for each tight row. It starts empty, grows where a row is met, and shrinks where a basic
column meets a bound while a row is left. What has a price after an aim is fixed for all later ones.
"""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.arrays import FITS, ROOM, duty_months, transpose
from planner.montecarlo.kernel.compile import compiled, struct

__all__ = ["Asked", "aims_of", "asked_of", "first_order", "pursue"]

AimsType, Aims = struct(__name__, "Aims", "goals gain")
"""The tier with the goals pursued by each aim, or 0 where the aim is a sum over people; and what a
person adds to each aim, (aims, columns), the largest entry 1."""

SPREAD = 1e-5
"""Gains of one aim that are smaller than this part of the largest are left to the engine: prices of
such gains would be taken for rounding."""

LOWER, UPPER, BASIC = 0, 1, 2
"""Where a column is."""

SMALL = 1e-8
"""Entries of a direction below this are rounding."""

TIE = 1e-11
"""Steps that differ by less, relative to one plus the step, are one."""

TOLERANCE = 1e-9
"""Reduced gains below this, with gains of at most 1, are nothing."""

STALE = 60
"""Moves after which values are computed anew."""

STILL = 400
"""Moves without gain after which the first that could gain is taken, not the one that most does."""

PIN = 1e-7
"""Reduced gains and prices above this stay as they are for all later aims."""

SAME = 1e-9

NOTHING = 1e-13
"""Entries of a direction below this are taken for 0."""

VIOLATION = 1e-7
"""Largest violation, relative to one plus the limit, of a vertex that is kept."""


@compiled
def aims_of(arrays, block, b):
    """Return (aims, tier of each, scale of each, whether all gains are large enough).

    The *value* rule maximizes, in order: tier by tier what goals lack and the weighted
    person-months; the preference among options; the person-months inside the report window, where
    these differ. The tier of an aim is 0 unless the aim is the weighted person-months of a tier.
    """
    columns, d0 = len(block.owner), arrays.decision_ptr[b]
    tiers, owner, tier_of = np.unique(block.tier), block.owner, block.tier
    months, counted, weight = np.zeros(columns), np.zeros(columns), np.zeros(columns)
    prefers, outside = False, False
    for c in range(columns):
        d = d0 + owner[c]
        months[c] = block.months[owner[c]]
        if c > 0 and owner[c] == owner[c - 1]:
            counted[c] = counted[c - 1]
        else:
            counted[c] = duty_months(arrays, d, arrays.low, arrays.high)
        weight[c] = arrays.weight[arrays.demand[d]]
        prefers = prefers or block.cost[c] > 0
        outside = outside or months[c] > counted[c] + 1e-9
    each = 1 + (len(block.bound) > 0)
    most = (each + 1) * len(tiers) + 1
    goals, of_tier = np.zeros(most, np.int64), np.zeros(most, np.int64)
    gain, scale, count = np.zeros((most, columns)), np.ones(most), 0
    for tier in tiers:
        if each == 2:
            goals[count] = tier
            count += 1
        of_tier[count] = tier
        for c in range(columns):
            if tier_of[owner[c]] == tier:
                gain[count, c] = weight[c] * months[c]
        count += 1
    if prefers:
        gain[count] = -block.cost
        count += 1
    if outside:
        for tier in tiers:
            for c in range(columns):
                if tier_of[owner[c]] == tier:
                    gain[count, c] = weight[c] * counted[c]
            count += 1
    even = True
    for a in range(count):
        largest = np.abs(gain[a]).max()
        if largest > 0.0:
            gain[a] /= largest
            scale[a] = largest
        for c in range(columns):
            even = even and (gain[a, c] == 0.0 or abs(gain[a, c]) >= SPREAD)
    return Aims(goals[:count], gain[:count]), of_tier[:count], scale[:count], even


@compiled
def first_order(block):
    """Return the order in which columns are tried: the first option first, then what ties least."""
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


BoxType, Box = struct(
    __name__, "Box", "columns rows upper ptr index value rowptr rowcol rowval limit norm"
)
"""Counts of columns and rows; upper bounds; entries by column and by row; limits; and the length
of each column, by which gains are compared."""

VertexType, Vertex = struct(
    __name__,
    "Vertex",
    "size inverse tight basic row place status fixed shut x slack price gain alpha beta drift hit "
    "met marked",
)
"""Counts (tight rows, places in `hit`, rows in `met`, moves since values were computed anew); the
inverse; tight rows and basic columns; the place of each row and column (-1: none); where each
column is; columns and rows that may not move any more; values of columns and slacks of rows; prices
of rows and reduced gains of columns; scratch by place (two) and by row; the places at which
``alpha`` is not 0, the rows at which ``drift`` may not be 0, and whether a row is one of these.

Nearly all entries of the inverse, of ``alpha`` and of ``drift`` are 0, so a move visits only what
it changes; prices and reduced gains are kept from move to move. Arrays of a record are bound to
local names before loops: compiled code would otherwise read the record at every step.
"""

TIGHT, HIT, MET, MOVES = 0, 1, 2, 3
"""Places in the counts of a vertex."""


@compiled
def new_vertex(box, inverse):
    """Return the vertex at which every column is at 0; `inverse` is room for any inverse."""
    most = len(inverse)
    return Vertex(
        np.zeros(4, np.int64), inverse, np.full(most, -1, np.int64), np.full(most, -1, np.int64),
        np.full(box.rows, -1, np.int64), np.full(box.columns, -1, np.int64),
        np.zeros(box.columns, np.int64), np.zeros(box.columns, np.bool_),
        np.zeros(box.rows, np.bool_), np.zeros(box.columns), box.limit.copy(), np.zeros(box.rows),
        np.zeros(box.columns), np.zeros(most), np.zeros(most), np.zeros(box.rows),
        np.empty(most, np.int64), np.empty(box.rows, np.int64), np.zeros(box.rows, np.bool_),
    )  # fmt: skip


@compiled
def _list_hits(at):
    """List the places at which ``alpha`` is not 0; what is rounding becomes 0."""
    count, alpha, hit = 0, at.alpha, at.hit
    for s in range(at.size[TIGHT]):
        if abs(alpha[s]) > NOTHING:
            hit[count] = s
            count += 1
        else:
            alpha[s] = 0.0
    at.size[HIT] = count


@compiled
def _direction_of_column(box, at, j):
    """Write how basic columns fall as a column rises by one to ``alpha``."""
    k, alpha, inverse = at.size[TIGHT], at.alpha, at.inverse
    index, value, row = box.index, box.value, at.row
    for s in range(k):
        alpha[s] = 0.0
    for e in range(box.ptr[j], box.ptr[j + 1]):
        p = row[index[e]]
        if p >= 0:
            for s in range(k):
                alpha[s] += inverse[s, p] * value[e]
    _list_hits(at)


@compiled
def _add_drift(box, at, c, speed):
    """Add what a column that rises with some speed takes of the slack of rows."""
    index, value, marked, drift, met = box.index, box.value, at.marked, at.drift, at.met
    count = at.size[MET]
    for e in range(box.ptr[c], box.ptr[c + 1]):
        r = index[e]
        if not marked[r]:
            marked[r] = True
            met[count] = r
            count += 1
        drift[r] += speed * value[e]
    at.size[MET] = count


@compiled
def _drift(box, at, j, sign):
    """Write how fast the slack of each row that is not tight falls to ``drift``.

    The column j (-1: none) moves by `sign`, basic columns by minus `sign` times ``alpha``.
    """
    met, drift, marked = at.met, at.drift, at.marked
    for n in range(at.size[MET]):
        drift[met[n]] = 0.0
        marked[met[n]] = False
    at.size[MET] = 0
    if j >= 0:
        _add_drift(box, at, j, sign)
    for n in range(at.size[HIT]):
        s = at.hit[n]
        _add_drift(box, at, at.basic[s], -sign * at.alpha[s])


@compiled
def _meets(box, at, room, sign):
    """Return (step, place of a basic column or -1, row or -1, whether the column is at its top).

    Of all that is met at the same step the one with the largest entry leaves.
    """
    best, place, row, high, weight = room, -1, -1, False, 0.0
    hit, alpha, basic, upper, x = at.hit, at.alpha, at.basic, box.upper, at.x
    met, drift, tight, slack = at.met, at.drift, at.row, at.slack
    for turn in range(2):  # first how far, then what
        for n in range(at.size[HIT]):
            s = hit[n]
            speed = -sign * alpha[s]
            if abs(speed) <= SMALL:
                continue
            c = basic[s]
            left = upper[c] - x[c] if speed > 0 else x[c]
            step = max(left, 0.0) / abs(speed)
            if turn == 0:
                best = min(best, step)
            elif step <= best + TIE * (1 + best) and abs(speed) > weight:
                place, row, high, weight = s, -1, speed > 0, abs(speed)
        for n in range(at.size[MET]):
            r = met[n]
            if drift[r] <= SMALL or tight[r] >= 0:
                continue
            step = max(slack[r], 0.0) / drift[r]
            if turn == 0:
                best = min(best, step)
            elif step <= best + TIE * (1 + best) and drift[r] > weight:
                place, row, weight = -1, r, drift[r]
    return best, place, row, high


@compiled
def _go(box, at, j, sign, step):
    """Move along a direction."""
    hit, alpha, basic, x = at.hit, at.alpha, at.basic, at.x
    met, drift, tight, slack = at.met, at.drift, at.row, at.slack
    at.size[MOVES] += 1
    if j >= 0:
        x[j] += sign * step
    for n in range(at.size[HIT]):
        x[basic[hit[n]]] -= sign * alpha[hit[n]] * step
    for n in range(at.size[MET]):
        r = met[n]
        if tight[r] < 0:
            slack[r] -= drift[r] * step


@compiled
def _add_row(to, inverse, s, k, weight):
    """Add a row of the inverse, times a weight."""
    row = inverse[s]
    for p in range(k):
        to[p] += weight * row[p]


@compiled
def _row_in_basis(box, at, q):
    """Write the row q, over basic columns, times the inverse, to ``beta``."""
    k, beta, inverse, place = at.size[TIGHT], at.beta, at.inverse, at.place
    rowcol, rowval = box.rowcol, box.rowval
    for p in range(k):
        beta[p] = 0.0
    for e in range(box.rowptr[q], box.rowptr[q + 1]):
        s = place[rowcol[e]]
        if s >= 0:
            _add_row(beta, inverse, s, k, rowval[e])


@compiled
def _entry(box, j, q):
    for e in range(box.ptr[j], box.ptr[j + 1]):
        if box.index[e] == q:
            return box.value[e]
    return 0.0


@compiled
def _grow(box, at, j, q):
    """Make a column basic and a row tight."""
    k = at.size[TIGHT]
    _row_in_basis(box, at, q)
    pivot = _entry(box, j, q)
    for e in range(box.rowptr[q], box.rowptr[q + 1]):
        s = at.place[box.rowcol[e]]
        if s >= 0:
            pivot -= box.rowval[e] * at.alpha[s]
    if abs(pivot) <= SMALL:
        return False
    inverse, beta = at.inverse, at.beta
    for p in range(k):
        inverse[k, p] = -beta[p] / pivot
        inverse[p, k] = 0.0
    inverse[k, k] = 1.0 / pivot
    for n in range(at.size[HIT]):
        _add_row(inverse[at.hit[n]], inverse, k, k + 1, -at.alpha[at.hit[n]])
    at.basic[k], at.tight[k] = j, q
    at.place[j], at.row[q] = k, k
    at.status[j] = BASIC
    at.size[TIGHT] = k + 1
    return True


@compiled
def _swap_columns(at, s, j):
    """Make a column basic in the place of another."""
    k = at.size[TIGHT]
    pivot = at.alpha[s]
    inverse = at.inverse
    for p in range(k):
        inverse[s, p] /= pivot
    for n in range(at.size[HIT]):
        i = at.hit[n]
        if i != s:
            _add_row(inverse[i], inverse, s, k, -at.alpha[i])
    at.place[at.basic[s]] = -1
    at.basic[s] = j
    at.place[j], at.status[j] = s, BASIC


@compiled
def _charge(box, at, r, change):
    """Raise the price of a row."""
    gain, rowcol, rowval = at.gain, box.rowcol, box.rowval
    at.price[r] += change
    for e in range(box.rowptr[r], box.rowptr[r + 1]):
        gain[rowcol[e]] -= change * rowval[e]


@compiled
def _reprice(box, at, j):
    """Change prices so that the column that has become basic gains nothing."""
    gain, s = at.gain[j], at.place[j]
    if gain != 0.0:
        for p in range(at.size[TIGHT]):
            if at.inverse[s, p] != 0.0:
                _charge(box, at, at.tight[p], gain * at.inverse[s, p])


@compiled
def _swap_rows(box, at, p, q):
    """Make a row tight in the place of another."""
    k = at.size[TIGHT]
    _row_in_basis(box, at, q)
    pivot = at.beta[p]
    if abs(pivot) <= SMALL:
        return False
    price = at.price[at.tight[p]] / pivot
    for other in range(k):
        if other != p and at.beta[other] != 0.0:
            _charge(box, at, at.tight[other], -price * at.beta[other])
    _charge(box, at, at.tight[p], -at.price[at.tight[p]])
    _charge(box, at, q, price)
    inverse, beta = at.inverse, at.beta
    for n in range(at.size[HIT]):  # alpha is the column p of the inverse
        s = at.hit[n]
        weight, row = at.alpha[s] / pivot, inverse[s]
        for other in range(k):
            row[other] -= weight * beta[other]
        row[p] = weight
    at.row[at.tight[p]] = -1
    at.tight[p] = q
    at.row[q] = p
    return True


@compiled
def _shrink(box, at, s, p):
    """Remove a tight row and a basic column from the basis."""
    k = at.size[TIGHT] - 1
    pivot = at.inverse[s, p]
    price = at.price[at.tight[p]] / pivot
    for other in range(k + 1):
        if other != p and at.inverse[s, other] != 0.0:
            _charge(box, at, at.tight[other], -price * at.inverse[s, other])
    _charge(box, at, at.tight[p], -at.price[at.tight[p]])
    inverse = at.inverse
    for n in range(at.size[HIT]):  # alpha is the column p of the inverse
        i = at.hit[n]
        if i != s:
            _add_row(inverse[i], inverse, s, k + 1, -at.alpha[i] / pivot)
    at.place[at.basic[s]] = -1
    at.row[at.tight[p]] = -1
    for other in range(k + 1):
        inverse[s, other] = inverse[k, other]
    for i in range(k):
        inverse[i, p] = inverse[i, k]
    if s != k:
        at.basic[s] = at.basic[k]
        at.place[at.basic[s]] = s
    if p != k:
        at.tight[p] = at.tight[k]
        at.row[at.tight[p]] = p
    at.size[TIGHT] = k


@compiled
def _leave(box, at, s, high):
    """Put a basic column exactly at the bound it met."""
    c = at.basic[s]
    at.x[c] = box.upper[c] if high else 0.0
    at.status[c] = UPPER if high else LOWER


@compiled
def raise_column(box, at, j):
    """Move a column from its bound as far as it goes; return how far, -1 if the basis breaks."""
    sign = 1.0 if at.status[j] == LOWER else -1.0
    _direction_of_column(box, at, j)
    _drift(box, at, j, sign)
    step, s, row, high = _meets(box, at, box.upper[j], sign)
    _go(box, at, j, sign, step)
    if s < 0 and row < 0:
        at.status[j] = UPPER if sign > 0 else LOWER
        at.x[j] = box.upper[j] if sign > 0 else 0.0
        return step
    if s >= 0:
        _leave(box, at, s, high)
        _swap_columns(at, s, j)
    else:
        at.slack[row] = 0.0
        if at.size[TIGHT] + 1 >= len(at.inverse) or not _grow(box, at, j, row):
            return -1.0
    _reprice(box, at, j)
    return step


@compiled
def loosen_row(box, at, p):
    """Give a tight row all the slack it can have; return how much, -1 if the basis breaks."""
    alpha, inverse = at.alpha, at.inverse
    for s in range(at.size[TIGHT]):
        alpha[s] = inverse[s, p]
    _list_hits(at)
    _drift(box, at, -1, 1.0)
    old = at.tight[p]
    step, s, row, high = _meets(box, at, np.inf, 1.0)
    if step == np.inf or (s < 0 and row < 0):
        return -1.0
    _go(box, at, -1, 1.0, step)
    if s >= 0:
        _leave(box, at, s, high)
        _shrink(box, at, s, p)
    elif not _swap_rows(box, at, p, row):
        return -1.0
    at.slack[old] = step
    if row >= 0:
        at.slack[row] = 0.0
    return step


@compiled
def price_anew(box, at, gain):
    """Compute prices of rows and reduced gains of columns anew."""
    k = at.size[TIGHT]
    for r in range(box.rows):
        at.price[r] = 0.0
    for p in range(k):
        at.beta[p] = 0.0
    for s in range(k):
        weight = gain[at.basic[s]]
        if weight != 0.0:
            _add_row(at.beta, at.inverse, s, k, weight)
    at.gain[:] = gain
    for p in range(k):
        if at.beta[p] != 0.0:
            _charge(box, at, at.tight[p], at.beta[p])


@compiled
def _best(box, at, careful):
    """Return (column or -1, place of a tight row or -1) that gains most, or the first to gain."""
    column, place, most = -1, -1, 0.0
    gains, status, fixed, norm = at.gain, at.status, at.fixed, box.norm
    for c in range(box.columns):
        gain = gains[c]
        if abs(gain) <= TOLERANCE or status[c] == BASIC or fixed[c]:
            continue
        gain = gain if status[c] == LOWER else -gain
        if gain > TOLERANCE and gain > most * norm[c]:
            column, most = c, gain / norm[c]
            if careful:
                return column, place
    for p in range(at.size[TIGHT]):
        r = at.tight[p]
        if not at.shut[r] and -at.price[r] > TOLERANCE and -at.price[r] > most:
            column, place, most = -1, p, -at.price[r]
            if careful:
                return column, place
    return column, place


@compiled
def _slacks(box, at):
    """Compute slacks anew from the values of columns."""
    x, slack, ptr, index, value = at.x, at.slack, box.ptr, box.index, box.value
    slack[:] = box.limit
    for c in range(box.columns):
        if x[c] != 0.0:
            for e in range(ptr[c], ptr[c + 1]):
                slack[index[e]] -= value[e] * x[c]


@compiled
def restate(box, at):
    """Compute values of basic columns and slacks anew; return the largest violation."""
    k, x, slack, inverse, beta = at.size[TIGHT], at.x, at.slack, at.inverse, at.beta
    for s in range(k):
        x[at.basic[s]] = 0.0
    for _ in range(2):
        _slacks(box, at)
        for p in range(k):
            beta[p] = slack[at.tight[p]]
        for s in range(k):
            row, value = inverse[s], 0.0
            for p in range(k):
                value += row[p] * beta[p]
            x[at.basic[s]] += value
    _slacks(box, at)
    worst = 0.0
    for c in range(box.columns):
        worst = max(worst, -x[c], x[c] - box.upper[c])
    for r in range(box.rows):
        worst = max(worst, -slack[r] / (1 + box.limit[r]))
        if at.row[r] >= 0:
            slack[r] = 0.0
    at.size[MOVES] = 0
    return worst


@compiled
def ascend(box, at, gain):
    """Move from vertex to vertex until no move gains; return whether it came to that."""
    total, still, fresh = 0.0, 0, False
    for c in range(box.columns):
        total += gain[c] * at.x[c]
    for moves in range(20 * (box.columns + box.rows) + 500):
        if at.size[MOVES] >= STALE:
            restate(box, at)
        if moves == 0 or at.size[MOVES] == 0:
            price_anew(box, at, gain)
            fresh = True
        column, place = _best(box, at, still > STILL)
        if column < 0 and place < 0 and not fresh:
            price_anew(box, at, gain)
            fresh = True
            column, place = _best(box, at, still > STILL)
        if column < 0 and place < 0:
            return True
        fresh = False
        if column >= 0:
            rate = abs(at.gain[column])
            step = raise_column(box, at, column)
        else:
            rate = -at.price[at.tight[place]]
            step = loosen_row(box, at, place)
        if step < 0.0:
            return False
        total += rate * step
        still = 0 if rate * step > SAME * (1 + abs(total)) else still + 1
    return False


AskedType, Asked = struct(__name__, "Asked", "people tier times")
"""What goals ask of each column, persons; the tier of those goals (0: none); their number."""

NoteType, Note = struct(__name__, "Note", "column scale reward tier rowof decisionof")
"""The block's column of each column; the scale of each row; what the goals of a tier reward a
column with; and the rows of limits and of decisions (-1: none)."""


@compiled
def asked_of(block, full, lower, upper, goal, goal_tier, asked):
    """Turn goals over one open column into what they ask of it; False if one is of another kind."""
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
        if chosen < 0 or need <= SAME:
            continue
        people = need / weight
        if asked.tier[chosen] == 0:
            asked.people[chosen], asked.tier[chosen] = people, goal_tier[g]
        apart = abs(asked.people[chosen] - people) > SAME * (1 + people)
        if apart or asked.tier[chosen] != goal_tier[g]:
            return False
        asked.times[chosen] += weight
    return True


@compiled
def _room(block, full, lower, upper, limit, most, left):
    """Write the most each open column can hold (0: closed), and what settled tours leave."""
    indptr, places, value, owner = block.indptr, block.places, block.value, block.owner
    spent = np.empty(len(limit), np.bool_)
    left[:] = limit
    for c in range(len(upper)):
        most[c] = 0.0
        if lower[c] > 0:
            for at in range(indptr[c], indptr[c + 1]):
                left[places[at]] -= value[at] * lower[c]
    for r in range(len(limit)):
        spent[r] = limit[r] < np.inf and left[r] <= ROOM * (1 + limit[r])
    for c in range(len(upper)):
        d = owner[c]
        if upper[c] <= lower[c] or full[d] <= 0:
            continue
        most[c] = min(upper[c], full[d])
        for at in range(indptr[c], indptr[c + 1]):
            if spent[places[at]]:
                most[c] = 0.0
                break


@compiled
def _rows(block, full, limit, most, left, rowof, decisionof):
    """Number the rows that can bind: limits, then decisions with several columns."""
    load, count = np.zeros(len(limit)), 0
    indptr, places, value = block.indptr, block.places, block.value
    for c in range(len(most)):
        if most[c] > 0:
            for at in range(indptr[c], indptr[c + 1]):
                load[places[at]] += value[at] * most[c]
    for r in range(len(limit)):
        rowof[r] = -1
        if load[r] > left[r] * FITS and left[r] > ROOM * (1 + limit[r]):
            rowof[r] = count
            count += 1
    for d in range(len(full)):
        total, some = 0.0, 0
        for c in range(block.start[d], block.start[d + 1]):
            total += most[c]
            some += most[c] > 0
        decisionof[d] = -1
        if some > 1 and total > full[d] * FITS:
            decisionof[d] = count
            count += 1
    return count


@compiled
def _box(block, full, limit, most, left, asked):
    """Return (box, note): the programme that is left, rows scaled by their largest entry.

    A column of which goals ask a part is written twice: that part, and the rest.
    """
    rowof, decisionof = np.empty(len(limit), np.int64), np.empty(len(full), np.int64)
    largest, owner = block.largest, block.owner
    rows = _rows(block, full, limit, most, left, rowof, decisionof)
    scale, bound = np.ones(rows), np.empty(rows)
    for r in range(len(limit)):
        if rowof[r] >= 0:
            scale[rowof[r]], bound[rowof[r]] = 1.0 / largest[r], left[r] / largest[r]
    for d in range(len(full)):
        if decisionof[d] >= 0:
            bound[decisionof[d]] = full[d]
    count, entries = 0, 0
    for c in range(len(most)):
        if most[c] > 0:
            twice = 2 if 0 < asked.people[c] < most[c] else 1
            count += twice
            entries += twice * (block.indptr[c + 1] - block.indptr[c] + 1)
    indptr, places, values = block.indptr, block.places, block.value
    column, upper = np.empty(count, np.int64), np.empty(count)
    reward, tier, norm = np.zeros(count), np.zeros(count, np.int64), np.ones(count)
    ptr = np.zeros(count + 1, np.int64)
    index, value = np.empty(entries, np.int64), np.empty(entries)
    k, e = 0, 0
    for c in range(len(most)):
        if most[c] <= 0:
            continue
        part = min(asked.people[c], most[c])
        for turn in range(2):
            room = part if turn == 0 else most[c] - part
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
    box = Box(count, rows, upper, ptr, index, value, rowptr, rowcol, rowval, bound, norm)
    return box, Note(column, scale, reward, tier, rowof, decisionof)


@compiled
def _fill(box, at, k):
    """Raise a column that meets nothing tight as far as it goes; return whether the basis holds."""
    step, row, weight = box.upper[k], -1, 0.0
    index, value, slack, first, last = box.index, box.value, at.slack, box.ptr[k], box.ptr[k + 1]
    for e in range(first, last):
        step = min(step, slack[index[e]] / value[e])
    for e in range(first, last):
        r = index[e]
        if slack[r] <= (step + TIE * (1 + step)) * value[e] and value[e] > weight:
            row, weight = r, value[e]
    for e in range(first, last):
        slack[index[e]] -= step * value[e]
    if row < 0:
        at.x[k], at.status[k] = box.upper[k], UPPER
        return True
    at.x[k], at.slack[row] = step, 0.0
    return at.size[TIGHT] + 1 < len(at.inverse) and _grow(box, at, k, row)


@compiled
def _greedy(block, box, at, note, order, gain):
    """Raise columns that gain and meet nothing tight, in order."""
    first = np.full(len(block.owner), -1, np.int64)
    column, ptr, index, limit = note.column, box.ptr, box.index, box.limit
    tight, slack, status, fixed = at.row, at.slack, at.status, at.fixed
    for k in range(box.columns - 1, -1, -1):
        first[column[k]] = k
    for s in range(at.size[TIGHT]):
        at.alpha[s] = 0.0
    at.size[HIT] = 0
    for c in order:
        k = first[c]
        while 0 <= k < len(column) and column[k] == c:
            if gain[k] > TOLERANCE and status[k] == LOWER and not fixed[k]:
                free = True
                for e in range(ptr[k], ptr[k + 1]):
                    r = index[e]
                    if tight[r] >= 0 or slack[r] <= ROOM * (1 + limit[r]):
                        free = False
                        break
                if free:
                    at.alpha[at.size[TIGHT]] = 0.0
                    if not _fill(box, at, k):
                        return False
            k += 1
    return True


@compiled
def _pin(box, at):
    """Fix whatever has a price at its present value."""
    for k in range(box.columns):
        if abs(at.gain[k]) > PIN:
            at.fixed[k] = True
    for p in range(at.size[TIGHT]):
        if at.price[at.tight[p]] > PIN:
            at.shut[at.tight[p]] = True


@compiled
def pursue(block, aims, order, full, lower, upper, limit, asked, inverse, prices, people):
    """Write one plan to `people` and the prices of each aim to `prices`; whether it was found.

    `order` says which columns are tried first, and in which order.
    Prices are of limits, then of decisions, per person, (aims, limits + decisions).
    """
    most, left = np.empty(len(upper)), np.empty(len(limit))
    _room(block, full, lower, upper, limit, most, left)
    box, note = _box(block, full, limit, most, left, asked)
    at = new_vertex(box, inverse)
    gain = np.zeros(box.columns)
    for aim in range(len(aims.goals)):
        largest = 0.0
        for k in range(box.columns):
            if aims.goals[aim] > 0:
                gain[k] = note.reward[k] if note.tier[k] == aims.goals[aim] else 0.0
            else:
                gain[k] = aims.gain[aim, note.column[k]]
            if not at.fixed[k]:
                largest = max(largest, abs(gain[k]))
        for r in range(prices.shape[1]):
            prices[aim, r] = 0.0
        if largest == 0.0:
            continue
        if not _greedy(block, box, at, note, order, gain):
            return False
        if not ascend(box, at, gain):
            return False
        _pin(box, at)
        for r in range(len(limit)):
            if note.rowof[r] >= 0:
                prices[aim, r] = at.price[note.rowof[r]] * note.scale[note.rowof[r]]
        for d in range(len(full)):
            if note.decisionof[d] >= 0:
                prices[aim, len(limit) + d] = at.price[note.decisionof[d]]
    if restate(box, at) > VIOLATION:
        return False
    for c in range(len(upper)):
        people[c] = min(lower[c], upper[c])
    for k in range(box.columns):
        people[note.column[k]] += min(max(at.x[k], 0.0), box.upper[k])
    return True
