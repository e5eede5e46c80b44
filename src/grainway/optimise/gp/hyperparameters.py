"""The surrogate's hyperparameters, their priors and their place in one vector.

All are fitted to their maximum a posteriori, on the scale of the data. Length scales have a log-normal prior;
those of the part that depends on all inputs at once grow as the square root of their number, so that a prior
function stays equally wiggly in any dimension (Hvarfner, Hellsten & Nardi, ICML 2024). The depths of the
cusps have a log-normal prior too: a mode at zero would rule out cusps wherever none has been looked for, and
the model would never look. Evaluations at coincidences that show none make them shallow, and the model
without the feature is weighed beside this one.

The numbers of the priors are judgements of scale, not fits: each says below what it takes for granted. No
choice among them was made on the functions that docs/optimiser.md measures them on, of seeds 1000 and up.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from grainway.array_types import FloatArray
from grainway.optimise.points.coincidence_feature import BRANDON_WIDTH_DEG

FULL_MEDIAN, PAIRWISE_MEDIAN, ADDITIVE_MEDIAN, AMPLITUDE_SPREAD = 0.3, 0.4, 0.5, 0.7
"""Of amplitudes, on the scale of the data: the variances of the three parts sum to 0.5, cusps and noise are
to explain the rest, and the lower orders are the larger. The spread is a factor of 2 either way, so that the
data can turn the order round."""

LENGTH_MEDIAN, LENGTH_SPREAD = 0.35, 0.8
"""Of length scales, inputs being scaled to [0, 1]: a third of a range; one standard deviation reaches from
0.16 to 0.78."""

JITTER_SPREAD = 1.0
"""Of the noise beyond the stated one: its size is not known before builds are repeated, to a factor of e."""

WIDTH_SPREAD = 0.5
"""About Brandon's 15° (Acta Metall. 14, 1479 (1966)): 9 to 25° within one standard deviation."""

EXPONENT_MEAN, EXPONENT_SPREAD = 0.5, 0.2
"""Depths fall as Σ^(−p): p = 1/2, as the range does in Brandon's criterion; 0, no fall, is 2.5 standard
deviations away."""

SHARED_DEPTH_MEDIAN, FAMILY_DEPTH_MEDIAN, DEPTH_SPREAD = 0.5, 0.3, 0.8
"""Of the cusps, on the scale of the objective: half its spread for all families together, less for what one
has of its own, known to a factor of 2.2."""

STRENGTH_MEDIAN, STRENGTH_SPREAD = 0.3, 1.0
"""Change of the objective by one standard deviation of an auxiliary quantity: a third of its spread, to a
factor of e. Whether such a model is used at all is decided by its left-out evaluations, not by this prior."""


@dataclass(frozen=True, slots=True)
class HyperparameterLayout:
    """Where each stands: log σ_f, log σ_a, log σ_p, log ℓ_g, log jitter, coincidence, auxiliaries.

    Attributes:
        n_groups: number of length scales.
        coincidence: True when the vector holds log a_shared, log a_family, log w and p.
        jitter_median: median of the learned noise beyond the stated one, in units of the scaled objective.
        n_added: number of auxiliary quantities that the objective depends on, each with a log b.
    """

    n_groups: int
    coincidence: bool
    jitter_median: float
    n_added: int = 0

    @property
    def amplitudes(self) -> slice:
        """Places of log σ_f, log σ_a and log σ_p."""
        return slice(0, 3)

    @property
    def full(self) -> int:
        """Place of log σ_f, the amplitude of the part that depends on all inputs at once."""
        return 0

    @property
    def additive(self) -> int:
        """Place of log σ_a, the amplitude of the part that depends on each input alone."""
        return 1

    @property
    def pairwise(self) -> int:
        """Place of log σ_p, the amplitude of the part that depends on two inputs at a time."""
        return 2

    @property
    def n_pairs(self) -> int:
        """Number of pairs of inputs."""
        return self.n_groups * (self.n_groups - 1) // 2

    @property
    def lengths(self) -> slice:
        """Places of log ℓ_g."""
        return slice(3, 3 + self.n_groups)

    @property
    def jitter(self) -> int:
        """Place of the logarithm of the jitter."""
        return 3 + self.n_groups

    @property
    def depths(self) -> slice:
        """Places of log a_shared and log a_family."""
        return slice(4 + self.n_groups, 6 + self.n_groups)

    @property
    def cusp(self) -> slice:
        """Places of log w and p."""
        return slice(6 + self.n_groups, 8 + self.n_groups)

    @property
    def strengths(self) -> slice:
        """Places of log b, the change of the objective by one standard deviation of an auxiliary quantity."""
        return slice(self.size - self.n_added, self.size)

    @property
    def size(self) -> int:
        """Length of the vector."""
        return self.n_groups + 4 + (4 if self.coincidence else 0) + self.n_added

    @property
    def prior_median(self) -> FloatArray:
        """The vector at the medians of the priors, the first start of the fit."""
        # each of the G additive parts has the amplitude, their sum √G times it
        additive = math.log(ADDITIVE_MEDIAN) - 0.5 * math.log(self.n_groups)
        pairwise = math.log(PAIRWISE_MEDIAN) - 0.5 * math.log(max(self.n_pairs, 1))
        # one input has no pairs: their share of the variance goes to the only other part
        full = FULL_MEDIAN if self.n_pairs else math.hypot(FULL_MEDIAN, PAIRWISE_MEDIAN)
        medians = [math.log(full), additive, pairwise, *[math.log(LENGTH_MEDIAN)] * self.n_groups]
        medians.append(math.log(self.jitter_median))
        if self.coincidence:
            medians += [math.log(SHARED_DEPTH_MEDIAN), math.log(FAMILY_DEPTH_MEDIAN)]
            medians += [math.log(BRANDON_WIDTH_DEG), EXPONENT_MEAN]
        medians += [math.log(STRENGTH_MEDIAN)] * self.n_added
        return np.array(medians)

    @property
    def prior_spread(self) -> FloatArray:
        """Standard deviations of the priors, which are normal about the medians."""
        spread = [AMPLITUDE_SPREAD] * 3 + [LENGTH_SPREAD] * self.n_groups + [JITTER_SPREAD]
        if self.coincidence:
            spread += [DEPTH_SPREAD] * 2 + [WIDTH_SPREAD, EXPONENT_SPREAD]
        return np.array(spread + [STRENGTH_SPREAD] * self.n_added)

    @property
    def starts(self) -> list[FloatArray]:
        """Fixed starts: the medians, a short-ranged and quiet function, a flat and noisy one."""
        middle = self.prior_median
        wiggly, flat = middle.copy(), middle.copy()
        wiggly[self.lengths] -= 0.8
        wiggly[self.jitter] -= 1.0
        flat[self.lengths] += 0.8
        flat[self.jitter] += 1.0
        if self.coincidence:
            wiggly[self.depths] -= 2.0
            flat[self.depths] += 0.7
        # a function of geometry alone against one of the auxiliary quantities
        wiggly[self.strengths] -= 2.0
        flat[self.strengths] += 1.0
        return [middle, wiggly, flat]

    @property
    def bounds(self) -> list[tuple[float, float]]:
        """Box of the fit, wide enough that the priors and not the box decide."""
        box = [(-5.0, 3.0)] * 3 + [*[(-4.0, 5.0)] * self.n_groups, (math.log(1e-6), 1.5)]
        if self.coincidence:
            box += [(math.log(1e-4), 2.0)] * 2 + [(0.0, 4.5), (0.0, 1.5)]
        box += [(math.log(1e-4), 2.0)] * self.n_added
        return box

    def named(self, theta: FloatArray, scale: float) -> dict[str, Any]:
        """Return the hyperparameters by name, JSON-ready; amplitudes in units of y.

        Args:
            theta: the vector.
            scale: what y is divided by in the fit.
        """
        out: dict[str, Any] = {
            "amplitude": scale * math.exp(float(theta[self.full])),
            "amplitude_pairwise": scale * math.exp(float(theta[self.pairwise])),
            "amplitude_additive": scale * math.exp(float(theta[self.additive])),
            "length_scales": np.exp(theta[self.lengths]).tolist(),
            "jitter": scale * math.exp(float(theta[self.jitter])),
            "coincidence": None,
        }
        if self.coincidence:
            shared, family = scale * np.exp(theta[self.depths])
            log_width, exponent = theta[self.cusp]
            out["coincidence"] = {
                "amplitude_shared": float(shared),
                "amplitude_family": float(family),
                "width_deg": math.exp(float(log_width)),
                "sigma_exponent": float(exponent),
            }
        return out

    def log_prior(self, theta: FloatArray) -> tuple[float, FloatArray]:
        """Return the log prior density up to a constant, and its gradient."""
        spread = self.prior_spread
        z = (theta - self.prior_median) / spread
        return -0.5 * float(z @ z), -z / spread
