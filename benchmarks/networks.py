"""Do boundaries that meet stay crystals? Connected boundaries at 1000 K.

    python benchmarks/networks.py [--duration 10] [--potential buck_core_zm] [--all]

For the orthogonal networks (4 1 0), (5 1 0) and (7 1 0) about [001], with ``--all`` also a stepped boundary
and a three-dimensional network of (4 1 0): built, minimised, then run at constant pressure, each cell
length on its own. Printed are atoms, formula units per grain, charge, shortest distance over the least
allowed one, and after the run the temperature, the share of framework atoms inside the grains that kept
their place, and how far each block's orientation, measured from the mean positions of its Zr over the
second half, is from the one asked for. Two runs go side by side.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from grainway.domain import BoundarySpec, GrainBoundary
from grainway.geometry.contact import CONTACT_SCALE
from grainway.geometry.periodic_points import periodic_images
from grainway.simulation import Protocol, RunSetup, find_lammps, load_potential
from grainway.simulation.lammps.lammps_output import read_binary_dump
from grainway.simulation.stages.stage_health import crystalline_fraction
from grainway.simulation.stages.stage_input import DATA_FILE, write_data
from grainway.structure import Catalogue, build_boundary, disorientation, load_garnet, measured_orientation
from grainway.structure.connected.connected_boundary import connect
from grainway.structure.lattice.misorientation import lab_rotation

FloatArray = npt.NDArray[np.float64]

TEMPERATURE_K = 1000.0
TIMESTEP_PS = 0.002
MARGIN_A = 6.0


def boundary(normal: tuple[int, int, int], connection: str) -> BoundarySpec:
    """Return the recipe of the symmetric tilt boundary on a plane about [001]."""
    catalogue = Catalogue(axes=((0, 0, 1),), max_strain=0.0, characters=("symmetric tilt",), max_atoms=20_000)
    entry = next(e for e in catalogue.entries if e.normal_a == normal)
    return entry.spec(connection=connection, termination=0.3, translation=(0.3, 0.1))  # type: ignore[arg-type]


def closest_over_allowed(built: GrainBoundary) -> float:
    """Return the shortest distance of any pair over the least allowed one of its elements."""
    crystal = load_garnet()
    atoms = built.atoms
    symbols = np.array(atoms.get_chemical_symbols())
    images, owner = periodic_images(atoms.positions, atoms.cell.array, 3.3)
    pairs = cKDTree(images[: len(atoms)]).sparse_distance_matrix(
        cKDTree(images), 3.3, output_type="coo_matrix"
    )
    real = pairs.data > 1e-6
    first, second = symbols[pairs.row[real]], symbols[owner[pairs.col[real]]]
    scale = np.where((first == "Li") | (second == "Li"), 1.0, CONTACT_SCALE)
    limits = np.array([crystal.limit(a, b) for a, b in zip(first, second, strict=True)])
    return float((pairs.data[real] / (limits * scale)).min())


def script(setup: RunSetup, folder: Path, steps: int) -> str:
    """Return the LAMMPS script: minimise, then constant pressure with every length on its own."""
    return "\n".join(
        [
            "units metal",
            "atom_style charge",
            f"read_data {DATA_FILE}",
            *setup.potential.write(folder),
            "thermo_style custom step temp press pe etotal lx ly lz",
            "thermo_modify lost error",
            "thermo 100",
            "min_style cg",
            "minimize 1e-8 1e-3 300 100000",
            "reset_timestep 0",
            f"velocity all create {TEMPERATURE_K} 4711 mom yes rot no dist gaussian",
            f"timestep {TIMESTEP_PS}",
            f"fix barostat all npt temp {TEMPERATURE_K} {TEMPERATURE_K} 0.1 "
            "x 1 1 1.0 y 1 1 1.0 z 1 1 1.0 couple none",
            "compute place all property/atom xu yu zu",
            f"fix mean all ave/atom 10 {steps // 20} {steps} c_place[1] c_place[2] c_place[3]",
            f"dump mean all custom {steps} mean.bin f_mean[1] f_mean[2] f_mean[3]",
            "dump_modify mean sort id",
            f"fix heat all ave/time 10 {steps // 20} {steps} c_thermo_temp c_thermo_press file averages.txt",
            f"run {steps}",
            "write_dump all custom final.bin id type xu yu zu modify sort id",
        ]
    )


def run(name: str, spec: BoundarySpec, potential: str, duration: float, folder: Path) -> str:
    """Build and run one cell; return its line of the table."""
    crystal = load_garnet()
    built, frame = build_boundary(spec, seed=1), connect(spec, crystal)
    atoms = built.atoms
    symbols = np.array(atoms.get_chemical_symbols())
    framework = symbols != "Li"
    grain = atoms.arrays["grain"]
    counts = [[int(((symbols == e) & (grain == g)).sum()) for e in ("La", "Zr", "O")] for g in (0, 1)]
    charge = sum(crystal.formal_charges[s] for s in symbols)
    steps = 100 * round(duration / TIMESTEP_PS / 100)
    setup = RunSetup(
        atoms=atoms,
        potential=load_potential(potential),
        protocol=Protocol(),
        kind="boundary",
        band=np.zeros(len(atoms), dtype=bool),
        seed=1,
    )
    write_data(setup, folder / DATA_FILE)
    (folder / "in").write_text(script(setup, folder, steps), encoding="utf-8")
    binary = find_lammps()
    command = [str(binary.path), *setup.potential.command_line, "-in", "in", "-screen", "none"]
    subprocess.run(command, cwd=folder, env=binary.full_environment(), check=True)
    final, mean = (read_binary_dump(folder / f"{stem}.bin") for stem in ("final", "mean"))
    inside = framework & (frame.boundaries.distance(atoms.positions) > MARGIN_A + frame.boundaries.gap / 2)
    body = frame.body_at(atoms.positions)
    kept = crystalline_fraction(atoms.positions, final.values[-1][:, 2:5], body, inside)
    turned = []
    for number in np.unique(body):
        member = inside & (body == number) & (symbols == "Zr")
        normal = (spec.normal_a, spec.normal_b)[int(np.bitwise_count(number)) % 2]
        orientation = measured_orientation(
            mean.values[-1][member], final.cells[-1], crystal.lattice_parameter
        )
        turned.append(disorientation(orientation, lab_rotation(spec.axis, normal))[0])
    temperature, pressure = np.loadtxt(folder / "averages.txt", ndmin=2)[-1, 1:3]
    lengths = np.diag(final.cells[-1]) / np.diag(atoms.cell.array) - 1
    units = "+".join("/".join(map(str, c)) for c in counts)
    return (
        f"{name:22s} {len(atoms):6d}  {units:31s} {charge:+d}  {closest_over_allowed(built):.3f}  "
        f"{temperature:5.0f} K {pressure / 1e4:+5.2f} GPa  {kept:7.2%}  {max(turned):.2f} deg  "
        f"{', '.join(f'{100 * x:+.1f} %' for x in lengths)}  "
        f"out: {built.composition_changes or 'nothing'}"
    )


def main() -> None:
    """Run all cells and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--duration", type=float, default=10.0, help="ps")
    parser.add_argument("--potential", default="buck_core_zm")
    parser.add_argument("--all", action="store_true", help="also a stepped boundary and a 3D network")
    options = parser.parse_args()
    cells = [(normal, "orthogonal") for normal in ((7, 1, 0), (5, 1, 0), (4, 1, 0))]
    if options.all:
        cells = [((4, 1, 0), "network"), *cells, ((5, 1, 0), "stepped")]
    print(
        "boundary                atoms  La/Zr/O per grain          charge  closest  temperature, pressure  "
        "kept place  turned  cell lengths"
    )
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:
        futures = []
        for normal, connection in cells:
            name = f"({' '.join(map(str, normal))}) {connection}"
            folder = Path(scratch) / name.replace(" ", "_")
            folder.mkdir()
            futures.append(
                pool.submit(
                    run, name, boundary(normal, connection), options.potential, options.duration, folder
                )
            )
        for future in futures:
            print(future.result(), flush=True)


if __name__ == "__main__":
    main()
