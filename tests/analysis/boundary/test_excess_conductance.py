"""Conductance along boundaries: none in a homogeneous medium, the slabs' own in a layered one."""

import numpy as np
import pytest

from grainway.analysis import excess_conductance, nernst_einstein_conductivity, tracer_diffusivity
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from known_motion.synthetic_walkers import LayeredMedium, free_walkers, lithium

WALK = {"n_ions": 150, "n_frames": 300, "cage_rms": 0.3, "diffusivity": 0.1}


@pytest.mark.physics
def test_a_homogeneous_medium_has_no_excess_within_its_error():
    deviations = []
    for seed in range(40):
        bulk = nernst_einstein_conductivity(free_walkers(seed=1000 + seed, **WALK))
        excess = excess_conductance(free_walkers(seed=seed, **WALK), bulk)
        deviations.append(excess.value / excess.standard_error)
    assert abs(np.mean(deviations)) < 3 / np.sqrt(40)
    # errors are generous: the shot noise of hops is in them although Brownian paths have none
    assert 0.5 < np.std(deviations) < 1.3
    assert np.mean(np.abs(deviations) < 2) > 0.85


@pytest.mark.physics
def test_the_excess_of_two_slabs_is_that_of_their_missing_conductance():
    """G_ex = ∫(σ_∥(z) - σ_b) dz per boundary; with equal density everywhere that is a mean over ions."""
    medium = LayeredMedium(
        lambda z: np.where(np.abs((z + 13.75) % 27.5 - 13.75) < 5, 0.1, 0.35), lambda z: np.ones_like(z)
    )
    trajectory = medium.walk(seed=0)
    # σ/D = n e²/(k_B T), which the Nernst-Einstein estimate of any run of this density carries
    per_diffusivity = nernst_einstein_conductivity(trajectory).value / tracer_diffusivity(trajectory).value
    bulk = Estimate(0.35 * per_diffusivity, 0.0, "S/cm", 1e6)
    excess = excess_conductance(trajectory, bulk)
    inside = np.mean(medium.diffusivity < 0.2)
    truth = 27.5e-8 * inside * (0.1 - 0.35) * per_diffusivity
    assert excess.value < 0
    assert abs(excess.value - truth) < 3 * excess.standard_error


def test_excess_does_not_depend_on_the_choice_of_cell():
    trajectory = free_walkers(seed=3, **WALK)
    bulk = Estimate(0.5, 0.01, "S/cm", 100.0)
    sheared = Trajectory(
        positions=trajectory.positions,
        cell=np.array([[25.0, 0, 0], [25.0, 25.0, 0], [-50.0, 25.0, 25.0]]),
        species=trajectory.species,
        charges=trajectory.charges,
        times=trajectory.times,
        temperature=trajectory.temperature,
    )
    assert excess_conductance(sheared, bulk).value == pytest.approx(
        excess_conductance(trajectory, bulk).value, rel=1e-9
    )
    tilted = lithium(trajectory.positions, np.array([[25.0, 0, 3.0], [0, 25.0, 0], [0, 0, 25.0]]), 0.1)
    with pytest.raises(AnalysisError, match="boundary plane"):
        excess_conductance(tilted, bulk)
