"""The perfect garnet as a trajectory, with lithium spread evenly and more of it in a slab where asked."""

from __future__ import annotations

import numpy as np
from ase.spacegroup import crystal

from grainway.domain import Trajectory

CHARGE = {"Li": 1.0, "La": 3.0, "Zr": 4.0, "O": -2.0}
LATTICE = 12.97


def garnet(repeat=(1, 1, 2)):
    """Framework of cubic LLZO, La3Zr2O12."""
    framework = crystal(
        ["La", "Zr", "O"],
        [(0.125, 0, 0.25), (0, 0, 0), (0.2819, 0.1004, 0.1949)],
        spacegroup=230,
        cellpar=[LATTICE] * 3 + [90] * 3,
    ).repeat(repeat)
    symbols = np.array(framework.get_chemical_symbols())
    return symbols, framework.positions, np.array(framework.cell)


def frames(symbols, positions, cell, *, rms=0.0, n_frames=4, seed=0):
    """Frames that vibrate about the same positions, or do not move at all."""
    rng = np.random.default_rng(seed)
    return Trajectory(
        positions=positions + rms * rng.normal(size=(n_frames, *positions.shape)),
        cell=cell,
        species=tuple(symbols),
        charges=np.array([CHARGE[symbol] for symbol in symbols]),
        times=np.arange(n_frames) * 1.0,
        temperature=1400.0,
    )


def with_lithium(extra_in_slab=0):
    """Four cells along z, the extra ions between 8 and 18 Å."""
    symbols, positions, cell = garnet((2, 2, 4))
    rng = np.random.default_rng(5)
    n = int(np.sum(symbols == "La")) * 7 // 3
    height = cell[2, 2]
    spread = np.column_stack([*rng.uniform(0, cell[0, 0], (2, n)), (np.arange(n) + 0.5) * height / n])
    inside = np.column_stack(
        [*rng.uniform(0, cell[0, 0], (2, extra_in_slab)), rng.uniform(8, 18, extra_in_slab)]
    )
    added = np.concatenate([spread, inside])
    return np.append(symbols, ["Li"] * len(added)), np.concatenate([positions, added]), cell
