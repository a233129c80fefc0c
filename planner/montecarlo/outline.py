"""What a run is about, in plain values: enough to read its draws without the scenario at hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.errors import ResultError
from planner.montecarlo.design import Design
from planner.montecarlo.quantities import Quantities
from planner.montecarlo.records import Axes
from planner.montecarlo.study import FORMAT, Study
from planner.results.manifest import hash_files, versions

__all__ = ["Outline"]

LABELS = (
    "mission", "mission_name", "mission_name_nl", "name", "name_nl", "region", "category",
    "organisation", "main_task", "tier", "kind", "status", "package",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Outline:
    """What a run is about.

    Attributes
    ----------
    digest : str
        Of everything that decides the draws and what comes of them.
    scenario : mapping
        name, title, title_nl and digest.
    window : mapping
        first and last month.
    rule : str
    design : Design
    monthly : bool
        Whether people by pool and month are kept.
    axes : Axes
    factors : tuple of mapping
        Layer, basis, unit, likely value and distribution of each factor, in the order of the axes.
    shared : int
        How many factors, the first ones, are rules that the draws of a block share.
    labels : mapping of str to tuple
        What each demand is called and where it belongs, in the order of the axes.
    titles : mapping of str to (str, str)
        English and Dutch title of each package.
    inputs : tuple of mapping
        Input files with their hashes.
    versions : mapping
    """

    digest: str
    scenario: Mapping[str, str]
    window: Mapping[str, str]
    rule: str
    design: Design
    monthly: bool
    axes: Axes
    factors: tuple[Mapping[str, Any], ...]
    shared: int
    labels: Mapping[str, tuple[Any, ...]]
    titles: Mapping[str, tuple[str, str]]
    inputs: tuple[Mapping[str, Any], ...]
    versions: Mapping[str, str]

    @classmethod
    def of(cls, study: Study) -> Outline:
        """Return the outline of a study."""
        scenario, inputs = study.uncertain.scenario, study.uncertain.scenario.inputs
        texts = ("name", "title", "title_nl", "digest")
        packages = {name: inputs.packages[name] for name in study.packages}
        return cls(
            digest=study.digest,
            scenario={text: getattr(scenario, text) for text in texts},
            window={"first": str(inputs.first), "last": str(inputs.last)},
            rule=study.rule,
            design=study.design,
            monthly=study.monthly,
            axes=study.axes,
            factors=tuple(
                {
                    "layer": one.layer,
                    "basis": one.basis,
                    "unit": one.unit,
                    "likely": one.likely,
                    "distribution": one.distribution.words(),
                }
                for one in study.uncertain.factors
            ),
            shared=study.uncertain.shared,
            labels={name: tuple(getattr(row, name) for row in study.demands) for name in LABELS},
            titles={id: (one.title, one.title_nl) for id, one in packages.items()},
            inputs=hash_files(scenario.files),
            versions=versions(),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {"format": FORMAT, **dataclasses.asdict(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Outline:
        """Return what :meth:`as_dict` gave, after JSON; ResultError if it is something else."""
        try:
            given = {field.name: data[field.name] for field in dataclasses.fields(cls)}
            axes = {name: tuple(value) for name, value in given["axes"].items()}
            axes["lines"] = tuple((int(a), int(b)) for a, b in axes["lines"])
            given["axes"] = Axes(**axes)
            given["design"] = Design(**given["design"])
            given["labels"] = {name: tuple(value) for name, value in given["labels"].items()}
            given["titles"] = {id: (one[0], one[1]) for id, one in given["titles"].items()}
            tuples = {name: tuple(given[name]) for name in ("inputs", "factors")}
            return cls(**{**given, **tuples})
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise ResultError(f"not the outline of a simulation: {error!r}") from None

    @cached_property
    def quantities(self) -> Quantities:
        """The numbers that a run has a name for."""
        labels = self.labels
        return Quantities(self.axes, labels["mission"], labels["package"], labels["main_task"])

    def label(self, key: str) -> NDArray[np.object_]:
        """Return what each demand is grouped under, (demands,)."""
        if key == "demand":
            return np.array(self.axes.demands, dtype=object)
        return np.array(self.labels[key], dtype=object)

    @property
    def task(self) -> NDArray[np.int64]:
        """Main task of each demand."""
        return np.array(self.labels["main_task"], dtype=np.int64)
