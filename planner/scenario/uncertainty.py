"""The ``uncertainty:`` section of a scenario: which figures vary, and how.

Kept as it is written, checked only for being plain data, and carried along: sections of scenarios
that extend each other are merged field by field, the later one counts, and a field set to null is
taken away. What the fields mean is for the sampling to say.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

__all__ = ["Uncertainty", "merge_uncertainty"]


class Uncertainty(BaseModel):
    """Which figures vary, by which distribution, and how they hang together."""

    model_config = ConfigDict(extra="allow", frozen=True)


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
