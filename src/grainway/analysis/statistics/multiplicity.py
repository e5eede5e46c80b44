"""One test of a measured number, and several at once."""

from collections.abc import Sequence

from scipy.special import ndtr, stdtr

from grainway.domain import Estimate
from grainway.domain.student import degrees_of_freedom, has_normal_error
from grainway.errors import AnalysisError


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
    if has_normal_error(estimate.n_independent):
        return float(2 * ndtr(ratio))
    return float(2 * stdtr(degrees_of_freedom(estimate.n_independent), ratio))
