"""A grain's orientation, and how far its atoms are off the lattice, measured from the atoms alone."""

from itertools import product

import numpy as np
from scipy.spatial import cKDTree

from grainway.array_types import FloatArray, IndexArray
from grainway.errors import StructureError

_NEIGHBOURS = np.vstack([np.eye(3), -np.eye(3), np.array(list(product((-0.5, 0.5), repeat=3)))])
"""First and second neighbours of a body-centred cubic lattice of edge 1."""

_MISFIT_SHARE = 0.25
"""Of the spacing: neighbours of the lattice end 0.87 apart, so that a vector this near to one belongs to it
alone."""

_CRYSTALLINE_SHARE = 0.8
"""Of the vectors must fit. By chance 16 % do: the share of the searched sphere that 14 such balls fill."""

_PROPOSERS = 24
"""Pairs of vectors from all over the grain: one would do in a grain without vibration."""


def measured_orientation(
    positions: FloatArray, cell: FloatArray, lattice_parameter: float, near: FloatArray | None = None
) -> FloatArray:
    """Measure a grain's orientation from its Zr atoms alone, without knowing what was asked for.

    The 16a sites form a body-centred cubic lattice of edge a/2, whose first and second neighbours lie along
    ⟨111⟩ and ⟨100⟩. Pairs of nearly perpendicular neighbour vectors propose orientations; the one under which
    most vectors fall on the lattice is refined by assigning every vector to its lattice vector and taking the
    best rotation (Kabsch 1976) until nothing changes. Thermal vibration averages out.

    Args:
        positions: Zr positions of one grain's interior, shape (n, 3), Å.
        cell: periodic cell, rows are vectors, shape (3, 3), Å.
        lattice_parameter: a, Å; right to 3 %.
        near: an orientation to refine, shape (3, 3), where it is known but for vibration; the fit is not
            judged again then.

    Returns:
        Crystal-to-laboratory rotation, up to a symmetry operation of the cube, shape (3, 3).

    Raises:
        StructureError: when the neighbours do not fit the lattice, i.e. the grain is not a crystal.
    """
    spacing = lattice_parameter / 2
    vectors = neighbour_vectors(positions, cell, 1.12 * spacing)
    template = spacing * _NEIGHBOURS
    best, fitted = np.eye(3), 0.0
    for candidate in _proposed_orientations(vectors, spacing) if near is None else [near]:
        share = float(np.mean(_misfit(vectors, candidate, template)[1] < _MISFIT_SHARE * spacing))
        if share > fitted:
            best, fitted = candidate, share
    for _ in range(20):
        nearest, misfit = _misfit(vectors, best, template)
        good = misfit < _MISFIT_SHARE * spacing
        u, _, vt = np.linalg.svd(vectors[good].T @ template[nearest[good]])
        refined = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
        settled = np.abs(refined - best).max() < 1e-12
        best, fitted = refined, float(good.mean())
        if settled:
            break
    if near is None and fitted < _CRYSTALLINE_SHARE:
        raise StructureError(
            "the Zr atoms of a grain interior do not form a garnet lattice: "
            f"{fitted:.0%} of their distances fit"
        )
    return best


def displacement_from_lattice(
    positions: FloatArray, cell: FloatArray, lattice_parameter: float, orientation: FloatArray
) -> float:
    """Return how far the Zr atoms of a grain are off their lattice, root mean square per component, Å.

    From the vectors between neighbours, so without a fitted origin or strain; a vector is off by the
    displacements of two atoms, hence the factor √2.

    Args:
        positions: Zr positions of one grain's interior, shape (n, 3), Å.
        cell: periodic cell, rows are vectors, shape (3, 3), Å.
        lattice_parameter: a, Å.
        orientation: crystal-to-laboratory rotation, shape (3, 3), from :func:`measured_orientation`.
    """
    spacing = lattice_parameter / 2
    misfit = _misfit(neighbour_vectors(positions, cell, 1.12 * spacing), orientation, spacing * _NEIGHBOURS)[
        1
    ]
    good = misfit[misfit < _MISFIT_SHARE * spacing]
    return float(np.sqrt(np.mean(np.square(good)) / 6.0))


def _proposed_orientations(vectors: FloatArray, spacing: float) -> list[FloatArray]:
    """Return orientations that put two nearly perpendicular second-neighbour vectors on cube axes."""
    if len(vectors) == 0:
        return []
    off = np.abs(np.linalg.norm(vectors, axis=1) - spacing)
    # first neighbours lie 0.13 spacings away; those half way to them are still second neighbours. They are
    # taken from all over the grain: in a strained one the closest to the spacing all lie along one axis
    pool = vectors[off < 0.067 * spacing]
    chosen = pool[np.unique(np.linspace(0, len(pool) - 1, 8 * _PROPOSERS).astype(int))] if len(pool) else pool
    axes = chosen / np.linalg.norm(chosen, axis=1)[:, None]
    proposals = []
    for first in axes[::8]:
        second = axes[np.argmin(np.abs(axes @ first))]
        second = second - (second @ first) * first
        length = float(np.linalg.norm(second))
        if length > 0.9:
            second /= length
            proposals.append(np.column_stack([first, second, np.cross(first, second)]))
    return proposals


def _misfit(
    vectors: FloatArray, orientation: FloatArray, template: FloatArray
) -> tuple[IndexArray, FloatArray]:
    """Return the nearest lattice vector of each vector, and the distance to it, Å."""
    turned = vectors @ orientation
    # component by component: sums over an axis of three are slow
    x, y, z = (np.subtract.outer(turned[:, axis], template[:, axis]) for axis in range(3))
    squared = x * x + y * y + z * z
    nearest = np.argmin(squared, axis=1)
    return nearest, np.sqrt(squared[np.arange(len(vectors)), nearest])


def neighbour_vectors(positions: FloatArray, cell: FloatArray, cutoff: float) -> FloatArray:
    """Return all vectors between periodic neighbours within ``cutoff``, shape (n_pairs, 3), Å."""
    shifts = np.array(list(product((-1, 0, 1), repeat=3)), dtype=np.float64) @ cell
    wrapped = (np.linalg.solve(cell.T, positions.T).T % 1.0) @ cell
    images = (wrapped[None, :, :] + shifts[:, None, :]).reshape(-1, 3)
    low, high = wrapped.min(axis=0) - cutoff, wrapped.max(axis=0) + cutoff
    images = images[np.all((images > low) & (images < high), axis=1)]
    pairs = cKDTree(wrapped).sparse_distance_matrix(cKDTree(images), cutoff, output_type="coo_matrix")
    chosen = pairs.data > 1e-6
    return np.asarray(images[pairs.col[chosen]] - wrapped[pairs.row[chosen]])
