"""Two objectives at once: which points no other beats in both, and how much of the plane they cover.

Proposals follow ParEGO (Knowles, IEEE Trans. Evol. Comput. 10, 50 (2006)): for every proposal a weight is
drawn and both objectives become one, the augmented Chebyshev sum

    s = max(w z₁, (1 − w) z₂) + ρ [w z₁ + (1 − w) z₂],   z = (y − lowest)/(highest − lowest),

which the ordinary model and acquisition then minimise. Every point of the front is the minimum of s for some
weight, also where the front is concave.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grainway.array_types import FloatArray, IndexArray
from grainway.design_space import Values
from grainway.errors import ConfigError

AUGMENTATION = 0.05
"""ρ of Knowles (2006)."""


@dataclass(frozen=True, slots=True)
class FrontPoint:
    """A point that no other beats in both objectives, as the models have it.

    Attributes:
        id: of the first proposal made there.
        values: the point.
        mean: posterior means of the first and second objective, both minimised.
        standard_error: posterior standard deviations.
    """

    id: str
    values: Values
    mean: tuple[float, float]
    standard_error: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Front:
    """The Pareto front of the evaluated points.

    Attributes:
        points: ascending in the first objective.
        reference: the corner that the hypervolume is measured from: the largest means found.
        hypervolume: area that the front dominates up to the reference, product of both units.
    """

    points: tuple[FrontPoint, ...]
    reference: tuple[float, float]
    hypervolume: float


def non_dominated(values: npt.ArrayLike) -> IndexArray:
    """Return the rows that no other row beats: none is at most as large in both and smaller in one.

    Args:
        values: both objectives, minimised, shape (n, 2).

    Returns:
        Row numbers in ascending order of the first objective; of equal rows the first.
    """
    table = np.asarray(values, dtype=np.float64).reshape(-1, 2)
    order = np.lexsort((table[:, 1], table[:, 0]))
    lowest, kept = np.inf, []
    for row in order:
        if table[row, 1] < lowest:
            kept.append(row)
            lowest = table[row, 1]
    return np.array(kept, dtype=np.intp)


def hypervolume(values: npt.ArrayLike, reference: Sequence[float]) -> float:
    """Return the area of the plane that some row beats, up to a reference that all count against.

    Args:
        values: both objectives, minimised, shape (n, 2).
        reference: largest values that count.
    """
    table = np.asarray(values, dtype=np.float64).reshape(-1, 2)
    table = table[(table < np.asarray(reference)).all(axis=1)]
    front = table[non_dominated(table)]
    right = np.append(front[1:, 0], reference[0])
    return float(np.sum((right - front[:, 0]) * (reference[1] - front[:, 1])))


def front_of(points: Sequence[tuple[str, Values]], means: FloatArray, errors: FloatArray) -> Front:
    """Return the front of points whose objectives are known with errors.

    Args:
        points: identifiers and values of n points.
        means: both objectives, minimised, shape (n, 2).
        errors: their standard errors, same shape.
    """
    found = tuple(
        FrontPoint(
            points[i][0],
            points[i][1],
            (float(means[i, 0]), float(means[i, 1])),
            (float(errors[i, 0]), float(errors[i, 1])),
        )
        for i in non_dominated(means)
    )
    reference = (float(means[:, 0].max()), float(means[:, 1].max()))
    return Front(found, reference, hypervolume(means, reference))


def scalarised(values: FloatArray, errors: FloatArray, weight: float) -> tuple[FloatArray, FloatArray]:
    """Return the augmented Chebyshev sum of two objectives and its first-order standard error.

    Args:
        values: both objectives, shape (n, 2), each in its unit.
        errors: their standard errors, same shape, taken as independent.
        weight: w of the first objective, 0 to 1.

    Returns:
        Two arrays of shape (n,), dimensionless.

    Raises:
        ConfigError: for a weight outside 0 to 1.
    """
    if not 0.0 <= weight <= 1.0:
        raise ConfigError.about("weight", weight, "a number from 0 to 1", "Draw it from there.")
    low, high = values.min(axis=0), values.max(axis=0)
    span = np.where(high > low, high - low, 1.0)
    weights = np.array([weight, 1.0 - weight])
    z, dz = weights * (values - low) / span, weights * errors / span
    largest = np.argmax(z, axis=1)
    rows = np.arange(len(z))
    slope = np.full_like(z, AUGMENTATION)
    slope[rows, largest] += 1.0
    return z[rows, largest] + AUGMENTATION * z.sum(axis=1), np.sqrt(np.square(slope * dz).sum(axis=1))
