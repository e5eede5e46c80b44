"""Stationary kernels as functions of the scaled squared distance, with the derivative that fitting needs.

Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), chapter 4.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray, IndexArray


@dataclass(frozen=True, slots=True)
class RadialKernel:
    """A correlation by squared distance.

    Attributes:
        correlation: of r², any shape, dimensionless.
        with_slope: the correlation and its derivative by r², finite at r = 0.
    """

    correlation: Callable[[FloatArray], FloatArray]
    with_slope: Callable[[FloatArray], tuple[FloatArray, FloatArray]]


def matern52(squared_distance: FloatArray) -> FloatArray:
    """Return the Matérn-5/2 correlation (1 + s + s²/3) exp(−s), s = √5 r."""
    s = np.sqrt(5.0 * squared_distance)
    # in place: most of the time of a proposal goes by here
    out = s / 3.0
    out += 1.0
    out *= s
    out += 1.0
    np.negative(s, out=s)
    out *= np.exp(s, out=s)
    return np.asarray(out)


def matern52_with_slope(squared_distance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the Matérn-5/2 correlation and d/d(r²) = −(5/6)(1 + s) exp(−s)."""
    s = np.sqrt(5.0 * squared_distance)
    decay = np.exp(-s)
    slope = s + 1.0
    s *= s
    s /= 3.0
    s += slope
    s *= decay
    slope *= decay
    slope *= -5.0 / 6.0
    return s, slope


def squared_exponential(squared_distance: FloatArray) -> FloatArray:
    """Return the correlation exp(−r²/2)."""
    return np.asarray(np.exp(-0.5 * squared_distance))


def squared_exponential_with_slope(squared_distance: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the correlation exp(−r²/2) and its derivative by r²."""
    correlation = squared_exponential(squared_distance)
    return correlation, -0.5 * correlation


KERNELS = {
    "matern52": RadialKernel(matern52, matern52_with_slope),
    "rbf": RadialKernel(squared_exponential, squared_exponential_with_slope),
}


def group_squared_differences(
    a: FloatArray, b: FloatArray, groups: IndexArray, inverse_lengths: FloatArray
) -> Iterator[FloatArray]:
    """Yield Σ (a_i − b_j)²/ℓ² over the columns of each group that shares a length scale ℓ.

    One group after the other: an array of all would not stay in the cache, which doubles the time.

    Args:
        a: points, shape (n, n_columns).
        b: points, shape (m, n_columns).
        groups: length-scale index of each column, shape (n_columns,).
        inverse_lengths: 1/ℓ of each group, shape (n_groups,).

    Yields:
        Shape (n, m), n_groups times.
    """
    scale = inverse_lengths[groups]
    a, b = a * scale, b * scale
    for group in range(len(inverse_lengths)):
        out = np.zeros((len(a), len(b)))
        for column in np.flatnonzero(groups == group):
            difference = np.subtract.outer(a[:, column], b[:, column])
            difference *= difference
            out += difference
        yield out


def pair_squared_differences(
    a: FloatArray, pairs: tuple[IndexArray, IndexArray], groups: IndexArray
) -> FloatArray:
    """Return Σ (a_i − a_j)² over the columns of each group, for given pairs, shape (n_groups, n_pairs)."""
    out = np.zeros((int(groups.max()) + 1, len(pairs[0])))
    for column, group in enumerate(groups):
        out[group] += np.square(a[pairs[0], column] - a[pairs[1], column])
    return out
