"""The record of what was asked and what came back, the only state of every engine."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real

import numpy as np

from grainway.array_types import IndexArray
from grainway.design_space import DesignSpace, Values
from grainway.errors import ConfigError
from grainway.optimise.strategy import Measured, Proposal


@dataclass(frozen=True, slots=True)
class ToldEvaluation:
    """An outcome; attributes as the arguments of :meth:`~grainway.optimise.strategy.Strategy.tell`."""

    proposal: Proposal
    index: int
    y: float
    se: float
    aux: dict[str, tuple[float, float]]
    cost: float | None
    continuation_cost: float | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """A proposal that gave no result, and why."""

    proposal: Proposal
    index: int
    reason: str


@dataclass(slots=True)
class EvaluationRecord:
    """Proposals in the order asked and outcomes in the order told.

    Attributes:
        space: the design space of every proposal.
        proposals: in the order asked.
        evaluations: in the order told.
        failures: in the order told.
    """

    space: DesignSpace
    proposals: list[Proposal] = field(default_factory=list)
    evaluations: list[ToldEvaluation] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    _index: dict[str, int] = field(default_factory=dict)
    _answered: dict[str, str] = field(default_factory=dict)

    @property
    def n_asked(self) -> int:
        """Number of proposals asked so far."""
        return len(self.proposals)

    @property
    def revision(self) -> int:
        """Number of outcomes; anything computed from outcomes is current while this is unchanged."""
        return len(self._answered)

    def register(self, values: Values, continues: str = "") -> Proposal:
        """Number a new proposal and keep it."""
        proposal = Proposal(_identifier(self.n_asked), self.space.canonical(values), continues)
        self._index[proposal.id] = self.n_asked
        self.proposals.append(proposal)
        return proposal

    def restore(self, proposals: Sequence[Proposal]) -> None:
        """Keep proposals of an earlier process.

        Raises:
            ConfigError: when they are not the next ones in order, do not fit the design space or go on with
                the run of none before them.
        """
        known = set(self._index)
        for offset, proposal in enumerate(proposals):
            expected = _identifier(self.n_asked + offset)
            if proposal.id != expected:
                raise ConfigError.about(
                    "proposals",
                    proposal.id,
                    f"{expected!r} at this place",
                    "Restore all, in the order asked.",
                )
            self.space.canonical(proposal.values)
            if proposal.continues and proposal.continues not in known:
                raise ConfigError.about(
                    "continues",
                    proposal.continues,
                    f"the id of a proposal before {proposal.id!r}",
                    "Restore all, in the order asked.",
                )
            known.add(proposal.id)
        for proposal in proposals:
            self.register(proposal.values, proposal.continues)

    def tell(
        self,
        proposal_id: str,
        y: float,
        se: float,
        aux: Mapping[str, Measured] | None,
        cost: float | None,
        continuation_cost: float | None = None,
    ) -> None:
        """Keep an outcome.

        Raises:
            ConfigError: for an unknown or answered id, or a number that is not finite.
        """
        index = self._unanswered(proposal_id)
        if not _is_finite(y):
            raise ConfigError.about("y", y, "a finite number", "Use tell_failed() when there is no result.")
        if not _is_finite(se) or se < 0:
            raise ConfigError.about("se", se, "a finite number >= 0", "Give the standard error of y.")
        if cost is not None and (not _is_finite(cost) or cost < 0):
            raise ConfigError.about(
                "cost", cost, "None or a finite number >= 0", "Leave it out when unknown."
            )
        if continuation_cost is not None and (not _is_finite(continuation_cost) or continuation_cost <= 0):
            raise ConfigError.about(
                "continuation_cost",
                continuation_cost,
                "None or a finite number > 0",
                "Leave it out when the run cannot go on: one that costs nothing would go on for ever.",
            )
        measured = {str(name): _value_and_error(str(name), value) for name, value in (aux or {}).items()}
        self._answered[proposal_id] = "told"
        self.evaluations.append(
            ToldEvaluation(
                self.proposals[index],
                index,
                float(y),
                float(se),
                measured,
                None if cost is None else float(cost),
                None if continuation_cost is None else float(continuation_cost),
            )
        )

    def tell_failed(self, proposal_id: str, reason: str) -> None:
        """Keep a failure.

        Raises:
            ConfigError: for an unknown or answered id.
        """
        index = self._unanswered(proposal_id)
        self._answered[proposal_id] = "failed"
        self.failures.append(Failure(self.proposals[index], index, str(reason)))

    def builds(self, rows: Sequence[ToldEvaluation]) -> IndexArray:
        """Return the number of the proposal with which each evaluation's build began, shape (n_rows,)."""
        return np.array([self.build(row.proposal) for row in rows], dtype=np.intp)

    def build(self, proposal: Proposal) -> int:
        """Return the number of the proposal with which a proposal's build began, its own for a new build."""
        while proposal.continues:
            proposal = self.get(proposal.continues)
        return self._index[proposal.id]

    def pending(self, listed: Sequence[Proposal | str]) -> list[Proposal]:
        """Return proposals asked and not answered, and any listed point that is not of this record.

        Raises:
            ConfigError: for an unknown id or a point outside the design space.
        """
        outstanding = [proposal for proposal in self.proposals if proposal.id not in self._answered]
        for entry in listed:
            if isinstance(entry, str):
                if entry not in self._index:
                    raise ConfigError.about(
                        "pending", entry, "ids that were asked", "Restore the record first."
                    )
                continue
            values = self.space.canonical(entry.values)
            known = self._index.get(entry.id)
            if known is None or self.proposals[known].values != values:
                outstanding.append(Proposal(entry.id, values))
        return outstanding

    def get(self, proposal_id: str) -> Proposal:
        """Return a proposal by its id.

        Raises:
            ConfigError: when it was never asked.
        """
        if proposal_id not in self._index:
            raise ConfigError.about(
                "id", proposal_id, "the id of a proposal that was asked", "Restore the record first."
            )
        return self.proposals[self._index[proposal_id]]

    def _unanswered(self, proposal_id: str) -> int:
        self.get(proposal_id)
        if proposal_id in self._answered:
            raise ConfigError.about(
                "id",
                proposal_id,
                f"a proposal without an outcome, this one was {self._answered[proposal_id]}",
                "Tell each once.",
            )
        return self._index[proposal_id]


def _value_and_error(name: str, measured: Measured) -> tuple[float, float]:
    value, error = measured if isinstance(measured, Sequence) else (measured, 0.0)
    if not (_is_finite(value) and _is_finite(error) and error >= 0):
        raise ConfigError.about(
            f"aux[{name!r}]",
            measured,
            "a finite number, or one and its standard error >= 0",
            "Leave it out when unknown.",
        )
    return float(value), float(error)


def _identifier(number: int) -> str:
    return f"p{number:04d}"


def _is_finite(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
