"""Parts of a problem that share nothing, so that each can be solved alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from planner.problem.model import Problem

__all__ = ["independent_parts"]


def independent_parts(problem: Problem) -> list[Problem]:
    """Split a problem where no demand, bound or budget links its pools.

    Every part keeps all packages and the months in which they become known, because decisions are
    cut there in the whole problem too; a package has only its demands of that part. Pools that no
    demand accepts are left out, unless a bound names them.

    Examples
    --------
    >>> from planner.problem.neutral import parse_problem
    >>> line = {"tier": 1, "cap": 1, "first": 0, "last": 5, "tour": 1, "prep": 0, "rest": 0}
    >>> problem = parse_problem({
    ...     "format": "planner-problem/1", "months": 6, "pools": {"staff": 1, "ships": 1, "air": 1},
    ...     "demands": [{**line, "id": "a", "pools": ["staff", "air"]},
    ...                 {**line, "id": "b", "pools": ["ships"]}]})
    >>> [list(part.pools) for part in independent_parts(problem)]
    [['staff', 'air'], ['ships']]
    """
    root = _roots(problem)
    packages = [replace(p, known=problem.known(p.id)) for p in problem.packages]
    groups: dict[str, list[str]] = {}
    for demand in problem.demands:
        groups.setdefault(root[demand.pools[0]], []).append(demand.id)
    parts = []
    for name, inside in groups.items():
        mine = set(inside)
        bounds = tuple(bound for bound in problem.bounds if bound.demands[0] in mine)
        named = {pool for bound in bounds for pool in bound.pools or ()}
        parts.append(
            replace(
                problem,
                pools={
                    pool: people
                    for pool, people in problem.pools.items()
                    if root[pool] == name or pool in named
                },
                demands=tuple(demand for demand in problem.demands if demand.id in mine),
                bounds=bounds,
                packages=tuple(
                    replace(p, demands=tuple(d for d in p.demands if d in mine)) for p in packages
                ),
                budgets=tuple(b for b in problem.budgets if mine.intersection(b.cost)),
            )
        )
    return parts


def _roots(problem: Problem) -> dict[str, str]:
    """Return for each pool the one that stands for its part."""
    parent = {name: name for name in problem.pools}

    def root(name: str) -> str:
        while parent[name] != name:
            name = parent[name]
        return name

    def link(names: Sequence[str]) -> None:
        for name in names[1:]:
            parent[root(name)] = root(names[0])

    for demand in problem.demands:
        link(demand.pools)
    together = [bound.demands for bound in problem.bounds]
    together += [tuple(budget.cost) for budget in problem.budgets]
    for group in together:
        link([problem.demand(name).pools[0] for name in group])
    return {name: root(name) for name in problem.pools}
