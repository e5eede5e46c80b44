"""A small crystal with walkers, and writers of every format that is read."""

from __future__ import annotations

import gzip
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ase import Atoms
from ase.io import write

FloatArray = npt.NDArray[np.float64]

ELEMENTS = ("Li", "La", "Zr", "O")
SIDE = np.array([16.0, 15.0, 18.0])
INTERVAL = 0.1
STEPS = 50


@dataclass(frozen=True, eq=False)
class Known:
    """Unwrapped positions (n_frames, n_atoms, 3), cells (n_frames, 3, 3), types from 1, element per atom."""

    positions: FloatArray
    cells: FloatArray
    types: npt.NDArray[np.int64]
    origin: FloatArray

    @property
    def species(self) -> tuple[str, ...]:
        return tuple(ELEMENTS[t - 1] for t in self.types)

    @property
    def wrapped(self) -> tuple[FloatArray, npt.NDArray[np.int64]]:
        """Positions in the cell, and image flags."""
        fractions = (self.positions - self.origin) @ np.linalg.inv(self.cells)
        images = np.floor(np.nan_to_num(fractions))
        return (fractions - images) @ self.cells + self.origin, images.astype(np.int64)


def walkers(
    *,
    seed: int = 1,
    n_ions: int = 24,
    n_frames: int = 60,
    diffusivity: float = 0.05,
    drift: float = 0.02,
    cell: FloatArray | None = None,
    origin: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Known:
    """Brownian Li among a vibrating framework, all of it drifting together (Å per frame)."""
    rng = np.random.default_rng(seed)
    cell = np.diag(SIDE) if cell is None else cell
    types = np.array([1] * n_ions + [2, 3, 4] * 6)
    rng.shuffle(types)
    n_atoms = types.size
    start = rng.uniform(size=(n_atoms, 3)) @ cell
    steps = rng.normal(scale=np.sqrt(2 * diffusivity * INTERVAL), size=(n_frames, n_atoms, 3))
    steps[0] = 0
    moving = types == 1
    positions = start + np.where(moving[:, None], np.cumsum(steps, axis=0), 0.0)
    positions[:, ~moving] += rng.normal(scale=0.05, size=(n_frames, int((~moving).sum()), 3))
    positions += drift * np.arange(n_frames)[:, None, None] + np.asarray(origin)
    return Known(positions, np.repeat(cell[None], n_frames, axis=0), types, np.asarray(origin))


def lammps_box(cell: FloatArray, origin: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The bounding box (3, 2) and tilts of a lower triangular cell."""
    xy, xz, yz = cell[1, 0], cell[2, 0], cell[2, 1]
    low, high = origin.copy(), origin + np.diag(cell)
    low[0] += min(0, xy, xz, xy + xz)
    high[0] += max(0, xy, xz, xy + xz)
    low[1] += min(0, yz)
    high[1] += max(0, yz)
    return np.stack([low, high], axis=1), np.array([xy, xz, yz])


def columns_of(known: Known, frame: int, names: str) -> dict[str, FloatArray]:
    wrapped, images = known.wrapped
    cell = known.cells[frame]
    scaled = (known.positions[frame] - known.origin) @ np.linalg.inv(cell)
    given: dict[str, FloatArray] = {
        "id": np.arange(1.0, known.types.size + 1),
        "type": known.types.astype(float),
    }
    for axis, letter in enumerate("xyz"):
        given[letter] = wrapped[frame, :, axis]
        given[f"{letter}u"] = known.positions[frame, :, axis]
        given[f"{letter}s"] = scaled[:, axis] % 1.0
        given[f"{letter}su"] = scaled[:, axis]
        given[f"i{letter}"] = images[frame, :, axis].astype(float)
    return {name: given[name] for name in names.split() if name != "element"}


def write_text(
    path: Path,
    known: Known,
    names: str = "id type xu yu zu",
    *,
    shuffle: bool = False,
    time: bool = False,
    general: bool = False,
    blank: str = " ",
    number: str = "%.12g",
    steps: list[int] | None = None,
    mode: str = "wb",
) -> Path:
    rng = np.random.default_rng(7)
    lines: list[str] = []
    for frame in range(known.positions.shape[0]):
        step = frame * STEPS if steps is None else steps[frame]
        cell = known.cells[frame]
        bounds, tilts = lammps_box(cell, known.origin)
        if time and frame == 0:
            lines += ["ITEM: UNITS", "metal"]
        if time:
            lines += ["ITEM: TIME", f"{frame * INTERVAL:.10g}"]
        lines += ["ITEM: TIMESTEP", str(step), "ITEM: NUMBER OF ATOMS", str(known.types.size)]
        if general:
            lines += ["ITEM: BOX BOUNDS abc origin pp pp pp"]
            lines += [
                " ".join(f"{v:.14g}" for v in (*row, o)) for row, o in zip(cell, known.origin, strict=True)
            ]
        elif np.any(tilts):
            lines += ["ITEM: BOX BOUNDS xy xz yz pp pp pp"]
            lines += [f"{a:.14g} {b:.14g} {t:.14g}" for (a, b), t in zip(bounds, tilts, strict=True)]
        else:
            lines += ["ITEM: BOX BOUNDS pp pp pp"] + [f"{a:.14g} {b:.14g}" for a, b in bounds]
        lines += [f"ITEM: ATOMS {names}"]
        columns = columns_of(known, frame, names)
        order = rng.permutation(known.types.size) if shuffle else np.arange(known.types.size)
        for atom in order:
            row = [
                known.species[atom] if n == "element" else number % columns[n][atom] for n in names.split()
            ]
            lines += [" ".join(row) + blank]
    data = ("\n".join(lines) + "\n").encode()
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(data))
    else:
        with path.open(mode) as stream:
            stream.write(data)
    return path


def write_binary(path: Path, known: Known, names: str = "id type xu yu zu", n_chunks: int = 2) -> Path:
    with path.open("wb") as stream:
        for frame in range(known.positions.shape[0]):
            bounds, tilts = lammps_box(known.cells[frame], known.origin)
            triclinic = int(np.any(tilts))
            stream.write(struct.pack("<q", -10) + b"DUMPCUSTOM" + struct.pack("<ii", 1, 2))
            stream.write(struct.pack("<qqi6i", frame * STEPS, known.types.size, triclinic, *[0] * 6))
            stream.write(
                bounds.astype("<f8").tobytes() + (tilts.astype("<f8").tobytes() if triclinic else b"")
            )
            stream.write(struct.pack("<ii", len(names.split()), 0) + b"\x00")
            stream.write(struct.pack("<i", len(names)) + names.encode() + struct.pack("<i", n_chunks))
            columns = columns_of(known, frame, names)
            table = np.stack([columns[n] for n in names.split()], axis=1)
            for part in np.array_split(table, n_chunks):
                stream.write(struct.pack("<i", part.size) + part.astype("<f8").tobytes())
    return path


def write_extxyz(path: Path, known: Known, *, times: bool = True) -> Path:
    frames = []
    for frame, positions in enumerate(known.wrapped[0]):
        atoms = Atoms(known.species, positions=positions, cell=known.cells[frame], pbc=True)
        if times:
            atoms.info["time"] = frame * INTERVAL
        frames.append(atoms)
    write(path, frames, format="extxyz")
    return path


def write_dcd(path: Path, known: Known) -> Path:
    from ase.geometry import cell_to_cellpar
    from MDAnalysis.lib.formats.libdcd import DCDFile

    with DCDFile(str(path), "w") as file:
        file.write_header(
            remarks="", natoms=known.types.size, istart=0, nsavc=STEPS, delta=0.002, is_periodic=1
        )
        for positions, cell in zip(known.wrapped[0], known.cells, strict=True):
            a, b, c, alpha, beta, gamma = cell_to_cellpar(cell)
            file.write(positions.astype(np.float32), np.array([a, gamma, b, beta, alpha, c]))
    return path


def write_xtc(path: Path, known: Known) -> Path:
    from MDAnalysis.lib.formats.libmdaxdr import XTCFile

    with XTCFile(str(path), "w") as file:
        for frame, positions in enumerate(known.wrapped[0]):
            box = (known.cells[frame] / 10).astype(np.float32)
            file.write((positions / 10).astype(np.float32), box, frame * STEPS, frame * INTERVAL, 1000)
    return path
