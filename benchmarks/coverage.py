"""How often the intervals of grainway.analysis hold the truth, over many seeds of known walkers.

    python benchmarks/coverage.py [--seeds 200] [--only NAME] [--skip NAME] [--markdown]

Run from the repository's root. Each line: mean and scatter of value/truth, mean stated error/truth, how often
the 68 and 95 % intervals hold the truth, and how many seeds gave a limit or were refused. The table of
docs/error_bars.md is made with --markdown.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from grainway.analysis import (
    area_specific_resistance,
    collective_conductivity,
    haven_ratio,
    resistivity_profile,
    slab_diffusivity,
    tracer_diffusivity,
)
from grainway.analysis.conductivity.collective_conductivity import carriers, per_volume
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from known_motion.known_transport import CASES, KnownWalk
from known_motion.synthetic_walkers import LayeredMedium

BOUNDARIES = (13.75, 41.25)
STACIE_SEEDS = 100
Row = list[tuple[Estimate, float]]
Case = Callable[[int], dict[str, Callable[[], Row]]]


def medium(ratio: float, enrichment: float) -> LayeredMedium:
    """Two 10 Å slabs with D lower by ``ratio`` and density higher by ``enrichment``."""

    def share(z):
        return sum(1 / (1 + np.exp((np.abs((z - c + 27.5) % 55 - 27.5) - 5) / 0.3)) for c in BOUNDARIES)

    return LayeredMedium(lambda z: 0.35 * ratio ** share(z), lambda z: enrichment ** share(z))


def bulk(make: Callable[[int], KnownWalk]) -> Case:
    """Every estimator of bulk transport on the same walk."""

    def run(seed: int) -> dict[str, Callable[[], Row]]:
        walk = make(seed)
        trajectory = walk.trajectory
        truth = walk.collective * carriers(trajectory) * per_volume(trajectory)

        def collective(method: str) -> Row:
            return [(collective_conductivity(trajectory, method=method), truth)]

        return {
            "tracer": lambda: [(tracer_diffusivity(trajectory), walk.tracer)],
            "Einstein": lambda: collective("einstein"),
            "Green-Kubo": lambda: collective("green-kubo"),
            "spectral": lambda: collective("spectral"),
            "Haven": lambda: [(haven_ratio(trajectory), walk.haven_ratio)],
            # ten times as slow as all others together
            **({"spectral, STACIE": lambda: collective("stacie")} if seed < STACIE_SEEDS else {}),
        }

    return run


def resistance(walkers: LayeredMedium, n_frames: int) -> Case:
    """Resistance of 14 Å around each slab, of the whole cell, and in excess of a bulk known to 3 %."""
    truths = [walkers.resistance(c - 7.0, c + 7.0, 800) for c in BOUNDARIES]
    whole = walkers.resistance(0.0, 54.9999, 800)
    bulk_truth = walkers.resistance(27.4, 27.6, 800) / 0.2e-8

    def run(seed: int) -> dict[str, Callable[[], Row]]:
        profile = cache(lambda: resistivity_profile(walkers.walk(seed=seed, n_frames=n_frames)))
        measured = bulk_truth * (1 + 0.03 * np.random.default_rng(seed).normal())
        bulk = Estimate(measured, 0.03 * bulk_truth, "Ω cm", 1000.0)

        def slab_resistances() -> Row:
            ranges = [(c - 7.0, c + 7.0) for c in BOUNDARIES]
            return [(profile().resistance(*z), truth) for z, truth in zip(ranges, truths, strict=True)]

        def excess() -> Row:
            truth = (whole - bulk_truth * 55.0e-8) / len(BOUNDARIES)
            return [(area_specific_resistance(profile().resistance(0.0, 55.0), bulk, 55.0), truth)]

        return {
            "slab resistance": slab_resistances,
            "cell resistance": lambda: [(profile().resistance(0.0, 55.0), whole)],
            "ASR": excess,
        }

    return run


def parallel(walkers: LayeredMedium, truth: float) -> Case:
    """Diffusion along a slab, 8 Å of its inside."""
    return lambda seed: {
        "D along the slab": lambda: [(slab_diffusivity(walkers.walk(seed=seed), 9.75, 17.75).value, truth)]
    }


def slabs() -> dict[str, Case]:
    """Return the cases of boundary transport by name."""
    hot, slow = medium(0.3, 1.0), medium(0.1, 1.3)
    return {
        "slab D/3, 30 ps": resistance(hot, 300),
        "slab D/10, Li x 1.3, 30 ps": resistance(slow, 300),
        "slab D/10, Li x 1.3, 300 ps": resistance(slow, 3000),
        "along slab D/3, 30 ps": parallel(hot, 0.105),
    }


def cases() -> dict[str, Case]:
    """Return all cases by name."""
    return {name: bulk(make) for name, make in CASES.items()} | slabs()


def collect(case: Case, seeds: int, skip: str) -> dict[str, tuple[Row, int, float]]:
    """Return estimates with their truths, the number of limits and refusals, and seconds, by estimator."""
    found: dict[str, Row] = defaultdict(list)
    refused: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)
    for seed in range(seeds):
        for estimator, measure in case(seed).items():
            if skip and skip in estimator:
                continue
            started = time.perf_counter()
            try:
                row = measure()
            except AnalysisError:
                refused[estimator] += 1
            else:
                found[estimator] += [pair for pair in row if pair[0].bound is None]
                refused[estimator] += sum(pair[0].bound is not None for pair in row)
            seconds[estimator] += time.perf_counter() - started
    return {name: (found[name], refused[name], seconds[name] / seeds) for name in seconds}


def columns(row: Row, refused: int, seconds: float) -> tuple[str, ...]:
    """Return one line of the table as text."""
    ratios = np.array([estimate.value / truth for estimate, truth in row])
    errors = np.array([estimate.standard_error / truth for estimate, truth in row])
    held = [
        np.mean([low <= truth <= high for (low, high), truth in ((e.interval(p), t) for e, t in row)])
        for p in (0.683, 0.95)
    ]
    mean = f"{ratios.mean():.3f} ± {ratios.std() / np.sqrt(len(row)):.3f}"
    return (
        *(str(len(row)), mean, f"{ratios.std():.3f}", f"{errors.mean():.3f}"),
        *(f"{100 * share:.0f}" for share in held),
        *(str(refused), f"{seconds:.2f}"),
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--skip", default="", help="estimators whose name contains this are left out")
    parser.add_argument("--markdown", action="store_true", help="print a table for the documentation")
    arguments = parser.parse_args()
    heads = ("case", "estimator", "n", "mean", "scatter", "error", "68 %", "95 %", "no value", "s")
    widths = (30, 16, 4, 13, 7, 5, 4, 4, 8, 5)

    def show(cells: tuple[str, ...]) -> None:
        text = [f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)]
        print(f"| {' | '.join(text)} |" if arguments.markdown else " ".join(text), flush=True)

    started = time.perf_counter()
    show(heads)
    if arguments.markdown:
        show(tuple("-" * width for width in widths))
    for name, case in cases().items():
        if arguments.only in name:
            for estimator, found in collect(case, arguments.seeds, arguments.skip).items():
                show((name, estimator, *columns(*found)))
    print(f"\n{arguments.seeds} seeds, {time.perf_counter() - started:.0f} s on one core.")


if __name__ == "__main__":
    main()
