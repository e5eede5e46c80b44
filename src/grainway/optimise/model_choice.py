"""With or without the coincidence feature: the data decide, by leave-one-out prediction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grainway.optimise.inputs import Points
from grainway.optimise.surrogate import Surrogate, fit_surrogate

FloatArray = npt.NDArray[np.float64]

MIN_EVALUATIONS_FOR_CHOICE = 8
"""Below it leave-one-out says nothing, and the relevance prior alone keeps a wrong feature small."""


@dataclass(frozen=True, slots=True, eq=False)
class ChosenModel:
    """The surrogate in use and the one it was compared with.

    Attributes:
        surrogate: the one in use.
        log_density_with: leave-one-out log predictive density with the coincidence feature, None without it.
        log_density_without: the same of the featureless kernel.
    """

    surrogate: Surrogate
    log_density_with: float | None
    log_density_without: float | None

    def summary(self) -> dict[str, Any]:
        """Return hyperparameters and the comparison in JSON-ready form."""
        return self.surrogate.summary() | {
            "leave_one_out_log_density": self.surrogate.leave_one_out().log_density,
            "with_coincidence": self.log_density_with,
            "without_coincidence": self.log_density_without,
        }


def choose_model(
    points: Points,
    y: FloatArray,
    se: FloatArray,
    groups: npt.NDArray[np.intp],
    *,
    kernel: str,
    coincidence: bool,
) -> ChosenModel:
    """Fit with and without the coincidence feature and keep the better predictor.

    Args:
        points: evaluated points, replicates included.
        y: observed objective, shape (n,).
        se: standard errors, shape (n,).
        groups: length-scale index of each input column.
        kernel: radial kernel.
        coincidence: whether the points carry coincidences.
    """
    plain = fit_surrogate(points, y, se, groups, kernel=kernel)
    density = plain.leave_one_out().log_density
    if not coincidence:
        return ChosenModel(plain, None, density)
    informed = fit_surrogate(points, y, se, groups, kernel=kernel, coincidence=True)
    informed_density = informed.leave_one_out().log_density
    better = informed_density >= density or len(y) < MIN_EVALUATIONS_FOR_CHOICE
    return ChosenModel(informed if better else plain, informed_density, density)
