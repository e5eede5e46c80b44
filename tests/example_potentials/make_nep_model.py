"""How ``data/softbv_nep.txt`` was made: a small NEP fitted to the shipped softBV potential.

Run it as ``python tests/simulation/make_nep_model.py FOLDER`` with torchnep installed; it takes ten to
twenty minutes on one core and writes FOLDER/nep_best.txt. The seed is fixed; other versions of torch may
round otherwise.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io import write

from grainway.simulation import Protocol, RunSetup, find_lammps, load_potential
from grainway.simulation.stages.stage_input import write_data
from grainway.structure import bulk_crystal, lithium_ordering
from grainway.units import ELEMENTARY_CHARGE_C

EV_PER_A3_PER_BAR = 1e5 * 1e-30 / ELEMENTARY_CHARGE_C
TEMPERATURES = (300, 800, 1400, 2200)
SCALES = (0.97, 1.0, 1.03)
FRAMES = 4
SETTINGS = """
type 4 Li La Zr O
version 4
cutoff 5.5 4.0
n_max 4 3
basis_size 6 5
l_max 4 1
neuron 8
lambda_e 1.0
lambda_f 1.0
lambda_v 0.3
batch 4
epoch 400
lr 0.01
"""


def frames_at(temperature: float, scale: float, folder: Path) -> list[Atoms]:
    """Return frames of softBV dynamics at one temperature and size, with their energy, forces and virial."""
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    atoms.set_cell(atoms.cell * scale, scale_atoms=True)
    potential = load_potential("softbv")
    setup = RunSetup(
        atoms=atoms,
        potential=potential,
        protocol=Protocol(),
        kind="bulk",
        band=np.zeros(len(atoms), bool),
        seed=0,
    )
    write_data(setup, folder / "data")
    script = [
        "units metal",
        "atom_style charge",
        "read_data data",
        *potential.write(folder),
        f"velocity all create {2 * temperature} {round(1000 * scale) + temperature}",
        f"fix heat all nvt temp {temperature} {temperature} 0.1",
        "compute virial all pressure NULL virial",
        "thermo_style custom step pe c_virial[1] c_virial[2] c_virial[3] c_virial[4] c_virial[5] c_virial[6]",
        "thermo_modify format float %.12g norm no",
        "thermo 500",
        "dump frames all custom 500 frames x y z fx fy fz",
        "dump_modify frames sort id format float %.12g",
        f"run {500 * FRAMES}",
    ]
    (folder / "in").write_text("\n".join(script) + "\n")
    binary = find_lammps()
    subprocess.run(
        [binary.path, *potential.command_line, "-in", "in", "-log", "log", "-screen", "none"],
        cwd=folder,
        env=binary.full_environment(),
        check=True,
    )
    table = (folder / "log").read_text().split("Step ")[-1].split("Loop time")[0].splitlines()[1:]
    rows = np.array([[float(word) for word in line.split()] for line in table])
    dump = (folder / "frames").read_text().splitlines()
    found = []
    for number, (_, energy, *pressures) in enumerate(rows[1:], start=1):
        first = number * (9 + len(atoms)) + 9
        values = np.array([line.split() for line in dump[first : first + len(atoms)]], dtype=float)
        xx, yy, zz, xy, xz, yz = np.array(pressures) * EV_PER_A3_PER_BAR * atoms.get_volume()
        frame = Atoms(atoms.symbols, values[:, :3], cell=atoms.cell, pbc=True)
        frame.arrays["forces"] = values[:, 3:]
        frame.info["energy"] = energy
        frame.info["virial"] = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        found.append(frame)
    return found


def main(folder: Path) -> None:
    """Label, and train."""
    from torchnep import train_nep

    folder.mkdir(parents=True, exist_ok=True)
    frames = [frame for t in TEMPERATURES for scale in SCALES for frame in frames_at(t, scale, folder)]
    write(folder / "train.xyz", frames, format="extxyz")
    (folder / "nep.in").write_text(SETTINGS)
    train_nep(
        str(folder / "nep.in"),
        str(folder / "train.xyz"),
        output_dir=str(folder),
        device="cpu",
        run_seed=1,
        print_interval=20,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
