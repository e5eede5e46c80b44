"""Compare the engines on synthetic boundaries: true regret of the recommended point.

    python benchmarks/optimiser.py                       # a few minutes on one core
    python benchmarks/optimiser.py --seeds 10 --evaluations 60
    python benchmarks/optimiser.py --engines "botorch, features" "grainway, features"  # the extra botorch

Three problems in six mixed dimensions with noise of 0.1 to 0.3 decades, known per evaluation. In ``cusps``
resistivity has exponential cusps at the coincidence angles of low Σ whose depth differs by axis; ``bumps``
has Gaussian ones, the form that the surrogate assumes; in ``smooth`` Σ has no influence at all, so that the
coincidence feature is wrong there. Differences below about 0.25 decades on 8 seeds mean nothing.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from math import gcd

import numpy as np

from grainway.design_space import Categorical, Continuous, DesignSpace, Integer, Values
from grainway.optimise import make_strategy

AXES = {"001": 1, "110": 2, "111": 3}
DEPTH = {"001": 2.0, "110": 3.0, "111": 1.2}
OFFSET = {"001": 0.3, "110": 0.0, "111": -0.3}
SPACE = DesignSpace(
    (
        Categorical("axis", tuple(AXES)),
        Continuous("angle_deg", 8.0, 90.0),
        Continuous("inclination_deg", 0.0, 45.0),
        Integer("width_layers", 1, 8),
        Continuous("translation", 0.0, 0.99),
        Continuous("lithium_excess", -1.0, 1.0),
    )
)


def tilt_boundaries(norm: int, largest: int = 12) -> np.ndarray:
    """Return angle and Σ of the tilts about an axis of squared length ``norm`` (Ranganathan 1966)."""
    found = {}
    for m in range(1, 3 * largest):
        for n in range(1, largest):
            if gcd(m, n) != 1:
                continue
            sigma = m * m + norm * n * n
            while sigma % 2 == 0:
                sigma //= 2
            angle = math.degrees(2.0 * math.atan2(n * math.sqrt(norm), m))
            if 8.0 <= angle <= 90.0 and sigma < 300:
                found[round(angle, 4)] = sigma
    return np.array(sorted(found.items()))


BOUNDARIES = {axis: tilt_boundaries(norm) for axis, norm in AXES.items()}


def snap(values: Values) -> tuple[float, float]:
    """Return angle and Σ of the nearest boundary."""
    table = BOUNDARIES[str(values["axis"])]
    angle, sigma = table[np.argmin(np.abs(table[:, 0] - float(values["angle_deg"])))]
    return float(angle), float(sigma)


def features(values: Values) -> dict[str, float]:
    """Return what a campaign would know of the snapped boundary."""
    angle, sigma = snap(values)
    return {
        "angle_deg": angle,
        "sigma": sigma,
        "inclination_deg": float(values["inclination_deg"]),
        "width_layers": float(values["width_layers"]),
        "translation": float(values["translation"]),
        "lithium_excess": float(values["lithium_excess"]),
    }


def truth(values: Values, form: str) -> float:
    """Return log10 of the true resistivity."""
    axis, (angle, _) = str(values["axis"]), snap(values)
    y = 4.0 + OFFSET[axis] + 0.5 * math.cos(math.radians(2.0 * angle) + AXES[axis])
    y += 0.5 * ((float(values["inclination_deg"]) - 12.0) / 30.0) ** 2
    y += 0.04 * (int(values["width_layers"]) - 3) ** 2
    y += 0.15 * math.cos(2.0 * math.pi * (float(values["translation"]) - 0.3))
    y += 0.3 * (float(values["lithium_excess"]) - 0.3) ** 2
    if form == "smooth":
        return y
    table = BOUNDARIES[axis]
    low = table[table[:, 1] <= 33]
    u = np.abs(angle - low[:, 0]) * np.sqrt(low[:, 1]) / 12.0
    shape = np.exp(-u) if form == "cusps" else np.exp(-0.5 * u**2)
    return y - DEPTH[axis] * float(np.max(low[:, 1] ** -0.5 * shape))


def minimum(form: str) -> float:
    """Return the true minimum: the sum is separable once axis and boundary are fixed."""
    best = {"inclination_deg": 12.0, "width_layers": 3, "translation": 0.8, "lithium_excess": 0.3}
    return min(
        truth({"axis": axis, "angle_deg": float(angle), **best}, form)
        for axis, table in BOUNDARIES.items()
        for angle, _ in table
    )


def regrets(
    engine: str, informed: Callable[[Values], dict[str, float]] | None, form: str, seed: int, marks: list[int]
) -> tuple[list[float], float]:
    """Run one optimisation and return the true regret at the marks and the mean time of an ask."""
    strategy = make_strategy(engine, SPACE, seed, informed)
    noise = np.random.default_rng([seed, 7])
    lowest, out, spent = minimum(form), [], 0.0
    for n in range(1, marks[-1] + 1):
        start = time.perf_counter()
        (proposal,) = strategy.ask()
        spent += time.perf_counter() - start
        se = float(noise.uniform(0.1, 0.3))
        strategy.tell(proposal.id, truth(proposal.values, form) + se * float(noise.standard_normal()), se)
        if n in marks:
            out.append(truth(strategy.recommend().values, form) - lowest)
    return out, spent / marks[-1]


ENGINES = {
    "random": ("random", None),
    "sobol": ("sobol", None),
    "skopt": ("skopt", None),
    "botorch, encoded": ("botorch", None),
    "botorch, features": ("botorch", features),
    "grainway, encoded": ("grainway", None),
    "grainway, features": ("grainway", features),
}


def main() -> None:
    """Print one table per problem."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--evaluations", type=int, default=40)
    installed_anyway = [name for name in ENGINES if not name.startswith("botorch")]
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=installed_anyway)
    parser.add_argument(
        "--problems", nargs="+", choices=["cusps", "bumps", "smooth"], default=["cusps", "smooth"]
    )
    arguments = parser.parse_args()
    marks = [n for n in (20, 30, 40, 60, 80, 120) if n <= arguments.evaluations] or [arguments.evaluations]
    for form in arguments.problems:
        print(f"\n{form}: median true regret in decades over {arguments.seeds} seeds (mean in brackets)")
        print(f"{'engine':<22}" + "".join(f"{f'n={n}':>14}" for n in marks) + f"{'s per ask':>12}")
        for label in arguments.engines:
            engine, informed = ENGINES[label]
            runs = [regrets(engine, informed, form, seed, marks) for seed in range(arguments.seeds)]
            table = np.array([run[0] for run in runs])
            cells = "".join(f"{np.median(c):>7.2f} ({c.mean():.2f})" for c in table.T)
            print(f"{label:<22}{cells}{np.mean([run[1] for run in runs]):>12.2f}", flush=True)


if __name__ == "__main__":
    main()
