"""One evaluation: build, simulate, measure. The only place where the three stages meet."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ase import Atoms

from grainway.campaign.evaluation.campaign_measures import boundary_heights
from grainway.campaign.evaluation.grain_rotation import has_turned, measured_misorientation
from grainway.campaign.evaluation.production_length import further_segments, reached_error
from grainway.campaign.evaluation.rung_measurement import measure_rung, production_of
from grainway.campaign.evaluation.starting_structure import BULK_REPEATS, Start, build_start
from grainway.campaign.evaluation.temperature_ladder import (
    BOUNDARY_QUANTITIES,
    BULK_QUANTITIES,
    ladder_result,
)
from grainway.campaign.evaluation.trained_region import trained_region
from grainway.campaign.evaluation.trial import Trial
from grainway.errors import SimulationError
from grainway.simulation import (
    FinishedStage,
    LammpsBinary,
    Progress,
    RunSetup,
    Stage,
    continued_stages,
    kept_ends,
    production_at,
    run_stages,
)

FloatArray = npt.NDArray[np.float64]

TRAJECTORY_FILES = (
    "*.lithium.bin",
    "*.frames.bin",
    "*.centre",
    "*.final.bin",
    "pair.table",
    "nep-*.txt",
)


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
        boundary, ``realised`` facts of the structure and run, ``timing`` in s. On a ladder the estimates are
        those at the first target temperature, and ``ladder`` holds every rung and fit.

    Raises:
        GrainwayError: when the structure cannot be built, a stage is unhealthy or the objective is not
            converged.
    """
    started = time.monotonic()
    potential = trial.load_potential(folder)
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
        if has_turned(angle, trial.spec.angle_deg):
            raise SimulationError(
                f"stage {stage.name}: the grains are {angle.value:.1f} ± {angle.standard_error:.1f} degrees "
                f"apart, {trial.spec.angle_deg:.1f} were built: "
                "the boundary has moved or the grains have turned"
            )

    def lengthen(segments: Sequence[FinishedStage]) -> int:
        production = production_of(setup, folder, segments)
        grain = None if start.boundary is None else start.grain
        reached = reached_error(production, grain, trial.objective_width)
        return further_segments(trial.protocol, reached, len(segments))

    stages = None
    if trial.continues:
        before = trial.continued_folder
        ends = kept_ends(trial.protocol, folder / before)
        if not ends:
            raise SimulationError(
                f"the final state of the run that was to go on is no longer in {before}; the campaign leaves "
                "that run as it is"
            )
        stages = continued_stages(trial.protocol, ends, before)
    open_ended = trial.protocol.wanted_standard_error > 0
    finished = run_stages(
        setup,
        folder,
        binary,
        start.interior,
        start.grain,
        on_progress,
        inspect,
        stages,
        lengthen=lengthen if open_ended else None,
    )
    rungs = [
        measure_rung(trial, setup, start, folder, finished, temperature)
        for temperature in trial.protocol.temperatures
    ]
    coldest = production_at(finished, trial.protocol.temperatures[-1])
    frames = production_of(setup, folder, coldest).frames
    final = Atoms(
        numbers=start.atoms.numbers, positions=frames.positions[-1], cell=frames.mean_cell, pbc=True
    )
    final.new_array("grain", start.grain)
    realised = _realised(trial, start, final) | trained_region(potential, folder, finished)
    if start.boundary is not None:
        final.info["boundary_positions"] = list(boundary_heights(frames, start.grain))
        turned = measured_misorientation(final, start.interior, start.grain)
        realised["misorientation_final_deg"] = turned.value
        realised["misorientation_final_standard_error_deg"] = turned.standard_error
    final.write(folder / "final.tmp.extxyz", format="extxyz")
    (folder / "final.tmp.extxyz").replace(folder / "final.extxyz")
    lammps_s = sum(f.wall_s for f in finished)
    timing = {"lammps_s": lammps_s, "session_s": time.monotonic() - started}
    if trial.fidelity == "ladder":
        names = BULK_QUANTITIES if start.boundary is None else BOUNDARY_QUANTITIES
        result = ladder_result(rungs, names, trial.target_temperatures)
        realised["production_ps"] = sum(rung.realised["production_ps"] for rung in rungs)
    else:
        (rung,) = rungs
        result = rung.to_dict()
        for name in ("temperature", "mean_temperature"):
            del result[name]
        realised |= rung.realised
        if rung.profile is None:
            del result["profile"]
    return {**result, "realised": realised, "timing": timing}


def remove_trajectories(folder: Path) -> None:
    """Remove the bulky files of a trial, which only a new run could make again: once its result is safe.

    The restart files of the end of production stay: the run can go on from them.
    """
    for pattern in TRAJECTORY_FILES:
        for path in folder.glob(pattern):
            path.unlink()


def _realised(trial: Trial, start: Start, final: Atoms) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "potential": trial.potential,
        "fidelity": trial.fidelity,
        "n_atoms": len(start.atoms),
        "formula": start.atoms.get_chemical_formula(),
        "cell_lengths_A": [float(final.cell[i, i]) for i in range(3)],
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
        facts["lattice_parameter_A"] = float(np.mean(final.cell.lengths() / BULK_REPEATS))
    return facts
