"""Which points may be proposed: failures are learned from, never told to the surrogate as a bad value.

A failed run says nothing about the objective. It closes a small box around its point (tabu) and lowers the
probability of success near it, which multiplies the acquisition.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from grainway.array_types import BoolArray, FloatArray
from grainway.design_space import Categorical, DesignSpace

TABU_RADIUS = 0.05
"""Half the edge of the closed box, as a fraction of each parameter's range: it closes a tenth of one
parameter and a hundredth of two; farther off the probability of success decides."""

BANDWIDTH = 0.15
"""Range of an outcome's influence, root mean square over the parameters of the fraction of their ranges:
below the usual length scale, so that a failure does not rule out what the surrogate cannot yet tell apart
from it."""


@dataclass(frozen=True, slots=True, eq=False)
class FailureModel:
    """Outcomes as places of success and failure.

    Attributes:
        space: the design space.
        failed: failed points, one number in [0, 1] per parameter, shape (n_failed, n_parameters).
        succeeded: evaluated points, shape (n_succeeded, n_parameters).
        tabu_radius: half the edge of the closed box.
    """

    space: DesignSpace
    failed: FloatArray
    succeeded: FloatArray
    tabu_radius: float = TABU_RADIUS

    def tabu(self, units: FloatArray) -> BoolArray:
        """Tell which points, shape (n, n_parameters), lie in the box around a failure."""
        if len(self.failed) == 0:
            return np.zeros(len(units), dtype=bool)
        near = np.ones((len(units), len(self.failed)), dtype=bool)
        for distance in self._distances(units, self.failed):
            near &= distance <= self.tabu_radius + 1e-12
        return np.asarray(near.any(axis=1))

    def success_probability(self, units: FloatArray) -> FloatArray:
        """Return P(success) by counting outcomes weighted by nearness, shape (n,).

            P(x) = [q + Σ_succeeded w(x, x_i)] / [1 + Σ_all w(x, x_i)],   q = (n_succeeded + 1)/(n + 1)

        q, the overall rate, weighs as much as one outcome at x itself, so it decides far from all outcomes.

        Args:
            units: shape (n, n_parameters).
        """
        n_succeeded, n_failed = len(self.succeeded), len(self.failed)
        rate = (n_succeeded + 1.0) / (n_succeeded + n_failed + 1.0)
        near_success, near_failure = (
            self._influence(units, self.succeeded),
            self._influence(units, self.failed),
        )
        return np.asarray((rate + near_success) / (1.0 + near_success + near_failure))

    def _influence(self, units: FloatArray, outcomes: FloatArray) -> FloatArray:
        if len(outcomes) == 0:
            return np.zeros(len(units))
        squared = np.zeros((len(units), len(outcomes)))
        for distance in self._distances(units, outcomes):
            squared += np.square(distance)
        squared *= -0.5 / (BANDWIDTH**2 * len(self.space.parameters))
        return np.asarray(np.exp(squared).sum(axis=1))

    def _distances(self, a: FloatArray, b: FloatArray) -> Iterator[FloatArray]:
        """Yield |Δ| of each parameter, shape (len(a), len(b)); different choices are 1 apart."""
        for i, parameter in enumerate(self.space.parameters):
            difference = np.abs(np.subtract.outer(a[:, i], b[:, i]))
            yield (difference > 1e-9).astype(np.float64) if isinstance(parameter, Categorical) else difference
