"""Which reader a file needs, by what is in it and otherwise by its name."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from grainway.errors import AnalysisError
from grainway.trajectories.frame import Frame
from grainway.trajectories.lammps_dumps.binary_dump import is_binary_dump, read_binary
from grainway.trajectories.lammps_dumps.parallel_pieces import read_text_dump
from grainway.trajectories.lammps_dumps.text_dump import TextDump
from grainway.trajectories.library_readers import read_dcd, read_with_ase, read_xtc

OWN_FORMATS = ("lammps-dump-text", "lammps-dump-binary", "dcd", "xtc")

_HEAD_BYTES = 256
_XTC_MAGIC = (b"\x00\x00\x07\xcb", b"\x00\x00\x07\xe7")


def find_format(path: Path) -> str | None:
    """Return one of OWN_FORMATS, or None for a file that is ASE's to read.

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
        kind: one of OWN_FORMATS or a name of ASE's; None lets the file say.
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
