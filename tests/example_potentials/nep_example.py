"""A small NEP of LLZO for tests: fitted to softBV by ``simulation/make_nep_model.py``, stable to 2000 K."""

from pathlib import Path

import numpy as np

from grainway.simulation import Protocol, RunSetup, load_nep
from grainway.simulation.lammps.lammps_executable import find_lammps
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.stages.stage_input import write_data

NEP_FILE = Path(__file__).parent / "data" / "softbv_nep.txt"
CHARGES = {"Li": 1, "La": 3, "Zr": 4, "O": -2}
HEADER_LINES, ELEMENTS, NEURONS, DIMENSION = 6, 4, 8, 25


def nep(*others, **options):
    """Return the potential, with other models that watch it."""
    return load_nep([NEP_FILE, *others], formal_charges=CHARGES, **{"backend": "cpu", **options})


def scaled_model(path, factor):
    """Write a model whose forces are those of the example times a factor, and return the path."""
    lines = NEP_FILE.read_text().splitlines()
    block = NEURONS * (DIMENSION + 2)
    for element in range(ELEMENTS):
        end = HEADER_LINES + (element + 1) * block  # the weights of the output end the network of an element
        lines[end - NEURONS : end] = [f"{factor * float(line):.12e}" for line in lines[end - NEURONS : end]]
    path.write_text("\n".join(lines) + "\n")
    return path


def run_script(folder, atoms, potential, commands):
    """Run commands on atoms with the engine of the potential; return the process and its log."""
    nothing = np.zeros(len(atoms), dtype=bool)
    setup = RunSetup(atoms=atoms, potential=potential, protocol=Protocol(), kind="bulk", band=nothing, seed=0)
    write_data(setup, folder / "start.data")
    lines = [
        "units metal",
        "atom_style charge",
        "box tilt large",
        "read_data start.data",
        *potential.write(folder),
    ]
    script = "\n".join([*lines, *commands]) + "\n"
    process = start_lammps(find_lammps(), potential.command_line, script, folder, "run")
    process.wait()
    return process, process.log.read_text()


def thermo_rows(log):
    """Return the numbers of the last thermo table of a log."""
    block = log.split("Step ")[-1].split("\n", 1)[1].split("Loop time")[0]
    return np.array([[float(word) for word in line.split()] for line in block.splitlines() if line.strip()])
