"""Surrogates with hyperparameters drawn from their posterior: a statement must not rest on one choice.

The maximum a posteriori takes the most likely length scales and cusps for certain, which some ten evaluations
do not make them: a function that is a little more wiggly than the likeliest hides lower minima. Draws come
from a Student distribution about the maximum, with the curvature there as its scale, and are resampled by
their weights (Rubin, Bayesian Statistics 3, 395 (1988): sampling importance resampling).
"""

import numpy as np
from scipy.linalg import LinAlgError

from grainway.array_types import FloatArray
from grainway.optimise.gp.log_posterior import LogPosterior
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import Surrogate, condition
from grainway.optimise.model.composite import CompositeSurrogate

N_DRAWS = 8
"""Draws in place of one surrogate: each costs as much to evaluate as the one."""

N_TRIED = 128
"""Sixteen for each draw: resampling needs many times as many as it keeps."""

DEGREES_OF_FREEDOM = 5.0
"""Of the Student distribution: heavier tails than the posterior's, so that no weight grows without limit."""

LEAST_CURVATURE = 0.5
"""About a third of what the priors alone give; the likelihood may lower it, also below zero."""

_STEP = 1e-3
"""Of central differences of an exact gradient, in units in which the priors are 0.2 to 1 wide."""


def with_uncertain_hyperparameters(
    model: Mixture, rng: np.random.Generator, n_draws: int = N_DRAWS
) -> Mixture:
    """Return the mixture with every component replaced by draws of its hyperparameters, of equal weight.

    A component that depends on auxiliary quantities stays as it is.
    """
    components: list[Surrogate] = []
    weights: list[float] = []
    for weight, one in zip(model.weights, model.components, strict=True):
        drawn = [one]
        if not isinstance(one, CompositeSurrogate):
            drawn = [_at(one, theta) for theta in draw_hyperparameters(one, n_draws, rng)]
        components += drawn
        weights += [weight / len(drawn)] * len(drawn)
    return Mixture(tuple(components), tuple(weights))


def draw_hyperparameters(
    surrogate: Surrogate, n_draws: int, rng: np.random.Generator, n_tried: int = N_TRIED
) -> FloatArray:
    """Draw hyperparameter vectors from their posterior.

    Returns:
        Shape (n_draws, layout.size); some may be equal.
    """
    posterior = _posterior(surrogate)
    centre = surrogate.theta
    size, nu = centre.size, DEGREES_OF_FREEDOM
    curvature = np.array(
        [
            (posterior.negative(centre + e)[1] - posterior.negative(centre - e)[1]) / (2.0 * _STEP)
            for e in _STEP * np.eye(size)
        ]
    )
    values, vectors = np.linalg.eigh(0.5 * (curvature + curvature.T))
    root = vectors / np.sqrt(np.maximum(values, LEAST_CURVATURE))
    t = rng.standard_normal((n_tried, size)) * np.sqrt(nu / rng.chisquare(nu, (n_tried, 1)))
    tried = centre + t @ root.T
    log_weights = 0.5 * (nu + size) * np.log1p(np.square(t).sum(axis=1) / nu)
    log_weights += [_log_density(posterior, theta) for theta in tried]
    weights = np.exp(log_weights - log_weights.max())
    # one random number for all draws: the share of each is as near to its weight as whole numbers can be
    positions = (rng.random() + np.arange(n_draws)) / n_draws
    chosen = np.searchsorted(np.cumsum(weights) / weights.sum(), positions)
    return np.asarray(tried[np.minimum(chosen, n_tried - 1)])


def _log_density(posterior: LogPosterior, theta: FloatArray) -> float:
    """Return log p(θ | y), −∞ outside the box of the fit and where the matrix cannot be factorised."""
    low, high = np.array(posterior.covariance.layout.bounds).T
    if ((theta < low) | (theta > high)).any():
        return -np.inf
    try:
        return -posterior.negative(theta)[0]
    except LinAlgError:
        return -np.inf


def _posterior(surrogate: Surrogate) -> LogPosterior:
    scaled, se = (surrogate.y - surrogate.level) / surrogate.scale, surrogate.se / surrogate.scale
    return LogPosterior.of(surrogate.covariance, surrogate.points, scaled, se, surrogate.builds)


def _at(one: Surrogate, theta: FloatArray) -> Surrogate:
    return condition(one.points, one.y, one.se, one.covariance, theta, one.level, one.scale, one.builds)
