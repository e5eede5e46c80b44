"""Random baseline: independent uniform points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from grainway.design_space import Values
from grainway.optimise.candidates import Admission
from grainway.optimise.engines.recorded import RecordedStrategy


class RandomStrategy(RecordedStrategy):
    """Draws uniformly after the initial design; the surrogate only recommends."""

    name: ClassVar[str] = "random"
    remark: ClassVar[str] = "baseline: proposals do not depend on outcomes; the surrogate only recommends"

    def choose(self, admission: Admission, pending: Sequence[Values]) -> Values:  # noqa: ARG002
        """Return a uniform random point that may be proposed."""
        return admission.first(self.random_batches("random"))
