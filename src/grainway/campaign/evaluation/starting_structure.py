"""What an evaluation starts from: the structure of its trial, and which atoms are where."""

from dataclasses import dataclass

import numpy as np
from ase import Atoms

from grainway.array_types import BoolArray, IntArray
from grainway.campaign.evaluation.trial import Trial
from grainway.domain import GrainBoundary
from grainway.geometry.boundary_planes import parallel_boundaries
from grainway.structure import build_boundary, bulk_crystal, lithium_ordering

BULK_REPEATS = (2, 2, 2)
INTERIOR_MARGIN_A = 2.0
"""Atoms this far outside the annealed band count as the inside of a grain."""


@dataclass(frozen=True, eq=False)
class Start:
    """What is simulated.

    Attributes:
        atoms: starting structure.
        boundary: the boundary it belongs to; None for bulk.
        band: atoms of the annealed band, shape (n_atoms,).
        interior: framework atoms inside the grains, shape (n_atoms,).
        grain: grain of each atom, shape (n_atoms,).
    """

    atoms: Atoms
    boundary: GrainBoundary | None
    band: BoolArray
    interior: BoolArray
    grain: IntArray


def build_start(trial: Trial) -> Start:
    """Build the structure of a trial.

    Raises:
        StructureError: when it cannot be built.
    """
    if trial.spec is None:
        atoms = bulk_crystal(BULK_REPEATS, lithium_ordering(trial.seed))
        framework = atoms.numbers != 3
        nothing = np.zeros(len(atoms), dtype=bool)
        return Start(atoms, None, nothing, framework, atoms.arrays["grain"])
    boundary = build_boundary(trial.spec, seed=trial.seed)
    atoms = boundary.atoms
    distance = parallel_boundaries(
        boundary.boundary_positions, float(atoms.cell[2, 2]), boundary.area, max(boundary.gaps)
    ).distance(atoms.positions)
    half = trial.spec.width / 2
    interior = (atoms.numbers != 3) & (distance > half + INTERIOR_MARGIN_A)
    return Start(atoms, boundary, distance <= half, interior, atoms.arrays["grain"])
