"""Text dumps read by several processes at once, each a piece of the file.

Only plain arrays cross from one process to another, through shared memory: what is read is ready for the
analysis in this process, which goes on while the next pieces are being read.
"""

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError
from grainway.machine.interruption import InterruptionsWait
from grainway.machine.lifeline import die_with_parent
from grainway.trajectories.frame import Frame, TruncatedError
from grainway.trajectories.lammps_dumps.text_dump import TextDump

PIECE_BYTES = 8_000_000
_AHEAD = 2
"""Pieces per process that are read before they are wanted: all that memory is needed for."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Frames of one piece of the file; their positions are in shared memory."""

    memory: str
    n_atoms: int
    steps: list[int]
    times: list[float | None]
    cells: FloatArray
    origins: FloatArray
    failure: str | None
    truncated: bool


def read_text_dump(dump: TextDump, workers: int) -> Iterator[Frame]:
    """Yield the frames of a text dump in order.

    Args:
        dump: opened.
        workers: processes beside this one; with none, or for a compressed file, this one reads.

    Raises:
        TruncatedError: when a frame is cut off.
        AnalysisError: as ``TextDump.frames``.
    """
    size = dump.path.stat().st_size
    if workers < 1 or dump.path.suffix == ".gz" or size < 2 * PIECE_BYTES:
        yield from dump.frames()
        return
    # a fresh interpreter: a fork of a process with threads may hang
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(dump, os.getpid())
    ) as pool:
        starts = iter(range(0, size, PIECE_BYTES))
        reading: deque[Future[_Piece]] = deque()
        try:
            for start in starts:
                with InterruptionsWait():
                    reading.append(pool.submit(_read, start, start + PIECE_BYTES))
                if len(reading) > workers * _AHEAD:
                    yield from _hand_out(*_next(reading), dump.first)
            while reading:
                yield from _hand_out(*_next(reading), dump.first)
        finally:
            # after an error, or when the analysis has enough: what was read in vain leaves no memory behind
            for future in reading:
                if not future.cancel():
                    _forget(future.result())


def _next(reading: deque[Future[_Piece]]) -> tuple[_Piece, FloatArray]:
    """Take the oldest piece and its positions out of the shared memory, which is given back."""
    piece = reading[0].result()
    with InterruptionsWait():  # or a piece that is no longer awaited would leave its memory behind
        reading.popleft()
        if not piece.steps:
            return piece, np.empty((0, 0, 3))
        memory = SharedMemory(piece.memory)
        shared = np.ndarray((len(piece.steps), piece.n_atoms, 3), dtype=np.float64, buffer=memory.buf)
        fractions = shared.copy()
        del shared
        memory.close()
        memory.unlink()
    return piece, fractions


def _hand_out(piece: _Piece, fractions: FloatArray, first: Frame) -> Iterator[Frame]:
    for number, step in enumerate(piece.steps):
        yield Frame(
            fractions=fractions[number],
            cell=piece.cells[number],
            origin=piece.origins[number],
            unwrapped=first.unwrapped,
            step=step,
            time=piece.times[number],
            species=first.species,
            types=first.types,
        )
    if piece.failure is not None:
        raise (TruncatedError if piece.truncated else AnalysisError)(piece.failure)


def _forget(piece: _Piece) -> None:
    if piece.steps:
        memory = SharedMemory(piece.memory)
        memory.close()
        memory.unlink()


_dump: TextDump | None = None


def _begin(dump: TextDump, parent: int) -> None:
    global _dump
    die_with_parent(parent)
    _dump = dump


def _read(start: int, stop: int) -> _Piece:
    """Read a piece in a process beside; an error comes after the frames that precede it."""
    assert _dump is not None  # noqa: S101 set when the process began
    frames: list[Frame] = []
    failure: str | None = None
    truncated = False
    try:
        frames.extend(_dump.frames(start, stop))
    except AnalysisError as error:
        failure, truncated = str(error), isinstance(error, TruncatedError)
    name = ""
    if frames:
        n_atoms = frames[0].n_atoms
        memory = SharedMemory(create=True, size=len(frames) * n_atoms * 24)
        shared = np.ndarray((len(frames), n_atoms, 3), dtype=np.float64, buffer=memory.buf)
        for number, frame in enumerate(frames):
            shared[number] = frame.fractions
        del shared
        name = memory.name
        memory.close()
    return _Piece(
        memory=name,
        n_atoms=frames[0].n_atoms if frames else 0,
        steps=[frame.step or 0 for frame in frames],
        times=[frame.time for frame in frames],
        cells=np.array([frame.cell for frame in frames]),
        origins=np.array([frame.origin for frame in frames]),
        failure=failure,
        truncated=truncated,
    )
