"""One evaluation: build, simulate as long as it takes, measure, conclude. Only here the stages meet."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ase import Atoms

from grainway.analysis import gb_resistivity, nernst_einstein_conductivity, resistivity_profile
from grainway.array_types import FloatArray
from grainway.campaign.evaluation.campaign_measures import boundary_heights
from grainway.campaign.evaluation.evaluation_result import EvaluationResult, ladder_result, measured_result
from grainway.campaign.evaluation.grain_rotation import has_turned, measured_misorientation
from grainway.campaign.evaluation.realised_facts import structure_facts, trained_region
from grainway.campaign.evaluation.rung_measurement import ProductionDumps, measure_rung
from grainway.campaign.evaluation.starting_structure import Start, build_start
from grainway.campaign.evaluation.temperature_ladder import (
    BOUNDARY_QUANTITIES,
    BULK_QUANTITIES,
    Ladder,
    Rung,
)
from grainway.campaign.evaluation.trial import Trial
from grainway.errors import AnalysisError, SimulationError
from grainway.simulation import (
    FinishedStage,
    LammpsBinary,
    Production,
    Progress,
    Protocol,
    RunSetup,
    Stage,
    continued_stages,
    kept_ends,
    production_at,
    run_stages,
)

TRAJECTORY_FILES = (
    "*.lithium.bin",
    "*.frames.bin",
    "*.centre",
    "*.final.bin",
    "pair.table",
    "nep-*.txt",
    "ionic.json",
)
_WATCHED = ("anneal", "constant_pressure", "production")
"""Stages after which the grains must still stand as they were built."""


def evaluate(
    trial: Trial,
    folder: Path,
    binary: LammpsBinary,
    on_progress: Callable[[Progress], None] | None = None,
) -> EvaluationResult:
    """Evaluate a trial.

    Args:
        trial: its inputs.
        folder: its folder; stages finished there before are not run again.
        binary: LAMMPS.
        on_progress: called a few times per second.

    Raises:
        GrainwayError: when the structure cannot be built, a stage is unhealthy or the objective is not
            converged.
    """
    started = time.monotonic()
    run = _build(trial, folder)
    finished = _simulate(run, binary, on_progress)
    rungs = [measure_rung(trial, run.start, run.dumps, finished, t) for t in trial.protocol.temperatures]
    return _conclude(run, finished, rungs, started)


def remove_trajectories(folder: Path) -> None:
    """Remove the bulky files of a trial, which only a new run could make again: once its result is safe.

    The restart files of the end of production stay: the run can go on from them.
    """
    for pattern in TRAJECTORY_FILES:
        for path in folder.glob(pattern):
            path.unlink()


@dataclass(frozen=True, eq=False)
class _Run:
    """A trial with what it is run from and reads its production by."""

    trial: Trial
    folder: Path
    start: Start
    setup: RunSetup
    dumps: ProductionDumps


def _build(trial: Trial, folder: Path) -> _Run:
    """Build the structure, keep it, and set the run up."""
    potential = trial.load_potential(folder)
    start = build_start(trial)
    if start.boundary is not None:
        start.atoms.info["boundary_positions"] = list(start.boundary.boundary_positions)
    if not (folder / "start.extxyz").exists():
        _write_structure(start.atoms, folder, "start")
    setup = RunSetup(
        atoms=start.atoms,
        potential=potential,
        protocol=trial.protocol,
        kind=trial.kind,
        band=start.band,
        seed=trial.seed,
    )
    return _Run(trial, folder, start, setup, ProductionDumps(setup, folder))


def _simulate(
    run: _Run, binary: LammpsBinary, on_progress: Callable[[Progress], None] | None
) -> list[FinishedStage]:
    """Run all stages, or those that go on with an earlier run, production as long as it takes."""
    start = run.start

    def inspect(stage: Stage, positions: FloatArray, cell: FloatArray) -> None:
        if stage.kind in _WATCHED:
            now = Atoms(numbers=start.atoms.numbers, positions=positions, cell=cell, pbc=True)
            _refuse_turned(run, stage, now)

    def lengthen(segments: Sequence[FinishedStage]) -> int:
        grain = None if start.boundary is None else start.grain
        reached = reached_error(run.dumps.read(segments), grain, run.trial.objective_width)
        return further_segments(run.trial.protocol, reached, len(segments))

    return run_stages(
        run.setup,
        run.folder,
        binary,
        start.interior,
        start.grain,
        on_progress,
        inspect,
        _continued(run) if run.trial.continues else None,
        lengthen=lengthen if run.trial.protocol.wanted_standard_error > 0 else None,
    )


def _continued(run: _Run) -> tuple[Stage, ...]:
    """Return the stages that go on with the run of an earlier trial."""
    before, protocol = run.trial.continued_folder, run.trial.protocol
    ends = kept_ends(protocol, run.folder / before)
    if not ends:
        raise SimulationError(
            f"the final state of the run that was to go on is no longer in {before}; "
            "the campaign leaves that run as it is"
        )
    return continued_stages(protocol, ends, before)


def _refuse_turned(run: _Run, stage: Stage, now: Atoms) -> None:
    """Refuse a run whose grains no longer have the misorientation that was built."""
    if run.trial.spec is None:
        return
    angle = measured_misorientation(now, run.start.interior, run.start.grain)
    built = run.trial.spec.angle_deg
    if has_turned(angle, built):
        raise SimulationError(
            f"stage {stage.name}: the grains are {angle.value:.1f} ± {angle.standard_error:.1f} degrees "
            f"apart, {built:.1f} were built: the boundary has moved or the grains have turned"
        )


def _conclude(
    run: _Run, finished: Sequence[FinishedStage], rungs: Sequence[Rung], started: float
) -> EvaluationResult:
    """Keep the final structure and say what follows from the measurements."""
    trial, start = run.trial, run.start
    frames = run.dumps.read(production_at(finished, trial.protocol.temperatures[-1])).frames
    final = Atoms(
        numbers=start.atoms.numbers, positions=frames.positions[-1], cell=frames.mean_cell, pbc=True
    )
    final.new_array("grain", start.grain)
    realised = structure_facts(trial, start, final)
    realised |= trained_region(run.setup.potential, run.folder, finished)
    if start.boundary is not None:
        final.info["boundary_positions"] = list(boundary_heights(frames, start.grain))
        turned = measured_misorientation(final, start.interior, start.grain)
        realised["misorientation_final_deg"] = turned.value
        realised["misorientation_final_standard_error_deg"] = turned.standard_error
    _write_structure(final, run.folder, "final")
    timing = {"lammps_s": sum(f.wall_s for f in finished), "session_s": time.monotonic() - started}
    if trial.fidelity != "ladder":
        (rung,) = rungs
        return measured_result(rung, realised, timing)
    realised["production_ps"] = sum(rung.realised["production_ps"] for rung in rungs)
    quantities = BULK_QUANTITIES if start.boundary is None else BOUNDARY_QUANTITIES
    return ladder_result(Ladder(tuple(rungs), quantities, trial.target_temperatures), realised, timing)


def _write_structure(atoms: Atoms, folder: Path, name: str) -> None:
    """Write a structure whole or not at all."""
    atoms.write(folder / f"{name}.tmp.extxyz", format="extxyz")
    (folder / f"{name}.tmp.extxyz").replace(folder / f"{name}.extxyz")


_MOST_GROWTH = 2.0
"""An error of a short run is itself uncertain, so no batch more than doubles the run before the next look."""


def reached_error(production: Production, grain: npt.NDArray[np.int64] | None, width: float) -> float:
    """Return the standard error of log10 of the resistivity that decides, decades.

    Args:
        production: what there is so far.
        grain: grain of each atom of a boundary cell, for ρ_gb; None for the Nernst-Einstein resistivity of
            bulk.
        width: δ, Å.

    Returns:
        The error; infinite while the run gives a limit or nothing.
    """
    try:
        if grain is None:
            estimate = nernst_einstein_conductivity(production.lithium)
        else:
            heights = boundary_heights(production.frames, grain)
            estimate = gb_resistivity(resistivity_profile(production.lithium), heights, width)
    except AnalysisError:
        return math.inf
    return estimate.log10_error


def further_segments(protocol: Protocol, reached: float, n_segments: int) -> int:
    """Return how many segments to run before looking again, 0 for enough or the cap.

    Variances fall with time, so a run of t needs t (reached/wanted)²; a batch aims at that.

    Args:
        protocol: wanted error and cap.
        reached: standard error so far, decades; infinite where there is none yet.
        n_segments: segments run so far.
    """
    most = max(1, math.floor(protocol.production_max / protocol.production_segment + 1e-9))
    if reached <= protocol.wanted_standard_error or n_segments >= most:
        return 0
    ratio = min((reached / protocol.wanted_standard_error) ** 2, _MOST_GROWTH)
    return max(1, min(math.ceil(n_segments * ratio), most) - n_segments)
