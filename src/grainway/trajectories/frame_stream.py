"""A trajectory of one file or several, of whichever format, as a stream of unwrapped frames with times."""

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError
from grainway.trajectories.frame import Frame, TruncatedError
from grainway.trajectories.lammps_dumps.binary_dump import is_binary_dump, read_binary
from grainway.trajectories.lammps_dumps.parallel_pieces import read_text_dump
from grainway.trajectories.lammps_dumps.text_dump import TextDump
from grainway.trajectories.library_readers import read_dcd, read_with_ase, read_xtc
from grainway.trajectories.time_axis import Clock, EvenTimes
from grainway.trajectories.unwrapping import Unwrapper

_HEAD_BYTES = 256
_XTC_MAGIC = (b"\x00\x00\x07\xcb", b"\x00\x00\x07\xe7")


def find_format(path: Path) -> str | None:
    """Return lammps-dump-text, lammps-dump-binary, dcd or xtc, or None for a file that is ASE's to read.

    Raises:
        AnalysisError: when the file is not there or empty.
    """
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD_BYTES)
        if head[:2] == b"\x1f\x8b":
            with gzip.open(path, "rb") as unpacked:
                head = unpacked.read(_HEAD_BYTES)
    except (OSError, EOFError) as error:
        raise AnalysisError(f"cannot read {path}: {error}; check the path and its rights") from error
    if not head:
        raise AnalysisError(f"{path} is empty: the run that should have written it did not begin, or failed")
    if head.startswith(b"ITEM: "):
        return "lammps-dump-text"
    if is_binary_dump(head):
        return "lammps-dump-binary"
    if head[4:8] in (b"CORD", b"VELD") or head[8:12] == b"CORD":
        return "dcd"
    return "xtc" if head[:4] in _XTC_MAGIC else None


def read_frames(path: Path, kind: str | None = None, workers: int = 0) -> Iterator[Frame]:
    """Yield the frames of one file as they stand in it.

    Args:
        path: the file.
        kind: as from :func:`find_format`, or a name of ASE's; None lets the file say.
        workers: processes beside this one that read a text dump; 0 for none.

    Raises:
        AnalysisError: when the file cannot be read.
        TruncatedError: when it ends in the middle of a frame.
    """
    found = find_format(path)
    kind = kind or found
    if kind == "lammps-dump-text":
        yield from read_text_dump(TextDump.open(path), workers)
    elif kind == "lammps-dump-binary":
        yield from read_binary(path)
    elif kind == "dcd":
        yield from read_dcd(path)
    elif kind == "xtc":
        yield from read_xtc(path)
    else:
        yield from read_with_ase(path, kind)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """One frame as the analysis takes it.

    Attributes:
        fractions: unwrapped positions in units of the cell vectors, shape (n_atoms, 3).
        cell: cell vectors as rows, continuous from frame to frame, Å.
        origin: corner of the cell, Å.
        time: ps.
    """

    fractions: FloatArray
    cell: FloatArray
    origin: FloatArray
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a trajectory comes from.

    Attributes:
        paths: files in order; one may begin with the frame that the one before ended with.
        clock: how frames get their times.
        kind: format of the files; None lets each file say.
        start: ps after the first frame that are left out.
        stop: ps after the first frame from which on frames are left out; None for none.
        unwrapped: the user says that positions are not wrapped.
        allow_truncated: take a file up to a frame that is cut off.
        workers: processes beside this one that read text dumps.
    """

    paths: Sequence[Path]
    clock: Clock = field(default_factory=Clock)
    kind: str | None = None
    start: float = 0.0
    stop: float | None = None
    unwrapped: bool = False
    allow_truncated: bool = False
    workers: int = 0

    def first(self) -> Frame:
        """Return the first frame, for what it says of the atoms.

        Raises:
            AnalysisError: when it cannot be read.
        """
        if not self.paths:
            raise AnalysisError("no trajectory was given; name one file or more")
        frame = next(read_frames(self.paths[0], self.kind), None)
        if frame is None:
            raise AnalysisError(f"{self.paths[0]} holds no frame")
        return frame

    def samples(self) -> Iterator[Sample]:
        """Yield the frames, each checked.

        Raises:
            AnalysisError: naming the frame, when positions are not finite or cannot be unwrapped for
                certain, frames are not in order or not evenly spaced, or a file cannot be read.
        """
        unwrapper, even = Unwrapper(declared=self.unwrapped), EvenTimes()
        begun: float | None = None
        taking = False
        n_atoms = 0
        for number, (frame, where) in enumerate(self._frames()):
            time = self.clock.time(frame, number)
            begun = time if begun is None else begun
            if self.stop is not None and time - begun >= self.stop:
                return
            taking = taking or time - begun >= self.start
            if not taking:
                continue
            even.check(time, frame.step if self.clock.frame_interval is None else None, number + 1)
            _refuse_not_finite(frame, f"{where}, frame {number + 1}")
            n_atoms = n_atoms or frame.n_atoms
            if frame.n_atoms != n_atoms:
                raise AnalysisError(
                    f"{where}, frame {number + 1}: "
                    f"{frame.n_atoms} atoms, where the first frame has {n_atoms}; "
                    "the parts of a trajectory must hold the same atoms"
                )
            fractions, cell = unwrapper.follow(frame, number + 1)
            yield Sample(fractions=fractions, cell=cell, origin=frame.origin, time=time)

    def _frames(self) -> Iterator[tuple[Frame, str]]:
        last: Frame | None = None
        for path in self.paths:
            frames = read_frames(path, self.kind, self.workers)
            begins = True
            while True:
                try:
                    frame = next(frames, None)
                except TruncatedError:
                    if not self.allow_truncated or (begins and last is None):
                        raise
                    break
                if frame is None:
                    break
                if not (begins and last is not None and _same_moment(last, frame)):
                    yield frame, path.name
                last, begins = frame, False


def _same_moment(last: Frame, frame: Frame) -> bool:
    if last.step is not None and frame.step is not None:
        return last.step == frame.step
    return last.time is not None and last.time == frame.time


def _refuse_not_finite(frame: Frame, where: str) -> None:
    # the sum is not finite if one number is not; which one is looked for only then
    if np.isfinite(frame.fractions.sum()) and np.isfinite(frame.cell.sum()):
        return
    bad = ~np.isfinite(frame.fractions).all(axis=1)
    if bad.any():
        what = f"the position of atom {int(np.argmax(bad)) + 1} (in order of id) is not a number"
    elif not np.isfinite(frame.cell).all():
        what = "the cell is not a number"
    else:
        return
    raise AnalysisError(
        f"{where}: {what}: the run has blown up. Find out why, or analyse what came before with --stop"
    )
