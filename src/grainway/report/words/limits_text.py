"""What is said of the limits of enrichment and vacancies that a campaign sets."""

import math
from collections.abc import Sequence

from grainway.optimise import Constraint

_NAMES = {"ler": "LER", "ovc": "OVC"}


def limits_sentence(constraints: Sequence[Constraint], probability: float) -> str | None:
    """Return whether the recommended boundary keeps to the limits, None where there are none.

    Args:
        constraints: the limits.
        probability: that the recommended boundary is within all of them.
    """
    if not constraints:
        return None
    limits = ", ".join(_limits(constraint) for constraint in constraints)
    if probability < 0.5:
        return (
            f"No boundary is more likely within the limits ({limits}) than not; "
            f"the recommended one is the likeliest, with a probability of {probability:.0%}."
        )
    return f"Within the limits ({limits}) with a probability of {probability:.0%}."


def _limits(constraint: Constraint) -> str:
    name = _NAMES.get(constraint.name, constraint.name)
    if math.isinf(constraint.high):
        return f"{name} at least {constraint.low:g}"
    if constraint.low <= 0:
        return f"{name} at most {constraint.high:g}"
    return f"{name} {constraint.low:g} to {constraint.high:g}"
