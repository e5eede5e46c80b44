"""The exponent of the mean-squared displacement over the last decade of lags."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from grainway.analysis.motion.msd_slope import DiffusiveWindow, msd_covariance, per_ion_msd

FloatArray = npt.NDArray[np.float64]

_N_LAGS = 6


def decade_exponent(blocks: FloatArray, window: DiffusiveWindow, per_ion: FloatArray) -> tuple[float, float]:
    """Return β = d ln(MSD - cage) / d ln t over the last decade, and its standard error.

    The decade ends at half the run and starts no earlier than the window, where the back-hops have died out.
    What is taken off as cage is the offset of the window's straight line, but no more than that of the line
    through the first two blocks, for a power law leaves an offset too. β is the least-squares slope in
    logarithms; the error follows from each ion's share in it, the ion's own cage included, so correlations
    in time are inside, and is no less than that of Brownian paths: ions that move as one do not differ in
    their shares.

    Args:
        blocks: block-averaged positions, shape (n_blocks, n_ions, n_axes), Å.
        window: the window from which D was read.
        per_ion: D of each ion and axis read from that window, shape (n_ions, n_axes), Å²/ps.

    Returns:
        1 within errors for diffusion; (0, 0) when the ions never leave their cages, and (1, inf) when there
        are fewer than three lags.
    """
    longest = blocks.shape[0] // 2
    first = max(int(window.lags[0]), longest // 10)
    lags = np.unique(np.rint(np.geomspace(first, max(longest, first), _N_LAGS)).astype(np.intp))
    if lags.size < 3:
        return 1.0, math.inf
    in_window = per_ion_msd(blocks, window.lags)
    times = window.step * window.lags[:, None, None]
    cage = (in_window - 2 * per_ion * times).mean(axis=0)
    one, two = per_ion_msd(blocks, np.array([1, 2], dtype=np.intp)).mean(axis=(1, 2))
    if cage.mean() > max(2 * one - two, 0.0):
        cage *= max(2 * one - two, 0.0) / cage.mean()
    moved = (per_ion_msd(blocks, lags) - cage).mean(axis=2)
    mean = moved.mean(axis=1)
    if mean.min() <= 0:
        return 0.0, 0.0
    logarithm = np.log(lags)
    weights = logarithm - logarithm.mean()
    weights = weights / float(weights @ logarithm)
    shares = (weights / mean) @ moved
    scale = 2 * float(per_ion.mean()) * window.step
    offset = max(float(cage.mean()) / scale, -0.9) if scale > 0 else 0.0
    covariance = msd_covariance(lags, blocks.shape[0], offset) / np.outer(lags, lags)
    brownian = float(weights @ covariance @ weights) / blocks.shape[2]
    variance = max(brownian, float(shares.var(ddof=1)) if shares.size > 1 else 0.0)
    return float(weights @ np.log(mean)), math.sqrt(variance / shares.size)
