"""Every figure by name: where it lives, what it is drawn of, and what it shows.

A figure is a function that takes a result, a comparison or futures first and returns a chart. With
its line here it stands under ``planner.figures``, under ``.plot`` of what it is drawn of, and in
``planner plot``. Nothing is loaded until a figure is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["COMPARISON", "FUTURES", "GALLERY", "RESULT", "Shown", "figures_of"]

RESULT, COMPARISON, FUTURES, SENSITIVITY = "result", "comparison", "futures", "sensitivity"
"""What figures are drawn of."""


@dataclass(frozen=True)
class Shown:
    """A figure.

    Attributes
    ----------
    module : str
        In ``planner.figures``; the function has the name of the figure.
    of : str
        What it is drawn of.
    about : str
        What it shows, in a few words.
    """

    module: str
    of: str
    about: str

    @property
    def home(self) -> str:
        """The module in full."""
        return f"planner.figures.{self.module}"


GALLERY = {
    "sand": Shown("sand", RESULT, "what people of each pool do"),
    "crowd": Shown("sand", RESULT, "which missions tie a pool up"),
    "rotations": Shown("rotations", RESULT, "tours of a mission or pool as bars"),
    "fill": Shown("filled", RESULT, "fill by mission and month"),
    "displacement": Shown("displaced", RESULT, "what missions lose to a package"),
    "flow": Shown("flow", RESULT, "from commitments through pools to those who lose"),
    "curve": Shown("curves", RESULT, "displacement as a package grows"),
    "scenarios": Shown("beside", COMPARISON, "fill, a panel a scenario"),
    "versus": Shown("beside", COMPARISON, "one plan against another"),
    "fan": Shown("futures", FUTURES, "fill over time with its spread"),
    "spread": Shown("futures", FUTURES, "distribution of the displacement"),
    "chance": Shown("futures", FUTURES, "each mission's chance to reach a fill"),
    "convergence": Shown("futures", FUTURES, "a mean as draws are added"),
    "ranking": Shown("drivers", FUTURES, "what goes with a quantity"),
    "indices": Shown("drivers", SENSITIVITY, "what the spread of a quantity comes from"),
}


def figures_of(of: str) -> list[str]:
    """Return the names of the figures that are drawn of something.

    Examples
    --------
    >>> figures_of("comparison")
    ['scenarios', 'versus']
    """
    return [name for name, shown in GALLERY.items() if shown.of == of]
