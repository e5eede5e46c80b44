"""Fit grainway-ionic to the training set, and compare it with its teacher on frames it never saw.

    python benchmarks/ionic_fit.py training OUT.json   # a few minutes of one core; prints the table of errors

The file of the package is src/grainway/simulation/potentials/data/grainway-ionic.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from grainway.distillation import measure_accuracy, read_training_set
from grainway.distillation.judging.accuracy import bulk_or_kind
from grainway.distillation.training.pair_fit import NormalEquations, PairFitSettings, predict_with_pairs
from grainway.simulation.potentials.pair.spline_pairs import SplineGrid

ELEMENTS = ("Li", "La", "Zr", "O")
SPACING = 0.22
"""Å between knots."""
REACH = {
    ("Li", "Li"): (1.4, 5.5),
    ("Li", "La"): (1.9, 6.5),
    ("Li", "Zr"): (1.7, 6.0),
    ("Li", "O"): (1.3, 6.0),
    ("La", "La"): (2.6, 8.0),
    ("La", "Zr"): (2.4, 7.5),
    ("La", "O"): (1.7, 7.0),
    ("Zr", "Zr"): (2.2, 7.0),
    ("Zr", "O"): (1.5, 7.0),
    ("O", "O"): (1.7, 6.0),
}
"""First distance and cut-off of each pair, Å."""


def main() -> None:
    """Fit, write and judge."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    labels = read_training_set(arguments.labels)
    equations = NormalEquations(
        ELEMENTS,
        {
            pair: SplineGrid(first=first, cutoff=cutoff, intervals=round((cutoff - first) / SPACING))
            for pair, (first, cutoff) in REACH.items()
        },
    )
    for frame in labels.taught:
        equations.add(frame)
    fitted = equations.solve(PairFitSettings())
    arguments.out.write_text(fitted.to_json(), encoding="utf-8")
    predicted = predict_with_pairs(fitted, labels.held_out)
    lithium: dict[str, list[float]] = {}
    for known, found in zip(labels.held_out, predicted, strict=True):
        error = np.abs(found.get_forces() - known.get_forces())[np.array(known.symbols == "Li")]
        lithium.setdefault(bulk_or_kind(known), []).append(float(error.mean()))
    print(f"{equations.n_unknowns} unknowns from {len(labels.taught)} frames")
    print("| class | frames | force MAE, eV/Å | of lithium | mean force | energy, meV/atom | stress, GPa |")
    print("|---|---|---|---|---|---|---|")
    for entry in measure_accuracy(labels.held_out, predicted):
        print(
            f"| {entry.label} | {entry.n_frames} | {entry.force_mae.text()} | "
            f"{np.mean(lithium[entry.label]):.3f} | {entry.force_scale:.2f} | {entry.energy_mae.text(1)} | "
            f"{entry.stress_mae.text(2)} |"
        )


if __name__ == "__main__":
    main()
