"""Seconds per proposal of the default engine, with 100 evaluations and a catalogue of 5,000 boundaries.

    python benchmarks/ask_time.py                 # on one core, about a minute

The evaluations are drawn at random, so that no time goes into a search. CPU and wall time of ask(1) and
ask(4), fits included: each call is made on a strategy whose last outcome has just been told.
"""

from __future__ import annotations

import argparse
import math
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from grainway.design_space import Categorical, Continuous, DesignSpace, Integer, Values
from grainway.optimise import make_strategy

AXES = ("001", "110", "111")
SPACE = DesignSpace(
    (
        Categorical("axis", AXES),
        Continuous("angle", 5.0, 60.0),
        Continuous("inclination", 0.0, 1.0),
        Integer("width_layers", 2, 5),
        Continuous("translation_1", 0.0, 1.0),
        Continuous("translation_2", 0.0, 1.0),
        Continuous("lithium_oxide", -2.0, 2.0),
    )
)


def catalogue(n: int) -> dict[str, np.ndarray]:
    """Return invented boundaries by axis: angle, share of the inclination, Σ, plane spacing."""
    rng = np.random.default_rng(0)
    found = {}
    for axis in AXES:
        rows = n // len(AXES) + 1
        angle = np.sort(rng.uniform(5.0, 60.0, rows // 8 + 1)).repeat(8)[:rows]
        sigma = rng.integers(2, 150, rows // 8 + 1).repeat(8)[:rows] * 2 + 1
        found[axis] = np.column_stack([angle, rng.random(rows), sigma, rng.uniform(0.2, 4.0, rows)])
    return found


def measure(n_evaluations: int, n_entries: int, repeats: int) -> None:
    """Print the times."""
    table = catalogue(n_entries)

    def features(values: Values) -> dict[str, float]:
        rows = table[str(values["axis"])]
        off = ((rows[:, 0] - float(values["angle"])) / 55.0) ** 2 + (
            rows[:, 1] - float(values["inclination"])
        ) ** 2
        angle, inclination, sigma, spacing = rows[np.argmin(off)]
        found = {
            "angle_deg": angle,
            "sigma": sigma,
            "inclination_deg": 45.0 * inclination,
            "plane_spacing": spacing,
        }
        for name in ("translation_1", "translation_2"):
            phase = 2.0 * math.pi * float(values[name])
            found[f"{name}_cos"], found[f"{name}_sin"] = math.cos(phase), math.sin(phase)
        return found | {name: float(values[name]) for name in ("width_layers", "lithium_oxide")}

    entries: list[Values] = [
        {"axis": axis, "angle": float(row[0]), "inclination": float(row[1])}
        for axis in AXES
        for row in table[axis]
    ]
    start = time.perf_counter()
    strategy = make_strategy("grainway", SPACE, 0, features, entries=entries[:n_entries])
    print(f"{len(entries[:n_entries])} entries encoded once in {time.perf_counter() - start:.2f} s")
    rng = np.random.default_rng(1)

    def tell(values: Values, identifier: str) -> None:
        known = features(values)
        y = 3.0 - 2.0 / math.sqrt(known["sigma"]) + 0.3 * math.cos(0.1 * known["angle_deg"])
        y += 0.05 * (known["width_layers"] - 3.0) ** 2 + 0.1 * known["lithium_oxide"]
        strategy.tell(identifier, y + 0.2 * float(rng.standard_normal()), 0.2)

    while len(strategy.record.evaluations) < n_evaluations:
        proposal = strategy.record.register(SPACE.sample(rng))
        tell(proposal.values, proposal.id)
    for q in (1, 4):
        cpu, wall = [], []
        for _ in range(repeats):
            proposal = strategy.record.register(SPACE.sample(rng))
            tell(proposal.values, proposal.id)
            started, started_cpu = time.perf_counter(), time.process_time()
            proposals = strategy.ask(q)
            wall.append(time.perf_counter() - started)
            cpu.append(time.process_time() - started_cpu)
            for proposal in proposals:
                tell(proposal.values, proposal.id)
        print(
            f"ask({q}) at {n_evaluations} evaluations: CPU {np.median(cpu):.2f} s (largest {max(cpu):.2f}), "
            f"wall {np.median(wall):.2f} s, {repeats} calls"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--evaluations", type=int, default=100)
    parser.add_argument("--entries", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    measure(arguments.evaluations, arguments.entries, arguments.repeats)


if __name__ == "__main__":
    main()
