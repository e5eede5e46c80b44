"""A straight or gently bent line in 1/T through logarithms, and how well it is known anywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import brentq

from grainway.analysis.statistics.censored_likelihood import CensoredLikelihood
from grainway.analysis.statistics.curvature import bend_covariance
from grainway.array_types import FloatArray
from grainway.domain.student import student_factor

_LEAST_VARIANCE = 1e-10
"""Bends whose prior variance is below it, errors of 1e-5 in ln y, are left out: no run is that good."""

_MOST_SAMPLES = 1e6


@dataclass(frozen=True, slots=True)
class LogarithmAt:
    """The natural logarithm of a quantity at one temperature.

    Attributes:
        value: the likeliest.
        statistics: standard error from the errors of the points.
        curvature: standard error from what the line may do between and beyond the points.
        samples: independent samples behind the whole error, by Welch and Satterthwaite; the curvature's part
            is no estimate from samples and counts as known.
    """

    value: float
    statistics: float
    curvature: float
    samples: float

    @property
    def error(self) -> float:
        """Both errors in quadrature."""
        return math.hypot(self.statistics, self.curvature)


@dataclass(frozen=True, eq=False, kw_only=True)
class InverseTemperatureFit:
    """ln y = a + b β + g(β), β = 1/k_BT, with g = 0 or the bend that ``curvature`` allows beforehand.

    Generalised least squares of the values; limits as in :class:`CensoredLikelihood`. The bend is a Gaussian
    process, written as g = Σ_j w_j φ_j(β) with independent w_j of mean zero and variance one, which enter as
    further values.

    Attributes:
        inverse: β of the values, 1/eV, shape (n,).
        values: ln y, shape (n,).
        covariance: of the values, shape (n, n).
        sample_numbers: independent samples behind each value, shape (n,).
        limit_inverse: β of the limits, shape (m,).
        limits: ln y, shape (m,).
        limit_errors: of the limits, shape (m,).
        limit_signs: +1 for an upper limit, -1 for a lower one, shape (m,).
        bends: whether g is allowed for.
    """

    inverse: FloatArray
    values: FloatArray
    covariance: FloatArray
    sample_numbers: FloatArray
    limit_inverse: FloatArray
    limits: FloatArray
    limit_errors: FloatArray
    limit_signs: FloatArray
    bends: bool = False

    def slope(self) -> LogarithmAt:
        """Return b of a straight line, eV."""
        likelihood, _ = self._prepared(self._reference)
        return self._of(likelihood, likelihood.maximise(), np.array([0.0, 1.0]))

    def at(self, inverse: float) -> LogarithmAt:
        """Return ln y at β = ``inverse``."""
        likelihood, row = self._prepared(inverse)
        return self._of(likelihood, likelihood.maximise(), row)

    def interval(self, inverse: float, confidence: float) -> tuple[float, float]:
        """Return the interval of ln y at β = ``inverse`` from the profile likelihood."""
        likelihood, row = self._prepared(inverse)
        best = likelihood.maximise()
        quantile = student_factor(confidence, self._of(likelihood, best, row).samples)
        return likelihood.profile_interval(row, best, quantile)

    def misfit(self) -> float:
        """Return χ² of the values about the straight line, limits counted."""
        likelihood, _ = replace(self, bends=False)._prepared(self._reference)
        return likelihood.chi_squared(likelihood.maximise())

    def bent(self) -> InverseTemperatureFit:
        """Return the fit with a bend allowed for, errors widened by the scatter that no bend explains.

        The covariance C of the values is multiplied by the f ≥ 1 at which their χ², with the covariance
        f C + K of error and bend, is the number of degrees of freedom (R. C. Paule and J. Mandel, J. Res.
        Natl. Bur. Stand. 87 (1982) 377).
        """
        freedom = self.values.size - 2
        bends = self._bends(self.inverse)
        bend = bends @ bends.T

        def excess(factor: float) -> float:
            return self._squares(factor * self.covariance + bend) - freedom

        factor = 1.0
        if freedom > 0 and excess(1.0) > 0:
            # without a bend χ² would be right at χ²/ν, and a bend only lowers it
            factor = float(brentq(excess, 1.0, self._squares(self.covariance) / freedom, xtol=1e-9))
        return replace(self, covariance=self.covariance * factor, bends=True)

    def _squares(self, covariance: FloatArray) -> float:
        """χ² of the values alone about their straight line."""
        design = np.column_stack([np.ones_like(self.inverse), self.inverse - self._reference])
        weighted = np.linalg.solve(covariance, design)
        line = np.linalg.solve(design.T @ weighted, weighted.T @ self.values)
        residual = self.values - design @ line
        return float(residual @ np.linalg.solve(covariance, residual))

    @cached_property
    def _reference(self) -> float:
        return float(np.mean(self.inverse))

    def _bends(self, inverse: FloatArray) -> FloatArray:
        """Values of the φ_j at each β, shape (n, j)."""
        places, where = np.unique(inverse, return_inverse=True)
        chord = float(self.inverse.min()), float(self.inverse.max())
        variances, directions = np.linalg.eigh(bend_covariance(places, places, chord))
        seen = variances > _LEAST_VARIANCE
        return np.asarray((directions[:, seen] * np.sqrt(variances[seen]))[where])

    def _prepared(self, inverse: float) -> tuple[CensoredLikelihood, FloatArray]:
        """Likelihood of a, b and the w_j, and the row that makes ln y at β = ``inverse`` of them."""
        everywhere = np.concatenate([self.inverse, self.limit_inverse, [inverse]])
        bends = self._bends(everywhere) if self.bends else np.empty((everywhere.size, 0))
        design = np.column_stack([np.ones_like(everywhere), everywhere - self._reference, bends])
        n, n_bends = self.values.size, bends.shape[1]
        of_bends = np.eye(2 + n_bends)[2:]
        covariance = np.eye(n + n_bends)
        covariance[:n, :n] = self.covariance
        likelihood = CensoredLikelihood(
            design=np.concatenate([design[:n], of_bends]),
            values=np.concatenate([self.values, np.zeros(n_bends)]),
            covariance=covariance,
            limit_design=design[n:-1],
            limits=self.limits,
            limit_errors=self.limit_errors,
            limit_signs=self.limit_signs,
        )
        return likelihood, design[-1]

    def _of(self, likelihood: CensoredLikelihood, best: FloatArray, row: FloatArray) -> LogarithmAt:
        """Value and errors of row·(a, b, w)."""
        inverse = np.linalg.inv(likelihood.information(best))
        along = inverse @ row
        curvature = float(np.sum(along[2:] ** 2))
        n = self.values.size
        gradient = np.linalg.solve(self.covariance, likelihood.design[:n]) @ along
        shares = gradient**2 * np.diag(self.covariance)
        # as for an Estimate, one sample or fewer means that the stated error is all that is known
        freedom = np.where(self.sample_numbers > 1, self.sample_numbers - 1, np.inf)
        spread = float(np.sum(shares**2 / freedom))
        whole = float(shares.sum()) + curvature
        samples = 1 + min(whole**2 / spread, _MOST_SAMPLES) if spread > 0 else _MOST_SAMPLES
        statistics = max(float(row @ along) - curvature, 0.0)
        return LogarithmAt(float(row @ best), math.sqrt(statistics), math.sqrt(curvature), samples)
