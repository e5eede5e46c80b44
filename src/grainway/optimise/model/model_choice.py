"""Coincidence feature or not, auxiliary quantities or not: leave-one-out prediction decides."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from grainway.array_types import FloatArray, IndexArray
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import Surrogate, fit_surrogate
from grainway.optimise.model.auxiliary_quantity import Auxiliary
from grainway.optimise.model.composite import CompositeSurrogate, fit_composite
from grainway.optimise.points.model_inputs import Points

LEAST_WEIGHT = 0.02
"""A model with less is left out: it would cost as much as the others and change nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class CompositeComparison:
    """The composite model against the one of the same part of geometry without auxiliary quantities.

    Attributes:
        composite: the fitted composite model.
        log_density: its leave-one-out log predictive density, left-out auxiliary values predicted too.
        log_density_plain: that of the model without auxiliary quantities.
        weight: in the mixture, 0 unless its density is the larger.
    """

    composite: CompositeSurrogate
    log_density: float
    log_density_plain: float
    weight: float

    def to_dict(self) -> dict[str, Any]:
        """Return the comparison in JSON-ready form."""
        slopes = self.composite.slopes()
        return {
            "in_use": self.weight > 0.0,
            "weight": self.weight,
            "leave_one_out_log_density": self.log_density,
            "leave_one_out_log_density_plain": self.log_density_plain,
            "slopes": {name: {"value": b, "standard_error": sd} for name, (b, sd) in slopes.items()},
        }


@dataclass(frozen=True, slots=True, eq=False)
class ChosenModel:
    """The surrogate in use, a mixture, and what its weights came from.

    Attributes:
        surrogate: the mixture.
        log_density_with: leave-one-out log predictive density with the coincidence feature, None without it.
        log_density_without: the same of the featureless kernel.
        weight_with: weight of the model with the coincidence feature, among those of geometry alone.
        informed: that model, whatever its weight; None without coincidences.
        comparison: the composite model and its weight; None without auxiliary quantities.
    """

    surrogate: Mixture
    log_density_with: float | None
    log_density_without: float
    weight_with: float
    informed: Surrogate | None
    comparison: CompositeComparison | None = None

    def summary(self) -> dict[str, Any]:
        """Return the hyperparameters of the heaviest model and the comparisons in JSON-ready form."""
        heaviest = self.surrogate.components[int(np.argmax(self.surrogate.weights))]
        return heaviest.summary() | {
            "leave_one_out_log_density": self.surrogate.leave_one_out().log_density,
            "with_coincidence": self.log_density_with,
            "without_coincidence": self.log_density_without,
            "weight_with_coincidence": self.weight_with,
            "composite": None if self.comparison is None else self.comparison.to_dict(),
        }


def choose_model(
    points: Points,
    y: FloatArray,
    se: FloatArray,
    groups: IndexArray,
    *,
    kernel: str,
    coincidence: bool,
    auxiliaries: Sequence[Auxiliary] = (),
    builds: IndexArray | None = None,
) -> ChosenModel:
    """Fit with and without the coincidence feature and weigh the two by their leave-one-out predictions.

    The weights are those of pseudo-Bayesian model averaging, w ∝ exp(Σ_i log p(y_i | others)) (Gelfand 1996;
    Yao, Vehtari, Simpson & Gelman, Bayesian Anal. 13, 917 (2018)): equal while nothing is known, and all on
    one model once the evaluations tell. A composite model is fitted on top of the better of the two, and
    weighed in the same way, but only where it predicts better than that one.

    Args:
        points: evaluated points, replicates included.
        y: observed objective, shape (n,).
        se: standard errors, shape (n,).
        groups: length-scale index of each input column.
        kernel: radial kernel.
        coincidence: whether the points carry coincidences.
        auxiliaries: quantities measured at the same evaluations that the objective may depend on.
        builds: number of each evaluation's build, shape (n,); None where each has its own.
    """
    plain = fit_surrogate(points, y, se, groups, kernel=kernel, builds=builds)
    informed = None
    models = [plain]
    if coincidence:
        informed = fit_surrogate(points, y, se, groups, kernel=kernel, coincidence=True, builds=builds)
        models.insert(0, informed)
    densities = [model.leave_one_out().log_density for model in models]
    geometry = _mixture(models, densities)
    with_density = densities[0] if coincidence else None
    weight = _weight_of(informed, geometry)
    chosen = ChosenModel(geometry, with_density, densities[-1], weight, informed)
    if not auxiliaries:
        return chosen
    best = int(np.argmax(densities))
    on_informed = models[best] is informed
    composite = fit_composite(
        points, y, se, groups, auxiliaries, kernel=kernel, coincidence=on_informed, builds=builds
    )
    density = composite.leave_one_out().log_density
    mixture = geometry
    if density > densities[best]:
        mixture = _mixture([composite, *models], [density, *densities])
    comparison = CompositeComparison(composite, density, densities[best], _weight_of(composite, mixture))
    return replace(chosen, surrogate=mixture, comparison=comparison)


def _mixture(models: Sequence[Surrogate], densities: Sequence[float]) -> Mixture:
    """Return the models weighed by their predictions, the hopeless ones left out."""
    weights = [1.0 / sum(math.exp(min(other - own, 50.0)) for other in densities) for own in densities]
    kept = [i for i, weight in enumerate(weights) if weight >= LEAST_WEIGHT]
    total = sum(weights[i] for i in kept)
    return Mixture(tuple(models[i] for i in kept), tuple(weights[i] / total for i in kept))


def _weight_of(model: Surrogate | None, mixture: Mixture) -> float:
    return sum(w for w, one in zip(mixture.weights, mixture.components, strict=True) if one is model)
