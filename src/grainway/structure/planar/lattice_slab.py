"""A grain's lattice in the laboratory, cut into whole lattice planes."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from grainway.array_types import FloatArray
from grainway.domain import BoundarySpec
from grainway.domain.grain_boundary import Periods
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.lattice.cubic_lattice import Indices, cross, dot, plane_basis, plane_lattice
from grainway.structure.lattice.macroscopic_parameters import in_plane_cell
from grainway.structure.planar.array_device import Array

ON_PLANE = 1e-7  # an atom on the cut belongs to the upper side, whatever the rounding


@dataclass(frozen=True, eq=False)
class Slab:
    """A grain's lattice in the laboratory: x along the cell's first period, z along the normal.

    Attributes:
        normal: plane (hkl) along z.
        basis: the two periods and the vector from a plane to the next as rows, shape (3, 3), Å.
        cosets: points of the plane's lattice in one cell, shape (n_cells, 2), fractions of the periods.
        to_fractions: cubic fractions to fractions of the basis, shape (3, 3).
    """

    normal: Indices
    basis: FloatArray
    cosets: FloatArray
    to_fractions: FloatArray

    @property
    def spacing(self) -> float:
        """Distance between lattice planes, Å."""
        return float(self.basis[2, 2])

    def fill(self, sites: FloatArray, planes: int, cut: float) -> FloatArray:
        """Return every site with cut ≤ z/d < cut + planes, one per site, plane and cell of the plane.

        Args:
            sites: cubic fractions, one per primitive cell, shape (n, 3).
            planes: number of lattice planes.
            cut: height of the lower cut in plane spacings.

        Returns:
            Positions ordered by site, cell, plane, shape (n·n_cells·planes, 3), Å, with z measured from the
            lattice origin; in-plane fractions in [0, 1).
        """
        fractions = self.fractions(sites)
        height = fractions[:, :1, 2] + first_planes(fractions[:, :1, 2], cut) + np.arange(planes)
        x, y, z = self.place(fractions[:, :, None, 0], fractions[:, :, None, 1], height[:, None, :])
        x, y = wrap(np, x, y, self.basis)
        return np.stack([x, y, np.broadcast_to(z, x.shape)], axis=-1).reshape(-1, 3)

    def fractions(self, sites: FloatArray) -> FloatArray:
        """Return sites as fractions of the basis, once per cell of the plane, shape (n, n_cells, 3)."""
        # each sum has three terms in a fixed order: a matrix product may order them by the processor
        reduced = sum(sites[:, i, None] * self.to_fractions[i] for i in range(3))
        repeated = np.repeat(np.asarray(reduced)[:, None, :], len(self.cosets), axis=1)
        repeated[..., :2] += self.cosets
        return repeated

    def place(self, first: Array, second: Array, height: Array) -> tuple[Array, Array, Array]:
        """Return x, y, z of points given by their fractions; any shapes that combine, any array library."""
        (x1, _, _), (x2, y2, _), (x3, y3, z3) = self.basis.tolist()
        return first * x1 + second * x2 + height * x3, second * y2 + height * y3, height * z3

    def dipole(self, sites: FloatArray, charges: FloatArray, cut: float) -> float:
        """Return the dipole moment of one lattice plane, as cut, over its cross-section, e/Å.

        It is polarisation times spacing, whatever the number of planes; far from zero for a polar cut.

        Args:
            sites: cubic fractions, one per primitive cell, shape (n, 3).
            charges: mean charge on each site, e, shape (n,); they must add to zero.
            cut: height of the lower cut in plane spacings.
        """
        height = self.fractions(sites)[:, 0, 2]
        height += first_planes(height, cut)
        area = self.basis[0, 0] * self.basis[1, 1]
        return float(charges @ height) * len(self.cosets) * self.spacing / float(area)


def first_planes(height: FloatArray, cut: float | FloatArray) -> FloatArray:
    """Return by how many planes sites at ``height`` (in spacings) are moved to lie just above the cut."""
    return np.asarray(np.ceil(cut - height - ON_PLANE))


def wrap(xp: Any, x: Array, y: Array, cell: FloatArray) -> tuple[Array, Array]:
    """Wrap x and y into the in-plane cell; a coordinate within rounding of its end becomes its start."""
    (x1, _, _), (x2, y2, _), _ = cell.tolist()
    turns = xp.floor(y / y2 + ON_PLANE)
    x, y = x - turns * x2, y - turns * y2
    # x is taken along the first period from the edge that the second one makes
    edge = y * (x2 / y2)
    return x - xp.floor((x - edge) / x1 + ON_PLANE) * x1, y


def wrap_in_plane(positions: FloatArray, cell: FloatArray) -> FloatArray:
    """Wrap x and y of positions, shape (n, 3), into the in-plane cell and leave z alone."""
    x, y = wrap(np, positions[:, 0], positions[:, 1], cell)
    return np.column_stack([x, y, positions[:, 2]])


def framework_limits(crystal: IonicCrystal, contact_scale: float) -> dict[tuple[str, str], float]:
    """Return the distances at which two grains' frameworks are set in contact, Å, per pair."""
    present = set(map(str, crystal.framework_species))
    return {pair: d * contact_scale for pair, d in crystal.closest.items() if present.issuperset(pair)}


def spec_periods(spec: BoundarySpec, crystal: IonicCrystal) -> tuple[Periods, Periods]:
    """Return the cell's in-plane vectors in both grains, also where the recipe leaves them out."""
    if spec.periods_a is not None and spec.periods_b is not None:
        return spec.periods_a, spec.periods_b
    a, b = (plane_lattice(normal, spec.axis, crystal.centring) for normal in (spec.normal_a, spec.normal_b))
    return (a.b1, a.b2), (b.b1, b.b2)


def slabs(spec: BoundarySpec, crystal: IonicCrystal) -> tuple[Slab, Slab]:
    """Return both grains' lattices in the laboratory, stretched half way to their common cell.

    With exact coincidence nothing is stretched, and the in-plane cell is the lower grain's to the last bit.
    """
    periods = spec_periods(spec, crystal)
    half = crystal.lattice_parameter / 2
    own = [half * in_plane_cell(p) for p in periods]
    common = own[0] if spec.strain == 0.0 else (own[0] + own[1]) / 2
    common[np.abs(common) < 1e-9] = 0.0
    lower, upper = (
        _slab(normal, p, cell, common, crystal)
        for normal, p, cell in zip((spec.normal_a, spec.normal_b), periods, own, strict=True)
    )
    return lower, upper


def _slab(
    normal: Indices, periods: Periods, own: FloatArray, common: FloatArray, crystal: IonicCrystal
) -> Slab:
    half = crystal.lattice_parameter / 2
    b1, b2, b3 = plane_basis(normal, crystal.centring)
    first, second = periods
    across = cross(normal, first)
    stacking = half * np.array(
        [dot(b3, v) / sqrt(dot(v, v)) for v in (first, across, normal)], dtype=np.float64
    )
    if common is not own:
        stacking[:2] = stacking[:2] @ np.linalg.inv(own) @ common
    basis = np.zeros((3, 3))
    basis[:2, :2] = common
    basis[2] = stacking
    crystal_rows = np.array([first, second, b3], dtype=np.float64)
    to_fractions = np.asarray(np.linalg.inv(crystal_rows) * 2.0)
    return Slab(normal, basis, _cosets(normal, periods, b1, b2), to_fractions)


def _cosets(normal: Indices, periods: Periods, b1: Indices, b2: Indices) -> FloatArray:
    """Return the points of the plane's lattice that lie in one cell, fractions of its periods, shape (n, 2).

    With P = M b in whole numbers the points are i b1 + j b2; their fractions (i, j)·M⁻¹ are multiples of
    1/det M, found exactly.
    """
    area = dot(cross(b1, b2), normal)
    matrix = [[dot(cross(p, b2), normal) // area, dot(cross(b1, p), normal) // area] for p in periods]
    (p, q), (r, s) = matrix
    determinant = p * s - q * r
    found = set()
    # det M steps along either vector reach every point
    for i in range(abs(determinant)):
        for j in range(abs(determinant)):
            found.add(((i * s - j * r) % abs(determinant), (j * p - i * q) % abs(determinant)))
            if len(found) == abs(determinant):
                return np.array(sorted(found), dtype=np.float64) / abs(determinant)
    raise ArithmeticError(f"periods {periods} do not span a cell of the plane {normal}")
