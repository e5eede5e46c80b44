"""Two potentials on the same boundaries: offset, spread and order."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grainway.analysis import model_error
from grainway.domain import Estimate
from grainway.errors import AnalysisError


def measured(values, error):
    return [Estimate(float(v), error, "decades", 100.0) for v in values]


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=8), st.floats(-3, 3))
def test_a_common_factor_changes_no_ranking(values, factor):
    found = model_error(measured(values, 0.01), measured([v + factor for v in values], 0.01))
    assert found.offset.value == pytest.approx(factor, abs=1e-9)
    assert found.spread == 0
    assert found.discordant == 0
    n = len(values)
    assert found.concordant + found.undecided == n * (n - 1) / 2


def test_reversed_order_is_all_discordant():
    values = np.linspace(0, 1, 5)
    found = model_error(measured(values, 0.01), measured(-values, 0.01))
    assert (found.concordant, found.discordant, found.undecided) == (0, 10, 0)


def test_what_lies_within_its_interval_is_no_order():
    found = model_error(measured([0, 0.02], 0.02), measured([0, 1], 0.02))
    assert (found.concordant, found.discordant, found.undecided) == (0, 0, 1)


def test_few_replicas_order_as_often_by_chance_as_their_interval_says():
    """Two means over three replicas of the same truth: one pair in twenty at most is called ordered."""
    rng = np.random.default_rng(5)
    clear = measured([0, 1], 0.001)
    called = 0
    for _ in range(2000):
        runs = rng.normal(size=(2, 3))
        errors = runs.std(axis=1, ddof=1) / math.sqrt(3)
        means = [
            Estimate(float(r.mean()), float(e), "decades", 3.0) for r, e in zip(runs, errors, strict=True)
        ]
        called += model_error(clear, means).undecided == 0
    assert 0.02 < called / 2000 < 0.06


def test_offset_is_covered_and_spread_recovered():
    rng = np.random.default_rng(3)
    offsets, spreads, inside = [], [], 0
    n, error, true_offset, true_spread = 12, 0.05, 0.4, 0.2
    for _ in range(300):
        truth = rng.normal(size=n)
        other = truth + true_offset + true_spread * rng.normal(size=n)
        found = model_error(
            measured(truth + error * rng.normal(size=n), error),
            measured(other + error * rng.normal(size=n), error),
        )
        low, high = found.offset.interval(0.95)
        inside += low <= true_offset <= high
        offsets.append(found.offset.value)
        spreads.append(found.spread**2)
    assert np.mean(offsets) == pytest.approx(true_offset, abs=4 * 0.21 / math.sqrt(n * 300))
    # the clipped variance stays unbiased where the spread is four times the errors
    assert math.sqrt(np.mean(spreads)) == pytest.approx(true_spread, rel=0.05)
    assert 0.88 <= inside / 300 <= 0.98


def test_limits_units_and_lengths_are_refused():
    limit = Estimate(1.0, math.nan, "decades", 3.0, "upper")
    with pytest.raises(AnalysisError, match="limit"):
        model_error([limit, limit], measured([0, 1], 0.1))
    with pytest.raises(AnalysisError, match="two or more"):
        model_error(measured([0], 0.1), measured([0], 0.1))
    with pytest.raises(AnalysisError, match="same two or more"):
        model_error(measured([0, 1], 0.1), measured([0, 1, 2], 0.1))
    with pytest.raises(AnalysisError, match="one unit"):
        model_error(measured([0, 1], 0.1), [Estimate(1.0, 0.1, "eV", 1.0)] * 2)
