"""The ``uncertainty:`` section of a scenario: which figures vary, how, and which vary together.

Sections of scenarios that extend each other are merged: under ``figures``, ``decided`` and the
other named lists a later entry takes the place of the one before, ``null`` takes it away, and
``exact`` and ``correlations`` replace what was there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from planner.distributions import (
    distribution_schema,
    parse_distribution,
    ranged_names,
)
from planner.scenario.fields import Id, Part, Sourced, Text

__all__ = ["SAYS", "Correlation", "Uncertainty", "merge_uncertainty"]

SAYS = ("basis", "source", "section", "note")
"""What may stand beside a distribution: where it comes from."""


def _distribution(value: object) -> object:
    """Return a distribution as written, if sound; a name alone uses the figure's own range."""
    if isinstance(value, str):
        if value not in ranged_names() and value != "exact":
            known = ", ".join((*ranged_names(), "exact"))
            raise ValueError(
                f"expected {known} or a distribution with its parameters, found {value!r}"
            )
        return value
    if not isinstance(value, Mapping):
        raise ValueError(
            f"expected a distribution, such as {{pert: {{low, likely, high}}}}, found {value!r}"
        )
    parse_distribution({name: item for name, item in value.items() if name not in SAYS})
    wrong = [name for name in SAYS if name in value and not isinstance(value[name], str)]
    if wrong:
        raise ValueError(f"{wrong[0]}: expected text, found {value[wrong[0]]!r}")
    if value.get("basis", "assumption") not in ("letter", "public", "assumption"):
        raise ValueError(f"basis: expected letter, public or assumption, found {value['basis']!r}")
    return value


Spread = Annotated[Any, PlainValidator(_distribution), WithJsonSchema(distribution_schema())]
"""A distribution by name with its parameters, or the name alone."""


def _without_name(value: object) -> object:
    if isinstance(value, str):
        raise ValueError(f"expected a distribution with its parameters, found {value!r}")
    return _distribution(value)


Drawn = Annotated[
    Any, PlainValidator(_without_name), WithJsonSchema(distribution_schema(names=False))
]
"""A distribution with its parameters."""

FigureId = Annotated[str, Field(min_length=1, max_length=200)]
"""A figure, ``pool.staff.posts``; ``*`` stands for any text."""

Figures = Annotated[tuple[FigureId, ...], Field(min_length=1)]

Chance = Annotated[float, Field(ge=0, le=1)]


class Decided(Sourced):
    """The chance that something goes ahead; a number alone is the chance."""

    chance: Chance
    """Chance from 0 to 1."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, (Mapping, Decided)) else {"chance": value}


class Extended(Sourced):
    """A mandate that may be extended."""

    chance: Chance
    """Chance from 0 to 1."""
    months: Annotated[int, Field(ge=-120, le=120)]
    """By how many months, if it is."""


class Shared(Sourced):
    """Something that moves several figures alike."""

    figures: Figures
    """The figures it multiplies."""
    times: Drawn
    """What they are multiplied by."""


class Correlation(Part):
    """Figures that tend to be high together, or one high where the other is low."""

    figures: Annotated[tuple[FigureId, ...], Field(min_length=1)]
    """Figures, each of them correlated with each other one alike."""
    rank: Annotated[float, Field(ge=-1, le=1)]
    """Rank correlation (Spearman), from -1 to 1."""


class Uncertainty(Part):
    """Which figures vary, by which distribution, and how they hang together."""

    default: Literal["pert", "triangular", "uniform", "none"] | None = None
    """What a figure with low and high follows if nothing else is said; `pert` unless changed."""
    exact: tuple[FigureId, ...] | None = None
    """Figures held at their likely value; `kind.*` holds every rule of rotation and presence."""
    figures: dict[FigureId, Spread | None] | None = None
    """Distributions of figures, by id; a name alone uses the figure's own low, likely and high."""
    decided: dict[Id, Decided | None] | None = None
    """Chance that a demand or mission under study, or a package, goes ahead."""
    extended: dict[Id, Extended | None] | None = None
    """Demands or missions whose mandate may be extended."""
    shifted: dict[Id, Drawn | None] | None = None
    """By how many months the first month of a demand, mission or package moves."""
    sizes: dict[Id, Drawn | None] | None = None
    """What the caps of a demand, mission or package are multiplied by."""
    shared: dict[Id, Shared | None] | None = None
    """Causes that several figures have in common, by a name of your own."""
    correlations: tuple[Correlation, ...] | None = None
    """Figures that vary together."""
    note: Text | None = None
    """Why."""


def merge_uncertainty(
    before: Mapping[str, object], section: Uncertainty | None
) -> dict[str, object]:
    """Return what stood before with a later section over it, as plain values.

    Examples
    --------
    >>> before = {"figures": {"a": "pert", "b": "uniform"}}
    >>> merge_uncertainty(before, Uncertainty(figures={"a": None}, default="none"))
    {'default': 'none', 'figures': {'b': 'uniform'}}
    """
    merged = dict(before)
    if section is None:
        return merged
    for name in section.model_fields_set:
        value = getattr(section, name)
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping):
            old = merged.get(name)
            inside = dict(old) if isinstance(old, Mapping) else {}
            for key, item in value.items():
                inside.pop(key, None)
                if item is not None:
                    inside[key] = _plain(item)
            merged[name] = inside
            if not inside:
                del merged[name]
        else:
            merged[name] = _plain(value)
    return {name: merged[name] for name in Uncertainty.model_fields if name in merged}


def _plain(value: Any) -> Any:
    """Return models as what was said in them."""
    if isinstance(value, Part):
        return {name: _plain(getattr(value, name)) for name in sorted(value.model_fields_set)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(_plain(item) for item in value)
    return value
