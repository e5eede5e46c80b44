"""LAMMPS text dumps (``dump custom``, ``dump atom``), read in pieces of any size.

A frame belongs to the piece of the file in which it begins, so that pieces can be read side by side.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError
from grainway.trajectories.atom_order import AtomOrder
from grainway.trajectories.frame import Frame, TruncatedError
from grainway.trajectories.lammps_dumps.dump_columns import Columns, box_from_bounds, time_in_ps
from grainway.trajectories.lammps_dumps.number_text import RowText

_PIECE_BYTES = 1_000_000
_HEADER_BYTES = 4096
_STEP_LINE = b"ITEM: TIMESTEP\n"


@dataclass(frozen=True, slots=True)
class Header:
    """What stands above the rows of a frame: ``length`` is its size in bytes."""

    step: int
    time: float | None
    n_atoms: int
    cell: FloatArray
    origin: FloatArray
    columns: tuple[str, ...]
    units: str | None
    length: int


@dataclass(frozen=True, slots=True, eq=False)
class TextDump:
    """What the first frame of a text dump says of all others.

    Attributes:
        path: the file, plain or compressed by gzip.
        marker: the line with which each frame begins.
        columns: the columns.
        units: as the first frame states them.
        first: the first frame.
        order: of the atoms.
        rows: reads the tables; elements count as zero.
    """

    path: Path
    marker: bytes
    columns: Columns
    units: str | None
    first: Frame
    order: AtomOrder | None
    rows: RowText

    @classmethod
    def open(cls, path: Path) -> TextDump:
        """Read the first frame.

        Raises:
            AnalysisError: when it is not that of a text dump, or is cut off.
        """
        with _stream(path) as stream:
            head = stream.read(_HEADER_BYTES)
            stream.seek(0)
            marker = _STEP_LINE
            if 0 <= head.find(b"ITEM: TIME\n") < head.find(marker):
                marker = b"ITEM: TIME\n"
            raw = next(_split(stream, marker, 0, None), b"")
        header = _header(raw, path.name)
        columns = Columns.of(header.columns, path.name)
        words = _words(raw, header, columns, path.name)
        letters = "".join(sorted(set("".join({w for column in words.values() for w in column}))))
        reader = RowText(len(columns.names), columns.text, letters)
        dump = cls(path, marker, columns, header.units, _EMPTY, None, reader)
        table = dump._table(raw, header)
        try:
            order = None if columns.identifier is None else AtomOrder(table[:, columns.identifier])
            frame = dump._frame(table, header, order, None)
        except ValueError as error:
            raise AnalysisError(f"{path.name}, frame 1: {error}") from error
        place = header.columns.index("element") if "element" in header.columns else None
        if place is not None:
            species = np.array(words[place])
            rows = None if order is None else order.permutation(table[:, cast(int, columns.identifier)])
            frame = replace(frame, species=tuple((species if rows is None else species[rows]).tolist()))
        return replace(dump, first=frame, order=order)

    def frames(self, start: int = 0, stop: int | None = None) -> Iterator[Frame]:
        """Yield the frames that begin between two places of the file.

        Args:
            start: first byte.
            stop: byte after the last; None for the end of the file.

        Raises:
            TruncatedError: when a frame is cut off.
            AnalysisError: when a frame has other atoms or columns than the first, or something is no number.
        """
        header: Header | None = None
        alike = b""
        with _stream(self.path) as stream:
            for raw in _split(stream, self.marker, start, stop):
                last_line = raw[raw.rfind(b"\n") + 1 :]
                cut = last_line != b"" and self.marker.startswith(last_line)
                if cut:
                    raw = raw[: -len(last_line)]
                header, alike = _header_like(raw, header, alike, self.path.name)
                if header.columns != self.columns.names:
                    before, now = " ".join(self.columns.names), " ".join(header.columns)
                    raise AnalysisError(
                        f"{self.path.name}, step {header.step}: "
                        f"the columns changed from {before} to {now}; dump them into two files"
                    )
                if header.n_atoms != self.first.n_atoms:
                    raise AnalysisError(
                        f"{self.path.name}, step {header.step}: "
                        f"{header.n_atoms} atoms, where the first frame has {self.first.n_atoms}; "
                        "dump a group whose atoms stay the same"
                    )
                table = self._table(raw, header)
                try:
                    yield self._frame(table, header, self.order, self.first)
                    if cut:
                        raise _within_header(self.path.name)
                except ValueError as error:
                    raise AnalysisError(
                        f"{self.path.name}, step {header.step}: {error}; dump the same atoms in every frame"
                    ) from error

    def _frame(
        self, table: FloatArray, header: Header, order: AtomOrder | None, first: Frame | None
    ) -> Frame:
        time = None if header.time is None else time_in_ps(header.time, self.units, self.path.name)
        return self.columns.frame(table, order, header.cell, header.origin, header.step, time, first)

    def _table(self, raw: bytes, header: Header) -> FloatArray:
        body = raw[header.length :]
        width, n_rows = len(header.columns), header.n_atoms
        try:
            if not body.endswith(b"\n"):
                raise ValueError("the last row has no end")
            return self.rows.read(body, n_rows)
        except ValueError as error:
            where = f"{self.path.name}, step {header.step}"
            complete = body.count(b"\n")
            if complete < n_rows:
                raise TruncatedError(
                    f"{where}: the frame ends after {complete} of {n_rows} atoms; "
                    "the run that wrote it was cut off. "
                    "Analyse what is whole with --allow-truncated"
                ) from error
            raise AnalysisError(
                f"{where}: its rows are not {n_rows} times {width} numbers ({error}); "
                "the file is damaged here: write it again, or end it before this frame"
            ) from error


_EMPTY = Frame(fractions=np.empty((0, 3)), cell=np.eye(3), origin=np.zeros(3), unwrapped=False)


def _stream(path: Path) -> BinaryIO:
    if path.suffix == ".gz":
        return cast(BinaryIO, gzip.open(path, "rb"))
    return path.open("rb", buffering=0)


def _split(stream: BinaryIO, marker: bytes, start: int, stop: int | None) -> Iterator[bytes]:
    """Yield each frame that begins in [start, stop), without looking at what is in it."""
    stream.seek(start)
    held, place = b"", start  # bytes read and not yet handed out, and where in the file they begin
    begin = searched = 0
    inside = False
    while True:
        found = held.find(marker, searched)
        if found >= 0:
            if inside:
                yield held[begin:found]
            if inside or start > 0:  # the first frame of a file may begin with another line
                begin = found
            if stop is not None and place + begin >= stop:
                return
            inside, searched = True, found + len(marker)
            continue
        piece = stream.read(_PIECE_BYTES)
        if not piece:
            break
        searched = max(searched, len(held) - len(marker) + 1) - begin
        held, place, begin = held[begin:] + piece, place + begin, 0
    if inside or (start == 0 and held):
        yield held[begin:]


def _header_like(raw: bytes, last: Header | None, alike: bytes, file: str) -> tuple[Header, bytes]:
    """Read a header; one that differs from the last in its step alone, as most do, is read in no time.

    Returns:
        The header, and what of it is compared with the next: all below the line of the step.
    """
    below = raw.find(b"\n", len(_STEP_LINE)) + 1
    if last is not None and raw.startswith(_STEP_LINE) and alike and raw.startswith(alike, below):
        step = raw[len(_STEP_LINE) : below]
        return replace(last, step=int(step), length=below + len(alike)), alike
    header = _header(raw, file)
    return header, raw[below : header.length] if raw.startswith(_STEP_LINE) else b""


def _header(raw: bytes, file: str) -> Header:
    """Read the lines above the rows."""
    items: dict[str, list[str]] = {}
    name = ""
    length = 0
    for line in raw[:_HEADER_BYTES].split(b"\n"):
        length += len(line) + 1
        words = line.decode("ascii", errors="replace").strip()
        if words.startswith("ITEM: "):
            name = words[6:]
            items[name] = []
            if name.startswith("ATOMS"):
                break
        elif name:
            items[name].append(words)
        else:
            break
    try:
        kind = next(n for n in items if n.startswith("BOX BOUNDS"))
        columns = tuple(next(n for n in items if n.startswith("ATOMS")).split()[1:])
        cell, origin = _box(kind, np.array([row.split() for row in items[kind][:3]], dtype=np.float64))
        return Header(
            step=int(items["TIMESTEP"][0]),
            time=float(items["TIME"][0]) if "TIME" in items else None,
            n_atoms=int(items["NUMBER OF ATOMS"][0]),
            cell=cell,
            origin=origin,
            columns=columns or ("id", "type", "xs", "ys", "zs"),
            units=items["UNITS"][0] if "UNITS" in items else None,
            length=length,
        )
    except (StopIteration, KeyError, IndexError, ValueError) as error:
        if not raw.startswith(b"ITEM: "):
            raise AnalysisError(f"{file} is no LAMMPS text dump; name its format with --format") from error
        raise _within_header(file) from error


def _within_header(file: str) -> TruncatedError:
    return TruncatedError(
        f"{file}: the file ends within the header of a frame; the run that wrote it was cut off. "
        "Analyse what is whole with --allow-truncated"
    )


def _box(kind: str, rows: FloatArray) -> tuple[FloatArray, FloatArray]:
    if kind.startswith("BOX BOUNDS abc origin"):
        return rows[:, :3].copy(), rows[:, 3].copy()
    tilts = rows[:, 2] if rows.shape[1] == 3 else np.zeros(3)
    return box_from_bounds(rows[:, :2], tilts)


def _words(raw: bytes, header: Header, columns: Columns, file: str) -> dict[int, list[str]]:
    """Return the columns that hold words, of the first frame."""
    if not columns.text:
        return {}
    rows = raw[header.length :].split()
    width = len(header.columns)
    if len(rows) < header.n_atoms * width:
        raise TruncatedError(f"{file}: the file ends within its first frame; there is nothing to analyse")
    return {place: [w.decode() for w in rows[place::width][: header.n_atoms]] for place in columns.text}
