"""A run in which lithium hardly moves bounds the resistivity of a boundary from below."""

import numpy as np
import pytest

from grainway.analysis import band_limits, resistivity_profile
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL
from known_motion.synthetic_walkers import cage_noise, lithium

LENGTH_A, SIDE_A = 60.0, 26.0
BOUNDARIES, WIDTH_A = (15.0, 45.0), 10.0
TEMPERATURE = 500.0


def frozen(seed, diffusivity, n_ions=700, n_frames=200):
    """Ions that vibrate and creep; in 20 ps far less than one hop each."""
    rng = np.random.default_rng(seed)
    shape = (n_frames, n_ions, 3)
    start = rng.uniform(0, 1, (1, n_ions, 3)) * [SIDE_A, SIDE_A, LENGTH_A]
    steps = rng.normal(scale=np.sqrt(2 * diffusivity * 0.1), size=shape)
    positions = start + np.cumsum(steps, axis=0) + cage_noise(rng, shape, 0.3, 2.0)
    return lithium(positions, np.diag([SIDE_A, SIDE_A, LENGTH_A]), 0.1, TEMPERATURE)


def resistivity(diffusivity, n_ions=700):
    density = n_ions / (SIDE_A**2 * LENGTH_A)
    return BOLTZMANN_EV_PER_K * TEMPERATURE / (density * diffusivity * S_PER_CM_PER_INTERNAL)


def test_such_a_run_has_no_profile_but_a_limit():
    with pytest.raises(AnalysisError, match="net hops"):
        resistivity_profile(frozen(0, 1e-3))
    diffusivity, rho = band_limits(frozen(0, 1e-3), BOUNDARIES, WIDTH_A)
    assert (diffusivity.bound, diffusivity.unit) == ("upper", "Å²/ps")
    assert (rho.bound, rho.unit) == ("lower", "Ω cm")


@pytest.mark.physics
def test_the_truth_is_on_the_right_side_of_the_limit():
    """In 95 % of seeds, give or take, and the limit is not idle: it lies within a factor of ten."""
    truth = 2e-3
    below, ratios = 0, []
    for seed in range(30):
        diffusivity, rho = band_limits(frozen(seed, truth), BOUNDARIES, WIDTH_A)
        below += diffusivity.value >= truth and rho.value <= 1.02 * resistivity(truth)
        ratios.append(resistivity(truth) / rho.value)
    assert below >= 25  # of 30 at 95 % fewer than that come out once in 300 times
    assert np.median(ratios) < 10


def test_both_limits_are_one_statement():
    diffusivity, rho = band_limits(frozen(3, 1e-3), BOUNDARIES, WIDTH_A)
    # at the mean density, up to what the bands' own number of ions differs from it
    assert rho.value == pytest.approx(resistivity(diffusivity.value), rel=0.2)


def test_a_slow_band_is_judged_by_its_own_ions():
    """Fast ions elsewhere do not loosen the limit of the bands."""
    slow, fast = frozen(4, 1e-4), frozen(4, 3e-2)
    z = slow.positions[0, :, 2]
    inside = np.min([np.abs(z - b) for b in BOUNDARIES], axis=0) < WIDTH_A / 2 + 3
    positions = np.where(inside[None, :, None], slow.positions, fast.positions)
    mixed = lithium(positions, slow.cell, 0.1, TEMPERATURE)
    limit = band_limits(mixed, BOUNDARIES, WIDTH_A)[0].value
    assert limit < 0.3 * 3e-2


def test_ions_that_only_pass_through_a_band_do_not_loosen_its_limit():
    """They are in it for a third of the run and elsewhere before and after: their speed is not the band's."""
    slow = frozen(6, 1e-4)
    n_frames = slow.n_frames
    alone = band_limits(slow, BOUNDARIES, WIDTH_A)[0]
    start = np.random.default_rng(7).uniform(0, SIDE_A, (1, 40, 3))
    passing = np.repeat(start, n_frames, axis=0)
    passing[:, :, 2] = np.array([30.0, 15.0, 25.0])[3 * np.arange(n_frames) // n_frames, None]
    passing += cage_noise(np.random.default_rng(8), passing.shape, 0.3, 2.0)
    both = lithium(np.concatenate([slow.positions, passing], axis=1), slow.cell, 0.1, TEMPERATURE)
    assert band_limits(both, BOUNDARIES, WIDTH_A)[0].value == pytest.approx(alone.value, rel=1e-9)


def test_a_band_without_ions_is_refused():
    with pytest.raises(AnalysisError, match="ions that live in the bands"):
        band_limits(frozen(5, 1e-3, n_ions=20), (15.0,), 1e-3)
