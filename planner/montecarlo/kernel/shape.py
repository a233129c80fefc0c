"""The structure of a block as compiled code wants it: flat arrays by column, row and decision."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from planner.engine.programme import Block
from planner.engine.setting import Setting

__all__ = ["Shape", "shape_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Shape(NamedTuple):
    """Structure of one block; what draws change is not in it.

    Attributes
    ----------
    start : ndarray of int (decisions + 1,)
        First column of each decision.
    owner : ndarray of int (columns,)
        Decision of each column.
    indptr, places, value
        Entries of the limit rows, by column: pool × month, composition maxima, budgets.
    rowptr, rowcol, rowval
        The same by row.
    goalptr, goalcol, goalval
        Entries of the bound rows (composition), by row.
    askedptr, asked
        Decisions on duty in each bound row.
    bound : ndarray of int (bound rows,)
        Bound of each bound row.
    tier, begin, lead : ndarray of int (decisions,)
        Tier, first month of its tours, longest preparation of its demand.
    cost : ndarray (columns,)
        What a person costs in preference: months on duty × place in the list.
    """

    start: Ints
    owner: Ints
    indptr: Ints
    places: Ints
    value: Floats
    rowptr: Ints
    rowcol: Ints
    rowval: Floats
    goalptr: Ints
    goalcol: Ints
    goalval: Floats
    askedptr: Ints
    asked: Ints
    bound: Ints
    tier: Ints
    begin: Ints
    lead: Ints
    cost: Floats


def shape_of(block: Block, setting: Setting, lead: Ints) -> Shape:
    """Return the structure of a block.

    Parameters
    ----------
    setting : Setting
        Any setting of the block.
    lead : ndarray of int (demands of the problem,)
        Longest preparation.
    """
    rows = sparse.csr_array(setting.rows)
    rows.eliminate_zeros()
    rows.sort_indices()
    columns = rows.tocsc()
    columns.sort_indices()
    goals = sparse.csr_array(block.bounds.matrix)
    asked = sparse.csr_array(block.bounds.asked)
    return Shape(
        np.searchsorted(block.decision, np.arange(len(block.demand) + 1)).astype(np.int64),
        block.decision.astype(np.int64),
        *_flat(columns),
        *_flat(rows),
        *_flat(goals),
        *_flat(asked)[:2],
        block.bounds.bound.astype(np.int64),
        setting.tier,
        block.begin.astype(np.int64),
        lead[block.demand],
        block.duty_months[block.decision] * block.option,
    )


def _flat(matrix: sparse.sparray) -> tuple[Ints, Ints, Floats]:
    """Return pointers, places and values of a compressed matrix."""
    return (
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int64),
        matrix.data.astype(np.float64),
    )
