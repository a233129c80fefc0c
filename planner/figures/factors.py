"""What uncertain numbers and figures are called: ``pool.staff.posts`` in words."""

from __future__ import annotations

from typing import Protocol

from planner.figures.words import say

__all__ = ["factor_name", "factor_parts", "quantity_name"]

KINDS = ("pool", "demand", "kind", "package", "bound", "mission")
"""What ids of figures begin with, each with names of its own."""


class Called(Protocol):
    """Whoever knows what pools, demands, kinds, missions and packages are called in a language."""

    lang: str

    def pool(self, id: str) -> str:
        """Return the name of a pool."""

    def demand(self, id: str) -> str:
        """Return the name of a demand."""

    def kind(self, id: str) -> str:
        """Return the name of a kind of demand."""

    def mission(self, id: str) -> str:
        """Return the name of a mission."""

    def package(self, id: str) -> str:
        """Return the title of a package."""


def factor_name(id: str, names: Called) -> str:
    """Return what a figure or uncertain number is called; its id where that says nothing more.

    Examples
    --------
    >>> import planner as pl
    >>> from planner.figures.names import Names
    >>> letter = pl.allocate("letter")
    >>> factor_name("pool.staff.filled", Names(letter))
    'Staff officers and observers: share of posts filled'
    >>> factor_name("kind.staff.rest.civil", Names(letter, "nl"))
    'Stafofficier of adviseur: rust na een uitzending (Civiele experts)'
    """
    called, said = factor_parts(id, names)
    return f"{called}: {said}" if called else said


def factor_parts(id: str, names: Called) -> tuple[str, str]:
    """Return what a figure belongs to and what it is of that; nothing, and its whole name.

    Examples
    --------
    >>> import planner as pl
    >>> from planner.figures.names import Names
    >>> factor_parts("pool.staff.filled", Names(pl.allocate("letter")))
    ('Staff officers and observers', 'share of posts filled')
    """
    lang = names.lang
    head, _, rest = id.partition(".")
    if head in ("sizes", "decided", "extended", "shifted", "shared"):
        return "", say(f"factor_{head}", lang, of=_anything(rest, names))
    parts = rest.split(".")
    if head not in KINDS or len(parts) < 2:
        return "", id
    called, what = _called(head, parts[0], names), parts[1]
    key = f"figure_{head}_{what}"
    try:
        said = say(key, lang)
    except KeyError:
        said = " ".join(parts[1:]).replace("_", " ")
    of = f" ({names.pool(parts[2])})" if len(parts) > 2 else ""
    return called, said + of


def _called(head: str, id: str, names: Called) -> str:
    return str(getattr(names, head)(id)) if hasattr(names, head) else id


def _anything(id: str, names: Called) -> str:
    """Return the name of a package, demand or mission of that id, whichever there is."""
    for called in (names.package(id), names.demand(id), names.mission(id), names.pool(id)):
        if called != id:
            return called
    return id


def quantity_name(id: str, names: Called | None, lang: str) -> str:
    """Return what a quantity is called, by ids alone where nobody knows the names.

    Examples
    --------
    >>> quantity_name("fill.main_task_2", None, "en")
    'the fill rate of main task 2'
    >>> quantity_name("displacement.flank", None, "nl")
    'verdringing door ‘flank’'
    """
    kind, _, of = id.partition(".")
    if kind in ("fill", "present"):
        if of.startswith("main_task_"):
            return say(f"quantity_{kind}_of", lang, of=say(of, lang))
        called = of if names is None else names.mission(of)
        return say(f"quantity_{kind}_of" if of else f"quantity_{kind}", lang, of=called)
    try:
        return say(f"quantity_{kind}", lang, of=of if names is None else names.package(of))
    except KeyError:
        return id
