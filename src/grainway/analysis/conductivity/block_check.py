"""The scatter of blocks of time and axes, a check of every error that comes from a model."""

import numpy as np
from scipy.special import chdtri

from grainway.array_types import FloatArray

_STRONG_DISAGREEMENT = 1e-3


def block_variance(per_block: FloatArray) -> tuple[float, int]:
    """Return the variance of the mean over blocks and axes, and its degrees of freedom.

    Axes keep their own means, so an anisotropic crystal does not count as scatter.

    Args:
        per_block: shape (n_blocks, n_axes).
    """
    n_blocks, n_axes = per_block.shape
    return float(per_block.var(axis=0, ddof=1).mean()) / (n_blocks * n_axes), (n_blocks - 1) * n_axes


def larger_variance(model: float, per_block: FloatArray) -> tuple[float, float]:
    """Return the model's variance, or that of the blocks where it is significantly larger (0.1 %).

    Args:
        model: variance of the mean over axes.
        per_block: shape (n_blocks, n_axes).

    Returns:
        The variance, and the equivalent number of samples behind it (infinite for the model).
    """
    scatter, freedom = block_variance(per_block)
    if scatter > model * float(chdtri(freedom, _STRONG_DISAGREEMENT)) / freedom:
        return scatter, freedom + 1.0
    return model, np.inf
