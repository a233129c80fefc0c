"""One plan by the *value* rule: aims one after the other, each on the best of those before it."""

from __future__ import annotations

import numpy as np

from planner.montecarlo.kernel.ascend import TOLERANCE, ascend, restate
from planner.montecarlo.kernel.jit import compiled, struct
from planner.montecarlo.kernel.vertex import LOWER, Box, new_vertex, raise_column

__all__ = ["Asked", "asked_of", "pursue"]

AskedType, Asked = struct(__name__, "Asked", "people tier times")
"""What goals ask of each column, persons; the tier of those goals (0: none); how many there are."""

NoteType, Note = struct(__name__, "Note", "column scale reward tier rowof decisionof")
"""The block's column of each column; the scale of each row; what the goals of a tier reward a
column with; and the rows of limits and of decisions (-1: none)."""

ROOM = 1e-9
"""What is left of a limit below this, relative to one plus the limit, is nothing."""
FITS = 1 + 1e-12
"""How far a row may be asked for and still be said not to bind, for rounding."""
PIN = 1e-7
"""Reduced gains and prices above this stay as they are for all later aims."""
SAME = 1e-9
VIOLATION = 1e-7
"""Largest violation, relative to one plus the limit, of a vertex that is kept."""


@compiled
def asked_of(shape, full, lower, upper, goal, goal_tier, asked):
    """Turn goals over one open column into what they ask of it; False if one is of another kind."""
    for c in range(len(upper)):
        asked.people[c], asked.tier[c], asked.times[c] = 0.0, 0, 0.0
    for g in range(len(goal)):
        if goal[g] <= 0:
            continue
        need, chosen, weight = goal[g], -1, 0.0
        for at in range(shape.goalptr[g], shape.goalptr[g + 1]):
            c = shape.goalcol[at]
            if upper[c] > lower[c] and full[shape.owner[c]] > 0:
                if chosen >= 0:
                    return False
                chosen, weight = c, shape.goalval[at]
            else:
                need -= shape.goalval[at] * min(lower[c], upper[c])
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
def _room(shape, full, lower, upper, limit, most, left):
    """Write the most each open column can hold (0: closed), and what settled tours leave."""
    for r in range(len(limit)):
        left[r] = limit[r]
    for c in range(len(upper)):
        most[c] = 0.0
        if lower[c] > 0:
            for at in range(shape.indptr[c], shape.indptr[c + 1]):
                left[shape.places[at]] -= shape.value[at] * lower[c]
    for c in range(len(upper)):
        d = shape.owner[c]
        if upper[c] <= lower[c] or full[d] <= 0:
            continue
        most[c] = min(upper[c], full[d])
        for at in range(shape.indptr[c], shape.indptr[c + 1]):
            r = shape.places[at]
            if limit[r] < np.inf and left[r] <= ROOM * (1 + limit[r]):
                most[c] = 0.0


@compiled
def _rows(shape, full, limit, most, left, rowof, decisionof):
    """Number the rows that can bind: limits, then decisions with several columns."""
    load, count = np.zeros(len(limit)), 0
    for c in range(len(most)):
        if most[c] > 0:
            for at in range(shape.indptr[c], shape.indptr[c + 1]):
                load[shape.places[at]] += shape.value[at] * most[c]
    for r in range(len(limit)):
        rowof[r] = -1
        if load[r] > left[r] * FITS and left[r] > ROOM * (1 + limit[r]):
            rowof[r] = count
            count += 1
    for d in range(len(full)):
        total, some = 0.0, 0
        for c in range(shape.start[d], shape.start[d + 1]):
            total += most[c]
            some += most[c] > 0
        decisionof[d] = -1
        if some > 1 and total > full[d] * FITS:
            decisionof[d] = count
            count += 1
    return count


@compiled
def _box(shape, full, limit, most, left, asked):
    """Return (box, note): the programme that is left, rows scaled by their largest entry.

    A column of which goals ask a part stands in it twice: that part, and the rest.
    """
    rowof, decisionof = np.empty(len(limit), np.int64), np.empty(len(full), np.int64)
    rows = _rows(shape, full, limit, most, left, rowof, decisionof)
    scale, bound = np.ones(rows), np.empty(rows)
    for r in range(len(limit)):
        if rowof[r] >= 0:
            largest = 0.0
            for at in range(shape.rowptr[r], shape.rowptr[r + 1]):
                largest = max(largest, shape.rowval[at])
            scale[rowof[r]], bound[rowof[r]] = 1.0 / largest, left[r] / largest
    for d in range(len(full)):
        if decisionof[d] >= 0:
            bound[decisionof[d]] = full[d]
    count, entries = 0, 0
    for c in range(len(most)):
        if most[c] > 0:
            twice = 2 if 0 < asked.people[c] < most[c] else 1
            count += twice
            entries += twice * (shape.indptr[c + 1] - shape.indptr[c] + 1)
    column, upper = np.empty(count, np.int64), np.empty(count)
    reward, tier, norm = np.zeros(count), np.zeros(count, np.int64), np.ones(count)
    ptr, rowptr = np.zeros(count + 1, np.int64), np.zeros(rows + 1, np.int64)
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
            for at in range(shape.indptr[c], shape.indptr[c + 1] + 1):
                if at < shape.indptr[c + 1]:
                    r = rowof[shape.places[at]]
                    entry = shape.value[at] * scale[r] if r >= 0 else 0.0
                else:
                    r, entry = decisionof[shape.owner[c]], 1.0
                if r >= 0:
                    index[e], value[e] = r, entry
                    rowptr[r + 1] += 1
                    size += entry * entry
                    e += 1
            norm[k] = np.sqrt(size)
            k += 1
            ptr[k] = e
    for r in range(rows):
        rowptr[r + 1] += rowptr[r]
    fill, rowcol, rowval = rowptr.copy(), np.empty(e, np.int64), np.empty(e)
    for k in range(count):
        for at in range(ptr[k], ptr[k + 1]):
            r = index[at]
            rowcol[fill[r]], rowval[fill[r]] = k, value[at]
            fill[r] += 1
    box = Box(count, rows, upper, ptr, index, value, rowptr, rowcol, rowval, bound, norm)
    return box, Note(column, scale, reward, tier, rowof, decisionof)


@compiled
def _greedy(shape, box, at, note, order, gain):
    """Raise columns that gain and meet nothing tight, in order."""
    first = np.full(len(shape.owner), -1, np.int64)
    for k in range(box.columns - 1, -1, -1):
        first[note.column[k]] = k
    for c in order:
        k = first[c]
        while 0 <= k < box.columns and note.column[k] == c:
            if gain[k] > TOLERANCE and at.status[k] == LOWER and not at.fixed[k]:
                free = True
                for e in range(box.ptr[k], box.ptr[k + 1]):
                    r = box.index[e]
                    if at.row[r] >= 0 or at.slack[r] <= ROOM * (1 + box.limit[r]):
                        free = False
                if free and not raise_column(box, at, k):
                    return False
            k += 1
    return True


@compiled
def _pin(box, at):
    """Fix whatever has a price where it stands."""
    for k in range(box.columns):
        if abs(at.gain[k]) > PIN:
            at.fixed[k] = True
    for p in range(at.size[0]):
        if at.price[at.tight[p]] > PIN:
            at.shut[at.tight[p]] = True


@compiled
def pursue(shape, aims, full, lower, upper, limit, asked, inverse, prices, people):
    """Write one plan to `people` and the prices of each aim to `prices`; whether it was found.

    Prices are of limits, then of decisions, per person, (aims, limits + decisions).
    """
    most, left = np.empty(len(upper)), np.empty(len(limit))
    _room(shape, full, lower, upper, limit, most, left)
    box, note = _box(shape, full, limit, most, left, asked)
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
        if not _greedy(shape, box, at, note, aims.order, gain):
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
