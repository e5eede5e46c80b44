"""Cubic or tetragonal: what the shape of a garnet's cell says."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from grainway.errors import AnalysisError

GarnetPhase = Literal["cubic", "tetragonal"]

TETRAGONAL_DISTORTION = 0.01
"""Between 0, cubic, and 3.6 %, the tetragonal Li7La3Zr2O12 with a = 13.134 Å and c = 12.663 Å (Awaka et al.,
J. Solid State Chem. 182 (2009) 2046); nearer to 0, since heat lessens the distortion before it is lost."""

_SIGNIFICANT_SD = 3.0


def garnet_phase(
    cell_lengths: Sequence[float],
    standard_errors: Sequence[float] = (0.0, 0.0, 0.0),
    threshold: float = TETRAGONAL_DISTORTION,
) -> GarnetPhase:
    """Return the phase from the three lengths of a cell along the cubic axes.

    The unique axis may be any: it is the one that differs most from the middle length. The crystal is
    tetragonal where |c/a - 1| exceeds both the threshold and three standard errors.

    Args:
        cell_lengths: mean lengths along x, y and z of equally many unit cells, shape (3,), Å. The cell must
            have been free to change its shape: one that was kept cubic says nothing.
        standard_errors: of the lengths, shape (3,), Å.
        threshold: distortion from which on the cell is called tetragonal.

    Returns:
        ``"cubic"`` or ``"tetragonal"``.

    Raises:
        AnalysisError: when the lengths are not three positive numbers.
    """
    lengths, errors = np.asarray(cell_lengths, dtype=float), np.asarray(standard_errors, dtype=float)
    if lengths.shape != (3,) or errors.shape != (3,) or not (np.isfinite(lengths) & (lengths > 0)).all():
        raise AnalysisError.about(
            "cell_lengths", list(cell_lengths), "three positive lengths in Å", "Give the mean cell."
        )
    low, middle, high = np.argsort(lengths)
    unique = low if lengths[middle] - lengths[low] > lengths[high] - lengths[middle] else high
    others = [i for i in range(3) if i != unique]
    a, a_error = lengths[others].mean(), float(np.hypot(*errors[others])) / 2
    distortion = abs(lengths[unique] / a - 1)
    error = float(np.hypot(errors[unique], a_error)) / a
    return "tetragonal" if distortion > max(threshold, _SIGNIFICANT_SD * error) else "cubic"
