"""A cubic ionic crystal as the builder needs it: sites of one primitive cell, charges, shortest distances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

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
