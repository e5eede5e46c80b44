"""Several surrogates of the same evaluations as one, each with a weight.

    p(f) = Σ_m w_m p_m(f),   mean = Σ w_m μ_m,   covariance = Σ w_m [C_m + (μ_m − mean)(μ_m − mean)ᵀ]

What the data do not decide between the models is then part of the uncertainty, also of functions drawn
at many points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cholesky

from grainway.array_types import FloatArray
from grainway.optimise.gp.predictions import LeaveOneOut
from grainway.optimise.gp.surrogate import Surrogate, square_root
from grainway.optimise.points.model_inputs import Points


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Weighted surrogates of the same evaluations.

    Attributes:
        components: surrogates, one or more.
        weights: their weights, positive, sum 1.
    """

    components: tuple[Surrogate, ...]
    weights: tuple[float, ...]

    @classmethod
    def alone(cls, surrogate: Surrogate) -> Mixture:
        """Return the mixture of one."""
        return cls((surrogate,), (1.0,))

    @property
    def points(self) -> Points:
        """The evaluated points, n of them."""
        return self.components[0].points

    @property
    def y(self) -> FloatArray:
        """Observed objective, shape (n,)."""
        return self.components[0].y

    @property
    def se(self) -> FloatArray:
        """Stated standard errors, shape (n,)."""
        return self.components[0].se

    @property
    def scale(self) -> float:
        """What y is divided by in the fits."""
        return self.components[0].scale

    @property
    def jitter(self) -> float:
        """Learned noise beyond the stated one, one standard deviation, units of y."""
        return math.sqrt(sum(w * m.jitter**2 for w, m in zip(self.weights, self.components, strict=True)))

    def predict(self, points: Points) -> tuple[FloatArray, FloatArray]:
        """Return mean and standard deviation of f, each of shape (n_points,), units of y."""
        weights = np.array(self.weights)[:, None]
        means, sds = (
            np.array(part) for part in zip(*(m.predict(points) for m in self.components), strict=True)
        )
        mean = (weights * means).sum(axis=0)
        variance = (weights * (np.square(sds) + np.square(means - mean))).sum(axis=0)
        return mean, np.sqrt(variance)

    def joint(self, a: Points, b: Points | None = None) -> tuple[FloatArray, FloatArray]:
        """Return the mean at ``a`` and the covariance of f between ``a`` and ``b``.

        Returns:
            Mean of shape (len(a),) in units of y and covariance of shape (len(a), len(b)) in its square;
            ``b`` is ``a`` when left out.
        """
        parts = [m.joint(a, b) for m in self.components]
        means_b = [p[0] for p in parts] if b is None else [m.predict(b)[0] for m in self.components]
        weighted = list(zip(self.weights, parts, means_b, strict=True))
        mean = np.asarray(sum(w * part[0] for w, part, _ in weighted))
        mean_b = np.asarray(sum(w * other for w, _, other in weighted))
        covariance = sum(
            w * (part[1] + np.outer(part[0] - mean, other - mean_b)) for w, part, other in weighted
        )
        return mean, np.asarray(covariance)

    def sample(self, points: Points, n_samples: int, rng: np.random.Generator) -> FloatArray:
        """Draw f jointly at the points, shape (n_samples, n_points), units of y; models in turn."""
        shares = np.cumsum([0.0, *self.weights]) * n_samples
        counts = np.diff(np.round(shares / shares[-1] * n_samples).astype(int))
        drawn = [m.sample(points, int(n), rng) for m, n in zip(self.components, counts, strict=True) if n]
        return np.concatenate(drawn)

    def leave_one_out(self) -> LeaveOneOut:
        """Predict each evaluation from the others, at fixed hyperparameters and weights."""
        parts = [m.leave_one_out() for m in self.components]
        weights = np.array(self.weights)[:, None]
        means, sds = np.array([p.mean for p in parts]), np.array([p.sd for p in parts])
        mean = (weights * means).sum(axis=0)
        sd = np.sqrt((weights * (np.square(sds) + np.square(means - mean))).sum(axis=0))
        z = (self.y - mean) / sd
        each = np.log(weights) - 0.5 * np.square((self.y - means) / sds) - np.log(sds)
        density = np.logaddexp.reduce(each, axis=0) - 0.5 * math.log(2.0 * math.pi)
        return LeaveOneOut(mean, sd, z, float(density.sum()))


_GOLDEN = 0.6180339887498949
_NUGGET = 1e-9
"""Relative variance that keeps the factorisation going; an independent part of 3e-5 of the scale of y."""


def draw_functions(
    model: Mixture, points: Points, n_samples: int, first: int, rng: np.random.Generator
) -> FloatArray:
    """Draw functions at points, of which many may be the same to the surrogate.

    Equal points get equal values exactly. Draw number t is from the component in whose share of [0, 1] the
    number t times the golden ratio falls, so that also few draws at a time hold each by its weight in all.

    Returns:
        Shape (n_samples, n), units of y.
    """
    numbers: dict[bytes, int] = {}
    keys = points.keys()
    place = np.array([numbers.setdefault(key, len(numbers)) for key in keys])
    different = points.take(np.unique(place, return_index=True)[1])
    phases = (0.5 + _GOLDEN * np.arange(first, first + n_samples)) % 1.0
    edges = np.cumsum(model.weights)[:-1]
    component = np.searchsorted(edges, phases, side="right")
    normal = rng.standard_normal((n_samples, len(different)))
    drawn = np.empty_like(normal)
    for i in np.unique(component):
        mean, covariance = model.components[i].joint(different)
        chosen = component == i
        drawn[chosen] = mean + normal[chosen] @ _factor(covariance, model.scale).T
    return drawn[:, place]


def _factor(covariance: FloatArray, scale: float) -> FloatArray:
    """Return A with A Aᵀ equal to the covariance; Cholesky's factor, which is much faster where it exists."""
    shifted = covariance.copy()
    shifted[np.diag_indices_from(shifted)] += _NUGGET * scale**2
    try:
        return np.asarray(cholesky(shifted, lower=True, check_finite=False))
    except LinAlgError:
        return square_root(covariance)
