"""Have the grains of a boundary turned, or has it moved through them? Measured from the Zr atoms."""

import numpy as np
from ase import Atoms

from grainway.array_types import BoolArray, IntArray
from grainway.domain import Estimate
from grainway.structure import disorientation, displacement_from_lattice, load_garnet, measured_orientation

TOLERANCE_DEG = 2.0
"""A judgement, not measured: catalogue angles lie closer than this in places, but a grain that turns in a run
of tens of ps has seldom stopped there; a smaller one would end runs that only lean as the cell relaxes."""
CERTAINTY = 3.0
"""A turn counts when it exceeds the tolerance by this many standard errors."""
N_DISPLACED = 16
"""Know a standard deviation to 1/√(2·16), 18 %: the bound of 2° + 3 errors moves by half an error at most."""
SHARE = 0.5
"""Share of the displacements that is applied again: small enough that neighbours stay recognisable."""
ZIRCONIUM = 40


def measured_misorientation(atoms: Atoms, interior: BoolArray, grain: IntArray) -> Estimate:
    """Return the disorientation of the two grains, measured from the Zr atoms inside them.

    In a hot, thin grain some ten atoms carry the orientation and one configuration gives it to a degree or
    two only. The standard error is the spread of the angle when all atoms are displaced once more, in
    proportion to what they are found off their lattice (parametric bootstrap).

    Args:
        atoms: configuration, periodic; positions in Å.
        interior: framework atoms inside the grains, shape (n_atoms,).
        grain: grain of each atom, 0 or 1, shape (n_atoms,).

    Returns:
        Angle in degrees; ``n_independent`` is the number of Zr atoms of the smaller grain.

    Raises:
        StructureError: when a grain is no longer a crystal.
    """
    a = load_garnet().lattice_parameter
    inside = (atoms.numbers == ZIRCONIUM) & interior
    members = [np.flatnonzero(inside & (grain == number)) for number in (0, 1)]

    orientations = [measured_orientation(atoms.positions[i], atoms.cell.array, a) for i in members]
    value = disorientation(*orientations)[0]
    spread = [
        displacement_from_lattice(atoms.positions[i], atoms.cell.array, a, orientation)
        for i, orientation in zip(members, orientations, strict=True)
    ]
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(N_DISPLACED):
        displaced = [
            measured_orientation(
                atoms.positions[i] + SHARE * sd * rng.standard_normal((len(i), 3)),
                atoms.cell.array,
                a,
                near=found,
            )
            for i, sd, found in zip(members, spread, orientations, strict=True)
        ]
        errors.append((disorientation(*displaced)[0] - value) / SHARE)
    return Estimate(value, float(np.sqrt(np.mean(np.square(errors)))), "°", min(len(i) for i in members))


def has_turned(measured: Estimate, built_deg: float) -> bool:
    """Tell whether the misorientation differs from the built one by more than tolerance and error explain."""
    return abs(measured.value - built_deg) > TOLERANCE_DEG + CERTAINTY * measured.standard_error
