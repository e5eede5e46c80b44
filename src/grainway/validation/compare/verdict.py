"""What a comparison of a measured with a published value comes to."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

from grainway.errors import AnalysisError
from grainway.validation.compare.experiment import ReferenceRange
from grainway.validation.measured_quantity import MeasuredQuantity

Outcome = Literal["agrees", "off", "upper bound only", "lower bound only", "no reference", "not measured"]
Scale = Literal["linear", "logarithmic"]

_WIDE_FACTOR = 10.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Outcome of one comparison.

    Attributes:
        outcome: in a word.
        text: in a sentence.
        ratio: measured over the nearest end of the published range, 1 inside it; None without both.
        deviations: standard errors between the value and that end; infinite for a value without error.
    """

    outcome: Outcome
    text: str
    ratio: float | None = None
    deviations: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        record = asdict(self)
        if self.deviations is not None and not math.isfinite(self.deviations):
            record["deviations"] = None
        return record


def judge(
    measured: MeasuredQuantity | None, reference: ReferenceRange | None, scale: Scale, tolerance: float
) -> Verdict:
    """Compare a measured value with the published ones.

    They agree when the 95 % interval reaches into the published range widened by the tolerance, which
    stands for what the comparison cannot be exact about (sample, temperature, definition). A limit is never
    said to agree.

    Args:
        measured: None where the runs gave none.
        reference: None where nothing is published.
        scale: ``"linear"`` with a relative tolerance, or ``"logarithmic"`` with a factor.
        tolerance: 0.005 for half a percent; 2 for a factor of two.

    Returns:
        The verdict.

    Raises:
        AnalysisError: when the units differ.
    """
    if measured is None:
        return Verdict("not measured", "not measured")
    if reference is None:
        return _bound(measured, None) or Verdict("no reference", "no reference")
    estimate = measured.estimate
    if estimate.unit != reference.unit:
        raise AnalysisError.about(
            "unit", estimate.unit, f"that of the reference, {reference.unit}", "Convert one of them."
        )
    if limit := _bound(measured, reference):
        return limit
    edge = min(max(estimate.value, reference.low), reference.high)
    ratio = estimate.value / edge
    deviations = _deviations(measured, edge, scale)
    low, high = _widened(reference, scale, tolerance)
    if measured.interval[0] <= high and measured.interval[1] >= low:
        return Verdict("agrees", "agrees" + _width(measured, scale), ratio, deviations)
    return Verdict("off", f"off by {_distance(ratio, scale)} ({_in_words(deviations)})", ratio, deviations)


def _bound(measured: MeasuredQuantity, reference: ReferenceRange | None) -> Verdict | None:
    """The verdict on a limit; None for a value."""
    bound = measured.estimate.bound
    if bound is None:
        return None
    outcome: Outcome = "upper bound only" if bound == "upper" else "lower bound only"
    if reference is None:
        return Verdict(outcome, outcome)
    value = measured.estimate.value
    excluded = value < reference.low if bound == "upper" else value > reference.high
    return Verdict(outcome, f"{outcome}, which {'excludes' if excluded else 'allows'} the published value")


def _widened(reference: ReferenceRange, scale: Scale, tolerance: float) -> tuple[float, float]:
    if scale == "linear":
        return reference.low * (1 - tolerance), reference.high * (1 + tolerance)
    return reference.low / tolerance, reference.high * tolerance


def _deviations(measured: MeasuredQuantity, edge: float, scale: Scale) -> float:
    value = measured.estimate.value
    if value == edge:
        return 0.0
    if scale == "logarithmic" and value > 0:
        error, difference = measured.error_in_decades, abs(math.log10(value / edge))
    else:
        error, difference = measured.estimate.standard_error, abs(value - edge)
    return difference / error if error > 0 else math.inf


def _distance(ratio: float, scale: Scale) -> str:
    if scale == "linear" and 0.5 < ratio < 2:
        return f"{100 * (ratio - 1):+.2g} %"
    if ratio <= 0:
        return "its sign"
    return f"a factor of {_two_digits(max(ratio, 1 / ratio))} ({'above' if ratio > 1 else 'below'})"


def _in_words(deviations: float) -> str:
    return "no error known" if math.isinf(deviations) else f"{_two_digits(deviations)} sd"


def _two_digits(value: float) -> str:
    """Two significant digits without a power of ten up to a million."""
    return f"{float(f'{value:.2g}'):g}"


def _width(measured: MeasuredQuantity, scale: Scale) -> str:
    low, high = measured.interval
    if scale == "logarithmic" and low > 0 and high / low > _WIDE_FACTOR:
        return f", its 95 % interval spans a factor of {_two_digits(high / low)}"
    return ""
