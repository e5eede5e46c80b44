"""Is a stage's result believable? Exit status 0 alone says nothing."""

import numpy as np

from grainway.array_types import BoolArray, FloatArray, IntArray
from grainway.errors import SimulationError
from grainway.simulation.lammps.lammps_output import Log
from grainway.simulation.stages.protocol import Stage

_LARGEST_TEMPERATURE_RATIO = 2.0
"""Of a mean over thousands of ions, whose scatter is a few per cent: only a run that blows up comes near."""

_CRYSTALLINE_DISPLACEMENT_A = 1.5
"""Half the distance between oxygen ions: beyond it an ion is nearer to another's place than to its own."""

_CRYSTALLINE_FRACTION = 0.9
"""A melt keeps far less, a crystal nearly all; a grain in between is being lost to its boundary."""


def check_log(log: Log, stage: Stage) -> None:
    """Raise unless the log shows a complete, finite run on one process.

    Raises:
        SimulationError: naming the first fault found.
    """
    if log.error is not None:
        raise SimulationError(f"stage {stage.name}: LAMMPS stopped with «{log.error}»")
    if not log.complete:
        raise SimulationError(f"stage {stage.name}: LAMMPS ended before the last command of its script")
    if log.n_ranks != 1:
        raise SimulationError(f"stage {stage.name}: LAMMPS ran on {log.n_ranks} processes instead of one")
    if len(log.rows) == 0 or not np.isfinite(log.rows).all():
        raise SimulationError(f"stage {stage.name}: temperature, pressure or energy is not a number")
    if stage.kind == "minimise":
        return
    last, wanted = round(log.rows[-1, 0]), stage.first_step + stage.steps
    if last != wanted:
        raise SimulationError(f"stage {stage.name}: stopped at step {last}, {wanted} was asked for")
    hot = max(stage.temperature, stage.band_temperature or 0.0)
    mean = float(np.mean(log.rows[len(log.rows) // 2 :, 1]))
    if mean > _LARGEST_TEMPERATURE_RATIO * hot:
        raise SimulationError(
            f"stage {stage.name}: mean temperature {mean:.0f} K where {hot:.0f} K was asked for"
        )
    if log.dangerous_builds:
        raise SimulationError(
            f"stage {stage.name}: "
            f"{log.dangerous_builds} neighbour lists were built too late, so forces are wrong"
        )


def crystalline_fraction(start: FloatArray, now: FloatArray, grain: IntArray, interior: BoolArray) -> float:
    """Return the share of interior framework atoms that kept their place in their grain.

    Grains may strain and move as a whole: for each grain the best affine map from start to now is removed.

    Args:
        start: starting positions, shape (n, 3), Å.
        now: unwrapped positions, same order, shape (n, 3), Å.
        grain: grain of each atom, shape (n,).
        interior: True for framework atoms away from the boundaries, shape (n,).

    Returns:
        Share of atoms displaced by less than 1.5 Å, half the distance between oxygen ions.
    """
    kept = 0
    for number in np.unique(grain[interior]):
        member = interior & (grain == number)
        design = np.column_stack([start[member], np.ones(member.sum())])
        coefficients = np.linalg.lstsq(design, now[member], rcond=None)[0]
        residual = np.linalg.norm(now[member] - design @ coefficients, axis=1)
        kept += int(np.sum(residual < _CRYSTALLINE_DISPLACEMENT_A))
    return kept / max(int(interior.sum()), 1)


def check_crystalline(fraction: float, stage: Stage) -> None:
    """Raise when the grains have lost their order.

    Raises:
        SimulationError: when fewer than 90 % of the interior framework atoms kept their place.
    """
    if fraction < _CRYSTALLINE_FRACTION:
        least = f"at least {_CRYSTALLINE_FRACTION:.0%} must"
        raise SimulationError(
            f"stage {stage.name}: "
            f"only {fraction:.0%} of the framework inside the grains kept its place ({least}); "
            "lower the temperature or use thicker grains"
        )
