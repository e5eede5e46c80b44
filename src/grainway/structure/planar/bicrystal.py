"""Two grains cut at lattice planes and stacked into one periodic cell."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray, IntArray, StringArray
from grainway.domain import BoundarySpec
from grainway.geometry.boundary_planes import Boundaries, parallel_boundaries
from grainway.geometry.contact import CONTACT_SCALE
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.planar.array_device import open_array_device
from grainway.structure.planar.contact_gaps import macroscopic_key, make_frame
from grainway.structure.planar.framework_batch import FrameworkBatch, framework_batches
from grainway.structure.planar.lattice_slab import Slab, wrap_in_plane

_DIGITS = 9
"""Coordinates are rounded to 1e-9 Å: below any meaning, above the noise of one processor or another."""


@dataclass(frozen=True, eq=False)
class Bicrystal:
    """The framework of a boundary cell, and where further sites of its grains lie.

    Attributes:
        spec: the recipe.
        lower: slab of grain 0.
        upper: slab of grain 1.
        framework: lower grain then upper grain, each by site, cell and plane, shape (n, 3), Å.
        species: their symbols, shape (n,).
        grain: 0 lower, 1 upper, shape (n,).
        cell: cell rows, lower triangular, shape (3, 3), Å.
        shift: rigid translation of the upper grain from the coincident position, shape (3,), Å.
        gaps: contact gaps of the two boundaries, Å.
        boundary_positions: heights of the two boundaries, Å.
        dipoles: dipole of one plane per cross-section in both slabs as cut, e/Å.
    """

    spec: BoundarySpec
    lower: Slab
    upper: Slab
    framework: FloatArray
    species: StringArray
    grain: IntArray
    cell: FloatArray
    shift: FloatArray
    gaps: tuple[float, float]
    boundary_positions: tuple[float, float]
    dipoles: tuple[float, float]

    n_removed = 0
    """Formula units taken out: none, ever; connected boundaries differ."""

    @property
    def vectors(self) -> FloatArray:
        """Cell rows, shape (3, 3), Å."""
        return self.cell

    @property
    def area(self) -> float:
        """Cross-section of one boundary, Å²."""
        return float(self.cell[0, 0] * self.cell[1, 1])

    @property
    def boundaries(self) -> Boundaries:
        """Distance of any point from both boundaries."""
        return parallel_boundaries(self.boundary_positions, float(self.cell[2, 2]), self.area, max(self.gaps))

    def lattice_sites(self, grain: int, sites: FloatArray) -> FloatArray:
        """Return a grain's sites, given as cubic fractions, in the cell, shape (n·n_cells·planes, 3), Å."""
        middle, gap = self.boundary_positions[0], self.gaps[0]
        if grain == 0:
            cut, planes = self.spec.termination, self.spec.planes
            positions = self.lower.fill(sites, planes, cut - planes)
            positions[:, 2] += middle - gap / 2 - cut * self.lower.spacing
            return np.round(positions, _DIGITS)
        cut = self.spec.cut_b
        positions = self.upper.fill(sites, self.spec.n_planes_b, cut) + self.shift
        positions[:, 2] += middle + gap / 2 - cut * self.upper.spacing
        return np.round(wrap_in_plane(positions, self.cell), _DIGITS)

    def grain_at(self, points: FloatArray) -> IntArray:
        """Return the grain that points of the cell belong to, shape (n,)."""
        middle, height = self.boundary_positions
        return np.asarray(points[:, 2] % height >= middle, dtype=np.int64)


def bicrystals(batch: FrameworkBatch, crystal: IonicCrystal, contact_scale: float) -> Iterator[Bicrystal]:
    """Yield the bicrystals of a batch one by one, as NumPy arrays in their order."""
    device = open_array_device("cpu")
    frame = make_frame(macroscopic_key(batch.specs[0]), crystal, contact_scale)
    positions, cells, gaps, heights = (
        np.round(device.numpy(a), _DIGITS)
        for a in (batch.positions, batch.cells, batch.gaps, batch.boundary_positions)
    )
    sites, charges = crystal.mean_charges()
    basis = frame.lower.basis
    for n, spec in enumerate(batch.specs):
        yield Bicrystal(
            spec=spec,
            lower=frame.lower,
            upper=frame.upper,
            framework=positions[n],
            species=batch.species,
            grain=batch.grain,
            cell=cells[n],
            shift=np.array([spec.translation[0] * basis[0, 0], spec.translation[1] * basis[1, 1], 0.0]),
            gaps=(float(gaps[n, 0]), float(gaps[n, 1])),
            boundary_positions=(float(heights[n, 0]), float(heights[n, 1])),
            dipoles=(
                frame.lower.dipole(sites, charges, spec.termination),
                frame.upper.dipole(sites, charges, spec.cut_b),
            ),
        )


def join(spec: BoundarySpec, crystal: IonicCrystal, contact_scale: float = CONTACT_SCALE) -> Bicrystal:
    """Place two slabs at contact on both sides.

    Both grains share a lattice point at the origin when the translation is zero, so that without
    misorientation the perfect crystal comes back.

    Args:
        spec: the recipe of a planar boundary.
        crystal: what the grains are made of.
        contact_scale: share of the closest distances at which the frameworks touch.

    Returns:
        The framework, with gaps opened.
    """
    (batch,) = framework_batches([spec], crystal=crystal, contact_scale=contact_scale)
    (frame,) = bicrystals(batch, crystal, contact_scale)
    return frame
