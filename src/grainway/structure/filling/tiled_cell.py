"""A boundary cell on its way from framework to whole structure."""

from dataclasses import dataclass

from grainway.array_types import FloatArray, IntArray, StringArray
from grainway.geometry.boundary_planes import Boundaries


@dataclass(frozen=True, eq=False)
class TiledCell:
    """A boundary cell before lithium has been arranged.

    Attributes:
        framework: positions, shape (n, 3), Å.
        species: symbols, shape (n,).
        grain: the grain each was built in, shape (n,).
        lithium: occupied lithium sites of both grains, shape (m, 3), Å.
        lithium_grain: their grain, shape (m,).
        vacant: empty lithium sites, shape (v, 3), Å.
        vectors: cell rows, shape (3, 3), Å.
        boundaries: where the boundaries lie.
    """

    framework: FloatArray
    species: StringArray
    grain: IntArray
    lithium: FloatArray
    lithium_grain: IntArray
    vacant: FloatArray
    vectors: FloatArray
    boundaries: Boundaries
