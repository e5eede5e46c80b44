"""The spectrum of the current: its zero-frequency limit, with and without STACIE."""

import sys

import numpy as np
import pytest
from scipy.stats import binom

from grainway.analysis import collective_conductivity
from grainway.analysis.conductivity.collective_conductivity import carriers, per_volume
from grainway.analysis.conductivity.current_spectrum import current_spectrum, zero_frequency
from grainway.errors import AnalysisError
from known_motion.known_transport import correlated_pairs, few_hops, ornstein_uhlenbeck

ENGINES = ["own", "stacie"]


def walk(seed, n_frames=4000, n_axes=3, diffusivity=0.3, time_step=0.1):
    steps = np.random.default_rng(seed).normal(size=(n_frames, n_axes))
    return np.cumsum(steps * np.sqrt(2 * diffusivity * time_step), axis=0)


def test_a_random_walk_has_a_flat_spectrum_of_its_diffusivity():
    density = np.mean([current_spectrum(walk(seed), 0.1, 0.1).density for seed in range(40)], axis=0)
    # 120 periodogram points each, 9 %; 2,000 frequencies
    np.testing.assert_allclose(density[1:], 0.3, rtol=0.55)
    assert density.mean() == pytest.approx(0.3, rel=0.01)


def test_the_filter_of_block_averaging_is_taken_out():
    density = []
    for seed in range(60):
        blocks = walk(seed).reshape(400, 10, 3).mean(axis=1)
        density.append(current_spectrum(blocks, 1.0, 0.1).density)
    spectrum = np.mean(density, axis=0)
    low = spectrum[1 : len(spectrum) // 3]
    # 66 frequencies of 180 points
    assert low.mean() == pytest.approx(0.3, rel=0.03)


@pytest.mark.physics
@pytest.mark.parametrize(("engine", "seeds"), [("own", 100), ("stacie", 8)])
def test_zero_frequency_limit_of_a_random_walk(engine, seeds):
    found = [
        zero_frequency(current_spectrum(walk(seed, n_frames=800), 0.1, 0.1), 2.0, engine)
        for seed in range(seeds)
    ]
    values = np.array([value for value, _ in found])
    errors = np.array([value * np.sqrt(variance) for value, variance in found])
    assert abs(values.mean() - 0.3) < 0.02 * 0.3 + 3.3 * errors.mean() / np.sqrt(seeds)
    held = np.sum(np.abs(values - 0.3) < 1.96 * errors)
    assert held >= binom.ppf(0.001, seeds, 0.9)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_limit_does_not_depend_on_unit_or_sign(engine):
    positions = walk(3, n_frames=800)
    first = zero_frequency(current_spectrum(positions, 0.1, 0.1), 2.0, engine)
    second = zero_frequency(current_spectrum(-7.0 * positions, 0.1, 0.1), 2.0, engine)
    assert second[0] == pytest.approx(49 * first[0], rel=1e-3)
    assert second[1] == pytest.approx(first[1], rel=1e-2)


def test_too_few_frequencies_are_refused():
    with pytest.raises(AnalysisError, match="plateau"):
        zero_frequency(current_spectrum(walk(0, n_frames=100), 0.1, 0.1), 5.0, "own")


def test_a_spectrum_with_a_line_has_no_plateau():
    vibrating = walk(0) + 20 * np.sin(2 * np.pi * 0.05 * 0.1 * np.arange(4000))[:, None]
    with pytest.raises(AnalysisError, match="plateau"):
        zero_frequency(current_spectrum(vibrating, 0.1, 0.1), 4.0, "own")


def test_spectral_and_einstein_conductivities_agree():
    for make in (ornstein_uhlenbeck, few_hops):
        trajectory = make(5, n_frames=2000).trajectory
        spectral = collective_conductivity(trajectory, method="spectral")
        einstein = collective_conductivity(trajectory)
        assert abs(spectral.value - einstein.value) < 3 * np.hypot(
            spectral.standard_error, einstein.standard_error
        )


def test_the_own_fit_needs_no_stacie(monkeypatch):
    monkeypatch.setitem(sys.modules, "stacie", None)
    known = correlated_pairs(1, n_frames=2000)
    estimate = collective_conductivity(known.trajectory, method="spectral")
    truth = known.collective * carriers(known.trajectory) * per_volume(known.trajectory)
    assert abs(estimate.value - truth) < 4 * estimate.standard_error
    with pytest.raises(AnalysisError, match=r"grainway\[stacie\]"):
        collective_conductivity(known.trajectory, method="stacie")
