"""The what-if page: Panel over :mod:`planner.whatif`, for a browser or a notebook.

Nothing is computed here: pictures come from the package's own functions, in worker processes or, in
a notebook, in its kernel.
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
        What to begin from: a scenario, or the name of one that comes with the package.
    lang : {"en", "nl"}

    Raises
    ------
    InputError
        No scenario has that name.

    Examples
    --------
    >>> from planner.app import show
    >>> show("letter", lang="nl").name
    'planner'
    """
    from planner.app.page import notebook_page

    return notebook_page(scenario, lang)
