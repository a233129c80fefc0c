"""Canonical JSON and its SHA-256 digest.

Equal inputs have equal digests on any machine and in any order of keys.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from planner.months import Month

__all__ = ["canonical", "digest", "plain"]

SKIP = {"digest": False}
"""Metadata of a dataclass field that is not part of the digest, such as a position in a file."""


def plain(value: object) -> Any:
    """Return `value` as dicts, lists, text, numbers, booleans and None only.

    Dataclasses become dicts of their fields, without those marked with :data:`SKIP`; months become
    text; whole floats become integers, so that 12 and 12.0 are the same.

    Raises
    ------
    ValueError
        A number is not finite.
    TypeError
        A value has no canonical form.

    Examples
    --------
    >>> plain({"b": (1.0, Month(2022, 3)), "a": None})
    {'b': [1, '2022-03'], 'a': None}
    """
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"only finite numbers have a canonical form, found {value}")
        return int(value) if value.is_integer() else value
    if isinstance(value, Month):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.metadata.get("digest", True)
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted((plain(item) for item in value), key=canonical)
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy scalars and arrays, without importing NumPy
        return plain(value.tolist())
    raise TypeError(f"{type(value).__name__} has no canonical form")


def canonical(value: object) -> str:
    """Return canonical JSON: sorted keys, no spaces, ASCII only.

    Examples
    --------
    >>> canonical({"b": 1.0, "a": [2.5]})
    '{"a":[2.5],"b":1}'
    """
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(value: object) -> str:
    """Return ``sha256:`` and 64 hexadecimal digits of the canonical JSON of `value`.

    Examples
    --------
    >>> digest({"a": 1, "b": 2}) == digest({"b": 2.0, "a": 1})
    True
    >>> digest({})[:15]
    'sha256:44136fa3'
    """
    return "sha256:" + hashlib.sha256(canonical(value).encode("ascii")).hexdigest()
