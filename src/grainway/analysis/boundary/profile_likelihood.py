"""The likelihood of transitions along a periodic axis, its slope and its information.

The likelihood is composite: overlapping transitions of one ion are treated as independent to find the
maximum, never to judge its error. A weak Gaussian prior on the second differences of ln D keeps a knot that
the data hardly see from running away.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grainway.analysis.boundary.propagator import Propagator, SplineModel
from grainway.array_types import FloatArray, IndexArray

ROUGHNESS_SD = 7.0
"""Prior standard deviation of the second difference of ln D between knots: a tenfold step is 2.3."""

_DIFFERENCE = 1e-4
_ANYWHERE = 1e-7
"""Share of transitions that may lead anywhere. One jump that the model all but excludes would otherwise be
worth the logarithm of a rounding error, and the likelihood would have no slope to climb."""


@dataclass(frozen=True, eq=False)
class Transitions:
    """Start and end bins of every ion at several lags.

    Attributes:
        bins: bin of each block-averaged position, shape (n_blocks, n_ions).
        lags: lags in blocks.
        effective_lags: the same in ps, less the time that averaging over a block takes away.
    """

    bins: IndexArray
    lags: IndexArray
    effective_lags: FloatArray

    def counts(self, lag: int, n_bins: int) -> FloatArray:
        """Return transitions, symmetrised as detailed balance allows, shape (n_bins, n_bins)."""
        flat = np.bincount((self.bins[:-lag] * n_bins + self.bins[lag:]).ravel(), minlength=n_bins**2)
        forward = flat.reshape(n_bins, n_bins).astype(np.float64)
        return np.asarray(0.5 * (forward + forward.T))


@dataclass(frozen=True, eq=False)
class LikelihoodPoint:
    """The penalised log-likelihood and its gradient at one set of parameters."""

    parameters: FloatArray
    propagator: Propagator
    joints: list[FloatArray]
    value: float
    gradient: FloatArray


@dataclass(frozen=True, eq=False)
class ProfileLikelihood:
    """Σ_lags Σ_ab C_ab ln J_ab plus the prior, as a function of (ln π splines, ln D splines, s).

    Attributes:
        model: grid and splines.
        transitions: what was observed; lags are weighted by their numbers of transitions.
    """

    model: SplineModel
    transitions: Transitions

    @property
    def n_parameters(self) -> int:
        """Splines of ln π and of ln D, and s."""
        return 2 * self.model.n_knots + 1

    @cached_property
    def counts(self) -> list[FloatArray]:
        """Transition counts of each lag."""
        return [self.transitions.counts(int(lag), self.model.n_bins) for lag in self.transitions.lags]

    @cached_property
    def prior(self) -> FloatArray:
        """Precision of the prior, times the number of overlapping transitions that count one event."""
        knots = self.model.n_knots
        identity = np.eye(knots)
        second = np.roll(identity, 1, axis=0) - 2 * identity + np.roll(identity, -1, axis=0)
        precision = np.zeros((self.n_parameters, self.n_parameters))
        redundancy = float(self.transitions.lags.sum())
        precision[knots : 2 * knots, knots : 2 * knots] = redundancy / ROUGHNESS_SD**2 * (second.T @ second)
        return precision

    def at(self, parameters: FloatArray) -> LikelihoodPoint:
        """Evaluate at one set of parameters."""
        propagator = Propagator(self.model, parameters)
        anywhere = _ANYWHERE / self.model.n_bins**2
        joints = [
            (1 - _ANYWHERE) * propagator.joint(float(lag)) + anywhere
            for lag in self.transitions.effective_lags
        ]
        value = -0.5 * float(parameters @ self.prior @ parameters)
        gradient = -self.prior @ parameters
        for lag, count, joint in zip(self.transitions.effective_lags, self.counts, joints, strict=True):
            value += float(np.sum(count * np.log(joint)))
            gradient = gradient + propagator.gradient(float(lag), count / joint)
        return LikelihoodPoint(parameters, propagator, joints, value, gradient)

    def expected_information(self, point: LikelihoodPoint) -> FloatArray:
        """Fisher information of the model at a point, and the prior."""
        information = self.prior.copy()
        for lag, count, joint in zip(self.transitions.effective_lags, self.counts, point.joints, strict=True):
            slopes = point.propagator.derivatives(float(lag)).reshape(self.n_parameters, -1)
            scaled = slopes / np.sqrt(np.maximum(joint.ravel(), 1e-30))
            information += float(count.sum()) * (scaled @ scaled.T)
        return information

    def observed_information(self, point: LikelihoodPoint) -> FloatArray:
        """Curvature -∂²ln L/∂θ∂θ at a point, from differences of the exact gradient."""
        information = np.empty((self.n_parameters, self.n_parameters))
        for index in range(self.n_parameters):
            shift = np.zeros(self.n_parameters)
            # every parameter is a logarithm but s, which must stay positive
            shift[index] = _DIFFERENCE * (point.parameters[-1] if index == self.n_parameters - 1 else 1.0)
            above = self.at(point.parameters + shift).gradient
            below = self.at(point.parameters - shift).gradient
            information[index] = (below - above) / (2 * shift[index])
        return np.asarray(0.5 * (information + information.T))

    def scores(self, point: LikelihoodPoint) -> FloatArray:
        """Slope of each ion's log-likelihood, shape (n_ions, n_parameters)."""
        bins = self.transitions.bins
        scores = np.zeros((bins.shape[1], self.n_parameters))
        steps = self.transitions.lags
        for step, lag, joint in zip(steps, self.transitions.effective_lags, point.joints, strict=True):
            pairs = bins[:-step] * self.model.n_bins + bins[step:]
            slopes = point.propagator.derivatives(float(lag))
            for index in range(self.n_parameters):
                scores[:, index] += (slopes[index] / joint).ravel()[pairs].sum(axis=0)
        return scores
