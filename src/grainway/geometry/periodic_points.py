"""Points of a periodic cell: their images, pairs within a distance, and an order that is geometry alone."""

import numpy as np
from scipy.spatial import cKDTree

from grainway.array_types import FloatArray, IndexArray


def tree_of(points: FloatArray) -> cKDTree:
    """Return a search tree that is quick to make; it serves one or two searches."""
    return cKDTree(points, balanced_tree=False, compact_nodes=False)


def pairs_within(
    first: cKDTree, second: cKDTree, distance: float
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Return all pairs within a distance: indices into both trees, and distances, Å; shapes (n_pairs,)."""
    pairs = first.sparse_distance_matrix(second, distance, output_type="ndarray")
    return pairs["i"], pairs["j"], pairs["v"]


_SAME = 1e-6  # fractions and coordinates nearer than this are equal by geometry


def into_cell(positions: FloatArray, cell: FloatArray) -> FloatArray:
    """Return positions moved into the cell, shape (n, 3), Å; a fraction within rounding of 1 becomes 0."""
    fractions = positions @ np.linalg.inv(cell)
    return np.asarray(positions - np.floor(fractions + _SAME) @ cell)


def canonical_order(positions: FloatArray, cell: FloatArray) -> IndexArray:
    """Return the order of points by z, then y, then x in the cell, shape (n,)."""
    inside = np.round(into_cell(positions, cell), 6)
    return np.lexsort((inside[:, 0], inside[:, 1], inside[:, 2]))


def periodic_images(
    positions: FloatArray, cell: FloatArray, reach: float, directions: tuple[int, ...] = (0, 1, 2)
) -> tuple[FloatArray, IndexArray]:
    """Return the atoms together with all periodic images within ``reach`` of the cell.

    Args:
        positions: shape (n, 3), Å; need not be wrapped.
        cell: rows are vectors, shape (3, 3), Å.
        reach: distance, Å.
        directions: cell vectors to repeat along.

    Returns:
        Positions of atoms and images, shape (m, 3), Å, and the atom each belongs to, shape (m,).
        The first n are the atoms themselves, wrapped along ``directions``.
    """
    inverse = np.linalg.inv(cell)
    moved = positions @ inverse
    moved[:, directions] %= 1.0
    owner = np.arange(len(moved))
    # the distance between two faces of the cell is 1/|column of the inverse|
    margins = reach * np.linalg.norm(inverse, axis=0)
    for d in directions:
        turns = int(np.ceil(margins[d]))
        # each direction repeats what the directions before it have made; the atoms themselves stay first
        copies, owners = [moved], [owner]
        for turn in (t for t in range(-turns, turns + 1) if t):
            place = moved[:, d] + turn
            inside = (place >= -margins[d]) & (place < 1.0 + margins[d])
            copy = moved[inside]
            copy[:, d] = place[inside]
            copies.append(copy)
            owners.append(owner[inside])
        moved, owner = np.vstack(copies), np.concatenate(owners)
    return moved @ cell, owner
