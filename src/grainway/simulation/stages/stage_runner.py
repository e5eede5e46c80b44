"""Runs the stages of one evaluation in LAMMPS, one process per stage, and keeps what is finished.

A stage is finished when its ``.done.json`` exists: that file is written last and renamed into place. After
an interruption finished stages are skipped and the interrupted one starts again from the restart file before
it, which gives the same numbers as an uninterrupted run: every stage starts from a restart file in any case.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grainway.array_types import FloatArray
from grainway.errors import SimulationError
from grainway.simulation.lammps.lammps_executable import LammpsBinary
from grainway.simulation.lammps.lammps_output import (
    THERMO_COLUMNS,
    parse_thermo_row,
    read_averages,
    read_binary_dump,
    read_log,
)
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.stages.finished_stage import FinishedStage, load_finished, save_finished
from grainway.simulation.stages.protocol import Stage, plan_stages, production_segment
from grainway.simulation.stages.stage_health import check_crystalline, check_log, crystalline_fraction
from grainway.simulation.stages.stage_input import DATA_FILE, RunSetup, stage_input, write_data

_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a running evaluation is.

    Attributes:
        stage: name of the stage.
        done_ps: simulated in all stages, ps.
        total_ps: to be simulated in all, ps.
        seconds_left: estimated from the steps per second of this session; None before the first.
    """

    stage: str
    done_ps: float
    total_ps: float
    seconds_left: float | None


def run_stages(
    setup: RunSetup,
    folder: Path,
    binary: LammpsBinary,
    interior: npt.NDArray[np.bool_],
    grain: npt.NDArray[np.int64],
    on_progress: Callable[[Progress], None] | None = None,
    inspect: Callable[[Stage, FloatArray, FloatArray], None] | None = None,
    stages: Sequence[Stage] | None = None,
    lengthen: Callable[[Sequence[FinishedStage]], int] | None = None,
) -> list[FinishedStage]:
    """Run what is not yet finished of an evaluation's stages.

    The restart file at the end of production at each temperature is left.

    Args:
        setup: structure, potential, protocol and seed.
        folder: the evaluation's own folder; existing results of the same setup in it are kept.
        binary: LAMMPS.
        interior: framework atoms whose place is watched, shape (n_atoms,).
        grain: grain of each atom, shape (n_atoms,).
        on_progress: called a few times per second of wall time.
        inspect: called after each new stage with its final positions (n_atoms, 3), Å, and cell; may raise
            SimulationError to end the evaluation early.
        stages: the first ones of the plan, or those that go on with an earlier run; by default the plan.
        lengthen: called with the finished production of one temperature whenever as many segments as were
            planned are there; returns how many more to run, 0 for enough. It must depend on the files of
            these segments alone, so that a resumed evaluation takes the same decisions.

    Returns:
        One record per stage, in order.

    Raises:
        SimulationError: when LAMMPS fails or a stage is unhealthy.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ahead = list(plan_stages(setup.protocol, setup.kind) if stages is None else stages)
    potential_lines = setup.potential.write(folder)
    if not (folder / DATA_FILE).exists():
        write_data(setup, folder / "start.tmp")
        (folder / "start.tmp").replace(folder / DATA_FILE)
    done: list[FinishedStage] = []
    clock = _Clock(time.monotonic())
    mean_cell: tuple[float, float, float] | None = None
    previous: Stage | None = None
    while ahead:
        stage = ahead.pop(0)
        finished = load_finished(folder, stage)
        if finished is None:
            report = _reporter(stage, ahead, done, clock, on_progress)
            before = stage.starts_from or (None if previous is None else previous.name)
            script = stage_input(setup, stage, potential_lines, before, mean_cell)
            finished = _run_stage(setup, stage, script, folder, binary, interior, grain, report, inspect)
            clock.steps += stage.steps
        done.append(finished)
        mean_cell = finished.mean_cell or mean_cell
        if previous is not None and not _is_end(previous, stage):
            (folder / f"{previous.name}.restart").unlink(missing_ok=True)
        previous = stage
        last_planned = stage.kind == "production" and not (ahead and ahead[0].kind == "production")
        if lengthen is not None and last_planned:
            segments = production_at(done, stage.temperature)
            ahead[:0] = [
                production_segment(setup.protocol, stage.temperature, stage.segment + 1 + number)
                for number in range(lengthen(segments))
            ]
    return done


def _is_end(stage: Stage, following: Stage) -> bool:
    """Whether production at one temperature ends with a stage; a later run can go on from its state."""
    return stage.kind == "production" and stage.temperature != following.temperature


def production_at(done: Sequence[FinishedStage], temperature: float) -> list[FinishedStage]:
    """Return the finished production segments of one temperature, in order."""
    return [f for f in done if f.stage.kind == "production" and f.stage.temperature == temperature]


@dataclass
class _Clock:
    """Wall time and steps of this session; finished stages of earlier ones do not count."""

    started: float
    steps: int = 0


def _reporter(
    stage: Stage,
    ahead: Sequence[Stage],
    done: Sequence[FinishedStage],
    clock: _Clock,
    on_progress: Callable[[Progress], None] | None,
) -> Callable[[int], None]:
    """Return what turns the steps done in a stage into progress; steps, not ps, take wall time."""
    before_ps = sum(f.stage.duration for f in done)
    total_ps = before_ps + stage.duration + sum(s.duration for s in ahead)
    left = stage.steps + sum(s.steps for s in ahead)

    def report(steps: int) -> None:
        if on_progress is None:
            return
        taken = clock.steps + steps
        rate = taken / (time.monotonic() - clock.started)
        seconds_left = (left - steps) / rate if taken > 0 else None
        on_progress(Progress(stage.name, before_ps + _simulated(stage, steps), total_ps, seconds_left))

    return report


def _run_stage(
    setup: RunSetup,
    stage: Stage,
    script: str,
    folder: Path,
    binary: LammpsBinary,
    interior: npt.NDArray[np.bool_],
    grain: npt.NDArray[np.int64],
    report: Callable[[int], None],
    inspect: Callable[[Stage, FloatArray, FloatArray], None] | None,
) -> FinishedStage:
    started = time.monotonic()
    engine = start_lammps(binary, setup.potential.arguments(binary), script, folder, stage.name)
    try:
        _follow(engine.process, stage, engine.log, report)
    except BaseException:
        engine.end()
        raise
    wall = time.monotonic() - started
    if failure := engine.failure():
        raise SimulationError(f"stage {stage.name}: {failure}")
    log = read_log(engine.log)
    check_log(log, stage)
    final = read_binary_dump(folder / f"{stage.name}.final.bin")
    positions, cell = final.values[-1][:, 2:5], final.cells[-1]
    fraction = crystalline_fraction(setup.atoms.positions, positions, grain, interior)
    check_crystalline(fraction, stage)
    if inspect is not None:
        inspect(stage, positions, cell)
    settled = log.rows if stage.kind == "production" else log.rows[len(log.rows) // 2 :]
    column = dict(zip(THERMO_COLUMNS, settled.T, strict=True))
    mean_cell = None
    if stage.kind == "constant_pressure":
        lx, ly, lz = read_averages(folder / f"{stage.name}.cell")[-1, 1:4]
        mean_cell = (float(lx), float(ly), float(lz))
    finished = FinishedStage(
        stage,
        wall,
        float(column["temperature"].mean()),
        float(column["pressure"].mean()),
        float(column["total"][-1]),
        mean_cell,
        fraction,
    )
    save_finished(folder, finished)
    return finished


def _follow(
    process: subprocess.Popen[bytes], stage: Stage, log_path: Path, report: Callable[[int], None]
) -> None:
    """Wait for LAMMPS and report the simulated time from its growing log."""
    offset = 0
    remainder = ""
    while True:
        try:
            process.wait(timeout=_POLL_S)
        except subprocess.TimeoutExpired:
            pass
        else:
            return
        if not log_path.exists():
            continue
        with log_path.open("rb") as stream:
            stream.seek(offset)
            chunk = stream.read()
        offset += len(chunk)
        *lines, remainder = (remainder + chunk.decode("utf-8", errors="replace")).split("\n")
        rows = [row for line in lines if (row := parse_thermo_row(line)) is not None]
        if rows and stage.phases:
            report(round(rows[-1][0]) - stage.first_step)


def _simulated(stage: Stage, steps: int) -> float:
    """Return the time that ``steps`` of a stage cover, ps; phases have their own timesteps."""
    time_ps = 0.0
    for timestep, n_steps in stage.phases:
        taken = min(steps, n_steps)
        time_ps += taken * timestep
        steps -= taken
    return time_ps
