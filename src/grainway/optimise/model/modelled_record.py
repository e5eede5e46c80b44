"""The record and what is computed from it: surrogates, places of failure, the incumbent.

Nothing here is state: everything is a function of the outcomes told, kept only while it is asked for again.
"""

from collections.abc import Sequence

import numpy as np

from grainway.array_types import FloatArray
from grainway.design_space import DesignSpace, Values
from grainway.errors import ConfigError
from grainway.optimise.evaluation_record import EvaluationRecord, Failure, ToldEvaluation
from grainway.optimise.gp.mixture import Mixture
from grainway.optimise.gp.surrogate import fit_surrogate
from grainway.optimise.model.auxiliary_quantity import Auxiliary, fit_auxiliary
from grainway.optimise.model.constraints import Constraint, ConstraintModels, fit_constraints
from grainway.optimise.model.model_choice import ChosenModel, choose_model
from grainway.optimise.points.failure_model import FailureModel
from grainway.optimise.points.model_inputs import ModelInputs, Points
from grainway.optimise.points.pareto import Front, front_of

LEAST_FOR_COMPOSITE = 8
"""With fewer measured values of a quantity nothing can be told of what depends on it."""


class ModelledRecord:
    """A record of proposals and outcomes with its surrogates.

    Args:
        space: the design space. inputs: map from points to surrogate inputs. kernel: radial kernel of the
        surrogates. constraints: ranges that told auxiliary quantities must stay in. composite: told
        auxiliary quantities that the objective may depend on; none for a function of geometry.

    Raises:
        ConfigError: for an empty or repeated name of such a quantity.
    """

    def __init__(
        self,
        space: DesignSpace,
        inputs: ModelInputs,
        kernel: str,
        constraints: Sequence[Constraint],
        composite: Sequence[str] = (),
    ) -> None:
        if isinstance(composite, str) or len(set(composite)) < len(composite) or "" in composite:
            raise ConfigError.about(
                "composite", composite, "different names of told quantities, as ('ler', 'ovc')", "List them."
            )
        self.space = space
        self.inputs = inputs
        self.kernel = kernel
        self.constraints = tuple(constraints)
        self.composite = tuple(composite)
        self.record = EvaluationRecord(space)
        self._models: dict[int, ChosenModel] = {}
        self._constraint_models: dict[int, ConstraintModels] = {}
        self._incumbents: dict[int, int] = {}

    def model(self, n_evaluations: int) -> ChosenModel:
        """Return the surrogate of the first ``n_evaluations`` outcomes; the same record gives the same one.

        Raises:
            ConfigError: when there are not that many, or none.
        """
        if not 1 <= n_evaluations <= len(self.record.evaluations):
            raise ConfigError.about(
                "n_evaluations",
                n_evaluations,
                f"1 to {len(self.record.evaluations)}",
                "Tell an outcome first.",
            )
        if n_evaluations not in self._models:
            rows = self.sorted_evaluations(n_evaluations)
            points = self.inputs.points([row.proposal.values for row in rows])
            y, se = np.array([row.y for row in rows]), np.array([row.se for row in rows])
            # only the latest models are asked for again; older ones can always be computed anew
            self._models = dict(list(self._models.items())[-2:])
            self._models[n_evaluations] = choose_model(
                points,
                y,
                se,
                self.inputs.groups,
                kernel=self.kernel,
                coincidence=self.inputs.n_coincidences > 0,
                auxiliaries=self._auxiliaries(rows, points),
                builds=self.record.builds(rows),
            )
        return self._models[n_evaluations]

    def _auxiliaries(self, rows: Sequence[ToldEvaluation], points: Points) -> list[Auxiliary]:
        """Return the quantities that the objective may depend on, as far as enough is known of them."""
        found = []
        for name in self.composite:
            told = [row.aux.get(name) for row in rows]
            if sum(one is not None for one in told) >= LEAST_FOR_COMPOSITE:
                found.append(fit_auxiliary(name, points, told, self.inputs.groups, kernel=self.kernel))
        return [one for one in found if one is not None]

    def model_of(self, name: str, n_evaluations: int) -> Mixture:
        """Return a surrogate of a told auxiliary quantity, without coincidence feature.

        Raises:
            ConfigError: when no outcome among the first ``n_evaluations`` has it.
        """
        rows = [row for row in self.sorted_evaluations(n_evaluations) if name in row.aux]
        if not rows:
            raise ConfigError.about("name", name, "a quantity that was told", "Tell it with the outcomes.")
        values, errors = np.array([row.aux[name] for row in rows]).T
        points = self.inputs.points([row.proposal.values for row in rows])
        builds = self.record.builds(rows)
        return Mixture.alone(
            fit_surrogate(points, values, errors, self.inputs.groups, kernel=self.kernel, builds=builds)
        )

    def front(self, second: str) -> Front:
        """Return the Pareto front of the evaluated points, by posterior means.

        Args:
            second: the told auxiliary quantity that is minimised beside the objective.

        Raises:
            ConfigError: before it was told.
        """
        n = len(self.record.evaluations)
        of_second = self.model_of(second, n)
        rows = {repr(row.proposal.values): row for row in reversed(self.sorted_evaluations(n))}
        proposals = [row.proposal for row in sorted(rows.values(), key=lambda row: row.index)]
        points = self.inputs.points([proposal.values for proposal in proposals])
        both = [self.model(n).surrogate.predict(points), of_second.predict(points)]
        means, errors = (np.column_stack(part) for part in zip(*both, strict=True))
        return front_of([(proposal.id, dict(proposal.values)) for proposal in proposals], means, errors)

    def constraint_models(self, n_evaluations: int) -> ConstraintModels:
        """Return the surrogates of the constrained quantities after the first outcomes."""
        if n_evaluations not in self._constraint_models:
            rows = self.sorted_evaluations(n_evaluations)
            self._constraint_models = dict(list(self._constraint_models.items())[-2:])
            self._constraint_models[n_evaluations] = fit_constraints(
                self.constraints, rows, self.inputs, self.kernel, self.record.builds
            )
        return self._constraint_models[n_evaluations]

    def sorted_evaluations(self, n_evaluations: int) -> list[ToldEvaluation]:
        """Return the first outcomes told, in the order asked, so that rounding ignores who came in first."""
        return sorted(self.record.evaluations[:n_evaluations], key=lambda row: row.index)

    def failure_model(self) -> FailureModel:
        """Return the places of success and failure so far; a longer run that failed is neither."""
        failed = sorted(self.build_failures(), key=lambda row: row.index)
        succeeded = self.sorted_evaluations(len(self.record.evaluations))
        return FailureModel(
            self.space,
            self._units([row.proposal.values for row in failed]),
            self._units([row.proposal.values for row in succeeded]),
        )

    def build_failures(self) -> list[Failure]:
        """Return the failures that say something of their point: not those of runs that went on."""
        return [row for row in self.record.failures if not row.proposal.continues]

    def n_builds(self, n_evaluations: int, key: bytes) -> int:
        """Return the number of independent builds among the first evaluations of the points with this key."""
        rows = [row for row in self.sorted_evaluations(n_evaluations) if not row.proposal.continues]
        return self.inputs.points([row.proposal.values for row in rows]).keys().count(key)

    def incumbent(self, n_evaluations: int) -> int:
        """Return the number of the proposal with the lowest posterior mean, the earliest among equals."""
        if n_evaluations not in self._incumbents:
            surrogate = self.model(n_evaluations).surrogate
            mean, _ = surrogate.predict(surrogate.points)
            allowed = self.constraint_models(n_evaluations).admissible(surrogate.points)
            mean = np.where(allowed, mean, np.inf)
            rows = self.sorted_evaluations(n_evaluations)
            keys = surrogate.points.keys()
            best = keys.index(keys[int(np.argmin(mean))])
            self._incumbents[n_evaluations] = rows[best].index
        return self._incumbents[n_evaluations]

    def point(self, index: int) -> Points:
        """Return the surrogate inputs of a proposal, by its number."""
        return self.inputs.points([self.record.proposals[index].values])

    def _units(self, points: Sequence[Values]) -> FloatArray:
        return np.array([self.space.to_unit(v) for v in points]).reshape(-1, len(self.space.parameters))
