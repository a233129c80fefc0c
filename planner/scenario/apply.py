"""One layer of changes on top of inputs."""

from __future__ import annotations

from dataclasses import replace

from planner.errors import InputError
from planner.months import Month
from planner.scenario.demands import change_demands
from planner.scenario.draft import Draft
from planner.scenario.inputs import Inputs, lacking_policies
from planner.scenario.schema import Changes
from planner.scenario.source import Path_, Source
from planner.scenario.supply import (
    change_bounds_and_money,
    change_pools_and_kinds,
    change_strengths,
)
from planner.scenario.uncertainty import merge_uncertainty

__all__ = ["apply"]

LONGEST = 1200
"""Most months of a window."""

EARLIEST, LATEST = Month(1900, 1), Month(2200, 12)
"""Between which a window lies; warm-up, tours and their time at home reach beyond it."""


def apply(inputs: Inputs, changes: Changes, source: Source, prefix: Path_ = ()) -> Inputs:
    """Return the inputs with one layer of changes made; raise InputError with all its faults."""
    draft = Draft(inputs, source, prefix)
    draft.inputs = _horizon(draft, changes)
    change_pools_and_kinds(draft, changes)
    change_demands(draft, changes)
    change_strengths(draft, changes)
    change_bounds_and_money(draft, changes)
    if not draft.faults:
        _rotation(draft)
    if draft.faults:
        raise InputError(sorted(draft.faults))
    return draft.close()


def _horizon(draft: Draft, changes: Changes) -> Inputs:
    inputs, horizon = draft.inputs, changes.horizon
    first = inputs.first if horizon.from_ is None else horizon.from_
    last = inputs.last if horizon.to is None else horizon.to
    if last < first:
        which = "to" if horizon.to is not None else "from"
        draft.complain(
            ("horizon", which), f"months out of order: the window would run from {first} to {last}"
        )
    elif last - first >= LONGEST:
        draft.complain(
            ("horizon",), f"a window of {last - first + 1} months, expected at most {LONGEST}"
        )
    for name, month in (("from", first), ("to", last)):
        if not EARLIEST <= month <= LATEST:
            draft.complain(
                ("horizon", name), f"expected a month from {EARLIEST} to {LATEST}, found {month}"
            )
    return replace(
        inputs,
        first=first,
        last=last,
        warm_up=inputs.warm_up if horizon.warm_up is None else horizon.warm_up,
        run_out=inputs.run_out if horizon.run_out is None else horizon.run_out,
        rule=changes.rule or inputs.rule,
        money=inputs.money if changes.money.on is None else changes.money.on,
        uncertainty=merge_uncertainty(inputs.uncertainty, changes.uncertainty),
    )


def _rotation(draft: Draft) -> None:
    """Check that every demand that counts has a rotation policy for each of its pools."""
    for demand in draft.demands.values():
        if not demand.counts:
            continue
        kind = draft.kinds[demand.kind]
        for name, pool in lacking_policies(kind, demand):
            draft.complain(
                ("demands", demand.id),
                f"kind {demand.kind!r} has no {name} for pool {pool!r}: give the demand "
                f"a {name}, or the kind one under 'policies'",
            )
