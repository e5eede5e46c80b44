"""scikit-optimize's Gaussian process, by name, through the same seam.

A fresh ``skopt.Optimizer`` is built for every proposal from the evaluations of the record and dropped
afterwards, so that its state never differs between a restored and an uninterrupted campaign. Failed points
never enter it. Pending points enter the dropped copy only, with the mean of all outcomes (constant liar,
Ginsbourger, Le Riche & Carraro 2010). It models the encoded parameters, not the features.
"""

import logging
import warnings
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from grainway.design_space import Categorical, DesignSpace, Integer, Values
from grainway.errors import ConfigError
from grainway.optimise.engines.recorded_engine import Choice, RecordedStrategy
from grainway.optimise.points.candidates import Admission, exhausted, space_filling
from grainway.optimise.points.model_inputs import Features
from grainway.optimise.points.reproducible_draws import stream
from grainway.optimise.strategy import Proposal

logger = logging.getLogger(__name__)

N_FALLBACK = 512


class SkoptStrategy(RecordedStrategy):
    """scikit-optimize with its default acquisition (``gp_hedge``)."""

    name: ClassVar[str] = "skopt"
    remark: ClassVar[str] = (
        "scikit-optimize ignores the standard error of each evaluation and the features; "
        "it learns one noise level. "
        "The recommendation uses grainway's surrogate, which uses both"
    )

    def __init__(
        self, space: DesignSpace, seed: int, features: Features | None = None, **options: Any
    ) -> None:
        super().__init__(space, seed, features, **options)
        self._skopt = _import_skopt()
        logger.info("%s", self.remark)

    def choose(self, admission: Admission, pending: Sequence[Proposal]) -> Choice:
        """Return scikit-optimize's point, or the best admissible one by its model when that is refused."""
        rng = stream(self.seed, self.record.n_asked, "skopt")
        rows = self.sorted_evaluations(len(self.record.evaluations))
        y = [row.y for row in rows]
        optimizer = self._skopt.Optimizer(
            [self._dimension(i) for i in range(len(self.space.parameters))],
            base_estimator="GP",
            n_initial_points=1,
            avoid_duplicates=False,
            random_state=int(rng.integers(2**31 - 1)),
        )
        told = [self._to_skopt(row.proposal.values) for row in rows]
        lies = [self._to_skopt(proposal.values) for proposal in pending]
        with warnings.catch_warnings():
            # a second evaluation of one point is meant here
            warnings.filterwarnings(
                "ignore", message="The objective has been evaluated at", category=UserWarning
            )
            optimizer.tell(told + lies, y + [float(np.mean(y))] * len(lies))
            chosen = self._from_skopt(optimizer.ask())
        if admission.fresh([chosen]):
            return Choice(chosen)
        candidates = admission.filter(space_filling(self.space, N_FALLBACK, rng))
        if not candidates:
            raise exhausted()
        transformed = optimizer.space.transform([self._to_skopt(values) for values in candidates])
        from skopt.acquisition import gaussian_ei  # an extra, heavy to import

        gain = gaussian_ei(transformed, optimizer.models[-1], y_opt=min(y))
        return Choice(candidates[int(np.argmax(gain))])

    def _dimension(self, index: int) -> Any:
        parameter = self.space.parameters[index]
        space = self._skopt.space
        if isinstance(parameter, Categorical):
            return space.Categorical([str(i) for i in range(len(parameter.choices))], name=parameter.name)
        kind = space.Integer if isinstance(parameter, Integer) else space.Real
        return kind(parameter.low, parameter.high, name=parameter.name)

    def _to_skopt(self, values: Values) -> list[float | int | str]:
        out: list[float | int | str] = []
        for parameter in self.space.parameters:
            value = values[parameter.name]
            out.append(str(parameter.choices.index(value)) if isinstance(parameter, Categorical) else value)
        return out

    def _from_skopt(self, point: Sequence[Any]) -> Values:
        """Return Python types within the bounds, where scikit-optimize rounds and has numpy's."""
        values: dict[str, object] = {}
        for parameter, value in zip(self.space.parameters, point, strict=True):
            if isinstance(parameter, Categorical):
                values[parameter.name] = parameter.choices[int(value)]
            elif isinstance(parameter, Integer):
                values[parameter.name] = min(max(int(value), parameter.low), parameter.high)
            else:
                values[parameter.name] = min(max(float(value), parameter.low), parameter.high)
        return self.space.canonical(values)


def _import_skopt() -> Any:
    try:
        import skopt
    except ImportError as error:
        raise ConfigError.about(
            "engine", "skopt", "an installed engine", 'Run: pip install "grainway[skopt]"'
        ) from error
    return skopt
