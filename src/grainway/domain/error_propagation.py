"""Errors of what follows from several estimates at once: any function to first order, and the plain mean."""

import math
from collections.abc import Sequence

from grainway.domain.estimate import Estimate
from grainway.errors import AnalysisError


def first_order(value: float, unit: str, *terms: tuple[Estimate, float]) -> Estimate:
    """Return a function of independent estimates, s² = Σ (∂f/∂x_i)² s_i².

    Args:
        value: f of the values.
        unit: of f.
        *terms: each x_i with ∂f/∂x_i there.

    Raises:
        AnalysisError: for a limit: which way it pushes depends on f.
    """
    estimates = _values([estimate for estimate, _ in terms])
    error = math.hypot(*(slope * estimate.standard_error for estimate, slope in terms))
    return Estimate(value, error, unit, min(e.n_independent for e in estimates))


def mean_of(estimates: Sequence[Estimate]) -> Estimate:
    """Return the plain mean with the error that the stated ones give it, √(Σ s²)/n; samples add up.

    Raises:
        AnalysisError: for none, a limit or different units.
    """
    units = sorted({estimate.unit for estimate in _values(estimates)})
    if len(units) != 1:
        raise AnalysisError.about("units", units, "the same for all", "Convert with Estimate.scaled().")
    n = len(estimates)
    error = math.sqrt(sum(e.standard_error**2 for e in estimates)) / n
    return Estimate(
        sum(e.value for e in estimates) / n, error, units[0], sum(e.n_independent for e in estimates)
    )


def _values(estimates: Sequence[Estimate]) -> Sequence[Estimate]:
    for estimate in estimates:
        if estimate.bound is not None:
            raise AnalysisError.about("bound", estimate.bound, "None: values only", "Run longer.")
    return estimates
