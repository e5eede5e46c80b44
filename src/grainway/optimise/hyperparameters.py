"""The surrogate's hyperparameters, their priors and their place in one vector.

All are fitted to their maximum a posteriori. Length scales have a log-normal prior whose median grows as
the square root of the number of inputs, so that a prior function stays equally wiggly in any dimension
(Hvarfner, Hellsten & Nardi, ICML 2024). The amplitudes of the coincidence feature have an exponential
prior: the density is largest at zero, so a feature that explains nothing is switched off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grainway.optimise.coincidence import BRANDON_WIDTH_DEG

FloatArray = npt.NDArray[np.float64]

SIGNAL_SPREAD = 0.5
LENGTH_MEDIAN = 0.5
LENGTH_SPREAD = 0.8
JITTER_SPREAD = 1.0
WIDTH_SPREAD = 0.5
EXPONENT_MEAN, EXPONENT_SPREAD = 0.5, 0.2
RELEVANCE_SCALE = 1.0


@dataclass(frozen=True, slots=True)
class HyperparameterLayout:
    """Where each hyperparameter stands: log σ, log ℓ_g, log jitter, then the coincidence feature's.

    Attributes:
        n_groups: number of length scales.
        coincidence: True when the vector holds log a_shared, log a_family, log w and p.
        jitter_median: median of the learned noise beyond the stated one, in units of the scaled objective.
    """

    n_groups: int
    coincidence: bool
    jitter_median: float

    @property
    def size(self) -> int:
        """Length of the vector."""
        return self.n_groups + 2 + (4 if self.coincidence else 0)

    @property
    def prior_median(self) -> FloatArray:
        """The vector at the medians of the priors, the first start of the fit."""
        length = math.log(LENGTH_MEDIAN) + 0.5 * math.log(self.n_groups)
        medians = [0.0, *[length] * self.n_groups, math.log(self.jitter_median)]
        if self.coincidence:
            medians += [math.log(0.5), math.log(0.3), math.log(BRANDON_WIDTH_DEG), EXPONENT_MEAN]
        return np.array(medians)

    @property
    def starts(self) -> list[FloatArray]:
        """Fixed starts: the medians, a short-ranged and quiet function, a flat and noisy one."""
        middle = self.prior_median
        wiggly, flat = middle.copy(), middle.copy()
        wiggly[1 : 1 + self.n_groups] -= 0.8
        wiggly[1 + self.n_groups] -= 1.0
        flat[1 : 1 + self.n_groups] += 0.8
        flat[1 + self.n_groups] += 1.0
        if self.coincidence:
            wiggly[-4:-2] -= 2.0
            flat[-4:-2] += 0.7
        return [middle, wiggly, flat]

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Box of the fit, wide enough that the priors and not the box decide."""
        box = [(-3.0, 3.0), *[(-4.0, 5.0)] * self.n_groups, (math.log(1e-6), 1.5)]
        if self.coincidence:
            box += [(math.log(1e-4), 2.0)] * 2 + [(0.0, 4.5), (0.0, 1.5)]
        return box

    def log_prior(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Return the log prior density up to a constant, and its gradient."""
        mean = self.prior_median
        spread = np.array([SIGNAL_SPREAD, *[LENGTH_SPREAD] * self.n_groups, JITTER_SPREAD])
        n = spread.size
        z = (theta[:n] - mean[:n]) / spread
        value = -0.5 * float(z @ z)
        gradient = np.zeros_like(theta)
        gradient[:n] = -z / spread
        if self.coincidence:
            amplitudes = np.exp(theta[n : n + 2]) / RELEVANCE_SCALE
            value -= float(amplitudes.sum())
            gradient[n : n + 2] = -amplitudes
            shape = (theta[n + 2 :] - mean[n + 2 :]) / np.array([WIDTH_SPREAD, EXPONENT_SPREAD])
            value -= 0.5 * float(shape @ shape)
            gradient[n + 2 :] = -shape / np.array([WIDTH_SPREAD, EXPONENT_SPREAD])
        return value, gradient
