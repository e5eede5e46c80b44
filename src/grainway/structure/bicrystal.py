"""Two grains cut at lattice planes and stacked into one periodic cell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grainway.domain import BoundarySpec
from grainway.structure.contact import contact_gap
from grainway.structure.crystal import IonicCrystal
from grainway.structure.slab import ON_PLANE, Slab, slabs, wrap_in_plane

FloatArray = npt.NDArray[np.float64]


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
        cuts: heights of the cut of both grains in their plane spacings.
        planes: lattice planes of both grains.
        dipoles: dipole of one plane per cross-section in both slabs as cut, e/Å.
    """

    lower: Slab
    upper: Slab
    cell: FloatArray
    shift: FloatArray
    gaps: tuple[float, float]
    boundary_positions: tuple[float, float]
    cuts: tuple[float, float]
    planes: tuple[int, int]
    dipoles: tuple[float, float]

    def lower_positions(self, sites: FloatArray) -> FloatArray:
        """Return the lower grain's sites in the cell, shape (n·n_cells·planes, 3), Å."""
        positions = self.lower.fill(sites, self.planes[0], self.cuts[0] - self.planes[0])
        positions[:, 2] += self.boundary_positions[0] - self.gaps[0] / 2 - self.cuts[0] * self.lower.spacing
        return positions

    def upper_positions(self, sites: FloatArray) -> FloatArray:
        """Return the upper grain's sites in the cell, shape (n·n_cells·planes, 3), Å."""
        positions = self.upper.fill(sites, self.planes[1], self.cuts[1])
        positions += self.shift
        positions[:, 2] += self.boundary_positions[0] + self.gaps[0] / 2 - self.cuts[1] * self.upper.spacing
        return wrap_in_plane(positions, self.cell)


def framework_limits(crystal: IonicCrystal, contact_scale: float) -> dict[tuple[str, str], float]:
    """Return the distances at which two grains' frameworks are set in contact, Å, per pair."""
    present = set(map(str, crystal.framework_species))
    return {pair: d * contact_scale for pair, d in crystal.closest.items() if present.issuperset(pair)}


def translation_vector(spec: BoundarySpec, cell: FloatArray) -> FloatArray:
    """Return the rigid translation: along the first period and perpendicular to it, shape (3,), Å."""
    return np.array([spec.translation[0] * cell[0, 0], spec.translation[1] * cell[1, 1], 0.0])


def join(spec: BoundarySpec, crystal: IonicCrystal, contact_scale: float) -> Bicrystal:
    """Place two slabs at contact on both sides.

    Both grains share a lattice point at the origin when the translation is zero, so that without
    misorientation the perfect crystal comes back. The cell's third vector carries the lateral part of the
    stacking of both grains plus twice the translation, which makes the second boundary the inverse of the
    first as far as the cut allows.

    Args:
        spec: the recipe.
        crystal: what the grains are made of.
        contact_scale: share of the closest distances at which the frameworks touch.

    Returns:
        The frame, with gaps opened.
    """
    lower, upper = slabs(spec, crystal)
    k, m = spec.planes, spec.n_planes_b
    cuts = (spec.termination, spec.cut_b)
    cell = lower.basis.copy()
    shift = translation_vector(spec, cell)
    sites = crystal.framework_sites
    limits = framework_limits(crystal, contact_scale)
    below_names = np.repeat(crystal.framework_species, k * len(lower.cosets))
    above_names = np.repeat(crystal.framework_species, m * len(upper.cosets))
    below = lower.fill(sites, k, cuts[0] - k) - [0, 0, cuts[0] * lower.spacing]
    above = upper.fill(sites, m, cuts[1]) - [0, 0, cuts[1] * upper.spacing] + shift
    stacking = k * lower.basis[2] + m * upper.basis[2] + 2 * shift
    first = contact_gap(below, below_names, above, above_names, cell, limits)
    # the upper grain's top and the next lower grain's bottom, seen from the cut between them
    height = [0.0, 0.0, m * upper.spacing]
    second = contact_gap(above - height, above_names, below + stacking - height, below_names, cell, limits)
    total = k * lower.spacing + m * upper.spacing + first + second
    cell[2] = [*reduced_lateral(stacking[:2], cell), total]
    if cell[1, 0] > cell[0, 0] / 2 + 1e-9:
        cell[1, 0] -= cell[0, 0]
    start = k * lower.spacing + second / 2 + first / 2
    all_sites, charges = crystal.mean_charges()
    return Bicrystal(
        lower=lower,
        upper=upper,
        cell=cell,
        shift=shift,
        gaps=(first, second),
        boundary_positions=(start, total),
        cuts=cuts,
        planes=(k, m),
        dipoles=(
            lower.dipole(all_sites, charges, cuts[0]),
            upper.dipole(all_sites, charges, cuts[1]),
        ),
    )


def reduced_lateral(lateral: FloatArray, cell: FloatArray) -> FloatArray:
    """Reduce an in-plane vector to the smallest equivalent x and y, as LAMMPS asks of a tilted cell."""
    steps_2 = np.floor(lateral[1] / cell[1, 1] + 0.5 - ON_PLANE)
    reduced = lateral - steps_2 * cell[1, :2]
    steps_1 = np.floor(reduced[0] / cell[0, 0] + 0.5 - ON_PLANE)
    result = reduced - steps_1 * cell[0, :2]
    result[np.abs(result) < 1e-9] = 0.0
    return np.asarray(result)
