"""The shipped form of a training set: one compressed file of whole numbers, a tenth of extended XYZ.

Positions and forces are counts of a quantum, kept byte plane by byte plane: the high bytes of neighbours are
alike and compress to little. No pickle is written or read.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ase import Atoms

from grainway.array_types import FloatArray
from grainway.distillation.frames.labelled_frames import Label, label_of, with_label
from grainway.errors import AnalysisError
from grainway.machine.whole_files import write_whole

POSITION_QUANTUM_A = 1e-4
FORCE_QUANTUM_EV_PER_A = 1e-3
"""Half of it, the largest error, is a hundredth of what teachers differ by."""
FORMAT_VERSION = 1
_LARGEST = np.iinfo(np.int32).max
_ARRAYS = ("version", "lengths", "numbers", "cells", "positions", "forces", "energies", "stresses")
_WORDS = ("kind", "origin", "teacher")


def pack(path: Path, frames: Sequence[Atoms]) -> int:
    """Write labelled frames in compact form, whole or not at all.

    Args:
        path: of the file, usually ``*.npz``.
        frames: labelled, each with ``kind``, ``origin``, ``temperature`` and ``teacher``.

    Returns:
        Size of the file, bytes.

    Raises:
        AnalysisError: when a frame bears no label, or a number is too large for its quantum.
    """
    labels = [label_of(frame) for frame in frames]
    arrays: dict[str, npt.NDArray[Any]] = {
        "version": np.array(FORMAT_VERSION),
        "lengths": np.array([len(frame) for frame in frames], dtype=np.int32),
        "numbers": _joined([frame.numbers for frame in frames], 0).astype(np.uint8),
        "cells": np.array([frame.cell.array for frame in frames], dtype=np.float64).reshape(-1, 3, 3),
        "positions": _planes(_joined([frame.positions for frame in frames], 3), POSITION_QUANTUM_A),
        "forces": _planes(_joined([label.forces for label in labels], 3), FORCE_QUANTUM_EV_PER_A),
        "energies": np.array([label.energy for label in labels], dtype=np.float64),
        "stresses": np.array([label.stress for label in labels], dtype=np.float64).reshape(-1, 6),
        "temperature": np.array([frame.info["temperature"] for frame in frames], dtype=np.float64),
        **{word: np.array([str(frame.info[word]) for frame in frames], dtype=np.str_) for word in _WORDS},
    }
    buffer = BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    write_whole(path, buffer.getvalue())
    return len(buffer.getvalue())


def unpack(path: Path) -> list[Atoms]:
    """Read what :func:`pack` wrote.

    Raises:
        AnalysisError: when the file is none of these, or of another version.
    """
    try:
        # read at once: numpy leaves the file of a damaged archive open
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in (*_ARRAYS, *_WORDS, "temperature")}
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise AnalysisError(f"{path} is no packed training set: {error}") from error
    if int(arrays["version"]) != FORMAT_VERSION:
        raise AnalysisError(f"{path} is of version {arrays['version']}; this grainway reads {FORMAT_VERSION}")
    ends = np.cumsum(arrays["lengths"])
    positions = _values(arrays["positions"], POSITION_QUANTUM_A)
    forces = _values(arrays["forces"], FORCE_QUANTUM_EV_PER_A)
    if len(ends) and not len(positions) == len(forces) == len(arrays["numbers"]) == ends[-1]:
        raise AnalysisError(f"{path} is damaged: its frames do not add up to its atoms")
    frames = []
    for number, (start, end) in enumerate(zip(ends - arrays["lengths"], ends, strict=True)):
        atoms = Atoms(
            numbers=arrays["numbers"][start:end],
            positions=positions[start:end],
            cell=arrays["cells"][number],
            pbc=True,
        )
        atoms.info.update(
            kind=str(arrays["kind"][number]),
            origin=str(arrays["origin"][number]),
            temperature=float(arrays["temperature"][number]),
        )
        label = Label(
            energy=float(arrays["energies"][number]),
            forces=forces[start:end],
            stress=arrays["stresses"][number],
        )
        frames.append(with_label(atoms, label, str(arrays["teacher"][number])))
    return frames


def _joined(parts: Sequence[npt.NDArray[Any]], columns: int) -> npt.NDArray[Any]:
    if parts:
        return np.concatenate(parts)
    return np.zeros((0, columns) if columns else (0,))


def _planes(values: npt.NDArray[Any], quantum: float) -> npt.NDArray[np.uint8]:
    """Return whole numbers of quanta as byte planes, shape (4, 3, n): low bytes first."""
    counts = np.round(np.asarray(values, dtype=np.float64) / quantum)
    if counts.size and np.abs(counts).max() > _LARGEST:
        raise AnalysisError(f"a position or force above {_LARGEST * quantum:g} cannot be packed")
    columns = np.ascontiguousarray(counts.astype("<i4").T)
    return np.ascontiguousarray(np.moveaxis(columns.view(np.uint8).reshape(3, -1, 4), 2, 0))


def _values(planes: npt.NDArray[np.uint8], quantum: float) -> FloatArray:
    columns = np.ascontiguousarray(np.moveaxis(planes, 0, 2)).view("<i4")[:, :, 0]
    return np.ascontiguousarray(columns.T.astype(np.float64) * quantum)
