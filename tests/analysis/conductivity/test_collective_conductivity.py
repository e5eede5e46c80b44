"""Conductivity: unit check, Einstein against Green-Kubo, Haven ratios that are known."""

import numpy as np
import pytest

from grainway.analysis import (
    collective_conductivity,
    excess_conductance,
    haven_ratio,
    nernst_einstein_conductivity,
    tracer_diffusivity,
)
from grainway.analysis.conductivity.collective_conductivity import polarisation
from grainway.analysis.motion.displacement import framework_positions
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from known_motion.synthetic_walkers import free_walkers, lithium

WALK = {"n_ions": 100, "n_frames": 1500, "diffusivity": 0.35, "cage_rms": 0.4, "hop": 2.0}


def test_nernst_einstein_has_the_right_units():
    # 56 Li in a 12.97 Å cell with D = 1e-8 cm²/s conduct 1.60e-3 S/cm at 298.15 K
    walk = free_walkers(seed=0, n_ions=56, n_frames=2000, time_step=100.0, diffusivity=1e-4)
    trajectory = Trajectory(
        positions=walk.positions,
        cell=np.eye(3) * 12.97,
        species=walk.species,
        charges=walk.charges,
        times=walk.times,
        temperature=298.15,
    )
    ratio = nernst_einstein_conductivity(trajectory).value / tracer_diffusivity(trajectory).value
    assert ratio * 1e-4 == pytest.approx(1.60e-3, rel=2e-3)


@pytest.mark.physics
def test_independent_walkers_have_unit_haven_ratio_and_both_methods_agree():
    ratios, einstein, green_kubo = [], [], []
    for seed in range(20):
        trajectory = free_walkers(seed=seed, **WALK)
        ratios.append(haven_ratio(trajectory))
        einstein.append(collective_conductivity(trajectory))
        green_kubo.append(collective_conductivity(trajectory, method="green-kubo"))
    expected = (
        nernst_einstein_conductivity(trajectory)
        .scaled(0.35 / tracer_diffusivity(trajectory).value, "S/cm")
        .value
    )
    for estimates, truth in ((ratios, 1.0), (einstein, expected), (green_kubo, expected)):
        z = np.array([(estimate.value - truth) / estimate.standard_error for estimate in estimates])
        assert abs(z.mean()) < 4 / np.sqrt(20)
        held = np.mean([low <= truth <= high for low, high in (e.interval(0.95) for e in estimates)])
        assert held >= 0.8
    for a, b in zip(einstein, green_kubo, strict=True):
        assert abs(a.value - b.value) < 3 * np.hypot(a.standard_error, b.standard_error)


def test_ions_that_move_rigidly_together_have_haven_ratio_one_over_n():
    walk = np.cumsum(np.random.default_rng(6).normal(size=(500, 1, 3)), axis=0)
    together = lithium(walk + np.random.default_rng(7).uniform(0, 25, (1, 40, 3)), np.eye(3) * 25.0, 0.1)
    assert haven_ratio(together).value == pytest.approx(1 / 40, rel=1e-6)


def test_constant_drift_of_all_ions_has_haven_ratio_one_over_n():
    drift = np.array([1.0, 2.0, -0.5]) * np.arange(200)[:, None, None] * 0.1
    together = lithium(drift + np.random.default_rng(7).uniform(0, 25, (1, 40, 3)), np.eye(3) * 25.0, 0.1)
    assert haven_ratio(together).value == pytest.approx(1 / 40, rel=1e-6)


def host_and_lithium(drift, *, framework=True):
    walk = free_walkers(seed=11, n_ions=56, n_frames=600, diffusivity=0.35)
    rng = np.random.default_rng(12)
    host = rng.uniform(0, 25, (1, 24, 3)) + 0.2 * rng.normal(size=(600, 24, 3))
    positions = np.concatenate([walk.positions, host], axis=1) + drift
    species = (*("Li",) * 56, *("La",) * 8, *("O",) * 16)
    charges = np.concatenate([np.ones(56), np.full(8, -3.0), np.full(16, -2.0)])
    keep = slice(None) if framework else slice(0, 56)
    return Trajectory(
        positions=positions[:, keep],
        cell=np.eye(3) * 25.0,
        species=species[keep],
        charges=charges[keep],
        times=walk.times,
        temperature=1400.0,
    )


@pytest.mark.parametrize("method", ["einstein", "green-kubo"])
def test_all_ions_in_any_frame_conduct_as_lithium_in_the_framework_frame(method):
    drift = np.cumsum(np.random.default_rng(13).normal(size=(600, 1, 3)), axis=0)
    still = collective_conductivity(host_and_lithium(np.zeros((600, 1, 3))), method=method)
    moving = collective_conductivity(host_and_lithium(drift), method=method)
    assert moving.value == pytest.approx(still.value, rel=1e-8)
    # without the framework the drift is the ions' own
    kept = collective_conductivity(host_and_lithium(drift, framework=False), method=method)
    assert kept.value > 2 * still.value


def test_the_polarisation_of_all_ions_is_that_of_lithium_in_the_framework_frame():
    trajectory = host_and_lithium(np.zeros((600, 1, 3)))
    of_lithium = framework_positions(trajectory, trajectory.indices("Li")).sum(axis=1)
    total = polarisation(trajectory)
    np.testing.assert_allclose(total - total[0], of_lithium - of_lithium[0], atol=1e-8)


def test_axes_average_to_the_total():
    trajectory = free_walkers(seed=3, **WALK)
    axes = collective_conductivity(trajectory, per_axis=True)
    total = collective_conductivity(trajectory)
    assert np.mean([axis.value for axis in axes]) == pytest.approx(total.value, rel=1e-9)
    relative = np.array([axis.standard_error / axis.value for axis in axes])
    # a third of the samples each
    assert np.sqrt(np.mean(relative**2)) > 1.3 * total.standard_error / total.value


def test_equivalent_cell_and_order_of_atoms_do_not_matter():
    trajectory = free_walkers(seed=4, **WALK)
    order = np.random.default_rng(0).permutation(100)
    other = Trajectory(
        positions=trajectory.positions[:, order],
        cell=np.array([[25.0, 0, 0], [25.0, 25.0, 0], [-50.0, 25.0, 25.0]]),
        species=trajectory.species,
        charges=trajectory.charges,
        times=trajectory.times,
        temperature=trajectory.temperature,
    )
    assert collective_conductivity(other).value == pytest.approx(
        collective_conductivity(trajectory).value, rel=1e-9
    )
    assert haven_ratio(other).value == pytest.approx(haven_ratio(trajectory).value, rel=1e-9)


def test_excess_conductance_vanishes_for_the_bulk_itself_and_has_the_sign_of_the_difference():
    trajectory = free_walkers(seed=5, **WALK)
    own = nernst_einstein_conductivity(trajectory)
    none = excess_conductance(trajectory, own)
    assert abs(none.value) < 2 * none.standard_error
    slower = excess_conductance(trajectory, own.scaled(2.0, "S/cm"))
    assert slower.value == pytest.approx(none.value - 12.5e-8 * own.value, rel=1e-9)
    with pytest.raises(AnalysisError, match="bulk_conductivity"):
        excess_conductance(trajectory, own.scaled(1.0, "S/m"))


def test_a_run_without_diffusion_is_refused():
    with pytest.raises(AnalysisError, match="net hops"):
        collective_conductivity(free_walkers(seed=0, diffusivity=1e-3, cage_rms=0.3))


def test_unknown_method_is_refused():
    with pytest.raises(AnalysisError, match="method"):
        collective_conductivity(free_walkers(seed=0), method="nemd")  # type: ignore[arg-type]


def test_mixed_charges_of_a_carrier_are_refused():
    walk = free_walkers(seed=0, n_ions=4)
    mixed = Trajectory(
        positions=walk.positions,
        cell=walk.cell,
        species=walk.species,
        charges=np.array([1.0, 1.0, 2.0, 1.0]),
        times=walk.times,
        temperature=1400.0,
    )
    with pytest.raises(AnalysisError, match="charge"):
        nernst_einstein_conductivity(mixed)
