"""The covariance of the objective between points, and its gradient by the hyperparameters.

    k(x, x') = c² + σ² ρ(r) + [a_shared² + a_family² δ(family, family')] h(x) h(x'),
    r² = Σ_g |x_g − x'_g|² / ℓ_g²

c is the spread of the unknown mean level, ρ a radial kernel and h the nearness to a coincidence. A weight of
h with normal prior of variance a² gives exactly the product h(x) h(x') in the covariance, so the depth of
the cusps is integrated out rather than fixed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grainway.optimise.coincidence import nearness
from grainway.optimise.hyperparameters import HyperparameterLayout
from grainway.optimise.inputs import Points
from grainway.optimise.kernel import KERNELS, group_squared_differences

FloatArray = npt.NDArray[np.float64]

LEVEL_VARIANCE = 4.0
"""Prior variance of the mean level, in units of the scaled objective; wide against the data's own scale."""


@dataclass(frozen=True, slots=True)
class CovarianceModel:
    """A covariance function up to its hyperparameters.

    Attributes:
        kernel: name of the radial kernel.
        layout: what the hyperparameter vector holds.
        groups: length-scale index of each input column, shape (n_columns,).
    """

    kernel: str
    layout: HyperparameterLayout
    groups: npt.NDArray[np.intp]

    def matrix(self, theta: FloatArray, a: Points, b: Points) -> FloatArray:
        """Return the covariance between two sets of points, shape (len(a), len(b))."""
        inverse_square = np.exp(-2.0 * theta[1 : 1 + self.layout.n_groups])
        weight = np.sqrt(inverse_square)[self.groups]
        x, y = a.columns * weight, b.columns * weight
        squared = np.square(x).sum(axis=1)[:, None] + np.square(y).sum(axis=1)[None, :] - 2.0 * x @ y.T
        correlation, _ = KERNELS[self.kernel](np.maximum(squared, 0.0))
        out = LEVEL_VARIANCE + math.exp(2.0 * theta[0]) * correlation
        if self.layout.coincidence:
            out += self._amplitudes(theta, a, b) * np.outer(self.nearness(theta, a), self.nearness(theta, b))
        return np.asarray(out)

    def diagonal(self, theta: FloatArray, a: Points) -> FloatArray:
        """Return the prior variance at each point, shape (len(a),)."""
        out = np.full(len(a), LEVEL_VARIANCE + math.exp(2.0 * theta[0]))
        if self.layout.coincidence:
            shared, family = np.exp(2.0 * theta[-4:-2])
            out += (shared + family) * self.nearness(theta, a) ** 2
        return out

    def nearness(self, theta: FloatArray, a: Points) -> FloatArray:
        """Return h at each point, shape (len(a),)."""
        return nearness(a.scaled_deviation, a.sigma, float(theta[-2]), float(theta[-1]))[0]

    def differences(self, a: Points) -> FloatArray:
        """Return the squared differences by group, shape (n_groups, n, n), for :meth:`contract_gradient`."""
        return group_squared_differences(a.columns, a.columns, self.groups)

    def matrix_and_contraction(
        self, theta: FloatArray, a: Points, differences: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return K(a, a) and what :meth:`contract_gradient` reuses (the radial part and its derivative)."""
        inverse_square = np.exp(-2.0 * theta[1 : 1 + self.layout.n_groups])
        squared = np.tensordot(inverse_square, differences, axes=1)
        correlation, derivative = KERNELS[self.kernel](squared)
        signal = math.exp(2.0 * theta[0])
        k = LEVEL_VARIANCE + signal * correlation
        if self.layout.coincidence:
            h = self.nearness(theta, a)
            k = k + self._amplitudes(theta, a, a) * np.outer(h, h)
        return k, signal * correlation, signal * derivative

    def contract_gradient(
        self,
        theta: FloatArray,
        a: Points,
        differences: FloatArray,
        radial: FloatArray,
        derivative: FloatArray,
        weights: FloatArray,
    ) -> FloatArray:
        """Return Σ_ij W_ij ∂K_ij/∂θ for a symmetric W, zero for the jitter, which is not part of K."""
        n_groups = self.layout.n_groups
        out = np.zeros(self.layout.size)
        out[0] = 2.0 * float(np.sum(weights * radial))
        inverse_square = np.exp(-2.0 * theta[1 : 1 + n_groups])
        slope = weights * derivative
        out[1 : 1 + n_groups] = (
            -2.0 * inverse_square * np.tensordot(differences, slope, axes=([1, 2], [0, 1]))
        )
        if self.layout.coincidence:
            h, h_width, h_exponent = nearness(a.scaled_deviation, a.sigma, float(theta[-2]), float(theta[-1]))
            shared, family = np.exp(2.0 * theta[-4:-2])
            same = a.family[:, None] == a.family[None, :]
            out[-4] = 2.0 * shared * float(h @ weights @ h)
            out[-3] = 2.0 * family * float(h @ (weights * same) @ h)
            weighted = (weights * self._amplitudes(theta, a, a)) @ h
            out[-2] = 2.0 * float(h_width @ weighted)
            out[-1] = 2.0 * float(h_exponent @ weighted)
        return out

    def _amplitudes(self, theta: FloatArray, a: Points, b: Points) -> FloatArray:
        shared, family = np.exp(2.0 * theta[-4:-2])
        return np.asarray(shared + family * (a.family[:, None] == b.family[None, :]))
