"""How well a Gaussian process predicts each of its evaluations from all others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LeaveOneOut:
    """Predictions of each evaluation from all others, at fixed hyperparameters.

    Attributes:
        mean: shape (n,).
        sd: standard deviation of the prediction of the noisy value, shape (n,).
        z: (y − mean)/sd, shape (n,).
        log_density: sum of the log predictive densities.
    """

    mean: FloatArray
    sd: FloatArray
    z: FloatArray
    log_density: float


def leave_one_out(y: FloatArray, alpha: FloatArray, precision: FloatArray, scale: float) -> LeaveOneOut:
    """Predict each evaluation from the others (Sundararajan & Keerthi, Neural Comput. 13, 2001).

    mean_i = y_i − s α_i / Q_ii and variance_i = s² / Q_ii, with Q the inverse of the covariance of the scaled
    observations, correlated noise included, and α = Q (y − prior mean) / s.

    Args:
        y: observations, shape (n,).
        alpha: shape (n,).
        precision: diagonal of Q, shape (n,).
        scale: s, units of y.
    """
    variance = scale**2 / precision
    mean = y - scale * alpha / precision
    sd = np.sqrt(variance)
    z = (y - mean) / sd
    density = -0.5 * float(np.sum(z**2 + np.log(2.0 * math.pi * variance)))
    return LeaveOneOut(mean, sd, z, density)
