"""Structures in the formats that other programs read."""

from pathlib import Path

import numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from ase.io import write

from grainway.errors import StructureError
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.crystal.garnet import load_garnet

FORMATS = {".extxyz": "extxyz", ".xyz": "extxyz", ".data": "lammps-data", ".cif": "cif", ".vasp": "vasp"}


def format_of(path: Path) -> str:
    """Return the format that a file's name stands for.

    Raises:
        StructureError: when it stands for none.
    """
    kind = "vasp" if path.name.startswith("POSCAR") else FORMATS.get(path.suffix.lower())
    if kind is None:
        raise StructureError.about(
            "output",
            str(path),
            f"a name ending in {', '.join(FORMATS)}, or POSCAR",
            "Rename the output file.",
        )
    return kind


def write_structure(atoms: Atoms, path: Path, crystal: IonicCrystal | None = None) -> None:
    """Write a structure; the format follows the file's name.

    A LAMMPS data file has atom style ``charge``: formal charges (e), masses, lithium as type 1 and the other
    elements by falling atomic number, positions in the cell, Å.

    Args:
        atoms: the structure.
        path: ``.extxyz``, ``.data`` (LAMMPS), ``.cif``, ``.vasp``, or a name that starts with POSCAR.
        crystal: whose formal charges are meant; cubic Li7La3Zr2O12 unless given.

    Raises:
        StructureError: for an unknown format.
        OSError: when the file cannot be written.
    """
    kind = format_of(path)
    if kind == "lammps-data":
        crystal = crystal or load_garnet()
        symbols = atoms.get_chemical_symbols()
        charged = atoms.copy()
        charged.set_initial_charges([crystal.charge(symbol) for symbol in symbols])
        elements = sorted(set(symbols), key=lambda e: (e != "Li", -atomic_numbers[e]))
        write(path, charged, format=kind, atom_style="charge", units="metal", masses=True, specorder=elements)
    elif kind == "vasp":
        write(path, atoms[np.argsort(atoms.numbers, kind="stable")], format=kind, direct=True)
    else:
        write(path, atoms, format=kind)
