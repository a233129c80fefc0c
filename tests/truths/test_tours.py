"""Tours laid at once in arrays, and one by one by an independent hand: the same."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from planner.problem.model import lay_tours
from tests.oracles import tours as oracle
from tests.strategies import problems

from .solving import on, parsed

MONTHS = 40

mandates = st.builds(
    lambda first, span, tour, cohorts: (first, first + span - 1, tour, cohorts),
    st.integers(-90, MONTHS + 3),
    st.integers(1, 160),
    st.integers(1, 25),
    st.integers(1, 14),
)


@settings(max_examples=300)
@given(lines=st.lists(mandates, min_size=1, max_size=5))
def test_at_once_agrees_with_an_independent_hand(lines):
    demands = [
        on(f"d{n}", 1, 1, first, last, tour, cohorts=cohorts)
        for n, (first, last, tour, cohorts) in enumerate(lines)
    ]
    laid = lay_tours(parsed({"months": MONTHS, "pools": {"p": 1}, "demands": demands}))

    expected = [
        (place, cohort, wave, begin, end)
        for place, (first, last, tour, cohorts) in enumerate(lines)
        for cohort in range(cohorts)
        for wave, (begin, end) in enumerate(oracle.cohort_tours(first, last, tour, cohorts, cohort))
        if end >= 0 and begin < MONTHS
    ]
    columns = laid.demand, laid.cohort, laid.wave, laid.first, laid.last
    found = list(zip(*(column.tolist() for column in columns), strict=True))
    assert found == expected


@given(problem=problems("small"))
def test_a_package_is_laid_from_when_it_can_be_there(problem):
    model = parsed(problem)
    laid = lay_tours(model)
    owner = model.package_of()
    for place, demand in enumerate(model.demands):
        package = owner.get(demand.id)
        begins = demand.first
        if package is not None and model.known(package) > 0:
            begins = max(demand.first, model.known(package) + demand.lead)
        mine = laid.first[laid.demand == place]
        assert (mine >= begins).all()
