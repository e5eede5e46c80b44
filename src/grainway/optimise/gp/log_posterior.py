"""The posterior density of the surrogate's hyperparameters, with its gradient."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve, cholesky

from grainway.array_types import FloatArray, IndexArray
from grainway.optimise.gp.covariance import CovarianceModel, Pairs, Radial
from grainway.optimise.gp.shared_builds import SharedBuilds
from grainway.optimise.points.model_inputs import Points

NUGGET = 1e-8
"""Added to unit-scale variances so that replicates without noise leave the matrix invertible."""


@dataclass(frozen=True, slots=True, eq=False)
class LogPosterior:
    """log p(θ | y) of given evaluations; make it with :meth:`of`.

    Attributes:
        covariance: the covariance function.
        pairs: the evaluated points, n of them.
        scaled: scaled objective, shape (n,).
        noise: variance of each evaluation without the jitter, shape (n,), in squared units of the objective.
        shared: pairs of evaluations of one build.
    """

    covariance: CovarianceModel
    pairs: Pairs
    scaled: FloatArray
    noise: FloatArray
    shared: SharedBuilds

    @classmethod
    def of(
        cls,
        covariance: CovarianceModel,
        points: Points,
        scaled: FloatArray,
        se: FloatArray,
        builds: IndexArray,
        added: FloatArray | None = None,
    ) -> LogPosterior:
        """Return the density for evaluations.

        Args:
            covariance: the covariance function.
            points: evaluated points.
            scaled: scaled objective, shape (n,).
            se: stated standard errors, shape (n,), units of the scaled objective.
            builds: number of each evaluation's build, shape (n,).
            added: covariances beyond those of geometry, shape (n_added, n, n).
        """
        noise = np.square(se) + NUGGET
        return cls(covariance, covariance.pairs(points, added), scaled, noise, SharedBuilds.of(builds))

    def observed(self, theta: FloatArray) -> tuple[FloatArray, Radial]:
        """Return the covariance of the noisy evaluations, shape (n, n), and what its gradient reuses."""
        jitter_variance = math.exp(2.0 * theta[self.covariance.layout.jitter])
        k, parts = self.covariance.matrix_of_pairs(theta, self.pairs)
        k[np.diag_indices_from(k)] += self.noise + jitter_variance
        self.shared.add_to(k, jitter_variance)
        return k, parts

    def negative(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Return −log p(y | θ) − log p(θ) up to a constant, and its gradient, shape (layout.size,).

        Rasmussen & Williams, Gaussian Processes for Machine Learning (2006), equations 5.8 and 5.9.
        """
        k, parts = self.observed(theta)
        factor = cholesky(k, lower=True, check_finite=False)
        inverse = cho_solve((factor, True), np.eye(len(self.scaled)), check_finite=False)
        alpha = inverse @ self.scaled
        prior, prior_gradient = self.covariance.layout.log_prior(theta)
        value = 0.5 * float(self.scaled @ alpha) + float(np.sum(np.log(np.diag(factor)))) - prior
        weights = 0.5 * (inverse - np.outer(alpha, alpha))
        gradient = self.covariance.contract_gradient(theta, self.pairs, parts, weights)
        jitter = self.covariance.layout.jitter
        total = float(np.trace(weights) + self.shared.total(weights))
        gradient[jitter] = 2.0 * math.exp(2.0 * theta[jitter]) * total
        return value, gradient - prior_gradient
