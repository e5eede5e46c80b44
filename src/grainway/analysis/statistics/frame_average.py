"""Mean over correlated frames."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from grainway.domain import Estimate

_FEWEST_BLOCKS = 4


def frame_average(values: npt.NDArray[np.float64], unit: str) -> Estimate:
    """Return the mean over frames, its error the largest over block lengths (Flyvbjerg and Petersen, 1989).

    Args:
        values: one value per frame, shape (n_frames,).
        unit: their unit.

    Returns:
        The mean. The error covers vibration and lithium's motion during the run; atoms that do not move
        in it differ between builds, and that larger spread is not included.
    """
    value = float(values.mean())
    error = float(values.std(ddof=1)) / math.sqrt(values.size)
    samples = float(values.size)
    blocked = values
    while blocked.size >= 2 * _FEWEST_BLOCKS:
        blocked = 0.5 * (blocked[0 : 2 * (blocked.size // 2) : 2] + blocked[1 : 2 * (blocked.size // 2) : 2])
        wider = float(blocked.std(ddof=1)) / math.sqrt(blocked.size)
        if wider > error:
            error, samples = wider, float(blocked.size)
    return Estimate(value, error, unit, samples)
