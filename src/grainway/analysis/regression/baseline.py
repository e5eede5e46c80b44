"""Is a boundary better than a conventional one? The baseline, honest values of selected ones, the test."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from grainway.analysis.regression.regression_fit import corrected_fit
from grainway.analysis.statistics.multiplicity import holm, two_sided_p
from grainway.domain import Estimate
from grainway.errors import AnalysisError

_LEAST_FOR_SHRINKAGE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineComparison:
    """How much lower the resistivity of a boundary is than the baseline's.

    Attributes:
        difference: log10 of baseline over boundary, decades; ``n_independent - 1`` are Welch's degrees of
            freedom.
        p_value: two-sided, of no difference.
        p_adjusted: the same adjusted for the number of boundaries compared (Holm).
    """

    difference: Estimate
    p_value: float
    p_adjusted: float

    @property
    def factor(self) -> float:
        """Resistivity of the baseline over that of the boundary."""
        return _power(self.difference.value)

    @property
    def factor_interval(self) -> tuple[float, float]:
        """95 % interval of the factor, of this comparison alone."""
        low, high = self.difference.interval(0.95)
        return _power(low), _power(high)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            **asdict(self),
            "difference": self.difference.to_dict(),
            "factor": self.factor,
            "factor_interval_95": list(self.factor_interval),
        }


def weighted_mean(values: Sequence[Estimate], weights: Sequence[float] | None = None) -> Estimate:
    """Return the mean of a population of boundaries of which some were measured.

    b = Σ w_i y_i with standard error √(s² Σ w_i²), where s² = Σ w_i (y_i - b)²/(1 - Σ w_i²) is the scatter
    between boundaries; never below √(Σ w_i² s_i²), what the measurements alone allow. 1/Σ w_i² boundaries of
    equal weight would do as well (Kish, Survey Sampling, 1965, sec. 11.7): that is ``n_independent``.

    Args:
        values: log10 resistivities, decades, one per boundary.
        weights: shares of the population, proportional; equal by default.

    Raises:
        AnalysisError: for fewer than two boundaries, limits, or weights that are not positive.
    """
    if len(values) < 2 or any(e.bound is not None for e in values):
        raise AnalysisError.about(
            "values", len(values), "two or more boundaries with values, not limits", "Evaluate another one."
        )
    share = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    if share.shape != (len(values),) or not (np.isfinite(share) & (share > 0)).all():
        raise AnalysisError.about("weights", weights, "one positive number per value", "Leave out the rest.")
    share = share / share.sum()
    y = np.array([e.value for e in values])
    errors = np.array([e.standard_error for e in values])
    mean, concentration = float(share @ y), float(share @ share)
    scatter = float(share @ (y - mean) ** 2) / (1 - concentration)
    measured = float(share**2 @ errors**2)
    variance = max(scatter * concentration, measured)
    return Estimate(mean, math.sqrt(variance), values[0].unit, 1 / concentration)


def shrunken(values: Sequence[Estimate]) -> tuple[Estimate, ...]:
    """Return what to expect of each boundary, given that all of them are of one kind.

    The lowest of many noisy values is too low on average (the winner's curse); their posterior means under
    a normal population whose mean m and variance τ² all of them tell,

        m + (1 - B_i)(y_i - m),    B_i = (k - 3)/(k - 1) · s_i²/(s_i² + τ²),

    are not, whichever boundary is then selected (Efron and Morris, J. Am. Stat. Assoc. 70 (1975) 311). The
    error adds what is uncertain in m and B_i (Morris, J. Am. Stat. Assoc. 78 (1983) 47).

    Args:
        values: log10 resistivities, decades, one per boundary, errors independent.

    Returns:
        In the order given; Student's intervals with k - 1 degrees of freedom, k boundaries.

    Raises:
        AnalysisError: for fewer than four boundaries, or limits.
    """
    k = len(values)
    if k < _LEAST_FOR_SHRINKAGE or any(e.bound is not None for e in values):
        raise AnalysisError.about(
            "values", k, "four or more boundaries with values, not limits", "Evaluate more boundaries."
        )
    y = np.array([e.value for e in values])
    variance = np.array([e.standard_error for e in values]) ** 2
    if not np.ptp(y) or not variance.any():
        return tuple(Estimate(e.value, e.standard_error, e.unit, float(k)) for e in values)
    fit = corrected_fit(np.ones((k, 1)), np.zeros((k, 1)), y, variance)
    mean, spread = float(fit.coefficients[0]), fit.scatter**2
    total = variance + spread
    factor = np.divide(variance, total, out=np.zeros(k), where=total > 0) * (k - 3) / (k - 1)
    uncertain = 2 / (k - 3) * factor**2 * np.divide(total.mean(), total, out=np.zeros(k), where=total > 0)
    posterior = variance * (1 - factor) + factor**2 * fit.covariance[0, 0] + uncertain * (y - mean) ** 2
    return tuple(
        Estimate(float(mean + (1 - b) * (v - mean)), math.sqrt(p), e.unit, float(k))
        for e, v, b, p in zip(values, y, factor, posterior, strict=True)
    )


def compare_with_baseline(
    candidates: Sequence[Estimate], baseline: Estimate
) -> tuple[BaselineComparison, ...]:
    """Test whether boundaries differ from a baseline, by Welch's test with Holm's correction.

    A candidate that was selected for its low value must not enter with that value: give the posterior mean
    of the optimiser's model, :func:`shrunken` values, or the mean of replicas that were run after the
    selection (:func:`combine_replicas`).

    Args:
        candidates: log10 resistivities, decades.
        baseline: of the conventional boundary, decades: :func:`weighted_mean` of many, or the mean of
            replicas of one.

    Returns:
        One comparison per candidate, in the order given.

    Raises:
        AnalysisError: for limits or other units.
    """
    differences = [baseline.minus(candidate, samples="welch") for candidate in candidates]
    p_values = [two_sided_p(d) for d in differences]
    return tuple(
        BaselineComparison(difference=d, p_value=p, p_adjusted=a)
        for d, p, a in zip(differences, p_values, holm(p_values), strict=True)
    )


def _power(decades: float) -> float:
    return math.pow(10.0, min(max(decades, -300.0), 300.0))
