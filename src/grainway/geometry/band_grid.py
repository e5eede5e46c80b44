"""A regular grid of points near the boundaries of a cell, whatever their number and orientation."""

from itertools import product

import numpy as np

from grainway.array_types import FloatArray
from grainway.geometry.boundary_planes import Boundaries

_BLOCK = 4  # grid steps along the edge of a block
_ROUNDING_A = 1e-9


def band_grid(vectors: FloatArray, boundaries: Boundaries, spacing: float, reach: float) -> FloatArray:
    """Return the grid points nearer than ``reach`` to a boundary.

    Whole blocks of the grid are ruled out by their centres first: no distance changes by more than the way
    gone, so a block whose centre is further than the reach and half the block's diagonal holds no such point.

    Args:
        vectors: cell rows, shape (3, 3), Å.
        boundaries: where they lie.
        spacing: largest step of the grid along the cell's vectors, Å.
        reach: distance from the nearest boundary, Å.

    Returns:
        Points, shape (n, 3), Å.
    """
    counts = [max(int(np.ceil(np.linalg.norm(v) / spacing)), 1) for v in vectors]
    steps = vectors / np.array(counts)[:, None]
    middle = (_BLOCK - 1) / 2
    corners = np.array(list(product((-middle, middle), repeat=3))) @ steps
    half_diagonal = float(np.linalg.norm(corners, axis=1).max())
    starts = np.stack(
        np.meshgrid(*[np.arange(0, n, _BLOCK) for n in counts], indexing="ij"), axis=-1
    ).reshape(-1, 3)
    starts = starts[boundaries.distance((starts + middle) @ steps) < reach + half_diagonal + _ROUNDING_A]
    within = np.array(list(product(range(_BLOCK), repeat=3)))
    indices = (starts[:, None, :] + within[None, :, :]).reshape(-1, 3)
    i, j, k = indices.T
    points = indices[(i < counts[0]) & (j < counts[1]) & (k < counts[2])] @ steps
    return np.asarray(points[boundaries.distance(points) < reach - _ROUNDING_A])
