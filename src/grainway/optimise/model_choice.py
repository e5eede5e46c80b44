"""With or without the coincidence feature: leave-one-out prediction decides, as far as it can."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grainway.optimise.inputs import Points
from grainway.optimise.mixture import Mixture
from grainway.optimise.surrogate import Surrogate, fit_surrogate

FloatArray = npt.NDArray[np.float64]

LEAST_WEIGHT = 0.02
"""A model with less is left out: it would cost as much as the others and change nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class ChosenModel:
    """The surrogate in use, a mixture, and what its weights came from.

    Attributes:
        surrogate: the mixture.
        log_density_with: leave-one-out log predictive density with the coincidence feature, None without it.
        log_density_without: the same of the featureless kernel.
        weight_with: weight of the model with the coincidence feature.
        informed: that model, whatever its weight; None without coincidences.
    """

    surrogate: Mixture
    log_density_with: float | None
    log_density_without: float
    weight_with: float
    informed: Surrogate | None

    def summary(self) -> dict[str, Any]:
        """Return the hyperparameters of the heaviest model and the comparison in JSON-ready form."""
        heaviest = self.surrogate.components[int(np.argmax(self.surrogate.weights))]
        return heaviest.summary() | {
            "leave_one_out_log_density": self.surrogate.leave_one_out().log_density,
            "with_coincidence": self.log_density_with,
            "without_coincidence": self.log_density_without,
            "weight_with_coincidence": self.weight_with,
        }


def choose_model(
    points: Points,
    y: FloatArray,
    se: FloatArray,
    groups: npt.NDArray[np.intp],
    *,
    kernel: str,
    coincidence: bool,
    builds: npt.NDArray[np.intp] | None = None,
) -> ChosenModel:
    """Fit with and without the coincidence feature and weigh the two by their leave-one-out predictions.

    The weights are those of pseudo-Bayesian model averaging, w ∝ exp(Σ_i log p(y_i | others)) (Gelfand 1996;
    Yao, Vehtari, Simpson & Gelman, Bayesian Anal. 13, 917 (2018)): equal while nothing is known, and all on
    one model once the evaluations tell.

    Args:
        points: evaluated points, replicates included.
        y: observed objective, shape (n,).
        se: standard errors, shape (n,).
        groups: length-scale index of each input column.
        kernel: radial kernel.
        coincidence: whether the points carry coincidences.
        builds: number of each evaluation's build, shape (n,); None where each has its own.
    """
    plain = fit_surrogate(points, y, se, groups, kernel=kernel, builds=builds)
    without = plain.leave_one_out().log_density
    if not coincidence:
        return ChosenModel(Mixture.alone(plain), None, without, 0.0, None)
    informed = fit_surrogate(points, y, se, groups, kernel=kernel, coincidence=True, builds=builds)
    density = informed.leave_one_out().log_density
    weight = 1.0 / (1.0 + math.exp(min(max(without - density, -50.0), 50.0)))
    if weight < LEAST_WEIGHT:
        return ChosenModel(Mixture.alone(plain), density, without, 0.0, informed)
    if weight > 1.0 - LEAST_WEIGHT:
        return ChosenModel(Mixture.alone(informed), density, without, 1.0, informed)
    both = Mixture((informed, plain), (weight, 1.0 - weight))
    return ChosenModel(both, density, without, weight, informed)
