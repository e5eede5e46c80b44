"""How often the intervals of grainway.analysis hold the truth, over many seeds of known walkers.

Run from the repository's root:  python benchmarks/coverage.py [--seeds 100] [--only NAME]
Each line: mean and scatter of value/truth, mean stated error/truth, coverage of 68 and 95 % intervals.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "analysis"))

from synthetic_walkers import LayeredMedium, free_walkers

from grainway.analysis import (
    collective_conductivity,
    haven_ratio,
    nernst_einstein_conductivity,
    resistivity_profile,
    slab_diffusivity,
    tracer_diffusivity,
)
from grainway.domain import Estimate
from grainway.errors import AnalysisError

BOUNDARIES = (13.75, 41.25)
Case = Callable[[int], list[tuple[Estimate, float]]]


def medium(ratio: float, enrichment: float) -> LayeredMedium:
    """Two 10 Å slabs with D lower by ``ratio`` and density higher by ``enrichment``."""

    def share(z):
        return sum(1 / (1 + np.exp((np.abs((z - c + 27.5) % 55 - 27.5) - 5) / 0.3)) for c in BOUNDARIES)

    return LayeredMedium(lambda z: 0.35 * ratio ** share(z), lambda z: enrichment ** share(z))


def tracer(**walk) -> Case:
    """Tracer diffusivity of free walkers."""
    return lambda seed: [(tracer_diffusivity(free_walkers(seed=seed, **walk)), walk["diffusivity"])]


def collective(kind: str, **walk) -> Case:
    """Collective conductivity or Haven ratio of free walkers."""

    def run(seed: int) -> list[tuple[Estimate, float]]:
        trajectory = free_walkers(seed=seed, **walk)
        if kind == "haven":
            return [(haven_ratio(trajectory), 1.0)]
        factor = nernst_einstein_conductivity(trajectory).value / tracer_diffusivity(trajectory).value
        return [(collective_conductivity(trajectory, method=kind), factor * walk["diffusivity"])]

    return run


def resistance(walkers: LayeredMedium, n_frames: int, *, whole: bool) -> Case:
    """Resistance of each 14 Å region around a slab, or of the whole cell."""

    def run(seed: int) -> list[tuple[Estimate, float]]:
        profile = resistivity_profile(walkers.walk(seed=seed, n_frames=n_frames))
        if whole:
            return [(profile.resistance(0.0, 55.0), walkers.resistance(0.0, 54.9999, 800))]
        ranges = [(c - 7.0, c + 7.0) for c in BOUNDARIES]
        return [(profile.resistance(*ends), walkers.resistance(*ends, 800)) for ends in ranges]

    return run


def parallel(walkers: LayeredMedium, truth: float) -> Case:
    """Diffusion along a slab, 8 Å of its inside."""
    return lambda seed: [(slab_diffusivity(walkers.walk(seed=seed), 9.75, 17.75).value, truth)]


def cases() -> dict[str, Case]:
    """Return all cases by name."""
    hot, slow = medium(0.3, 1.0), medium(0.1, 1.3)
    walk = {"n_ions": 700, "n_frames": 300, "cage_rms": 0.4}
    table: dict[str, Case] = {}
    for diffusivity in (0.03, 0.1, 0.35):
        table[f"tracer Brownian D={diffusivity}"] = tracer(**walk, diffusivity=diffusivity)
        table[f"tracer hops D={diffusivity}"] = tracer(**walk, diffusivity=diffusivity, hop=2.0)
    for kind in ("einstein", "green-kubo", "haven"):
        table[f"{kind} 30 ps"] = collective(kind, **walk, diffusivity=0.35, hop=2.0)
        table[f"{kind} 200 ps"] = collective(
            kind, n_ions=100, n_frames=2000, cage_rms=0.4, diffusivity=0.1, hop=2.0
        )
    for name, walkers in (("D/3", hot), ("D/10", slow)):
        table[f"slab resistance {name} 30 ps"] = resistance(walkers, 300, whole=False)
        table[f"cell resistance {name} 30 ps"] = resistance(walkers, 300, whole=True)
        table[f"slab resistance {name} 300 ps"] = resistance(walkers, 3000, whole=False)
    table["parallel D/3 30 ps"] = parallel(hot, 0.105)
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    arguments = parser.parse_args()
    heads = ("mean", "scatter", "error", "68 %", "95 %", "refused", "s")
    widths = (7, 7, 7, 6, 6, 7, 6)
    print(f"{'case':32} {'n':>4}", *(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True)))
    for name, case in cases().items():
        if arguments.only not in name:
            continue
        started = time.perf_counter()
        found: list[tuple[Estimate, float]] = []
        refused = 0
        for seed in range(arguments.seeds):
            try:
                results = case(seed)
            except AnalysisError:
                refused += 1
                continue
            found += [result for result in results if result[0].bound is None]
            refused += sum(result[0].bound is not None for result in results)
        ratios = np.array([estimate.value / truth for estimate, truth in found])
        errors = np.array([estimate.standard_error / truth for estimate, truth in found])
        held = [
            np.mean([low <= truth <= high for (low, high), truth in ((e.interval(p), t) for e, t in found)])
            for p in (0.683, 0.95)
        ]
        seconds = (time.perf_counter() - started) / arguments.seeds
        print(
            f"{name:32} {len(found):4d} {ratios.mean():7.3f} {ratios.std():7.3f} {errors.mean():7.3f}"
            f" {held[0]:6.2f} {held[1]:6.2f} {refused:7d} {seconds:6.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
