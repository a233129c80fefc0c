from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import Fault
from planner.problem.neutral import locate, repeated

NAMES = st.text(alphabet='ab "\\{}[],:\né', min_size=1, max_size=4)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def paths(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found = [(path, value)] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += paths(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            found += paths(inner, (*path, str(place)))
    return found


@given(value=VALUES, indent=st.sampled_from([None, 0, 2]))
def test_where_a_field_is_said_to_stand_its_value_begins(value: Any, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    lines = text.split("\n")
    for path, inner in paths(value):
        [fault] = locate(text, [Fault("x", 0, 0, ".".join(path), "wrong")])

        assert isinstance(fault, Fault)
        rest = "\n".join([lines[fault.line - 1][fault.column - 1 :], *lines[fault.line :]])
        assert json.JSONDecoder().raw_decode(rest)[0] == inner


def test_a_field_that_is_missing_stands_where_it_is_missed() -> None:
    text = '{"demands": [\n  {"id": 1},\n  {"id": 2}]}'

    [found] = locate(text, [Fault("x", 0, 0, "demands.1.cap", "is missing")])

    assert str(found) == "x:3:3: demands.1.cap: is missing"


@pytest.mark.parametrize("fault", ["a sentence", Fault("x", 0, 0, "", "all of it")])
def test_what_names_no_field_stays_as_it_is(fault: Fault | str) -> None:
    assert locate("{}", [fault]) == [fault]


def test_every_key_that_is_there_twice_is_found() -> None:
    text = '{"a": {"b": 1, "b": 2},\n "c": [{"a": 1}, {"a": 2, "a": 3}], "c": 0}'

    assert [str(fault) for fault in repeated(text, "x")] == [
        "x:1:16: a.b: named twice: keep one of them",
        "x:2:27: c.1.a: named twice: keep one of them",
        "x:2:37: c: named twice: keep one of them",
    ]
