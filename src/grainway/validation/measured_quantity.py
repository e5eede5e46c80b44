"""A quantity as one potential gives it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from grainway.analysis import ErrorShares
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
        shares: what the error of an extrapolation is made of; None otherwise.
        if_one_process: 95 % interval of an extrapolation whose line does not bend; None otherwise.
    """

    estimate: Estimate
    interval: tuple[float, float]
    log10_error: float | None = None
    extrapolated_from: tuple[float, float] | None = None
    shares: ErrorShares | None = None
    if_one_process: tuple[float, float] | None = None

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
    def statistical_decades(self) -> float:
        """The part of :attr:`error_in_decades` that the runs' own errors make."""
        return self.error_in_decades if self.shares is None else self.shares.statistics

    @property
    def provenance(self) -> str:
        """Where an extrapolated value comes from, in words; empty for a direct one."""
        if self.extrapolated_from is None:
            return ""
        low, high = self.extrapolated_from
        text = f"extrapolated from {low:.0f}-{high:.0f} K"
        if self.shares is None or self.if_one_process is None:
            return text
        low, high = self.if_one_process
        return (
            f"{text}, error in decades {self.shares.statistics:.2f} from statistics and "
            f"{self.shares.curvature:.2f} from curvature, 95 % if one process: {low:.3g} to {high:.3g}"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; an open end of the interval is None."""
        return {
            "estimate": self.estimate.to_dict(),
            "interval_95": [end if math.isfinite(end) else None for end in self.interval],
            "log10_error": self.log10_error,
            "extrapolated_from_K": None if self.extrapolated_from is None else list(self.extrapolated_from),
            "error_shares": None if self.shares is None else asdict(self.shares),
            "interval_95_if_one_process": None if self.if_one_process is None else list(self.if_one_process),
        }
