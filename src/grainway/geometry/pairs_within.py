"""Pairs of points within a distance."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]


def tree_of(points: FloatArray) -> cKDTree:
    """Return a search tree that is quick to make; it serves one or two searches."""
    return cKDTree(points, balanced_tree=False, compact_nodes=False)


def pairs_within(
    first: cKDTree, second: cKDTree, distance: float
) -> tuple[IndexArray, IndexArray, FloatArray]:
    """Return all pairs within a distance: indices into both trees, and distances, Å; shapes (n_pairs,)."""
    pairs = first.sparse_distance_matrix(second, distance, output_type="ndarray")
    return pairs["i"], pairs["j"], pairs["v"]
