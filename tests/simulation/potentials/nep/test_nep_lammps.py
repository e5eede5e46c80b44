"""What LAMMPS makes of a NEP model, against the adapter alone, derivatives and conservation laws."""

import numpy as np
import pytest
from ase import units
from ase.build import make_supercell

from example_potentials.nep_example import NEP_FILE, nep, run_script, thermo_rows
from grainway.simulation import find_lammps
from grainway.simulation.minimise.minimisation import MinimisationSettings, minimise
from grainway.simulation.minimise.single_point import single_point
from grainway.structure import bulk_crystal, lithium_ordering

pytestmark = [pytest.mark.lammps, pytest.mark.mlip]

BAR_PER_EV_PER_A3 = 1e-5 / (units.Pascal)


@pytest.fixture(scope="module")
def garnet():
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    atoms.rattle(0.1, seed=5)
    return atoms


@pytest.fixture(scope="module")
def tilted(garnet):
    """A triclinic cell of the same crystal, strained, with atoms far outside of it on all sides."""
    atoms = make_supercell(garnet, [[1, 0, 0], [1, 1, 0], [-1, 1, 1]])
    atoms.set_cell(atoms.cell.standard_form()[0] * [[1.01], [0.98], [1.02]], scale_atoms=True)
    shifts = np.random.default_rng(7).integers(-2, 3, size=(len(atoms), 3))
    atoms.positions += shifts @ atoms.cell.array + [3.0, -5.0, 11.0]
    return atoms


def of_adapter(atoms):
    """Energy, forces and stress of the adapter's own calculator."""
    from nep_adapters.ase import NepAseCalculator

    copy = atoms.copy()
    copy.calc = NepAseCalculator(str(NEP_FILE))
    return copy.get_potential_energy(), copy.get_forces(), copy.get_stress(voigt=False)


@pytest.mark.parametrize("name", ["garnet", "tilted"])
def test_energy_forces_and_pressure_are_those_of_the_adapter(name, request, tmp_path):
    atoms = request.getfixturevalue(name)
    energy, forces, stress = of_adapter(atoms)
    found = single_point(atoms, nep(), tmp_path, find_lammps())
    assert found.energy == pytest.approx(energy, abs=1e-6)
    assert np.abs(found.forces - forces).max() < 1e-6
    assert found.pressure == pytest.approx(-np.trace(stress) / 3 * BAR_PER_EV_PER_A3, rel=1e-6, abs=0.01)


def test_the_order_of_the_elements_does_not_matter(garnet, tmp_path):
    found = single_point(garnet, nep(elements=("O", "Li", "Zr", "La")), tmp_path, find_lammps())
    assert found.energy == pytest.approx(of_adapter(garnet)[0], abs=1e-6)


def test_the_virial_is_the_derivative_by_the_strain(tilted, tmp_path):
    thermo = [
        "thermo_style custom step pe pxx pyy pzz pxy pxz pyz",
        "thermo_modify format float %.15g norm no",
    ]
    step = 1e-4

    def energy_and_virial(strain):
        """Of the cell and all atoms under a strain that keeps the cell vectors lower triangular."""
        atoms = tilted.copy()
        atoms.set_cell(tilted.cell.array @ (np.eye(3) + strain), scale_atoms=True)
        _, energy, *stress = thermo_rows(run_script(tmp_path, atoms, nep(), [*thermo, "run 0"])[1])[0]
        return energy, np.array(stress) * atoms.get_volume() / BAR_PER_EV_PER_A3

    _, virial = energy_and_virial(np.zeros((3, 3)))
    for number, (i, j) in enumerate(((0, 0), (1, 1), (2, 2), (1, 0), (2, 0), (2, 1))):
        strain = np.zeros((3, 3))
        strain[i, j] = step
        up, down = energy_and_virial(strain)[0], energy_and_virial(-strain)[0]
        # errors: the second order of the step, and twelve digits of a position
        assert -(up - down) / (2 * step) == pytest.approx(virial[number], abs=1e-3, rel=1e-5)


def test_a_barostat_holds_the_pressure_asked_for(garnet, tmp_path):
    """30,000 bar, to within the scatter of the mean, by the kinetic part and the virial of the model."""
    commands = [
        "velocity all create 1200 7",
        "timestep 0.002",
        "fix 1 all npt temp 600 600 0.1 iso 30000 30000 0.5",
        "thermo_style custom step press vol pe ke",
        "thermo 5",
        "run 500",
        "run 1500",
        "variable virial equal press-2*ke/vol/3*1602176.6",
        'print "virial $(v_virial:%.12g)"',
        "write_dump all custom end.dump id type x y z modify sort id format float %.12g",
    ]
    _, log = run_script(tmp_path, garnet, nep(), commands)
    rows = thermo_rows(log)
    blocks = rows[: len(rows) // 10 * 10, 1].reshape(10, -1).mean(axis=1)
    assert blocks.mean() == pytest.approx(30000, abs=4 * blocks.std() / 3)
    assert rows[:, 2].mean() < 0.99 * garnet.get_volume()
    # the adapter finds in the last configuration the virial that LAMMPS worked with
    dump = (tmp_path / "end.dump").read_text().splitlines()
    atoms = garnet.copy()
    low, high = np.array([line.split() for line in dump[5:8]], dtype=float).T
    atoms.set_cell(np.diag(high - low))
    atoms.positions = np.array([line.split()[2:] for line in dump[9:]], dtype=float) - low
    virial = float(log.split("virial ")[-1].split()[0])
    assert virial == pytest.approx(-np.trace(of_adapter(atoms)[2]) / 3 * BAR_PER_EV_PER_A3, abs=1.0)


def test_energy_is_conserved(garnet, tmp_path):
    commands = [
        "velocity all create 2400 7",
        "timestep 0.002",
        "fix 1 all nvt temp 1200 1200 0.1",
        "run 500",
        "unfix 1",
        "fix 1 all nve",
        "reset_timestep 0",
        "thermo 10",
        "thermo_style custom step etotal temp",
        "thermo_modify format float %.12g norm no",
        "run 1500",
    ]
    step, energy, temperature = thermo_rows(run_script(tmp_path, garnet, nep(), commands)[1]).T
    assert temperature.mean() == pytest.approx(1200, abs=150)
    drift = np.polyfit(step / step[-1], energy, 1)[0] / len(garnet)  # eV per atom over 3 ps
    assert abs(drift) < 0.1e-3


def test_a_structure_and_its_cell_come_to_rest(garnet, tmp_path):
    """The script of a minimisation loops and jumps."""
    atoms = garnet.copy()
    atoms.set_cell(atoms.cell * 0.99, scale_atoms=True)
    settings = MinimisationSettings(force_tolerance=0.05)
    found = minimise(atoms, nep(), tmp_path, find_lammps(), settings, "isotropic")
    energy, forces, stress = of_adapter(found.atoms)
    assert found.energy == pytest.approx(energy, abs=1e-5)
    assert np.abs(forces).max() < 0.05 + 1e-4
    assert abs(np.trace(stress) / 3 * BAR_PER_EV_PER_A3) < 501
    assert found.energy < of_adapter(garnet)[0]


def test_a_run_goes_on_from_a_restart_file_as_if_it_had_not_stopped(tilted, tmp_path):
    start = ["velocity all create 2000 7", "timestep 0.002"]
    motion = ["fix 1 all npt temp 1000 1000 0.1 iso 0 0 1.0"]
    end = ["write_dump all custom end.dump id xu yu zu modify sort id format float %.12g"]
    whole, first, second = (tmp_path / name for name in ("whole", "first", "second"))
    for folder in (whole, first, second):
        folder.mkdir()
    run_script(whole, tilted, nep(), [*start, *motion, "run 20", "run 20", *end])
    run_script(first, tilted, nep(), [*start, *motion, "run 20", f"write_restart {second}/half.restart"])
    again = ["clear", "units metal", "atom_style charge", "read_restart half.restart"]
    process, log = run_from_restart(second, again, [*motion, "run 20", *end])
    assert process.failure() is None, log
    final = [np.loadtxt(folder / "end.dump", skiprows=9) for folder in (whole, second)]
    assert np.abs(final[0] - final[1]).max() < 1e-8


def run_from_restart(folder, before, commands):
    from grainway.simulation.lammps.lammps_process import start_lammps

    potential = nep()
    script = [*before[1:], *potential.write(folder), *commands]
    process = start_lammps(find_lammps(), potential.command_line, "\n".join(script) + "\n", folder, "run")
    process.wait()
    return process, process.log.read_text()
