from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from planner.errors import InputError
from planner.scenario.source import Limits, read_source, read_text, yaml_text


def test_values_follow_yaml_1_2() -> None:
    values = read_text(
        "a: NO\nb: 12:30\nc: 0o12\nd: 2022-03\ne: 2022-03-01\nf: yes\ng: true\nh: ~\ni: '12'\n"
        "j: 1e3\nk: [1, x]\nl: 0x10\nm: !!str 12\nn: 1_000\n"
    ).values

    assert values == {
        "a": "NO", "b": "12:30", "c": 10, "d": "2022-03", "e": "2022-03-01", "f": "yes", "g": True,
        "h": None, "i": "12", "j": 1000.0, "k": (1, "x"), "l": 16, "m": "12", "n": "1_000",
    }  # fmt: skip


def test_places_of_keys_values_and_items() -> None:
    source = read_text("a:\n  b: [1,\n    two]\n")

    place = source.position(("a", "b"))
    assert (place.key_line, place.key_column, place.line, place.column) == (2, 3, 2, 6)
    assert (source.position(("a", "b", 1)).line, source.position(("a", "b", 1)).column) == (3, 5)
    assert source.position(("a", "c", "d")) == source.position(("a",))


def test_an_alias_is_read_and_stands_where_it_is_written() -> None:
    source = read_text("a: &x {cap: 1}\nb: *x\n")

    assert source.values["b"] == {"cap": 1}
    assert source.position(("b", "cap")).line == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "x.yaml: the file is empty, expected a scenario"),
        ("\ufeff \n", "x.yaml: the file is empty, expected a scenario"),
        ("# only a comment\n", "x.yaml:1:1: expected a mapping of fields at the top (such as "
                               "'title: ...'), found nothing"),
        ("- 1\n", "x.yaml:1:1: expected a mapping of fields at the top (such as 'title: ...'), "
                  "found a list"),
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: a: named twice, first in line 1: keep one of them"),
        ("a:\n\tb: 1\n", "x.yaml:2:1: found a tab: YAML indents with spaces only, replace each tab "
                         "by two spaces"),
        ("a: b: c\n", "x.yaml:1:5: found ':' where no field can begin: check the indentation, or "
                      "quote the text"),
        ("a: [1, 2\n", "x.yaml:2:1: not readable as YAML: expected ',' or ']', but got "
                       "'<stream end>': check indentation, brackets and quotes"),
        ("a: *x\n", "x.yaml:1:4: a: alias *x stands for nothing named before it"),
        ("a: &x [*x]\n", "x.yaml:1:8: a.0: alias *x stands for nothing named before it"),
        ("a: !!python/name:os.system\n", "x.yaml:1:4: a: tags are not read, found "
                                         "'tag:yaml.org,2002:python/name:os.system': leave it out"),
        ("a: {<<: {b: 1}}\n", "x.yaml:1:5: a: '<<' is not read: write the fields out, or use "
                              "'extends'"),
        ("? [1]\n: 2\n", "x.yaml:1:3: expected a name before ':', found a list or mapping"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2:1: expected one document, found a second one after '---'"),
        ("a: \x07\n", "x.yaml:1:4: found U+0007, a character that YAML does not allow"),
        ("a: " + "1" * 50 + "\n", "x.yaml:1:4: a: a number of 50 characters is not read"),
    ],
)  # fmt: skip
def test_unreadable_text(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_text(text, "x.yaml")

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: 1\nb: caf\xe9\n", "x.yaml:2:7: expected UTF-8, found byte 0xe9 (Windows-1252 or "
                               "Latin-1?): save the file as UTF-8"),
        ("a: 1".encode("utf-16"), "x.yaml: expected UTF-8, found UTF-16: save it as UTF-8"),
    ],
)  # fmt: skip
def test_wrong_encoding(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_text(data, "x.yaml")

    assert str(caught.value) == message


def test_a_byte_order_mark_is_no_trouble() -> None:
    assert read_text(b"\xef\xbb\xbfa: 1\n").values == {"a": 1}


def test_all_duplicate_keys_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read_text("a: 1\na: 2\nb: {c: 1, c: 2}\n")

    assert [(fault.line, fault.field) for fault in caught.value.faults] == [(2, "a"), (3, "b.c")]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "limits", "message"),
    [
        ("a: " + "x" * 100, Limits(size=50), "too large: more than 50 bytes"),
        ("a: " + "[" * 30, Limits(), "nested deeper than 24 levels"),
        ("a: [1, 2, 3, 4]", Limits(values=4), "too many values: more than 4 with aliases"),
        ("a: &a [1,1,1,1]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]", Limits(values=40),
         "too many values: more than 40 with aliases written out"),
    ],
)  # fmt: skip
def test_limits(text: str, limits: Limits, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_text(text, limits=limits)


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Any) -> None:
    path = tmp_path / "big.yaml"
    path.write_bytes(b"a: " + b"x" * 2_000_000)

    with pytest.raises(InputError, match=r"big.yaml: too large: more than 1,000,000 bytes"):
        read_source(path)


def test_a_file_that_is_not_there(tmp_path: Any) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_source(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="is a folder"):
        read_source(tmp_path)


TRICKY = ["NO", "on", "12:30", "010", "2022-03", "2022-03-01", "", " a", "a: b", "#", "true", "~",
          "1e3", ".inf", "- a", "a #b", "'", "café"]  # fmt: skip


def trees(text: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Plain values as a scenario may hold them."""
    key = text.filter(lambda one: one != "<<")
    leaf = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | text
    return st.dictionaries(
        key,
        st.recursive(
            leaf | st.floats(allow_nan=False, allow_infinity=False),
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(key, inner, max_size=4),
            max_leaves=12,
        ),
        min_size=1,
        max_size=5,
    )


@given(trees(st.sampled_from(TRICKY)))
@settings(deadline=None, max_examples=50)
def test_what_another_writer_writes_is_read_the_same(values: dict[str, Any]) -> None:
    yaml = YAML(typ="safe", pure=True)
    out = io.StringIO()
    yaml.dump(values, out)

    assert _lists(read_text(out.getvalue()).values) == values


@given(trees(st.text(max_size=12)))
@settings(deadline=None)
def test_what_is_written_is_read_back(values: dict[str, Any]) -> None:
    assert _lists(read_text(yaml_text(values)).values) == values


@given(trees(st.sampled_from(TRICKY)))
@settings(deadline=None, max_examples=50)
def test_another_reader_reads_what_is_written(values: dict[str, Any]) -> None:
    assert YAML(typ="safe", pure=True).load(yaml_text(values)) == values


@given(st.text() | st.binary())
@settings(deadline=None)
def test_any_text_is_read_or_refused(text: str | bytes) -> None:
    with contextlib.suppress(InputError):
        read_text(text)


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    return [_lists(item) for item in value] if isinstance(value, tuple) else value
