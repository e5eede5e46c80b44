"""How often Sobol indices and partial dependences of the optimiser's model hold the truth, where it is known.

    python benchmarks/sensitivity_coverage.py [--functions 30]

Functions of four variables, f = Σ a_i g_i(x_i) + Σ b_ij g_i(x_i) g_j(x_j), waves g of mean 0 and variance 1,
so that V = Σ a_i² + Σ b_ij², S_i = a_i²/V and T_i = (a_i² + Σ_j b_ij²)/V; the last variable has no effect.
The average of f over all variables but x_i is a_i g_i(x_i). Amplitudes and waves are drawn anew for each. The
evaluations have an error of 0.2 of the function's standard deviation. Printed: share of indices and of points
of the partial-dependence curves within two errors of the truth, and value minus truth.
"""

from __future__ import annotations

import argparse

import numpy as np

from grainway.design_space import Continuous, DesignSpace
from grainway.optimise.explain.explanation import N_BACKGROUND, N_SURROGATES
from grainway.optimise.explain.partial_dependence import partial_dependence
from grainway.optimise.explain.sobol_indices import sobol_indices
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import fit_surrogate
from grainway.optimise.model.hyperparameter_draws import with_uncertain_hyperparameters
from grainway.optimise.points.model_inputs import ModelInputs

NAMES = ("a", "b", "c", "idle")
SPACE = DesignSpace(tuple(Continuous(name, 0.0, 1.0) for name in NAMES))
INPUTS = ModelInputs(SPACE)
EVALUATIONS = (10, 30)
ERROR = 0.2


def drawn(rng: np.random.Generator):
    """Return a function of rows in [0, 1]⁴, its averages over all variables but one, and its indices."""
    alone = np.append(rng.uniform(0.2, 1.0, 3), 0.0)
    pairs = np.zeros((4, 4))
    pairs[0, 1], pairs[0, 2], pairs[1, 2] = rng.uniform(-0.6, 0.6, 3)
    periods, phases = rng.integers(1, 3, 4), rng.uniform(0.0, 2.0 * np.pi, 4)
    squares = np.square(pairs) + np.square(pairs).T
    variance = np.square(alone).sum() + np.square(pairs).sum()

    def waves(x: np.ndarray) -> np.ndarray:
        # whole periods: every wave has mean 0 and variance 1 whatever its phase
        return np.sqrt(2.0) * np.cos(2.0 * np.pi * periods * x + phases)

    def f(x: np.ndarray) -> np.ndarray:
        g = waves(x)
        return (g @ alone + np.einsum("ni,ij,nj->n", g, pairs, g)) / np.sqrt(variance)

    def averages(x: np.ndarray) -> np.ndarray:
        return waves(x) * alone / np.sqrt(variance)

    return f, averages, np.square(alone) / variance, (np.square(alone) + squares.sum(axis=1)) / variance


def main() -> None:
    """Print a row for each number of evaluations, kind of index and kind of variable."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--functions", type=int, default=30)
    n_functions = parser.parse_args().functions
    print("| evaluations | what | variables | within two errors | value minus truth |\n|---|---|---|---|---|")
    for n in EVALUATIONS:
        hits: dict[tuple[str, str], list[bool]] = {}
        off: dict[tuple[str, str], list[float]] = {}
        for seed in range(n_functions):
            rng = np.random.default_rng([n, seed])
            f, averages, *truths = drawn(rng)
            x = rng.random((n, 4))
            y = f(x) + ERROR * rng.standard_normal(n)
            points = INPUTS.points([dict(zip(NAMES, map(float, row), strict=True)) for row in x])
            likeliest = Mixture.alone(fit_surrogate(points, y, np.full(n, ERROR), INPUTS.groups))
            model = with_uncertain_hyperparameters(likeliest, rng, N_SURROGATES)
            compared = []
            for share in sobol_indices(model, INPUTS, SPACE, seed=seed).shares:
                i = NAMES.index(share.name)
                compared += [("first", i, share.first.value, share.first.standard_error, truths[0][i])]
                compared += [("total", i, share.total.value, share.total.standard_error, truths[1][i])]
            for i, name in enumerate(NAMES):
                curve = partial_dependence(model, INPUTS, SPACE, name, n_background=N_BACKGROUND, seed=seed)
                truth = averages(np.repeat(np.array(curve.values)[:, None], 4, axis=1))[:, i]
                parts = zip(curve.mean, curve.standard_error, truth, strict=True)
                compared += [("average", i, *part) for part in parts]
            for what, i, value, error, truth in compared:
                kind = "without effect" if NAMES[i] == "idle" else "with effect"
                hits.setdefault((what, kind), []).append(abs(value - truth) < 2.0 * error)
                off.setdefault((what, kind), []).append(value - truth)
        for (what, kind), found in hits.items():
            share = f"{sum(found)} of {len(found)} ({100 * np.mean(found):.0f} %)"
            print(f"| {n} | {what} | {kind} | {share} | {np.mean(off[what, kind]):+.2f} |")


if __name__ == "__main__":
    main()
