"""What all engines share: the record, the initial design, the surrogate and the recommendation.

An engine only chooses the next point once the initial design is asked. It sees the record and nothing else.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from grainway.design_space import DesignSpace, Values
from grainway.domain.student import Z_95_TWO_SIDED
from grainway.errors import ConfigError
from grainway.optimise.convergence import (
    ConvergenceCheck,
    ConvergenceSettings,
    RuleResult,
    audit,
    improvement_rule,
    regret_rule,
)
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.model.constraints import Constraint
from grainway.optimise.model.hyperparameter_draws import with_uncertain_hyperparameters
from grainway.optimise.model.modelled_record import ModelledRecord
from grainway.optimise.points.candidates import MAX_DRAWS, Admission, space_filling
from grainway.optimise.points.model_inputs import Features, ModelInputs
from grainway.optimise.points.reproducible_draws import sobol_points, stream
from grainway.optimise.propose.boundary_entries import BuildableEntries
from grainway.optimise.propose.open_rivals import OpenCoincidence, open_coincidences, rivals
from grainway.optimise.strategy import Measured, Proposal, Recommendation

MIN_EVALUATIONS_FOR_MODEL = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """What an engine wants evaluated: a point, and the id of the run that goes on there, empty for none."""

    values: Values
    continues: str = ""


class RecordedStrategy(ModelledRecord, ABC):
    """A strategy whose state is its record; engines implement :meth:`choose`.

    Args:
        space: the design space.
        seed: a whole number >= 0.
        features: realised features of a point, or None to model the encoded values.
        kernel: radial kernel of the surrogate.
        n_initial: size of the initial design; by default twice the number of parameters, from 4 to
            :attr:`longest_design`.
        entries: the boundaries that exist, as values of the parameters that choose one; may be empty.
        constraints: ranges that told auxiliary quantities must stay in.
        composite: told auxiliary quantities that the objective may depend on.
    """

    name: ClassVar[str]
    remark: ClassVar[str] = ""
    longest_design: ClassVar[int] = 10
    """Size of the initial design in a space of many parameters."""

    def __init__(
        self,
        space: DesignSpace,
        seed: int,
        features: Features | None = None,
        *,
        kernel: str = "matern52",
        n_initial: int | None = None,
        entries: Sequence[Values] = (),
        constraints: Sequence[Constraint] = (),
        composite: Sequence[str] = (),
    ) -> None:
        if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
            raise ConfigError.about("seed", seed, "a whole number >= 0", "Write it down with the campaign.")
        if n_initial is None:
            n_initial = max(4, min(2 * len(space.parameters), self.longest_design))
        if n_initial < 1:
            raise ConfigError.about("n_initial", n_initial, "1 or more", "Leave it out for the default.")
        super().__init__(space, ModelInputs(space, features), kernel, constraints, composite)
        self.seed = int(seed)
        self.n_initial = n_initial
        self.entries = BuildableEntries(self.inputs, entries)

    @abstractmethod
    def choose(self, admission: Admission, pending: Sequence[Proposal]) -> Choice:
        """Return the next evaluation, after the initial design."""

    def ask(self, q: int = 1, pending: Sequence[Proposal | str] = ()) -> list[Proposal]:
        """Return ``q`` new proposals; see :class:`~grainway.optimise.strategy.Strategy`."""
        if isinstance(q, bool) or not isinstance(q, int) or q < 1:
            raise ConfigError.about("q", q, "a whole number >= 1", "Ask for one point or more.")
        listed = list(pending)
        return [self._ask_one(listed) for _ in range(q)]

    def replicate(self, id: str) -> Proposal:  # noqa: A002 - the public name
        """Return a new proposal at the point of an evaluated one."""
        if id not in {evaluation.proposal.id for evaluation in self.record.evaluations}:
            raise ConfigError.about("id", id, "the id of an evaluated proposal", "Tell its outcome first.")
        return self.record.register(self.record.get(id).values)

    def tell(
        self,
        id: str,  # noqa: A002 - the public name
        y: float,
        se: float,
        aux: Mapping[str, Measured] | None = None,
        cost: float | None = None,
        continuation_cost: float | None = None,
    ) -> None:
        """Record an outcome."""
        self.record.tell(id, y, se, aux, cost, continuation_cost)

    def tell_failed(self, id: str, reason: str) -> None:  # noqa: A002 - the public name
        """Record that a proposal gave no result."""
        self.record.tell_failed(id, reason)

    def restore(self, proposals: Sequence[Proposal]) -> None:
        """Register proposals asked in an earlier process, in their order."""
        self.record.restore(proposals)

    def recommend(self) -> Recommendation:
        """Return the evaluated point with the lowest posterior mean.

        Raises:
            ConfigError: before the first outcome.
        """
        n = len(self.record.evaluations)
        incumbent = self.incumbent(n)
        mean, sd = self.model(n).surrogate.predict(self.point(incumbent))
        key = self.point(incumbent).keys()[0]
        values = self.record.proposals[incumbent].values
        half = Z_95_TWO_SIDED * float(sd[0])
        return Recommendation(
            id=self.record.proposals[incumbent].id,
            values=dict(values),
            mean=float(mean[0]),
            standard_error=float(sd[0]),
            interval=(float(mean[0]) - half, float(mean[0]) + half),
            n_replicates=self.n_builds(n, key),
            n_evaluations=n,
            probability_in_range=float(self.constraint_models(n).probability(self.point(incumbent))[0]),
        )

    def check(
        self, settings: ConvergenceSettings | None = None, n_evaluations: int | None = None
    ) -> ConvergenceCheck:
        """Check the convergence rules, now or as after the first ``n_evaluations`` outcomes."""
        settings = settings or ConvergenceSettings()
        n = len(self.record.evaluations) if n_evaluations is None else n_evaluations
        surrogate = self.model(n).surrogate
        now = self.incumbent(n)
        then = self.point(self.incumbent(n - settings.window)) if n > settings.window else None
        regret = self._regret(n, surrogate, settings)
        if regret.holds:
            # said only where it also holds for other length scales and cusps than the likeliest
            broad = with_uncertain_hyperparameters(surrogate, stream(self.seed, n, "hyperparameters"))
            regret = self._regret(n, broad, settings)
        replicates = self.n_builds(n, self.point(now).keys()[0])
        still_open = self._open_coincidences(n, settings)
        return ConvergenceCheck(
            n,
            improvement_rule(surrogate, then, self.point(now), n, settings),
            regret,
            audit(surrogate, replicates, settings, [one.sigma for one in still_open]),
        )

    def _regret(self, n: int, model: Mixture, settings: ConvergenceSettings) -> RuleResult:
        """Judge the regret of the recommended point under a model, against the rivals that it sees."""
        now = self.incumbent(n)
        rng = stream(self.seed, n, "regret")
        found = rivals(self.inputs, self.entries, model, self.record.proposals[now].values, rng)
        others = model.points.join(self.inputs.points(found))
        excluded = self.failure_model().tabu(others.units)
        excluded |= self.constraint_models(n).probability(others) < 0.5
        return regret_rule(model, self.point(now), others.take(~excluded), settings, rng)

    def confirm(self, settings: ConvergenceSettings | None = None) -> Proposal | None:
        """Return the proposal that the audit still asks for, None when it asks for none.

        First further evaluations of the recommended point, then the likeliest open coincidence. Points still
        running count as done.
        """
        settings = settings or ConvergenceSettings()
        n = len(self.record.evaluations)
        now = self.record.proposals[self.incumbent(n)].values
        unanswered = self.record.pending(())
        pending = [proposal.values for proposal in unanswered]
        asked = [row.proposal for row in self.record.evaluations] + unanswered
        known = [proposal.values for proposal in asked if not proposal.continues]
        keys = self.inputs.points([v for v in known if self.inputs.buildable(v)]).keys()
        here = self.inputs.points([now]).keys()[0]
        failed = [row.proposal.values for row in self.build_failures()]
        n_failed = self.inputs.points([v for v in failed if self.inputs.buildable(v)]).keys().count(here)
        # a point that fails as often as it should succeed cannot be confirmed; the budget is worth more
        if keys.count(here) < settings.replicates and n_failed < settings.replicates:
            return self.record.register(now)
        admission = Admission(self.inputs, self.failure_model(), pending)
        wanted = admission.filter([one.values for one in self._open_coincidences(n, settings)])
        running = set(self.inputs.points([v for v in pending if self.inputs.buildable(v)]).keys())
        for values in wanted:
            if self.inputs.points([values]).keys()[0] not in running:
                return self.record.register(values)
        return None

    def _open_coincidences(self, n: int, settings: ConvergenceSettings) -> list[OpenCoincidence]:
        incumbent = self.record.proposals[self.incumbent(n)].values
        informed = self.model(n).informed
        found = open_coincidences(self.inputs, self.entries, informed, incumbent, settings.regret)
        if not found:
            return []
        tabu = self.failure_model().tabu(self.space.to_units([one.values for one in found]))
        return [one for one, closed in zip(found, tabu, strict=True) if not closed]

    def status(self) -> dict[str, Any]:
        """Return a JSON-ready summary."""
        record = self.record
        n = len(record.evaluations)
        return {
            "engine": self.name,
            "remark": self.remark,
            "seed": self.seed,
            "n_asked": record.n_asked,
            "n_evaluated": n,
            "n_failed": len(record.failures),
            "n_pending": len(record.pending(())),
            "phase": "initial design" if self._in_initial_design() else "model",
            "n_initial": self.n_initial,
            "composite": list(self.composite),
            "model": self.model(n).summary() if n else None,
        }

    def random_batches(self, purpose: str) -> Iterator[list[Values]]:
        """Yield random points, one at a time and then in bulk, for a space where few are admissible."""
        rng = stream(self.seed, self.record.n_asked, purpose)
        for _ in range(16):
            yield [self.space.sample(rng)]
        yield space_filling(self.space, MAX_DRAWS, rng)

    def design_batches(self) -> Iterator[list[Values]]:
        """Yield the point of the initial design that has the next proposal's number, then others."""
        yield [self.design_point(self.record.n_asked)]
        yield from self.random_batches("design point refused")

    def design_point(self, number: int) -> Values:
        """Return a point of the initial design: that of a scrambled Sobol sequence."""
        rng = stream(self.seed, 0, "initial design")
        return self.space.from_unit(sobol_points(len(self.space.parameters), number, 1, rng)[0])

    def _ask_one(self, listed: list[Proposal | str]) -> Proposal:
        pending = self.record.pending(listed)
        admission = Admission(self.inputs, self.failure_model(), [proposal.values for proposal in pending])
        if self._in_initial_design():
            return self.record.register(admission.first(self.design_batches()))
        choice = self.choose(admission, pending)
        return self.record.register(choice.values, choice.continues)

    def _in_initial_design(self) -> bool:
        # failed points have taught the model nothing: the design is made up by as many new ones
        asked = self.record.n_asked - len(self.record.failures)
        return asked < self.n_initial or len(self.record.evaluations) < MIN_EVALUATIONS_FOR_MODEL
