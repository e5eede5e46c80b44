"""The whole validation: plan, run or go on, assemble, compare."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grainway import __version__
from grainway.errors import ConfigError
from grainway.machine.whole_files import exclusive, write_json, write_whole
from grainway.simulation import LammpsBinary, Potential, find_lammps, load_potential
from grainway.validation.compare.expected_trends import Trend, answer_trends
from grainway.validation.compare.potential_findings import PotentialValidation, assemble
from grainway.validation.compare.validation_table import TableRow, build_table, table_csv
from grainway.validation.runs.kept_runs import OnFinished, perform_all
from grainway.validation.runs.validation_runs import plan_runs
from grainway.validation.runs.validation_settings import DEFAULT_POTENTIALS, ValidationSettings

RECORD = "validation.json"
TABLE = "validation.csv"
SESSIONS = "sessions.json"
LOCK = "validation.lock"


@dataclass(frozen=True, slots=True)
class Validation:
    """What a validation found.

    Attributes:
        settings: of the runs.
        potentials: what each gives.
        table: comparisons.
        trends: T1 to T7.
        wall_s: of all sessions on this folder together, s.
        workers: processes side by side in the last session.
    """

    settings: ValidationSettings
    potentials: tuple[PotentialValidation, ...]
    table: tuple[TableRow, ...]
    trends: tuple[Trend, ...]
    wall_s: float
    workers: int

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {
            "grainway": __version__,
            "settings": self.settings.to_dict(),
            "wall_s": self.wall_s,
            "workers": self.workers,
            "potentials": [p.to_dict() for p in self.potentials],
            "table": [row.to_dict() for row in self.table],
            "trends": [t.to_dict() for t in self.trends],
        }


def validate(
    output: Path,
    potentials: Sequence[str] = DEFAULT_POTENTIALS,
    settings: ValidationSettings | None = None,
    workers: int = 2,
    lammps: Path | None = None,
    on_finished: OnFinished | None = None,
) -> Validation:
    """Run every potential, or what is still missing, and compare with experiment.

    Args:
        output: folder; holds every finished run, ``validation.json`` and ``validation.csv``.
        potentials: names of shipped ones, or files of fitted pair splines.
        settings: of the runs.
        workers: LAMMPS processes side by side.
        lammps: the user's LAMMPS; None for the installed one.
        on_finished: called after each run.

    Returns:
        All results.

    Raises:
        ConfigError: for an unknown potential, one named twice, or a folder that cannot be written.
        StoreError: when another process works in the folder.
    """
    settings = settings or ValidationSettings()
    if workers < 1:
        raise ConfigError.about("workers", workers, "1 or more", "One per processor core is best.")
    if not potentials or len(set(potentials)) != len(potentials):
        raise ConfigError.about("potential", list(potentials), "each once, one or more", "Correct it.")
    loaded = {potential.name: potential for potential in map(load_potential, potentials)}
    if len(loaded) < len(potentials):
        raise ConfigError.about(
            "potential",
            list(potentials),
            "another name of each",
            "Train one of the files under another name.",
        )
    binary = find_lammps(lammps)
    for potential in loaded.values():
        potential.require(binary)
    refusal = f"another process is validating in {output}; wait for it or choose another folder"
    with ExitStack() as held:
        try:
            output.mkdir(parents=True, exist_ok=True)
            held.enter_context(exclusive(output / LOCK, refusal))
        except OSError as error:
            raise ConfigError(f"cannot write {output}: {error.strerror}; choose a writable folder") from error
        return _locked(output, loaded, settings, workers, binary, on_finished)


def _locked(
    output: Path,
    loaded: Mapping[str, Potential],
    settings: ValidationSettings,
    workers: int,
    binary: LammpsBinary,
    on_finished: OnFinished | None,
) -> Validation:
    started = time.monotonic()
    runs = [run for potential in loaded.values() for run in plan_runs(potential, settings)]
    earlier = _earlier_sessions(output)
    try:
        results = perform_all(runs, loaded, output, binary, workers, on_finished)
    finally:
        wall_s = earlier + time.monotonic() - started
        write_json(output / SESSIONS, {"wall_s": wall_s})
    found = tuple(assemble(name, [r for r in results if r.run.potential == name]) for name in loaded)
    validation = Validation(
        settings=settings,
        potentials=found,
        table=build_table(found),
        trends=answer_trends(found),
        wall_s=wall_s,
        workers=workers,
    )
    write_json(output / RECORD, validation.to_dict())
    write_whole(output / TABLE, table_csv(validation.table))
    return validation


def _earlier_sessions(output: Path) -> float:
    path = output / SESSIONS
    return float(json.loads(path.read_text(encoding="utf-8"))["wall_s"]) if path.exists() else 0.0
