"""Several runs of the same thing: their mean, and whether each knew its own error."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from grainway.domain import Estimate, mean_of
from grainway.errors import AnalysisError

_NOTABLE_RATIO = 2.0


@dataclass(frozen=True, slots=True)
class ReplicaMean:
    """Mean over replicas.

    Attributes:
        estimate: mean with the standard error from the scatter of the replicas; ``n_independent`` is their
            number, so its intervals are Student's.
        internal_error: standard error of the same mean from the replicas' own errors, √(Σ s²)/n.
        error_ratio: scatter over internal error.
        warning: text when the two differ by more than a factor of two; None when they agree.
    """

    estimate: Estimate
    internal_error: float
    error_ratio: float
    warning: str | None


def combine_replicas(estimates: Sequence[Estimate]) -> ReplicaMean:
    """Return the plain mean over independent runs, with Student's error from their scatter.

    Independent means builds, lithium orderings and velocities of their own. The replicas are not weighted by
    their own errors, which are what the scatter is to check.

    Returns:
        Mean, both errors and, when they disagree, a warning. With two or three replicas the scatter is itself
        known to a factor of two at best, as Student's quantiles say.

    Raises:
        AnalysisError: for fewer than two, a limit among them, or mixed units.
    """
    if len(estimates) < 2:
        raise AnalysisError.about("replicas", len(estimates), "two or more", "Run another seed.")
    units = sorted({estimate.unit for estimate in estimates})
    if len(units) > 1:
        raise AnalysisError.about("units", units, "the same for all", "Convert with Estimate.scaled().")
    if any(estimate.bound is not None for estimate in estimates):
        raise AnalysisError.about(
            "replicas",
            [e.bound or "value" for e in estimates],
            "values only: a mean over values and limits is neither",
            "Run the ones that gave limits longer, or quote values and limits one by one.",
        )
    n = len(estimates)
    scatter = stdev(e.value for e in estimates) / math.sqrt(n)
    internal = mean_of(estimates).standard_error
    ratio = scatter / internal if internal > 0 else math.inf
    mean = Estimate(fmean(e.value for e in estimates), scatter, units[0], float(n))
    return ReplicaMean(mean, internal, ratio, _warning(ratio, n))


def _warning(ratio: float, n: int) -> str | None:
    if ratio > _NOTABLE_RATIO:
        return (
            f"{n} replicas scatter {ratio:.1f} times as much as their own errors say: "
            "builds differ, or the error of one run is too small"
        )
    if ratio < 1 / _NOTABLE_RATIO:
        return (
            f"{n} replicas scatter {ratio:.2f} times as much as their own errors say: "
            "the error of one run is too large, or they are not independent"
        )
    return None
