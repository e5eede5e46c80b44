"""The seam between a campaign and whatever chooses its next boundary.

A campaign asks for proposals, evaluates them in any order and beside each other, and tells what came out.
The record of proposals and outcomes is the whole state: an engine keeps nothing that could not be computed
again from it, so a strategy restored from the record goes on exactly as the uninterrupted one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from grainway.design_space import Value
from grainway.optimise.convergence import ConvergenceCheck, ConvergenceSettings
from grainway.optimise.points.pareto import Front

Measured = float | tuple[float, float]
"""A number, or a number and its standard error."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A point to evaluate.

    Attributes:
        id: ``"p"`` and the number of proposals asked before it, for example ``"p0007"``.
        values: the point, by parameter name, in Python types.
        continues: id of the proposal whose run is to go on, with its build and from where it ended; empty
            for a build of its own.
    """

    id: str
    values: dict[str, Value]
    continues: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        going_on = {"continues": self.continues} if self.continues else {}
        return {"id": self.id, "values": dict(self.values), **going_on}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Proposal:
        """Rebuild a proposal from :meth:`to_dict`."""
        return cls(record["id"], dict(record["values"]), record.get("continues", ""))


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The evaluated point that the model believes best.

    Attributes:
        id: the first proposal made at this point.
        values: the point.
        mean: posterior mean of the objective there; not the observed value, which is biased low by the
            choice of the smallest.
        standard_error: posterior standard deviation of the objective there.
        interval: central 95 % posterior interval.
        n_replicates: independent builds evaluated at this point.
        n_evaluations: evaluations behind the recommendation.
        probability_in_range: that the constrained quantities are within their limits; 1 without constraints.
    """

    id: str
    values: dict[str, Value]
    mean: float
    standard_error: float
    interval: tuple[float, float]
    n_replicates: int
    n_evaluations: int
    probability_in_range: float = 1.0


@runtime_checkable
class Strategy(Protocol):
    """What a campaign needs from an engine; every engine passes the same test suite.

    Contract: proposals are numbered in the order asked. Random numbers derive from the seed and that
    number, never from the clock. ``ask(2)`` equals two times ``ask(1)``. A proposal that was asked and not
    answered counts as pending whether or not it is listed, and no proposal repeats a pending point. A
    failed point, and what lies close to it, is not proposed again. A point that was evaluated may be
    proposed again: each proposal is to be run with random numbers of its own, but for one that continues
    another. Only what was told with a ``continuation_cost`` is continued, each run once; a continuation that
    fails says nothing of its point.
    """

    def ask(self, q: int = 1, pending: Sequence[Proposal | str] = ()) -> list[Proposal]:
        """Return ``q`` new proposals, given the points still running."""
        ...

    def replicate(self, id: str) -> Proposal:  # noqa: A002
        """Return a new proposal at the point of an evaluated one, to confirm it."""
        ...

    def tell(
        self,
        id: str,  # noqa: A002
        y: float,
        se: float,
        aux: Mapping[str, Measured] | None = None,
        cost: float | None = None,
        continuation_cost: float | None = None,
    ) -> None:
        """Record an outcome.

        Args:
            id: of the proposal.
            y: the objective.
            se: its standard error; of a continuation, that of the new stretch alone.
            aux: other measured quantities.
            cost: of the evaluation, in one unit for all.
            continuation_cost: what it would cost to go on with the run for as long again, in the same unit;
                None when it cannot go on.
        """
        ...

    def tell_failed(self, id: str, reason: str) -> None:  # noqa: A002
        """Record that a proposal gave no result."""
        ...

    def restore(self, proposals: Sequence[Proposal]) -> None:
        """Register proposals asked in an earlier process, in their order; then tell the same outcomes."""
        ...

    def recommend(self) -> Recommendation:
        """Return the evaluated point with the lowest posterior mean.

        With constraints, of those that are likelier within the limits than not; of none, the likeliest.
        """
        ...

    def check(
        self, settings: ConvergenceSettings | None = None, n_evaluations: int | None = None
    ) -> ConvergenceCheck:
        """Check the convergence rules, now or as after the first ``n_evaluations`` evaluations told.

        Points near a failure known today do not count as possible improvements.
        """
        ...

    def confirm(self, settings: ConvergenceSettings | None = None) -> Proposal | None:
        """Return the proposal that the audit of convergence still asks for, None when it asks for none."""
        ...

    def front(self, second: str) -> Front:
        """Return the evaluated points that no other beats in both the objective and a told quantity."""
        ...

    def status(self) -> dict[str, Any]:
        """Return a JSON-ready summary: counts, phase, model and what the engine does not do."""
        ...
