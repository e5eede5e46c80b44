"""What better boundaries are worth to a polycrystal, and that the grains always remain."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.analysis import boundary_share, polycrystal_conductivity, polycrystal_gain
from grainway.domain import Estimate
from grainway.errors import AnalysisError

WIDTH_A = 10.8
levels = st.floats(-3, 9)


def decades(value, error=0.05, samples=math.inf):
    return Estimate(value, error, "decades", samples)


@given(bulk=levels, baseline=levels, boundary=levels, size=st.floats(0.01, 100), samples=st.floats(1.5, 400))
def test_no_gain_exceeds_what_boundaries_without_resistance_would_give(
    bulk, baseline, boundary, size, samples
):
    found = polycrystal_gain(
        decades(bulk, 0.1),
        decades(baseline, 0.5, samples),
        decades(boundary, 0.3),
        size,
        boundary_width=WIDTH_A,
    )
    assert found.gain.value <= found.bound.value
    assert found.gain_interval[0] <= found.bound_interval[0]
    assert found.gain_interval[1] <= found.bound_interval[1]
    assert 0 < found.boundary_share.value < 1
    assert found.bound.value == pytest.approx(1 / (1 - found.boundary_share.value), rel=1e-6)
    low, high = found.gain_interval
    assert low <= found.gain.value * (1 + 1e-9) or samples < 3
    assert 0 <= found.boundary_share_interval[0] <= found.boundary_share_interval[1] <= 1
    assert high < math.inf


@given(baseline=st.floats(0.5, 6), boundary=st.floats(0.5, 6), size=st.floats(0.1, 100))
def test_it_is_the_ratio_of_two_brick_layers(baseline, boundary, size):
    bulk = 3.0

    def conductivity(rho):
        resistance = (rho - bulk) * WIDTH_A * 1e-8
        return polycrystal_conductivity(
            Estimate(1 / bulk, 0.0, "S/cm", 99.0), Estimate(resistance, 0.0, "Ω cm²", 99.0), size
        ).value

    found = polycrystal_gain(
        decades(math.log10(bulk)), decades(baseline), decades(boundary), size, boundary_width=WIDTH_A
    )
    assert found.gain.value == pytest.approx(conductivity(10**boundary) / conductivity(10**baseline))


def test_the_bound_is_that_of_removing_boundaries_up_to_the_width_of_the_band():
    bulk, rho, size = 3.0, 1e4, 1.0
    share = boundary_share(
        Estimate(1 / bulk, 0.0, "S/cm", 99.0),
        Estimate((rho - bulk) * WIDTH_A * 1e-8, 0.0, "Ω cm²", 99.0),
        size,
    )
    found = polycrystal_gain(decades(math.log10(bulk)), decades(4.0), decades(1.0), size)
    assert found.bound.value == pytest.approx(1 / (1 - share.value), rel=2 * WIDTH_A / 1e4)


def test_without_a_difference_nothing_is_gained_and_better_boundaries_gain():
    same = polycrystal_gain(decades(0.0), decades(2.0), decades(2.0), 0.1)
    assert same.gain.value == pytest.approx(1)
    assert same.gain_interval[0] < 1 < same.gain_interval[1]
    gains = [polycrystal_gain(decades(0.0), decades(2.0), decades(b), 0.1).gain.value for b in (3, 2, 1, 0)]
    assert gains == sorted(gains)


@pytest.mark.physics
def test_errors_are_those_of_redrawn_inputs_and_intervals_hold_the_truth():
    truth = (0.3, 3.0, 1.5)
    exact = polycrystal_gain(*(decades(v) for v in truth), 0.5).gain.value
    rng = np.random.default_rng(1)
    values, held, stated = [], 0, []
    for _ in range(200):
        drawn = [decades(v + 0.04 * rng.standard_normal(), 0.04) for v in truth]
        found = polycrystal_gain(*drawn, 0.5)
        values.append(found.gain.value)
        stated.append(found.gain.standard_error)
        held += found.gain_interval[0] <= exact <= found.gain_interval[1]
    assert np.mean(stated) == pytest.approx(np.std(values), rel=0.15)
    assert 0.90 <= held / 200 <= 0.985


def test_the_error_of_the_bulk_cancels_where_boundaries_decide():
    found = polycrystal_gain(decades(0.0, 0.3), decades(9.0, 0.0), decades(8.0, 0.0), 0.01)
    assert found.gain.value == pytest.approx(10, rel=1e-3)
    assert found.gain.standard_error < 0.01


def test_thin_grains_limits_and_units_are_refused():
    limit = Estimate(1.0, math.nan, "decades", 3.0, "upper")
    with pytest.raises(AnalysisError, match="bulk"):
        polycrystal_gain(limit, decades(1), decades(1), 1.0)
    with pytest.raises(AnalysisError, match="boundary"):
        polycrystal_gain(decades(1), decades(1), Estimate(1.0, 0.1, "Ω cm", 3.0), 1.0)
    for size in (0.003, math.nan, -1.0):
        with pytest.raises(AnalysisError, match="three boundary widths"):
            polycrystal_gain(decades(1), decades(1), decades(1), size)
