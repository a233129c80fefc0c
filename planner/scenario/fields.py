"""Building blocks of the scenario schema: months, ids, parameters and where they come from."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
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
from planner.scenario.inputs import Option, check_option

__all__ = [
    "Amount",
    "Id",
    "Ids",
    "MonthField",
    "MonthRange",
    "Options",
    "Part",
    "Quantity",
    "Share",
    "Sourced",
    "Whole",
]


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
        schema = handler(core)
        properties = handler.resolve_ref_schema(schema).get("properties", {})
        for field, text in _descriptions(cls).items():
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


def _known(value: object) -> MonthRange | str:
    if value in ("just-in-time", "start"):
        return str(value)
    if isinstance(value, (Mapping, MonthRange)):
        return MonthRange.model_validate(value)
    try:
        return MonthRange(value=_month(value))
    except PydanticCustomError:
        raise PydanticCustomError(
            "known",
            "expected a month such as 2022-07, 'just-in-time' or 'start', found {found}",
            {"found": repr(value)},
        ) from None


Id = Annotated[str, StringConstraints(pattern="^[a-z0-9][a-z0-9-]*$", max_length=80)]
"""Lower-case letters, digits and hyphens."""

Ids = Annotated[tuple[Id, ...], Field(min_length=1)]


def _option(value: object) -> Option:
    try:
        return check_option(value)
    except ValueError as error:
        raise PydanticCustomError("option", "{message}", {"message": str(error)}) from None


Options = Annotated[
    tuple[
        Annotated[
            Any,
            PlainValidator(_option),
            WithJsonSchema(
                {
                    "anyOf": [
                        {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$"},
                        {
                            "type": "object",
                            "minProperties": 1,
                            "additionalProperties": {
                                "type": "number",
                                "exclusiveMinimum": 0,
                                "maximum": 1,
                            },
                        },
                    ]
                }
            ),
        ],
        ...,
    ],
    Field(min_length=1),
]
"""Sourcing options, most preferred first: pools, or mixes of pools by share."""

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
    """Where the parameters of an entry come from; a parameter may have its own."""

    basis: Literal["letter", "public", "assumption"] | None = None
    """What its parameters rest on; assumption by default."""
    source: Id | None = None
    """Id of the source, from sources.csv or the `sources` of a scenario."""
    section: Text | None = None
    """Place in the source, or the reasoning in a few words."""
    note: Text | None = None
    """Anything else a reader should know."""


class MonthRange(Sourced):
    """A month: bare, or with the earliest and latest thought possible, and its source."""

    value: MonthField
    """The likely month."""
    low: MonthField | None = None
    """Earliest month thought possible; left out if exact."""
    high: MonthField | None = None
    """Latest month thought possible; left out if exact."""

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: object) -> object:
        return value if isinstance(value, (Mapping, MonthRange)) else {"value": value}

    @model_validator(mode="after")
    def _ordered(self) -> MonthRange:
        for side, wrong in (
            ("low", self.low is not None and self.low > self.value),
            ("high", self.high is not None and self.high < self.value),
        ):
            if wrong:
                raise PydanticCustomError(
                    "range",
                    "{side} {found} is on the wrong side of the month {value}",
                    {"side": side, "found": str(getattr(self, side)), "value": str(self.value)},
                )
        return self

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Publish the short form as well."""
        month = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}
        return {"anyOf": [month, super().__get_pydantic_json_schema__(core, handler)]}


Known = Annotated[
    Any,
    PlainValidator(_known, json_schema_input_type=MonthRange | Literal["just-in-time", "start"]),
]
"""The month in which a package becomes known, or ``just-in-time`` or ``start``."""


class Quantity(Sourced):
    """A parameter: a bare number, or a value with its low, high and source."""

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
"""A parameter of at least 0."""

Share = Annotated[Quantity, AfterValidator(_between(0, 1))]
"""A parameter from 0 to 1."""

People = Annotated[Quantity, AfterValidator(_between(0, 1e6))]
"""Persons."""

CapFrom = Annotated[
    dict[Annotated[str, StringConstraints(pattern="^[0-9]{4}-(0[1-9]|1[0-2])$")], People],
    Field(min_length=1),
]
"""Caps by the month from which they hold."""


Whole = Annotated[Quantity, AfterValidator(_between(0, 240, whole=True))]
"""Whole months."""

Tour = Annotated[Quantity, AfterValidator(_between(1, 120, whole=True))]
"""Whole months, at least one."""

Rest = Annotated[Quantity, AfterValidator(_between(0, 20))]
"""Months at home per month served, as rest or as dwell."""

Factor = Annotated[Quantity, AfterValidator(_between(0, 1e6))]
"""What something is multiplied by."""


_Descriptions = dict[str, dict[str, str]]


def _descriptions(model: type) -> dict[str, str]:
    """Return the description of each field of a model, its own and those it inherits.

    Pydantic can read them itself, but does so while it builds the models; that took a quarter of
    the time, at every start of the program.
    """
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if part.__module__.startswith("planner."):
            found |= _of_module(part.__module__).get(part.__name__, {})
    return found


@lru_cache
def _of_module(name: str) -> _Descriptions:
    """Return the descriptions of a module by class and field."""
    tree = ast.parse(inspect.getsource(sys.modules[name]))
    return {node.name: _of_class(node) for node in tree.body if isinstance(node, ast.ClassDef)}


def _of_class(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for field, after in zip(node.body, node.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            match after:
                case ast.Expr(ast.Constant(str(text))):
                    found[field.target.id] = inspect.cleandoc(text)
    return found
