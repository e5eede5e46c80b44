"""The mean of a fluctuating quantity over a run, with an error that knows its memory."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from grainway.domain import Estimate
from grainway.errors import AnalysisError

BLOCKS = (10, 5)
LEAST_PER_BLOCK = 2


def time_average(values: npt.ArrayLike, unit: str) -> Estimate:
    """Return the mean of a series and its standard error from the scatter of blocks of time.

    Successive values remember each other, so that s/√n of single values is far too small. Means of blocks
    are independent once these are longer than the memory (Flyvbjerg & Petersen, J. Chem. Phys. 91, 461
    (1989)). Of 10 and of 5 blocks the larger error counts: where it grows, 10 are still too short, and a
    drift makes the blocks scatter too.

    Args:
        values: at equal intervals, shape (n,).
        unit: of the values.

    Returns:
        ``n_independent`` is the number of blocks.

    Raises:
        AnalysisError: for too short a series or numbers that are not finite.
    """
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1 or len(series) < max(BLOCKS) * LEAST_PER_BLOCK:
        raise AnalysisError.about(
            "values", series.shape, f"{max(BLOCKS) * LEAST_PER_BLOCK} or more numbers", "Run longer."
        )
    if not np.isfinite(series).all():
        raise AnalysisError.about("values", "not finite", "finite numbers", "Look at the run's log.")
    found = []
    for n_blocks in BLOCKS:
        means = np.array([block.mean() for block in np.array_split(series, n_blocks)])
        found.append((float(means.std(ddof=1)) / math.sqrt(n_blocks), n_blocks))
    error, n_blocks = max(found)
    return Estimate(float(series.mean()), error, unit, float(n_blocks))
