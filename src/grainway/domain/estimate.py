"""A measured number with what is needed to believe it, and how such numbers are reckoned with.

Errors are independent, propagated to first order and added in quadrature; what shares an input goes through
``first_order`` with its derivatives. The number of independent samples of a result is the fewest of its
parts', which Welch's number is never below.

Limits keep their meaning. Where an operation turns large into small (negation, reciprocal) an upper limit
becomes a lower one. Two limits combine where both push the same way, and a limit combines with a value at
the value's own one-sided 95 % end. For normal errors that limit holds in 95 % of cases or more: the ends'
distances add, while those of the truth add in quadrature. It has no standard error, and the samples are
those of the limit. Everything else is refused.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from grainway.domain.student import Z_95_ONE_SIDED, student_factor
from grainway.errors import AnalysisError

Bound = Literal["upper", "lower"]
SampleRule = Literal["fewest", "welch"]

_TURNED: dict[Bound | None, Bound | None] = {None: None, "upper": "lower", "lower": "upper"}


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
        half = self.standard_error * student_factor(confidence, self.n_independent)
        return (self.value - half, self.value + half)

    def scaled(self, factor: float, unit: str) -> Estimate:
        """Return the estimate in another unit; a negative factor would swap the bound, so it is refused."""
        if factor <= 0:
            raise AnalysisError(f"factor = {factor!r} must be positive to convert a unit")
        return Estimate(
            self.value * factor, self.standard_error * factor, unit, self.n_independent, self.bound
        )

    def one_sided_end(self, side: Bound) -> float:
        """Return the one-sided 95 % limit on a side: the value and 1.645 s, or the limit itself.

        Raises:
            AnalysisError: for a limit on the other side, which says nothing about this one.
        """
        if self.bound == side:
            return self.value
        if self.bound is not None:
            raise AnalysisError.about("bound", self.bound, f"{side!r} or a value", "Run longer.")
        sign = 1.0 if side == "upper" else -1.0
        return self.value + sign * Z_95_ONE_SIDED * self.standard_error

    @property
    def log10_error(self) -> float:
        """Standard error of the decimal logarithm, s/(x ln 10); infinite for a limit and where x ≤ 0."""
        if self.bound is not None or self.value <= 0:
            return math.inf
        return self.standard_error / (self.value * math.log(10))

    def log10(self) -> Estimate:
        """Return the decimal logarithm, decades, with s/(x ln 10) (delta method); limits stay limits.

        Raises:
            AnalysisError: for a value that is not positive.
        """
        if self.value <= 0:
            raise AnalysisError.about("value", self.value, "positive, to have a logarithm", "Run longer.")
        error = self.standard_error / (self.value * math.log(10))
        return Estimate(math.log10(self.value), error, "decades", self.n_independent, self.bound)

    def __neg__(self) -> Estimate:
        """Return -x; an upper limit becomes a lower one."""
        return Estimate(-self.value, self.standard_error, self.unit, self.n_independent, _TURNED[self.bound])

    def reciprocal(self, unit: str) -> Estimate:
        """Return 1/x with the relative error of x; a limit of a positive quantity turns round.

        Raises:
            AnalysisError: for zero, and for a limit that is not positive.
        """
        if self.value == 0 or (self.bound is not None and self.value < 0):
            raise AnalysisError.about("value", self.value, "positive, to have a reciprocal", "Run longer.")
        value = 1 / self.value
        error = abs(value) * self.standard_error / abs(self.value)
        return Estimate(value, error, unit, self.n_independent, _TURNED[self.bound])

    def plus(self, other: Estimate) -> Estimate:
        """Return the sum, s² = s₁² + s₂².

        Raises:
            AnalysisError: for different units, or limits that push opposite ways.
        """
        if self.unit != other.unit:
            raise AnalysisError.about(
                "units", [self.unit, other.unit], "the same for both", "Convert with Estimate.scaled()."
            )
        samples = _fewest(self, other)
        side = _common_side(self.bound, other.bound)
        if side is None:
            error = math.hypot(self.standard_error, other.standard_error)
            return Estimate(self.value + other.value, error, self.unit, samples)
        value = self.one_sided_end(side) + other.one_sided_end(side)
        return Estimate(value, math.nan, self.unit, samples, side)

    def minus(self, other: Estimate, samples: SampleRule = "fewest") -> Estimate:
        """Return the difference, s² = s₁² + s₂².

        Args:
            other: in the same unit.
            samples: ``"fewest"``, as everywhere, or ``"welch"`` for a test of means of a few replicas, whose
                ν = s⁴/(s₁⁴/ν₁ + s₂⁴/ν₂) matters there (Welch, Biometrika 34 (1947) 28): ν_i is
                ``n_independent - 1``, infinite for one sample or fewer, and the result has ν + 1.

        Raises:
            AnalysisError: as :meth:`plus`; with ``"welch"`` for any limit.
        """
        found = self.plus(-other)
        if samples == "fewest":
            return found
        if found.bound is not None:
            raise AnalysisError.about("bound", found.bound, "two values, for a test", "Run longer.")
        parts = (self, other)
        freedom = [e.n_independent - 1 if e.n_independent > 1 else math.inf for e in parts]
        shares = [e.standard_error**2 for e in parts]
        spread = sum(share**2 / n for share, n in zip(shares, freedom, strict=True))
        number = 1 + sum(shares) ** 2 / spread if spread > 0 else math.inf
        return Estimate(found.value, found.standard_error, self.unit, number)

    def product(self, other: Estimate, unit: str) -> Estimate:
        """Return the product, relative errors in quadrature; limits need positive factors.

        Raises:
            AnalysisError: for limits that push opposite ways or a factor that may not be positive.
        """
        side = _common_side(self.bound, other.bound)
        if side is not None:
            value = _positive(self.one_sided_end(side)) * _positive(other.one_sided_end(side))
            return Estimate(value, math.nan, unit, _fewest(self, other), side)
        error = math.hypot(other.value * self.standard_error, self.value * other.standard_error)
        return Estimate(self.value * other.value, error, unit, _fewest(self, other))

    def ratio(self, other: Estimate, unit: str = "1") -> Estimate:
        """Return self/other, relative errors in quadrature; limits need positive parts.

        Raises:
            AnalysisError: for a denominator of zero, limits that push opposite ways or a part that may not
                be positive.
        """
        if other.value == 0:
            raise AnalysisError.about("denominator", other.value, "other than zero", "Run longer.")
        side = _common_side(self.bound, _TURNED[other.bound])
        if side is not None:
            opposite: Bound = "lower" if side == "upper" else "upper"
            value = _positive(self.one_sided_end(side)) / _positive(other.one_sided_end(opposite))
            return Estimate(value, math.nan, unit, _fewest(self, other), side)
        value = self.value / other.value
        if value == 0:
            error = self.standard_error / abs(other.value)
        else:
            relative = (self.standard_error / self.value, other.standard_error / other.value)
            error = abs(value) * math.hypot(*relative)
        return Estimate(value, error, unit, _fewest(self, other))

    def widened(self, *errors: float) -> Estimate:
        """Return the estimate with further independent errors in quadrature, in its unit.

        Raises:
            AnalysisError: for a limit, which an error does not move.
        """
        if self.bound is not None:
            raise AnalysisError.about("bound", self.bound, "None: a value", "Run longer.")
        error = math.hypot(self.standard_error, *errors)
        return Estimate(self.value, error, self.unit, self.n_independent)

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


def _common_side(first: Bound | None, second: Bound | None) -> Bound | None:
    """Return the side on which both leave a limit, None for two values."""
    if first is not None and second is not None and first != second:
        raise AnalysisError.about(
            "bounds", [first, second], "limits that push the same way", "Together they say nothing."
        )
    return first if first is not None else second


def _fewest(first: Estimate, second: Estimate) -> float:
    """Return the fewest samples of both, of the limits alone where there are any."""
    limits = [e.n_independent for e in (first, second) if e.bound is not None]
    return min(limits or (first.n_independent, second.n_independent))


def _positive(end: float) -> float:
    if end <= 0:
        raise AnalysisError.about(
            "one-sided 95 % end", end, "positive, to multiply or divide a limit", "Run the value longer."
        )
    return end
