"""The sites that a crystal's file lists, each with all its equivalents in the cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from grainway.array_types import FloatArray, IntArray

Operations = list[tuple[IntArray, FloatArray]]

SAME_FRACTION = 1e-3
"""Positions nearer than this along each axis, in fractions of the cell, are one site: files round them."""


@dataclass(frozen=True, eq=False)
class SiteRow:
    """One line of a file's list of sites.

    Attributes:
        label: its name in the file.
        element: symbol.
        charge: oxidation state that the file gives, e; None where it gives none.
        occupancy: share of the sites that is filled; None where the file does not say.
        positions: all equivalent sites of the cell, shape (n, 3), fractions in [0, 1).
    """

    label: str
    element: str
    charge: int | None
    occupancy: float | None
    positions: FloatArray


@dataclass(frozen=True, eq=False)
class SiteListing:
    """A crystal as its file lists it.

    Attributes:
        source: the file.
        cell: lengths, Å, and angles, degrees: a, b, c, alpha, beta, gamma.
        rows: its sites.
        space_group: symbol or number; empty where none is given.
        name: chemical name; empty for none.
        formula: amount of each element; empty for none.
        formal_charges: e per element, as far as given.
        closest: shortest allowed distance per pair of elements, as far as given, Å.
    """

    source: str
    cell: tuple[float, float, float, float, float, float]
    rows: tuple[SiteRow, ...]
    space_group: str = ""
    name: str = ""
    formula: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    formal_charges: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    closest: Mapping[tuple[str, str], float] = field(default_factory=lambda: MappingProxyType({}))


def into_unit_cell(fractions: FloatArray) -> FloatArray:
    """Return fractions in [0, 1); what rounding leaves just below 0 becomes 0 rather than 1."""
    return np.asarray((fractions % 1.0) % 1.0)


def equivalent_sites(site: FloatArray, operations: Operations) -> FloatArray:
    """Return a site's orbit under the operations of a space group, shape (n, 3), in the order of these."""
    orbit: list[FloatArray] = []
    for rotation, translation in operations:
        image = into_unit_cell(rotation @ site + translation % 1.0)
        apart = image - np.array(orbit).reshape(-1, 3)
        apart -= np.round(apart)
        if not np.any(np.all(np.abs(apart) < SAME_FRACTION, axis=1)):
            orbit.append(image)
    return np.array(orbit)
