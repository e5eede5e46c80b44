"""What a surrogate says of points: of any, and of each evaluated one from all others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from grainway.array_types import FloatArray, IndexArray
from grainway.optimise.points.model_inputs import Points


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

    @classmethod
    def of(cls, y: FloatArray, mean: FloatArray, sd: FloatArray) -> LeaveOneOut:
        """Return what normal predictions of y, each of shape (n,), are worth."""
        z = (y - mean) / sd
        return cls(mean, sd, z, -0.5 * float(np.sum(z**2 + np.log(2.0 * math.pi * sd**2))))


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Points under one surrogate; make it with :meth:`Surrogate.prepare`.

    Attributes:
        points: n of them.
        rows: where each stands among the evaluations, −1 where it does not or was not looked up, shape (n,).
        cross: prior covariance with the evaluations, shape (n_evaluations, n), units of the scaled objective.
        solved: inverse Cholesky factor of the evaluations' covariance times the covariance with these points,
            shape (n_evaluations, n), units of the scaled objective.
        mean: posterior mean, shape (n,), units of y.
        variance: posterior variance, shape (n,), units of y²; for a further run of a build, that of f
            plus the build's b less τ², so that the same noise adds to it as for a build of its own.
        auxiliaries: the same points under the surrogates of the auxiliary quantities that f depends on.
    """

    points: Points
    rows: IndexArray
    cross: FloatArray
    solved: FloatArray
    mean: FloatArray
    variance: FloatArray
    auxiliaries: tuple[Prepared, ...] = ()
