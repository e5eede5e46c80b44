"""Numbers as people read them: no more digits than the error allows, limits shown as limits."""

import math

from grainway.domain import Estimate

ABSENT = "–"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN_FROM, _PLAIN_BELOW = -3, 5
"""Orders of magnitude that are written without a power of ten."""


def significant(value: float, digits: int = 3) -> str:
    """Return a number with so many significant digits, for example ``"1.20"`` or ``"3.45×10⁻⁹"``."""
    if not math.isfinite(value):
        return ABSENT
    if value == 0:
        return "0"
    # rounding first: 9.999 with three digits is 10.0, of the next order of magnitude
    rounded = float(f"{value:.{digits - 1}e}")
    order = _order(rounded)
    if _PLAIN_FROM <= order < _PLAIN_BELOW:
        return f"{rounded:.{max(digits - 1 - order, 0)}f}"
    return f"{rounded / 10.0**order:.{digits - 1}f}×{power_of_ten(order)}"


def with_error(value: float, error: float) -> str:
    """Return ``value ± error``, the error with one or two digits and the value with as many places."""
    if not math.isfinite(value):
        return ABSENT
    if not math.isfinite(error):
        return significant(value)
    if error == 0:
        return f"{value:.6g}" if value == 0 or abs(value) >= 10.0**_PLAIN_FROM else significant(value)
    # the rule of the Particle Data Group: 0.10 to 0.35 keep two digits, 0.36 to 0.94 one, 0.95 becomes 1.0
    mantissa = float(f"{error / 10.0 ** _order(error):.2f}")
    digits = 1 if 3.545 <= mantissa < 9.495 else 2
    error_order = _order(error) + (mantissa >= 9.495)
    order = max(_order(value) if value else error_order, error_order)
    if _PLAIN_FROM <= order < _PLAIN_BELOW and error_order < _PLAIN_BELOW:
        scale, power = 1.0, ""
    else:
        scale, power = 10.0**order, power_of_ten(order)
        error_order -= order
    places = digits - 1 - error_order
    # adding 0 turns the -0 of a small negative number into 0
    shown = [f"{round(number / scale, places) + 0.0:.{max(places, 0)}f}" for number in (value, error)]
    return f"({shown[0]} ± {shown[1]})×{power}" if power else f"{shown[0]} ± {shown[1]}"


def with_factor(value: float, relative_error: float) -> str:
    """Return ``value ×÷ factor``, one standard error of the logarithm, as extrapolated values have it."""
    return f"{significant(value, 2)} ×÷ {significant(math.exp(relative_error), 2)}"


def show(estimate: Estimate | None) -> str:
    """Return an estimate without its unit: ``"1.20 ± 0.04"``, ``"< 3.1"``, ``"> 3.1"`` or ``"–"``."""
    if estimate is None:
        return ABSENT
    if estimate.bound is not None:
        return f"{'<' if estimate.bound == 'upper' else '>'} {significant(estimate.value, 2)}"
    return with_error(estimate.value, estimate.standard_error)


def show_with_unit(estimate: Estimate | None) -> str:
    """Return an estimate with its unit; a pure number has none."""
    text = show(estimate)
    return text if estimate is None or estimate.unit in ("", "1") else f"{text} {estimate.unit}"


def interval(low: float, high: float) -> str:
    """Return ``"low to high"`` with three significant digits."""
    return f"{significant(low)} to {significant(high)}"


def duration(seconds: float | None) -> str:
    """Return a wall time, for example ``"45 s"``, ``"3 min 20 s"`` or ``"2 h 05 min"``."""
    if seconds is None or not math.isfinite(seconds):
        return ABSENT
    whole = max(round(seconds), 0)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def power_of_ten(order: int) -> str:
    """Return for example ``"10⁻⁷"``."""
    return f"10{str(order).translate(_SUPERSCRIPTS)}"


def _order(value: float) -> int:
    # by way of text: log10 of an exact power of ten may fall just short of it
    return int(f"{abs(value):.15e}".split("e")[1])
