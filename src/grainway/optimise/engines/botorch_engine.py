"""BoTorch's noisy expected improvement on a Gaussian process with known variances, through the same seam.

    log α(x) = log E max(min f(known) − f(x), 0) + log P(success at x) + log P(constraints hold at x)

f is sampled jointly at x and at the known points, evaluated and pending ones (Letham, Karrer, Ottoni &
Bakshy, Bayesian Anal. 14, 495 (2019)); the logarithm is taken in a form that keeps an order where the
improvement vanishes (Ament, Daulton, Eriksson, Balandat & Bakshy, NeurIPS 2023). The model is fitted anew for
every proposal from the evaluations of the record, with BoTorch's own priors, and dropped afterwards. Failed
points never enter it, and pending points only the acquisition, without a value.
"""

import logging
import math
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np

from grainway.design_space import DesignSpace, Values
from grainway.errors import ConfigError
from grainway.optimise.engines.botorch_model import TorchNoisyImprovement, load_botorch
from grainway.optimise.engines.recorded_engine import Choice, RecordedStrategy
from grainway.optimise.gp.kernel import KERNELS
from grainway.optimise.points.candidates import Admission, Candidates, distinct, exhausted
from grainway.optimise.points.model_inputs import Features, Points
from grainway.optimise.points.point_search import most_promising
from grainway.optimise.points.reproducible_draws import stream
from grainway.optimise.propose.acquisition import KnowledgeGradient, noise_of
from grainway.optimise.strategy import Proposal

logger = logging.getLogger(__name__)

N_LISTED, N_RANDOM_ENTRIES = 256, 64


class BotorchStrategy(RecordedStrategy):
    """BoTorch's ``qLogNoisyExpectedImprovement`` on ``SingleTaskGP``, one point at a time."""

    name: ClassVar[str] = "botorch"
    remark: ClassVar[str] = (
        "BoTorch chooses points from the features, "
        "and takes the standard error of each evaluation as exact; "
        "it has no coincidence feature and no learned jitter, "
        "and repeats an evaluated point when nothing else is left. "
        "The recommendation, its interval and the convergence checks use grainway's surrogate, "
        "which has both"
    )

    def __init__(
        self, space: DesignSpace, seed: int, features: Features | None = None, **options: Any
    ) -> None:
        super().__init__(space, seed, features, **options)
        if self.kernel not in KERNELS:
            raise ConfigError.about("kernel", self.kernel, f"one of {sorted(KERNELS)}", "Take one of these.")
        self._botorch = load_botorch()
        logger.info("%s", self.remark)

    def choose(self, admission: Admission, pending: Sequence[Proposal]) -> Choice:
        """Return the new point of largest acquisition, or a replicate when no new one is left."""
        rows = self.sorted_evaluations(len(self.record.evaluations))
        evaluated = distinct(row.proposal.values for row in rows)
        running = self.inputs.points([p.values for p in pending if self.inputs.buildable(p.values)])
        random_state = int(stream(self.seed, self.record.n_asked, "botorch").integers(2**31 - 1))
        with self._botorch.undisturbed(random_state):
            improvement = TorchNoisyImprovement(
                self._botorch,
                self.inputs.points([row.proposal.values for row in rows]),
                np.array([row.y for row in rows]),
                np.array([row.se for row in rows]),
                running,
                kernel=self.kernel,
                random_state=random_state,
            )
            known = self.inputs.points(evaluated)
            centres = [evaluated[i] for i in np.argsort(improvement.mean(known), kind="stable")]
            weigh = partial(self._weigh, improvement, {*known.keys(), *running.keys()})
            rng = stream(self.seed, self.record.n_asked, "candidates")
            listed = self.entries.beside(centres[0])[:N_LISTED] + self.entries.random(N_RANDOM_ENTRIES, rng)
            best = most_promising(self.space, admission, centres, weigh, rng, listed)
        if best and math.isfinite(best[0][0]):
            return Choice(best[0][1])
        repeated = self._most_useful_replicate(admission.filter(evaluated), running)
        if repeated is not None:
            return Choice(repeated)
        if best:
            return Choice(best[0][1])
        raise exhausted()

    def _weigh(
        self, improvement: TorchNoisyImprovement, taken: set[bytes], candidates: Candidates
    ) -> list[tuple[float, Values]]:
        points = candidates.points
        # a boundary that is known or running, under another name, has nothing left to gain
        new = np.array([key not in taken for key in points.keys()])  # noqa: SIM118 - not a dictionary
        worth = np.full(len(points), -math.inf)
        if new.any():
            success = self.failure_model().success_probability(points.units[new])
            in_range = self.constraint_models(len(self.record.evaluations)).log_probability(points.take(new))
            worth[new] = improvement.log_value(points.take(new)) + np.log(success) + in_range
        return list(zip(worth.tolist(), candidates.values, strict=True))

    def _most_useful_replicate(self, allowed: Sequence[Values], running: Points) -> Values | None:
        """Return the evaluated point whose repetition is worth most to the recommendation."""
        if not allowed:
            return None
        model = self.model(len(self.record.evaluations)).surrogate
        points = self.inputs.points(allowed)
        worth = KnowledgeGradient(model, points.join(running), running, noise_of(model))(points)
        return allowed[int(np.argmax(worth))]
