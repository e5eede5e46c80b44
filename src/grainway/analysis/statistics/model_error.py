"""Model error: the same boundaries measured with two interatomic potentials."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from grainway.domain import Estimate
from grainway.errors import AnalysisError


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelError:
    """How two potentials differ on a set of boundaries.

    Attributes:
        offset: mean of second - first, which no ranking sees; its error is the scatter over boundaries
            divided by the root of their number.
        spread: standard deviation between boundaries of second - first that the measurements' own errors do
            not explain: by so much a ranking changes with the potential. 0 where they explain all of it.
        concordant: pairs of boundaries that both potentials order the same way beyond their 95 % intervals.
        discordant: pairs that both order beyond their intervals, and differently.
        undecided: pairs of which at least one potential says nothing.
    """

    offset: Estimate
    spread: float
    concordant: int
    discordant: int
    undecided: int


def model_error(first: Sequence[Estimate], second: Sequence[Estimate]) -> ModelError:
    """Compare two potentials on the same boundaries.

    With d_i = b_i - a_i of standard error s_i the offset is the mean d ± sd(d)/√n, never below the error
    that the s_i alone give it, and the spread √max(0, var(d) - mean s²).

    Args:
        first: one additive quantity (a logarithm, say) of each boundary with one potential.
        second: the same with the other, in the same order.

    Raises:
        AnalysisError: with fewer than two boundaries, lists of different length, mere limits, or different
            units.
    """
    if len(first) != len(second) or len(first) < 2:
        raise AnalysisError(
            "two potentials are compared on the same two or more boundaries, "
            f"got {len(first)} and {len(second)}"
        )
    if any(e.bound is not None for e in (*first, *second)):
        raise AnalysisError("a limit is no value: leave boundaries out that only have one")
    if len({e.unit for e in (*first, *second)}) > 1:
        raise AnalysisError("two potentials are compared in one unit")
    changes = [b.minus(a) for a, b in zip(first, second, strict=True)]
    change = np.array([d.value for d in changes])
    variance = np.array([d.standard_error for d in changes]) ** 2
    n = len(change)
    observed = float(change.var(ddof=1))
    offset = Estimate(
        float(change.mean()), math.sqrt(max(observed, float(variance.mean())) / n), first[0].unit, n
    )
    orders = [
        (_order(first[i], first[j]), _order(second[i], second[j])) for i, j in combinations(range(n), 2)
    ]
    return ModelError(
        offset=offset,
        spread=math.sqrt(max(0.0, observed - float(variance.mean()))),
        concordant=sum(a * b == 1 for a, b in orders),
        discordant=sum(a * b == -1 for a, b in orders),
        undecided=sum(a * b == 0 for a, b in orders),
    )


def _order(a: Estimate, b: Estimate) -> int:
    """Sign of a - b, 0 when the 95 % interval of their difference (Welch and Satterthwaite) holds 0."""
    low, high = a.minus(b, samples="welch").interval(0.95)
    return int(low > 0) - int(high < 0)
