"""What LAMMPS computes from the written tables, against sums written out here and its own pair styles."""

from __future__ import annotations

import subprocess
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from ase import Atoms
from ase.data import atomic_masses, atomic_numbers
from ase.spacegroup import crystal

from grainway.simulation.lammps.lammps_executable import find_lammps
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.potentials.shipped_potentials import TABULATED_NAMES, load_potential

pytestmark = pytest.mark.lammps

COULOMB = 14.399645
CUT_OFF_NAMES = tuple(name for name in TABULATED_NAMES if not load_potential(name).kspace)
LONG_RANGE_NAMES = tuple(name for name in TABULATED_NAMES if load_potential(name).kspace)


class SinglePoint(NamedTuple):
    energy: float  # eV
    pressure: float  # bar
    forces: np.ndarray  # (n_atoms, 3), eV/Å


@pytest.fixture(scope="module")
def garnet() -> Atoms:
    """The ordered tetragonal garnet, Li56La24Zr16O96 (Awaka 2009)."""
    sites = [
        ("La", (0.0, 0.25, 0.125)),
        ("La", (0.127, 0.0, 0.25)),
        ("Zr", (0.0, 0.0, 0.0)),
        ("O", (-0.0335, 0.0546, 0.1528)),
        ("O", (0.0535, 0.8523, 0.5368)),
        ("O", (0.1501, 0.0278, 0.4463)),
        ("Li", (0.0, 0.25, 0.375)),
        ("Li", (0.1813, 0.4313, 0.125)),
        ("Li", (0.0796, 0.0866, 0.8099)),
    ]
    atoms = crystal(
        [element for element, _ in sites],
        [position for _, position in sites],
        spacegroup=142,
        setting=2,
        cellpar=[13.134, 13.134, 12.663, 90, 90, 90],
    )
    assert atoms.symbols.formula.count() == {"Li": 56, "La": 24, "Zr": 16, "O": 96}
    return atoms


@pytest.fixture(scope="module")
def shaken(garnet: Atoms) -> Atoms:
    atoms = garnet.copy()
    atoms.positions += np.random.default_rng(3).normal(scale=0.15, size=atoms.positions.shape)
    atoms.wrap()
    return atoms


def run_lammps(
    folder: Path, atoms: Atoms, potential: Potential, commands: str, lines: tuple[str, ...] = ()
) -> str:
    """Run commands on atoms in the potential, or in the given potential lines, and return the log."""
    types = {element: index for index, element in enumerate(potential.elements, start=1)}
    x, y, z = atoms.cell.lengths()
    data = [
        f"test\n\n{len(atoms)} atoms\n{len(types)} atom types",
        f"0 {x} xlo xhi\n0 {y} ylo yhi\n0 {z} zlo zhi\n\nMasses\n",
        *(f"{index} {atomic_masses[atomic_numbers[element]]}" for element, index in types.items()),
        "\nAtoms # charge\n",
        *(
            f"{number} {types[symbol]} {potential.charges[symbol]:.15g} {x:.15g} {y:.15g} {z:.15g}"
            for number, (symbol, (x, y, z)) in enumerate(
                zip(atoms.symbols, atoms.get_positions(wrap=True), strict=True), start=1
            )
        ),
    ]
    (folder / "atoms.data").write_text("\n".join(data) + "\n")
    written = potential.write(folder)
    header = ["units metal", "atom_style charge", "boundary p p p", "read_data atoms.data"]
    (folder / "in.lmp").write_text("\n".join([*header, *(lines or written), commands]) + "\n")
    binary = find_lammps()
    finished = subprocess.run(
        [str(binary.path), *potential.command_line, "-in", "in.lmp", "-log", "log.lammps", "-screen", "none"],
        cwd=folder,
        env=binary.full_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    log = (folder / "log.lammps").read_text()
    assert finished.returncode == 0, log[-2000:] + finished.stderr
    assert "Total wall time" in log
    return log


def thermo_rows(log: str) -> np.ndarray:
    """Return the numbers of the last thermo table of a log."""
    block = log.split("Step ")[-1].split("\n", 1)[1].split("Loop time")[0]
    return np.array([[float(word) for word in line.split()] for line in block.splitlines() if line.strip()])


def single_point(
    folder: Path, atoms: Atoms, potential: Potential, lines: tuple[str, ...] = ()
) -> SinglePoint:
    """Return what LAMMPS computes without moving an atom."""
    commands = (
        "thermo_style custom step pe press\nthermo_modify format float %.15g\n"
        "dump 1 all custom 1 forces.dump id fx fy fz\n"
        'dump_modify 1 sort id format line "%d %.15g %.15g %.15g"\nrun 0'
    )
    _, energy, pressure = thermo_rows(run_lammps(folder, atoms, potential, commands, lines))[0]
    return SinglePoint(energy, pressure, np.loadtxt(folder / "forces.dump", skiprows=9, ndmin=2)[:, 1:])


def pair_sum(atoms: Atoms, potential: Potential) -> SinglePoint:
    """Sum the analytic forms over all periodic images within their cut-offs, one image at a time."""
    forms = {frozenset((table.first, table.second)): table for table in potential.tables}
    lengths = atoms.cell.lengths()
    reach = [range(-n, n + 1) for n in np.ceil(potential.cutoff / lengths).astype(int)]
    symbols = np.array(atoms.get_chemical_symbols())
    energy, virial, forces = 0.0, 0.0, np.zeros((len(atoms), 3))
    for shift in product(*reach):
        apart = atoms.positions[:, None] - atoms.positions[None] - np.array(shift) * lengths
        distance = np.linalg.norm(apart, axis=-1)
        for pair, table in forms.items():
            kinds = sorted(pair) * (3 - len(pair))
            chosen = (symbols[:, None] == kinds[0]) & (symbols[None] == kinds[1])
            chosen |= chosen.T
            i, j = np.nonzero(chosen & (distance < table.cutoff) & (distance > 0))
            r = distance[i, j]
            pair_energy, pair_force = table.form.evaluate(r)
            energy += pair_energy.sum() / 2
            virial += (pair_force * r).sum() / 2
            np.add.at(forces, i, (pair_force / r)[:, None] * apart[i, j])
    return SinglePoint(energy, virial / (3 * atoms.get_volume()) * 1.602176634e6, forces)


def reciprocal_sum(atoms: Atoms, charges: np.ndarray, splitting: float, largest_k: float) -> SinglePoint:
    """Return the reciprocal and self part of an Ewald sum of an orthorhombic cell, term by term."""
    lengths, volume = atoms.cell.lengths(), atoms.get_volume()
    highest = np.ceil(largest_k * lengths / (2 * np.pi)).astype(int)
    integers = np.array(list(product(*(range(-n, n + 1) for n in highest))))
    k = 2 * np.pi * integers / lengths
    k2 = (k**2).sum(axis=1)
    keep = (k2 > 0) & (k2 < largest_k**2)
    k, k2 = k[keep], k2[keep]
    weight = 4 * np.pi / k2 * np.exp(-k2 / (4 * splitting**2)) / volume * COULOMB
    phase = atoms.positions @ k.T
    cosine, sine = np.cos(phase), np.sin(phase)
    structure_cos, structure_sin = charges @ cosine, charges @ sine
    terms = weight * (structure_cos**2 + structure_sin**2)
    pressure = (terms * (1 - 2 * k2 / (4 * splitting**2))).sum() / 2 / (3 * volume)
    energy = terms.sum() / 2 - COULOMB * splitting / np.sqrt(np.pi) * (charges**2).sum()
    forces = charges[:, None] * (((sine * structure_cos - cosine * structure_sin) * weight) @ k)
    return SinglePoint(energy, pressure * 1.602176634e6, forces)


@pytest.mark.parametrize("name", CUT_OFF_NAMES)
def test_garnet_agrees_with_the_sum_of_the_analytic_forms(name: str, shaken: Atoms, tmp_path: Path) -> None:
    potential = load_potential(name)
    computed, summed = single_point(tmp_path, shaken, potential), pair_sum(shaken, potential)
    difference = computed.forces - summed.forces
    # errors of linear interpolation in the table: 5e-4 of the forces, 0.2 meV per atom, 0.01 GPa
    assert np.sqrt(np.mean(difference**2)) < 5e-4 * np.sqrt(np.mean(summed.forces**2))
    assert computed.energy == pytest.approx(summed.energy, abs=2e-4 * len(shaken))
    assert computed.pressure == pytest.approx(summed.pressure, abs=100)


@pytest.mark.parametrize("name", LONG_RANGE_NAMES)
def test_long_range_garnet_agrees_with_an_ewald_sum(name: str, shaken: Atoms, tmp_path: Path) -> None:
    potential = load_potential(name)
    assert potential.long_range is not None
    computed = single_point(tmp_path, shaken, potential)
    charges = np.array([potential.charges[symbol] for symbol in shaken.symbols])
    real = pair_sum(shaken, potential)
    splitting = potential.long_range.splitting
    mesh = reciprocal_sum(shaken, charges, splitting, largest_k=8 * splitting)
    difference = computed.forces - real.forces - mesh.forces
    assert np.sqrt(np.mean(difference**2)) < 3e-3  # eV/Å
    assert computed.energy == pytest.approx(real.energy + mesh.energy, abs=5e-4 * len(shaken))
    assert computed.pressure == pytest.approx(real.pressure + mesh.pressure, abs=200)


def test_the_reciprocal_sum_of_this_file_gives_the_madelung_constant_of_rock_salt() -> None:
    salt = crystal(["Na", "Cl"], [(0, 0, 0), (0.5, 0.5, 0.5)], spacegroup=225, cellpar=[5.64] * 3 + [90] * 3)
    charges = np.where(np.array(salt.get_chemical_symbols()) == "Na", 1.0, -1.0)
    # with a splitting this strong the real-space part of the sum is below 1e-12 eV
    energy = reciprocal_sum(salt, charges, splitting=2.2, largest_k=25.0).energy
    assert -energy / 4 * 2.82 / COULOMB == pytest.approx(1.747564594633, rel=1e-7)


def born_lines(potential: Potential, style: str, extra: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the commands of LAMMPS's own Born-Mayer form with the parameters of the Buckingham set."""
    set_with_oxygen = {
        "Li": (632.1018, 0.2906, 0.0),
        "La": (4579.23, 0.3044, 0.0),
        "Zr": (1385.02, 0.35, 0.0),
        "O": (22764.3, 0.149, 27.89),
    }
    lines = [f"pair_style {style}"]
    for i, first in enumerate(potential.elements, start=1):
        for j, second in enumerate(potential.elements[i - 1 :], start=i):
            met = second if first == "O" else first
            A, rho, C = set_with_oxygen[met] if "O" in (first, second) else (0.0, 1.0, 0.0)
            lines.append(f"pair_coeff {i} {j} {A} {rho} 0.0 {C} 0.0")
    return (*lines, *extra)


def test_folded_damped_coulomb_is_the_born_coul_dsf_style(shaken: Atoms, tmp_path: Path) -> None:
    potential = load_potential("buck_core_dsf")
    own = single_point(tmp_path, shaken, potential)
    style = single_point(tmp_path, shaken, potential, born_lines(potential, "born/coul/dsf 0.25 10.0"))
    assert np.sqrt(np.mean((own.forces - style.forces) ** 2)) < 1e-3
    assert own.pressure == pytest.approx(style.pressure, abs=100)


def test_folded_real_space_coulomb_is_the_born_coul_long_style(shaken: Atoms, tmp_path: Path) -> None:
    potential = load_potential("buck_core")
    own = single_point(tmp_path, shaken, potential)
    reference = born_lines(potential, f"born/coul/long {potential.cutoff} 10.0", ("kspace_style pppm 1e-6",))
    style = single_point(tmp_path, shaken, potential, reference)
    assert np.sqrt(np.mean((own.forces - style.forces) ** 2)) < 5e-3
    assert own.energy == pytest.approx(style.energy, abs=2e-3 * len(shaken))
    assert own.pressure == pytest.approx(style.pressure, abs=500)
    assert np.abs(own.forces.sum(axis=0)).max() < 1e-6  # no drift of the whole


def test_du_teter_is_lammps_own_hybrid_of_buck_and_a_long_range_coulomb(
    shaken: Atoms, tmp_path: Path
) -> None:
    # all pairs of this configuration are beyond their junction with the inner branch; Li-O has none
    potential = load_potential("du_teter")
    buckingham = {
        "Li": (41051.938, 0.15116, 0.0),
        "La": (4369.39, 0.2786, 60.278),
        "Zr": (17943.384, 0.226627, 127.65),
        "O": (2029.2204, 0.343645, 192.58),
    }
    cutoff = potential.cutoff
    lines = [f"pair_style hybrid/overlay buck {cutoff} coul/long {cutoff}", "pair_coeff * * coul/long"]
    for i, element in enumerate(potential.elements, start=1):
        oxygen = potential.elements.index("O") + 1
        A, rho, C = buckingham[element]
        lines.append(f"pair_coeff {min(i, oxygen)} {max(i, oxygen)} buck {A} {rho} {C}")
    lines.append("kspace_style pppm 1e-6")
    own = single_point(tmp_path, shaken, potential)
    style = single_point(tmp_path, shaken, potential, tuple(lines))
    assert np.sqrt(np.mean((own.forces - style.forces) ** 2)) < 3e-3
    assert own.energy == pytest.approx(style.energy, abs=5e-4 * len(shaken))
    assert own.pressure == pytest.approx(style.pressure, abs=200)


def test_du_teter_holds_the_garnet_at_its_known_size(garnet: Atoms, tmp_path: Path) -> None:
    """The ordered tetragonal crystal keeps its shape at 300 K; its cell measures 12.97 Å (cube root)."""
    commands = (
        "velocity all create 600 7\nfix 1 all npt temp 300 300 0.1 aniso 0 0 1.0\ntimestep 0.002\n"
        "thermo 20\nthermo_style custom step lx ly lz\nrun 1500\nrun 1500"
    )
    rows = thermo_rows(run_lammps(tmp_path, garnet, load_potential("du_teter"), commands))
    a, b, c = rows[:, 1:].mean(axis=0)
    # this set makes oxides with much lithium about one per cent too large
    assert (a * b * c) ** (1 / 3) == pytest.approx(12.97, rel=0.02)
    assert a == pytest.approx(b, rel=0.005)
    assert c < a


@pytest.mark.parametrize("name", CUT_OFF_NAMES)
def test_two_atoms_follow_the_table_down_to_contact(name: str, tmp_path: Path) -> None:
    potential = load_potential(name)
    for r in (0.005, 0.02, 0.3, 0.9, 1.7, 3.1):
        pair = Atoms("LiO", positions=[(5, 5, 5), (5 + r, 5, 5)], cell=[25, 25, 25], pbc=True)
        if r < 0.01:
            with pytest.raises(AssertionError, match="inner cutoff"):
                single_point(tmp_path, pair, potential)
            continue
        table = next(table for table in potential.tables if table.keyword == "Li-O")
        _, force = table.form.evaluate(np.array([max(r, potential.grid.r_cap)]))
        computed = single_point(tmp_path, pair, potential).forces[1, 0]
        if r > potential.grid.r_cap:
            assert computed == pytest.approx(force[0], rel=0.03 if r < 1 else 1e-3)
        else:
            assert 0 < computed < 3 * force[0]


@pytest.mark.parametrize("name", TABULATED_NAMES)
def test_a_random_structure_minimises_to_a_bound_state(name: str, garnet: Atoms, tmp_path: Path) -> None:
    potential = load_potential(name)
    random = garnet.copy()
    random.positions = np.random.default_rng(11).random((len(garnet), 3)) * garnet.cell.lengths()
    commands = "min_style cg\nthermo 1000\nthermo_style custom step pe\nminimize 0 1e-3 300 3000"
    rows = thermo_rows(run_lammps(tmp_path, random, potential, commands))
    crystal_energy = single_point(tmp_path, garnet, potential).energy
    assert rows[-1, 1] < rows[0, 1]
    assert np.isfinite(rows[-1, 1])
    # bound, but no lower than the crystal: nothing fell into an unphysical hole
    assert crystal_energy < rows[-1, 1] < 0.5 * crystal_energy


@pytest.mark.parametrize("name", TABULATED_NAMES)
def test_energy_is_conserved_in_the_hot_garnet(name: str, garnet: Atoms, tmp_path: Path) -> None:
    potential = load_potential(name)
    atoms = garnet.repeat((2, 1, 1))
    commands = (
        "velocity all create 2400 7\ntimestep 0.002\nfix 1 all nvt temp 1200 1200 0.1\nrun 500\nunfix 1\n"
        "fix 1 all nve\nreset_timestep 0\nthermo 10\nthermo_style custom step etotal temp\n"
        "thermo_modify format float %.12g\nrun 1500"
    )
    step, energy, temperature = thermo_rows(run_lammps(tmp_path, atoms, potential, commands)).T
    assert temperature.mean() == pytest.approx(1200, abs=150)
    drift = np.polyfit(step / step[-1], energy, 1)[0] / len(atoms)  # eV per atom over 3 ps
    assert abs(drift) < 0.11e-3
