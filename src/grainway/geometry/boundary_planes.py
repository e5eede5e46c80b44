"""Where the boundaries of a cell lie, whatever their number and orientation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray, IndexArray


@dataclass(frozen=True)
class Boundaries:
    """The boundaries of a periodic cell, known by the distance of any point from each.

    Attributes:
        distances: maps points, shape (n, 3), Å, to distances from each boundary, shape (n, n_boundaries).
        area: cross-section of one boundary, Å².
        gap: widest contact gap opened at any of them, Å.
    """

    distances: Callable[[FloatArray], FloatArray]
    area: float
    gap: float

    def distance(self, points: FloatArray) -> FloatArray:
        """Return the distance from the nearest boundary, shape (n,), Å."""
        return np.asarray(self.distances(points).min(axis=1))

    def nearest(self, points: FloatArray) -> IndexArray:
        """Return which boundary is nearest, shape (n,)."""
        return np.asarray(np.argmin(self.distances(points), axis=1))


def parallel_boundaries(
    heights: tuple[float, ...], period: float, area: float, gap: float, direction: int = 2
) -> Boundaries:
    """Return flat boundaries across one laboratory axis of a periodic cell.

    Args:
        heights: their places along the axis, Å.
        period: length of the cell along the axis, Å.
        area: cross-section of one, Å².
        gap: widest contact gap, Å.
        direction: 0, 1 or 2 for x, y or z.
    """
    places = np.array(heights)

    def distances(points: FloatArray) -> FloatArray:
        apart = points[:, direction, None] - places
        return np.asarray(np.abs(apart - period * np.round(apart / period)))

    return Boundaries(distances, area, gap)
