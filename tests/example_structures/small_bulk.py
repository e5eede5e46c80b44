"""One cubic cell of the garnet, set up for a run."""

import numpy as np

from grainway.simulation import RunSetup, load_potential
from grainway.structure import bulk_crystal, lithium_ordering


def small_bulk(protocol, potential="buck_core_zm", seed=11):
    """Return the setup of 192 atoms, which of them are framework, and the grain of each.

    Args:
        protocol: of the run.
        potential: the name of a shipped one, or one itself.
        seed: of the velocities.
    """
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    setup = RunSetup(
        atoms=atoms,
        potential=load_potential(potential) if isinstance(potential, str) else potential,
        protocol=protocol,
        kind="bulk",
        band=np.zeros(len(atoms), dtype=bool),
        seed=seed,
    )
    return setup, atoms.numbers != 3, np.zeros(len(atoms), dtype=np.int64)
