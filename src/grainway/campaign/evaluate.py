"""One evaluation: build, simulate, measure. The only place where the three stages meet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ase import Atoms

from grainway.campaign.measure import measure_boundary, measure_bulk
from grainway.campaign.trial import Trial
from grainway.domain import GrainBoundary
from grainway.errors import SimulationError
from grainway.simulation import (
    LammpsBinary,
    Progress,
    RunSetup,
    Stage,
    load_potential,
    read_production,
    run_stages,
)
from grainway.structure import (
    build_boundary,
    bulk_crystal,
    disorientation,
    lithium_ordering,
    load_garnet,
    measured_orientation,
)
from grainway.structure.boundaries import parallel_boundaries

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

BULK_REPEATS = (2, 2, 2)
INTERIOR_MARGIN_A = 2.0
"""Atoms this far outside the annealed band count as the inside of a grain."""
MISORIENTATION_TOLERANCE_DEG = 2.0
TRAJECTORY_FILES = ("*.lithium.bin", "*.frames.bin", "*.centre", "*.final.bin", "*.restart", "pair.table")


@dataclass(frozen=True, eq=False)
class Start:
    """What is simulated.

    Attributes:
        atoms: starting structure.
        boundary: the boundary it belongs to; None for bulk.
        band: atoms of the annealed band, shape (n_atoms,).
        interior: framework atoms inside the grains, shape (n_atoms,).
        grain: grain of each atom, shape (n_atoms,).
    """

    atoms: Atoms
    boundary: GrainBoundary | None
    band: BoolArray
    interior: BoolArray
    grain: npt.NDArray[np.int64]


def build_start(trial: Trial) -> Start:
    """Build the structure of a trial.

    Raises:
        StructureError: when it cannot be built.
    """
    if trial.spec is None:
        atoms = bulk_crystal(BULK_REPEATS, lithium_ordering(trial.seed))
        framework = atoms.numbers != 3
        nothing = np.zeros(len(atoms), dtype=bool)
        return Start(atoms, None, nothing, framework, atoms.arrays["grain"])
    boundary = build_boundary(trial.spec, seed=trial.seed)
    atoms = boundary.atoms
    distance = parallel_boundaries(
        boundary.boundary_positions, float(atoms.cell[2, 2]), boundary.area, max(boundary.gaps)
    ).distance(atoms.positions)
    half = trial.spec.width / 2
    interior = (atoms.numbers != 3) & (distance > half + INTERIOR_MARGIN_A)
    return Start(atoms, boundary, distance <= half, interior, atoms.arrays["grain"])


def measured_misorientation(atoms: Atoms, interior: BoolArray, grain: npt.NDArray[np.int64]) -> float:
    """Return the disorientation of the two grains, measured from their Zr atoms, degrees.

    Raises:
        StructureError: when a grain is no longer a crystal.
    """
    a = load_garnet().lattice_parameter
    zirconium = (atoms.numbers == 40) & interior
    orientations = [
        measured_orientation(atoms.positions[zirconium & (grain == number)], atoms.cell.array, a)
        for number in (0, 1)
    ]
    return disorientation(*orientations)[0]


def evaluate(
    trial: Trial,
    folder: Path,
    binary: LammpsBinary,
    on_progress: Callable[[Progress], None] | None = None,
) -> dict[str, Any]:
    """Evaluate a trial.

    Args:
        trial: its inputs.
        folder: its folder; stages finished there before are not run again.
        binary: LAMMPS.
        on_progress: called a few times per second.

    Returns:
        JSON-ready result: ``estimates`` by name, ``missing`` (name → reason), ``profile`` along z for a
        boundary, ``realised`` facts of the structure and run, ``timing`` in s.

    Raises:
        GrainwayError: when the structure cannot be built, a stage is unhealthy or the objective is not
            converged.
    """
    started = time.monotonic()
    potential = load_potential(trial.potential)
    if potential.digest != trial.potential_digest:
        raise SimulationError(
            f"the potential {trial.potential} has changed since this trial was decided; "
            "use the version of grainway that started the campaign, or start a new one"
        )
    start = build_start(trial)
    if start.boundary is not None:
        start.atoms.info["boundary_positions"] = list(start.boundary.boundary_positions)
    structure_path = folder / "start.extxyz"
    if not structure_path.exists():
        start.atoms.write(folder / "start.tmp.extxyz", format="extxyz")
        (folder / "start.tmp.extxyz").replace(structure_path)
    setup = RunSetup(
        atoms=start.atoms,
        potential=potential,
        protocol=trial.protocol,
        kind=trial.kind,
        band=start.band,
        seed=trial.seed,
    )

    def inspect(stage: Stage, positions: FloatArray, cell: FloatArray) -> None:
        if trial.spec is None or stage.kind not in ("anneal", "constant_pressure", "production"):
            return
        now = Atoms(numbers=start.atoms.numbers, positions=positions, cell=cell, pbc=True)
        angle = measured_misorientation(now, start.interior, start.grain)
        if abs(angle - trial.spec.angle_deg) > MISORIENTATION_TOLERANCE_DEG:
            raise SimulationError(
                f"stage {stage.name}: the grains are {angle:.1f} degrees apart, "
                f"{trial.spec.angle_deg:.1f} were built: the boundary has moved or the grains have turned"
            )

    finished = run_stages(setup, folder, binary, start.interior, start.grain, on_progress, inspect)
    production = [f for f in finished if f.stage.kind == "production"]
    temperature = float(np.mean([f.mean_temperature for f in production]))
    trajectories = read_production(setup, folder, temperature)
    measured = (
        measure_bulk(trajectories)
        if start.boundary is None
        else measure_boundary(trajectories, start.grain, trial.objective_width)
    )
    final = Atoms(
        numbers=start.atoms.numbers,
        positions=trajectories.frames.positions[-1],
        cell=trajectories.frames.mean_cell,
        pbc=True,
    )
    final.new_array("grain", start.grain)
    realised = _realised(trial, start, finished[-1].crystalline, temperature, final)
    realised["mean_pressure_bar"] = float(np.mean([f.mean_pressure for f in production]))
    if start.boundary is not None:
        final.info["boundary_positions"] = measured["profile"]["boundaries"]
        realised["misorientation_final_deg"] = measured_misorientation(final, start.interior, start.grain)
    final.write(folder / "final.tmp.extxyz", format="extxyz")
    (folder / "final.tmp.extxyz").replace(folder / "final.extxyz")
    lammps_s = sum(f.wall_s for f in finished)
    return {
        **measured,
        "realised": realised,
        "timing": {"lammps_s": lammps_s, "session_s": time.monotonic() - started},
    }


def remove_trajectories(folder: Path) -> None:
    """Remove the bulky files of a trial, which only a new run could make again: once its result is safe."""
    for pattern in TRAJECTORY_FILES:
        for path in folder.glob(pattern):
            path.unlink()


def _realised(
    trial: Trial, start: Start, crystalline: float, temperature: float, final: Atoms
) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "potential": trial.potential,
        "temperature_K": temperature,
        "n_atoms": len(start.atoms),
        "formula": start.atoms.get_chemical_formula(),
        "crystalline_fraction": crystalline,
        "cell_lengths_A": [float(final.cell[i, i]) for i in range(3)],
        "production_ps": trial.protocol.production,
    }
    if start.boundary is not None and trial.spec is not None:
        cell = start.atoms.cell.array
        facts |= {
            "gaps_A": list(start.boundary.gaps),
            "dipoles_e_per_A": list(start.boundary.dipoles),
            "composition_changes": start.boundary.composition_changes,
            "area_A2": float(abs(cell[0, 0] * cell[1, 1])),
            "character": trial.spec.character,
            "strain": trial.spec.strain,
            "axis": list(trial.spec.axis),
            "normal_a": list(trial.spec.normal_a),
            "normal_b": list(trial.spec.normal_b),
            "angle_deg": trial.spec.angle_deg,
            "sigma": trial.spec.sigma,
            "width_layers": trial.spec.width_layers,
            "translation": list(trial.spec.translation),
            "termination": trial.spec.termination,
            "termination_b": trial.spec.cut_b,
        }
    else:
        facts["lattice_parameter_A"] = float(final.cell[0, 0]) / BULK_REPEATS[0]
    return facts
