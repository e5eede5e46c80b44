"""Energy, forces and virial of a configuration as sums over pairs, for a potential and its committee at once.

Fitted interactions of one potential and of the members of its committee share grids and joins: one search of
neighbours and one evaluation of the basis serve every set of coefficients.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from grainway.array_types import FloatArray, IndexArray
from grainway.geometry.periodic_neighbours import PeriodicNeighbours
from grainway.simulation.potentials.pair.spline_potential import Pair, SplinePotential


@dataclass(frozen=True, slots=True, eq=False)
class PairSums:
    """What sets of coefficients give for one configuration.

    Attributes:
        energies: shape (n_sets,), eV.
        forces: shape (n_sets, n_atoms, 3), eV/Å.
        virials: Σ r⊗f, shape (n_sets, 3, 3), eV; the stress is minus it over the volume.
    """

    energies: FloatArray
    forces: FloatArray
    virials: FloatArray


def own_coefficients(potential: SplinePotential) -> dict[Pair, FloatArray]:
    """Return the potential's coefficients as one set, by pair of shape (n_functions, 1), eV."""
    return {pair: np.array(form.coefficients)[:, None] for pair, form in potential.pairs.items()}


def committee_coefficients(potential: SplinePotential) -> dict[Pair, FloatArray]:
    """Return those of the committee, by pair of shape (n_functions, n_members), eV; none without one."""
    if potential.committee is None:
        return {}
    return {pair: np.array(rows).T for pair, rows in potential.committee.coefficients.items()}


def pair_sums(
    potential: SplinePotential,
    coefficients: Mapping[Pair, FloatArray],
    symbols: Sequence[str],
    positions: FloatArray,
    cell: FloatArray,
) -> PairSums:
    """Sum the interactions of a periodic configuration over its pairs.

    Args:
        potential: elements, grids, joins and energies of atoms.
        coefficients: of each pair, shape (n_functions, n_sets), eV.
        symbols: element of each atom.
        positions: anywhere, shape (n_atoms, 3), Å.
        cell: rows are the cell vectors, Å.

    Raises:
        ConfigError: an element that was not fitted, or two that no frame held together.
    """
    names = np.array(symbols)
    n_sets = next(iter(coefficients.values())).shape[1]
    energies = np.full(n_sets, sum(potential.energies[symbol] for symbol in symbols))
    forces = np.zeros((len(names), 3 * n_sets))
    virials = np.zeros((n_sets, 3, 3))
    for table in potential.tables(tuple(dict.fromkeys(symbols))):
        a, b = table.first, table.second
        first, second = np.flatnonzero(names == a), np.flatnonzero(names == b)
        i, j, r, direction = directed_pairs(positions, cell, first, second, table.cutoff)
        value, push = potential.pairs[a, b].evaluate_sets(coefficients[a, b], r)
        # like pairs stand twice, once from each end
        share = 0.5 if a == b else 1.0
        energies += share * value.sum(0)
        virials += share * np.einsum("ns,ni,nj->sij", push * r[:, None], direction, direction)
        on_second = (push[:, :, None] * direction[:, None, :]).reshape(len(r), 3 * n_sets)
        forces -= _gathered(i, len(names)) @ on_second
        if a != b:
            forces += _gathered(j, len(names)) @ on_second
    return PairSums(energies, forces.reshape(len(names), n_sets, 3).swapaxes(0, 1), virials)


def directed_pairs(
    positions: FloatArray, cell: FloatArray, first: IndexArray, second: IndexArray, cutoff: float
) -> tuple[IndexArray, IndexArray, FloatArray, FloatArray]:
    """Return pairs of one kind of atom with another, over all periodic images, below the cut-off.

    Args:
        positions: of all atoms, shape (n_atoms, 3), Å.
        cell: rows are the cell vectors, Å.
        first: atoms of one kind.
        second: atoms of the other kind, or the same atoms.
        cutoff: Å.

    Returns:
        Numbers of both atoms, distances in Å and unit vectors from the first to the second; shapes (n_pairs,)
        and (n_pairs, 3). Pairs of like atoms stand twice.
    """
    neighbours = PeriodicNeighbours(positions[second], cell, cutoff)
    i, j, r, vectors = neighbours.vectors(positions[first])
    kept = (r > 1e-8) & (r < cutoff)
    return first[i[kept]], second[j[kept]], r[kept], vectors[kept] / r[kept, None]


def _gathered(owner: IndexArray, n_atoms: int) -> csr_array:
    """Return the matrix that adds what belongs to each atom, shape (n_atoms, n_pairs)."""
    ones = np.ones(len(owner))
    return csr_array((ones, (owner, np.arange(len(owner)))), shape=(n_atoms, len(owner)))
