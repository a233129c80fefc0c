"""Scenarios that visitors may begin from, by name.

A name in an address is looked up in this list only; no path is made of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from planner.errors import Fault, InputError, nearest
from planner.scenario.load import Scenario, load, shipped_scenarios

__all__ = ["Library"]

FIRST = "eastern-flank-battalion"
"""The scenario that a first visit begins from."""


@dataclass
class Library:
    """Scenarios by name: those that come with the package, and those the page was started with.

    Parameters
    ----------
    own : sequence of Scenario
        Offered before the others; the first is the one to begin from.

    Examples
    --------
    >>> library = Library()
    >>> library.first, "letter" in library.names
    ('eastern-flank-battalion', True)
    >>> library.get("../letter")
    Traceback (most recent call last):
    ...
    planner.errors.InputError: <address>: base: no such scenario '../letter', did you mean 'letter'?
    """

    own: Iterable[Scenario] = ()
    _loaded: dict[str, Scenario] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for scenario in self.own:
            self._loaded[scenario.name] = scenario
        self.names = tuple(dict.fromkeys([*self._loaded, *shipped_scenarios()]))
        self.first = next(iter(self._loaded), FIRST)

    def get(self, name: str) -> Scenario:
        """Return a scenario by its name, exactly; raise InputError if there is none."""
        if name not in self.names:
            near = nearest(name, self.names)
            raise InputError(
                Fault("<address>", 0, 0, "base", f"no such scenario {name!r:.60}{near}")
            )
        if name not in self._loaded:
            self._loaded[name] = load(shipped_scenarios()[name])
        return self._loaded[name]

    def titles(self, lang: str) -> dict[str, str]:
        """Return titles by name."""
        found = {}
        for name in self.names:
            scenario = self.get(name)
            first, second = scenario.title, scenario.title_nl
            found[name] = (second or first if lang == "nl" else first or second) or name
        return found
