"""How far is each potential from the teacher, class by class, and what does it cost? One table, one run.

    python benchmarks/force_errors.py training [--potential NAME ...] [--frames N]

Forces of the shipped potentials on the frames that grainway-nep and grainway-ionic never learned from: mean
absolute error of a component, of lithium's and of the dopants' alone, per mean force; an old potential lacks
the elements of some classes. The cost, microseconds of processor time per atom and step on one core, is
measured in the same run, in turn (``potential_speed.py``). With --frames N each class is judged on N frames.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms
from potential_speed import speeds

from grainway.distillation import read_training_set
from grainway.distillation.judging.accuracy import bulk_or_kind
from grainway.distillation.nep_settings import ELEMENTS
from grainway.distillation.sources.frame_source import potential_for
from grainway.errors import ConfigError
from grainway.simulation import TABULATED_NAMES, find_lammps
from grainway.simulation.minimise.single_point import single_point

STEPS, ROUNDS = 200, 3
Errors = dict[str, dict[str, list[float]]]
"""By class and by part: sums over frames."""


def errors_of(name: str, frames: Sequence[Atoms]) -> Errors:
    """Return the mean absolute error of a force component in each frame, eV/Å, by class and part."""
    found: Errors = defaultdict(lambda: defaultdict(list))
    with tempfile.TemporaryDirectory() as folder:
        for frame in frames:
            symbols = np.array(frame.get_chemical_symbols())
            try:
                potential = potential_for(frame, name)
            except ConfigError:
                continue
            forces = single_point(frame, potential, Path(folder), find_lammps()).forces
            off = np.abs(forces - frame.get_forces())
            of_class = found[bulk_or_kind(frame)]
            of_class["all"].append(float(off.mean()))
            of_class["lithium"].append(float(off[symbols == "Li"].mean()))
            of_class["mean force"].append(float(np.abs(frame.get_forces()).mean()))
            guests = ~np.isin(symbols, ELEMENTS)
            if guests.any():
                of_class["dopants"].append(float(off[guests].mean()))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("labels", type=Path)
    parser.add_argument("--potential", nargs="+", default=list(TABULATED_NAMES), choices=TABULATED_NAMES)
    parser.add_argument("--frames", type=int, default=0, help="of each class; 0 for all")
    given = parser.parse_args()
    classes: dict[str, list[Atoms]] = defaultdict(list)
    for frame in read_training_set(given.labels).held_out:
        classes[bulk_or_kind(frame)].append(frame)
    chosen = [
        members[i]
        for members in classes.values()
        for i in np.unique(np.linspace(0, len(members) - 1, given.frames or len(members)).round().astype(int))
    ]
    cost = speeds(given.potential, STEPS, ROUNDS)
    errors = {name: errors_of(name, chosen) for name in given.potential}
    print(f"| class | mean force | {' | '.join(given.potential)} |\n|---|---|{'---|' * len(given.potential)}")
    print(f"| µs per atom-step | | {' | '.join(f'{1e6 / cost[name]:.2f}' for name in given.potential)} |")
    for kind in sorted(classes):
        scale = max(np.mean(errors[n][kind]["mean force"] or [0.0]) for n in given.potential)
        cells = []
        for name in given.potential:
            parts = [f"{np.mean(v):.3f}" for p, v in errors[name][kind].items() if p != "mean force"]
            cells.append(f"{parts[0]} ({', '.join(parts[1:])})" if parts else "-")
        print(f"| {kind} | {scale:.2f} | {' | '.join(cells)} |")
    print("In brackets: of lithium, and of the dopants. Force errors in eV/Å.")


if __name__ == "__main__":
    main()
