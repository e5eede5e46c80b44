"""What is kept of a finished stage, and the file whose existence says that it is finished."""

import json
from dataclasses import dataclass
from pathlib import Path

from grainway.machine.whole_files import write_json
from grainway.simulation.stages.protocol import Stage


@dataclass(frozen=True, slots=True)
class FinishedStage:
    """What is kept of a finished stage.

    Attributes:
        stage: the stage.
        wall_s: wall time of its LAMMPS process, s.
        mean_temperature: over the second half, of production over all of it, K.
        mean_pressure: over the same, bar.
        final_energy: total energy at the end, eV.
        mean_cell: lx, ly, lz over the second half, Å; only after the constant-pressure stage.
        crystalline: share of interior framework atoms that kept their place.
    """

    stage: Stage
    wall_s: float
    mean_temperature: float
    mean_pressure: float
    final_energy: float
    mean_cell: tuple[float, float, float] | None
    crystalline: float


def save_finished(folder: Path, finished: FinishedStage) -> None:
    """Write the record of a stage, last and by renaming: its existence says that the stage is finished."""
    record = {
        "stage": finished.stage.name,
        "wall_s": finished.wall_s,
        "mean_temperature": finished.mean_temperature,
        "mean_pressure": finished.mean_pressure,
        "final_energy": finished.final_energy,
        "mean_cell": finished.mean_cell,
        "crystalline": finished.crystalline,
    }
    write_json(folder / f"{finished.stage.name}.done.json", record)


def load_finished(folder: Path, stage: Stage) -> FinishedStage | None:
    """Return the record of a stage, or None when it is not finished."""
    path = folder / f"{stage.name}.done.json"
    if not path.exists():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    cell = record["mean_cell"]
    return FinishedStage(
        stage,
        record["wall_s"],
        record["mean_temperature"],
        record["mean_pressure"],
        record["final_energy"],
        (cell[0], cell[1], cell[2]) if cell is not None else None,
        record["crystalline"],
    )
