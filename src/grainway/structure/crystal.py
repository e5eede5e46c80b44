"""A cubic ionic crystal as the builder needs it: sites of one primitive cell, charges, shortest distances."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Literal

import numpy as np
import numpy.typing as npt

from grainway.domain import DOPANT_CHARGE, DOPANT_HOST

FloatArray = npt.NDArray[np.float64]
StringArray = npt.NDArray[np.str_]
Centring = Literal["P", "I", "F"]

PRIMITIVE_CELLS: dict[str, int] = {"P": 1, "I": 2, "F": 4}
"""Primitive cells in the conventional cube."""


@dataclass(frozen=True, eq=False)
class IonicCrystal:
    """A cubic crystal with a framework and one mobile species on partially filled sites.

    Sites are given once per primitive cell of the lattice, so that any slab of whole lattice planes holds
    each of them exactly once per plane and cell: stoichiometry is a matter of counting.

    Attributes:
        name: chemical name.
        lattice_parameter: a, Å.
        centring: lattice type of the cube.
        framework_species: symbols per primitive cell, shape (n_framework,).
        framework_sites: fractions of the cubic cell, one per primitive cell, shape (n_framework, 3).
        lithium_sites: the same for the sites that lithium may occupy, shape (n_sites, 3).
        n_lithium: lithium ions per primitive cell that make it neutral.
        formal_charges: e per element.
        closest: shortest allowed starting distance per pair of elements, Å; both orders are present.
    """

    name: str
    lattice_parameter: float
    centring: Centring
    framework_species: StringArray
    framework_sites: FloatArray
    lithium_sites: FloatArray
    n_lithium: int
    formal_charges: dict[str, int]
    closest: dict[tuple[str, str], float]

    @property
    def atoms_per_primitive_cell(self) -> int:
        """Framework and lithium ions per primitive cell."""
        return len(self.framework_species) + self.n_lithium

    @property
    def primitive_volume(self) -> float:
        """Volume of the primitive cell, Å³."""
        return self.lattice_parameter**3 / PRIMITIVE_CELLS[self.centring]

    def mean_charges(self) -> tuple[FloatArray, FloatArray]:
        """Return all sites and the mean formal charge on each, shapes (n, 3) and (n,), fractions and e.

        Lithium is spread evenly over its sites; the charges add to zero.
        """
        framework = [float(self.formal_charges[str(s)]) for s in self.framework_species]
        lithium = self.formal_charges["Li"] * self.n_lithium / max(len(self.lithium_sites), 1)
        sites = np.vstack([self.framework_sites, self.lithium_sites])
        return sites, np.array([*framework, *[lithium] * len(self.lithium_sites)])

    def limit(self, first: str, second: str) -> float:
        """Return the closest distance of two elements, Å; a dopant takes those of the ion it replaces."""
        return self.closest[DOPANT_HOST.get(first, first), DOPANT_HOST.get(second, second)]

    def charge(self, element: str) -> int:
        """Return the formal charge of an element of the crystal or of a dopant, e."""
        return self.formal_charges[element] if element in self.formal_charges else DOPANT_CHARGE[element]

    @property
    def framework_per_formula_unit(self) -> int:
        """Framework atoms of the smallest whole-number formula: 17 for La3Zr2O12."""
        _, counts = np.unique(self.framework_species, return_counts=True)
        return len(self.framework_species) // gcd(self.n_lithium, *(int(n) for n in counts))
