"""How time grows with demands, pools and months, measured and drawn.

    python benchmarks/growth.py [--save docs/benchmarks-growth.svg] [--limit 120] [--small]

One thing grows at a time, the others stay. Time is the processor's, from a problem's text to its
report. The exponent k of time ~ size^k is fitted to the points that took longer than a tenth of a
second.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from measure import machine, run_apart, table

ARMY = {"shape": "army", "demands": 4_000, "kinds": 90, "months": 120}
ALLIANCE = {"shape": "alliance", "demands": 400, "pools": 24, "months": 120}
SERIES: dict[str, tuple[str, dict[str, Any], dict[str, list[int]]]] = {
    "value, kinds with three pools each": ("value", ARMY, {
        "demands": [1_000, 2_000, 4_000, 8_000, 16_000],
        "kinds": [23, 45, 90, 180, 360],
        "months": [60, 120, 240, 480],
    }),
    "value, pools all connected": ("value", ALLIANCE, {
        "demands": [100, 200, 400, 800, 1_600],
        "pools": [6, 12, 24, 48, 96],
        "months": [60, 120, 240, 480],
    }),
    "fair, pools all connected": ("fair", ALLIANCE, {
        "demands": [100, 200, 400, 800],
        "pools": [6, 12, 24, 48, 96],
        "months": [60, 120, 240],
    }),
}  # fmt: skip
LABELS = {"demands": "demands", "kinds": "pools", "pools": "pools", "months": "months"}
COLOURS = {"fair": "#c1440e", "value": "#1f4e79"}


def measured(limit: float, small: bool) -> list[dict[str, Any]]:
    """Return one record for every series, axis and size."""
    records = []
    for name, (rule, base, axes) in SERIES.items():
        for axis, sizes in axes.items():
            for size in sizes[:2] if small else sizes:
                case = {**base, "rule": rule, "seed": 0, axis: size}
                found = run_apart(case, limit)
                shown = 3 * size if axis == "kinds" else size
                records.append(
                    {"series": name, "rule": rule, "axis": LABELS[axis], "size": shown, **found}
                )
                print(f"{name}, {shown} {LABELS[axis]}: {found['cpu']:.2f} s", flush=True)
    return records


def exponent(points: list[dict[str, Any]]) -> float:
    """Return k of time ~ size^k, fitted to the points that mean something."""
    kept = [point for point in points if point["finished"] and point["cpu"] > 0.1]
    if len(kept) < 2:
        return float("nan")
    sizes, seconds = ([point[key] for point in kept] for key in ("size", "cpu"))
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def drawn(records: list[dict[str, Any]]) -> Any:
    """Return a figure with one panel for what grows and one line for each series."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 3.8), layout="constrained")
    panels = figure.subplots(1, 3, sharey=True)
    marks = dict(zip(SERIES, "sov", strict=True))
    for panel, axis in zip(panels, ("demands", "pools", "months"), strict=True):
        for name, (rule, _, _) in SERIES.items():
            points = [r for r in records if r["series"] == name and r["axis"] == axis]
            done = [point for point in points if point["finished"]]
            k = exponent(points)
            label = f"{name}, exponent {k:.1f}" if k == k else name
            style = {"color": COLOURS[rule], "marker": marks[name], "label": label}
            panel.plot([p["size"] for p in done], [p["cpu"] for p in done], **style)
            builds = [p["build"] for p in points]
            panel.plot([p["size"] for p in points], builds, color=COLOURS[rule], ls=":", lw=0.8)
        panel.set(xscale="log", yscale="log", xlabel=axis)
        panel.grid(visible=True, which="major", alpha=0.3)
        panel.legend(fontsize=6.5, loc="upper left", frameon=False)
    panels[0].set_ylabel("processor seconds (dotted: seconds to build)")
    low, high = panels[0].get_ylim()
    panels[0].set_ylim(low, high * 12)
    return figure


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--save", type=Path, default=None, help="SVG or PNG file")
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for one solve")
    parser.add_argument("--small", action="store_true", help="the two smallest sizes only")
    given = parser.parse_args()
    records = measured(given.limit, given.small)
    heads = ["series", "grows", "size", "decisions", "build (s)", "solve (s)", "processor (s)",
             "build / solve", "peak MiB", "settled"]  # fmt: skip
    rows = [
        [r["series"], r["axis"], r["size"], r["decisions"], r["build"], r["solve"],
         r.get("cpu", "-"), r["build"] / r["solve"], r["peak_mib"], f"{100 * r['settled']:.0f} %"]
        for r in records
    ]  # fmt: skip
    print(f"\n{machine()}\n\n{table(heads, rows)}\n")
    fits = [
        [name, axis, exponent([r for r in records if (r["series"], r["axis"]) == (name, axis)])]
        for name in SERIES
        for axis in ("demands", "pools", "months")
    ]
    print(table(["time grows as size to the power", "of", "exponent"], fits))
    if given.save is not None:
        import matplotlib

        matplotlib.rcParams["svg.hashsalt"] = "planner"
        dated = {"Date": None} if given.save.suffix == ".svg" else {}
        drawn(records).savefig(given.save, dpi=150, metadata=dated)


if __name__ == "__main__":
    main()
