"""Replicas: Student's interval covers, and a wrong internal error is noticed."""

import math

import numpy as np
import pytest

from grainway.analysis import combine_replicas
from grainway.domain import Estimate
from grainway.errors import AnalysisError


def replicas(rng, n, stated, spread=1.0, truth=10.0):
    return [Estimate(truth + spread * rng.standard_normal(), stated, "S/cm", 50.0) for _ in range(n)]


@pytest.mark.physics
@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_interval_covers_whatever_the_replicas_claim(n):
    rng = np.random.default_rng(n)
    held = np.zeros(2)
    for _ in range(2000):
        mean = combine_replicas(replicas(rng, n, stated=0.01)).estimate
        for which, confidence in enumerate((0.68, 0.95)):
            low, high = mean.interval(confidence)
            held[which] += low <= 10.0 <= high
    # four standard deviations of 2000 draws
    assert held / 2000 == pytest.approx([0.68, 0.95], abs=0.042)


def test_the_mean_is_plain_and_counts_replicas():
    combined = combine_replicas(
        [Estimate(v, s, "S/cm", 50.0) for v, s in ((1.0, 0.1), (2.0, 0.9), (6.0, 0.3))]
    )
    assert combined.estimate.value == pytest.approx(3.0)
    assert combined.estimate.n_independent == 3
    assert combined.estimate.standard_error == pytest.approx(math.sqrt(7.0 / 3))
    assert combined.internal_error == pytest.approx(math.sqrt(0.01 + 0.81 + 0.09) / 3)
    assert combined.error_ratio == pytest.approx(combined.estimate.standard_error / combined.internal_error)


@pytest.mark.parametrize(("stated", "words"), [(0.1, "too small"), (1.0, None), (10.0, "too large")])
def test_a_wrong_internal_error_is_noticed(stated, words):
    combined = combine_replicas(replicas(np.random.default_rng(1), 40, stated))
    assert (combined.warning is None) == (words is None)
    assert words is None or words in combined.warning


@pytest.mark.parametrize(
    ("estimates", "message"),
    [
        ([Estimate(1.0, 0.1, "S/cm", 9.0)], "replicas"),
        ([Estimate(1.0, 0.1, "S/cm", 9.0), Estimate(1.0, 0.1, "S", 9.0)], "units"),
        ([Estimate(1.0, 0.1, "S/cm", 9.0), Estimate(1.0, math.nan, "S/cm", 9.0, "upper")], "values only"),
    ],
)
def test_what_has_no_mean_is_refused(estimates, message):
    with pytest.raises(AnalysisError, match=message):
        combine_replicas(estimates)
