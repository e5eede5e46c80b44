"""Small frames and a teacher that needs no weights."""

import numpy as np
from ase.calculators.lj import LennardJones

from grainway.distillation import Label, Teacher, with_label
from grainway.distillation.frames.labelled_frames import mark
from grainway.distillation.sources.starting_structures import Cubic, Tetragonal


def analytic_teacher(name="lennard-jones"):
    """Return a teacher whose labels follow from one line of algebra."""
    return Teacher(name, LennardJones(sigma=1.6, epsilon=0.02, rc=4.0, smooth=True))


def bare_frames(n=3, seed=0):
    """Return frames of 192 atoms, cubic and tetragonal in turn, rattled."""
    rng = np.random.default_rng(seed)
    frames = []
    for number in range(n):
        atoms = (Cubic(3) if number % 2 == 0 else Tetragonal()).build(rng)
        atoms.positions += rng.normal(0.0, 0.05, atoms.positions.shape)
        kind = "bulk_cubic" if number % 2 == 0 else "bulk_tetragonal"
        frames.append(mark(atoms, kind=kind, origin=f"run-{number}", temperature=300.0 + number))
    return frames


def labelled_frames(n=3, seed=0, largest=20.0):
    """Return the same with labels drawn at random."""
    rng = np.random.default_rng([1, seed])
    return [
        with_label(
            frame,
            Label(
                energy=float(rng.normal(-1400.0, 20.0)),
                forces=rng.uniform(-largest, largest, (len(frame), 3)),
                stress=rng.normal(0.0, 0.02, 6),
            ),
            "drawn",
        )
        for frame in bare_frames(n, seed)
    ]
