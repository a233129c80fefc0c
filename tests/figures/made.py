"""Scenarios of any number of missions, with names as awkward as people make them."""

from __future__ import annotations

import random

NAMES = (
    "Mission {n}",
    "Observers, {n}",
    "European Union Capacity Building and Security Sector Reform Mission {n} in the Region",
    "Operation <b>Bold & Quick</b> $x_{n}$ costs $5",
    "Überwachungsmission Nr. {n}",
    "Donaudampfschifffahrtsgesellschaftskapitänsmissionsunterstützungsgruppe{n}",
)


def text(missions: int, seed: int = 1, names: tuple[str, ...] = NAMES) -> str:
    """Return a scenario file with so many missions, four pools and a package."""
    draw = random.Random(seed)
    pools = ["staff", "police", "company", "civil"]
    lines = [
        f"title: A scenario of {missions} missions made up for figures",
        "data: none",
        "horizon: {from: 2022-01, to: 2024-12}",
        "pools:",
        *(
            f"  {pool}: {{name: The {pool} pool, category: military, posts: "
            f"{{value: {posts}, low: {posts // 2}, high: {2 * posts}}}}}"
            for pool, posts in zip(pools, [6 * missions, 4 * missions, 30 * missions, 3 * missions],
                                   strict=True)
        ),
        "kinds:",
        "  post: {name: Post, changeover: staggered, tour: 6, preparation: 2, rest: 1}",
        "  unit: {name: Unit, changeover: en_bloc, tour: 4, preparation: 1, rest: 2}",
        "missions:",
    ]  # fmt: skip
    for n in range(1, missions + 1):
        name = names[n % len(names)].format(n=n)
        task = 1 if n % 7 == 3 else 2
        lines.append(
            f"  m{n}: {{name: '{name}', organisation: UN, region: R{n % 4}, main_task: {task}}}"
        )
    lines += ["  flank: {name: Flank, organisation: NATO, region: East, main_task: 1}", "demands:"]
    for n in range(1, missions + 1):
        pool = pools[n % 4]
        kind = "unit" if pool == "company" else "post"
        cap = draw.randint(5, 12) if kind == "unit" else draw.randint(1, 7)
        both = pool if pool == "staff" else f"{pool}, staff"
        first, last = draw.choice(["2021-01", "2022-03"]), draw.choice(["2023-06", "2025-06"])
        lines.append(
            f"  d{n}: {{mission: m{n}, kind: {kind}, pools: [{both}], cap: {cap}, "
            f"first: {first}, last: {last}}}"
        )
    lines += ["packages:", "  flank:", "    title: More on the eastern flank",
              "    known: 2022-07", "    demands:"]  # fmt: skip
    for pool, times in zip(pools, (2, 1, 8, 1), strict=True):
        kind = "unit" if pool == "company" else "post"
        lines.append(
            f"      x-{pool}: {{mission: flank, kind: {kind}, pools: [{pool}], "
            f"cap: {times * missions}, first: 2022-10, last: 2024-12}}"
        )
    return "\n".join(lines) + "\n"


SLIGHT = """
data: none
horizon: {from: 2024-01, to: 2024-12}
pools: {crew: {name: Crew, category: civil, posts: 10}}
kinds: {watch: {name: Watch, changeover: staggered, tour: 1, preparation: 0, rest: 0}}
missions:
  border: {name: Border mission, organisation: UN, region: R, main_task: 2}
  coast: {name: Coast mission, organisation: UN, region: R, main_task: 2}
  east: {name: Eastern mission, organisation: NATO, region: R, main_task: 1}
demands:
  border: {mission: border, kind: watch, pools: [crew], cap: 4, first: 2024-01, last: 2024-12}
  coast: {mission: coast, kind: watch, pools: [crew], cap: 4, first: 2024-01, last: 2024-12}
packages:
  flank:
    title: Flank
    known: just-in-time
    demands:
      unit: {mission: east, kind: watch, pools: [crew], cap: 2.5, tier: 1, first: 2024-04,
             last: 2024-12}
"""
"""A package that takes a quarter of a person from either of two missions."""
