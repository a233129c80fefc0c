"""The ``uncertainty:`` section of a scenario: which figures vary, and how.

Kept as it is written, checked only for being plain data, and carried along: sections of scenarios
that extend each other are merged field by field, the later one counts, and a field set to null is
taken away. What the fields mean is for the sampling to say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, model_validator

__all__ = ["Uncertainty", "merge_uncertainty"]


class Uncertainty(BaseModel):
    """Which figures vary, by which distribution, and how they hang together."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        wrong = _not_plain(value)
        if wrong is not None:
            raise ValueError(f"expected text, finite numbers, lists and fields, found {wrong}")
        return value


def _not_plain(value: object) -> str | None:
    """Return what is not plain data within a value, None if all of it is."""
    if value is None or isinstance(value, (str, bool, int)):
        return None
    if isinstance(value, float):
        return None if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        inside = list(value.values())
    elif isinstance(value, (list, tuple)):
        inside = list(value)
    else:
        return type(value).__name__
    return next((wrong for one in inside if (wrong := _not_plain(one)) is not None), None)


def merge_uncertainty(
    before: Mapping[str, object], section: Uncertainty | None
) -> dict[str, object]:
    """Return the fields of `before` with those of a later section over them.

    Examples
    --------
    >>> merge_uncertainty({"a": 1, "b": 2}, Uncertainty(b=None, c=3))
    {'a': 1, 'c': 3}
    """
    merged = dict(before)
    for name, value in (section.model_extra or {} if section is not None else {}).items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged
