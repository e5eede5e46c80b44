"""How often the regression of a report holds the truth, and how far least squares would be from it.

Made-up campaigns with two measured predictors among exact ones. Run: python benchmarks/regression_coverage.py
"""

from __future__ import annotations

import argparse
import math

import numpy as np

from grainway.analysis import Predictor, regress
from grainway.domain import Estimate

CASES = ((60, 7, 0.8), (40, 7, 0.8), (25, 7, 0.85), (20, 4, 0.8), (20, 4, 0.6), (12, 3, 0.8))
"""Boundaries, exactly known predictors, reliability of the two measured ones."""
EXACT_SLOPE, MEASURED_SLOPES, SCATTER, ERROR = 0.1, (0.3, -0.2), 0.15, 0.08


def campaign(
    n: int, exact: int, reliability: float, seed: int
) -> tuple[list[Estimate], list[Predictor], list[float]]:
    """Return log10 ρ_gb, predictors and the true slopes; measured predictors follow exact ones in part."""
    rng = np.random.default_rng([n, exact, seed])
    known = rng.normal(size=(n, exact))
    true = rng.normal(size=(n, 2)) + 0.4 * known[:, :2]
    errors = math.sqrt((1 - reliability) / reliability) * np.exp(0.3 * rng.normal(size=(n, 2)))
    seen = true + errors * rng.normal(size=(n, 2))
    slopes = [EXACT_SLOPE] * exact + list(MEASURED_SLOPES)
    se = ERROR * np.exp(0.3 * rng.normal(size=n))
    y = np.column_stack([known, true]) @ slopes + SCATTER * rng.normal(size=n) + se * rng.normal(size=n)
    predictors = [Predictor(name=f"exact {i}", unit="1", values=known[:, i]) for i in range(exact)]
    predictors += [
        Predictor(name=f"measured {i}", unit="1", values=seen[:, i], standard_errors=errors[:, i])
        for i in range(2)
    ]
    response = [Estimate(float(v), float(s), "decades", 9.0) for v, s in zip(y, se, strict=True)]
    return response, predictors, slopes


def main() -> None:
    """Print a row per case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=300)
    seeds = parser.parse_args().seeds
    print("boundaries predictors reliability | dropped | held: exact, measured | slope/truth | least squares")
    for n, exact, reliability in CASES:
        held, ratio, plain, dropped = [], [], [], 0
        for seed in range(seeds):
            y, predictors, slopes = campaign(n, exact, reliability, seed)
            found = regress(y, predictors)
            if found.dropped:
                dropped += 1
                continue
            pairs = list(zip(found.coefficients, slopes, strict=True))
            intervals = [(*c.per_unit.interval(0.95), slope) for c, slope in pairs]
            held.append([low <= slope <= high for low, high, slope in intervals])
            ratio.append([c.per_unit.value / slope for c, slope in pairs])
            plain.append([c.uncorrected / slope for c, slope in pairs])
        share, mean, least = (np.mean(rows, axis=0) for rows in (held, ratio, plain))
        print(
            f"{n:10d} {exact + 2:10d} {reliability:11.2f} | {dropped:7d} | {share[:exact].mean():.3f}, "
            f"{share[exact]:.3f} {share[exact + 1]:.3f} | {mean[exact]:.3f} {mean[exact + 1]:.3f} | "
            f"{least[exact]:.3f} {least[exact + 1]:.3f}"
        )


if __name__ == "__main__":
    main()
