"""Completion in the shell: scenarios, and the missions, demands, pools and packages of one.

``planner --install-completion`` installs it for the shell in use. Words are found by the name of a
parameter, so that a new command completes without further code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

__all__ = ["complete_parameters"]

SCENARIOS = ("scenario", "items", "scenarios", "first", "second")
"""Parameters that name a scenario or its file."""

PARTS = {
    "mission": "missions",
    "demand": "demands",
    "pool": "pools",
    "package": "packages",
    "packages": "packages",
}
"""Parameters that name a part of a scenario, and where its inputs hold those parts."""


def complete_parameters(command: Any) -> Any:
    """Return a command whose parameters complete the words known for their names."""
    for parameter in command.params:
        words = _words_for(parameter.name)
        if words is not None and parameter._custom_shell_complete is None:
            parameter._custom_shell_complete = _completer(words)
    return command


def _completer(words: Callable[[Any, str], Iterable[str]]) -> Callable[..., list[str]]:
    def complete(context: Any, parameter: Any, incomplete: str) -> list[str]:
        try:
            found = sorted(set(words(context, incomplete)))
        except Exception:  # completion never prints: an unreadable scenario offers no words
            return []
        return [word for word in found if word.startswith(incomplete)]

    return complete


def _words_for(name: str) -> Callable[[Any, str], Iterable[str]] | None:
    if name in SCENARIOS:
        return _scenarios
    if name in PARTS:
        return lambda context, _: _parts(context, PARTS[name])
    if name == "figure":
        return lambda *_: _figures()
    return None


def _scenarios(context: Any, incomplete: str) -> Iterable[str]:
    """Yield names of shipped scenarios, and scenario files below the folder that was begun."""
    from planner.scenario.load import shipped_scenarios

    yield from (str(getattr(one, "name", one)) for one in shipped_scenarios())
    folder = Path(incomplete).parent
    for path in folder.glob("*"):
        if path.suffix in (".yaml", ".yml", ".json"):
            yield str(path)


def _parts(context: Any, kind: str) -> Iterable[str]:
    """Return the ids of the parts of the scenario that was named before, else of the letter."""
    from planner.scenario.load import load

    given = next((context.params[name] for name in SCENARIOS if context.params.get(name)), "letter")
    scenario = given if isinstance(given, str) else given[0]
    return list(getattr(load(scenario).inputs, kind))


def _figures() -> Iterable[str]:
    from planner.gallery import gallery

    return list(gallery())
