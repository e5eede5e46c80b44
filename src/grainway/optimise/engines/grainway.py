"""The default engine: pending-aware noisy expected improvement on the maximum a posteriori surrogate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from grainway.design_space import Values
from grainway.optimise.acquisition import knowledge_gradient, noisy_expected_improvement, replication_value
from grainway.optimise.candidates import Admission, distinct, exhausted, identity
from grainway.optimise.engines.recorded import RecordedStrategy
from grainway.optimise.feasibility import Feasibility
from grainway.optimise.mixture import Mixture
from grainway.optimise.search import most_promising
from grainway.optimise.streams import stream

FloatArray = npt.NDArray[np.float64]

N_BEST_ENTRIES, N_RANDOM_ENTRIES = 48, 64
import os

KG = os.environ.get("KG")


class GrainwayStrategy(RecordedStrategy):
    """Weighs new points and replicates in one currency, the expected gain in y, and takes the best."""

    name: ClassVar[str] = "grainway"

    def choose(self, admission: Admission, pending: Sequence[Values]) -> Values:
        """Return the point of largest expected gain times probability of success."""
        n = len(self.record.evaluations)
        surrogate = self.model(n).surrogate
        rng = stream(self.seed, self.record.n_asked, "candidates")
        evaluated = distinct(row.proposal.values for row in self.sorted_evaluations(n))
        known = _Known(self, surrogate, evaluated, pending)
        mean, _ = surrogate.predict(self.inputs.points(evaluated))
        centres = [evaluated[i] for i in np.argsort(mean, kind="stable")]
        listed = self.entries.ranked(surrogate, centres[:2], N_BEST_ENTRIES)
        listed += self.entries.random(N_RANDOM_ENTRIES, rng)
        best = most_promising(self.space, admission, centres, known.gains, rng, listed)
        best += known.replicate_gains(admission.filter(evaluated))
        if not best:
            raise exhausted()
        return max(best, key=lambda entry: entry[0])[1]


class _Known:
    """What one choice is made against: evaluated and pending points under one model."""

    def __init__(
        self,
        strategy: RecordedStrategy,
        surrogate: Mixture,
        evaluated: Sequence[Values],
        pending: Sequence[Values],
    ) -> None:
        self._strategy = strategy
        self._surrogate = surrogate
        self._feasibility: Feasibility = strategy.feasibility()
        self._constraints = strategy.constraint_models(len(strategy.record.evaluations))
        self._evaluated = list(evaluated)
        self._taken = {identity(values) for values in evaluated}
        buildable = [values for values in pending if strategy.inputs.buildable(values)]
        self._pending = strategy.inputs.points(buildable)
        self._evaluated_points = strategy.inputs.points(self._evaluated)
        self._all = self._evaluated_points.join(self._pending).without_repetition()

    def gains(self, candidates: Sequence[Values]) -> list[tuple[float, Values]]:
        """Return new points with their noisy expected improvement times probability of success."""
        fresh = [values for values in candidates if identity(values) not in self._taken]
        if not fresh:
            return []
        points = self._strategy.inputs.points(fresh)
        # the same samples for every batch of one choice, so that their gains compare
        rng = stream(self._strategy.seed, self._strategy.record.n_asked, "posterior samples")
        if KG:
            noise = float(np.hypot(np.median(self._surrogate.se), self._surrogate.jitter))
            gain = knowledge_gradient(self._surrogate, self._all, self._pending, points, noise)
        else:
            gain = noisy_expected_improvement(self._surrogate, self._all, points, rng)
        # far below any gain that matters, the spread decides, so that flat regions keep an order
        _, sd = self._surrogate.predict(points)
        gain = (gain + 1e-9 * sd) * self._feasibility.success_probability(points.units)
        gain *= self._constraints.probability(points)
        return list(zip(gain.tolist(), fresh, strict=True))

    def replicate_gains(self, allowed: Sequence[Values]) -> list[tuple[float, Values]]:
        """Return evaluated points with what a further evaluation there is worth."""
        keep = {identity(values) for values in allowed}
        surrogate = self._surrogate
        noise = float(np.hypot(np.median(surrogate.se), surrogate.jitter))
        worth = replication_value(surrogate, self._evaluated_points, self._pending, noise)
        worth = worth * self._constraints.probability(self._evaluated_points)
        gains = zip(worth.tolist(), self._evaluated, strict=True)
        return [(gain, values) for gain, values in gains if identity(values) in keep]
