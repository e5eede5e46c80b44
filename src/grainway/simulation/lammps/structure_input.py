"""Structures that a user hands over, turned into the orientation that LAMMPS works in."""

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import read

from grainway.errors import ConfigError


def read_structure(path: Path) -> Atoms:
    """Read the last structure of a file in any format that ASE knows, with a lower-triangular periodic cell.

    A cell that already is lower triangular keeps its orientation, and so its boundary normal along z.

    Raises:
        ConfigError: when the file cannot be read or holds no periodic cell.
    """
    try:
        atoms = read(path, index=-1)
    except Exception as error:  # every format of ASE has exceptions of its own
        raise ConfigError.about(
            "structure",
            str(path),
            f"it cannot be read ({error})",
            "Give an extxyz, CIF, POSCAR or data file.",
        ) from error
    if not isinstance(atoms, Atoms) or len(atoms) == 0 or abs(np.linalg.det(atoms.cell.array)) < 1e-6:
        raise ConfigError.about(
            "structure", str(path), "it needs atoms in a periodic cell", "Give the cell in the file."
        )
    atoms.pbc = True
    if np.abs(np.triu(atoms.cell.array, 1)).max() > 1e-9:
        standard, _ = atoms.cell.standard_form()
        atoms.set_cell(standard, scale_atoms=True)
    return atoms
