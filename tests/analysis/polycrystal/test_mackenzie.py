"""Mackenzie's distribution against its own statements and against random crystals."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.spatial.transform import Rotation

from grainway.analysis import MACKENZIE_LARGEST_DEG, mackenzie_density, mackenzie_share, mackenzie_weights
from grainway.errors import AnalysisError
from grainway.structure.lattice.misorientation import cubic_rotations


def random_disorientations(n, seed):
    """Smallest turn between two random cubes: largest scalar part of the quaternions of all equivalents."""
    turns = Rotation.random(n, rng=np.random.default_rng(seed)).as_quat()
    equivalents = Rotation.from_matrix(cubic_rotations()).as_quat()
    largest = np.abs(turns @ equivalents.T).max(axis=1)
    return 2 * np.degrees(np.arccos(np.minimum(largest, 1.0)))


def test_it_integrates_to_one_with_the_mean_that_mackenzie_gives():
    assert mackenzie_share(0, 90) == pytest.approx(1, abs=1e-8)
    mean = quad(lambda t: t * float(mackenzie_density(t)), 0, MACKENZIE_LARGEST_DEG, points=[45, 60, 60.72])
    assert mean[0] == pytest.approx(40.7, abs=0.05)
    # the largest angle: the vertices of the truncated cube
    assert math.tan(math.radians(MACKENZIE_LARGEST_DEG) / 2) == pytest.approx(
        (math.sqrt(2) - 1) * math.sqrt(5 - 2 * math.sqrt(2))
    )


def test_random_crystals_are_distributed_so():
    """Kolmogorov and Smirnov: the distance is below 1.63/√n in 99 of 100 samples."""
    n = 20_000
    angles = np.sort(random_disorientations(n, 1))
    places = np.linspace(5, 62.5, 116)
    expected = np.array([mackenzie_share(0, place) for place in places])
    observed = np.searchsorted(angles, places) / n
    assert np.abs(observed - expected).max() < 1.63 / math.sqrt(n)
    assert angles.max() <= MACKENZIE_LARGEST_DEG + 1e-6


def test_small_turns_are_all_turns_times_the_number_of_equivalents():
    angles = np.array([1.0, 10.0, 45.0])
    haar = (1 - np.cos(np.radians(angles))) / math.pi * math.radians(1)
    assert mackenzie_density(angles) == pytest.approx(24 * haar)
    assert list(mackenzie_density(np.array([-1.0, 0.0, 63.0]))) == [0, 0, 0]
    assert mackenzie_density(20.0).shape == ()


def test_the_mode_is_at_45_degrees_and_the_density_is_continuous():
    grid = np.linspace(0.01, 62.79, 20_001)
    density = mackenzie_density(grid)
    assert grid[np.argmax(density)] == pytest.approx(45, abs=0.01)
    assert np.abs(np.diff(density)).max() < 5e-5
    assert (density >= 0).all()


@given(st.lists(st.floats(1, 62.7), min_size=1, max_size=12))
def test_weights_sum_to_one_and_repeats_share_what_one_would_have(angles):
    weights, covered = mackenzie_weights(angles)
    assert weights.sum() == pytest.approx(1)
    assert (weights >= 0).all()
    assert covered == pytest.approx(mackenzie_share(min(angles), max(angles)), abs=1e-6)
    repeated, _ = mackenzie_weights([*angles, angles[0]])
    same = np.isclose(angles, angles[0], atol=1e-6)
    assert repeated[-1] + repeated[:-1][same].sum() == pytest.approx(weights[same].sum(), abs=1e-9)


def test_the_weighted_mean_of_a_dense_sample_is_the_integral():
    rng = np.random.default_rng(2)
    # an optimiser looks most at small angles; the weights undo that
    angles = 5 + 57 * rng.beta(1, 3, 600)
    weights, covered = mackenzie_weights(angles)
    low, high = angles.min(), angles.max()
    integral = quad(lambda t: t * float(mackenzie_density(t)), low, high, points=[45, 60, 60.72], limit=200)
    assert weights @ angles == pytest.approx(integral[0] / covered, rel=2e-3)


@pytest.mark.parametrize("angles", [[], [0.0, 10.0], [70.0], [math.nan]])
def test_angles_that_no_two_cubes_have_are_refused(angles):
    with pytest.raises(AnalysisError, match="angles_deg"):
        mackenzie_weights(angles)
