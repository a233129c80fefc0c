"""A sample of hostile inputs; :mod:`tests.hostile.harness` runs as many as one likes."""

from __future__ import annotations

from tests.hostile.cases import KINDS, make_case
from tests.hostile.harness import run_all


def test_a_sample_of_hostile_inputs_is_taken_or_refused_in_words() -> None:
    report = run_all(300, seed=1)

    assert [(one.kind, one.number, one.fault, one.said) for one in report.failures] == []
    assert len(report.outcomes) == 300
    for kind in KINDS:
        codes = {one.code for one in report.outcomes if one.kind == kind}
        assert {0, 2} <= codes, f"{kind}: only {codes}, so the sample tries one side only"


def test_a_case_is_made_from_its_seed_and_number_alone() -> None:
    for kind in KINDS:
        cases = [make_case(kind, number, seed=3) for number in range(8)]
        again = [make_case(kind, number, seed=3) for number in range(8)]
        assert cases == again
        assert [make_case(kind, number, seed=4) for number in range(8)] != cases
