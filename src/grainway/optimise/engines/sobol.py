"""Space-filling baseline: a scrambled Sobol sequence (Owen, 1998)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from grainway.design_space import Values
from grainway.optimise.candidates import Admission
from grainway.optimise.engines.recorded import RecordedStrategy


class SobolStrategy(RecordedStrategy):
    """Goes on with the sequence of the initial design; the surrogate only recommends."""

    name: ClassVar[str] = "sobol"
    remark: ClassVar[str] = "baseline: proposals do not depend on outcomes; the surrogate only recommends"

    def choose(self, admission: Admission, pending: Sequence[Values]) -> Values:  # noqa: ARG002
        """Return the next point of the sequence that may be proposed."""
        return admission.first(self.design_batches())
