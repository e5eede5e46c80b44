"""Maximum-likelihood fit of n(z) and D(z) to transitions along a periodic axis, with errors by ion.

The likelihood is composite: overlapping transitions of one ion are treated as independent to find the
maximum, never to judge its error. A weak Gaussian prior on the second differences of ln D keeps a knot that
the data hardly see from running away. Errors are a sandwich H⁻¹ (Σ_i g_i g_iᵀ) H⁻¹ with one score g_i per ion
(Varin, Reid and Firth, Stat. Sin. 21 (2011) 5), so that all correlation in time is inside a sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grainway.analysis.propagator import JointProbability, SplineModel, joint_probabilities
from grainway.errors import AnalysisError

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

_MOST_ITERATIONS = 80
_FISHER_ITERATIONS = 5
_MOST_HALVINGS = 30
_LONGEST_STEP = 1.5
_CONVERGED = 1e-4
_LEAST_VARIANCE = 1e-4

ROUGHNESS_SD = 7.0
"""Prior standard deviation of the second difference of ln D between knots: a tenfold step is 2.3."""


@dataclass(frozen=True, eq=False)
class Transitions:
    """Start and end bins of every ion at several lags.

    Attributes:
        bins: bin of each block-averaged position, shape (n_blocks, n_ions).
        lags: lags in blocks.
        effective_lags: the same in ps, less the time that averaging over a block takes away.
    """

    bins: IntArray
    lags: IntArray
    effective_lags: FloatArray

    def counts(self, lag: int, n_bins: int) -> FloatArray:
        """Return transitions, symmetrised as detailed balance allows, shape (n_bins, n_bins)."""
        flat = np.bincount((self.bins[:-lag] * n_bins + self.bins[lag:]).ravel(), minlength=n_bins**2)
        forward = flat.reshape(n_bins, n_bins).astype(np.float64)
        return np.asarray(0.5 * (forward + forward.T))


@dataclass(frozen=True, eq=False)
class SmoluchowskiFit:
    """Parameters at the maximum and their covariance.

    Attributes:
        model: grid and splines.
        parameters: ln π splines, ln D splines, s (Å²).
        covariance: sandwich covariance of the parameters, clustered by ion.
    """

    model: SplineModel
    parameters: FloatArray
    covariance: FloatArray


def fit_smoluchowski(model: SplineModel, transitions: Transitions, start: FloatArray) -> SmoluchowskiFit:
    """Maximise Σ_lags Σ_ab C_ab ln J_ab by Fisher scoring, then BFGS.

    Converged when the Newton decrement is below 1e-4 per independent transition set, about 0.01 standard
    errors.

    Args:
        model: grid and splines.
        transitions: what was observed; lags are weighted by their numbers of transitions.
        start: first guess of the parameters.

    Returns:
        The maximum and its covariance.

    Raises:
        AnalysisError: when the iteration does not converge.
    """
    counts = [transitions.counts(int(lag), model.n_bins) for lag in transitions.lags]
    prior = _roughness(model, start.size, transitions)
    parameters = start.copy()
    parameters[-1] = max(parameters[-1], _LEAST_VARIANCE)
    point = _evaluate(model, transitions, counts, prior, parameters)
    inverse = np.zeros((start.size, start.size))
    free = np.ones(start.size, dtype=bool)
    tolerance = _CONVERGED * float(transitions.lags.sum())
    for iteration in range(_MOST_ITERATIONS):
        was_free = free.copy()
        free = np.ones(start.size, dtype=bool)
        free[-1] = point.parameters[-1] > _LEAST_VARIANCE or point.gradient[-1] > 0
        if iteration < _FISHER_ITERATIONS or not np.array_equal(free, was_free):
            inverse = _inverse_information(point, prior, free)
        step = inverse @ point.gradient
        if float(point.gradient @ step) < tolerance:
            return SmoluchowskiFit(model, point.parameters, _sandwich(model, transitions, point, prior))
        point, previous = _line_search(model, transitions, counts, prior, point, step), point
        moved, turned = point.parameters - previous.parameters, previous.gradient - point.gradient
        inverse = _bfgs_update(inverse, moved, np.where(free, turned, 0.0))
    raise AnalysisError(
        "the diffusion profile did not converge; the run is too short for the number of knots: run longer or "
        "give a larger knot_spacing"
    )


@dataclass(frozen=True, eq=False)
class _Point:
    """The penalised likelihood, its gradient, and what the errors need, at one set of parameters."""

    parameters: FloatArray
    joints: list[JointProbability]
    totals: list[float]
    value: float
    gradient: FloatArray


def _evaluate(
    model: SplineModel,
    transitions: Transitions,
    counts: list[FloatArray],
    prior: FloatArray,
    parameters: FloatArray,
) -> _Point:
    joints = joint_probabilities(model, parameters, transitions.effective_lags)
    value = -0.5 * float(parameters @ prior @ parameters)
    gradient = -prior @ parameters
    for count, joint in zip(counts, joints, strict=True):
        value += float(np.sum(count * np.log(joint.values)))
        gradient = gradient + joint.derivatives.reshape(parameters.size, -1) @ (count / joint.values).ravel()
    return _Point(parameters, joints, [float(count.sum()) for count in counts], value, gradient)


def _line_search(
    model: SplineModel,
    transitions: Transitions,
    counts: list[FloatArray],
    prior: FloatArray,
    point: _Point,
    step: FloatArray,
) -> _Point:
    """Halve the step until the likelihood rises."""
    step = step * min(1.0, _LONGEST_STEP / float(np.abs(step).max()))
    for _ in range(_MOST_HALVINGS):
        parameters = point.parameters + step
        # s may fall fast but must not jump over its bound, where its slope says nothing
        parameters[-1] = max(parameters[-1], _LEAST_VARIANCE, 0.2 * point.parameters[-1])
        trial = _evaluate(model, transitions, counts, prior, parameters)
        if trial.value > point.value - 1e-13 * abs(point.value):
            return trial
        step = 0.5 * step
    raise AnalysisError("the diffusion profile's likelihood has no ascent direction; check the trajectory")


def _bfgs_update(inverse: FloatArray, moved: FloatArray, turned: FloatArray) -> FloatArray:
    """Update the inverse Hessian of -ln L (Nocedal and Wright, Numerical Optimization, eq. 6.17).

    Where data are few the information differs from the curvature, and scoring alone would crawl.
    """
    curvature = float(moved @ turned)
    if curvature <= 1e-12 * float(np.linalg.norm(moved) * np.linalg.norm(turned)):
        return inverse
    left = np.eye(moved.size) - np.outer(moved, turned) / curvature
    return np.asarray(left @ inverse @ left.T + np.outer(moved, moved) / curvature)


def _inverse_information(point: _Point, prior: FloatArray, free: npt.NDArray[np.bool_]) -> FloatArray:
    """Inverse of the Fisher information and the prior over the free parameters, zero for the others.

    The sum of the ln π splines is undetermined; the pseudo-inverse leaves it where it is.
    """
    information = prior.copy()
    for total, joint in zip(point.totals, point.joints, strict=True):
        scaled = joint.derivatives.reshape(prior.shape[0], -1) / np.sqrt(
            np.maximum(joint.values.ravel(), 1e-30)
        )
        information += total * (scaled @ scaled.T)
    inverse = np.zeros_like(information)
    inverse[np.ix_(free, free)] = np.linalg.pinv(information[np.ix_(free, free)], rcond=1e-10, hermitian=True)
    return inverse


def _roughness(model: SplineModel, n_parameters: int, transitions: Transitions) -> FloatArray:
    """Precision of the prior, times the number of overlapping transitions that count one event."""
    knots = model.n_knots
    identity = np.eye(knots)
    second = np.roll(identity, 1, axis=0) - 2 * identity + np.roll(identity, -1, axis=0)
    precision = np.zeros((n_parameters, n_parameters))
    redundancy = float(transitions.lags.sum())
    precision[knots : 2 * knots, knots : 2 * knots] = redundancy / ROUGHNESS_SD**2 * (second.T @ second)
    return precision


def _sandwich(model: SplineModel, transitions: Transitions, point: _Point, prior: FloatArray) -> FloatArray:
    n_parameters, n_ions = point.parameters.size, transitions.bins.shape[1]
    scores = np.zeros((n_ions, n_parameters))
    for lag, joint in zip(transitions.lags, point.joints, strict=True):
        pairs = transitions.bins[:-lag] * model.n_bins + transitions.bins[lag:]
        for index in range(n_parameters):
            relative = (joint.derivatives[index] / joint.values).ravel()
            scores[:, index] += relative[pairs].sum(axis=0)
    # s counts as free even at its bound, which errs on the side of a larger error
    inverse = _inverse_information(point, prior, np.ones(n_parameters, dtype=bool))
    return np.asarray(inverse @ (scores.T @ scores) @ inverse * (n_ions / max(n_ions - 1, 1)))
