"""Points of the whole design space from which the explanation of a surrogate is computed.

Each parameter has the dimension of the Sobol sequence that its name has among the sorted names, so that the
order of the parameters changes nothing.
"""

from collections.abc import Sequence

import numpy as np

from grainway.array_types import FloatArray
from grainway.design_space import Categorical, DesignSpace, Integer, Parameter, Values
from grainway.design_space.parameters import Value
from grainway.optimise.points.reproducible_draws import sobol_points


def uniform_units(space: DesignSpace, n_points: int, n_sets: int, rng: np.random.Generator) -> FloatArray:
    """Return sets of points that are uniform over the space, each set independent of the others.

    Returns:
        Numbers in [0, 1), shape (n_sets, n_points, n_parameters).
    """
    n_parameters = len(space.parameters)
    drawn = sobol_points(n_parameters * n_sets, 0, n_points, rng).reshape(n_points, n_sets, n_parameters)
    units = np.empty((n_sets, n_points, n_parameters))
    units[:, :, np.argsort(space.names, kind="stable")] = drawn.transpose(1, 0, 2)
    return units


def points_of(space: DesignSpace, units: FloatArray) -> list[Values]:
    """Return the points of units of shape (n, n_parameters)."""
    return space.from_units(units)


def grid_of(parameter: Parameter, n_grid: int) -> tuple[Value, ...]:
    """Return values from one bound to the other, both included; of a categorical parameter all choices.

    Args:
        parameter: any parameter.
        n_grid: 2 or more; of fewer whole numbers than this all are returned.
    """
    if isinstance(parameter, Categorical):
        return parameter.choices
    even = np.linspace(parameter.low, parameter.high, n_grid)
    if isinstance(parameter, Integer):
        return tuple(dict.fromkeys(int(v) for v in np.rint(even)))
    # the last value may miss the bound by rounding
    return tuple(min(max(float(v), parameter.low), parameter.high) for v in even)


def with_value(points: Sequence[Values], name: str, value: Value) -> list[Values]:
    """Return the points with one parameter set."""
    return [{**values, name: value} for values in points]
