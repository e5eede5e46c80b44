"""A quantity as one potential gives it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from grainway.domain import Estimate


@dataclass(frozen=True, slots=True)
class MeasuredQuantity:
    """A measured quantity with its interval.

    Attributes:
        estimate: value and standard error.
        interval: 95 %, same unit; lopsided for what was extrapolated.
        log10_error: standard error of the decimal logarithm; None for relative error over ln 10.
        extrapolated_from: lowest and highest temperature of the runs that an extrapolation rests on, K; None
            for what was measured at its own temperature.
    """

    estimate: Estimate
    interval: tuple[float, float]
    log10_error: float | None = None
    extrapolated_from: tuple[float, float] | None = None

    @classmethod
    def direct(cls, estimate: Estimate) -> MeasuredQuantity:
        """Return what was measured directly."""
        return cls(estimate, estimate.interval(0.95))

    @property
    def error_in_decades(self) -> float:
        """Standard error of the decimal logarithm."""
        if self.log10_error is not None:
            return self.log10_error
        return self.estimate.log10().standard_error

    @property
    def provenance(self) -> str:
        """Where an extrapolated value comes from, in words; empty for a direct one."""
        if self.extrapolated_from is None:
            return ""
        low, high = self.extrapolated_from
        return f"extrapolated from {low:.0f}-{high:.0f} K"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; an open end of the interval is None."""
        return {
            "estimate": self.estimate.to_dict(),
            "interval_95": [end if math.isfinite(end) else None for end in self.interval],
            "log10_error": self.log10_error,
            "extrapolated_from_K": None if self.extrapolated_from is None else list(self.extrapolated_from),
        }
