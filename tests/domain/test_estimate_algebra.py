"""Errors of what follows from estimates: as draws have them, symmetric, there and back; and limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats import t as student

from grainway.domain import Estimate, first_order, mean_of
from grainway.domain.student import NORMAL_ABOVE, Z_95_ONE_SIDED, Z_95_TWO_SIDED, student_factor
from grainway.errors import AnalysisError

positive = st.builds(
    lambda value, relative, samples: Estimate(value, value * relative, "Ω cm", samples),
    value=st.floats(1e-6, 1e6),
    relative=st.floats(1e-4, 0.02),
    samples=st.floats(2, 1e6),
)
signed = st.builds(lambda e, sign: e if sign else -e, positive, st.booleans())


def limit(value, side, samples=7.0):
    return Estimate(value, math.nan, "Ω cm", samples, side)


OPERATIONS = {
    "sum": (lambda a, b: a.plus(b), lambda x, y: x + y),
    "difference": (lambda a, b: a.minus(b), lambda x, y: x - y),
    "product": (lambda a, b: a.product(b, "1"), lambda x, y: x * y),
    "ratio": (lambda a, b: a.ratio(b), lambda x, y: x / y),
    "reciprocal": (lambda a, _: a.reciprocal("1"), lambda x, _: 1 / x),
    "logarithm": (lambda a, _: a.log10(), lambda x, _: np.log10(x)),
    "function": (
        lambda a, b: first_order(
            a.value**2 / b.value, "1", (a, 2 * a.value / b.value), (b, -((a.value / b.value) ** 2))
        ),
        lambda x, y: x**2 / y,
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
@given(a=positive, b=positive)
def test_small_errors_are_those_of_draws(name, a, b):
    reckoned, truth = OPERATIONS[name]
    x, y = np.random.default_rng(1).standard_normal((2, 20_000))
    x, y = a.value + a.standard_error * x, b.value + b.standard_error * y
    found = reckoned(a, b)
    assert found.value == pytest.approx(truth(a.value, b.value))
    # 20,000 draws give a standard deviation to half a per cent; what is left out is of second order
    assert found.standard_error == pytest.approx(np.std(truth(x, y)), rel=0.05)


@given(signed, signed)
def test_sums_and_products_do_not_know_the_order(a, b):
    assert a.plus(b) == b.plus(a)
    assert a.product(b, "1") == b.product(a, "1")
    apart, back = a.minus(b), b.minus(a)
    assert (apart.value, apart.standard_error) == (-back.value, back.standard_error)
    assert apart.n_independent == min(a.n_independent, b.n_independent)


@given(signed, signed)
def test_ratios_are_products_with_reciprocals(a, b):
    found, other = a.ratio(b), a.product(b.reciprocal("1/Ω cm"), "1")
    assert found.value == pytest.approx(other.value)
    assert found.standard_error == pytest.approx(other.standard_error)
    upside_down = b.ratio(a).reciprocal("1")
    assert found.value == pytest.approx(upside_down.value)
    assert found.standard_error == pytest.approx(upside_down.standard_error)


@given(signed)
def test_turning_round_twice_and_scaling_back_change_nothing(a):
    opposite = -a
    for again in (-opposite, a.reciprocal("1").reciprocal("Ω cm"), a.scaled(10.0, "1").scaled(0.1, "Ω cm")):
        assert again.value == pytest.approx(a.value)
        assert again.standard_error == pytest.approx(a.standard_error)
        assert (again.unit, again.n_independent) == (a.unit, a.n_independent)


@given(positive, positive)
def test_logarithms_turn_ratios_into_differences(a, b):
    found, other = a.ratio(b).log10(), a.log10().minus(b.log10())
    assert found.value == pytest.approx(other.value, abs=1e-12)
    assert found.standard_error == pytest.approx(other.standard_error)
    assert a.log10().standard_error == a.log10_error
    assert a.log10().unit == "decades"


@given(signed, signed)
def test_welchs_samples_lie_between_the_fewest_and_all(a, b):
    found = a.minus(b, samples="welch")
    plain = a.minus(b)
    assert (found.value, found.standard_error) == (plain.value, plain.standard_error)
    fewest, total = plain.n_independent, a.n_independent + b.n_independent
    assert fewest * (1 - 1e-9) <= found.n_independent <= total * (1 + 1e-9)


def test_a_numerator_of_zero_has_an_error():
    zero, two = Estimate(0.0, 0.4, "1", 5.0), Estimate(2.0, 0.1, "1", 9.0)
    assert zero.ratio(two) == Estimate(0.0, 0.2, "1", 5.0)
    assert zero.product(two, "1") == Estimate(0.0, 0.8, "1", 5.0)


def test_further_errors_join_in_quadrature():
    assert Estimate(5.0, 3.0, "eV", 4.0).widened(4.0) == Estimate(5.0, 5.0, "eV", 4.0)
    assert Estimate(5.0, 2.0, "eV", 4.0).widened(3.0, 6.0) == Estimate(5.0, 7.0, "eV", 4.0)


def test_the_mean_has_the_errors_of_its_parts():
    found = mean_of([Estimate(1.0, 0.3, "eV", 4.0), Estimate(2.0, 0.4, "eV", 6.0)])
    assert (found.value, found.unit, found.n_independent) == (1.5, "eV", 10.0)
    assert found.standard_error == pytest.approx(0.25)


def test_one_cut_off_stands_between_student_and_gauss():
    assert student_factor(0.95, 5.0) == pytest.approx(student.ppf(0.975, 4))
    assert student_factor(0.95, NORMAL_ABOVE) == pytest.approx(student.ppf(0.975, NORMAL_ABOVE - 1))
    for normal in (1.0, 0.0, NORMAL_ABOVE + 1, math.inf):
        assert student_factor(0.95, normal) == pytest.approx(norm.ppf(0.975))
    # by so much the interval is too narrow just beyond: less than its error is uncertain, 1/√(2n)
    lost = student.ppf(0.975, NORMAL_ABOVE) / norm.ppf(0.975) - 1
    assert 0 < lost < 0.0062 < 1 / math.sqrt(2 * NORMAL_ABOVE)
    assert norm.ppf(0.95) == pytest.approx(Z_95_ONE_SIDED, rel=1e-14)
    assert norm.ppf(0.975) == pytest.approx(Z_95_TWO_SIDED, rel=1e-14)


def test_limits_turn_round_where_large_becomes_small():
    upper = limit(4.0, "upper")
    assert ((-upper).value, (-upper).bound) == (-4.0, "lower")
    assert (upper.reciprocal("S/cm").value, upper.reciprocal("S/cm").bound) == (0.25, "lower")
    assert (upper.log10().value, upper.log10().bound) == (math.log10(4.0), "upper")
    assert (upper.scaled(2.0, "1").value, upper.scaled(2.0, "1").bound) == (8.0, "upper")
    assert upper.log10_error == math.inf


def test_a_limit_meets_a_value_at_the_end_of_its_interval():
    value, end = Estimate(10.0, 1.0, "Ω cm", 50.0), Z_95_ONE_SIDED
    for found, expected, side in (
        (limit(4.0, "upper").plus(value), 14 + end, "upper"),
        (value.plus(limit(4.0, "lower")), 14 - end, "lower"),
        (limit(4.0, "lower").minus(value), -6 - end, "lower"),
        (value.minus(limit(4.0, "lower")), 6 + end, "upper"),
        (limit(4.0, "upper").product(value, "1"), 4 * (10 + end), "upper"),
        (limit(4.0, "lower").ratio(value), 4 / (10 + end), "lower"),
        (value.ratio(limit(4.0, "lower")), (10 + end) / 4, "upper"),
        (limit(4.0, "upper").minus(limit(3.0, "lower")), 1.0, "upper"),
        (limit(4.0, "lower").ratio(limit(2.0, "upper")), 2.0, "lower"),
    ):
        assert found.value == pytest.approx(expected)
        assert found.bound == side
        assert math.isnan(found.standard_error)
        assert found.n_independent == 7.0


@pytest.mark.physics
@pytest.mark.parametrize("errors", [(1.0, 0.0), (1.0, 1.0), (0.2, 1.0)])
def test_what_follows_from_a_limit_and_a_value_holds_in_95_per_cent_or_more(errors):
    rng = np.random.default_rng(3)
    of_limit, of_value = errors
    held = []
    for x, y in np.array([30.0, 20.0]) + np.array(errors) * rng.normal(size=(4000, 2)):
        lower = limit(x - Z_95_ONE_SIDED * of_limit, "lower")
        value = Estimate(y, of_value, "Ω cm", 1000.0)
        held.append((lower.minus(value).value <= 10.0, lower.ratio(value).value <= 1.5))
    # the binomial error is 0.0034
    assert (np.mean(held, axis=0) > 0.94).all()


@pytest.mark.parametrize(
    "refused",
    [
        lambda: limit(1.0, "upper").plus(limit(1.0, "lower")),
        lambda: limit(1.0, "upper").minus(limit(1.0, "upper")),
        lambda: limit(1.0, "upper").ratio(limit(1.0, "upper")),
        lambda: limit(1.0, "upper").product(limit(1.0, "lower"), "1"),
        lambda: limit(1.0, "upper").ratio(Estimate(1.0, 1.0, "1", 5.0)),
        lambda: limit(-1.0, "upper").product(Estimate(1.0, 0.1, "1", 5.0), "1"),
        lambda: limit(-1.0, "upper").reciprocal("1"),
        lambda: Estimate(0.0, 1.0, "1", 5.0).reciprocal("1"),
        lambda: Estimate(1.0, 1.0, "1", 5.0).ratio(Estimate(0.0, 1.0, "1", 5.0)),
        lambda: Estimate(-1.0, 1.0, "1", 5.0).log10(),
        lambda: Estimate(1.0, 1.0, "1", 5.0).plus(Estimate(1.0, 1.0, "eV", 5.0)),
        lambda: limit(1.0, "upper").widened(0.1),
        lambda: limit(1.0, "upper").one_sided_end("lower"),
        lambda: limit(1.0, "upper").minus(Estimate(1.0, 0.1, "Ω cm", 5.0), samples="welch"),
        lambda: first_order(1.0, "1", (limit(1.0, "upper"), 1.0)),
        lambda: mean_of([limit(1.0, "upper"), Estimate(1.0, 0.1, "Ω cm", 5.0)]),
        lambda: mean_of([Estimate(1.0, 0.1, "1", 5.0), Estimate(1.0, 0.1, "eV", 5.0)]),
        lambda: mean_of([]),
    ],
)
def test_what_has_no_meaning_is_refused(refused):
    with pytest.raises(AnalysisError):
        refused()
