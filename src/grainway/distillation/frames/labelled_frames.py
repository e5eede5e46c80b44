"""Labelled frames: structures with a teacher's energy, forces and stress, and where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.io import read, write

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError, ConfigError
from grainway.machine.whole_files import write_whole

KINDS = (
    "bulk_cubic",
    "bulk_tetragonal",
    "strained",
    "lithium_vacancies",
    "oxygen_vacancies",
    "lithium_oxide_surplus",
    "boundary",
    "annealed_boundary",
    "surface",
    "quenched",
    "melt",
    "active",
    "doped_bulk",
    "doped_boundary",
    "doped_melt",
)
"""Classes of frames; ``active`` are those that a model in use asked for."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Label:
    """What a teacher says of a structure.

    Attributes:
        energy: of the cell, eV.
        forces: shape (n_atoms, 3), eV/Å.
        stress: Voigt order xx, yy, zz, yz, xz, xy, positive when the cell is stretched, shape (6,), eV/Å³.
    """

    energy: float
    forces: FloatArray
    stress: FloatArray


def with_label(atoms: Atoms, label: Label, teacher: str) -> Atoms:
    """Return a copy of a frame that bears a label and the name of who gave it.

    Raises:
        AnalysisError: when a number of the label is not finite, or is missing for an atom.
    """
    if label.forces.shape != (len(atoms), 3) or label.stress.shape != (6,):
        raise AnalysisError(
            f"a label of {len(atoms)} atoms has forces of ({len(atoms)}, 3) and a stress of (6,); "
            f"these are {label.forces.shape} and {label.stress.shape}"
        )
    if not (
        np.isfinite(label.energy) and np.isfinite(label.forces).all() and np.isfinite(label.stress).all()
    ):
        raise AnalysisError(f"the label by {teacher} holds an energy, force or stress that is not finite")
    frame: Atoms = atoms.copy()
    frame.info["teacher"] = teacher
    frame.calc = SinglePointCalculator(
        frame, energy=float(label.energy), forces=label.forces.copy(), stress=label.stress.copy()
    )
    return frame


def label_of(frame: Atoms) -> Label:
    """Return the label that a frame bears.

    Raises:
        AnalysisError: when it bears none.
    """
    results = {} if frame.calc is None else frame.calc.results
    missing = [name for name in ("energy", "forces", "stress") if results.get(name) is None]
    if missing:
        raise AnalysisError(f"frame {frame.info.get('origin', '?')!r} bears no {', '.join(missing)}")
    return Label(
        energy=float(results["energy"]),
        forces=np.asarray(results["forces"], dtype=np.float64),
        stress=np.asarray(results["stress"], dtype=np.float64),
    )


def mark(atoms: Atoms, *, kind: str, origin: str, temperature: float) -> Atoms:
    """Return a copy of bare atoms, wrapped into the cell, that says where it comes from.

    Args:
        atoms: the structure; arrays other than numbers and positions are left behind.
        kind: one of :data:`KINDS`.
        origin: the trajectory or boundary; held-out sets are split by it.
        temperature: K; 0 for a structure that was not heated.

    Raises:
        ConfigError: when the kind is none of the list.
    """
    if kind not in KINDS:
        raise ConfigError.about("kind", kind, f"one of {', '.join(KINDS)}", "Choose one of these.")
    frame = Atoms(numbers=atoms.numbers, positions=atoms.positions, cell=atoms.cell.array, pbc=True)
    frame.wrap()
    frame.info.update(kind=kind, origin=origin, temperature=float(temperature))
    return frame


def write_frames(path: Path, frames: Sequence[Atoms]) -> None:
    """Write extended XYZ so that a reader sees all frames or the file as it was before.

    Raises:
        ConfigError: when there is no frame; ASE could not read such a file.
    """
    if not frames:
        raise ConfigError.about("frames", 0, "one or more", "Write no file where there is none.")
    text = StringIO()
    write(text, list(frames), format="extxyz")
    write_whole(path, text.getvalue(), durable=True)


def read_frames(path: Path) -> list[Atoms]:
    """Read every frame of an extended XYZ file.

    Raises:
        AnalysisError: when the file is none, or a frame lacks ``kind``, ``origin`` or ``temperature``.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            frames = read(stream, index=":", format="extxyz")
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise AnalysisError(f"{path} holds no frames in extended XYZ: {error}") from error
    if isinstance(frames, Atoms):
        frames = [frames]
    for number, frame in enumerate(frames):
        missing = [key for key in ("kind", "origin", "temperature") if key not in frame.info]
        if missing:
            raise AnalysisError(f"frame {number} of {path} does not say its {', '.join(missing)}")
    return frames
