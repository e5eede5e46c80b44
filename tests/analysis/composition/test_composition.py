"""Enrichment, excess and vacancies: null tests on the ideal garnet and exact counts of what was removed."""

import numpy as np
import pytest

from grainway.analysis import gibbs_excess, lithium_enrichment, oxygen_vacancies
from grainway.analysis.composition.coordination import zirconium_oxygen_cutoff
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from grainway.geometry.periodic_neighbours import PeriodicNeighbours
from known_motion.ideal_garnet import LATTICE, frames, garnet, with_lithium


def measures(result):
    return [result.missing.value, result.unbonded.value, result.uncovered.value]


@pytest.mark.parametrize("rms", [0.0, 0.1])
@pytest.mark.parametrize("band", [5.0, 12.97])
def test_bulk_has_no_vacancies(rms, band):
    result = oxygen_vacancies(frames(*garnet(), rms=rms), (3.0, 15.97), band)
    np.testing.assert_allclose(measures(result), 0.0, atol=2e-3)
    assert result.shared.value == pytest.approx(0.0, abs=2e-3)
    np.testing.assert_allclose(result.unbonded_sensitivity, 0.0, atol=0.01)


def test_k_deleted_oxygens_are_counted_as_k_by_every_measure():
    symbols, positions, cell = garnet()
    keep = np.ones(symbols.size, dtype=bool)
    removed = np.random.default_rng(1).choice(np.flatnonzero(symbols == "O"), 9, replace=False)
    keep[removed] = False
    result = oxygen_vacancies(frames(symbols[keep], positions[keep], cell), (0.0, LATTICE), LATTICE)
    np.testing.assert_allclose(np.array(measures(result)) * 6 * 32, 9, atol=0.01)
    area = 2 * LATTICE**2 / 100
    assert result.missing_per_area.value == pytest.approx(9 / area, rel=1e-9)
    # O has no excess but this deficit: Γ_O from the whole cell says the same
    excess = gibbs_excess(frames(symbols[keep], positions[keep], cell), species="O")
    assert excess.value == pytest.approx(-9 / area, rel=1e-9)


def test_random_displacement_of_oxygen_makes_no_vacancies():
    symbols, positions, cell = garnet((2, 2, 2))
    moved = positions.copy()
    oxygen = symbols == "O"
    direction = np.random.default_rng(2).normal(size=(oxygen.sum(), 3))
    moved[oxygen] += 0.3 * direction / np.linalg.norm(direction, axis=1, keepdims=True)
    result = oxygen_vacancies(frames(symbols, moved, cell), (0.0, LATTICE), LATTICE)
    np.testing.assert_allclose(measures(result), 0.0, atol=0.01)


def test_a_count_that_does_not_change_in_a_run_is_not_called_exact():
    """One oxygen more or less, uniformly in between, has a standard deviation of 1/√12."""
    result = oxygen_vacancies(frames(*garnet()), (0.0, LATTICE), LATTICE)
    assert result.missing.standard_error == pytest.approx(1 / (6 * 32) / np.sqrt(12))
    assert result.unbonded.standard_error == pytest.approx(1 / (6 * 32) / np.sqrt(12), rel=1e-3)
    area = 2 * LATTICE**2 / 100
    assert result.missing_per_area.standard_error == pytest.approx(1 / area / np.sqrt(12))


def test_the_bond_cutoff_lies_between_the_shells_of_oxygen_about_zirconium():
    symbols, positions, cell = garnet()
    for rms in (0.02, 0.1):
        cutoff = zirconium_oxygen_cutoff(frames(symbols, positions, cell, rms=rms, n_frames=6))
        zirconium = positions[symbols == "Zr"]
        middle = zirconium[np.argmin(np.linalg.norm(zirconium - cell.sum(axis=0) / 2, axis=1))]
        gaps = np.linalg.norm(positions[symbols == "O"] - middle, axis=1)
        first, second = np.sort(gaps)[[0, 6]]
        assert 2.0 < first < 2.3
        assert first + 0.5 < cutoff < second - 0.5
    gas = np.random.default_rng(0).uniform(0, 1, positions.shape) @ cell
    with pytest.raises(AnalysisError, match="g_ZrO"):
        zirconium_oxygen_cutoff(frames(symbols, gas, cell))


def test_vacancies_do_not_depend_on_the_choice_of_cell_wrapping_or_order():
    symbols, positions, cell = garnet()
    keep = np.ones(symbols.size, dtype=bool)
    keep[np.flatnonzero((symbols == "O") & (np.abs(positions[:, 2] - 13.0) < 2))[:7]] = False
    symbols, positions = symbols[keep], positions[keep]
    reference = oxygen_vacancies(frames(symbols, positions, cell), (0.2, 13.1), 6.0)
    assert reference.uncovered.value > 0.01
    rng = np.random.default_rng(3)
    order = rng.permutation(symbols.size)
    sheared = np.array([cell[0], cell[1] + cell[0], cell[2] - 2 * cell[0] + cell[1]])
    shifted = positions + rng.integers(-2, 3, positions.shape) @ cell
    other = oxygen_vacancies(frames(symbols[order], shifted[order], sheared), (0.2, 13.1), 6.0)
    np.testing.assert_allclose(measures(other), measures(reference), atol=1e-9)


# at 3 the planes of a are 1.3 Å apart: neighbours are three images away, though a is 6 Å long
@pytest.mark.parametrize("shear", [0.0, 0.7, 3.0])
def test_periodic_neighbours_equal_brute_force(shear):
    rng = np.random.default_rng(4)
    cell = np.array([[6.0, 0, 0], [6.0 * shear, 5.0, 0], [-3.0 * shear, 2.0, 7.0]])
    points, centres = rng.normal(scale=9, size=(40, 3)), rng.normal(scale=9, size=(15, 3))
    reach = 4.5
    found = PeriodicNeighbours(points, cell, reach)
    centre, neighbour, distance = found.pairs(centres)
    shifts = np.stack(np.meshgrid(*[np.arange(-9, 10)] * 3, indexing="ij"), -1).reshape(-1, 3) @ cell
    wrap = [(x @ np.linalg.inv(cell) % 1) @ cell for x in (centres, points)]
    gaps = np.linalg.norm(wrap[0][:, None, None] - wrap[1][None, :, None] - shifts, axis=-1)
    expected = np.argwhere(gaps <= reach)
    assert len(expected) > 50
    assert sorted(zip(centre, neighbour, strict=True)) == sorted((i, j) for i, j, _ in expected)
    np.testing.assert_allclose(np.sort(distance), np.sort(gaps[gaps <= reach]))
    np.testing.assert_array_equal(found.nearest(centres), gaps.min(axis=2).argmin(axis=1))


def test_lithium_enrichment_is_one_in_the_bulk_and_counts_what_was_added():
    boundaries, width = (12.97, 38.91), LATTICE
    plain = lithium_enrichment(frames(*with_lithium()), boundaries, width)
    assert plain.value == pytest.approx(1.0, abs=0.02)
    rich = lithium_enrichment(frames(*with_lithium(90)), boundaries, width)
    per_slab = 56 * 4
    # the extra ions lie evenly between 8 and 18 Å; the window is a triangle of half width w about 12.97 Å
    weight = 1 - (4.97**2 + 5.03**2) / 2 / 10 / width
    assert rich.value == pytest.approx(1 + 90 * weight / (2 * per_slab), abs=0.02)


@pytest.mark.parametrize("shift", [0.0, 0.7, 1.6, 2.4, 3.1])
def test_enrichment_of_the_perfect_crystal_is_one_wherever_the_window_lies(shift):
    """Planes of lanthanum enter and leave the window without a jump."""
    symbols, positions, cell = garnet((1, 1, 4))
    lanthanum = positions[symbols == "La"]
    # lithium of the same density, spread evenly along z
    n = 7 * len(lanthanum) // 3
    spread = np.column_stack([np.zeros((n, 2)), (np.arange(n) + 0.5) * cell[2, 2] / n])
    symbols = np.append(symbols, ["Li"] * n)
    trajectory = frames(symbols, np.concatenate([positions, spread]), cell)
    measured = lithium_enrichment(trajectory, (13.0 + shift, 38.94 + shift), 10.8)
    assert measured.value == pytest.approx(1.0, abs=0.02)
    assert measured.standard_error >= 0.004


def test_gibbs_excess_counts_added_lithium_and_excess_charge_cancels():
    trajectory = frames(*with_lithium(90))
    area = 2 * (2 * LATTICE) ** 2 / 100
    assert gibbs_excess(trajectory).value == pytest.approx(90 / area, rel=1e-9)
    symbols, positions, cell = with_lithium(90)
    oxide = frames(np.append(symbols, ["O"] * 45), np.concatenate([positions, positions[:45] + 0.5]), cell)
    of_lithium, of_oxygen = gibbs_excess(oxide), gibbs_excess(oxide, species="O")
    assert of_oxygen.value == pytest.approx(45 / area, rel=1e-9)
    assert of_lithium.value - 2 * of_oxygen.value == pytest.approx(0.0, abs=1e-9)


def test_enrichment_is_taken_in_the_framework_frame():
    trajectory = frames(*with_lithium(90), n_frames=5)
    drift = np.linspace(0, 9, 5)[:, None, None] * np.array([0, 0, 1.0])
    moving = Trajectory(
        positions=trajectory.positions + drift,
        cell=trajectory.cell,
        species=trajectory.species,
        charges=trajectory.charges,
        times=trajectory.times,
        temperature=1400.0,
    )
    boundaries = (12.97, 38.91)
    assert lithium_enrichment(moving, boundaries, 10.0).value == pytest.approx(
        lithium_enrichment(trajectory, boundaries, 10.0).value, rel=1e-9
    )


def test_bad_bands_are_refused():
    trajectory = frames(*garnet())
    with pytest.raises(AnalysisError, match="cutoff"):
        oxygen_vacancies(trajectory, (0.0, 12.97), 5.0, cutoff=5.0)
    with pytest.raises(AnalysisError, match="width"):
        oxygen_vacancies(trajectory, (0.0, 4.0), 5.0)
    with pytest.raises(AnalysisError, match="not in the trajectory"):
        lithium_enrichment(trajectory, (0.0, 12.97), 5.0)
