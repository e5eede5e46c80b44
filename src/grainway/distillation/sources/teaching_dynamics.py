"""Short molecular dynamics whose snapshots a teacher is asked about.

Unlike the stages of an evaluation these runs measure nothing: they may melt a crystal, their frames are
instantaneous rather than averaged, and their temperature may fall while frames are taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

import numpy as np
from ase import Atoms

from grainway.errors import AnalysisError, ConfigError, SimulationError
from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.potentials.interatomic import Potential
from grainway.simulation.stages.protocol import Protocol
from grainway.simulation.stages.stage_input import RunSetup, write_data
from grainway.trajectories.lammps_dumps.binary_dump import read_tables

CellFreedom = Literal["fixed", "isotropic", "stacked", "axes"]
"""What zero pressure may change: nothing, the size, height and equal in-plane lengths, or all lengths."""

_THERMOSTAT_PS = 0.1
_BAROSTAT_PS = 1.0
_STEM = "snapshots"
_MINIMISE = "minimize 1e-6 5e-2 120 400"
"""Only takes the worst contacts of a freshly joined structure away; heat does the rest."""
_BAROSTAT = {
    "isotropic": f"iso 0 0 {_BAROSTAT_PS:g}",
    "stacked": f"x 0 0 {_BAROSTAT_PS:g} y 0 0 {_BAROSTAT_PS:g} z 0 0 {_BAROSTAT_PS:g} couple xy",
    "axes": f"aniso 0 0 {_BAROSTAT_PS:g}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A part of a run.

    Attributes:
        start: temperature at its beginning, K.
        end: temperature at its end, K; in between it changes linearly.
        duration: ps.
        timestep: ps.
        cell: what of the cell is free.
        interval: between snapshots, ps; 0 for none.
    """

    start: float
    end: float
    duration: float
    timestep: float
    cell: CellFreedom = "fixed"
    interval: float = 0.0

    def __post_init__(self) -> None:
        for name, low, high, unit in (
            ("start", 1.0, 6000.0, "K"),
            ("end", 1.0, 6000.0, "K"),
            ("duration", 1e-3, 1e4, "ps"),
            ("timestep", 1e-4, 4e-3, "ps"),
            ("interval", 0.0, self.duration, "ps, at most the duration"),
        ):
            value = getattr(self, name)
            if not isfinite(value) or not low <= value <= high:
                raise ConfigError.about(
                    f"phase.{name}", value, f"{low:g} to {high:g} {unit}", "Choose a value between."
                )

    @property
    def steps(self) -> int:
        """Number of time steps."""
        return round(self.duration / self.timestep)

    @property
    def stride(self) -> int:
        """Steps between snapshots, 0 for none."""
        return round(self.interval / self.timestep)

    def temperature(self, step: int) -> float:
        """Return the temperature that the thermostat asks for at a step, K."""
        return self.start + (self.end - self.start) * step / self.steps


@dataclass(frozen=True, eq=False)
class TeachingSnapshot:
    """One instant of a run.

    Attributes:
        atoms: positions wrapped into the cell of that instant.
        temperature: asked for at that instant, K.
    """

    atoms: Atoms
    temperature: float


@dataclass(frozen=True, eq=False)
class Run:
    """What a run left.

    Attributes:
        taken: snapshots in order, up to the failure where there is one.
        failure: what ended it early, in the words of LAMMPS; None when it went to its end.
    """

    taken: list[TeachingSnapshot]
    failure: str | None


def snapshots(
    atoms: Atoms,
    potential: Potential,
    phases: Sequence[Phase],
    seed: int,
    folder: Path,
    binary: LammpsBinary,
) -> list[TeachingSnapshot]:
    """Return the snapshots of :func:`run_phases`, all of them.

    Raises:
        SimulationError: when LAMMPS fails, loses an atom, or a position is not a number.
    """
    run = run_phases(atoms, potential, phases, seed, folder, binary)
    if run.failure is not None:
        raise SimulationError(run.failure)
    return run.taken


def run_phases(
    atoms: Atoms,
    potential: Potential,
    phases: Sequence[Phase],
    seed: int,
    folder: Path,
    binary: LammpsBinary,
) -> Run:
    """Run phases one after the other, after a coarse minimisation.

    Args:
        atoms: start, cell rows lower triangular.
        potential: that moves the atoms; it says nothing about the labels.
        phases: at least one.
        seed: of the velocities, above 0.
        folder: for the files of this run.
        binary: LAMMPS.

    Returns:
        The snapshots; of a run that LAMMPS could not finish, those from before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    nothing = np.zeros(len(atoms), dtype=bool)
    setup = RunSetup(atoms=atoms, potential=potential, protocol=Protocol(), kind="bulk", band=nothing, seed=0)
    write_data(setup, folder / f"{_STEM}.data")
    for stale in folder.glob(f"{_STEM}-*.bin"):
        stale.unlink()
    script = _script(potential.write(folder), phases, seed)
    engine = start_lammps(binary, potential.arguments(binary), script, folder, _STEM)
    engine.wait()
    failure = engine.failure()
    taken: list[TeachingSnapshot] = []
    try:
        for number, phase in enumerate(phases):
            if phase.stride:
                _read(folder / f"{_STEM}-{number}.bin", phase, atoms, taken)
    except (SimulationError, AnalysisError, OSError) as error:
        # of a failed run the first of what was not written is no news
        failure = failure or str(error)
    return Run(taken, failure and f"snapshots with {potential.name}: {failure}")


def _read(path: Path, phase: Phase, atoms: Atoms, taken: list[TeachingSnapshot]) -> None:
    """Add the snapshots of a dump, as far as it goes.

    Raises:
        SimulationError: atoms were lost, or a position is not a number.
        AnalysisError: the dump is cut off.
        OSError: there is none.
    """
    for header, table in read_tables(path):
        if header.step == 0:  # the last instant of the phase before
            continue
        positions = table[:, 2:5]
        if len(positions) != len(atoms) or not np.isfinite(positions).all():
            raise SimulationError("atoms were lost, or a position is not a number")
        frame = Atoms(numbers=atoms.numbers, positions=positions, cell=header.cell, pbc=True)
        frame.wrap()
        taken.append(TeachingSnapshot(frame, phase.temperature(header.step)))


def _script(potential_lines: tuple[str, ...], phases: Sequence[Phase], seed: int) -> str:
    lines = [
        "units metal",
        "atom_style charge",
        "boundary p p p",
        "box tilt large",
        f"read_data {_STEM}.data",
        *potential_lines,
        "thermo_style custom step temp press pe etotal lx ly lz",
        "thermo_modify lost error",
        "thermo 500",
        "min_style cg",
        _MINIMISE,
        f"velocity all create {phases[0].start:g} {seed} mom yes rot no dist gaussian",
    ]
    for number, phase in enumerate(phases):
        bath = f"temp {phase.start:g} {phase.end:g} {_THERMOSTAT_PS:g}"
        ensemble = f"nvt {bath}" if phase.cell == "fixed" else f"npt {bath} {_BAROSTAT[phase.cell]}"
        lines += ["reset_timestep 0", f"timestep {phase.timestep:g}", f"fix bath all {ensemble}"]
        if phase.stride:
            lines += [
                f"dump taken all custom {phase.stride} {_STEM}-{number}.bin id type xu yu zu",
                "dump_modify taken sort id",
            ]
        lines += [f"run {phase.steps}", "unfix bath", *(["undump taken"] if phase.stride else [])]
    return "\n".join(lines) + "\n"
