"""Reading what LAMMPS wrote: thermo rows, mean cell, binary dumps."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grainway.array_types import FloatArray, IntArray
from grainway.errors import AnalysisError, SimulationError
from grainway.trajectories.lammps_dumps.binary_dump import read_tables

THERMO_COLUMNS = ("step", "temperature", "pressure", "potential", "total", "lx", "ly", "lz")
_ROW = re.compile(r"^  - \[(.*), \]$|^  - \[(.*)\]$")


@dataclass(frozen=True, slots=True)
class Log:
    """What a log file says.

    Attributes:
        rows: thermo rows, shape (n, 8), columns as in THERMO_COLUMNS, LAMMPS metal units.
        complete: the script reached its last command and LAMMPS printed its wall time.
        n_ranks: MPI processes that LAMMPS ran on.
        dangerous_builds: neighbour lists that were built too late.
        error: text of the first ERROR line, or None.
    """

    rows: FloatArray
    complete: bool
    n_ranks: int
    dangerous_builds: int
    error: str | None


def parse_thermo_row(line: str) -> list[float] | None:
    """Return the numbers of a yaml thermo row, or None for any other line."""
    match = _ROW.match(line.rstrip())
    if match is None:
        return None
    text = match.group(1) or match.group(2)
    fields = [field.strip() for field in text.split(",") if field.strip()]
    values = [
        float(field.lstrip(".")) if "nan" in field or "inf" in field else float(field) for field in fields
    ]
    return values if len(values) == len(THERMO_COLUMNS) else None


def read_log(path: Path) -> Log:
    """Read a LAMMPS log written with ``thermo_modify line yaml``.

    Raises:
        SimulationError: when there is no log.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise SimulationError(f"LAMMPS left no log {path}: {error}") from error
    lines = text.splitlines()
    rows = [row for line in lines if (row := parse_thermo_row(line)) is not None]
    ranks = re.search(r"on (\d+) procs", text)
    dangerous = [int(n) for n in re.findall(r"Dangerous builds = (\d+)", text)]
    errors = [line for line in lines if line.startswith("ERROR")]
    return Log(
        rows=np.array(rows, dtype=np.float64).reshape(-1, len(THERMO_COLUMNS)),
        complete="grainway: stage complete" in lines and "Total wall time" in text,
        n_ranks=int(ranks.group(1)) if ranks else 1,
        dangerous_builds=sum(dangerous),
        error=errors[0] if errors else None,
    )


def read_averages(path: Path) -> FloatArray:
    """Read the rows of a ``fix ave/time`` file: step and values, shape (n, 1 + n_values).

    Raises:
        SimulationError: when the file is missing or holds no row.
    """
    try:
        rows = [
            [float(field) for field in line.split()]
            for line in path.read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")
        ]
    except (OSError, ValueError) as error:
        raise SimulationError(f"cannot read the averages {path}: {error}") from error
    if not rows:
        raise SimulationError(f"LAMMPS wrote no averages to {path}")
    return np.array(rows)


@dataclass(frozen=True, slots=True, eq=False)
class Dump:
    """Frames of a binary dump.

    Attributes:
        steps: time step of each frame, shape (n_frames,).
        cells: cell rows, shape (n_frames, 3, 3), Å.
        values: per-atom columns, shape (n_frames, n_atoms, n_columns).
    """

    steps: IntArray
    cells: FloatArray
    values: FloatArray


def read_binary_dump(path: Path) -> Dump:
    """Read a ``dump custom`` binary file (format revision 2, as written since 2021) as a whole.

    Raises:
        SimulationError: when the file is truncated or of another kind.
    """
    try:
        frames = list(read_tables(path))
    except AnalysisError as error:
        raise SimulationError(str(error)) from error
    if not frames:
        raise SimulationError(f"{path} holds no frame")
    return Dump(
        np.array([header.step for header, _ in frames]),
        np.array([header.cell for header, _ in frames]),
        np.array([table for _, table in frames]),
    )
