"""Positions that run on across periodic borders, in a cell that may fluctuate, shear or be flipped.

Everything happens in units of the cell vectors. A flip, with which LAMMPS keeps a sheared box from becoming
too slanted, replaces the cell vectors by whole-number combinations of themselves, h' = M h with |det M| = 1:
the lattice is the same. It is undone, so that the cell vectors and positions in their units are continuous.
"""

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError
from grainway.trajectories.frame import Frame

LARGEST_JUMP = 0.25
"""Of an atom between two frames, as a share of the cell along any of its vectors.

A wrapped position leaves open by how many cells an atom moved. If the nearest image of every atom lies
within a quarter of the cell, any other would have it move three quarters or more; that a few atoms did, and
none moved between one and three quarters, is excluded. With jumps of more than a quarter it is not.
"""

_WHOLE = 0.2


class Unwrapper:
    """Follows the atoms from frame to frame."""

    def __init__(self, *, declared: bool = False) -> None:
        """Begin.

        Args:
            declared: the user says that positions are not wrapped, so nothing is moved or checked.
        """
        self._declared = declared
        self._fractions: FloatArray | None = None
        self._cell: FloatArray | None = None

    def follow(self, frame: Frame, number: int) -> tuple[FloatArray, FloatArray]:
        """Return unwrapped positions in units of a continuous cell, and that cell.

        Returns:
            Fractions, shape (n_atoms, 3), and cell vectors as rows, Å.

        Raises:
            AnalysisError: when a wrapped position cannot be unwrapped for certain.
        """
        fractions, cell = frame.fractions, frame.cell
        if self._cell is not None and not np.array_equal(cell, self._cell):
            flip = _flip(cell, self._cell, number)
            if flip is not None:
                fractions, cell = fractions @ flip, np.linalg.inv(flip) @ cell
        if self._fractions is not None and not (frame.unwrapped or self._declared):
            jump = fractions - self._fractions
            jump -= np.rint(jump)
            largest = max(float(jump.max()), -float(jump.min()))
            if not largest < LARGEST_JUMP:
                raise _beyond_proof(jump, cell, number)
            fractions = self._fractions + jump
        self._fractions, self._cell = fractions, cell
        return fractions, cell


def _flip(cell: FloatArray, before: FloatArray, number: int) -> FloatArray | None:
    """Return M of h' = M h if the lattice was described anew, None if the cell only changed a little."""
    exact = cell @ np.linalg.inv(before)
    whole = np.rint(exact)
    if np.array_equal(whole, np.eye(3)):
        return None
    if round(abs(float(np.linalg.det(whole)))) != 1 or np.abs(exact - whole).max() > _WHOLE:
        raise AnalysisError(
            f"frame {number}: "
            f"the cell changed from {before.round(3).tolist()} to {cell.round(3).tolist()} Å, "
            "which is neither a fluctuation nor a flip of the box; is it another run? "
            "Analyse them one by one"
        )
    return whole


def _beyond_proof(jump: FloatArray, cell: FloatArray, number: int) -> AnalysisError:
    atom = int(np.argmax(np.abs(jump).max(axis=1)))
    axis = int(np.argmax(np.abs(jump[atom])))
    # distance of the two faces that this vector joins
    width = abs(float(np.linalg.det(cell))) / float(
        np.linalg.norm(np.cross(cell[(axis + 1) % 3], cell[(axis + 2) % 3]))
    )
    moved = abs(float(jump[atom, axis])) * width
    jumped = f"atom {atom + 1} (in order of id) jumped {moved:.2f} Å along cell vector {axis + 1}"
    return AnalysisError(
        f"frame {number}: positions are wrapped and {jumped} from the frame before; "
        "that cannot be unwrapped for certain. "
        f"At most a quarter of the cell's width, {LARGEST_JUMP * width:.2f} Å, is allowed. "
        "Dump more often, dump xu yu zu or the image flags ix iy iz, "
        "or say --unwrapped if the file's positions are not wrapped"
    )
