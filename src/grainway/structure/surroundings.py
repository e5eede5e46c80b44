"""What stands around a point of a built cell: clearance from the framework and bonding to its oxygen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from grainway.structure.contact import periodic_images
from grainway.structure.crystal import IonicCrystal

FloatArray = npt.NDArray[np.float64]

_REACH_A = 3.3
_BOND_LENGTH_A = 1.466
_BOND_SOFTNESS_A = 0.37
"""Bond valence of Li-O, exp((1.466 - d)/0.37): I. D. Brown and D. Altermatt, Acta Cryst. B41 (1985) 244."""
_VALENCE_WEIGHT = 4.0
_CATION_LENGTH_A = 2.9


@dataclass(frozen=True, eq=False)
class Surroundings:
    """Framework atoms near the places in question, by element.

    Attributes:
        trees: tree of the atoms with their periodic images, per element.
        crystal: closest distances.
    """

    trees: Mapping[str, cKDTree]
    crystal: IonicCrystal

    def clearance(self, points: FloatArray, ion: str = "Li") -> FloatArray:
        """Return the shortest distance to the framework over the closest allowed one, shape (n,)."""
        found = np.full(len(points), np.inf)
        for element, tree in self.trees.items():
            limit = self.crystal.limit(ion, element)
            nearest, _ = tree.query(points, distance_upper_bound=2.0 * limit)
            found = np.minimum(found, nearest / limit)
        return found

    def roomy(self, points: FloatArray, ion: str = "Li") -> npt.NDArray[np.bool_]:
        """Say at which points an ion is nowhere too close to the framework, shape (n,)."""
        left = np.arange(len(points))
        # the largest ions first: they rule out most points
        for element in sorted(self.trees, key=lambda e: (-self.crystal.limit(ion, e), e)):
            limit = self.crystal.limit(ion, element)
            nearest, _ = self.trees[element].query(points[left], distance_upper_bound=limit)
            left = left[nearest >= limit]
        found = np.zeros(len(points), dtype=bool)
        found[left] = True
        return found

    def site_energy(self, points: FloatArray) -> FloatArray:
        """Return how badly a lithium ion is bonded at each point, shape (n,), units of kT.

        The square of what its bond valence lacks or exceeds 1 by, and a soft repulsion from cations: enough
        to tell a hole in the oxygen from a place squeezed between cations, no energy of a potential.
        """
        energy = np.zeros(len(points))
        for element, tree in self.trees.items():
            pairs = cKDTree(points).sparse_distance_matrix(tree, _REACH_A, output_type="coo_matrix")
            if element == "O":
                bonds = np.exp((_BOND_LENGTH_A - pairs.data) / _BOND_SOFTNESS_A)
                valence = np.bincount(pairs.row, weights=bonds, minlength=len(points))
                energy += _VALENCE_WEIGHT * (valence - 1.0) ** 2
            elif self.crystal.charge(element) > 0:
                push = (_CATION_LENGTH_A / np.maximum(pairs.data, 1.0)) ** 8
                energy += np.bincount(pairs.row, weights=push, minlength=len(points))
        return energy


def surroundings(
    framework: FloatArray,
    species: npt.NDArray[np.str_],
    cell: FloatArray,
    crystal: IonicCrystal,
    near: npt.NDArray[np.bool_],
) -> Surroundings:
    """Return the framework around the places near the boundaries.

    Args:
        framework: positions, shape (n, 3), Å.
        species: symbols, shape (n,).
        cell: cell rows, shape (3, 3), Å.
        crystal: closest distances.
        near: which atoms can matter, shape (n,).
    """
    reach = max(_REACH_A, 2.0 * max(crystal.closest.values()))
    trees: dict[str, cKDTree] = {}
    for element in np.unique(species):
        images, _ = periodic_images(framework[near & (species == element)], cell, reach)
        trees[str(element)] = cKDTree(images)
    return Surroundings(trees, crystal)
