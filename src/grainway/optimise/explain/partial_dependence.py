"""The surrogate's mean as a function of one parameter, averaged over all others.

    g(v) = ⟨f(x_name = v, x_others)⟩ over x_others,   Var g(v) = mean of the posterior covariance matrix

(Friedman, Ann. Stat. 29, 1189 (2001)). It is a statement of the model about the whole design space.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from grainway.design_space import DesignSpace
from grainway.design_space.parameters import Value
from grainway.errors import ConfigError
from grainway.optimise.explain.sensitivity_design import grid_of, points_of, uniform_units, with_value
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.points.model_inputs import ModelInputs
from grainway.optimise.points.reproducible_draws import stream

LEAST_BACKGROUND = 8
"""Fewer points are no average over the space."""


@dataclass(frozen=True, slots=True)
class PartialDependence:
    """The posterior of f averaged over all parameters but one.

    Attributes:
        name: the parameter.
        values: its values, in the order of its range.
        mean: posterior mean of the average at each value, units of y.
        standard_error: posterior standard deviation of that average, units of y. It holds the uncertainty of
            the model, not that of replacing the space by a sample of points.
        n_background: points of the other parameters that each average is over.
    """

    name: str
    values: tuple[Value, ...]
    mean: tuple[float, ...]
    standard_error: tuple[float, ...]
    n_background: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {key: list(v) if isinstance(v, tuple) else v for key, v in asdict(self).items()}


def partial_dependence(
    model: Mixture,
    inputs: ModelInputs,
    space: DesignSpace,
    name: str,
    n_grid: int = 12,
    n_background: int = 96,
    *,
    seed: int,
) -> PartialDependence:
    """Average the surrogate over all parameters but one.

    Every value is averaged over the same points of the others: those at which each value can be built.

    Args:
        model: the fitted surrogate.
        inputs: map from points to its inputs.
        space: the design space.
        name: the parameter that is not averaged over.
        n_grid: its values, 2 or more; a categorical parameter has all of its choices.
        n_background: size of the Sobol sample of the other parameters, 8 or more.
        seed: the campaign's seed.

    Raises:
        ConfigError: for an unknown name, too small a grid or sample, or too few points that can be built.
    """
    if name not in space.names:
        raise ConfigError.about("name", name, f"one of {list(space.names)}", "Name a parameter.")
    if n_grid < 2:
        raise ConfigError.about("n_grid", n_grid, "2 or more", "Leave it out for the default.")
    if n_background < LEAST_BACKGROUND:
        raise ConfigError.about(
            "n_background", n_background, f"{LEAST_BACKGROUND} or more", "Leave it out for the default."
        )
    grid = grid_of(space.parameters[space.names.index(name)], n_grid)
    units = uniform_units(space, n_background, 1, stream(seed, 0, "partial dependence"))[0]
    others = points_of(space, units)
    kept = [o for o in others if all(inputs.buildable({**o, name: value}) for value in grid)]
    if len(kept) < LEAST_BACKGROUND:
        raise ConfigError.about(
            "n_background",
            n_background,
            f"enough for {LEAST_BACKGROUND} points that can be built at every value of {name}, "
            f"of these {len(kept)}",
            "Raise it.",
        )
    mean, error = [], []
    for value in grid:
        at, covariance = model.joint(inputs.points(with_value(kept, name, value)))
        mean.append(float(at.mean()))
        error.append(float(np.sqrt(max(float(covariance.mean()), 0.0))))
    return PartialDependence(name, grid, tuple(mean), tuple(error), len(kept))
