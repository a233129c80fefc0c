"""Scenarios that visitors may begin from, and scenarios inside a link.

Names are looked up here and nowhere else: whatever stands in an address, no path is made of it.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from planner.errors import Fault, InputError, nearest
from planner.scenario.load import Scenario, load, loads, shipped_scenarios

__all__ = ["Library", "pack", "unpack"]

FIRST = "eastern-flank-battalion"
"""The scenario that a first visit begins from."""

LONGEST = 4_000
"""Most characters of a scenario inside a link."""

LARGEST = 60_000
"""Most bytes of a scenario that is read from a link."""


@dataclass
class Library:
    """Scenarios by name: those that come along, and those the page was started with.

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
        """Take in the scenarios that are given."""
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


def pack(scenario: Scenario) -> str:
    """Return a scenario as a part of a link, empty if it is too large for one."""
    text = scenario.dump().encode()
    if len(text) > LARGEST:
        return ""
    packed = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")
    return packed if len(packed) <= LONGEST else ""


def unpack(packed: str, name: str) -> Scenario:
    """Return the scenario in a link; raise InputError if there is none, or it is wrong.

    What it expands to is bounded, and it may extend the scenarios that come along, nothing else.

    Examples
    --------
    >>> unpack(pack(load("letter").change(rule="value")), "mine").inputs.rule
    'value'
    """
    try:
        if len(packed) > LONGEST:
            raise ValueError
        data = base64.b64decode(packed + "=" * (-len(packed) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        text = reader.decompress(data, LARGEST)
        if reader.unconsumed_tail or not reader.eof:
            raise ValueError
    except (binascii.Error, zlib.error, ValueError):
        message = "the scenario in the address is cut off or damaged: load the file again"
        raise InputError(Fault("<address>", 0, 0, "file", message)) from None
    return loads(text, name)
