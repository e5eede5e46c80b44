"""Which runs may go on, and what each kind of evaluation costs.

A new point and a replicate cost a build, its equilibration and a run; going on costs the run alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

from grainway.design_space import Values
from grainway.optimise.evaluation_record import EvaluationRecord, ToldEvaluation
from grainway.optimise.points.candidates import identity


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
