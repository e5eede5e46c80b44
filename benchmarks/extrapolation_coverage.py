"""How often the interval at 298 K of a ladder of hot runs holds the truth, straight or not, and its width.

    python benchmarks/extrapolation_coverage.py [--seeds 400] [--markdown]

Run from the repository's root. Ladders of 1400, 1200, 1050 and 900 K, without and with 400 K, 10 % error
each. The tables of docs/error_bars.md are made with --markdown. The second is of the changes of slope that
were seen, over those that two processes make, which set the scale of the bend.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from grainway.analysis.statistics.curvature import SEEN_SHARE, bend_covariance
from grainway.units import BOLTZMANN_EV_PER_K
from known_motion.known_activation import (
    COLDEST,
    HOT,
    LAWS,
    TARGET,
    Law,
    drawn_from_what_is_assumed,
    measured_ladder,
)

INSIDE = 1000.0
SEEN: tuple[tuple[str, tuple[float, float], tuple[float, float], float], ...] = (
    ("Li6.5La3Zr1.5Ta0.5O12, pair splines: 0.231, 0.256 eV", (1000, 600), (600, 400), 0.025),
    ("published, trained on DFT: 0.21, 0.25-0.315 eV", (1200, 1000), (1000, 600), 0.07),
    ("the first, 0.256 eV, and measured at room temperature, 0.36-0.40 eV", (600, 400), (400, 298), 0.124),
)
"""Where, hotter and colder range in K, and the change of slope between them in eV."""
SEEN_HEADINGS = ("where", "between, K", "and, K", "change seen, eV", "of two processes, eV", "ratio")
HEADINGS = (
    "law",
    "coldest run, K",
    "straight line off by, decades",
    "if one process: 95 % holds, %",
    "± decades",
    "95 % holds, %",
    "± decades",
    "width ratio",
    "68 % holds, %",
)


def row(draw: Callable[[np.random.Generator], Law], ladder: tuple[float, ...], seeds: int) -> list[str]:
    """Return what many seeds of a ladder give at the target."""
    found = []
    for seed in range(seeds):
        rng = np.random.default_rng([19, seed])
        law = draw(rng)
        truth = law(TARGET)
        fit = measured_ladder(law, ladder, rng)
        straight = fit.if_one_process
        of = {}
        for name, each, confidence in (("line", straight, 0.95), ("bend", fit, 0.95), ("inner", fit, 0.68)):
            low, high = (math.log(end) for end in each.interval(TARGET, confidence))
            of[name] = (low <= truth <= high, (high - low) / 2 / math.log(10))
        bias = straight.predict_log10(TARGET).value - truth / math.log(10)
        found.append((bias, *of["line"], *of["bend"], of["inner"][0]))
    bias, line_held, line_width, held, width, inner = (float(v) for v in np.mean(found, axis=0))
    return [
        f"{min(ladder):g}",
        f"{bias:+.2f}",
        f"{100 * line_held:.0f}",
        f"{line_width:.2f}",
        f"{100 * held:.0f}",
        f"{width:.2f}",
        f"{width / line_width:.1f}",
        f"{100 * inner:.0f}",
    ]


def inside(seeds: int) -> float:
    """Return by how much a bend widens the interval between the hot runs."""
    law = LAWS["one process, 0.25 eV"]
    fits = [measured_ladder(law, HOT, np.random.default_rng([19, seed])) for seed in range(seeds)]
    errors = [[f.predict_log10(INSIDE).standard_error for f in (fit, fit.if_one_process)] for fit in fits]
    bend, line = np.mean(errors, axis=0)
    return float(bend / line)


def change_of_slope(hot: tuple[float, float], cold: tuple[float, float]) -> float:
    """Return by how much two processes change E between two ranges of temperature, root mean square, eV."""
    ends = [1 / (BOLTZMANN_EV_PER_K * t) for t in (*hot, *cold)]
    # E is minus the slope of ln y; the chord that is taken off has the same in both ranges
    slopes = np.array([1.0, -1.0, 0.0, 0.0]) / (ends[1] - ends[0])
    slopes += np.array([0.0, 0.0, -1.0, 1.0]) / (ends[3] - ends[2])
    covariance = bend_covariance(np.array(ends), np.array(ends), (ends[0], ends[-1])) / SEEN_SHARE
    return math.sqrt(float(slopes @ covariance @ slopes))


def table(headings: tuple[str, ...], rows: Iterable[list[str]], *, markdown: bool) -> None:
    """Print rows as they come."""
    ends = ("| ", " |") if markdown else ("", "")
    print(ends[0] + " | ".join(headings) + ends[1])
    if markdown:
        print("|---|" + "---:|" * (len(headings) - 1))
    for cells in rows:
        print(ends[0] + " | ".join(cells) + ends[1], flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--markdown", action="store_true")
    options = parser.parse_args()
    laws: dict[str, Callable[[np.random.Generator], Law]] = {
        name: (lambda _, law=law: law) for name, law in LAWS.items()
    }
    laws["drawn from what is assumed"] = drawn_from_what_is_assumed
    rows = (
        [name, *row(draw, ladder, options.seeds)]
        for name, draw in laws.items()
        for ladder in (HOT, (*HOT, COLDEST))
    )
    table(HEADINGS, rows, markdown=options.markdown)
    print(f"\nat {INSIDE:g} K, between the runs, the error is {inside(options.seeds):.3f} times the line's")
    fit = measured_ladder(LAWS["one process, 0.25 eV"], HOT, np.random.default_rng(1))
    started = time.process_time()
    for _ in range(20):
        fit.interval(TARGET)
    print(f"one interval: {50 * (time.process_time() - started):.1f} ms\n")
    expected = [change_of_slope(hot, cold) for _, hot, cold, _ in SEEN]
    rows = (
        [
            where,
            f"{hot[0]}-{hot[1]}",
            f"{cold[0]}-{cold[1]}",
            f"{seen:.3f}",
            f"{wanted:.3f}",
            f"{seen / wanted:.2f}",
        ]
        for (where, hot, cold, seen), wanted in zip(SEEN, expected, strict=True)
    )
    table(SEEN_HEADINGS, rows, markdown=options.markdown)
    share = np.mean([(seen / wanted) ** 2 for (*_, seen), wanted in zip(SEEN, expected, strict=True)])
    print(f"\nmean square of the ratios: {share:.2f}")


if __name__ == "__main__":
    main()
