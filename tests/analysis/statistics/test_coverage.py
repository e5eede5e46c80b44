"""Intervals hold the truth: walkers whose tracer and collective transport are known exactly.

The full table, with more seeds, is benchmarks/coverage.py. That no error can be halved or doubled unseen is
shown by benchmarks/mutations.py.
"""

from functools import cache

import numpy as np
import pytest
from scipy.stats import binom

from grainway.analysis import (
    area_specific_resistance,
    boundary_diffusivity_ratio,
    collective_conductivity,
    conductivity_tensor,
    diffusivity_tensor,
    excess_conductance,
    gb_resistivities,
    gb_resistivity,
    haven_ratio,
    nernst_einstein_conductivity,
    resistivity_profile,
    second_opinion,
    slab_diffusivity,
    tracer_diffusivity,
)
from grainway.analysis.conductivity.collective_conductivity import carriers, per_volume
from grainway.analysis.conductivity.collective_lag import collective_lag
from grainway.analysis.motion.cooperation import cooperation, persistent_cooperation
from grainway.analysis.motion.displacement import mean_squared_displacement
from grainway.analysis.motion.tracer_diffusivity import tracer_fit
from grainway.domain import Estimate
from known_motion.known_transport import CASES, back_jumps, correlated_pairs, few_hops, ornstein_uhlenbeck
from known_motion.stated_errors import gathered, wrong_errors
from known_motion.synthetic_walkers import LayeredMedium, free_walkers

SEEDS = 16


def conductivities(walk):
    return walk.collective * carriers(walk.trajectory) * per_volume(walk.trajectory)


def estimate(walk, quantity):
    """Return the estimate with its truth, or one for each axis."""
    trajectory = walk.trajectory
    if quantity == "tracer":
        return tracer_diffusivity(trajectory), walk.tracer
    if quantity == "tracer along an axis":
        return [(along, walk.tracer) for along in tracer_diffusivity(trajectory, per_axis=True)]
    if quantity == "Nernst-Einstein":
        truth = walk.tracer * carriers(trajectory) * per_volume(trajectory)
        return nernst_einstein_conductivity(trajectory), truth
    if quantity == "haven":
        return haven_ratio(trajectory), walk.haven_ratio
    if quantity in ("D_xy", "sigma_xy"):
        tensor = (diffusivity_tensor if quantity == "D_xy" else conductivity_tensor)(trajectory)
        return [(tensor.element(*axes), 0.0) for axes in ("xy", "yz", "xz")]
    if quantity == "blocks of time":
        return second_opinion(trajectory, "conductivity").blocks, conductivities(walk)
    return collective_conductivity(trajectory, method=quantity), conductivities(walk)


@cache
def walks(name):
    return [CASES[name](seed, n_frames=1200) for seed in range(SEEDS)]


@cache
def bulk(name, quantity):
    return gathered({quantity: estimate(walk, quantity)} for walk in walks(name))[quantity]


METHODS = ("tracer", "einstein", "green-kubo", "spectral", "haven")


@pytest.mark.physics
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("quantity", METHODS)
def test_intervals_hold_the_truth(name, quantity):
    (pairs,) = bulk(name, quantity)
    assert all(estimate.bound is None for estimate, _ in pairs)
    for level, least in ((0.683, 0.58), (0.95, 0.90)):
        held = sum(low <= truth <= high for (low, high), truth in ((e.interval(level), t) for e, t in pairs))
        # an estimator that covers as often as demanded passes with 99.9 %
        assert held >= binom.ppf(0.001, SEEDS, least), (level, held)
    ratios = np.array([estimate.value / truth for estimate, truth in pairs])
    stated = np.mean([estimate.standard_error / truth for estimate, truth in pairs])
    # bias below 2 %, as far as this many seeds can tell (3.3 standard errors, 99.9 %)
    assert abs(ratios.mean() - 1) < 0.02 + 3.3 * stated / np.sqrt(SEEDS)


@pytest.mark.physics
@pytest.mark.parametrize(
    "quantity",
    [
        *METHODS,
        *(
            "Nernst-Einstein",
            "tracer along an axis",
            "D_xy",
            "sigma_xy",
            "blocks of time",
        ),
    ],
)
def test_no_error_of_the_bulk_is_half_or_twice_the_scatter(quantity):
    """In all four kinds of motion together: 64 runs give the scatter to 9 %."""
    found = {quantity: [place for name in CASES for place in bulk(name, quantity)]}
    # elements beside the diagonal have its relative errors, in which the shot noise of hops is
    assert not list(wrong_errors(found, {quantity: 1.3 if quantity == "sigma_xy" else 1.0}))


BOUNDARIES = (8.25, 24.75)
LENGTH, WIDTH = 33.0, 8.0


def slabs():
    """Two 8 Å slabs, three times slower and richer in lithium than the grains between them."""

    def share(z):
        return sum(1 / (1 + np.exp((np.abs((z - c + 16.5) % 33 - 16.5) - 4) / 0.3)) for c in BOUNDARIES)

    return LayeredMedium(
        lambda z: 0.35 * 0.3 ** share(z), lambda z: 1.2 ** share(z), length=LENGTH, side=20.0
    )


N_IONS = 300


def across(walkers, seed):
    trajectory = walkers.walk(seed=seed, n_ions=N_IONS, n_frames=250)
    profile = resistivity_profile(trajectory)
    rng = np.random.default_rng([9, seed])
    whole = walkers.resistance(0.0, LENGTH - 1e-4, N_IONS)
    bands = [walkers.resistance(c - WIDTH / 2, c + WIDTH / 2, N_IONS) for c in BOUNDARIES]
    inside = [np.abs(walkers.z - c) <= WIDTH / 2 for c in BOUNDARIES]
    weight, slow = walkers.probability, walkers.probability * walkers.diffusivity
    series = np.mean([1 / (np.mean(weight[band]) * np.mean(1 / slow[band])) for band in inside])
    # a bulk run of its own, known as well as the boundary is
    resistivity, diffusivity = 0.4 * whole / (LENGTH * 1e-8), 0.35

    def run_of_bulk(value, relative, unit):
        return Estimate(value * (1 + relative * rng.normal()), relative * value, unit, 1000.0)

    conductance = run_of_bulk(1.0, 0.02, "S/cm")
    bulk_resistivity = run_of_bulk(resistivity, 0.08, "Ω cm")
    bulk_diffusivity = run_of_bulk(diffusivity, 0.08, "Å²/ps")
    fitted = profile.density, profile.diffusivity, profile.resistivity
    errors = profile.density_error, profile.diffusivity_error, profile.resistivity_error
    middles = [int(np.argmin(np.abs(profile.z - z))) for z in (8.25, 16.5, 24.75, 0.0)]
    points = [
        [(Estimate(float(values[i]), float(error[i]), "1", 1e4), float(values.mean())) for i in middles]
        for values, error in zip(fitted, errors, strict=True)
    ]
    return {
        "cell resistance": (profile.resistance(0.0, LENGTH), whole),
        "band resistance": list(zip(profile.band_resistances(BOUNDARIES, WIDTH), bands, strict=True)),
        "ρ_gb": (gb_resistivity(profile, BOUNDARIES, WIDTH), float(np.mean(bands)) / (WIDTH * 1e-8)),
        "ρ_gb of each band": [
            (found, truth / (WIDTH * 1e-8))
            for found, truth in zip(gb_resistivities(profile, BOUNDARIES, WIDTH), bands, strict=True)
        ],
        "band diffusivity": (profile.band_diffusivity(BOUNDARIES, WIDTH), series),
        "ASR": (
            area_specific_resistance(profile.resistance(0.0, LENGTH), bulk_resistivity, LENGTH),
            (whole - resistivity * LENGTH * 1e-8) / 2,
        ),
        "D ratio": (
            boundary_diffusivity_ratio(profile.band_diffusivity(BOUNDARIES, WIDTH), bulk_diffusivity),
            series / diffusivity,
        ),
        "D along a slab": (slab_diffusivity(trajectory, 5.25, 11.25).value, 0.105),
        "excess conductance": (excess_conductance(trajectory, conductance), 0.0),
        "density at a height": points[0],
        "diffusivity at a height": points[1],
        "resistivity at a height": points[2],
    }


@pytest.mark.physics
def test_no_error_of_a_boundary_is_half_or_twice_the_scatter():
    walkers = slabs()
    found = gathered(across(walkers, seed) for seed in range(32))
    # the shot noise of hops is added to the scatter of ions that do not hop: by design on the large side
    assert not list(wrong_errors(found, {"excess conductance": 1.3}))


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


def test_partners_that_share_half_of_their_motion_count_by_their_correlation():
    """Σ_j ρ_ij of pairs with ρ = 1/2 is 3/2; the sum of squares, 5/4, would be less."""
    rng = np.random.default_rng(2)
    own, common = rng.normal(size=(11, 200, 2, 3)), rng.normal(size=(11, 200, 1, 3))
    start = rng.uniform(0, 60, (200, 1, 3)) + np.array([[[0.0, 0, 0], [1.0, 0, 0]]])
    positions = start + np.cumsum(np.sqrt(0.5) * (own + common), axis=0)
    found = cooperation(positions.reshape(11, 400, 3), 60.0 * np.eye(3), 1)
    assert found == pytest.approx(1.5, abs=0.1)


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
