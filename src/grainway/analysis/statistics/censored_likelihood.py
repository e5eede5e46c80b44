"""Maximum likelihood of what is linear in its parameters, through values with errors and one-sided limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import log_ndtr

from grainway.array_types import FloatArray

_MOST_ITERATIONS = 200
_GRADIENT_TOLERANCE = 1e-10
_FARTHEST_SD = 200.0


@dataclass(frozen=True, eq=False, kw_only=True)
class CensoredLikelihood:
    """Log-likelihood of y = X β, concave in β.

    ln L(β) = -½ (y - Xβ)ᵀ C⁻¹ (y - Xβ) + Σ ln Φ(±(y_lim - x β)/s), the sum over the limits: Φ is the chance
    that a measurement of scatter s about the line stays below an upper limit (above a lower one); Tobin,
    Econometrica 26 (1958) 24.

    Attributes:
        design: X of the values, shape (n, p).
        values: y, shape (n,).
        covariance: C, shape (n, n).
        limit_design: rows x of the limits, shape (m, p).
        limits: y_lim, shape (m,).
        limit_errors: s, shape (m,).
        limit_signs: +1 for an upper limit, -1 for a lower one, shape (m,).
    """

    design: FloatArray
    values: FloatArray
    covariance: FloatArray
    limit_design: FloatArray
    limits: FloatArray
    limit_errors: FloatArray
    limit_signs: FloatArray

    def log_likelihood(self, beta: FloatArray) -> float:
        """Return ln L but for a constant."""
        residual = self.values - self.design @ beta
        gaussian = -0.5 * float(residual @ np.linalg.solve(self.covariance, residual))
        return gaussian + float(log_ndtr(self._margin(beta)).sum())

    def chi_squared(self, beta: FloatArray) -> float:
        """Return (y - Xβ)ᵀ C⁻¹ (y - Xβ) of the values alone."""
        residual = self.values - self.design @ beta
        return float(residual @ np.linalg.solve(self.covariance, residual))

    def information(self, beta: FloatArray) -> FloatArray:
        """Return the negative second derivatives of ln L, whose inverse is the covariance of β."""
        margin = self._margin(beta)
        hazard = _hazard(margin)
        weight = hazard * (hazard + margin) / self.limit_errors**2
        gaussian = self.design.T @ np.linalg.solve(self.covariance, self.design)
        return np.asarray(gaussian + (self.limit_design * weight[:, None]).T @ self.limit_design)

    def gradient(self, beta: FloatArray) -> FloatArray:
        """Return the first derivatives of ln L."""
        residual = self.values - self.design @ beta
        pull = self.limit_signs * _hazard(self._margin(beta)) / self.limit_errors
        gaussian = self.design.T @ np.linalg.solve(self.covariance, residual)
        return np.asarray(gaussian - self.limit_design.T @ pull)

    def maximise(self) -> FloatArray:
        """Return the β of greatest likelihood: Newton steps, halved until they climb."""
        weighted = np.linalg.solve(self.covariance, self.design)
        beta = np.linalg.solve(self.design.T @ weighted, weighted.T @ self.values)
        return self._climb(np.asarray(beta), np.eye(beta.size))

    def profile_interval(self, row: FloatArray, best: FloatArray, deviations: float) -> tuple[float, float]:
        """Return where 2 [ln L_max - max ln L at row·β = c] reaches ``deviations``² on either side."""
        along = np.linalg.solve(self.information(best), row)
        error = float(np.sqrt(row @ along))
        centre, top = float(row @ best), self.log_likelihood(best)
        if self.limits.size == 0:  # a parabola, whose profile is known
            return centre - deviations * error, centre + deviations * error
        free = np.linalg.svd(row[None, :])[2][1:].T

        def excess(distance: float) -> float:
            start = best + along * distance / error**2
            constrained = self._climb(start, free)
            return 2 * (top - self.log_likelihood(constrained)) - deviations**2

        ends = []
        for side in (-1.0, 1.0):
            reach = side * deviations * error
            # beyond a limit the likelihood falls off more slowly than its curvature at the top says
            while excess(reach) < 0 and abs(reach) < _FARTHEST_SD * error:
                reach *= 1.5
            ends.append(centre + float(brentq(excess, 0.0, reach, xtol=1e-9 * max(error, 1e-12))))
        return ends[0], ends[1]

    def _climb(self, beta: FloatArray, directions: FloatArray) -> FloatArray:
        """Maximise within the span of ``directions``, shape (p, k)."""
        height = self.log_likelihood(beta)
        for _ in range(_MOST_ITERATIONS):
            slope = directions.T @ self.gradient(beta)
            step = np.linalg.solve(directions.T @ self.information(beta) @ directions, slope)
            if float(slope @ step) < _GRADIENT_TOLERANCE:
                break
            move = directions @ step
            while (raised := self.log_likelihood(beta + move)) < height and np.abs(move).max() > 1e-12:
                move = move / 2
            beta, height = beta + move, raised
        return beta

    def _margin(self, beta: FloatArray) -> FloatArray:
        return np.asarray(self.limit_signs * (self.limits - self.limit_design @ beta) / self.limit_errors)


def _hazard(margin: FloatArray) -> FloatArray:
    """Return φ(u)/Φ(u), through logarithms since both vanish for a limit that is far exceeded."""
    return np.asarray(np.exp(-0.5 * margin**2 - 0.5 * np.log(2 * np.pi) - log_ndtr(margin)))
