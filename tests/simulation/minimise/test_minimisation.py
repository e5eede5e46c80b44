"""Minima found by LAMMPS, checked against the analytic pair forms evaluated here."""

import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list
from scipy.optimize import minimize_scalar

from grainway.errors import ConfigError, SimulationError
from grainway.simulation import find_lammps, load_potential
from grainway.simulation.minimise.minimisation import minimise, start_minimisation
from grainway.simulation.minimise.minimisation_script import MinimisationSettings
from grainway.structure import bulk_crystal, lithium_ordering

BAR_PER_EV_PER_A3 = 1.602176634e6
SETTINGS = MinimisationSettings(anneal=0.0)


def garnet(seed=3):
    return bulk_crystal((1, 1, 1), lithium_ordering(seed))


def antifluorite(a):
    oxygen = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    lithium = np.vstack([oxygen + 0.25, oxygen + 0.75]) % 1.0
    return Atoms("O4Li8", scaled_positions=np.vstack([oxygen, lithium]), cell=[a] * 3, pbc=True)


def pair_sums(atoms, potential):
    """Energy (eV), forces (n, 3) (eV/Å) and virial stress (3, 3) (bar, positive in compression)."""
    symbols = np.array(atoms.get_chemical_symbols())
    i, j, r, vector = neighbor_list("ijdD", atoms, potential.cutoff)
    energy, forces, virial = 0.0, np.zeros((len(atoms), 3)), np.zeros((3, 3))
    for table in potential.tables:
        same = (symbols[i] == table.first) & (symbols[j] == table.second)
        crossed = (symbols[i] == table.second) & (symbols[j] == table.first)
        chosen = (same | crossed) & (r < table.cutoff)
        value, force = table.form.evaluate(r[chosen])
        on_second = force[:, None] * vector[chosen] / r[chosen, None]
        energy += 0.5 * value.sum()
        np.add.at(forces, i[chosen], -on_second)
        virial += 0.5 * vector[chosen].T @ on_second
    return energy, forces, virial / atoms.get_volume() * BAR_PER_EV_PER_A3


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory):
    start = garnet()
    start.rattle(0.05, seed=1)
    potential = load_potential("softbv")
    folder = tmp_path_factory.mktemp("minimised")
    return start, potential, minimise(start, potential, folder, find_lammps(), SETTINGS)


@pytest.mark.lammps
def test_forces_stress_and_energy_of_a_minimum_are_those_of_the_pair_forms(at_rest):
    start, potential, minimum = at_rest
    energy, forces, stress = pair_sums(minimum.atoms, potential)
    # tables are linear between points: forces agree to far less than the tolerance asked for
    assert np.abs(forces).max() <= 1.1 * SETTINGS.force_tolerance
    assert minimum.max_force <= SETTINGS.force_tolerance
    # height and offset of the third vector were free
    largest = np.abs(stress[2]).max()
    assert largest <= 1.1 * SETTINGS.stress_tolerance
    assert minimum.stress == pytest.approx(largest, abs=0.1 * SETTINGS.stress_tolerance)
    # energies of a convex form lie above it by a part of the grid's step
    assert minimum.energy == pytest.approx(energy, abs=1e-4 * len(start))
    assert energy < pair_sums(start, potential)[0]
    # a minimum, not a saddle: no small move of the atoms leads down
    for seed in range(3):
        moved = minimum.atoms.copy()
        moved.rattle(0.02, seed=seed)
        assert pair_sums(moved, potential)[0] > energy


@pytest.mark.lammps
def test_only_the_third_vector_of_the_cell_changes(at_rest):
    start, _, minimum = at_rest
    change = minimum.atoms.cell.array - start.cell.array
    assert abs(change[2, 2]) > 0.01
    assert np.abs(change[:2]).max() < 1e-9


@pytest.mark.lammps
def test_a_crystal_that_was_sheared_and_stretched_returns(at_rest, tmp_path):
    _, potential, minimum = at_rest
    strained = minimum.atoms.copy()
    strained.set_cell(strained.cell.array + np.outer([0, 0, 1], [0.3, -0.2, 0.25]), scale_atoms=True)
    again = minimise(strained, potential, tmp_path, find_lammps(), SETTINGS)
    # 500 bar against 50 GPa
    assert again.atoms.cell[2] == pytest.approx(minimum.atoms.cell[2], abs=0.02)
    assert again.energy == pytest.approx(minimum.energy, abs=1e-4 * len(strained))


def test_atoms_stay_in_order_and_unwrapped(at_rest):
    start, _, minimum = at_rest
    assert (minimum.atoms.numbers == start.numbers).all()
    assert np.abs(minimum.atoms.positions - start.positions).max() < 3.0


@pytest.mark.lammps
def test_the_minimum_is_the_same_wherever_the_crystal_lies_in_its_cell(at_rest, tmp_path):
    start, potential, minimum = at_rest
    moved = start.copy()
    moved.positions += [1.7, -4.1, 2.9]
    moved.wrap()
    again = minimise(moved, potential, tmp_path, find_lammps(), SETTINGS)
    assert again.energy == pytest.approx(minimum.energy, abs=1e-4 * len(start))
    assert again.atoms.cell[2, 2] == pytest.approx(minimum.atoms.cell[2, 2], abs=0.01)


@pytest.mark.lammps
def test_annealing_brings_the_crystal_back_to_its_minimum_every_time_in_the_same_way(at_rest, tmp_path):
    start, potential, minimum = at_rest
    first, second = (
        minimise(start, potential, tmp_path / name, find_lammps(), MinimisationSettings(anneal=1.0))
        for name in "ab"
    )
    assert first.energy == second.energy
    assert (first.atoms.positions == second.atoms.positions).all()
    moved = first.atoms.positions - minimum.atoms.positions
    assert 1e-4 < np.abs(moved - moved.mean(axis=0)).max() < 0.1
    assert first.energy == pytest.approx(minimum.energy, abs=1e-4 * len(start))


@pytest.mark.lammps
def test_an_isotropic_minimum_is_that_of_the_lattice_parameter(tmp_path):
    """All ions of antifluorite are held by symmetry: its energy is a function of a alone."""
    potential = load_potential("softbv")
    # the closest minimum: shells of neighbours that cross the cut-off leave small steps on the way
    expected = minimize_scalar(
        lambda a: pair_sums(antifluorite(a), potential)[0], bracket=(4.4, 4.7), options={"xtol": 1e-6}
    )
    found = minimise(antifluorite(4.62), potential, tmp_path, find_lammps(), SETTINGS, relaxed="isotropic")
    cell = found.atoms.cell.array
    assert np.diag(cell) == pytest.approx(cell[0, 0])
    assert np.abs(cell - np.diag(np.diag(cell))).max() == 0.0
    # 500 bar against a bulk modulus above 50 GPa: a third of a thousandth in length
    assert cell[0, 0] == pytest.approx(expected.x, rel=1e-3)
    assert found.energy == pytest.approx(expected.fun, abs=1e-3 * len(found.atoms))


@pytest.mark.lammps
def test_an_unconverged_minimisation_is_an_error_that_says_what_to_do(tmp_path):
    settings = MinimisationSettings(close_gaps=0, rounds=1, iterations=1)
    with pytest.raises(SimulationError, match=r"not converged after 1 rounds.*allow more rounds"):
        minimise(garnet(), load_potential("softbv"), tmp_path, find_lammps(), settings)


@pytest.mark.lammps
def test_two_ions_in_one_place_are_an_error_in_the_words_of_lammps(tmp_path):
    atoms = garnet()
    atoms.positions[1] = atoms.positions[0]
    with pytest.raises(SimulationError, match=r"LAMMPS ended with status -?\d+: .*\(log: .*minimise\.log\)"):
        minimise(atoms, load_potential("softbv"), tmp_path, find_lammps())


def test_an_element_without_parameters_is_refused(tmp_path):
    with pytest.raises(SimulationError, match="no parameters for Ta"):
        minimise(Atoms("Ta", cell=[5, 5, 5], pbc=True), load_potential("softbv"), tmp_path, find_lammps())


@pytest.mark.lammps
def test_an_engine_ended_from_outside_is_known_as_such(tmp_path):
    running = start_minimisation(garnet(), load_potential("softbv"), tmp_path, find_lammps())
    running.process.end()
    assert not running.process.running
    assert running.process.was_stopped
    with pytest.raises(SimulationError, match="status -9"):
        running.result()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("force_tolerance", 0.0),
        ("force_tolerance", float("nan")),
        ("stress_tolerance", -1.0),
        ("close_gaps", -1),
        ("anneal", -1.0),
        ("anneal_temperature", 0.0),
        ("rounds", 0),
        ("iterations", 10**9),
    ],
)
def test_settings_out_of_range_name_field_value_range_and_remedy(name, value):
    with pytest.raises(ConfigError, match=rf"minimisation\.{name} = .*{value!r}.* to .*Choose"):
        MinimisationSettings(**{name: value})
