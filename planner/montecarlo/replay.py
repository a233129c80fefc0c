"""One draw taken out: what was drawn, what came of it, and the whole result behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.compile import compile_scenario
from planner.labels import number, percent
from planner.montecarlo.plans import streams_of
from planner.montecarlo.specification import RunMetadata, Specification
from planner.montecarlo.words import say
from planner.problem.model import Floats
from planner.scenario.inputs import is_presence

if TYPE_CHECKING:
    import pandas as pd

    from planner.results.result import Result

__all__ = ["Draw", "take_draw"]


UNUSUAL = 5
"""How many figures are named that are least like the usual."""


@dataclass(frozen=True, eq=False)
class Draw:
    """One draw of an ensemble.

    Attributes
    ----------
    specification : Specification
    number : int
        Number of the draw.
    values : ndarray (factors,)
        What was drawn.
    quantities : mapping of str to float
        What came of it, by name.

    Examples
    --------
    >>> import planner as pl
    >>> draw = pl.simulate("letter", draws=16, rule="value", workers=1).draw(3)
    >>> draw.result.fill_by("main_task").columns.tolist()[:2]
    ['main_task', 'asked_person_months']
    """

    specification: Specification
    number: int
    values: Floats
    quantities: Mapping[str, float]

    @cached_property
    def factors(self) -> pd.DataFrame:
        """One row a factor, the least usual first.

        factor, value, likely, unit, below (part of its distribution below the value, with half of
        what is at the value), basis, layer.
        """
        import pandas as pd

        uncertain = self.specification.uncertain
        rows = [
            (one.id, value, one.likely, one.unit, _below(one.distribution, value), one.basis,
             one.layer)
            for one, value in zip(uncertain.factors, self.values.tolist(), strict=True)
        ]  # fmt: skip
        columns = ["factor", "value", "likely", "unit", "below", "basis", "layer"]
        table = pd.DataFrame(rows, columns=columns)
        order = np.argsort(-np.abs(table["below"].to_numpy(float) - 0.5), kind="stable")
        return table.iloc[order].reset_index(drop=True)

    @cached_property
    def figures(self) -> dict[str, float]:
        """Every figure of the plan that the draw changes, by id; months as how many they move."""
        found = self.specification.effects.figures(self.values[None])
        return {id: float(column[0]) for id, column in found.items() if not is_presence(id)}

    @cached_property
    def result(self) -> Result:
        """The whole result of the draw, with its own plans, for any analysis and any table.

        Like one of :func:`planner.allocate` with the figures of the draw. Where several plans are
        as good under *value*, it holds the one that the draw has.

        Raises
        ------
        SolverError
            No solver could prove one of its plans.
        """
        from planner.results.allocate import result_of
        from planner.results.result import hash_files

        scenario = self.specification.uncertain.scenario
        files = hash_files(scenario.files)
        return result_of(
            scenario,
            compile_scenario(scenario, self.figures, drawn=True),
            self.specification.solution(self.values),
            files,
            packages=self.specification.packages,
            figures=self.figures,
            draw={"number": self.number, **vars(self.specification.design)},
        )

    def sentences(self, lang: str = "en") -> list[str]:
        """Return what is unusual about it, in words."""
        said = [say("draw_is", lang, number=self.number, seed=self.specification.design.seed)]
        plan = self.factors[self.factors["layer"] == "capacity"]
        for row in plan.head(UNUSUAL).to_dict("records"):
            below = float(row["below"])
            said.append(
                say(
                    "unusual_low" if below < 0.5 else "unusual_high",
                    lang,
                    factor=row["factor"],
                    value=number(row["value"], lang, 2),
                    likely=number(row["likely"], lang, 2),
                    part=percent(min(max(below, 1 - below), 0.99), lang, 0),
                )
            )
        return said


def _below(distribution: object, value: float) -> float:
    """Return the part of a distribution below a value, half of what is at the value included.

    By halving on its quantiles, just below the value and just above it side by side.
    """
    quantile = distribution.ppf  # type: ignore[attr-defined]
    sides = value + np.array([-1e-9, 1e-9]) * max(abs(value), 1.0)
    low, high = np.zeros(2), np.ones(2)
    for _ in range(40):
        middle = (low + high) / 2
        below = quantile(middle) < sides
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return float(low.mean())


def take_draw(specification: Specification, number: int) -> Draw:
    """Return one draw of a specification, planned alone."""
    block, place = specification.design.find(number)
    values = specification.values([block])[place : place + 1]
    streams = streams_of(specification.design.seed, block.replicate, [block.begin + place])
    records = specification.solve_values(values, streams)
    quantities = RunMetadata.of(specification).quantities
    found = {name: float(quantities.of(records, name)[0]) for name in quantities.names}
    return Draw(specification, number, values[0], found)
