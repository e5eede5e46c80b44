"""Widths of boundaries: slabs of known width, and what cannot be told is said."""

import numpy as np
import pytest
from scipy.special import erf

from grainway.analysis.boundary.resistivity_profile import resistivity_profile
from grainway.analysis.composition.boundary_widths import (
    chemical_width,
    disordered_cations,
    structural_width,
    transport_width,
)
from grainway.analysis.composition.half_excess import HeightProfile, half_excess_width
from grainway.errors import AnalysisError
from known_motion.ideal_garnet import LATTICE, frames, garnet, with_lithium
from known_motion.synthetic_walkers import LayeredMedium

LENGTH, N_BINS = 60.0, 240
BOUNDARIES = (15.0, 45.0)
Z = (np.arange(N_BINS) + 0.5) * LENGTH / N_BINS


def slab(width, height, *, smear=2.0, noise=0.0, seed=0):
    """Plateau 1 and a slab of a width around each boundary, smeared by a Gaussian; noise is as smooth."""
    values = np.ones(N_BINS)
    for centre in BOUNDARIES:
        offset = (Z - centre + LENGTH / 2) % LENGTH - LENGTH / 2
        edges = [(offset + sign * width / 2) / (np.sqrt(2) * smear) for sign in (1, -1)]
        values = values + height * 0.5 * (erf(edges[0]) - erf(edges[1]))
    rng = np.random.default_rng(seed)
    spectrum = np.exp(-2 * (np.pi * np.fft.rfftfreq(N_BINS, LENGTH / N_BINS) * smear) ** 2)
    ripple = np.fft.irfft(np.fft.rfft(rng.normal(size=N_BINS)) * spectrum, N_BINS)
    ripple *= noise / np.sqrt(np.mean(spectrum**2))
    return HeightProfile("test", values + ripple, np.full(N_BINS, 1e-9), LENGTH, 2.3548 * smear, 50.0)


@pytest.mark.parametrize("height", [2.0, -0.6])
@pytest.mark.parametrize("width", [9.0, 11.0, 13.0])
def test_the_width_of_a_smeared_slab_is_found_for_more_and_for_less(width, height):
    for which in (0, 1):
        found = half_excess_width(slab(width, height), BOUNDARIES, which)
        assert found.bound is None
        assert found.value == pytest.approx(width, abs=0.15)


def test_the_width_does_not_depend_on_where_the_cell_begins():
    profile = slab(9.0, 1.0)
    rolled = HeightProfile(
        "test", np.roll(profile.values, 60), profile.errors, LENGTH, profile.resolution, 50.0
    )
    moved = [(height + 15.0) % LENGTH for height in BOUNDARIES]
    assert half_excess_width(rolled, moved, 1).value == pytest.approx(
        half_excess_width(profile, BOUNDARIES, 1).value, rel=1e-9
    )


def test_intervals_of_a_width_hold_the_truth_over_noisy_profiles():
    found = [half_excess_width(slab(11.0, 1.0, noise=0.06, seed=seed), BOUNDARIES) for seed in range(200)]
    values = np.array([estimate.value for estimate in found])
    assert all(estimate.bound is None for estimate in found)
    assert abs(values.mean() - 11.0) < 0.05 * 11.0
    shares = [np.mean([e.interval(p)[0] <= 11.0 <= e.interval(p)[1] for e in found]) for p in (0.683, 0.95)]
    assert 0.55 < shares[0] < 0.85
    assert shares[1] > 0.86


def test_a_slab_thinner_than_the_resolution_gives_an_upper_limit():
    found = half_excess_width(slab(1.0, 5.0), BOUNDARIES)
    assert found.bound == "upper"
    assert 1.0 < found.value < 2 * 2.3548 * 2.0


def test_what_is_not_resolved_is_said():
    resolved = 0
    for seed in range(60):
        try:
            half_excess_width(slab(9.0, 0.0, noise=0.06, seed=seed), BOUNDARIES)
            resolved += 1
        except AnalysisError as error:
            assert "not resolved" in str(error)  # noqa: PT017 most of many noises, not each
    assert resolved < 10
    # a slab that reaches into the middle of the grains leaves no plateau to compare with
    with pytest.raises(AnalysisError, match="not resolved"):
        half_excess_width(slab(24.0, 1.0, noise=0.001), BOUNDARIES)


@pytest.mark.physics
def test_transport_width_of_a_tenfold_slower_slab():
    heights = (13.75, 41.25)

    def share(z):
        return sum(1 / (1 + np.exp((np.abs((z - c + 27.5) % 55 - 27.5) - 5) / 0.3)) for c in heights)

    medium = LayeredMedium(lambda z: 0.35 * 0.1 ** share(z), lambda z: 1.3 ** share(z))
    found = [
        transport_width(resistivity_profile(medium.walk(seed=3, n_frames=900)), heights, k) for k in (0, 1)
    ]
    for width in found:
        assert width.bound is None
        low, high = width.interval(0.99)
        assert low < 10.0 < high
        assert width.standard_error < 4.0


def test_chemical_width_is_that_of_the_slab_with_more_lithium():
    symbols, positions, cell = with_lithium()
    added = np.column_stack([np.zeros((400, 2)), 8 + (np.arange(400) + 0.5) * 10 / 400])
    rich = frames(np.append(symbols, ["Li"] * 400), np.concatenate([positions, added]), cell)
    for reference in ("Zr", None):
        width = chemical_width(rich, (12.97, 38.91), 0, reference=reference)
        assert width.value == pytest.approx(10.0, abs=0.5)
    with pytest.raises(AnalysisError, match="not resolved"):
        chemical_width(rich, (12.97, 38.91), 1)
    with pytest.raises(AnalysisError, match="species"):
        chemical_width(rich, (12.97, 38.91), species="Ta")


def test_no_cation_of_the_perfect_crystal_is_disordered_in_any_description_of_its_cell():
    symbols, positions, cell = garnet()
    rng = np.random.default_rng(0)
    sheared = np.array([cell[0], cell[1] + cell[0], cell[2] - 2 * cell[0] + cell[1]])
    shifted = positions + rng.integers(-2, 3, positions.shape) @ cell
    for trajectory in (
        frames(symbols, positions, cell, rms=0.15, n_frames=20),
        frames(symbols, shifted, sheared),
    ):
        heights, disordered = disordered_cations(trajectory)
        assert disordered.sum() == 0
        assert ((heights >= 0) & (heights < cell[2, 2])).all()
    with pytest.raises(AnalysisError, match="not resolved"):
        structural_width(frames(symbols, positions, cell), (6.0, 19.0))


def test_a_missing_lanthanum_disorders_its_eight_neighbours():
    symbols, positions, cell = garnet()
    keep = np.ones(symbols.size, dtype=bool)
    keep[np.flatnonzero(symbols == "La")[5]] = False
    _, disordered = disordered_cations(frames(symbols[keep], positions[keep], cell))
    assert disordered.sum() == 8


def test_structural_width_of_a_disordered_slab():
    """Cations at random inside the slab; within 4.8 Å of it some neighbours are wrong as well."""
    symbols, positions, cell = garnet((2, 2, 5))
    inside = np.abs(positions[:, 2] - LATTICE) < 4.0
    rng = np.random.default_rng(1)
    moved = positions.copy()
    moved[inside, :2] = rng.uniform(0, cell[0, 0], (inside.sum(), 2))
    width = structural_width(frames(symbols, moved, cell), (LATTICE, 3.5 * LATTICE))
    assert 8.0 - 0.5 < width.value < 8.0 + 2 * 4.8
    assert 0 < width.standard_error < 2.0
