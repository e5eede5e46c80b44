"""How much ions that move together inflate the variance of a mean over ions.

The mean over N ions of their squared displacements has Σ_j ρ_ij² times the variance of N independent ions,
ρ_ij the correlation of two displacements, and Σ_j ρ_ij² ≤ Σ_j ρ_ij while correlations are not negative. The
latter sum is the inverse Haven ratio. Taken over the pairs that can be correlated, those a few sites apart at
the start of each displacement, it is known to a few per cent from one run, where the motion of the ions'
common centre would give it to a third (the idea of spatial standard errors: T. G. Conley, J. Econometrics 92
(1999) 1).

Ions that stay together at any distance show in the first sum itself: products of the displacements' scalar
products in two different windows of time average to (3 ρ_ij σ²)², noise to nothing. Summed over all pairs
it takes no more than Gram matrices of the windows, and is known to about two over three times their number.

Bulk garnet at 1400 K, 448 ions, six runs of 45 ps: 2.5 within 6 Å, 2.6 within 8 Å, 2.7 within 10 Å; from the
common centre 2.6 to 4.4.
"""

import numpy as np

from grainway.array_types import FloatArray
from grainway.geometry.periodic_neighbours import PeriodicNeighbours

REACH_A = 8.0
"""Pairs farther apart add nothing beyond noise."""

_MOST_WINDOWS = 10


def cooperation(positions: FloatArray, cell: FloatArray, lag: int) -> float:
    """Return the factor by which common motion inflates the variance of a mean over ions, at least 1.

    The larger of Σ_j ρ_ij over pairs within 8 Å and Σ_j ρ_ij² over all pairs that stay correlated.

    Args:
        positions: unwrapped positions, shape (n_frames, n_ions, 3), Å.
        cell: rows are the cell vectors, Å.
        lag: frames per displacement; displacements do not overlap.

    Returns:
        1 for independent ions, k for ions that move in groups of k, the inverse Haven ratio for ions whose
        correlations end within the reach.
    """
    n_windows = (positions.shape[0] - 1) // lag
    starts = lag * np.unique(np.linspace(0, n_windows - 1, min(n_windows, _MOST_WINDOWS)).astype(int))
    moved = positions[starts + lag] - positions[starts]
    if not np.any(moved):
        return 1.0
    near = sum(
        _near_products(positions[start], step, cell) for start, step in zip(starts, moved, strict=True)
    )
    return max(1.0, 1.0 + near / float(np.einsum("wia,wia->", moved, moved)), persistent_cooperation(moved))


def persistent_cooperation(moved: FloatArray) -> float:
    """Return Σ_j ρ_ij² of pairs whose correlation lasts from one window of time to the others.

    Args:
        moved: displacements, shape (n_windows, n_ions, n_axes), Å.

    Returns:
        1 plus the mean over ions of the sum over the others, without bias for any distribution of single
        displacements; 1 for fewer than three windows.
    """
    n_windows, n_ions, n_axes = moved.shape
    if n_windows < 3:
        return 1.0
    flat = moved.transpose(0, 2, 1).reshape(n_windows * n_axes, n_ions)
    gram = (flat @ flat.T).reshape(n_windows, n_axes, n_windows, n_axes)
    # Σ_ij (Δ_i·Δ_j)(Δ_i'·Δ_j') of windows w and w' is the squared norm of their Gram block
    between = np.einsum("wavb,wavb->wv", gram, gram)
    own = np.einsum("wia,wia->wi", moved, moved)
    alone = own @ own.T
    # neighbouring windows share a frame, whose vibration would pass for a correlation that lasts
    apart = np.abs(np.subtract.outer(np.arange(n_windows), np.arange(n_windows))) >= 2
    return 1.0 + float((between - alone)[apart].sum()) / float(alone[apart].sum())


def _near_products(positions: FloatArray, moved: FloatArray, cell: FloatArray) -> float:
    """Σ Δ_i·Δ_j over ordered pairs within reach."""
    first, second, _ = PeriodicNeighbours(positions, cell, REACH_A).pairs(positions)
    # in a small cell two images of one neighbour may be within reach: it counts once
    pairs = np.unique(first[first < second] * len(moved) + second[first < second])
    return 2 * float(np.einsum("pa,pa->", moved[pairs // len(moved)], moved[pairs % len(moved)]))
