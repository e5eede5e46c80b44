"""Production output as trajectories."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grainway.array_types import FloatArray
from grainway.domain import Trajectory
from grainway.errors import SimulationError
from grainway.simulation.lammps.lammps_output import THERMO_COLUMNS, read_averages, read_binary_dump, read_log
from grainway.simulation.stages.protocol import Stage, plan_stages
from grainway.simulation.stages.stage_input import RunSetup


@dataclass(frozen=True, eq=False)
class Production:
    """What production left for the analysis.

    Attributes:
        lithium: lithium alone, in the framework's frame, every sample interval.
        frames: all atoms, each frame averaged over the frame interval, in the same frame of reference.
    """

    lithium: Trajectory
    frames: Trajectory


def read_potential_energy(folder: Path, segments: Sequence[Stage]) -> FloatArray:
    """Read the potential energy of the cell during production from the logs.

    Returns:
        Shape (n,), eV, at equal intervals.

    Raises:
        SimulationError: when a log is missing.
    """
    column = THERMO_COLUMNS.index("potential")
    logs = [read_log(folder / f"{stage.name}.log").rows[:, column] for stage in segments]
    # a segment starts with the last row of the one before
    return np.concatenate([rows[min(number, 1) :] for number, rows in enumerate(logs)])


def read_production(
    setup: RunSetup, folder: Path, temperature: float, segments: Sequence[Stage] | None = None
) -> Production:
    """Read the segments of a finished production run at one temperature.

    The framework's charge-weighted centre, fixed at its mean height, is subtracted from every position:
    Σ q r / Σ q over the framework, with formal charges.

    Args:
        setup: of the run.
        folder: of the run.
        temperature: mean temperature measured in production, K.
        segments: of production, in order; by default those that the protocol plans at its only temperature.

    Returns:
        Both trajectories.

    Raises:
        SimulationError: when a segment is missing or frames do not follow one another.
    """
    if segments is None:
        segments = [s for s in plan_stages(setup.protocol, setup.kind) if s.kind == "production"]
    symbols = np.array(setup.atoms.get_chemical_symbols())
    formal = setup.potential.formal_charges
    charges = np.array([formal[s] for s in symbols], dtype=np.float64)
    framework_charge = charges[symbols != "Li"].sum()
    steps, lithium, centres, frame_steps, frames = [], [], [], [], []
    cell: FloatArray | None = None
    for number, stage in enumerate(segments):
        dump = read_binary_dump(folder / f"{stage.name}.lithium.bin")
        averages = read_averages(folder / f"{stage.name}.centre")
        if not np.array_equal(averages[:, 0].astype(np.int64), dump.steps):
            raise SimulationError(f"stage {stage.name}: lithium and framework were not sampled together")
        full = read_binary_dump(folder / f"{stage.name}.frames.bin")
        first = 0 if number == 0 else 1  # a segment starts with the last sample of the one before
        steps.append(dump.steps[first:])
        lithium.append(dump.values[first:])
        centres.append(averages[first:, 1:4] / framework_charge)
        # at its first step a segment has nothing averaged yet
        averaged = full.steps > stage.first_step
        frame_steps.append(full.steps[averaged])
        frames.append(full.values[averaged])
        cell = dump.cells[0]
    assert cell is not None  # noqa: S101 a plan has one production segment or more
    timestep = setup.protocol.timestep
    centre = np.concatenate(centres)
    drift = centre - centre.mean(axis=0)
    frame_positions = np.concatenate(frames)
    framework = symbols != "Li"
    frame_centre = (
        np.einsum("fni,n->fi", frame_positions[:, framework], charges[framework]) / framework_charge
    )
    all_steps = np.concatenate(steps)
    return Production(
        lithium=Trajectory(
            positions=np.concatenate(lithium) - drift[:, None, :],
            cell=cell,
            species=tuple(symbols[~framework]),
            charges=charges[~framework],
            times=np.asarray(all_steps * timestep, dtype=np.float64),
            temperature=temperature,
        ),
        frames=Trajectory(
            positions=frame_positions - (frame_centre - centre.mean(axis=0))[:, None, :],
            cell=cell,
            species=tuple(symbols),
            charges=charges,
            times=np.asarray(np.concatenate(frame_steps) * timestep, dtype=np.float64),
            temperature=temperature,
        ),
    )
