"""Several tests at once, and the difference of two measured numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.special import ndtr, stdtr

from grainway.domain import Estimate
from grainway.errors import AnalysisError

_NORMAL_ABOVE = 200.0
"""Beyond so many samples Student's distribution is the normal one, as in Estimate.interval()."""


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted for their number, in the order given.

    With p sorted upwards, p̃_k = max_{j ≤ k} min(1, (m - j + 1) p_j) (Holm, Scand. J. Stat. 6 (1979) 65):
    rejecting what lies below α then makes a false rejection among all m with probability α at most, however
    the tests depend on each other.

    Args:
        p_values: between 0 and 1.

    Raises:
        AnalysisError: for a number outside 0 to 1.
    """
    if any(not 0 <= p <= 1 for p in p_values):
        raise AnalysisError.about("p_values", list(p_values), "numbers from 0 to 1", "Check the tests.")
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for place, index in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = largest
    return tuple(adjusted)


def difference(first: Estimate, second: Estimate) -> Estimate:
    """Return first - second with the error and the degrees of freedom of Welch's test.

    s² = s_1² + s_2² and ν = s⁴/(s_1⁴/ν_1 + s_2⁴/ν_2) (Welch, Biometrika 34 (1947) 28), where ν_i is
    ``n_independent - 1``; one sample or fewer means that the stated error is all that is known, ν_i = ∞.

    Args:
        first: a value in the unit of the second.
        second: a value whose error is independent of the first's.

    Returns:
        The difference; ``n_independent`` is ν + 1.

    Raises:
        AnalysisError: for a limit or different units.
    """
    if first.unit != second.unit or first.bound is not None or second.bound is not None:
        raise AnalysisError.about(
            "difference", (first, second), "two values in one unit", "Convert them, or run longer."
        )
    shares = (first.standard_error**2, second.standard_error**2)
    freedom = [e.n_independent - 1 if e.n_independent > 1 else math.inf for e in (first, second)]
    spread = sum(share**2 / n for share, n in zip(shares, freedom, strict=True))
    samples = 1 + sum(shares) ** 2 / spread if spread > 0 else math.inf
    return Estimate(first.value - second.value, math.sqrt(sum(shares)), first.unit, samples)


def two_sided_p(estimate: Estimate) -> float:
    """Return the probability of a value so far from 0 or farther, were the truth 0.

    Student's with ``n_independent - 1`` degrees of freedom, so that it is below 0.05 where the 95 % interval
    excludes 0; 1 for a value of 0, 0 for another without error.

    Raises:
        AnalysisError: for a limit.
    """
    if estimate.bound is not None:
        raise AnalysisError.about("estimate.bound", estimate.bound, "None: a value", "Run longer.")
    if estimate.value == 0 or estimate.standard_error == 0:
        return float(estimate.value == 0)
    ratio = -abs(estimate.value / estimate.standard_error)
    if estimate.n_independent > _NORMAL_ABOVE or estimate.n_independent <= 1:
        return float(2 * ndtr(ratio))
    return float(2 * stdtr(max(estimate.n_independent - 1, 1.0), ratio))
