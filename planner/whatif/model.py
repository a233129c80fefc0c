"""A scenario with its levers: move some, and it is another scenario. Knows of no interface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from planner.errors import Fault, InputError, nearest
from planner.scenario.load import Scenario, load
from planner.whatif.levers import Lever, Value, levers_of, patch_of

__all__ = ["WhatIf"]


@dataclass(frozen=True, eq=False)
class WhatIf:
    """A scenario as it was, and what has been moved about it.

    Parameters
    ----------
    base : Scenario, str or Path
        The scenario as it was, its file, or the name of one that comes with the package.
    moved : mapping of str to value
        Levers that stand elsewhere than in it, by key.

    Raises
    ------
    InputError
        With every lever that is not there or cannot go that far.

    Examples
    --------
    >>> more = WhatIf("eastern-flank-battalion", {"size.eastern-flank": 1.5})
    >>> more.scenario.inputs.demands["ef-unit"].cap.value
    840.0
    >>> more.move({"size.eastern-flank": 1, "people.staff": 0.9}).moved
    {'people.staff': 0.9}
    """

    base: Scenario
    moved: Mapping[str, Value] = field(default_factory=dict)

    def __init__(
        self, base: Scenario | str | Path, moved: Mapping[str, object] | None = None
    ) -> None:
        """Load the scenario if need be, and check what is moved."""
        object.__setattr__(self, "base", base if isinstance(base, Scenario) else load(base))
        object.__setattr__(self, "moved", self._checked(moved or {}))

    @cached_property
    def levers(self) -> tuple[Lever, ...]:
        """Every lever, by group."""
        return levers_of(self.base.inputs)

    @cached_property
    def _by_key(self) -> dict[str, Lever]:
        return {lever.key: lever for lever in self.levers}

    def lever(self, key: str) -> Lever:
        """Return a lever; raise InputError if there is none of that key."""
        if key not in self._by_key:
            raise InputError(self._fault(key, f"no such lever{nearest(key, self._by_key)}"))
        return self._by_key[key]

    def stands(self, key: str) -> Value:
        """Return where a lever stands now."""
        return self.moved.get(key, self.lever(key).stands)

    def move(self, moves: Mapping[str, object]) -> WhatIf:
        """Return it with some levers moved; those that stand where they stood are forgotten."""
        return self._with({**self.moved, **moves})

    def reset(self) -> WhatIf:
        """Return it as it was."""
        return self._with({})

    def _with(self, moved: Mapping[str, object]) -> WhatIf:
        other = WhatIf(self.base)
        for name in ("levers", "_by_key"):
            other.__dict__[name] = getattr(self, name)
        object.__setattr__(other, "moved", other._checked(moved))
        return other

    def _checked(self, moved: Mapping[str, object]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        faults: list[Fault | str] = []
        for key, value in moved.items():
            try:
                lever = self.lever(key)
                checked = lever.check(value)
            except InputError as error:
                faults += error.faults
            except ValueError as error:
                faults.append(self._fault(key, str(error)))
            else:
                if checked != lever.stands:
                    found[key] = checked
        if faults:
            raise InputError(faults)
        order = list(self._by_key) if found else []
        return {key: found[key] for key in order if key in found}

    def _fault(self, key: str, message: str) -> Fault:
        return Fault("<levers>", 0, 0, f"{key:.80}", message)

    @property
    def patch(self) -> dict[str, Any]:
        """What was moved, as the sections of a scenario file."""
        patch = patch_of(self.base.inputs, self.moved)
        if patch:
            for text, words in (("title", "changed"), ("title_nl", "gewijzigd")):
                title = getattr(self.base, text)
                if title:
                    patch = {text: f"{title} ({words})", **patch}
        return patch

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that comes out; the one as it was if nothing is moved.

        It is made by the reader of scenario files, so ``loads(scenario.dump())`` is the same.

        Raises
        ------
        InputError
            What is moved contradicts itself or the rest of the scenario.
        """
        if not self.moved:
            return self.base
        return self.base.with_(self.patch, name=f"{self.base.name}-changed")

    def address(self) -> str:
        """Return what was moved as the query of a link.

        Examples
        --------
        >>> WhatIf("letter", {"people.staff": 0.9, "go.eufor-althea": True}).address()
        'people.staff=0.9&go.eufor-althea=1'
        """
        return urlencode({key: self.lever(key).text(value) for key, value in self.moved.items()})

    def follow(self, address: Mapping[str, str]) -> tuple[WhatIf, list[Fault]]:
        """Return it with the levers moved that an address names, and what could not be followed.

        Parameters
        ----------
        address : mapping of str to str
            Parts of a query: the key of a lever, and where it is to stand.
        """
        moves: dict[str, object] = {}
        faults: list[Fault] = []
        for key, text in address.items():
            lever = self._by_key.get(key)
            try:
                if lever is None:
                    near = nearest(key, self._by_key)
                    raise ValueError(f"no such lever in {self.base.name!r}{near}")
                moves[key] = lever.parse(text)
            except ValueError as error:
                faults.append(Fault("<address>", 0, 0, f"{key:.80}", str(error)))
        return self.move(moves), faults

    def __repr__(self) -> str:
        """The scenario and what is moved."""
        return f"<WhatIf {self.base.name!r}, moved: {dict(self.moved)}>"
