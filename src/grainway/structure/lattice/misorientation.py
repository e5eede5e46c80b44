"""Orientations, misorientation and disorientation of cubic crystals, and their measurement from atoms."""

from __future__ import annotations

from functools import cache
from itertools import permutations, product

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from grainway.errors import StructureError

FloatArray = npt.NDArray[np.float64]


def lab_rotation(axis: tuple[int, int, int], normal: tuple[int, int, int]) -> FloatArray:
    """Return the rotation from crystal to laboratory: ``axis`` to x, ``normal`` to z.

    Args:
        axis: crystal direction [uvw] in the plane.
        normal: plane (hkl).

    Returns:
        Proper rotation matrix, shape (3, 3); its rows are the laboratory axes in crystal coordinates.
    """
    x = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    z = np.asarray(normal, dtype=np.float64) / np.linalg.norm(normal)
    return np.array([x, np.cross(z, x), z])


@cache
def cubic_rotations() -> FloatArray:
    """Return the 24 proper rotations of the cube, shape (24, 3, 3)."""
    matrices = []
    for order in permutations(range(3)):
        for signs in product((1.0, -1.0), repeat=3):
            matrix = np.zeros((3, 3))
            matrix[range(3), order] = signs
            if np.linalg.det(matrix) > 0:
                matrices.append(matrix)
    return np.array(matrices)


def disorientation(orientation_a: FloatArray, orientation_b: FloatArray) -> tuple[float, FloatArray]:
    """Return the smallest rotation between two cubic crystals.

    Args:
        orientation_a: crystal-to-laboratory rotation of the first grain, shape (3, 3).
        orientation_b: the same of the second grain.

    Returns:
        Angle in degrees and the unit axis in crystal coordinates, sorted as |u| ≤ |v| ≤ |w|, shape (3,).
    """
    misorientation = orientation_a.T @ orientation_b
    candidates = misorientation @ cubic_rotations()
    traces = np.trace(candidates, axis1=1, axis2=2)
    rotation = candidates[int(np.argmax(traces))]
    skew = np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    sine = float(np.linalg.norm(skew)) / 2
    # atan2 keeps full precision at small angles, where acos of the trace loses half of the digits
    angle = float(np.degrees(np.arctan2(sine, (np.trace(rotation) - 1) / 2)))
    axis = np.sort(np.abs(skew)) / (2 * sine) if sine > 1e-12 else np.array([0.0, 0.0, 1.0])
    return angle, axis


def largest_disorientation(axis: tuple[int, int, int]) -> float:
    """Return the angle up to which a turn about an axis is the disorientation of two cubes, degrees.

    The turns nearest to none, n tan(θ/2), fill a truncated cube: no component above √2 - 1, no sum of their
    sizes above 1 (J. K. Mackenzie, Biometrika 45 (1958) 229). 45 for [001], 60.7 for [110], 60 for [111]; a
    larger turn has a smaller one that is equivalent.
    """
    size = np.abs(axis) / np.linalg.norm(axis)
    return float(2 * np.degrees(np.arctan(min((np.sqrt(2.0) - 1) / size.max(), 1 / size.sum()))))


def boundary_signature(
    orientations: tuple[FloatArray, FloatArray],
    normals: tuple[tuple[int, int, int], tuple[int, int, int]],
) -> tuple[float, ...]:
    """Return numbers that are the same for all descriptions of one boundary and for no other.

    Each crystal may be turned by any operation of the cube and inverted, and the grains exchanged. The
    descriptions that share a turn about one axis are told apart by
    ``canonical`` of ``five_parameters``; at the largest disorientation there are more.

    Args:
        orientations: crystal-to-laboratory rotation of each grain, shape (3, 3).
        normals: the plane in each crystal.
    """
    turn = orientations[0].T @ orientations[1]
    cube = cubic_rotations()
    images = []
    for rotation, normal in ((turn, normals[0]), (turn.T, normals[1])):
        turned = np.einsum("pji,jk,qkl->pqil", cube, rotation, cube).reshape(-1, 9)
        planes = np.repeat(np.einsum("pji,j->pi", cube, np.array(normal)), len(cube), axis=0)
        sign = np.sign(planes[np.arange(len(planes)), np.argmax(planes != 0, axis=1)])
        images.append(np.hstack([np.round(turned, 6), planes * sign[:, None]]) + 0.0)
    return min(tuple(row) for row in np.vstack(images).tolist())


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


_NEIGHBOURS = np.vstack([np.eye(3), -np.eye(3), np.array(list(product((-0.5, 0.5), repeat=3)))])
"""First and second neighbours of a body-centred cubic lattice of edge 1."""
_MISFIT_SHARE = 0.25
_CRYSTALLINE_SHARE = 0.8
_PROPOSERS = 24


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
) -> tuple[npt.NDArray[np.intp], FloatArray]:
    """Return the nearest lattice vector of each vector, and the distance to it, Å."""
    distances = np.linalg.norm((vectors @ orientation)[:, None, :] - template[None, :, :], axis=2)
    nearest = np.argmin(distances, axis=1)
    return nearest, distances[np.arange(len(vectors)), nearest]


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
