"""Measured quantities that must stay within a range: lithium enrichment, oxygen vacancies ...

Each has a surrogate of its own, fitted to its measured values with their standard errors. What a boundary's
value is can only be known after its run, so a point is weighed by the probability that it will be in range.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr

from grainway.array_types import BoolArray, FloatArray, IndexArray
from grainway.errors import ConfigError
from grainway.optimise.evaluation_record import ToldEvaluation
from grainway.optimise.gp.surrogate import Surrogate, fit_surrogate
from grainway.optimise.points.model_inputs import ModelInputs, Points

MIN_MEASURED = 3
"""With fewer values nothing is predicted and no point is weighed down: two give a mean and one deviation, of
which no length scale can be told. Not measured; more would let the first proposals ignore the limits."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A range that a measured quantity must stay in.

    Attributes:
        name: of the quantity, as it is told.
        low: smallest value allowed, its unit; −∞ without one.
        high: largest value allowed; +∞ without one.
    """

    name: str
    low: float = -math.inf
    high: float = math.inf

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high) or not self.low < self.high:
            raise ConfigError.about(
                f"constraints[{self.name!r}]", (self.low, self.high), "low below high", "Swap or widen them."
            )
        if math.isinf(self.low) and math.isinf(self.high):
            raise ConfigError.about(
                f"constraints[{self.name!r}]", "no limit", "low, high or both", "Give one, or leave it out."
            )


@dataclass(frozen=True, slots=True, eq=False)
class ConstraintModels:
    """The surrogates of the constrained quantities; make it with :func:`fit_constraints`.

    Attributes:
        constraints: the ranges.
        surrogates: one of each, None where too few values are known.
    """

    constraints: tuple[Constraint, ...]
    surrogates: tuple[Surrogate | None, ...]

    def log_probability(self, points: Points) -> FloatArray:
        """Return the log probability that all are in range, taken as independent, shape (n_points,).

        As a logarithm, so that points far out of range keep their order.
        """
        out = np.zeros(len(points))
        for constraint, surrogate in zip(self.constraints, self.surrogates, strict=True):
            if surrogate is None:
                continue
            mean, sd = surrogate.predict(points)
            sd = np.maximum(sd, 1e-12)
            low, high = (constraint.low - mean) / sd, (constraint.high - mean) / sd
            # in the upper tail the difference of two numbers near 1 is taken from the other side
            low, high = np.where(low > 0, -high, low), np.where(low > 0, -low, high)
            log_high = log_ndtr(high)
            out += log_high + np.log1p(-np.exp(np.minimum(log_ndtr(low) - log_high, -1e-300)))
        return out

    def admissible(self, points: Points) -> BoolArray:
        """Tell which points may be recommended: more likely in range than not; of none, the likeliest."""
        in_range = self.log_probability(points)
        return np.asarray(in_range >= min(math.log(0.5), float(in_range.max())))

    def probability(self, points: Points) -> FloatArray:
        """Return the probability that all are in range, shape (n_points,)."""
        return np.asarray(np.exp(self.log_probability(points)))


def fit_constraints(
    constraints: Sequence[Constraint],
    rows: Sequence[ToldEvaluation],
    inputs: ModelInputs,
    kernel: str,
    builds_of: Callable[[Sequence[ToldEvaluation]], IndexArray],
) -> ConstraintModels:
    """Fit the surrogates of the constrained quantities."""
    surrogates: list[Surrogate | None] = []
    for constraint in constraints:
        measured = [row for row in rows if constraint.name in row.aux]
        if len(measured) < MIN_MEASURED:
            surrogates.append(None)
            continue
        values, errors = np.array([row.aux[constraint.name] for row in measured]).T
        points = inputs.points([row.proposal.values for row in measured])
        builds = builds_of(measured)
        surrogates.append(fit_surrogate(points, values, errors, inputs.groups, kernel=kernel, builds=builds))
    return ConstraintModels(tuple(constraints), tuple(surrogates))
