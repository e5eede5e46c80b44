"""An order of points that is a matter of geometry alone, so that no draw depends on how atoms are listed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

_SAME = 1e-6  # fractions and coordinates nearer than this are equal by geometry


def into_cell(positions: FloatArray, cell: FloatArray) -> FloatArray:
    """Return positions moved into the cell, shape (n, 3), Å; a fraction within rounding of 1 becomes 0."""
    fractions = positions @ np.linalg.inv(cell)
    return np.asarray(positions - np.floor(fractions + _SAME) @ cell)


def canonical_order(positions: FloatArray, cell: FloatArray) -> IndexArray:
    """Return the order of points by z, then y, then x in the cell, shape (n,)."""
    inside = np.round(into_cell(positions, cell), 6)
    return np.lexsort((inside[:, 0], inside[:, 1], inside[:, 2]))
