"""Baselines that learn nothing: independent uniform points, and a scrambled Sobol sequence (Owen, 1998)."""

from collections.abc import Sequence
from typing import ClassVar

from grainway.optimise.engines.recorded_engine import Choice, RecordedStrategy
from grainway.optimise.points.candidates import Admission
from grainway.optimise.strategy import Proposal


class RandomStrategy(RecordedStrategy):
    """Draws uniformly after the initial design; the surrogate only recommends."""

    name: ClassVar[str] = "random"
    remark: ClassVar[str] = "baseline: proposals do not depend on outcomes; the surrogate only recommends"

    def choose(self, admission: Admission, pending: Sequence[Proposal]) -> Choice:  # noqa: ARG002
        """Return a uniform random point that may be proposed."""
        return Choice(admission.first(self.random_batches("random")))


class SobolStrategy(RecordedStrategy):
    """Goes on with the sequence of the initial design; the surrogate only recommends."""

    name: ClassVar[str] = "sobol"
    remark: ClassVar[str] = "baseline: proposals do not depend on outcomes; the surrogate only recommends"

    def choose(self, admission: Admission, pending: Sequence[Proposal]) -> Choice:  # noqa: ARG002
        """Return the next point of the sequence that may be proposed."""
        return Choice(admission.first(self.design_batches()))
