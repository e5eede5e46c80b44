"""A measured number with what is needed to believe it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any, Literal

from grainway.errors import AnalysisError

Bound = Literal["upper", "lower"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, its standard error, its unit and the number of independent samples behind it.

    Attributes:
        value: the estimate, or the limit itself when ``bound`` is set.
        standard_error: one standard deviation of the estimate, same unit; NaN only for a bound.
        unit: unit as text, for example ``"S/cm"``; ``"1"`` for a pure number.
        n_independent: effective number of independent samples (ions × blocks, hops, builds).
        bound: None for a value; ``"upper"`` or ``"lower"`` when only a 95 % limit is known.
    """

    value: float
    standard_error: float
    unit: str
    n_independent: float
    bound: Bound | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise AnalysisError(f"an Estimate needs a finite value, got {self.value!r} {self.unit}")
        if self.bound is None and not (math.isfinite(self.standard_error) and self.standard_error >= 0):
            raise AnalysisError(f"an Estimate needs a standard error >= 0, got {self.standard_error!r}")
        if not self.n_independent >= 0:
            raise AnalysisError(f"n_independent must be >= 0, got {self.n_independent!r}")
        if self.bound not in (None, "upper", "lower"):
            raise AnalysisError(f"bound must be None, 'upper' or 'lower', got {self.bound!r}")

    def interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Return the central confidence interval.

        The error is taken as Student-t with ``n_independent - 1`` degrees of freedom, which is the
        normal interval once there are many samples. A bound gives a half-open interval.

        Args:
            confidence: between 0 and 1.

        Returns:
            Lower and upper end, in the estimate's unit.

        Raises:
            AnalysisError: when ``confidence`` is outside (0, 1).
        """
        if not 0 < confidence < 1:
            raise AnalysisError(f"confidence = {confidence!r} must lie between 0 and 1, e.g. 0.95")
        if self.bound == "upper":
            return (-math.inf, self.value)
        if self.bound == "lower":
            return (self.value, math.inf)
        half = self.standard_error * _two_sided_quantile(confidence, self.n_independent)
        return (self.value - half, self.value + half)

    def scaled(self, factor: float, unit: str) -> Estimate:
        """Return the estimate in another unit; a negative factor would swap the bound, so it is refused."""
        if factor <= 0:
            raise AnalysisError(f"factor = {factor!r} must be positive to convert a unit")
        return Estimate(
            self.value * factor, self.standard_error * factor, unit, self.n_independent, self.bound
        )

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; ``Estimate(**d)`` is its inverse (a bound's error is None)."""
        record = asdict(self)
        if not math.isfinite(self.standard_error):
            record["standard_error"] = None
        return record

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Estimate:
        """Rebuild an estimate from :meth:`to_dict`."""
        values = dict(record)
        if values["standard_error"] is None:
            values["standard_error"] = math.nan
        return cls(**values)


def _two_sided_quantile(confidence: float, n_independent: float) -> float:
    tail = 0.5 + confidence / 2
    if n_independent > 200 or n_independent <= 1:
        # one sample or fewer has no degrees of freedom: the stated error is all that is known
        return NormalDist().inv_cdf(tail)
    from scipy.special import stdtrit  # heavy: only small samples need it

    return float(stdtrit(max(n_independent - 1.0, 1.0), tail))
