"""Building blocks of the scenario schema: months, ids, figures and where they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from planner.months import Month

__all__ = ["Amount", "Id", "Ids", "MonthField", "Part", "Quantity", "Share", "Sourced", "Whole"]


class Part(BaseModel):
    """Base of all parts of a scenario: closed, frozen, strict, described by its docstrings."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
    )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish what the docstrings say."""
        from planner.scenario.described import descriptions

        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for field, text in descriptions(cls).items():
            name = cls.model_fields[field].alias or field
            properties[name].setdefault("description", text)
        return schema


def _month(value: object) -> Month:
    if isinstance(value, Month):
        return value
    try:
        return Month.parse(value)  # type: ignore[arg-type]
    except ValueError:
        raise PydanticCustomError(
            "month", "expected a month such as 2022-03, found {found}", {"found": repr(value)}
        ) from None


MonthField = Annotated[
    Month,
    PlainValidator(_month),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$",
            "description": "A month, YYYY-MM; a last month counts in full.",
        }
    ),
]


def _known(value: object) -> Month | str:
    if value in ("just-in-time", "start"):
        return str(value)
    try:
        return _month(value)
    except PydanticCustomError:
        raise PydanticCustomError(
            "known",
            "expected a month such as 2022-07, 'just-in-time' or 'start', found {found}",
            {"found": repr(value)},
        ) from None


Known = Annotated[
    Month | str,
    PlainValidator(_known),
    PlainSerializer(str),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"},
                {"enum": ["just-in-time", "start"]},
            ]
        }
    ),
]

Id = Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9-]*$", max_length=80)]
"""Lower-case letters, digits and hyphens."""

Ids = Annotated[tuple[Id, ...], Field(min_length=1)]

IdsOrAll = Annotated[
    Ids,
    BeforeValidator(
        lambda value: ("all",) if value == "all" else value,
        json_schema_input_type=Ids | Literal["all"],
    ),
]
"""Ids, or the word ``all``, which is kept as ``("all",)``."""

Text = Annotated[str, StringConstraints(max_length=20_000)]


class Sourced(Part):
    """Where the figures of an entry come from; a figure may say it for itself."""

    basis: Literal["letter", "public", "assumption"] | None = None
    """What its figures rest on; assumption if nothing is said."""
    source: Id | None = None
    """Id of the source, from sources.csv or the `sources` of a scenario."""
    section: Text | None = None
    """Place in the source, or the reasoning in a few words."""
    note: Text | None = None
    """Anything else a reader should know."""


class Quantity(Sourced):
    """A figure: a bare number, or a value with its low, high and source."""

    value: float
    """The likely value."""
    low: float | None = None
    """Lowest value thought possible; left out if exact."""
    high: float | None = None
    """Highest value thought possible; left out if exact."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, (Mapping, Quantity)) else {"value": value}

    @model_validator(mode="after")
    def _ordered(self) -> Quantity:
        if self.low is not None and self.low > self.value:
            raise PydanticCustomError(
                "range",
                "low {low} is above the value {value}",
                {"low": f"{self.low:g}", "value": f"{self.value:g}"},
            )
        if self.high is not None and self.high < self.value:
            raise PydanticCustomError(
                "range",
                "high {high} is below the value {value}",
                {"high": f"{self.high:g}", "value": f"{self.value:g}"},
            )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish the short forms as well."""
        return {"anyOf": [{"type": "number"}, super().__get_pydantic_json_schema__(core, handler)]}


def _between(low: float, high: float, whole: bool = False) -> Callable[[Quantity], Quantity]:
    def check(quantity: Quantity) -> Quantity:
        for value in (quantity.value, quantity.low, quantity.high):
            if value is None:
                continue
            if value < low or value > high:
                side = f"at least {low:g}" if value < low else f"at most {high:g}"
                raise PydanticCustomError(
                    "between",
                    "expected a number of {side}, found {found}",
                    {"side": side, "found": f"{value:g}"},
                )
        if whole and quantity.value != int(quantity.value):
            raise PydanticCustomError(
                "whole", "expected a whole number, found {found}", {"found": f"{quantity.value:g}"}
            )
        return quantity

    return check


Amount = Annotated[Quantity, AfterValidator(_between(0, 1e12))]
"""A figure of at least 0."""

Share = Annotated[Quantity, AfterValidator(_between(0, 1))]
"""A figure from 0 to 1."""

People = Annotated[Quantity, AfterValidator(_between(0, 1e6))]
"""Persons."""

Whole = Annotated[Quantity, AfterValidator(_between(0, 240, whole=True))]
"""Whole months."""

Tour = Annotated[Quantity, AfterValidator(_between(1, 120, whole=True))]
"""Whole months, at least one."""

Rest = Annotated[Quantity, AfterValidator(_between(0, 20))]
"""Months of rest per month served."""

Factor = Annotated[Quantity, AfterValidator(_between(0, 1e6))]
"""What something is multiplied by."""
