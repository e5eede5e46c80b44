"""Structures at 0 K: minimised in LAMMPS, with the cell's third vector or size relaxed to zero stress.

One process per structure: it starts in 0.1 s where a boundary takes seconds, and a crash stays its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from ase import Atoms

from grainway.errors import SimulationError
from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.simulation.lammps.lammps_output import read_binary_dump
from grainway.simulation.lammps.lammps_process import LammpsProcess, start_lammps
from grainway.simulation.minimise.minimisation_script import (
    REPORT,
    MinimisationSettings,
    Relaxed,
    minimisation_script,
)
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.stages.protocol import Protocol
from grainway.simulation.stages.stage_input import RunSetup, write_data

_NUMBER = r"(\S+)"
_MINIMUM = re.compile(rf"^{REPORT} energy {_NUMBER} force {_NUMBER} stress (.*)$", re.MULTILINE)
_NOT_REACHED = re.compile(rf"^{REPORT} not reached: (.*)$", re.MULTILINE)
_COUNTS = re.compile(r"Iterations, force evaluations = (\d+) (\d+)")


@dataclass(frozen=True, kw_only=True, eq=False)
class Minimised:
    """A structure at rest.

    Attributes:
        energy: potential energy of the cell, eV.
        atoms: relaxed, unwrapped, in the order and with the arrays of the start.
        n_steps: iterations of all rounds.
        n_evaluations: evaluations of the forces.
        max_force: largest component of a force, eV/Å.
        stress: largest along what was relaxed, bar.
    """

    energy: float
    atoms: Atoms
    n_steps: int
    n_evaluations: int
    max_force: float
    stress: float


@dataclass(frozen=True, eq=False)
class Minimisation:
    """A minimisation that runs in its own process.

    Attributes:
        process: LAMMPS.
        start: what it began from.
        settings: tolerances.
    """

    process: LammpsProcess
    start: Atoms
    settings: MinimisationSettings

    def result(self) -> Minimised:
        """Return the minimum, after waiting for it.

        Raises:
            SimulationError: when LAMMPS failed or the tolerances were not reached.
        """
        self.process.wait()
        name = self.process.name
        if failure := self.process.failure():
            raise SimulationError(f"minimisation {name}: {failure}")
        text = self.process.log.read_text(encoding="utf-8", errors="replace")
        if stopped := _NOT_REACHED.search(text):
            asked = self.settings
            spent = f"{asked.rounds} rounds of {asked.iterations} iterations"
            wanted = f"{asked.stress_tolerance:g} bar and {asked.force_tolerance:g} eV/Å were asked for"
            raise SimulationError(
                f"minimisation {name}: not converged after {spent} ({stopped.group(1)}; {wanted}); "
                "allow more rounds or iterations, or raise a tolerance"
            )
        found = _MINIMUM.search(text)
        if found is None or "Total wall time" not in text:
            raise SimulationError(f"minimisation {name}: LAMMPS ended before the last command of its script")
        energy, force = float(found[1]), float(found[2])
        stress = max(abs(float(value)) for value in found[3].split())
        dump = read_binary_dump(self.process.folder / f"{name}.minimum.bin")
        positions = dump.values[-1][:, 2:5]
        if not (np.isfinite([energy, stress, force]).all() and np.isfinite(positions).all()):
            raise SimulationError(f"minimisation {name}: energy, stress or a position is not a number")
        if force > self.settings.force_tolerance or stress > self.settings.stress_tolerance:
            raise SimulationError(
                f"minimisation {name}: "
                f"ended with a force of {force:g} eV/Å and a stress of {stress:g} bar, above its tolerances"
            )
        atoms = self.start.copy()
        atoms.set_cell(dump.cells[-1])
        atoms.positions = positions
        counts = np.array(_COUNTS.findall(text), dtype=np.int64).sum(axis=0)
        return Minimised(
            energy=energy,
            atoms=atoms,
            n_steps=int(counts[0]),
            n_evaluations=int(counts[1]),
            max_force=force,
            stress=stress,
        )


def start_minimisation(
    atoms: Atoms,
    potential: Potential,
    folder: Path,
    binary: LammpsBinary,
    settings: MinimisationSettings | None = None,
    relaxed: Relaxed = "stacking",
    name: str = "minimise",
) -> Minimisation:
    """Start to minimise a structure and return at once.

    Args:
        atoms: cell rows lower triangular.
        potential: the interatomic potential.
        folder: for the files of this minimisation; one at a time works in it.
        binary: LAMMPS.
        settings: tolerances.
        relaxed: ``"stacking"`` relaxes the cell's third vector, ``"isotropic"`` its size,
            ``"axes"`` its three lengths.
        name: stem of the files.

    Raises:
        SimulationError: when the potential lacks an element or the cell is not lower triangular.
    """
    settings = settings or MinimisationSettings()
    setup = RunSetup(
        atoms=atoms,
        potential=potential,
        protocol=Protocol(),
        kind="bulk",
        band=np.zeros(len(atoms), dtype=bool),
        seed=0,
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_data(setup, folder / f"{name}.data")
    script = minimisation_script(
        f"{name}.data", f"{name}.minimum.bin", potential.write(folder), potential.timestep, settings, relaxed
    )
    (folder / f"{name}.minimum.bin").unlink(missing_ok=True)
    return Minimisation(
        start_lammps(binary, potential.arguments(binary), script, folder, name), atoms.copy(), settings
    )


def minimise(
    atoms: Atoms,
    potential: Potential,
    folder: Path,
    binary: LammpsBinary,
    settings: MinimisationSettings | None = None,
    relaxed: Relaxed = "stacking",
) -> Minimised:
    """Minimise a structure; arguments, result and errors as :func:`start_minimisation` and its result."""
    return start_minimisation(atoms, potential, folder, binary, settings, relaxed).result()
