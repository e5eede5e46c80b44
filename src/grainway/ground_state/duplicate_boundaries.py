"""Are two relaxed boundary cells the same boundary?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from ase import Atoms
from scipy.spatial import cKDTree

FloatArray = npt.NDArray[np.float64]

_CELL_TOLERANCE_A = 0.1


def same_framework(first: Atoms, second: Atoms, tolerance: float) -> bool:
    """Say whether a translation maps one framework on the other, element by element; lithium is ignored.

    Cells must agree within 0.1 Å in the plane and in height; the offset of the third vector within the
    tolerance, up to lattice vectors in the plane. Every translation that maps the first
    ion of the rarest element onto one of its kind is tried.

    Args:
        first: periodic structure with lower triangular cell.
        second: another.
        tolerance: largest distance between an ion and its image, after the mean is taken off, Å.
    """
    if not _same_cell(first.cell.array, second.cell.array, tolerance):
        return False
    a, b = first[first.numbers != 3], second[second.numbers != 3]
    kinds, counts = np.unique(a.numbers, return_counts=True)
    if not np.array_equal(np.sort(a.numbers), np.sort(b.numbers)):
        return False
    cell = a.cell.array
    inverse = np.linalg.inv(cell)
    rarest = kinds[np.argmin(counts)]
    # in fractions a periodic tree needs no images; the tolerance spans at most ``reach`` of them
    fractions = {k: (a.positions[a.numbers == k] @ inverse) % 1.0 % 1.0 for k in kinds}
    trees: dict[int, cKDTree[Any, Any]] = {k: cKDTree(f, boxsize=np.ones(3)) for k, f in fractions.items()}
    others = {k: b.positions[b.numbers == k] @ inverse for k in kinds}
    reach = 2 * tolerance * float(np.linalg.norm(inverse, axis=0).max()) * np.sqrt(3.0)
    anchor = others[rarest][0]
    return any(
        _maps(fractions, trees, {k: o + (target - anchor) for k, o in others.items()}, cell, reach, tolerance)
        for target in fractions[rarest]
    )


def _maps(
    fractions: dict[int, FloatArray],
    trees: dict[int, cKDTree[Any, Any]],
    moved: dict[int, FloatArray],
    cell: FloatArray,
    reach: float,
    tolerance: float,
) -> bool:
    differences = []
    for kind, points in moved.items():
        distance, nearest = trees[kind].query(points % 1.0 % 1.0, distance_upper_bound=reach)
        if not np.isfinite(distance).all() or len(np.unique(nearest)) != len(points):
            return False
        difference = points - fractions[kind][nearest]
        differences.append((difference - np.round(difference)) @ cell)
    residual = np.vstack(differences)
    residual -= residual.mean(axis=0)
    return bool(np.linalg.norm(residual, axis=1).max() < tolerance)


def _same_cell(first: FloatArray, second: FloatArray, tolerance: float) -> bool:
    if np.abs(np.diag(first) - np.diag(second)).max() > _CELL_TOLERANCE_A:
        return False
    difference = (second - first) @ np.linalg.inv(first)
    left = np.abs((difference - np.round(difference)) @ first)
    return bool(left[:2].max() < _CELL_TOLERANCE_A and left[2].max() < max(tolerance, _CELL_TOLERANCE_A))
