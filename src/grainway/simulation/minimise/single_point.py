"""Energy, pressure and forces of one configuration as LAMMPS computes them, without moving an atom."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ase import Atoms

from grainway.errors import SimulationError
from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.simulation.lammps.lammps_output import read_binary_dump, read_log
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.stages.protocol import Protocol
from grainway.simulation.stages.stage_input import RunSetup, write_data

_NAME = "single-point"


@dataclass(frozen=True, kw_only=True, eq=False)
class SinglePoint:
    """What LAMMPS computes for a configuration.

    Attributes:
        energy: potential energy of the cell, eV.
        pressure: without the kinetic part, bar.
        forces: in the order of the atoms, shape (n_atoms, 3), eV/Å.
    """

    energy: float
    pressure: float
    forces: npt.NDArray[np.float64]


def single_point(atoms: Atoms, potential: Potential, folder: Path, binary: LammpsBinary) -> SinglePoint:
    """Compute energy, pressure and forces.

    Args:
        atoms: cell rows lower triangular.
        potential: the interatomic potential.
        folder: for the files.
        binary: LAMMPS.

    Raises:
        SimulationError: when the potential lacks an element, LAMMPS fails (with its own words), or a result
            is not a finite number.
    """
    nothing = np.zeros(len(atoms), dtype=bool)
    setup = RunSetup(atoms=atoms, potential=potential, protocol=Protocol(), kind="bulk", band=nothing, seed=0)
    folder.mkdir(parents=True, exist_ok=True)
    write_data(setup, folder / f"{_NAME}.data")
    script = [
        "units metal",
        "atom_style charge",
        "boundary p p p",
        "box tilt large",
        f"read_data {_NAME}.data",
        *potential.write(folder),
        "thermo_style custom step temp press pe etotal lx ly lz",
        "thermo_modify line yaml norm no format float %.15g",
        "run 0",
        f"write_dump all custom {_NAME}.forces.bin id fx fy fz modify sort id",
        'print "grainway: stage complete"',
    ]
    engine = start_lammps(binary, potential.arguments(binary), "\n".join(script) + "\n", folder, _NAME)
    engine.wait()
    if failure := engine.failure():
        raise SimulationError(f"potential {potential.name}: {failure}")
    log = read_log(engine.log)
    if log.error is not None or not log.complete or len(log.rows) == 0:
        raise SimulationError(f"potential {potential.name}: LAMMPS did not finish: {log.error or engine.log}")
    forces = read_binary_dump(folder / f"{_NAME}.forces.bin").values[-1][:, 1:4]
    pressure, energy = float(log.rows[-1, 2]), float(log.rows[-1, 3])
    if not (np.isfinite([pressure, energy]).all() and np.isfinite(forces).all()):
        raise SimulationError(
            f"potential {potential.name}: energy {energy}, pressure {pressure} or a force is not finite"
        )
    return SinglePoint(energy=energy, pressure=pressure, forces=forces)
