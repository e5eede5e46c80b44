"""Two grains cut at lattice planes and stacked into one periodic cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grainway.domain import BoundarySpec
from grainway.structure.contact import contact_gap
from grainway.structure.csl import Indices, PlaneLattice, plane_lattice
from grainway.structure.misorientation import lab_rotation

FloatArray = npt.NDArray[np.float64]

_ON_PLANE = 1e-7  # an atom on the cut belongs to the upper side, whatever the rounding


@dataclass(frozen=True, eq=False)
class Slab:
    """A grain's lattice in the laboratory: x along the axis, z along the normal.

    Attributes:
        lattice: the exact plane lattice.
        basis: b1, b2, b3 as rows, shape (3, 3), Å.
        to_fractions: cubic fractions to fractions of the basis, shape (3, 3).
    """

    lattice: PlaneLattice
    basis: FloatArray
    to_fractions: FloatArray

    @property
    def spacing(self) -> float:
        """Distance between lattice planes, Å."""
        return float(self.basis[2, 2])

    def fill(self, sites: FloatArray, planes: int, cut: float) -> FloatArray:
        """Return every site with cut ≤ z/d < cut + planes, one per site and plane.

        Args:
            sites: cubic fractions, one per primitive cell, shape (n, 3).
            planes: number of lattice planes.
            cut: height of the lower cut in plane spacings.

        Returns:
            Positions ordered by site, then plane, shape (n·planes, 3), Å, with z measured from the lattice
            origin; in-plane fractions in [0, 1).
        """
        fractions = sites @ self.to_fractions
        first = np.ceil(cut - fractions[:, 2] - _ON_PLANE)
        layer = first[:, None] + np.arange(planes)
        stacked = np.repeat(fractions[:, None, :], planes, axis=1)
        stacked[..., 2] += layer
        flat = stacked.reshape(-1, 3)
        positions = flat @ self.basis
        return wrap_in_plane(positions, self.basis)


def wrap_in_plane(positions: FloatArray, cell: FloatArray) -> FloatArray:
    """Wrap x and y into the in-plane cell and leave z alone; a coordinate within rounding of 1 becomes 0."""
    in_plane = cell[:2, :2]
    fractions = positions[:, :2] @ np.linalg.inv(in_plane)
    fractions -= np.floor(fractions + _ON_PLANE)
    return np.column_stack([fractions @ in_plane, positions[:, 2]])


def slab(normal: Indices, axis: Indices, lattice_parameter: float) -> Slab:
    """Return a grain's lattice turned so that ``axis`` is along x and ``normal`` along z."""
    lattice = plane_lattice(normal, axis)
    half = lattice_parameter / 2
    crystal_rows = np.array([lattice.b1, lattice.b2, lattice.b3], dtype=np.float64) * half
    basis = crystal_rows @ lab_rotation(axis, normal).T
    # components that are zero or equal by geometry are made so, for bytes that do not depend on rounding
    basis[0, 1:] = 0.0
    basis[1, 2] = 0.0
    basis[1, 0] = 0.0 if not lattice.centred else basis[0, 0] / 2
    to_fractions = np.asarray(np.linalg.inv(crystal_rows) * lattice_parameter, dtype=np.float64)
    return Slab(lattice, basis, to_fractions)


@dataclass(frozen=True, eq=False)
class Bicrystal:
    """The frame of a boundary cell: two slabs, the cell and the boundaries.

    Attributes:
        lower: slab of grain 0.
        upper: slab of grain 1.
        cell: cell rows, lower triangular, shape (3, 3), Å.
        shift: rigid translation of the upper grain from the coincident position, shape (3,), Å.
        gaps: contact gaps of the two boundaries, Å.
        boundary_positions: heights of the two boundaries, Å.
        cut: height of the cut in plane spacings.
        planes: lattice planes per grain.
    """

    lower: Slab
    upper: Slab
    cell: FloatArray
    shift: FloatArray
    gaps: tuple[float, float]
    boundary_positions: tuple[float, float]
    cut: float
    planes: int

    def lower_positions(self, sites: FloatArray) -> FloatArray:
        """Return the lower grain's sites in the cell, shape (n·planes, 3), Å."""
        positions = self.lower.fill(sites, self.planes, self.cut - self.planes)
        positions[:, 2] += self.boundary_positions[0] - self.gaps[0] / 2 - self.cut * self.lower.spacing
        return positions

    def upper_positions(self, sites: FloatArray) -> FloatArray:
        """Return the upper grain's sites in the cell, shape (n·planes, 3), Å."""
        positions = self.upper.fill(sites, self.planes, self.cut)
        positions += self.shift
        positions[:, 2] += self.boundary_positions[0] + self.gaps[0] / 2 - self.cut * self.upper.spacing
        return wrap_in_plane(positions, self.cell)


def join(
    spec: BoundarySpec,
    lattice_parameter: float,
    sites: FloatArray,
    species: npt.NDArray[np.str_],
    closest: dict[tuple[str, str], float],
) -> Bicrystal:
    """Place two slabs at contact on both sides.

    Both grains share a lattice point at the origin when the translation is zero, so that without
    misorientation the perfect crystal comes back. The cell's third vector carries the lateral part of the
    stacking of both grains plus twice the translation, which makes the second boundary the inverse of the
    first as far as the cut allows.

    Args:
        spec: the recipe.
        lattice_parameter: a, Å.
        sites: framework sites, cubic fractions, one per primitive cell, shape (n, 3).
        species: their symbols, shape (n,).
        closest: shortest allowed starting distance per pair, Å.

    Returns:
        The frame, with gaps opened.
    """
    lower = slab(spec.normal_a, spec.axis, lattice_parameter)
    upper = slab(spec.normal_b, spec.axis, lattice_parameter)
    k = spec.planes
    cell = lower.basis.copy()
    shift = spec.translation[0] * cell[0] + spec.translation[1] * np.array([0.0, cell[1, 1], 0.0])
    names = np.repeat(species, k)
    below = lower.fill(sites, k, spec.termination - k)
    above = upper.fill(sites, k, spec.termination)
    height = spec.termination * lower.spacing
    stacking = k * (lower.basis[2] + upper.basis[2]) + 2 * shift
    first = contact_gap(below - [0, 0, height], names, above + shift - [0, 0, height], names, cell, closest)
    top = above + shift - [0, 0, height + k * upper.spacing]
    bottom = below + stacking - [0, 0, height + k * upper.spacing]
    second = contact_gap(top, names, bottom, names, cell, closest)
    total = k * (lower.spacing + upper.spacing) + first + second
    lateral = _reduced(stacking[:2], cell)
    cell[2] = [lateral[0], lateral[1], total]
    if cell[1, 0] > cell[0, 0] / 2 + 1e-9:
        cell[1, 0] -= cell[0, 0]
    start = k * lower.spacing + second / 2 + first / 2
    return Bicrystal(lower, upper, cell, shift, (first, second), (start, total), spec.termination, k)


def _reduced(lateral: FloatArray, cell: FloatArray) -> FloatArray:
    """Reduce an in-plane vector to the smallest equivalent x and y, as LAMMPS asks of a tilted cell."""
    steps_2 = np.floor(lateral[1] / cell[1, 1] + 0.5 - _ON_PLANE)
    reduced = lateral - steps_2 * cell[1, :2]
    steps_1 = np.floor(reduced[0] / cell[0, 0] + 0.5 - _ON_PLANE)
    result = reduced - steps_1 * cell[0, :2]
    result[np.abs(result) < 1e-9] = 0.0
    return np.asarray(result)
