"""Names that every LP and MPS reader takes, that stay apart and that a person can read back."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["clean_names"]

LONGEST = 24
"""Characters kept of a name, so that names made of three of them stay below what PuLP writes."""


def clean_names(names: Iterable[str]) -> dict[str, str]:
    """Return a short name of letters, digits and underscores for each name, all different.

    Full stops never occur, so that parts joined by them cannot be confused.

    Examples
    --------
    >>> clean_names(["efp-combat", "efp combat", "Café", "--"])
    {'efp-combat': 'efp_combat', 'efp combat': 'efp_combat_2', 'Café': 'Caf', '--': 'x'}
    """
    found: dict[str, str] = {}
    used: set[str] = set()
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")[:LONGEST] or "x"
        short, number = plain, 1
        while short.lower() in used:
            number += 1
            short = f"{plain}_{number}"
        used.add(short.lower())
        found[name] = short
    return found
