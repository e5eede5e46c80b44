"""Functions drawn from a mixture of surrogates, at many points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.linalg import LinAlgError, cholesky

from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import square_root
from grainway.optimise.points.model_inputs import Points

FloatArray = npt.NDArray[np.float64]

_GOLDEN = 0.6180339887498949
_NUGGET = 1e-9
"""Relative variance that keeps the factorisation going; an independent part of 3e-5 of the scale of y."""


def draw_functions(
    model: Mixture, points: Points, n_samples: int, first: int, rng: np.random.Generator
) -> FloatArray:
    """Draw functions at points, of which many may be the same to the surrogate.

    Equal points get equal values exactly. Draw number t is from the component in whose share of [0, 1] the
    number t times the golden ratio falls, so that also few draws at a time hold each by its weight in all.

    Args:
        model: the surrogate.
        points: n of them.
        n_samples: number of functions.
        first: number of the first draw.
        rng: what the draws are made from.

    Returns:
        Shape (n_samples, n), units of y.
    """
    numbers: dict[bytes, int] = {}
    keys = points.keys()
    place = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
    different = points.take(np.unique(place, return_index=True)[1])
    phases = (0.5 + _GOLDEN * np.arange(first, first + n_samples)) % 1.0
    edges = np.cumsum(model.weights)[:-1]
    component = np.searchsorted(edges, phases, side="right")
    normal = rng.standard_normal((n_samples, len(different)))
    drawn = np.empty_like(normal)
    for i in np.unique(component):
        mean, covariance = model.components[i].joint(different)
        chosen = component == i
        drawn[chosen] = mean + normal[chosen] @ _factor(covariance, model.scale).T
    return drawn[:, place]


def _factor(covariance: FloatArray, scale: float) -> FloatArray:
    """Return A with A Aᵀ equal to the covariance; Cholesky's factor, which is much faster where it exists."""
    shifted = covariance.copy()
    shifted[np.diag_indices_from(shifted)] += _NUGGET * scale**2
    try:
        return np.asarray(cholesky(shifted, lower=True, check_finite=False))
    except LinAlgError:
        return square_root(covariance)
