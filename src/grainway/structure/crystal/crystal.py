"""A cubic ionic crystal as the builder needs it: sites of one primitive cell, charges, shortest distances."""

import json
from dataclasses import dataclass
from hashlib import sha256
from math import gcd
from typing import Literal

import numpy as np

from grainway.array_types import FloatArray, StringArray
from grainway.domain import DOPANT_CHARGE, DOPANT_HOST
from grainway.structure.lattice.cubic_lattice import PRIMITIVE_CELLS, Centring


@dataclass(frozen=True, slots=True)
class SharedSites:
    """Sites that several elements share, alike in what they hold.

    Attributes:
        place: ``"framework"`` or ``"lithium"``, the list of sites that ``sites`` counts in.
        sites: which of them, ascending.
        host: the element that the crystal lists there.
        fractions: share of the sites for each other element, by element; the host has the rest, or lithium
            and vacancies.
    """

    place: Literal["framework", "lithium"]
    sites: tuple[int, ...]
    host: str
    fractions: tuple[tuple[str, float], ...]


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
        shared_sites: sites with more than one element, which are drawn for each grain when it is built;
            species, sites and ``n_lithium`` above are those of the crystal with every such site given to its
            host.
        lithium_excess: lithium that a file's occupancies hold beyond neutrality, as a share of it; None where
            no occupancies were given.
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
    shared_sites: tuple[SharedSites, ...] = ()
    lithium_excess: float | None = None

    @property
    def digest(self) -> str:
        """sha256 of everything that decides what is built, hexadecimal; coordinates to 1e-9."""
        content = [
            self.name,
            round(self.lattice_parameter, 9),
            self.centring,
            [str(s) for s in self.framework_species],
            np.round(self.framework_sites, 9).tolist(),
            np.round(self.lithium_sites, 9).tolist(),
            self.n_lithium,
            sorted(self.formal_charges.items()),
            sorted((*pair, round(d, 9)) for pair, d in self.closest.items()),
            [repr(shared) for shared in self.shared_sites],
        ]
        return sha256(json.dumps(content).encode()).hexdigest()

    @property
    def atoms_per_primitive_cell(self) -> int:
        """Framework and lithium ions per primitive cell; the most it can have where sites are shared."""
        return len(self.framework_species) + self.n_lithium

    @property
    def primitive_volume(self) -> float:
        """Volume of the primitive cell, Å³."""
        return self.lattice_parameter**3 / PRIMITIVE_CELLS[self.centring]

    def mean_charges(self) -> tuple[FloatArray, FloatArray]:
        """Return all sites and the mean formal charge on each, shapes (n, 3) and (n,), fractions and e.

        Lithium is spread evenly over its sites, shared sites have their mean; the charges add to zero.
        """
        framework = np.array([float(self.formal_charges[str(s)]) for s in self.framework_species])
        guests = np.zeros(len(self.lithium_sites))
        for shared in self.shared_sites:
            rows = list(shared.sites)
            for element, fraction in shared.fractions:
                if shared.place == "framework":
                    surplus = self.formal_charges[element] - self.formal_charges[shared.host]
                    framework[rows] += fraction * surplus
                else:
                    guests[rows] += fraction * self.formal_charges[element]
        lithium = -(framework.sum() + guests.sum()) / max(len(self.lithium_sites), 1)
        sites = np.vstack([self.framework_sites, self.lithium_sites])
        return sites, np.concatenate([framework, guests + lithium])

    def limit(self, first: str, second: str) -> float:
        """Return the closest distance of two elements, Å.

        A dopant that is no part of the crystal takes the distances of the ion it replaces.
        """
        own = self.formal_charges
        return self.closest[
            first if first in own else DOPANT_HOST.get(first, first),
            second if second in own else DOPANT_HOST.get(second, second),
        ]

    def charge(self, element: str) -> int:
        """Return the formal charge of an element of the crystal or of a dopant, e."""
        return self.formal_charges[element] if element in self.formal_charges else DOPANT_CHARGE[element]

    @property
    def framework_per_formula_unit(self) -> int:
        """Framework atoms of the smallest whole-number formula: 17 for La3Zr2O12."""
        _, counts = np.unique(self.framework_species, return_counts=True)
        return len(self.framework_species) // gcd(self.n_lithium, *(int(n) for n in counts))
