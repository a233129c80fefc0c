"""Small helpers that turn NumPy columns into pandas tables quickly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from planner.problem.model import Floats, Ints
from planner.solution import cover

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cover", "frame", "share", "words"]


def frame(**columns: Any) -> pd.DataFrame:
    """Return a table of equally long columns, without copying them twice."""
    import pandas as pd

    return pd.DataFrame(columns, copy=False)


def words(names: Sequence[str], places: Ints | None = None) -> Any:
    """Return a column of text: all names, or those at some places.

    Examples
    --------
    >>> list(words(["staff", "civil"], np.array([1, 1, 0])))
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
