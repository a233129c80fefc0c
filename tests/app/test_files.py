"""Files out of the page and into it: the same figures and scenario, nothing taken on trust."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import planner as pl
from planner.app.page import file_name
from planner.app.tasks import MAX_UPLOAD, read_upload
from tests.app.conftest import FLANK, WAIT, View
from tests.app.test_page import assert_shown

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

MOVED = FLANK.move({"size.eastern-flank": 1.5, "rest.military": 0.5})
LINK = f"?lang=en&{MOVED.address()}"

NASTY = "<img src=x onerror=window.hacked=1>"


def taken(view: View, button: str, folder: Path) -> Path:
    """Press a button and return the file that comes of it."""
    with view.page.expect_download(timeout=WAIT) as found:
        view.page.get_by_role("button", name=button, exact=True).click()
    path = folder / found.value.suggested_filename
    found.value.save_as(path)
    return path


def test_files_say_what_the_package_says(view: View, tmp_path: Path) -> None:
    view.open(LINK)
    scenario = taken(view, "Scenario file", tmp_path)
    assert pl.load(scenario) == MOVED.scenario

    result = pl.allocate(MOVED.scenario)
    with zipfile.ZipFile(taken(view, "Tables", tmp_path)) as archive:
        fill = pd.read_csv(io.BytesIO(archive.read("variant_fill.csv")))
        assert "plan_displacement.csv" in archive.namelist()
    rates = result.fill_by("mission").set_index("mission")["fill_rate"]
    assert (fill.set_index("mission")["fill_rate"] - rates).abs().max() < 1e-9

    figure = taken(view, "Figure", tmp_path)
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert figure.name == "eastern-flank-battalion-changed.png"

    workbook = taken(view, "Workbook", tmp_path)
    assert pl.read_workbook(workbook).digest == MOVED.scenario.digest


def test_a_report_is_made_in_the_background(view: View, tmp_path: Path) -> None:
    view.open(LINK)
    report = taken(view, "Report", tmp_path).read_text(encoding="utf-8")
    assert MOVED.scenario.title in report
    assert FLANK.base.title in report


def alarm(view: View) -> Locator:
    return view.page.locator(".alarm").first


def upload(view: View, name: str, data: bytes) -> None:
    view.page.locator("#upload").set_input_files(
        {"name": name, "mimeType": "application/yaml", "buffer": data}
    )


def test_a_file_that_is_handed_in_is_shown_and_in_the_address(
    view: View, chromium: Browser
) -> None:
    view.open()
    text = MOVED.scenario.dump().replace("(changed)", NASTY)
    upload(view, f"{NASTY}.yaml", text.encode())
    view.page.locator(".note", has_text="Loaded").wait_for(timeout=WAIT)
    view.ready("")
    assert_shown(view, pl.WhatIf(MOVED.scenario))
    assert view.page.evaluate("window.hacked") is None
    assert view.page.locator("img").count() == 0

    query = view.query()
    assert "file=" in query
    view.open(query)
    assert_shown(view, pl.WhatIf(MOVED.scenario))
    assert view.page.evaluate("window.hacked") is None


BROKEN: dict[str, tuple[bytes, str]] = {
    "wrong.yaml": (
        b"extends: letter\nrul: value\n",
        "wrong.yaml:2:1: rul: not known here, did you mean 'rule'?",
    ),
    "path.yaml": (b"extends: ../../../../etc/passwd\n", "no such scenario"),
    "absolute.yaml": (b"extends: /etc/passwd\n", "no such scenario"),
    "data.yaml": (b"data: /etc\n", "a text cannot name a data folder"),
    "code.yaml": (b"title: !!python/object/apply:os.system ['true']\n", "tags are not read"),
    "bytes.yaml": (b"\xff\xfe\x00\x01", "expected UTF-8"),
    "empty.yaml": (b"", "the file is empty"),
    "bomb.yaml": (
        b"a: &a [1,1,1,1,1,1,1,1,1]\n"
        + b"".join(
            f"{chr(98 + k)}: &{chr(98 + k)} [{','.join(['*' + chr(97 + k)] * 9)}]\n".encode()
            for k in range(12)
        ),
        "too many values",
    ),
    "deep.yaml": (b"[" * 5000, "deeper"),
    "large.yaml": (b"#" * (MAX_UPLOAD + 1), "large.yaml: too large: 250,001 bytes"),
    "huge.yaml": (b"#" * 9_000_000, "huge.yaml: too large: 9,000,000 bytes"),
}


def test_a_broken_file_is_told_about_and_changes_nothing(view: View) -> None:
    view.open()
    before = view.query()
    for name, (data, said) in BROKEN.items():
        upload(view, name, data)
        view.page.locator(".alarm", has_text=said).wait_for(timeout=WAIT)
    assert view.query() == before
    upload(view, "right.yaml", b"extends: letter\nrule: value\n")
    view.page.locator(".note", has_text="Loaded right.yaml").wait_for(timeout=WAIT)
    view.ready("")
    assert_shown(view, pl.WhatIf(pl.load("letter").change(rule="value")))


SENT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(st.text() | SENT.map(json.dumps))
def test_whatever_a_browser_sends_is_a_file_or_an_input_error(message: str) -> None:
    try:
        name, data = read_upload(message)
    except pl.InputError:
        return
    assert "/" not in name
    assert len(data) <= MAX_UPLOAD


def test_what_a_browser_says_of_size_and_name_is_not_believed() -> None:
    packed = base64.b64encode(b"#" * (MAX_UPLOAD + 1)).decode()
    with pytest.raises(pl.InputError, match="too large"):
        read_upload(json.dumps(["a.yaml", 3, packed]))
    assert read_upload(json.dumps(["..\\..\\c/../a.yaml", 1, "YQ=="])) == ("a.yaml", b"a")


@given(st.text(max_size=40))
def test_files_have_plain_names(name: str) -> None:

    made = file_name(name, "yaml")
    assert made.isascii()
    assert not set(made) & set("/\\<>\"' \n\0")
    assert not made.startswith(".")
