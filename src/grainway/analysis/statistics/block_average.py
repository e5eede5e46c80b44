"""The mean of a fluctuating quantity over a run, with an error that knows its memory."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from grainway.array_types import FloatArray
from grainway.domain import Estimate
from grainway.errors import AnalysisError

TEN_AND_FIVE = (10, 5)
_LEAST_PER_BLOCK = 2
_FEWEST_HALVED = 4


def block_average(values: npt.ArrayLike, unit: str, block_counts: Sequence[int] | None = None) -> Estimate:
    """Return the mean of a series and its standard error from the scatter of blocks of time.

    Successive values remember each other, so that s/√n of single values is far too small. Means of blocks
    are independent once these are longer than the memory (Flyvbjerg & Petersen, J. Chem. Phys. 91, 461
    (1989)). The largest error over several lengths counts: where it grows, the shorter blocks are still too
    short, and a drift makes the blocks scatter too.

    The lengths are a choice of two. The largest of many noisy errors is too large, by a third from one frame
    to four blocks, so a long series that is dense in time, such as the energy of every few steps, takes
    ``TEN_AND_FIVE``, and is refused where it is too short for these. Compositions of the few frames that are
    kept have no such choice: None halves the series from single frames down to four blocks, so that any
    number of frames has an error, rather too large than too small.

    Args:
        values: at equal intervals, shape (n,).
        unit: of the values.
        block_counts: numbers of blocks; None for n, n/2, n/4 ... down to four.

    Returns:
        ``n_independent`` is the number of blocks that gave the error. It covers what fluctuates during the
        run; atoms that do not move in it differ between builds, and that larger spread is not included.

    Raises:
        AnalysisError: for too short a series or numbers that are not finite.
    """
    series = np.asarray(values, dtype=np.float64)
    least = 2 if block_counts is None else max(block_counts) * _LEAST_PER_BLOCK
    if series.ndim != 1 or len(series) < least:
        raise AnalysisError.about("values", series.shape, f"{least} or more numbers", "Run longer.")
    if not np.isfinite(series).all():
        raise AnalysisError.about("values", "not finite", "finite numbers", "Look at the run's log.")
    found = [
        (float(means.std(ddof=1)) / math.sqrt(means.size), means.size)
        for means in (_halved(series) if block_counts is None else _divided(series, block_counts))
    ]
    error, n_blocks = max(found)
    return Estimate(float(series.mean()), error, unit, float(n_blocks))


def _halved(series: FloatArray) -> Iterator[FloatArray]:
    """Yield the series and, time and again, the means of its neighbours; an odd last value is left out."""
    yield series
    while series.size >= 2 * _FEWEST_HALVED:
        series = 0.5 * (series[0 : 2 * (series.size // 2) : 2] + series[1 : 2 * (series.size // 2) : 2])
        yield series


def _divided(series: FloatArray, block_counts: Sequence[int]) -> Iterator[FloatArray]:
    for n_blocks in block_counts:
        yield np.array([block.mean() for block in np.array_split(series, n_blocks)])
