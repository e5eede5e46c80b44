"""What the surrogate says about which parameter matters, and how."""

from dataclasses import dataclass
from typing import Any

from grainway.errors import ConfigError
from grainway.optimise.explain.partial_dependence import PartialDependence, partial_dependence
from grainway.optimise.explain.sobol_indices import SobolIndices, sobol_indices
from grainway.optimise.model.hyperparameter_draws import with_uncertain_hyperparameters
from grainway.optimise.model.modelled_record import ModelledRecord
from grainway.optimise.points.reproducible_draws import stream
from grainway.optimise.strategy import Strategy

LEAST_EVALUATIONS = 8
N_BACKGROUND = 64
N_SURROGATES = 8
"""Surrogates with hyperparameters of their own that a statement is averaged over."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Statements of the surrogate about the whole design space; no causes.

    Attributes:
        indices: shares of its variance.
        dependences: the average of f as a function of each parameter, in the order of the design space; a
            parameter whose values can hardly be built with the others is missing.
        n_evaluations: evaluations that the surrogate was fitted to.
    """

    indices: SobolIndices
    dependences: tuple[PartialDependence, ...]
    n_evaluations: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "sobol_indices": self.indices.to_dict(),
            "partial_dependence": [one.to_dict() for one in self.dependences],
            "n_evaluations": self.n_evaluations,
        }


def explain(strategy: Strategy, seed: int, unit: str = "1") -> Explanation | None:
    """Return what the surrogate of all evaluations says about the parameters.

    Hyperparameters are drawn from their posterior: with the likeliest ones alone the errors are too small.

    Returns:
        None for a strategy without a surrogate and before 8 evaluations, which would tell of the prior.
    """
    if not isinstance(strategy, ModelledRecord):
        return None
    n = len(strategy.record.evaluations)
    if n < LEAST_EVALUATIONS:
        return None
    likeliest, inputs, space = strategy.model(n).surrogate, strategy.inputs, strategy.space
    model = with_uncertain_hyperparameters(
        likeliest,
        stream(seed, n, "hyperparameters of the explanation"),
        -(-N_SURROGATES // len(likeliest.components)),
    )
    dependences = []
    for name in space.names:
        try:
            dependences.append(
                partial_dependence(model, inputs, space, name, n_background=N_BACKGROUND, seed=seed)
            )
        except ConfigError:
            # too few points can be built at every value: no curve is better than one over a handful
            continue
    indices = sobol_indices(model, inputs, space, seed=seed, unit=unit)
    return Explanation(indices, tuple(dependences), n)
