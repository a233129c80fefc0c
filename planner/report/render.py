"""From a page of plain values to one HTML file that needs nothing else."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.results.manifest import version

if TYPE_CHECKING:
    from planner.report.blocks import Page

__all__ = ["render"]

HERE = Path(__file__).parent


@cache
def _template() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(HERE)
    made = Environment(
        loader=folder, autoescape=True, undefined=StrictUndefined, finalize=_readable
    )
    return made.get_template("page.html.j2")


def _readable(value: Any) -> Any:
    """Return text without what HTML may not hold or what turns the direction of text."""
    if type(value) is not str or value.isprintable():  # which pictures are, and they are long
        return value
    return "".join(one if _shown(one) else "\ufffd" for one in value)


def _shown(one: str) -> bool:
    return one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def render(page: Page) -> str:
    """Return a page as HTML; every text in it is escaped, the style alone is written as it is."""
    from markupsafe import Markup

    style = Markup((HERE / "style.css").read_text(encoding="utf-8"))  # ours, never a user's
    return str(_template().render(page=page, style=style, version=version("planner")))
