"""LAMMPS binary dumps (``dump custom`` to a name ending in .bin), format revision 2, written since 2021."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError
from grainway.trajectories.atom_order import AtomOrder
from grainway.trajectories.frame import Frame, TruncatedError
from grainway.trajectories.lammps_dumps.dump_columns import Columns, box_from_bounds, time_in_ps

MAGIC = b"DUMPCUSTOM"
_LONGEST_NAME = 64
_GENERAL = 2


def is_binary_dump(head: bytes) -> bool:
    """Tell whether a file that begins so is a binary dump."""
    return head[8 : 8 + len(MAGIC)] == MAGIC


def read_tables(path: Path) -> Iterator[tuple[BinaryHeader, FloatArray]]:
    """Yield header and numbers, shape (n_atoms, n_columns), of every frame of a binary dump.

    Layout per frame: a negative length and the magic string, endian flag, revision, step, number of atoms,
    triclinic flag, six boundary flags, box (bounds and tilts, or three vectors and an origin), number of
    columns, unit string, time flag and time, column names, number of chunks, and each chunk's length and
    doubles.

    Raises:
        TruncatedError: when the last frame is cut off.
        AnalysisError: when the file is of another kind.
    """
    with path.open("rb") as stream:
        reader = _Reader(stream, path.name)
        while (marker := stream.read(8)) != b"":
            reader.frame += 1
            header = reader.header(marker)
            yield header, reader.table(header.n_atoms, len(header.columns))


def read_binary(path: Path) -> Iterator[Frame]:
    """Yield the frames of a binary dump.

    Raises:
        TruncatedError: when the last frame is cut off.
        AnalysisError: when the file is of another kind, or its atoms or columns change.
    """
    first: Frame | None = None
    columns: Columns | None = None
    order: AtomOrder | None = None
    units: str | None = None
    for number, (header, table) in enumerate(read_tables(path), start=1):
        where = f"{path.name}, frame {number}"
        if columns is None:
            columns, units = Columns.of(header.columns, path.name), header.units
        if header.columns != columns.names:
            raise AnalysisError(f"{where}: the columns changed; dump them into two files")
        time = None if header.time is None else time_in_ps(header.time, units, path.name)
        try:
            if order is None and columns.identifier is not None:
                order = AtomOrder(table[:, columns.identifier])
            if first is not None and header.n_atoms != first.n_atoms:
                raise ValueError(f"{header.n_atoms} atoms, where the first frame has {first.n_atoms}")
            frame = columns.frame(table, order, header.cell, header.origin, header.step, time, first)
        except ValueError as error:
            raise AnalysisError(f"{where}: {error}; dump the same atoms in every frame") from error
        first = first or frame
        yield frame


class BinaryHeader:
    """What stands before the numbers of a frame: step, n_atoms, cell, origin, units, time, columns."""

    def __init__(self, reader: _Reader) -> None:
        endian, revision = (int(n) for n in reader.take("<i4", 2))
        if endian != 1 or revision < 2:
            raise AnalysisError(
                f"{reader.file} is a binary dump of revision {revision} or of another byte order; "
                "only revision 2 (LAMMPS of 2021 and later, little endian) is read. "
                "Convert it with LAMMPS's binary2txt"
            )
        self.step, self.n_atoms = (int(n) for n in reader.take("<i8", 2))
        triclinic = int(reader.take("<i4", 1)[0])
        reader.take("<i4", 6)
        if triclinic == _GENERAL:
            box = reader.take("<f8", 12)
            self.cell, self.origin = box[:9].reshape(3, 3), box[9:]
        else:
            bounds = reader.take("<f8", 6).reshape(3, 2)
            tilts = reader.take("<f8", 3) if triclinic else np.zeros(3)
            self.cell, self.origin = box_from_bounds(bounds, tilts)
        n_columns = int(reader.take("<i4", 1)[0])
        self.units = reader.text(int(reader.take("<i4", 1)[0])) or None
        self.time = float(reader.take("<f8", 1)[0]) if reader.take("u1", 1)[0] else None
        self.columns = tuple(reader.text(int(reader.take("<i4", 1)[0])).split())
        if len(self.columns) != n_columns:
            raise AnalysisError(
                f"{reader.where}: {n_columns} columns but names {self.columns}; the file is damaged"
            )


class _Reader:
    """Takes numbers from a stream, and says where it ended."""

    def __init__(self, stream: BinaryIO, file: str) -> None:
        self.stream, self.file, self.frame = stream, file, 0

    @property
    def where(self) -> str:
        return f"{self.file}, frame {self.frame}"

    def take(self, kind: str, count: int) -> FloatArray:
        dtype = np.dtype(kind)
        data = self.stream.read(dtype.itemsize * count) if count >= 0 else b""
        if count < 0 or len(data) < dtype.itemsize * count:
            raise TruncatedError(
                f"{self.where}: the file ends in the middle of a frame; the run that wrote it was cut off. "
                "Analyse what is whole with --allow-truncated"
            )
        # the numbers of a header may be of any kind; they are few
        return np.frombuffer(data, dtype=dtype)

    def text(self, length: int) -> str:
        return self.take("S1", length).tobytes().decode("ascii", errors="replace")

    def header(self, marker: bytes) -> BinaryHeader:
        length = -int.from_bytes(marker, "little", signed=True)
        magic = self.stream.read(length) if 0 < length < _LONGEST_NAME else b""
        if magic != MAGIC and self.frame > 1:
            raise TruncatedError(
                f"{self.where}: no frame begins where one should; the run that wrote the file was cut off. "
                "Analyse what is whole with --allow-truncated"
            )
        if magic != MAGIC:
            raise AnalysisError(f"{self.file} is no binary dump of revision 2; name its format with --format")
        return BinaryHeader(self)

    def table(self, n_rows: int, n_columns: int) -> FloatArray:
        n_chunks = int(self.take("<i4", 1)[0])
        chunks = [self.take("<f8", int(self.take("<i4", 1)[0])) for _ in range(n_chunks)]
        values = chunks[0] if len(chunks) == 1 else np.concatenate(chunks) if chunks else np.empty(0)
        if values.size != n_rows * n_columns:
            raise AnalysisError(
                f"{self.where}: {values.size} numbers for {n_rows} atoms; the file is damaged"
            )
        return values.reshape(n_rows, n_columns)
