"""Displacements: analytic limits, a naive oracle, frames and invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from grainway.analysis import mean_squared_displacement
from grainway.analysis.motion import displacement
from grainway.analysis.motion.displacement import framework_positions
from grainway.analysis.motion.msd_slope import (
    block_means,
    diffusive_window,
    msd_covariance,
    per_ion_msd,
    slope_variance,
)
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from known_motion.synthetic_walkers import free_walkers


def naive_squares(positions):
    """By its definition: shape (n_frames, 3)."""
    lags = range(1, positions.shape[0])
    return np.array([np.zeros(3), *(((positions[m:] - positions[:-m]) ** 2).mean(axis=(0, 1)) for m in lags)])


def test_ballistic_motion_has_msd_of_velocity_times_time_squared():
    velocity = np.array([0.3, -1.2, 2.0])
    times = np.arange(50) * 0.1
    positions = 1000.0 + velocity * times[:, None, None] + np.zeros((50, 4, 3))
    np.testing.assert_allclose(
        mean_squared_displacement(positions), np.outer(times**2, velocity**2), atol=1e-9
    )


@pytest.mark.parametrize(("n_frames", "n_ions"), [(2, 1), (17, 5), (64, 3)])
def test_fft_equals_the_definition(n_frames, n_ions):
    rng = np.random.default_rng(n_frames)
    walk = rng.normal(size=(n_frames, n_ions, 3)).cumsum(axis=0)
    np.testing.assert_allclose(mean_squared_displacement(walk), naive_squares(walk), atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    positions=arrays(
        np.float64, st.tuples(st.integers(2, 12), st.integers(1, 4), st.just(3)), elements=st.floats(-50, 50)
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_msd_of_any_positions_is_its_definition_and_ignores_lattice_shifts_and_order(positions, seed):
    rng = np.random.default_rng(seed)
    # any lattice vectors, one set for each ion, and any order
    shifts = rng.integers(-3, 4, (positions.shape[1], 3)) @ rng.uniform(-30, 30, (3, 3))
    other = (positions + shifts)[:, rng.permutation(positions.shape[1])]
    expected = naive_squares(positions)
    np.testing.assert_allclose(mean_squared_displacement(positions), expected, atol=1e-8)
    np.testing.assert_allclose(mean_squared_displacement(other), expected, atol=1e-8)


def test_a_memory_map_in_single_precision_is_read_in_blocks_and_summed_in_double(tmp_path, monkeypatch):
    monkeypatch.setattr(displacement, "_RESIDENT_BYTES", 5000)
    monkeypatch.setattr(displacement, "_COPIED_BYTES", 10_000)
    positions = np.random.default_rng(8).normal(size=(50, 23, 3)).cumsum(axis=0).astype(np.float32)
    np.save(tmp_path / "walk.npy", positions)
    mapped = np.load(tmp_path / "walk.npy", mmap_mode="r")
    exact = naive_squares(positions.astype(float))
    np.testing.assert_allclose(mean_squared_displacement(mapped), exact, atol=1e-9)
    np.testing.assert_array_equal(mapped, positions)


@pytest.mark.parametrize("n_threads", [2, 3])
def test_threads_change_no_bit_of_the_result(n_threads):
    positions = np.random.default_rng(3).normal(size=(40, 83, 3)).cumsum(axis=0)
    alone = mean_squared_displacement(positions, n_threads=1)
    np.testing.assert_array_equal(mean_squared_displacement(positions, n_threads=n_threads), alone)


def test_no_thread_is_refused():
    with pytest.raises(AnalysisError, match="n_threads"):
        mean_squared_displacement(np.zeros((4, 2, 3)), n_threads=0)


def with_framework(drift):
    lithium = free_walkers(seed=3, n_ions=14, n_frames=40, diffusivity=0.2).positions
    rng = np.random.default_rng(4)
    lattice = rng.uniform(0, 25, (1, 42, 3)) + 0.1 * rng.normal(size=(40, 42, 3))
    return Trajectory(
        positions=np.concatenate([lithium, lattice], axis=1) + drift,
        cell=np.eye(3) * 25.0,
        species=("Li",) * 14 + ("La",) * 6 + ("Zr",) * 4 + ("O",) * 24 + ("Zr",) * 8,
        charges=np.concatenate(
            [np.ones(14), np.full(6, 3.0), np.full(4, 4.0), np.full(24, -2.0), np.zeros(8)]
        ),
        times=np.arange(40) * 0.1,
        temperature=1400.0,
    )


def test_framework_frame_removes_a_drift_and_lithium_alone_carries_the_polarisation():
    drift = np.random.default_rng(5).normal(size=(40, 1, 3)).cumsum(axis=0)
    still, moving = with_framework(np.zeros((40, 1, 3))), with_framework(drift)
    lithium = still.indices("Li")
    at_rest = framework_positions(still, lithium)
    np.testing.assert_allclose(framework_positions(moving, lithium) - drift[0], at_rest, atol=1e-9)
    everything = framework_positions(moving, np.arange(56))
    total = np.einsum("tia,i->ta", everything, moving.charges)
    of_lithium = framework_positions(moving, lithium).sum(axis=1)
    np.testing.assert_allclose(total - total[0], of_lithium - of_lithium[0], atol=1e-9)
    # neutral cell: the polarisation of all ions is the same in any frame
    raw = np.einsum("tia,i->ta", still.positions, still.charges)
    np.testing.assert_allclose(raw - raw[0], of_lithium - of_lithium[0], atol=1e-9)


def test_without_framework_the_drift_is_kept():
    trajectory = free_walkers(seed=1, n_ions=3, n_frames=20)
    np.testing.assert_array_equal(framework_positions(trajectory, np.arange(3)), trajectory.positions)


def test_framework_without_net_charge_is_refused():
    trajectory = with_framework(np.zeros((40, 1, 3)))
    neutral = Trajectory(
        positions=trajectory.positions,
        cell=trajectory.cell,
        species=trajectory.species,
        charges=np.zeros(56),
        times=trajectory.times,
        temperature=1400.0,
    )
    with pytest.raises(AnalysisError, match="formal charges"):
        framework_positions(neutral, neutral.indices("Li"))


@pytest.mark.parametrize("offset", [0.0, 1.5])
def test_msd_covariance_equals_that_of_sampled_gaussian_paths(offset):
    rng = np.random.default_rng(7)
    paths = rng.normal(size=(60, 20000)).cumsum(axis=0) + np.sqrt(offset / 2) * rng.normal(size=(60, 20000))
    lags = np.array([4, 7, 12])
    sampled = np.cov([((paths[lag:] - paths[:-lag]) ** 2).mean(axis=0) for lag in lags])
    # relative error of a sampled variance is about sqrt(kurtosis/20000), here below 3 %
    np.testing.assert_allclose(sampled, msd_covariance(lags, 60, offset), rtol=0.08)


def test_the_msd_of_each_ion_is_its_definition():
    blocks = np.random.default_rng(11).normal(size=(20, 3, 3)).cumsum(axis=0)
    found = per_ion_msd(blocks, np.array([1, 4], dtype=np.intp))
    for row, lag in enumerate((1, 4)):
        expected = np.mean([(blocks[t + lag] - blocks[t]) ** 2 for t in range(20 - lag)], axis=0)
        np.testing.assert_allclose(found[row], expected)


def test_window_weights_read_a_slope_and_ignore_an_offset():
    window = diffusive_window(2.0, 0.1, 300, 0.4)
    times = window.lags * window.step
    assert window.weights @ (2 * 0.35 * times + 0.7) == pytest.approx(0.35, rel=1e-9)
    assert window.first_lag == pytest.approx(2.0, rel=0.1)


def test_the_variance_of_a_slope_is_that_of_its_weights():
    window = diffusive_window(2.0, 0.1, 300, 0.4)
    n_blocks = 300 // window.block
    own = slope_variance(window.weights, window.lags, window.step, n_blocks, 0.4)
    assert own == pytest.approx(window.relative_variance)
    # the weights are the best of all unbiased ones: any two lags alone do worse
    ends = window.lags[[0, -1]]
    two = np.array([-0.5, 0.5]) / ((ends[1] - ends[0]) * window.step)
    assert slope_variance(two, ends, window.step, n_blocks, 0.4) > own


def test_block_means_keeps_the_mean():
    values = np.arange(20.0).reshape(10, 2, 1)
    assert block_means(values, 5).shape == (2, 2, 1)
    np.testing.assert_allclose(block_means(values, 5).mean(axis=0), values.mean(axis=0))


def test_positions_far_from_the_origin_keep_their_digits():
    walk = np.random.default_rng(9).normal(size=(60, 37, 3)).cumsum(axis=0)
    # exact in binary, so that only the transform can lose digits
    walk = np.round(walk * 2**20) / 2**20
    np.testing.assert_allclose(
        mean_squared_displacement(walk + 2.0**20), mean_squared_displacement(walk), atol=1e-9
    )
