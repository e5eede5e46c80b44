"""The mean of a series with memory, and an error that holds."""

import numpy as np
import pytest

from grainway.analysis import TEN_AND_FIVE, block_average
from grainway.errors import AnalysisError


def remembering(rng, n, memory):
    """A stationary series of mean 0 and variance 1 whose correlation decays as exp(−t/memory)."""
    kept = np.exp(-1.0 / memory)
    values = np.empty(n)
    values[0] = rng.standard_normal()
    for i, step in enumerate(np.sqrt(1.0 - kept**2) * rng.standard_normal(n - 1)):
        values[i + 1] = kept * values[i] + step
    return values


@pytest.mark.physics
@pytest.mark.parametrize("memory", [0.1, 5.0, 10.0])
def test_intervals_hold_the_mean_although_values_remember_each_other(memory):
    rng = np.random.default_rng(1)
    found = [block_average(remembering(rng, 300, memory), "eV", TEN_AND_FIVE) for _ in range(400)]
    held = np.mean([low <= 0.0 <= high for low, high in (e.interval(0.95) for e in found)])
    assert 0.92 < held <= 1.0
    if memory > 1:
        naive = 1.0 / np.sqrt(300)
        assert np.mean([e.standard_error for e in found]) > 1.5 * naive


def test_the_mean_is_the_mean_and_a_drift_is_an_error():
    steps = np.arange(40.0)
    found = block_average(steps, "eV", TEN_AND_FIVE)
    assert (found.value, found.unit) == (19.5, "eV")
    # five blocks of eight: means 8 apart, of variance 160, over √5
    assert found.standard_error == pytest.approx(np.sqrt(160.0 / 5.0))
    assert found.n_independent == 5.0
    assert block_average(np.full(20, 3.0), "eV", TEN_AND_FIVE).standard_error == 0.0


@pytest.mark.parametrize("values", [np.zeros(19), np.zeros((20, 2)), [*range(19), np.nan]])
def test_too_short_a_series_or_one_that_is_none_is_refused(values):
    with pytest.raises(AnalysisError, match=r"Run longer|log"):
        block_average(values, "eV", TEN_AND_FIVE)


def test_halving_takes_any_number_of_frames_and_sees_what_lasts_long():
    rng = np.random.default_rng(6)
    white = rng.normal(size=4096)
    slow = np.repeat(rng.normal(size=64), 64)
    assert block_average(white, "1").standard_error == pytest.approx(1 / 64, rel=0.5)
    assert block_average(slow, "1").standard_error > 0.08
    three = block_average([1.0, 2.0, 3.0], "1")
    assert (three.value, three.n_independent) == (2.0, 3.0)
    assert three.standard_error == pytest.approx(1 / np.sqrt(3))
    with pytest.raises(AnalysisError, match="2 or more"):
        block_average([1.0], "1")


@pytest.mark.physics
def test_on_white_noise_the_largest_of_many_errors_is_farther_off_than_that_of_two():
    rng = np.random.default_rng(7)
    series = rng.normal(size=(300, 1024))
    halved, two = (
        np.mean([block_average(values, "1", counts).standard_error for values in series]) * 32
        for counts in (None, TEN_AND_FIVE)
    )
    assert 1.0 < two < halved < 1.6
