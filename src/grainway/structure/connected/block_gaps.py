"""How far the blocks of a checkerboard must be moved apart so that nothing touches.

Blocks are half cells along y and z, and along x where they alternate there too; neighbours across a face
are of different grains. A face is opened by moving everything beyond it; this does not change what lies
across a face in another direction, so each gap is found on its own in closed form. Blocks that share an
edge only are of one grain and one lattice: opening moves them apart. Blocks that share a corner only are of
different grains again.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from grainway.geometry.contact import contact_gap

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
StringArray = npt.NDArray[np.str_]
Limits = dict[tuple[str, str], float]
Gaps = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True, eq=False)
class ClosedBlocks:
    """A checkerboard before any gap is opened.

    Attributes:
        positions: framework, from the cell's lower corner, shape (n, 3), Å.
        species: symbols, shape (n,).
        blocks: number of the block along x, y and z, shape (n, 3); 0 or 1.
        cell: lengths, shape (3,), Å.
        split: whether blocks alternate along x, y and z.
    """

    positions: FloatArray
    species: StringArray
    blocks: IntArray
    cell: FloatArray
    split: tuple[bool, bool, bool]


def open_gaps(closed: ClosedBlocks, limits: Limits) -> Gaps:
    """Return the gaps along x, y and z: in the middle of the cell, then at its end; none where not split.

    Args:
        closed: the blocks.
        limits: distance of contact per pair of species, Å.
    """
    gaps = [
        tuple(_face_gap(closed, d, side, limits) for side in (0, 1)) if closed.split[d] else ()
        for d in range(3)
    ]
    if all(closed.split):
        gaps[0] = tuple(_corner_gap(closed, side, gaps, limits) for side in (0, 1))
    return gaps[0], gaps[1], gaps[2]


def _face_gap(closed: ClosedBlocks, d: int, side: int, limits: Limits) -> float:
    """Return the gap at the middle (side 0) or the end (side 1) of direction ``d``."""
    order = [(d + 1) % 3, (d + 2) % 3, d]
    length = closed.cell[d]
    turned = closed.positions[:, order]
    flat = np.diag([*closed.cell[order[:2]], 1.0])
    others = [n for n in order[:2] if closed.split[n]]
    widest = 0.0
    for place in product((0, 1), repeat=len(others)):
        column = (closed.blocks[:, others] == place).all(axis=1)
        below, above = (column & (closed.blocks[:, d] == b) for b in (side, 1 - side))
        gap = contact_gap(
            turned[below] - [0.0, 0.0, length * (1 + side) / 2],
            closed.species[below],
            turned[above] - [0.0, 0.0, length * (1 - side) / 2],
            closed.species[above],
            flat,
            limits,
        )
        widest = max(widest, gap)
    return widest


def _corner_gap(closed: ClosedBlocks, side: int, gaps: list[tuple[float, ...]], limits: Limits) -> float:
    """Return the gap along x at one of its faces that also keeps blocks apart which meet at a corner."""
    reach = max(limits.values())
    widest = gaps[0][side]
    for sides in product((0, 1), repeat=2):
        corner = closed.cell * (1 + np.array([side, *sides])) / 2
        # measured from the corner, the part beyond an end of the cell being that at its start
        apart = closed.positions - corner
        apart -= closed.cell * np.round(apart / closed.cell)
        near = np.flatnonzero((np.abs(apart) < reach).all(axis=1))
        apart = apart[near]
        beyond = closed.blocks[near] != [side, *sides]
        opened = apart + beyond * [0.0, gaps[1][sides[0]], gaps[2][sides[1]]]
        for y, z in product((False, True), repeat=2):
            low = np.flatnonzero((beyond == [False, y, z]).all(axis=1))
            high = np.flatnonzero((beyond == [True, not y, not z]).all(axis=1))
            for i, j in product(low, high):
                limit = limits[str(closed.species[near[i]]), str(closed.species[near[j]])]
                step = opened[j] - opened[i]
                room = limit**2 - step[1] ** 2 - step[2] ** 2
                if room > 0:
                    widest = max(widest, float(np.sqrt(room) - step[0]))
    return widest
