"""One frame of a trajectory as every reader yields it."""

from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray, IntArray
from grainway.errors import AnalysisError


class TruncatedError(AnalysisError):
    """A file ends in the middle of a frame."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """Positions in units of the cell vectors, so that a cell that changes needs no care here.

    Atoms come in the same order in every frame of a file, that of rising identifiers where there are any.

    Attributes:
        fractions: positions s with r = origin + s · cell, shape (n_atoms, 3); image flags are added in.
        cell: cell vectors as rows, shape (3, 3), Å.
        origin: corner of the cell, shape (3,), Å.
        unwrapped: the file says that positions run on across periodic borders.
        step: number of the time step, None where the file has none.
        time: ps, None where the file has none.
        species: chemical symbol per atom, None where the file has numbers only.
        types: number of the atom type per atom, None where the file has none.
    """

    fractions: FloatArray
    cell: FloatArray
    origin: FloatArray
    unwrapped: bool
    step: int | None = None
    time: float | None = None
    species: tuple[str, ...] | None = None
    types: IntArray | None = None

    @property
    def positions(self) -> FloatArray:
        """Cartesian positions, shape (n_atoms, 3), Å."""
        return np.asarray(self.fractions @ self.cell + self.origin)

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return int(self.fractions.shape[0])


def fractional(positions: FloatArray, cell: FloatArray, origin: FloatArray) -> FloatArray:
    """Return Cartesian positions in units of the cell vectors.

    Args:
        positions: shape (n_atoms, 3), Å.
        cell: cell vectors as rows, Å.
        origin: corner of the cell, Å.
    """
    inverse = np.linalg.inv(cell)
    # a product of matrices takes a tenth of the time of dividing three columns by three numbers
    fractions = np.asarray(positions @ inverse)
    shift(fractions, origin @ inverse)
    return fractions


def shift(positions: FloatArray, by: FloatArray) -> None:
    """Subtract one vector from all positions, in place and column by column, which is quicker."""
    for axis in range(3):
        if by[axis] != 0:
            positions[:, axis] -= by[axis]
