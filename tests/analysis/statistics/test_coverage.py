"""Intervals hold the truth: walkers whose tracer and collective transport are known exactly.

The full table, with more seeds, is benchmarks/coverage.py.
"""

import numpy as np
import pytest
from scipy.stats import binom

from grainway.analysis import collective_conductivity, haven_ratio, tracer_diffusivity
from grainway.analysis.conductivity.collective_conductivity import carriers, per_volume
from grainway.analysis.conductivity.collective_lag import collective_lag
from grainway.analysis.motion.cooperation import persistent_cooperation
from grainway.analysis.motion.displacement import mean_squared_displacement
from grainway.analysis.motion.tracer_diffusivity import tracer_fit
from known_motion.known_transport import CASES, back_jumps, correlated_pairs, few_hops, ornstein_uhlenbeck
from known_motion.synthetic_walkers import free_walkers

SEEDS = 16


def estimates(walk):
    trajectory = walk.trajectory
    sigma = walk.collective * carriers(trajectory) * per_volume(trajectory)
    return {
        "tracer": (tracer_diffusivity(trajectory), walk.tracer),
        "einstein": (collective_conductivity(trajectory), sigma),
        "green-kubo": (collective_conductivity(trajectory, method="green-kubo"), sigma),
        "haven": (haven_ratio(trajectory), walk.haven_ratio),
    }


@pytest.mark.physics
@pytest.mark.parametrize("name", CASES)
def test_intervals_hold_the_truth(name):
    found = [estimates(CASES[name](seed, n_frames=2000)) for seed in range(SEEDS)]
    for quantity in found[0]:
        pairs = [each[quantity] for each in found]
        assert all(estimate.bound is None for estimate, _ in pairs)
        for level, least in ((0.683, 0.58), (0.95, 0.90)):
            held = sum(
                low <= truth <= high for (low, high), truth in ((e.interval(level), t) for e, t in pairs)
            )
            # an estimator that covers as often as demanded passes with 99.9 %
            assert held >= binom.ppf(0.001, SEEDS, least), (quantity, level, held)
        ratios = np.array([estimate.value / truth for estimate, truth in pairs])
        stated = np.mean([estimate.standard_error / truth for estimate, truth in pairs])
        # bias below 2 %, as far as this many seeds can tell (3.3 standard errors, 99.9 %)
        assert abs(ratios.mean() - 1) < 0.02 + 3.3 * stated / np.sqrt(SEEDS), quantity
        # errors are no excuse either: the scatter of this many seeds is known to 1/sqrt(2 n) = 18 %
        assert stated < 1.8 * ratios.std(ddof=1), quantity


def test_langevin_particles_have_the_msd_of_the_textbook():
    """MSD = 2 (kT/m) τ² (t/τ - 1 + exp(-t/τ)) along each axis."""
    walk = ornstein_uhlenbeck(0, n_ions=2000, n_frames=60, thermal=1.7, memory=0.5)
    times = np.arange(60) * 0.1
    exact = 2 * 1.7 * 0.5**2 * (times / 0.5 - 1 + np.exp(-times / 0.5))
    found = mean_squared_displacement(walk.trajectory.positions).mean(axis=1)
    # 6,000 coordinates: 1.8 % at the longest lag, which has one origin
    np.testing.assert_allclose(found[1:], exact[1:], rtol=0.07)


@pytest.mark.parametrize(("make", "haven"), [(correlated_pairs, 0.5), (few_hops, 1.0), (back_jumps, 2.0)])
def test_the_walkers_have_the_haven_ratio_they_are_made_for(make, haven):
    walk = make(0)
    assert walk.haven_ratio == pytest.approx(haven)


def test_inertia_moves_the_window_beyond_the_memory_of_the_velocity():
    walk = ornstein_uhlenbeck(1, memory=1.0, n_frames=3000)
    estimate = tracer_diffusivity(walk.trajectory)
    # read at one τ the slope would be 0.37 to 0.9 of the truth
    assert abs(estimate.value - walk.tracer) < 4 * estimate.standard_error
    assert estimate.standard_error < 0.1 * walk.tracer


def test_partners_count_once_however_far_apart_they_are():
    steps = np.random.default_rng(0).normal(size=(10, 150, 3))
    assert persistent_cooperation(steps) == pytest.approx(1.0, abs=0.3)
    assert persistent_cooperation(np.repeat(steps, 2, axis=1)) == pytest.approx(2.0, abs=0.3)
    common = np.sqrt(0.5) * (steps + np.random.default_rng(1).normal(size=(10, 1, 3)))
    # every pair correlated by a half: 1 + 149/4
    assert persistent_cooperation(common) == pytest.approx(1 + 149 / 4, rel=0.6)


def test_hops_alone_allow_shorter_collective_lags_than_one_net_hop_per_ion():
    trajectory = few_hops(2).trajectory
    fitted = tracer_fit(trajectory)
    chosen = collective_lag(trajectory.positions, trajectory.time_step, fitted)
    assert chosen.window.first_lag <= fitted.window.first_lag
    assert chosen.window.relative_variance <= fitted.window.relative_variance


@pytest.mark.physics
@pytest.mark.parametrize("diffusivity", [1e-5, 5e-4, 2e-3])
def test_a_frozen_run_gives_a_limit_that_holds_the_truth(diffusivity):
    """Cage noise with next to no hops, 0.1 to 20 in all: the 95 % limit is above D as often as it says."""
    seeds = 40
    limits = [
        tracer_diffusivity(
            free_walkers(seed=seed, n_ions=200, diffusivity=diffusivity, hop=2.0, cage_rms=0.3)
        )
        for seed in range(seeds)
    ]
    assert all(limit.bound == "upper" for limit in limits)
    held = sum(limit.value >= diffusivity for limit in limits)
    assert held >= binom.ppf(0.001, seeds, 0.95)
