"""Army-wide problems: seconds to read, build, solve and report, and peak memory.

    python benchmarks/scale.py [--limit 300] [--small]

Every case runs in a process of its own. One that does not finish within the limit is shown as far
as it got: the share of its decisions whose people were settled by then.
"""

from __future__ import annotations

import argparse

from measure import machine, run_apart, table

TARGET_S, TARGET_MIB = 60.0, 4096.0

CASES = {
    "value, 12,000 demands, 267 kinds": {
        "shape": "army", "rule": "value", "demands": 12_000, "kinds": 267},
    "fair, 1,000 demands, 60 pools, all connected": {
        "shape": "alliance", "rule": "fair", "demands": 1_000, "pools": 60},
    "value, the same": {
        "shape": "alliance", "rule": "value", "demands": 1_000, "pools": 60},
    "fair, 12,000 demands, 267 kinds": {
        "shape": "army", "rule": "fair", "demands": 12_000, "kinds": 267},
    "fair, 12,000 demands, one of 801 pools each": {
        "shape": "one_pool_each", "rule": "fair", "demands": 12_000, "pools": 801},
}  # fmt: skip
BEYOND = {
    "fair, 4,000 demands, 120 pools, all connected": {
        "shape": "alliance", "rule": "fair", "demands": 4_000, "pools": 120},
}  # fmt: skip


def main() -> None:
    """Print one table of times and one of sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=300.0, help="seconds of solving")
    parser.add_argument("--small", action="store_true", help="a tenth of the demands and pools")
    parser.add_argument("--beyond", action="store_true", help="also what is known to be too large")
    given = parser.parse_args()
    times, sizes = [], []
    for name, case in (CASES | BEYOND if given.beyond else CASES).items():
        sized = {"months": 120, "seed": 0, **case}
        if given.small:
            sized |= {key: max(value // 10, 2) for key, value in sized.items()
                      if key in ("demands", "kinds", "pools")}  # fmt: skip
        found = run_apart(sized, given.limit)
        total = sum(found.get(step, 0.0) for step in ("read", "build", "solve", "report"))
        times.append([
            name, found["read"], found["build"], found["solve"], found.get("report", "-"), total,
            found["cpu"], total / TARGET_S, found["build"] / found["solve"], found["peak_mib"],
            found["peak_mib"] / TARGET_MIB, f"{100 * found['settled']:.0f} %",
        ])  # fmt: skip
        sizes.append([
            name, found["decisions"], found["columns"], found["entries"], found.get("steps", "-"),
            found.get("repairs", "-"), f"{found['gap']:.0e}" if "gap" in found else "-",
        ])  # fmt: skip
        print(f"{name}: {total:.1f} s", flush=True)
    print(f"\n{machine()}\n")
    heads = ["seconds", "read", "build", "solve", "report", "total", "processor",
             "total / 60 s", "build / solve", "peak MiB", "peak / 4 GiB", "settled"]  # fmt: skip
    print(table(heads, times), end="\n\n")
    heads = ["size", "decisions", "columns", "entries", "programmes", "repairs", "certificate"]
    print(table(heads, sizes))


if __name__ == "__main__":
    main()
