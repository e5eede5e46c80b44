"""Student's distribution of a mean over its error, with one rule for when it is the normal one."""

from statistics import NormalDist

NORMAL_ABOVE = 200.0
"""Samples beyond which Student's distribution is taken as the normal one.

The 95 % factor is then 0.6 % too small at most, while the error that it multiplies is itself only known to
1/√(2n), 5 %. A cut-off at 1,000 would be good to 0.1 %, which no one could see, and take scipy into commands
that have no other use for it.
"""

Z_95_ONE_SIDED = 1.6448536269514722
"""95 % of a normal distribution lies below its mean and so many standard deviations."""

Z_95_TWO_SIDED = 1.959963984540054
"""95 % of a normal distribution lies within so many standard deviations of its mean."""


def has_normal_error(n_independent: float) -> bool:
    """Whether the error of a mean over so many samples is taken as normal.

    One sample or fewer has no degrees of freedom: the stated error is all that is known of it.
    """
    return n_independent > NORMAL_ABOVE or n_independent <= 1


def degrees_of_freedom(n_independent: float) -> float:
    """Return ν = n - 1, at least 1, of an error that is not taken as normal."""
    return max(n_independent - 1.0, 1.0)


def student_factor(confidence: float, n_independent: float) -> float:
    """Return by how many standard errors a central interval reaches to either side.

    Args:
        confidence: between 0 and 1.
        n_independent: independent samples behind the standard error.
    """
    tail = 0.5 + confidence / 2
    if has_normal_error(n_independent):
        return NormalDist().inv_cdf(tail)
    from scipy.special import stdtrit  # heavy: only small samples need it

    return float(stdtrit(degrees_of_freedom(n_independent), tail))
