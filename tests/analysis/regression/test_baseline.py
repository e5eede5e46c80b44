"""The test against a conventional boundary: sizes, intervals, and no winner's curse."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_ind

from grainway.analysis import compare_with_baseline, holm, shrunken, two_sided_p, weighted_mean
from grainway.domain import Estimate
from grainway.errors import AnalysisError

P_VALUES = st.lists(st.floats(0, 1), max_size=8)


def decades(value, error, samples=math.inf):
    return Estimate(float(value), float(error), "decades", samples)


def replicas(values):
    return decades(np.mean(values), np.std(values, ddof=1) / math.sqrt(len(values)), len(values))


@given(P_VALUES)
def test_holm_lies_between_no_correction_and_bonferroni_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    for p, q in zip(p_values, adjusted, strict=True):
        assert p <= q <= min(1.0, len(p_values) * p) or q == p
    for (p, q), (r, s) in zip(*[list(zip(p_values, adjusted, strict=True))] * 2, strict=True):
        assert (p <= r) == (p <= r and q <= s)
    assert holm(p_values[::-1]) == adjusted[::-1] or len(set(p_values)) < len(p_values)


@given(P_VALUES, st.floats(0.001, 0.5))
def test_holm_rejects_what_the_step_down_procedure_does(p_values, level):
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    rejected = set()
    for place, index in enumerate(order):
        if p_values[index] * (len(p_values) - place) > level:
            break
        rejected.add(index)
    assert {i for i, q in enumerate(holm(p_values)) if q <= level} == rejected


@given(st.permutations(range(6)), st.floats(1e-3, 1))
def test_p_values_that_lie_on_holms_line_are_all_adjusted_to_its_level(order, level):
    """The k-th smallest of m may be α/(m - k + 1), and Bonferroni's α/m is the first step's alone."""
    assert holm([level / (6 - place) for place in order]) == pytest.approx([level] * 6)


def test_the_difference_of_replicas_is_welchs_test():
    rng = np.random.default_rng(1)
    for sizes in ((3, 8), (5, 5), (2, 12)):
        first, second = rng.normal(1.0, 0.5, sizes[0]), rng.normal(0.5, 0.1, sizes[1])
        reference = ttest_ind(first, second, equal_var=False)
        found = replicas(first).minus(replicas(second), samples="welch")
        assert found.n_independent - 1 == pytest.approx(reference.df)
        assert two_sided_p(found) == pytest.approx(reference.pvalue)
        low, high = reference.confidence_interval(0.95)
        assert found.interval(0.95) == pytest.approx((low, high))


def test_the_p_value_is_below_five_per_cent_where_the_interval_excludes_no_difference():
    for samples in (1.0, 2.0, 5.0, 200.0, 500.0, math.inf):
        for value in np.linspace(-15, 15, 61):
            estimate = decades(value, 1.0, samples)
            low, high = estimate.interval(0.95)
            assert (two_sided_p(estimate) < 0.05) == (low > 0 or high < 0)
    assert two_sided_p(decades(0.0, 0.0)) == 1
    assert two_sided_p(decades(0.1, 0.0)) == 0


def test_equal_weights_give_the_mean_and_students_error():
    values = np.random.default_rng(2).normal(0.4, 0.3, 9)
    found = weighted_mean([decades(v, 0.05) for v in values])
    assert found.value == pytest.approx(values.mean())
    assert found.standard_error == pytest.approx(values.std(ddof=1) / 3)
    assert found.n_independent == pytest.approx(9)


def test_the_error_is_never_below_what_the_measurements_allow():
    found = weighted_mean([decades(1.0, 0.3), decades(1.0, 0.4)])
    assert found.standard_error == pytest.approx(0.25)


def test_one_boundary_with_almost_all_weight_does_not_make_the_mean_certain():
    found = weighted_mean([decades(0.0, 0.01), decades(1.0, 0.01)], [1.0, 1e-9])
    assert found.value == pytest.approx(0, abs=1e-6)
    assert found.standard_error == pytest.approx(math.sqrt(0.5), rel=1e-3)


@pytest.mark.physics
def test_the_interval_of_a_weighted_mean_holds_the_populations_mean():
    held = 0
    for seed in range(400):
        rng = np.random.default_rng([3, seed])
        weights = rng.uniform(0.2, 2, 12)
        y = 0.7 + 0.3 * rng.standard_normal(12) + 0.1 * rng.standard_normal(12)
        low, high = weighted_mean([decades(v, 0.1) for v in y], weights).interval(0.95)
        held += low <= 0.7 <= high
    assert 0.92 <= held / 400 <= 0.98


@pytest.mark.physics
def test_the_lowest_of_many_is_too_low_but_its_shrunken_value_is_not():
    raw, honest, held = [], [], 0
    seeds, k = 400, 20
    for seed in range(seeds):
        rng = np.random.default_rng([4, seed])
        truth = 0.5 + 0.15 * rng.standard_normal(k)
        errors = 0.1 * np.exp(0.4 * rng.standard_normal(k))
        seen = truth + errors * rng.standard_normal(k)
        values = shrunken([decades(v, s) for v, s in zip(seen, errors, strict=True)])
        best = int(np.argmin(seen))
        raw.append(seen[best] - truth[best])
        honest.append(values[best].value - truth[best])
        low, high = values[best].interval(0.95)
        held += low <= truth[best] <= high
    error = np.std(honest) / math.sqrt(seeds)
    assert np.mean(raw) < -0.05
    assert abs(np.mean(honest)) < 3 * error + 0.01
    assert 0.92 <= held / seeds <= 0.99


@pytest.mark.physics
def test_no_better_boundary_is_claimed_better_once_in_twenty_campaigns():
    """All boundaries equal: the three lowest are compared with the mean of all."""
    claims = raw_claims = 0
    seeds, k = 300, 15
    for seed in range(seeds):
        rng = np.random.default_rng([5, seed])
        seen = 1.0 + 0.1 * rng.standard_normal(k)
        measured = [decades(v, 0.1) for v in seen]
        baseline = weighted_mean(measured)
        lowest = np.argsort(seen)[:3]
        values = shrunken(measured)
        claims += any(
            c.p_adjusted < 0.05 for c in compare_with_baseline([values[i] for i in lowest], baseline)
        )
        raw_claims += any(
            c.p_adjusted < 0.05 for c in compare_with_baseline([measured[i] for i in lowest], baseline)
        )
    assert claims / seeds <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / seeds)
    assert raw_claims > 3 * claims


@pytest.mark.parametrize("k", [4, 5, 8, 20])
def test_equal_errors_make_the_shrinkage_of_james_and_stein(k):
    """Towards the mean by (k - 3) s²/Σ(y - ȳ)², which no choice of τ² enters (Efron and Morris 1975)."""
    y = np.random.default_rng(k).standard_normal(k)
    y = 0.3 + (y - y.mean()) / y.std(ddof=1)
    error = 0.6
    kept = 1 - (k - 3) * error**2 / np.sum((y - y.mean()) ** 2)
    found = np.array([e.value for e in shrunken([decades(v, error) for v in y])])
    np.testing.assert_allclose(found, 0.3 + kept * (y - 0.3), atol=1e-3)


def test_far_apart_boundaries_are_not_shrunken():
    values = [decades(v, 0.01) for v in (0.0, 1.0, 2.0, 3.0, 4.0)]
    for before, after in zip(values, shrunken(values), strict=True):
        assert after.value == pytest.approx(before.value, abs=1e-3)


def test_the_factor_is_ten_to_the_difference():
    found = compare_with_baseline([decades(0.0, 0.1), decades(0.5, 0.1)], decades(1.0, 0.0))
    assert found[0].factor == pytest.approx(10)
    low, high = found[0].factor_interval
    assert math.log10(high / low) == pytest.approx(2 * 1.96 * 0.1, rel=1e-3)
    assert found[1].factor == pytest.approx(10**0.5)
    assert found[0].p_value <= found[0].p_adjusted <= 2 * found[0].p_value


def test_limits_units_and_lone_boundaries_are_refused():
    limit = Estimate(1.0, math.nan, "decades", 3.0, "upper")
    with pytest.raises(AnalysisError, match="two values"):
        compare_with_baseline([limit], decades(1, 0.1))
    with pytest.raises(AnalysisError, match="units"):
        compare_with_baseline([Estimate(1.0, 0.1, "eV", 3.0)], decades(1, 0.1))
    with pytest.raises(AnalysisError, match="two or more"):
        weighted_mean([decades(1, 0.1)])
    with pytest.raises(AnalysisError, match="weights"):
        weighted_mean([decades(1, 0.1)] * 2, [1.0, 0.0])
    with pytest.raises(AnalysisError, match="four or more"):
        shrunken([decades(1, 0.1)] * 3)
    with pytest.raises(AnalysisError, match="0 to 1"):
        holm([0.5, 1.5])
    with pytest.raises(AnalysisError, match="bound"):
        two_sided_p(limit)
