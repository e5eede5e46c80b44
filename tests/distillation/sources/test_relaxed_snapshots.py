"""Snapshots moved on by a model, with models whose answer is known."""

import numpy as np
import pytest
from ase import Atoms

from example_potentials.teaching_frames import analytic_teacher
from grainway.distillation.sources.relaxed_snapshots import settle
from grainway.distillation.sources.starting_structures import Cubic
from grainway.errors import SimulationError
from grainway.simulation.potentials.nep.nep_model import EnergyAndForces
from grainway.units import BOLTZMANN_EV_PER_K

BULK = Cubic(3).build(np.random.default_rng(0))


class Springs:
    """Every atom on a spring to its own place, which follows the cell; strain costs energy of its own."""

    def __init__(self, stiffness, cell, strain_stiffness=0.0):
        self.places = BULK.get_scaled_positions()
        self.stiffness, self.cell, self.strain_stiffness = stiffness, cell, strain_stiffness

    def evaluate(self, types, positions, cell):
        away = (positions @ np.linalg.inv(cell) - self.places + 0.5) % 1.0 - 0.5
        away = away @ cell
        strain = np.cbrt(np.linalg.det(cell) / np.linalg.det(self.cell)) - 1.0
        virial = -3 * self.strain_stiffness * strain / 3 * np.eye(3)
        energy = 0.5 * self.stiffness * float((away**2).sum()) + 1.5 * self.strain_stiffness * strain**2
        return EnergyAndForces(energy, -self.stiffness * away, virial)


def displacement(atoms):
    away = (atoms.get_scaled_positions() - BULK.get_scaled_positions() + 0.5) % 1.0 - 0.5
    return away @ atoms.cell.array


def test_atoms_on_springs_come_to_equipartition():
    stiffness, temperature = 8.0, 900.0
    springs = Springs(stiffness, BULK.cell.array)
    away = np.array(
        [
            displacement(settle(BULK, springs, temperature, np.random.default_rng(s), free_cell=False))
            for s in range(6)
        ]
    )
    expected = BOLTZMANN_EV_PER_K * temperature / stiffness
    assert (away**2).mean() == pytest.approx(expected, rel=0.1)


@pytest.mark.parametrize("mismatch", [0.96, 1.03])
def test_a_free_cell_goes_to_the_model_s_size_and_a_fixed_one_stays(mismatch):
    # three times the bulk modulus of the oxide times the volume
    stiffness = 3 * 300.0 / 160.2177 * BULK.get_volume()
    springs = Springs(8.0, BULK.cell.array, stiffness)
    start = BULK.copy()
    start.set_cell(BULK.cell.array * mismatch, scale_atoms=True)
    rng = np.random.default_rng(1)
    free = settle(start, springs, 50.0, rng, free_cell=True)
    before, after = (abs(a.cell.lengths()[0] / BULK.cell.lengths()[0] - 1) for a in (start, free))
    assert after < 0.3 * before
    fixed = settle(start, springs, 50.0, rng, free_cell=False)
    np.testing.assert_allclose(fixed.cell.array, start.cell.array)


def test_the_same_seed_moves_alike_and_atoms_stay_in_the_cell():
    springs = Springs(8.0, BULK.cell.array)
    one, two, other = (
        settle(BULK, springs, 600.0, np.random.default_rng(s), free_cell=True) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.positions, two.positions)
    assert np.abs(one.positions - other.positions).max() > 1e-3
    fractions = one.get_scaled_positions(wrap=False)
    assert fractions.min() >= -1e-12
    assert fractions.max() <= 1 + 1e-12
    np.testing.assert_array_equal(one.numbers, BULK.numbers)


def test_a_close_contact_throws_no_ion_through_the_cell():
    teacher = analytic_teacher()

    class Contact:
        def evaluate(self, types, positions, cell):
            label = teacher.label(Atoms(numbers=BULK.numbers, positions=positions, cell=cell, pbc=True))
            return EnergyAndForces(label.energy, label.forces, np.zeros((3, 3)))

    crowded = BULK.copy()
    crowded.positions[1] = crowded.positions[0] + [0.4, 0.0, 0.0]
    moved = settle(crowded, Contact(), 50.0, np.random.default_rng(3), free_cell=False)
    assert moved.get_distance(0, 1, mic=True) > 1.0
    assert np.isfinite(moved.positions).all()


def test_a_model_that_knows_no_answer_is_refused():
    class Lost:
        def evaluate(self, types, positions, cell):
            return EnergyAndForces(0.0, np.full(positions.shape, np.nan), np.zeros((3, 3)))

    with pytest.raises(SimulationError, match="not a number"):
        settle(BULK, Lost(), 300.0, np.random.default_rng(0), free_cell=False)
