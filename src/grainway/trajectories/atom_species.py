"""Which element each atom of a trajectory is."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from grainway.errors import AnalysisError
from grainway.trajectories.frame import Frame


def species_of(
    frame: Frame, types: Sequence[str] | None = None, topology: Path | None = None
) -> tuple[str, ...]:
    """Return the chemical symbol of each atom.

    Args:
        frame: the first of the trajectory.
        types: symbols of the atom types 1, 2, ...; counts more than what the file says.
        topology: a file that ASE reads (LAMMPS data, POSCAR, CIF, extxyz) with the same atoms in the same
            order, LAMMPS data in that of the ids.

    Raises:
        AnalysisError: when nothing tells the elements, or what tells them does not fit.
    """
    if topology is not None:
        return _from_file(topology, frame.n_atoms)
    if types is not None:
        return _from_types(frame, types)
    if frame.species is not None:
        return frame.species
    raise AnalysisError(
        "the trajectory does not say which elements its atoms are. "
        "Give --types, the elements of the atom types in order, such as Li,La,Zr,O, "
        "or --topology with a structure file of the same atoms"
    )


def _from_types(frame: Frame, types: Sequence[str]) -> tuple[str, ...]:
    if frame.types is None:
        raise AnalysisError(
            "types were given, but the trajectory has no atom types. "
            "Give --topology with a structure file of the same atoms, or dump the column type"
        )
    highest, lowest = int(frame.types.max()), int(frame.types.min())
    if lowest < 1 or highest > len(types):
        raise AnalysisError.about(
            "types",
            ",".join(types),
            f"one element for each of the trajectory's types {lowest} to {highest}",
            "Name them all, in the order of their numbers.",
        )
    return tuple(np.array(types)[frame.types - 1].tolist())


def _from_file(topology: Path, n_atoms: int) -> tuple[str, ...]:
    from ase.io import read

    try:
        kind = "lammps-data" if topology.suffix in (".data", ".lmp") else None
        atoms = read(topology, format=kind)
    except Exception as error:  # readers of many formats fail in many ways
        raise AnalysisError(
            f"cannot read the topology {topology} ({type(error).__name__}: {error}); "
            "give a structure file that ASE reads"
        ) from error
    if isinstance(atoms, list) or len(atoms) != n_atoms:
        raise AnalysisError.about(
            f"number of atoms of {topology.name}",
            len(atoms),
            f"{n_atoms}, that of the trajectory",
            "Give a structure of the very atoms that were dumped.",
        )
    return tuple(atoms.get_chemical_symbols())
