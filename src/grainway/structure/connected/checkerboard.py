"""Grains in a checkerboard: columns along the tilt axis, or blocks that alternate in all three directions.

The cell is spanned by lattice vectors along axis, n × axis and n. Two halves along y = n × axis and along z
= n make four blocks, the lower grain in two that share an edge and the upper grain in the others, so
boundaries lie on n and on n × axis; both are mirror planes of a symmetric tilt. In a network the blocks
alternate along the axis too and twist boundaries lie across it: the normals then span space.

Each grain's two or four blocks together hold exactly half of the cell's formula units: where the edges fall
in the lattice is taken as asked when that is so, else the nearest place at which it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from grainway.array_types import BoolArray, FloatArray, IntArray, StringArray
from grainway.domain import BoundarySpec
from grainway.errors import StructureError
from grainway.geometry.boundary_planes import Boundaries
from grainway.geometry.contact import contact_gap
from grainway.structure.connected.connected_frame import (
    DIGITS,
    ConnectedFrame,
    asked_cut,
    asked_thickness,
    grain_prisms,
    least_multiple,
    spacing,
    with_planes,
)
from grainway.structure.connected.formula_cuts import above_cut, exact_offset, formula
from grainway.structure.connected.grain_prism import ON_EDGE, Prism
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.planar.lattice_slab import framework_limits


def _checkerboard(y: FloatArray, z: FloatArray) -> BoolArray:
    """Say which points, given by fractions above the cuts, are in the lower grain of a column structure."""
    return np.asarray((y < 0.5 - ON_EDGE) == (z < 0.5 - ON_EDGE))


def connect_blocks(spec: BoundarySpec, crystal: IonicCrystal, contact_scale: float) -> ConnectedFrame:
    """Return the framework of columns (``"orthogonal"``) or blocks (``"network"``) at contact.

    Every block is at least as thick in each direction as the planes asked for: along y and z by the fewest
    halves of the shortest lattice vectors that allow it, along the axis by whole ones.

    Args:
        spec: the recipe.
        crystal: what the grains are made of.
        contact_scale: share of the closest distances at which the frameworks touch.

    Raises:
        StructureError: when a grain cannot be cut so that it has the exact formula.
    """
    smallest = grain_prisms(spec, crystal)
    thickness = asked_thickness(spec, crystal)
    deep = spec.connection == "network"
    lengths = smallest[0].lengths
    times = (
        2 * least_multiple(float(lengths[0]), thickness) if deep else 1,
        least_multiple(float(lengths[1]) / 2, thickness),
        least_multiple(float(lengths[2]) / 2, thickness),
    )
    # the count is the same in every period along the axis
    flat = [p.repeated((1, *times[1:])) for p in smallest]
    cuts = [_cut(spec, flat[grain], grain, times, crystal) for grain in (0, 1)]
    prisms = [p.repeated((times[0], 1, 1)) for p in flat]
    cell = prisms[0].lengths
    split = (deep, True, True)

    def blocks_of(grain: int, sites: FloatArray) -> tuple[FloatArray, IntArray, BoolArray]:
        """Return a grain's sites in the closed cell, their blocks, and which of the prism's they are."""
        fractions = above_cut(prisms[grain].fractions(sites), cuts[grain])
        numbers = np.where(fractions < 0.5 - ON_EDGE, 0, 1) * np.array(split, dtype=np.int64)
        own = numbers.sum(axis=1) % 2 == grain
        return fractions[own] * cell, numbers[own], own

    every = np.repeat(crystal.framework_species, len(prisms[0].translations))
    parts = [blocks_of(grain, crystal.framework_sites) for grain in (0, 1)]
    closed = ClosedBlocks(
        np.vstack([positions for positions, _, _ in parts]),
        np.concatenate([every[own] for _, _, own in parts]),
        np.vstack([blocks for _, blocks, _ in parts]),
        cell,
        split,
    )
    gaps = open_gaps(closed, framework_limits(crystal, contact_scale))
    first = np.array([g[1] / 2 if g else 0.0 for g in gaps])
    middle = np.array([g[0] if g else 0.0 for g in gaps])
    opened = cell + np.array([sum(g) for g in gaps])

    def moved(positions: FloatArray, blocks: IntArray) -> FloatArray:
        return np.asarray(np.round(positions + first + blocks * middle, DIGITS))

    faces: list[tuple[float, ...]] = [
        (float(first[d] + cell[d] / 2 + middle[d] / 2), float(opened[d])) if split[d] else ()
        for d in range(3)
    ]

    def body_at(points: FloatArray) -> IntArray:
        beyond = [(points[:, d] % opened[d] >= faces[d][0]) * 2**d for d in range(3) if split[d]]
        return np.asarray(np.sum(beyond, axis=0), dtype=np.int64)

    return ConnectedFrame(
        spec=with_planes(spec, float(cell[2]) / 2, crystal),
        framework=moved(closed.positions, closed.blocks),
        species=closed.species,
        grain=np.repeat([0, 1], [len(positions) for positions, _, _ in parts]),
        cell=opened,
        faces=(faces[0], faces[1], faces[2]),
        gaps=gaps[2] + gaps[1] + gaps[0],
        boundaries=_boundaries(faces, opened, gaps),
        area=_area(opened, split),
        lattice_sites=lambda grain, sites: moved(*blocks_of(grain, sites)[:2]),
        body_at=body_at,
    )


def _cut(
    spec: BoundarySpec, prism: Prism, grain: int, times: tuple[int, int, int], crystal: IonicCrystal
) -> FloatArray:
    """Return where a grain is cut, fractions of the whole cell along x, y and z."""
    asked = asked_cut(spec, prism, grain, crystal)
    # the recipe's fractions are of the smallest cell
    asked[1] /= times[1]
    _, per_unit = formula(crystal)
    total = len(crystal.framework_species) * len(prism.translations) // int(per_unit.sum())
    if spec.connection == "network":
        # a grain's blocks of both halves make up whole columns: any place is exact
        return np.array([asked[0] / times[0], asked[1], asked[2]])
    units = total // 2 if grain == 0 else total - total // 2
    own = _checkerboard if grain == 0 else lambda y, z: ~_checkerboard(y, z)
    place = exact_offset(prism, crystal, own, units, (float(asked[1]) % 1.0, float(asked[2]) % 1.0))
    if place is None:
        # blocks of whole periods are exact anywhere; these have an odd number of halves in both directions
        least = int(min(prism.lengths[1:]) / 2 / spacing(spec, crystal) + 1e-6) + 1
        raise StructureError.about(
            "connection",
            spec.connection,
            f"a plane of which half a cell can hold {units} whole formula units; "
            f"no such cut of {spec.normal_a} was found",
            f"Use {least} planes or more, another plane, or connection = 'planar'.",
        )
    return np.array([asked[0], *place])


def _boundaries(faces: list[tuple[float, ...]], cell: FloatArray, gaps: Gaps) -> Boundaries:
    """Return two boundaries: all faces in the middle of the cell, and all at its ends."""

    def distances(points: FloatArray) -> FloatArray:
        nearest = []
        for side in (0, 1):
            apart = [points[:, d] - faces[d][side] for d in range(3) if faces[d]]
            lengths = [cell[d] for d in range(3) if faces[d]]
            nearest.append(
                np.min([np.abs(a - n * np.round(a / n)) for a, n in zip(apart, lengths, strict=True)], axis=0)
            )
        return np.stack(nearest, axis=1)

    split = tuple(bool(f) for f in faces)
    return Boundaries(distances, _area(cell, split), max(g for pair in gaps for g in pair))


def _area(cell: FloatArray, split: tuple[bool, ...]) -> float:
    """Return half of the boundary area in the cell, Å²: each direction has two faces."""
    return float(sum(prod(cell) / cell[d] for d in range(3) if split[d]))


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

    Blocks are half cells; neighbours across a face are of different grains. A face is opened by moving
    everything beyond it; this does not change what lies across a face in another direction, so each gap is
    found on its own in closed form. Blocks that share an edge only are of one grain and one lattice: opening
    moves them apart. Blocks that share a corner only are of different grains again.

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
