"""What a further evaluation is worth, in units of the objective.

New points: noisy expected improvement (Letham, Karrer, Ottoni & Bakshy, Bayesian Anal. 14, 495 (2019)). The
noise-free f is sampled jointly at evaluated and pending points, each sample has its own best value, and
the expected improvement on it is averaged.

Evaluated points have no improvement left in that sense, yet a second run there can be the best use of the
time. Its worth is the knowledge gradient (Frazier, Powell & Dayanik, INFORMS J. Comput. 21, 599 (2009)) over
the evaluated points: how far the lowest posterior mean is expected to fall when the noisy value is in.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from grainway.optimise.inputs import Points
from grainway.optimise.mixture import Mixture
from grainway.optimise.surrogate import Surrogate

FloatArray = npt.NDArray[np.float64]

N_PAIRS = 128
N_NODES = 64


def noisy_expected_improvement(
    model: Mixture,
    known: Points,
    candidates: Points,
    rng: np.random.Generator,
    n_pairs: int = N_PAIRS,
) -> FloatArray:
    """Return the expected improvement over the best of evaluated and pending points.

    Args:
        model: the fitted surrogates; the improvement is averaged over them.
        known: evaluated and pending points, without repetition.
        candidates: new points.
        rng: its numbers are used in antithetic pairs.
        n_pairs: pairs of joint samples.

    Returns:
        Shape (len(candidates),), units of y, never negative.
    """
    normal = rng.standard_normal((n_pairs, len(known)))
    gains = [_improvement(component, known, candidates, normal) for component in model.components]
    return np.asarray(sum(w * gain for w, gain in zip(model.weights, gains, strict=True)))


def _improvement(surrogate: Surrogate, known: Points, candidates: Points, half: FloatArray) -> FloatArray:
    """Return the expected improvement under one surrogate; ``half`` has shape (n_pairs, len(known))."""
    mean_known, covariance = surrogate.joint(known)
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    kept = values > 1e-10 * surrogate.scale**2
    root = np.sqrt(values[kept])
    normal = np.concatenate([half, -half])[:, kept]
    best = (mean_known + normal @ (vectors[:, kept] * root).T).min(axis=1)
    mean, cross = surrogate.joint(candidates, known)
    _, sd = surrogate.predict(candidates)
    # f(candidate) given the sampled f(known) is normal with this gain times the same normal numbers
    gain = cross @ (vectors[:, kept] / root)
    rest = np.sqrt(np.maximum(np.square(sd) - np.square(gain).sum(axis=1), 0.0))
    improvement = best[None, :] - (mean[:, None] + gain @ normal.T)
    sigma = np.maximum(rest, 1e-9 * surrogate.scale)[:, None]
    u = improvement / sigma
    expected = improvement * ndtr(u) + sigma * np.exp(-0.5 * u**2) / math.sqrt(2.0 * math.pi)
    expected = np.maximum(expected, 0.0).mean(axis=1)
    # no room left once f at the known points is given: a boundary that is known, under another name
    return np.asarray(np.where(rest > 1e-4 * surrogate.scale, expected, 0.0))


def replication_value(model: Mixture, evaluated: Points, pending: Points, noise_sd: float) -> FloatArray:
    """Return how far a repeated evaluation is expected to lower the smallest posterior mean.

    Pending evaluations are counted as done: they shrink the covariance and leave the mean as it is.

    Args:
        model: the fitted surrogates; the value is averaged over them.
        evaluated: evaluated points without repetition, at least one.
        pending: points still running, may be empty.
        noise_sd: standard deviation of a further evaluation, units of y.

    Returns:
        Shape (len(evaluated),), units of y, never negative.
    """
    parts = [_replication(component, evaluated, pending, noise_sd) for component in model.components]
    return np.asarray(sum(w * part for w, part in zip(model.weights, parts, strict=True)))


def _replication(surrogate: Surrogate, evaluated: Points, pending: Points, noise_sd: float) -> FloatArray:
    joined = evaluated.join(pending)
    mean, covariance = surrogate.joint(joined)
    n = len(evaluated)
    variance = noise_sd**2 + 1e-12 * surrogate.scale**2
    if len(pending):
        cross = covariance[:, n:]
        observed = covariance[n:, n:] + variance * np.eye(len(pending))
        covariance = covariance - cross @ np.linalg.solve(observed, cross.T)
    own = np.maximum(np.diag(covariance)[:n], 0.0)
    shift = covariance[:n, :n] / np.sqrt(own + variance)[:, None]
    nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
    weights = weights / weights.sum()
    lowest = (mean[None, :n, None] + shift[:, :, None] * nodes).min(axis=1)
    return np.asarray(np.maximum(mean[:n].min() - lowest @ weights, 0.0))


def knowledge_gradient(
    model: Mixture, known: Points, pending: Points, candidates: Points, noise_sd: float
) -> FloatArray:
    """Return how far an evaluation of a new point is expected to lower the smallest posterior mean.

    Smallest over the evaluated points and the new one, since only evaluated points are recommended.

    Args:
        model: the fitted surrogates; the value is averaged over them.
        known: evaluated and pending points without repetition.
        pending: points still running, may be empty: they shrink the covariance.
        candidates: new points.
        noise_sd: standard deviation of an evaluation, units of y.

    Returns:
        Shape (len(candidates),), units of y, never negative.
    """
    parts = [_gradient(component, known, pending, candidates, noise_sd) for component in model.components]
    return np.asarray(sum(w * part for w, part in zip(model.weights, parts, strict=True)))


def _gradient(
    surrogate: Surrogate, known: Points, pending: Points, candidates: Points, noise_sd: float
) -> FloatArray:
    variance = noise_sd**2 + 1e-12 * surrogate.scale**2
    mean_known, _ = surrogate.predict(known)
    mean, cross = surrogate.joint(candidates, known)
    own = np.square(surrogate.predict(candidates)[1])
    if len(pending):
        _, to_pending = surrogate.joint(candidates, pending)
        _, known_pending = surrogate.joint(known, pending)
        _, among = surrogate.joint(pending)
        solved = np.linalg.solve(among + variance * np.eye(len(pending)), to_pending.T)
        cross = cross - (known_pending @ solved).T
        own = np.maximum(own - np.einsum("cp,pc->c", to_pending, solved), 0.0)
    spread = np.sqrt(own + variance)[:, None]
    nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
    weights = weights / weights.sum()
    lowest = mean[:, None] + (own[:, None] / spread) * nodes
    slopes = cross / spread
    for i, node in enumerate(nodes):
        lowest[:, i] = np.minimum(lowest[:, i], (mean_known[None, :] + slopes * node).min(axis=1))
    # against what the same nodes give without the new value, so that rounding leaves no gain
    return np.asarray(np.maximum(mean_known.min() - lowest @ weights, 0.0))
