"""Maximum-likelihood fit of n(z) and D(z) to transitions along a periodic axis, with errors by ion.

Errors are a sandwich H⁻¹ (Σ_i g_i g_iᵀ) H⁻¹ with one score g_i per ion (Varin, Reid and Firth, Stat. Sin.
21 (2011) 5), so that all correlation in time is inside a sample. H is the curvature that was observed, not
the one that the model expects: splines cannot follow a sharp edge, and where the model is only nearly right
the two differ (White, Econometrica 50 (1982) 1). With a tenfold slower slab the expected one would understate
the error of s by a third, and with it that of every resistance.
"""

from dataclasses import dataclass

import numpy as np

from grainway.analysis.boundary.profile_likelihood import LikelihoodPoint, ProfileLikelihood, Transitions
from grainway.analysis.boundary.propagator import SplineModel
from grainway.array_types import BoolArray, FloatArray
from grainway.errors import AnalysisError

_MOST_ITERATIONS = 80
_FISHER_ITERATIONS = 5
_MOST_HALVINGS = 30
_LONGEST_STEP = 1.5
_CONVERGED = 1e-6
_LEAST_VARIANCE = 1e-4
_SINGULAR = 1e-10


@dataclass(frozen=True, eq=False)
class SmoluchowskiFit:
    """Parameters at the maximum and what their errors follow from.

    Attributes:
        likelihood: model and transitions.
        point: the maximum.
    """

    likelihood: ProfileLikelihood
    point: LikelihoodPoint

    @property
    def model(self) -> SplineModel:
        """Grid and splines."""
        return self.likelihood.model

    @property
    def parameters(self) -> FloatArray:
        """Splines of ln π, splines of ln D, s (Å²)."""
        return self.point.parameters

    def covariance(self) -> FloatArray:
        """Return the sandwich covariance of the parameters, clustered by ion.

        Raises:
            AnalysisError: when the point is no maximum in every direction.
        """
        everything = np.ones(self.likelihood.n_parameters, dtype=bool)
        if self.parameters[-1] <= _LEAST_VARIANCE:
            # at its bound the curvature of s says nothing; it counts as free, which errs on the larger side
            information = self.likelihood.expected_information(self.point)
        else:
            information = self.likelihood.observed_information(self.point)
            eigenvalues = np.linalg.eigvalsh(information)
            # one direction, the sum of the ln π splines, is undetermined
            if eigenvalues[1] <= _SINGULAR * eigenvalues[-1]:
                raise _not_converged()
        inverse = _inverse(information, everything)
        scores = self.likelihood.scores(self.point)
        n_ions, n_parameters = scores.shape
        # what the parameters took from the scores' scatter
        return np.asarray(inverse @ (scores.T @ scores) @ inverse * (n_ions / max(n_ions - n_parameters, 1)))


def fit_smoluchowski(model: SplineModel, transitions: Transitions, start: FloatArray) -> SmoluchowskiFit:
    """Maximise the likelihood by Fisher scoring, then BFGS.

    Converged when the Newton decrement is below 1e-6 per independent transition set, about 0.001 standard
    errors.

    Returns:
        The maximum.

    Raises:
        AnalysisError: when the iteration does not converge.
    """
    likelihood = ProfileLikelihood(model, transitions)
    parameters = start.copy()
    parameters[-1] = max(parameters[-1], _LEAST_VARIANCE)
    point = likelihood.at(parameters)
    inverse = np.zeros((start.size, start.size))
    free = np.ones(start.size, dtype=bool)
    tolerance = _CONVERGED * float(transitions.lags.sum())
    for iteration in range(_MOST_ITERATIONS):
        was_free = free.copy()
        free = np.ones(start.size, dtype=bool)
        free[-1] = point.parameters[-1] > _LEAST_VARIANCE or point.gradient[-1] > 0
        if iteration < _FISHER_ITERATIONS or not np.array_equal(free, was_free):
            inverse = _inverse(likelihood.expected_information(point), free)
        step = inverse @ point.gradient
        if float(point.gradient @ step) < tolerance:
            return SmoluchowskiFit(likelihood, point)
        point, previous = _line_search(likelihood, point, step), point
        moved, turned = point.parameters - previous.parameters, previous.gradient - point.gradient
        inverse = _bfgs_update(inverse, moved, np.where(free, turned, 0.0))
    raise _not_converged()


def _not_converged() -> AnalysisError:
    return AnalysisError(
        "the diffusion profile did not converge; the run is too short for the number of knots: "
        "run longer or give a larger knot_spacing"
    )


def _line_search(likelihood: ProfileLikelihood, point: LikelihoodPoint, step: FloatArray) -> LikelihoodPoint:
    """Halve the step until the likelihood rises."""
    step = step * min(1.0, _LONGEST_STEP / float(np.abs(step).max()))
    for _ in range(_MOST_HALVINGS):
        parameters = point.parameters + step
        # s may fall fast but must not jump over its bound, where its slope says nothing
        parameters[-1] = max(parameters[-1], _LEAST_VARIANCE, 0.2 * point.parameters[-1])
        trial = likelihood.at(parameters)
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


def _inverse(information: FloatArray, free: BoolArray) -> FloatArray:
    """Inverse over the free parameters, zero for the others; the sum of the ln π splines stays as it is."""
    inverse = np.zeros_like(information)
    inverse[np.ix_(free, free)] = np.linalg.pinv(
        information[np.ix_(free, free)], rcond=_SINGULAR, hermitian=True
    )
    return inverse
