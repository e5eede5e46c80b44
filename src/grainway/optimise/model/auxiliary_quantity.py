"""A quantity measured beside the objective, as far as the evaluations tell it.

    A_i = a(x_i) + δ_i,   δ_i ~ N(0, τ²),   measured: A_i + e_i,   e_i ~ N(0, se_i²)

a is a Gaussian process of geometry, A_i what evaluation i realised, since two builds of one boundary differ.
What an evaluation measured says more about its own A_i than about a(x_i), which is all that another point
has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, solve_triangular

from grainway.array_types import FloatArray, IndexArray
from grainway.optimise.gp.predictions import Prepared
from grainway.optimise.gp.surrogate import Surrogate, fit_surrogate
from grainway.optimise.points.model_inputs import Points


@dataclass(frozen=True, slots=True, eq=False)
class Auxiliary:
    """An auxiliary quantity at n evaluations, in its standard deviations; make it with :func:`fit_auxiliary`.

    Attributes:
        name: as it is told.
        unit: standard deviation of the measured values, their unit.
        points: the evaluated points, n of them.
        measured: the evaluations that measured it, shape (n_measured,).
        surrogate: of the standardised values; its y² are in units of the squared standard deviation.
        reach: prior covariance of every A_i with the measured ones, shape (n, n_measured), as scaled there.
        solved: inverse Cholesky factor of the measured values' covariance times ``reach`` transposed.
        mean: posterior mean of every A_i, shape (n,).
        covariance: their posterior covariance, shape (n, n).
    """

    name: str
    unit: float
    points: Points
    measured: IndexArray
    surrogate: Surrogate
    reach: FloatArray
    solved: FloatArray
    mean: FloatArray
    covariance: FloatArray

    @classmethod
    def of(
        cls, name: str, unit: float, points: Points, measured: IndexArray, surrogate: Surrogate
    ) -> Auxiliary:
        """Return what a surrogate of the measured values says of all; arguments as the attributes."""
        prior = surrogate.covariance.matrix(surrogate.theta, points, points)
        prior[np.diag_indices_from(prior)] += (surrogate.jitter / surrogate.scale) ** 2
        reach = prior[:, measured]
        solved = solve_triangular(surrogate.factor, reach.T, lower=True, check_finite=False)
        mean = surrogate.level + surrogate.scale * (reach @ surrogate.weights)
        covariance = surrogate.scale**2 * (prior - solved.T @ solved)
        return cls(name, unit, points, measured, surrogate, reach, solved, mean, covariance)

    def without(self, i: int) -> tuple[FloatArray, FloatArray]:
        """Return mean and covariance of every A given what all evaluations but the i-th measured.

        With P the inverse covariance of the measured values and u = R P e_k, leaving out the k-th changes the
        mean by −u (P y)_k/P_kk and the covariance by u uᵀ/P_kk.
        """
        found = np.flatnonzero(self.measured == i)
        if found.size == 0:
            return self.mean, self.covariance
        k = int(found[0])
        column = cho_solve((self.surrogate.factor, True), np.eye(len(self.measured))[k])
        u = self.surrogate.scale * (self.reach @ column)
        return (
            self.mean - u * self.surrogate.weights[k] / column[k],
            self.covariance + np.outer(u, u) / column[k],
        )

    def covariance_with(self, prepared: Prepared) -> FloatArray:
        """Return the posterior covariance of every A_i with a at other points, shape (n, n_points).

        Args:
            prepared: the points under :attr:`surrogate`.
        """
        prior = np.empty((len(self.points), len(prepared.points)))
        prior[self.measured] = prepared.cross
        rest = np.setdiff1d(np.arange(len(self.points)), self.measured)
        if rest.size:
            covariance, theta = self.surrogate.covariance, self.surrogate.theta
            prior[rest] = covariance.matrix(theta, self.points.take(rest), prepared.points)
        return np.asarray(self.surrogate.scale**2 * (prior - self.solved.T @ prepared.solved))


def fit_auxiliary(
    name: str, points: Points, told: Sequence[tuple[float, float] | None], groups: IndexArray, *, kernel: str
) -> Auxiliary | None:
    """Fit the process of an auxiliary quantity to what was measured of it.

    Args:
        name: of the quantity.
        points: evaluated points, replicates included, n of them.
        told: value and standard error at each evaluation, None where there is none; n of them.
        groups: length-scale index of each input column.
        kernel: radial kernel.

    Returns:
        None where all values are the same: nothing can depend on them.
    """
    measured = np.array([i for i, one in enumerate(told) if one is not None], dtype=np.intp)
    values, errors = np.array([one for one in told if one is not None]).reshape(-1, 2).T
    unit = float(values.std()) if len(values) else 0.0
    if not unit > 1e-12 * float(np.abs(values).max(initial=0.0)):
        return None
    standardised = (values - values.mean()) / unit
    surrogate = fit_surrogate(points.take(measured), standardised, errors / unit, groups, kernel=kernel)
    return Auxiliary.of(name, unit, points, measured, surrogate)
