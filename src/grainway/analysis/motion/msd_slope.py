"""The slope of a mean-squared displacement by generalised least squares, and where it may be taken.

Positions are first averaged over short blocks, which removes most of the vibration. The MSD of the
averaged positions along one axis is M(t) = 2 D (t + t_c): t_c holds what is left of the cage, the
back-hops and the averaging itself. A Brownian path with that offset has MSDs whose covariance over
lags is known exactly, so the best weights w with D = Σ_l w_l M(l) are too. The weights come from the
model; the error bars of ions do not (see ``diffusion``).
"""

import math
from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray, IndexArray

BLOCKS_PER_LAG = 8
"""Blocks in the shortest lag: fine enough to lose no information, coarse enough to average vibration out."""

SHORTEST_LAG_PS = 1.0
"""Lithium's vibrations and their memory have died out after a picosecond."""

_CHUNK_ENTRIES = 2_000_000

_DECADE_LAGS = 6

_LAG_RATIOS = (1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.25, 2.5, 3.0)


@dataclass(frozen=True, eq=False)
class DiffusiveWindow:
    """The lags from which a diffusivity is read, and their weights.

    Attributes:
        block: frames averaged into one block.
        step: time between blocks, ps.
        lags: lags in blocks, shape (n_lags,).
        weights: w with D = Σ w M, M along one axis; for a free offset Σ w = 0 and Σ 2 w t = 1, 1/ps.
        relative_variance: variance of D over D² for one Brownian coordinate.
    """

    block: int
    step: float
    lags: IndexArray
    weights: FloatArray
    relative_variance: float

    @property
    def first_frames(self) -> int:
        """Shortest lag in frames."""
        return int(self.lags[0]) * self.block

    @property
    def averaging_time(self) -> float:
        """By which averaging over blocks shifts every MSD: M = 2 D (t + this) for a Brownian path, ps."""
        return -self.step * (1 - 1 / self.block**2) / 3

    @property
    def first_lag(self) -> float:
        """Shortest lag, ps."""
        return float(self.lags[0]) * self.step


def diffusive_window(
    first_lag: float, time_step: float, n_frames: int, offset_time: float
) -> DiffusiveWindow:
    """Return the window that starts at a lag and reaches up to three times as far.

    Args:
        first_lag: shortest lag, ps; at most a quarter of the run is used.
        time_step: time between frames, ps.
        n_frames: frames in the run.
        offset_time: t_c in M = 2 D (t + t_c), ps.

    Returns:
        The window; its relative variance is that of Gaussian (Brownian) paths.
    """
    first_lag = min(first_lag, n_frames * time_step / 4)
    block = max(1, int(first_lag / (BLOCKS_PER_LAG * time_step)))
    n_blocks = n_frames // block
    step = block * time_step
    first = max(1, min(round(first_lag / step), n_blocks // 4))
    lags = np.unique(np.rint(first * np.array(_LAG_RATIOS)).astype(np.intp))
    lags = lags[lags <= max(first + 1, n_blocks // 2)]
    if lags.size == 1:
        lags = np.array([first, first + 1], dtype=np.intp)
    covariance = msd_covariance(lags, n_blocks, max(offset_time / step, -0.9))
    design = np.stack([np.ones(lags.size), 2.0 * lags * step], axis=1)
    solved = np.linalg.solve(covariance + 1e-10 * np.trace(covariance) * np.eye(lags.size), design)
    weights = np.linalg.solve(design.T @ solved, solved.T)[1]
    variance = slope_variance(weights, lags, step, n_blocks, offset_time)
    return DiffusiveWindow(block, step, lags, weights, variance)


def slope_variance(
    weights: FloatArray, lags: IndexArray, step: float, n_blocks: int, offset_time: float
) -> float:
    """Return the variance over D² of Σ_l w_l M(l) for one Brownian coordinate with M = 2 D (t + t_c).

    Args:
        weights: w, 1/ps.
        lags: lags in blocks.
        step: time between blocks, ps.
        n_blocks: blocks in the run.
        offset_time: t_c, ps.

    Returns:
        A pure number.
    """
    # the covariance needs M(l) > 0 at every lag
    covariance = msd_covariance(lags, n_blocks, max(offset_time / step, -0.9))
    # msd_covariance is in units where 2 D step = 1
    return float(weights @ covariance @ weights) * (2 * step) ** 2


def msd_covariance(lags: IndexArray, n_frames: int, offset: float) -> FloatArray:
    """Return the covariance of time-averaged MSDs of one Gaussian path with M(l) = l + offset.

    cov(M_n, M_m) = 2/(A_n A_m) Σ_ij ⟨Δ_i,n Δ_j,m⟩², Δ_i,n = x_{i+n} - x_i, over the A_n = F - n origins
    (Isserlis; cf. Qian, Sheetz and Elson, Biophys. J. 60 (1991) 910). The bracket follows from M alone.

    Args:
        lags: lags in steps, shape (n_lags,).
        n_frames: F.
        offset: M(l) - l for l ≥ 1, in the MSD of one step.

    Returns:
        Shape (n_lags, n_lags), in units of (2 D step)².
    """

    def half_msd(lag: IndexArray) -> FloatArray:
        distance = np.abs(lag)
        return np.where(distance > 0, 0.5 * (distance + offset), 0.0)

    covariance = np.empty((lags.size, lags.size))
    for row, n in enumerate(lags):
        for column, m in enumerate(lags[: row + 1]):
            shift = np.arange(-m, n + 1)
            pairs = np.minimum(n_frames - n, n_frames - m - shift) - np.maximum(0, -shift)
            bracket = half_msd(n - shift) + half_msd(shift + m) - half_msd(n - m - shift) - half_msd(shift)
            total = float(np.sum(np.maximum(pairs, 0) * bracket**2))
            value = 2.0 * total / (float(n_frames - n) * float(n_frames - m))
            covariance[row, column] = covariance[column, row] = value
    return covariance


def block_means(positions: FloatArray, block: int) -> FloatArray:
    """Return positions averaged over consecutive blocks of frames; a last incomplete block is dropped."""
    if block == 1:
        return positions
    n_blocks = positions.shape[0] // block
    shape = (n_blocks, block, *positions.shape[1:])
    return np.asarray(positions[: n_blocks * block].reshape(shape).mean(axis=1))


def per_ion_msd(blocks: FloatArray, lags: IndexArray) -> FloatArray:
    """Return ⟨[x_i(t + l) - x_i(t)]²⟩ over origins, shape (n_lags, n_ions, n_axes)."""
    n_frames, n_ions, n_axes = blocks.shape
    result = np.empty((lags.size, n_ions, n_axes))
    chunk = max(1, _CHUNK_ENTRIES // (n_frames * n_axes))
    for start in range(0, n_ions, chunk):
        part = blocks[:, start : start + chunk]
        for row, lag in enumerate(lags):
            moved = part[lag:] - part[:-lag]
            result[row, start : start + chunk] = np.einsum("tia,tia->ia", moved, moved) / moved.shape[0]
    return result


def per_time_block(blocks: FloatArray, window: DiffusiveWindow) -> FloatArray:
    """Return D of each of 2 to 10 blocks of time origins, shape (n_groups, n_axes).

    Each spans at least twice the first lag where the run allows.

    Args:
        blocks: block-averaged positions, shape (n_blocks, n_ions, n_axes).
        window: lags and weights.
    """
    n_frames, _, n_axes = blocks.shape
    n_groups = int(np.clip(n_frames // (2 * window.lags[0]), 2, 10))
    result = np.zeros((n_groups, n_axes))
    for weight, lag in zip(window.weights, window.lags, strict=True):
        squared = np.zeros((n_frames - lag, n_axes))
        chunk = max(1, _CHUNK_ENTRIES // (n_frames * n_axes))
        for start in range(0, blocks.shape[1], chunk):
            moved = blocks[lag:, start : start + chunk] - blocks[:-lag, start : start + chunk]
            squared += np.einsum("tia,tia->ta", moved, moved)
        for group, part in enumerate(np.array_split(squared / blocks.shape[1], n_groups)):
            result[group] += weight * part.mean(axis=0)
    return result


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
    lags = np.unique(np.rint(np.geomspace(first, max(longest, first), _DECADE_LAGS)).astype(np.intp))
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
