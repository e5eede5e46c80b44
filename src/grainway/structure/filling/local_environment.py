"""What stands around a point of a built cell: clearance from the framework and bonding to its anions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from grainway.array_types import BoolArray, FloatArray, StringArray
from grainway.errors import StructureError
from grainway.geometry.periodic_points import pairs_within, periodic_images, tree_of
from grainway.structure.crystal.crystal import IonicCrystal

_REACH_A = 3.3  # a bond to oxygen of this length has a valence of 0.007
_BOND_LENGTH_A = {
    "O": 1.466, "F": 1.360, "Cl": 1.91, "Br": 2.02, "I": 2.22, "S": 1.94, "Se": 2.09, "N": 1.61,
}  # fmt: skip
_BOND_SOFTNESS_A = 0.37
"""Bond valence of lithium, exp((R - d)/0.37): R of Li-O by I. D. Brown and D. Altermatt, Acta Cryst. B41
(1985) 244, of the other anions by N. E. Brese and M. O'Keeffe, Acta Cryst. B47 (1991) 192."""
_VALENCE_WEIGHT = 4.0
_CATION_LENGTH_A = 2.9
"""kT per squared valence unit, and the distance at which a cation costs 1 kT. They only rank places for the
start of a run, whose annealing moves lithium on: a place without any bond costs 4 kT."""


@dataclass(frozen=True, eq=False)
class LocalEnvironment:
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

    def roomy(self, points: FloatArray, ion: str = "Li") -> BoolArray:
        """Say at which points an ion is nowhere too close to the framework, shape (n,)."""
        left = np.arange(len(points))
        # the largest ions first: they rule out most points
        for element in sorted(self.trees, key=lambda e: (-self.crystal.limit(ion, e), e)):
            limit = self.crystal.limit(ion, element)
            near, _, distance = pairs_within(tree_of(points[left]), self.trees[element], limit)
            free = np.ones(len(left), dtype=bool)
            free[near[distance < limit]] = False
            left = left[free]
        found = np.zeros(len(points), dtype=bool)
        found[left] = True
        return found

    def site_energy(self, points: FloatArray) -> FloatArray:
        """Return how badly a lithium ion is bonded at each point, shape (n,), units of kT.

        The square of what its bond valence lacks or exceeds 1 by, and a soft repulsion from cations: enough
        to tell a hole among the anions from a place squeezed between cations, no energy of a potential.

        Raises:
            StructureError: when there is an anion whose bond with lithium is not known.
        """
        energy, valence = np.zeros(len(points)), np.zeros(len(points))
        own = tree_of(points)
        for element, tree in self.trees.items():
            near, _, distance = pairs_within(own, tree, _REACH_A)
            if self.crystal.charge(element) < 0:
                bonds = np.exp((_bond_length(element) - distance) / _BOND_SOFTNESS_A)
                valence += np.bincount(near, weights=bonds, minlength=len(points))
            else:
                push = (_CATION_LENGTH_A / np.maximum(distance, 1.0)) ** 8
                energy += np.bincount(near, weights=push, minlength=len(points))
        return np.asarray(energy + _VALENCE_WEIGHT * (valence - 1.0) ** 2)


def _bond_length(anion: str) -> float:
    if anion not in _BOND_LENGTH_A:
        raise StructureError.about(
            "crystal",
            anion,
            f"the bond valence of lithium is known with {sorted(_BOND_LENGTH_A)}",
            "Take a crystal of these anions.",
        )
    return _BOND_LENGTH_A[anion]


def local_environment(
    framework: FloatArray,
    species: StringArray,
    cell: FloatArray,
    crystal: IonicCrystal,
    near: BoolArray,
    reach: float = 0.0,
) -> LocalEnvironment:
    """Return the framework around the places near the boundaries.

    Args:
        framework: positions, shape (n, 3), Å.
        species: symbols, shape (n,).
        cell: cell rows, shape (3, 3), Å.
        crystal: closest distances.
        near: which atoms can matter, shape (n,).
        reach: how far out periodic images are wanted, Å; never less than what lithium feels.
    """
    reach = max(_REACH_A, reach, max(crystal.closest.values()))
    images, owner = periodic_images(framework[near], cell, reach)
    names = species[near][owner]
    return LocalEnvironment({str(e): tree_of(images[names == e]) for e in np.unique(names)}, crystal)
