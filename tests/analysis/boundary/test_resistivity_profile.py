"""Resistance across slow slabs against the exact medium, and the quantities derived from it."""

import numpy as np
import pytest

from grainway.analysis import (
    area_specific_resistance,
    boundary_diffusivity_ratio,
    gb_resistivities,
    gb_resistivity,
    resistivity_profile,
)
from grainway.analysis.boundary.profile_likelihood import ProfileLikelihood
from grainway.analysis.boundary.propagator import Propagator, SplineModel, periodic_cubic_basis
from grainway.analysis.measures.second_looks import ResolutionCheck, resolution_check
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from known_motion.synthetic_walkers import LayeredMedium, free_walkers, lithium

BOUNDARIES = (13.75, 41.25)
N_IONS = 800


def slabs(ratio, enrichment):
    """Two 10 Å slabs with D lower by ``ratio`` and more lithium by ``enrichment``, edges 0.3 Å soft."""

    def share(z):
        return sum(1 / (1 + np.exp((np.abs((z - c + 27.5) % 55 - 27.5) - 5) / 0.3)) for c in BOUNDARIES)

    return LayeredMedium(lambda z: 0.35 * ratio ** share(z), lambda z: enrichment ** share(z))


@pytest.fixture(scope="module")
def hot_medium():
    return slabs(0.3, 1.0)


@pytest.fixture(scope="module")
def hot_profile(hot_medium):
    return resistivity_profile(hot_medium.walk(seed=100))


def test_periodic_splines_are_smooth_and_sum_to_one():
    z = np.linspace(0, 20, 401)
    basis = periodic_cubic_basis(z, 20.0, 7)
    np.testing.assert_allclose(basis.sum(axis=1), 1.0)
    np.testing.assert_allclose(basis[0], basis[-1], atol=1e-12)
    np.testing.assert_allclose(periodic_cubic_basis(z + 20.0, 20.0, 7), basis, atol=1e-9)


def rough_model(seed=0):
    """A profile with structure in both n and D."""
    rng = np.random.default_rng(seed)
    parameters = np.concatenate([0.5 * rng.normal(size=5), np.log(0.3) + 0.5 * rng.normal(size=5), [0.08]])
    return SplineModel(20.0, 31, 5), parameters


def test_joint_probability_is_normalised_symmetric_and_its_derivatives_exact():
    model, parameters = rough_model()
    weights = np.random.default_rng(1).normal(size=(31, 31))
    weights = weights + weights.T
    for lag in (2.0, 4.0):
        propagator = Propagator(model, parameters)
        joint, derivatives = propagator.joint(lag), propagator.derivatives(lag)
        assert joint.sum() == pytest.approx(1.0, rel=1e-12)
        np.testing.assert_allclose(joint, joint.T, atol=1e-15)
        np.testing.assert_allclose(
            propagator.gradient(lag, weights), np.einsum("kab,ab->k", derivatives, weights), rtol=1e-9
        )
        for index in range(parameters.size):
            shift = np.zeros(parameters.size)
            shift[index] = 1e-5
            above = Propagator(model, parameters + shift).joint(lag)
            below = Propagator(model, parameters - shift).joint(lag)
            scale = np.abs(derivatives[index]).max()
            np.testing.assert_allclose(derivatives[index], (above - below) / 2e-5, atol=1e-6 * scale)


class ExpectedTransitions:
    """As many transitions as a model expects, fractions included."""

    lags = np.array([2, 4])
    effective_lags = np.array([2.0, 4.0])

    def __init__(self, model, parameters):
        self.propagator = Propagator(model, parameters)

    def counts(self, lag, _):
        return 1e5 * self.propagator.joint(float(lag))


def test_observed_information_is_the_expected_one_where_the_model_is_true():
    model, parameters = rough_model()
    likelihood = ProfileLikelihood(model, ExpectedTransitions(model, parameters))
    point = likelihood.at(parameters)
    expected, observed = likelihood.expected_information(point), likelihood.observed_information(point)
    np.testing.assert_allclose(observed, expected, atol=1e-5 * np.abs(expected).max())
    # and elsewhere it is not
    other = likelihood.at(parameters + 0.3)
    assert not np.allclose(
        likelihood.observed_information(other), likelihood.expected_information(other), rtol=0.05
    )


def test_uniform_medium_has_the_variance_of_diffusion_and_vibration():
    model = SplineModel(40.0, 80, 8)
    diffusivity, noise, lag = 0.2, 0.1, 3.0
    parameters = np.concatenate([np.zeros(8), np.full(8, np.log(diffusivity)), [noise]])
    joint = Propagator(model, parameters).joint(lag)
    distance = np.arange(80) * 0.5
    distance = np.minimum(distance, 40 - distance)
    assert 80 * joint[0] @ distance**2 == pytest.approx(2 * diffusivity * lag + 2 * noise, rel=1e-9)


@pytest.mark.physics
@pytest.mark.parametrize(("ratio", "enrichment"), [(0.3, 1.0), (0.1, 1.3)])
def test_intervals_of_slab_and_cell_resistances_hold_the_truth(ratio, enrichment):
    medium = slabs(ratio, enrichment)
    estimates, truths = [], []
    for seed in range(12):
        profile = resistivity_profile(medium.walk(seed=seed))
        for low, high in ((6.75, 20.75), (34.25, 48.25), (0.0, 54.9999)):
            estimates.append(profile.resistance(low, high))
            truths.append(medium.resistance(low, high, N_IONS))
    ratios = np.array([e.value / t for e, t in zip(estimates, truths, strict=True)])
    assert abs(ratios.mean() - 1) < 0.05 + 2 * ratios.std() / np.sqrt(ratios.size)
    held = {
        level: np.mean(
            [
                e.interval(level)[0] <= t <= e.interval(level)[1]
                for e, t in zip(estimates, truths, strict=True)
            ]
        )
        for level in (0.68, 0.95)
    }
    assert held[0.68] >= 0.43
    assert held[0.95] >= 0.8
    mean_error = np.mean([e.standard_error / t for e, t in zip(estimates, truths, strict=True)])
    assert 0.6 * ratios.std() < mean_error < 2 * ratios.std()


def test_profile_shows_the_slabs_and_conserves_ions(hot_medium, hot_profile):
    profile = hot_profile
    width = profile.length / profile.z.size
    assert profile.density.sum() * width * 26.0**2 == pytest.approx(N_IONS, rel=1e-9)
    inside = np.abs(profile.z - 13.75) < 3
    outside = np.abs(profile.z - 27.5) < 5
    assert profile.diffusivity[inside].mean() < 0.6 * profile.diffusivity[outside].mean()
    np.testing.assert_allclose(
        profile.resistivity * profile.density * profile.diffusivity,
        profile.resistivity[0] * profile.density[0] * profile.diffusivity[0],
    )
    assert (profile.resistivity_error > 0).all()
    assert (profile.density_error < 0.2 * profile.density).all()
    assert (profile.diffusivity_error < profile.diffusivity).all()
    assert abs(profile.lag_sensitivity) < 0.15


def test_pairs_of_ions_that_move_together_tell_no_more_than_one_ion_each(hot_medium):
    alone = hot_medium.walk(seed=100, n_ions=400)
    # partners within reach, beside each other in the plane of the boundary
    together = np.repeat(alone.positions, 2, axis=1)
    together[:, 1::2, 0] += 2.0
    one = resistivity_profile(alone).resistance(0.0, 55.0)
    two = resistivity_profile(lithium(together, alone.cell, hot_medium.time_step)).resistance(0.0, 55.0)
    assert two.value == pytest.approx(one.value / 2, rel=0.01)
    # as independent ions they would state an error smaller by √2; hops are counted for every ion
    assert two.standard_error / two.value > 0.85 * one.standard_error / one.value


def test_resistances_add_and_wrap(hot_profile):
    total = hot_profile.resistance(0.0, 55.0).value
    parts = hot_profile.resistance(50.0, 8.3).value + hot_profile.resistance(8.3, 50.0).value
    assert parts == pytest.approx(total, rel=1e-9)
    assert hot_profile.resistance(-5.0, 5.0).value == pytest.approx(
        hot_profile.resistance(50.0, 5.0).value, rel=1e-9
    )
    with pytest.raises(AnalysisError, match="L_z"):
        hot_profile.resistance(3.0, 3.0)


def test_profile_ignores_lattice_shifts_order_and_shear(hot_medium, hot_profile):
    trajectory = hot_medium.walk(seed=100)
    rng = np.random.default_rng(1)
    order = rng.permutation(N_IONS)
    shift = np.array([26.0, 26.0, 55.0]) * rng.integers(-2, 3, (1, N_IONS, 3))
    other = Trajectory(
        positions=(trajectory.positions + shift)[:, order],
        cell=np.array([[26.0, 0, 0], [26.0, 26.0, 0], [-52.0, 26.0, 55.0]]),
        species=trajectory.species,
        charges=trajectory.charges,
        times=trajectory.times,
        temperature=trajectory.temperature,
    )
    again = resistivity_profile(other)
    # the fit stops within a thousandth of its error
    np.testing.assert_allclose(again.resistivity, hot_profile.resistivity, rtol=1e-4)
    np.testing.assert_allclose(again.resistivity_error, hot_profile.resistivity_error, rtol=1e-3)


def test_boundary_quantities_follow_from_the_integral(hot_profile):
    per_boundary = gb_resistivities(hot_profile, BOUNDARIES, 10.0)
    mean = gb_resistivity(hot_profile, BOUNDARIES, 10.0)
    assert mean.value == pytest.approx(np.mean([e.value for e in per_boundary]), rel=1e-9)
    assert mean.standard_error < max(e.standard_error for e in per_boundary)
    assert per_boundary[0].value == pytest.approx(hot_profile.resistance(8.75, 18.75).value / 10e-8, rel=1e-9)
    bulk = Estimate(hot_profile.resistance(0, 55.0).value / 55e-8, 0.05, "Ω cm", 100.0)
    whole = hot_profile.resistance(0.0, hot_profile.length)
    excess = area_specific_resistance(whole, bulk, hot_profile.length)
    assert excess.value == pytest.approx(0.0, abs=1e-6 * hot_profile.resistance(0, 55.0).value)
    assert excess.standard_error >= 0.05 * 27.5e-8


@pytest.mark.physics
def test_boundary_to_bulk_diffusivity_ratio(hot_medium):
    bulk = Estimate(0.35, 0.01, "Å²/ps", 100.0)
    profiles = [resistivity_profile(hot_medium.walk(seed=seed)) for seed in range(6)]
    ratios = [
        boundary_diffusivity_ratio(profile.band_diffusivity(BOUNDARIES, 10.0), bulk) for profile in profiles
    ]
    inside = np.abs(hot_medium.z - 13.75) <= 5
    truth = 1 / np.mean(1 / hot_medium.diffusivity[inside]) / 0.35
    pooled = np.sqrt(np.mean([ratio.standard_error**2 for ratio in ratios]) / 6)
    assert abs(np.mean([ratio.value for ratio in ratios]) - truth) < 0.08 * truth + 3 * pooled


def test_a_resistance_that_settings_of_the_fit_change_is_not_converged():
    base = Estimate(10.0, 0.5, "Ω cm²", 50.0)
    steady = ResolutionCheck(base, (("a", Estimate(10.4, 0.5, "Ω cm²", 50.0)),))
    assert steady.converged
    assert steady.changes == {"a": pytest.approx(0.04)}
    assert steady.largest_change == pytest.approx(0.8)
    moved = ResolutionCheck(base, (*steady.variations, ("b", Estimate(9.0, 0.5, "Ω cm²", 50.0))))
    assert not moved.converged
    assert moved.largest_change == pytest.approx(2.0)


@pytest.mark.physics
def test_the_resistance_hardly_changes_with_bins_lag_and_knots(hot_medium):
    check = resolution_check(hot_medium.walk(seed=100), (27.5,), 55.0)
    assert set(check.changes) == {"bin width / 2", "lag / 1.5", "lag x 1.5", "knot spacing / 1.25"}
    assert check.largest_change < 2
    # bins and knots see the same displacements: only their own bias may differ
    assert abs(check.changes["bin width / 2"]) < 0.05


def test_bounds_bands_and_units_are_refused(hot_profile):
    bulk = Estimate(1.0, float("nan"), "Ω cm", 3.0, "upper")
    with pytest.raises(AnalysisError, match="bulk_resistivity"):
        area_specific_resistance(hot_profile.resistance(0.0, 55.0), bulk, 55.0)
    with pytest.raises(AnalysisError, match="width"):
        gb_resistivity(hot_profile, BOUNDARIES, 30.0)
    with pytest.raises(AnalysisError, match="boundaries"):
        gb_resistivity(hot_profile, (), 10.0)


def test_unvisited_region_is_refused():
    rng = np.random.default_rng(3)
    steps = rng.normal(size=(300, 100, 3)) * np.sqrt(0.02)
    positions = rng.uniform(0, 20, (1, 100, 3)) + steps.cumsum(axis=0)
    with pytest.raises(AnalysisError, match="ions between"):
        resistivity_profile(lithium(positions, np.diag([20.0, 20.0, 80.0]), 0.1))


def test_tilted_normal_and_bad_lag_are_refused(hot_medium):
    trajectory = hot_medium.walk(seed=0, n_ions=200)
    with pytest.raises(AnalysisError, match="lag"):
        resistivity_profile(trajectory, lag=20.0)
    tilted = lithium(trajectory.positions, np.array([[26.0, 0, 3.0], [0, 26.0, 0], [0, 0, 55.0]]), 0.1)
    with pytest.raises(AnalysisError, match="boundary plane"):
        resistivity_profile(tilted)


@pytest.mark.physics
def test_a_height_varies_by_its_bin_alone_where_nothing_vibrates():
    """A path averaged over a block has lost a third of the block's time; what is left is vibration and bin.

    The fit's variance of one height absorbs any constant time, so it shows what the resistance does not.
    """
    profiles = [
        resistivity_profile(free_walkers(seed=seed, n_ions=400, n_frames=1000, diffusivity=0.3))
        for seed in range(4)
    ]
    width = profiles[0].length / profiles[0].z.size
    # the mean of four runs scatters by 0.008 Å²; two thirds of a block more, 0.3 ps, would add 0.09
    assert np.mean([profile.position_variance for profile in profiles]) == pytest.approx(
        width**2 / 12, abs=0.03
    )
