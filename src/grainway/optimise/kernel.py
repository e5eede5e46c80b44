"""Stationary kernels as functions of the scaled squared distance, with the derivative that fitting needs.

Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), chapter 4.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
RadialKernel = Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def matern52(squared_distance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the Matérn-5/2 correlation (1 + s + s²/3) exp(−s), s = √5 r, and its derivative by r².

    Args:
        squared_distance: r², any shape, dimensionless.

    Returns:
        The correlation and d/d(r²) = −(5/6)(1 + s) exp(−s), which is finite at r = 0.
    """
    s = math.sqrt(5.0) * np.sqrt(squared_distance)
    decay = np.exp(-s)
    return (1.0 + s + s**2 / 3.0) * decay, (-5.0 / 6.0) * (1.0 + s) * decay


def squared_exponential(squared_distance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the correlation exp(−r²/2) and its derivative by r².

    Args:
        squared_distance: r², any shape, dimensionless.
    """
    correlation = np.exp(-0.5 * squared_distance)
    return correlation, -0.5 * correlation


KERNELS: dict[str, RadialKernel] = {"matern52": matern52, "rbf": squared_exponential}


def group_squared_differences(a: FloatArray, b: FloatArray, groups: npt.NDArray[np.intp]) -> FloatArray:
    """Return Σ (a_i − b_j)² over the columns of each group that shares a length scale.

    Args:
        a: points, shape (n, n_columns).
        b: points, shape (m, n_columns).
        groups: length-scale index of each column, shape (n_columns,).

    Returns:
        Shape (n_groups, n, m).
    """
    out = np.zeros((int(groups.max()) + 1, len(a), len(b)))
    for column, group in enumerate(groups):
        out[group] += (a[:, column, None] - b[None, :, column]) ** 2
    return out
