"""The what-if page: Panel over :mod:`planner.whatif`, for a browser or a notebook.

Plans and draws are computed by functions of the package, in worker processes or in the kernel of a
notebook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import panel as pn

    from planner.scenario.load import Scenario

__all__ = ["show"]


def show(scenario: Scenario | str | None = None, lang: str = "en") -> pn.Row:
    """Return the what-if page as the last value of a cell in a notebook.

    Parameters
    ----------
    scenario : Scenario or str, optional
        Scenario to open, or the name of one of the package.
    lang : {"en", "nl"}

    Raises
    ------
    InputError
        There is no scenario with that name.

    Examples
    --------
    >>> from planner.app import show
    >>> show("letter", lang="nl").name
    'planner'
    """
    from planner.app.page import notebook_page

    return notebook_page(scenario, lang)
