"""Structures away from equilibrium: strained, rattled, short of ions, or with ions pushed together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list

from grainway.array_types import FloatArray
from grainway.errors import ConfigError, StructureError

CONTACTS: tuple[tuple[str, str, float, float], ...] = (
    ("O", "O", 1.5, 2.2),
    ("Li", "Li", 1.3, 2.0),
    ("Li", "O", 1.2, 1.6),
    ("Zr", "O", 1.5, 1.75),
    ("La", "O", 1.7, 2.05),
    ("Li", "Zr", 1.8, 2.3),
    ("Li", "La", 2.1, 2.7),
    ("La", "La", 2.6, 3.3),
    ("Zr", "Zr", 2.4, 3.2),
    ("La", "Zr", 2.5, 3.1),
)
"""Pairs and the distances, Å, that they are pushed to: from well inside to the edge of what heat reaches."""
_REACH_A = 5.5
_CLOSEST_PAIRS = 20
_PAIRS_PER_FRAME = 3


def strained(atoms: Atoms, strain: Sequence[float]) -> Atoms:
    """Return a homogeneously deformed copy whose cell rows stay lower triangular.

    Args:
        atoms: orthogonal cell.
        strain: Voigt-like (xx, yy, zz, yz, xz, xy): engineering-free entries of an upper triangular
            deformation gradient less one, so that xy tilts the second cell vector along x.
    """
    xx, yy, zz, yz, xz, xy = strain
    gradient = np.array([[1 + xx, xy, xz], [0.0, 1 + yy, yz], [0.0, 0.0, 1 + zz]])
    copy: Atoms = atoms.copy()
    copy.set_cell(copy.cell.array @ gradient.T, scale_atoms=True)
    return copy


def scaled(atoms: Atoms, factor: float) -> Atoms:
    """Return a copy with all lengths multiplied."""
    copy: Atoms = atoms.copy()
    copy.set_cell(copy.cell.array * factor, scale_atoms=True)
    return copy


def rattled(atoms: Atoms, amplitude: float, rng: np.random.Generator) -> Atoms:
    """Return a copy with normal displacements of standard deviation ``amplitude``, Å, per coordinate."""
    copy: Atoms = atoms.copy()
    copy.positions += rng.normal(0.0, amplitude, copy.positions.shape)
    return copy


def depleted(atoms: Atoms, removed: Sequence[tuple[str, int]], rng: np.random.Generator) -> Atoms:
    """Return a copy from which ions drawn at random are gone.

    Args:
        atoms: the structure.
        removed: pairs of symbol and number. A teacher knows no charges, so that the cell may be charged.
        rng: of the draw.

    Raises:
        StructureError: when there are fewer ions than are to go.
    """
    symbols = np.array(atoms.get_chemical_symbols())
    gone: list[int] = []
    for symbol, count in removed:
        there = np.flatnonzero(symbols == symbol)
        if count > len(there):
            raise StructureError.about(
                "removed", (symbol, count), f"at most the {len(there)} that are there", "Remove fewer."
            )
        gone += rng.choice(there, count, replace=False).tolist()
    copy: Atoms = atoms.copy()
    del copy[sorted(gone)]
    return copy


def pushed_together(atoms: Atoms, rng: np.random.Generator) -> Atoms:
    """Return a copy in which three pairs of neighbours, of different species pairs, are in close contact.

    Potentials that have never seen a close contact let ions pass through each other at high temperature.

    Args:
        atoms: a thermal structure.
        rng: draws the pairs of species, the pairs of ions and their distances.
    """
    copy: Atoms = atoms.copy()
    symbols = np.array(copy.get_chemical_symbols())
    used: list[int] = []
    for choice in rng.permutation(len(CONTACTS))[:_PAIRS_PER_FRAME]:
        first, second, low, high = CONTACTS[choice]
        i, j, distance, vector = neighbor_list("ijdD", copy, _REACH_A)
        fitting = (symbols[i] == first) & (symbols[j] == second) & ~np.isin(i, used) & ~np.isin(j, used)
        if not fitting.any():
            continue
        nearest = np.flatnonzero(fitting)[np.argsort(distance[fitting])[:_CLOSEST_PAIRS]]
        pair = int(rng.choice(nearest))
        wanted = rng.uniform(low, high)
        step = vector[pair] / distance[pair] * (distance[pair] - wanted) / 2
        copy.positions[i[pair]] += step
        copy.positions[j[pair]] -= step
        used += [int(i[pair]), int(j[pair])]
    return copy


def with_vacuum(atoms: Atoms, thickness: float, shift: float) -> Atoms:
    """Return a slab: the crystal cut across its third cell vector, with vacuum between its faces.

    Args:
        atoms: periodic crystal.
        thickness: of the vacuum along z, Å.
        shift: that the crystal is moved by along z before it is cut, Å; sets the termination.

    Raises:
        ConfigError: when the vacuum is not positive.
    """
    if not thickness > 0:
        raise ConfigError.about("vacuum", thickness, "above 0 Å", "Use about 12.")
    copy: Atoms = atoms.copy()
    copy.positions += np.array([0.0, 0.0, shift])
    copy.wrap()
    cell: FloatArray = copy.cell.array.copy()
    cell[2] *= (cell[2, 2] + thickness) / cell[2, 2]
    copy.set_cell(cell)
    return copy
