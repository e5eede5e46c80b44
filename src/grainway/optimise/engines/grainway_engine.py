"""The default engine: knowledge gradient on the maximum a posteriori surrogate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, ClassVar, get_args

import numpy as np

from grainway.design_space import DesignSpace, Values
from grainway.errors import ConfigError
from grainway.optimise.engines.recorded_engine import MIN_EVALUATIONS_FOR_MODEL, Choice, RecordedStrategy
from grainway.optimise.evaluation_record import EvaluationRecord, ToldEvaluation
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.shared_builds import OWN_BUILD
from grainway.optimise.model.model_choice import choose_model
from grainway.optimise.points.candidates import Admission, Candidates, distinct, exhausted, identity
from grainway.optimise.points.model_inputs import Features, Points
from grainway.optimise.points.pareto import scalarised
from grainway.optimise.points.point_search import most_promising
from grainway.optimise.points.reproducible_draws import stream
from grainway.optimise.propose.acquisition import (
    AcquisitionName,
    KnowledgeGradient,
    NoisyImprovement,
    noise_of,
)
from grainway.optimise.strategy import Proposal

N_BEST_ENTRIES, N_RANDOM_ENTRIES = 48, 64


class GrainwayStrategy(RecordedStrategy):
    """Weighs new points, replicates and longer runs by expected gain in y per cost, and takes the best.

    While no run can go on, costs are left aside and the gain alone decides.

    Args:
        space: the design space.
        seed: a whole number >= 0.
        features: realised features of a point, or None to model the encoded values.
        acquisition: ``"knowledge_gradient"`` or ``"noisy_improvement"``.
        second_objective: name of a told auxiliary quantity that is minimised too, empty for one objective.
        options: of every engine, see :class:`RecordedStrategy`.
    """

    name: ClassVar[str] = "grainway"
    longest_design: ClassVar[int] = 6
    """Its model is of use from few evaluations on: those after the sixth are better chosen by it."""

    def __init__(
        self,
        space: DesignSpace,
        seed: int,
        features: Features | None = None,
        *,
        acquisition: AcquisitionName = "knowledge_gradient",
        second_objective: str = "",
        **options: Any,
    ) -> None:
        super().__init__(space, seed, features, **options)
        if acquisition not in get_args(AcquisitionName):
            raise ConfigError.about(
                "acquisition",
                acquisition,
                f"one of {sorted(get_args(AcquisitionName))}",
                "Take one of these.",
            )
        self._acquisition = acquisition
        self._second = second_objective

    def design_point(self, number: int) -> Values:
        """Return a point of the initial design, every second one moved to a coincidence of low Σ.

        Where coincidence does not matter these are as good as any others; where it does, they tell at once.
        """
        point = super().design_point(number)
        landmark = self.entries.landmark(number // 2) if number % 2 else None
        return point if landmark is None else {**point, **landmark}

    def choose(self, admission: Admission, pending: Sequence[Proposal]) -> Choice:
        """Return the evaluation of largest expected gain times probability of success, per cost."""
        n = len(self.record.evaluations)
        model = self._aim(n)
        rng = stream(self.seed, self.record.n_asked, "candidates")
        evaluated = distinct(row.proposal.values for row in self.sorted_evaluations(n))
        mean, _ = model.predict(self.inputs.points(evaluated))
        centres = [evaluated[i] for i in np.argsort(mean, kind="stable")]
        listed = self.entries.ranked(model, centres[:2], N_BEST_ENTRIES, rng)
        listed += self.entries.random(N_RANDOM_ENTRIES, rng)
        worth = _Worth(self, model, evaluated, pending)
        fresh = most_promising(self.space, admission, centres, worth.new, rng, listed)
        allowed = admission.filter(evaluated)
        again = worth.again(allowed)
        runs = [row for row in continuable(self.record) if row.proposal.values in allowed]
        costs = Costs.of(self.sorted_evaluations(n) if runs else ())
        best = [(gain / costs.new, Choice(values)) for gain, values in fresh]
        best += [(gain / costs.again(values), Choice(values)) for gain, values in again]
        best += [
            (gain / costs.longer(row), Choice(row.proposal.values, row.proposal.id))
            for gain, row in worth.longer(runs)
        ]
        if not best:
            raise exhausted()
        return max(best, key=lambda entry: entry[0])[1]

    def _aim(self, n: int) -> Mixture:
        """Return the model of what this choice minimises: the objective, or a sum with the second."""
        rows = [row for row in self.sorted_evaluations(n) if self._second in row.aux]
        if len(rows) < MIN_EVALUATIONS_FOR_MODEL:
            return self.model(n).surrogate
        values = np.array([(row.y, row.aux[self._second][0]) for row in rows])
        errors = np.array([(row.se, row.aux[self._second][1]) for row in rows])
        weight = float(stream(self.seed, self.record.n_asked, "weight of the objectives").random())
        y, se = scalarised(values, errors, weight)
        return choose_model(
            self.inputs.points([row.proposal.values for row in rows]),
            y,
            se,
            self.inputs.groups,
            kernel=self.kernel,
            coincidence=self.inputs.n_coincidences > 0,
            builds=self.record.builds(rows),
        ).surrogate

    def improvement(self, model: Mixture, known: Points) -> NoisyImprovement | None:
        """Return what weighs new points where that is not the knowledge gradient."""
        if self._acquisition == "knowledge_gradient":
            return None
        # the same samples for every batch of one choice, so that their gains compare
        return NoisyImprovement(model, known, stream(self.seed, self.record.n_asked, "posterior samples"))


class _Worth:
    """What one choice is made against: evaluated and pending points under one model."""

    def __init__(
        self,
        strategy: GrainwayStrategy,
        model: Mixture,
        evaluated: Sequence[Values],
        pending: Sequence[Proposal],
    ) -> None:
        self._inputs, self._record = strategy.inputs, strategy.record
        self._success = strategy.failure_model().success_probability
        limits = strategy.constraint_models(len(strategy.record.evaluations))
        self._in_range = limits.probability
        self._evaluated = {identity(values) for values in evaluated}
        under_way = [proposal for proposal in pending if self._inputs.buildable(proposal.values)]
        running = self._inputs.points([proposal.values for proposal in under_way])
        builds = np.array(
            [self._record.build(p) if p.continues else OWN_BUILD for p in under_way], dtype=np.intp
        )
        known = self._inputs.points(evaluated).join(running).without_repetition()
        # a gain over a point outside the limits is none: it could not be recommended
        known = known.take(limits.admissible(known))
        self._again = KnowledgeGradient(model, known, running, noise_of(model), builds)
        self._gain = strategy.improvement(model, known) or self._again

    def new(self, candidates: Candidates) -> list[tuple[float, Values]]:
        """Return new points with their gain times the probability of success and of being in range."""
        known = [identity(values) in self._evaluated for values in candidates.values]
        fresh = candidates.take(~np.array(known, dtype=bool))
        points = fresh.points
        gain = self._gain(points) * self._success(points.units) * self._in_range(points)
        return list(zip(gain.tolist(), fresh.values, strict=True))

    def again(self, evaluated: Sequence[Values]) -> list[tuple[float, Values]]:
        """Return evaluated points with what a further evaluation there is worth."""
        if not evaluated:
            return []
        points = self._inputs.points(evaluated)
        worth = self._again(points) * self._success(points.units) * self._in_range(points)
        return list(zip(worth.tolist(), evaluated, strict=True))

    def longer(self, runs: Sequence[ToldEvaluation]) -> list[tuple[float, ToldEvaluation]]:
        """Return runs with what going on is worth; a build that ran will run."""
        if not runs:
            return []
        points = self._inputs.points([row.proposal.values for row in runs])
        worth = self._again.of_continued(points, self._record.builds(runs)) * self._in_range(points)
        return list(zip(worth.tolist(), runs, strict=True))


def continuable(record: EvaluationRecord) -> list[ToldEvaluation]:
    """Return the evaluations whose run may go on, in the order asked.

    Each can be gone on with once: afterwards its build goes on from the end of the longer run, and where that
    has failed it would fail again.
    """
    continued = {proposal.continues for proposal in record.proposals}
    able = [
        row
        for row in record.evaluations
        if row.continuation_cost is not None and row.proposal.id not in continued
    ]
    return sorted(able, key=lambda row: row.index)


@dataclass(frozen=True, slots=True)
class Costs:
    """What evaluations are expected to cost, in the unit of the costs told; make it with :meth:`of`.

    A new point and a replicate cost a build, its equilibration and a run; going on costs the run alone.

    Attributes:
        new: of a point not evaluated yet, the median of what builds have cost; 1 when nothing is known.
        known: of a new build at evaluated points, what it has cost there.
        told: whether any cost is known; if not, everything costs the same.
    """

    new: float
    known: dict[tuple[object, ...], float]
    told: bool

    @classmethod
    def of(cls, rows: Sequence[ToldEvaluation]) -> Costs:
        """Learn from evaluations; a cost of 0 says nothing."""
        paid: dict[tuple[object, ...], list[float]] = {}
        for row in rows:
            if row.cost and not row.proposal.continues:
                paid.setdefault(identity(row.proposal.values), []).append(row.cost)
        if not paid:
            return cls(1.0, {}, told=False)
        every = [cost for costs in paid.values() for cost in costs]
        return cls(median(every), {point: fmean(costs) for point, costs in paid.items()}, told=True)

    def again(self, values: Values) -> float:
        """Return the cost of another build at an evaluated point."""
        return self.known.get(identity(values), self.new)

    def longer(self, row: ToldEvaluation) -> float:
        """Return the cost of going on with a run."""
        return row.continuation_cost if self.told and row.continuation_cost is not None else self.new
