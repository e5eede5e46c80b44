"""Reading what LAMMPS wrote: thermo rows, mean cell, binary dumps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from grainway.errors import SimulationError

FloatArray = npt.NDArray[np.float64]

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

    steps: npt.NDArray[np.int64]
    cells: FloatArray
    values: FloatArray


def read_binary_dump(path: Path) -> Dump:
    """Read a ``dump custom`` binary file (format revision 2, as written since 2021).

    Layout per frame: a negative length and the magic string, endian flag, revision, step, number of atoms,
    triclinic flag, six boundary flags, box bounds (and tilts), number of columns, unit string, time flag,
    column names, number of chunks, and each chunk's length and doubles.

    Raises:
        SimulationError: when the file is truncated or of another kind.
    """
    data = path.read_bytes()
    position = 0
    steps: list[int] = []
    cells: list[FloatArray] = []
    frames: list[FloatArray] = []

    def take(kind: str, count: int) -> npt.NDArray[np.generic]:
        nonlocal position
        dtype = np.dtype(kind)
        end = position + dtype.itemsize * count
        if count < 0 or end > len(data):
            raise SimulationError(f"{path} ends in the middle of a frame; the run that wrote it was cut off")
        block = np.frombuffer(data, dtype=dtype, count=count, offset=position)
        position = end
        return block

    while position < len(data):
        length = -int(take("<i8", 1)[0])
        magic = take("S1", length).tobytes() if 0 < length < 64 else b""
        if not magic.startswith(b"DUMP"):
            raise SimulationError(f"{path} is not a binary dump of revision 2 or later")
        take("<i4", 2)
        step, n_atoms = (int(n) for n in take("<i8", 2))
        triclinic = int(take("<i4", 1)[0])
        take("<i4", 6)
        bounds = np.asarray(take("<f8", 6), dtype=np.float64)
        tilts = np.asarray(take("<f8", 3), dtype=np.float64) if triclinic else np.zeros(3)
        n_columns = int(take("<i4", 1)[0])
        take("S1", int(take("<i4", 1)[0]))
        if take("S1", 1).tobytes() not in (b"\x00", b""):
            take("<f8", 1)
        take("S1", int(take("<i4", 1)[0]))
        n_chunks = int(take("<i4", 1)[0])
        chunks = [take("<f8", int(take("<i4", 1)[0])) for _ in range(n_chunks)]
        steps.append(step)
        cells.append(_cell(bounds, tilts))
        frames.append(np.concatenate(chunks).reshape(n_atoms, n_columns).astype(np.float64))
    if not frames:
        raise SimulationError(f"{path} holds no frame")
    return Dump(np.array(steps), np.array(cells), np.array(frames))


def _cell(bounds: FloatArray, tilts: FloatArray) -> FloatArray:
    """Turn LAMMPS's bounding box into cell rows; its extent includes the tilts."""
    xy, xz, yz = tilts
    xlo = bounds[0] - min(0.0, xy, xz, xy + xz)
    xhi = bounds[1] - max(0.0, xy, xz, xy + xz)
    ylo, yhi = bounds[2] - min(0.0, yz), bounds[3] - max(0.0, yz)
    return np.array([[xhi - xlo, 0.0, 0.0], [xy, yhi - ylo, 0.0], [xz, yz, bounds[5] - bounds[4]]])
