import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.domain import Estimate
from grainway.report.words.numbers import duration, interval, show, show_with_unit, significant, with_error


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (1.2345, 0.0412, "1.23 ± 0.04"),
        (1.2345, 0.0212, "1.234 ± 0.021"),
        (1.648, 0.0989, "1.65 ± 0.10"),
        (-0.5, 0.3, "-0.50 ± 0.30"),
        (12345.0, 423.0, "12300 ± 400"),
        (1.43e-7, 9.1e-9, "(1.43 ± 0.09)×10⁻⁷"),
        (2e-9, 9e-8, "(0 ± 9)×10⁻⁸"),
        (-2e-9, 9e-8, "(0 ± 9)×10⁻⁸"),
        (-0.1, 4.0, "0 ± 4"),
        (0.0, 0.0, "0"),
        (1.5, math.nan, "1.50"),
        (math.nan, 1.0, "–"),
    ],
)
def test_value_has_as_many_places_as_its_error(value, error, text):
    assert with_error(value, error) == text


_NUMBER = r"(-?[\d.]+) ± ([\d.]+)\)?(?:×10(.*))?$"
_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@given(
    st.floats(-1e12, 1e12).filter(lambda v: v == 0 or abs(v) > 1e-12),
    st.floats(1e-9, 1e9),
)
def test_rounding_costs_less_than_the_error(value, error):
    match = re.search(_NUMBER, with_error(value, error))
    assert match is not None
    scale = 10.0 ** int((match.group(3) or "0").translate(_DIGITS))
    assert float(match.group(1)) * scale == pytest.approx(value, abs=0.2 * error, rel=1e-12)
    assert float(match.group(2)) * scale == pytest.approx(error, rel=0.15)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (9.999, 3, "10.0"),
        (0.001234, 3, "0.00123"),
        (1.234e-4, 3, "1.23×10⁻⁴"),
        (0, 3, "0"),
        (1e5, 2, "1.0×10⁵"),
    ],
)
def test_significant_digits(value, digits, text):
    assert significant(value, digits) == text


def test_a_limit_is_shown_as_a_limit_and_an_absent_value_as_a_dash():
    assert show(Estimate(3.14, math.nan, "1", 5.0, "upper")) == "< 3.1"
    assert show(Estimate(3.14, math.nan, "1", 5.0, "lower")) == "> 3.1"
    assert show(None) == "–"
    assert show_with_unit(Estimate(3.14, math.nan, "S/cm", 5.0, "lower")) == "> 3.1 S/cm"
    assert show_with_unit(Estimate(1.0, 0.1, "1", 5.0)) == "1.00 ± 0.10"


def test_interval_and_duration():
    assert interval(0.1234, 12.34) == "0.123 to 12.3"
    assert [duration(t) for t in (None, 12.4, 200, 7500)] == ["–", "12 s", "3 min 20 s", "2 h 05 min"]
