"""Presence: of the people planned for a tour, who is there in which month.

For every post of a tour a candidate is nominated in time. He is accepted with the probability that
the kind of contribution says; if not, the post stands empty for the lead time and the next one is
nominated. Every month served ends, with some probability, in an early return, after which the post
stands empty for the lead time again. A unit (a kind that changes over en bloc) is offered and taken
as a whole, and whoever comes home early is replaced from it. A lead time of no months is no gap at
all. The plan does not change: nobody is sent elsewhere because a post stands empty.

Drawn person by person, see :mod:`planner.montecarlo.luck`; the chance that a post is occupied in
each month of a tour is :func:`planner.analysis.occupancy.occupancy`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from planner.montecarlo.luck import STEP, attend
from planner.montecarlo.structure import Plans, Structure

if TYPE_CHECKING:
    from planner.compile.tables import Compiled
    from planner.montecarlo.study import Study

__all__ = ["Chances", "Presence", "luck_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MEASURES = {"acceptance": 1.0, "lead": 0.0, "early_return": 0.0}
"""Figures of a kind, and what they are where nothing is said."""


def _key(*parts: object) -> int:
    """Return 64 bits that are the same for the same parts on every machine."""
    text = "\0".join(map(str, parts)).encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


@dataclass(frozen=True, eq=False)
class Chances:
    """What decides who is there, by draw and demand.

    Attributes
    ----------
    accept, back : ndarray (draws, demands)
    lead : ndarray of int (draws, demands)
    """

    accept: Floats
    lead: Ints
    back: Floats

    @property
    def certain(self) -> bool:
        """Whether everybody is there for certain."""
        return bool(((self.lead == 0) | ((self.accept >= 1.0) & (self.back <= 0.0))).all())


class Presence:
    """Who is there of the people that plans of one structure send.

    Parameters
    ----------
    study : Study
    compiled : Compiled
    structure : Structure
    """

    def __init__(self, study: Study, compiled: Compiled, structure: Structure):
        self.compiled, self.structure = compiled, structure
        programme = structure.programme
        tours = programme.tours
        place, count = [], []
        for block, begin in zip(programme.blocks, structure.decisions, strict=False):
            place.append(begin + block.tour_decision)
            count.append(block.cohorts[block.tour_decision])
        tour = np.concatenate([block.tour for block in programme.blocks]) if place else _none()
        self.decision = np.concatenate(place) if place else _none()
        self.cohorts = np.concatenate(count) if count else _none()
        self.demand, self.first, self.last = tours.demand[tour], tours.first[tour], tours.last[tour]
        ids = [_key(one.id) for one in compiled.problem.demands]
        own = (self.demand, tours.cohort[tour], tours.wave[tour])
        keys = [
            ids[d] ^ ((cohort << 32) + wave) * STEP % 2**64
            for d, cohort, wave in zip(*(one.tolist() for one in own), strict=True)
        ]
        self.key = np.array(keys, dtype=np.uint64)
        kinds = study.uncertain.scenario.inputs.kinds
        self.kinds = [row.kind for row in compiled.demands]
        self.whole = np.array([kinds[kind].changeover == "en_bloc" for kind in self.kinds], bool)
        self.likely = {row.id: row.value for row in study.uncertain.compiled.figures}

    def chances(self, figures: Mapping[str, Floats], draws: Ints) -> Chances:
        """Return what decides who is there in some draws, from their figures."""
        found = {}
        for measure, nothing in MEASURES.items():
            columns = []
            for kind in self.kinds:
                id = f"kind.{kind}.{measure}"
                value = self.likely.get(id, nothing)
                likely = np.full(len(draws), float(value))
                columns.append(figures[id][draws] if id in figures else likely)
            found[measure] = np.stack(columns, axis=1) if columns else np.zeros((len(draws), 0))
        lead = np.rint(found["lead"]).astype(np.int64)
        return Chances(found["acceptance"], lead, found["early_return"])

    def people(self, plans: Plans) -> Floats:
        """Return people on each tour, (plans, draws, tours)."""
        return np.asarray(plans.people[:, :, self.decision] / np.maximum(self.cohorts, 1))

    def there(self, plans: Plans, chances: Chances, luck: NDArray[np.uint64]) -> Floats:
        """Return people who are there, (plans, draws, demands, months of the window)."""
        if chances.certain:
            return plans.on_duty
        low, high = self.compiled.problem.report
        shape = (*plans.people.shape[:2], len(self.kinds), high - low + 1)
        found = np.zeros(shape)
        attend(
            luck, np.nan_to_num(self.people(plans)), self.demand, self.first, self.last, self.key,
            self.whole, chances.accept, chances.lead, chances.back, low, found,
        )  # fmt: skip
        found[plans.code == 2] = np.nan
        return found


def luck_of(seed: int, replicate: int, places: Sequence[int] | Ints) -> NDArray[np.uint64]:
    """Return what makes the luck of each draw of a replicate its own."""
    return np.array([_key("luck", seed, replicate, int(one)) for one in places], dtype=np.uint64)


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)
