"""From a framework to a whole cell: composition, then lithium by neutrality, arranged near the boundaries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from grainway.domain import Composition
from grainway.structure.cell import Cell, FloatArray, IntArray, StringArray
from grainway.structure.composition import change_framework
from grainway.structure.contact import periodic_images, wrapped
from grainway.structure.crystal import IonicCrystal
from grainway.structure.lithium_places import arrange, make_places
from grainway.structure.mobile_changes import (
    n_mobile_ions,
    placed_dopants,
    site_dopants,
    thinned,
    transferred,
)
from grainway.structure.surroundings import Surroundings, surroundings

BoolArray = npt.NDArray[np.bool_]

_CONFLICT_DEPTH_A = 3.5
_BAND_A = 3.0
"""Lithium within this distance of a boundary is arranged anew; deeper ions keep their ordering."""
_GRID_A = 0.9
_GRID_REACH_A = 1.5
_GRID_COST = 2.0  # kT by which a place off the lattice is dearer than a site of equal bonding
_STEPS_PER_ION = 20


@dataclass(frozen=True, eq=False)
class Filled:
    """A whole, neutral cell.

    Attributes:
        positions: framework, then lithium and what stands on its sites, shape (n, 3), Å.
        species: symbols, shape (n,).
        grain: of the framework atoms, which come first, shape (n_framework,).
        changes: neutral units put in (+) or taken out (-), by name.
        energies: of the lithium in the bands before and after its arrangement, kT.
    """

    positions: FloatArray
    species: StringArray
    grain: IntArray
    changes: dict[str, int]
    energies: FloatArray


def fill(
    cell: Cell, composition: Composition, width: float, crystal: IonicCrystal, rng: np.random.Generator
) -> Filled:
    """Change the composition, then place lithium so that the cell is neutral and no pair is too close.

    Args:
        cell: framework and tiled lithium.
        composition: what is changed.
        width: of the boundary band, Å.
        crystal: charges and closest distances.
        rng: decides what geometry leaves open.

    Returns:
        The whole cell.

    Raises:
        StructureError: when there is no room, or less of an ion than is to be taken out.
    """
    changed = change_framework(cell, composition, width, crystal, rng)
    cell, changes = changed.cell, changed.changes
    reach = max(_CONFLICT_DEPTH_A, _BAND_A) + cell.boundaries.gap / 2
    offset = cell.boundaries.distance(cell.framework)
    around = surroundings(cell.framework, cell.species, cell.vectors, crystal, offset < reach + 4.0)
    lithium = wrapped(cell.lithium, cell.vectors)
    kept = ~_conflicting(cell, lithium, reach, crystal)
    dopants = site_dopants(cell, composition, width, crystal)
    n_mobile = n_mobile_ions(cell, dopants, crystal)
    kept = thinned(cell, lithium, kept, changed.emptied)
    lithium, kept, moved = transferred(cell, lithium, kept, composition, width, crystal, rng)
    if moved:
        changes["Li to band"] = moved
    if kept.all() and len(lithium) == n_mobile:
        mobile, energies = lithium, np.zeros(2)  # nothing is in the way: the orderings stand as they are
    else:
        mobile, energies = _arranged(cell, lithium, kept, n_mobile, around, crystal, rng)
    names = placed_dopants(cell, mobile, dopants, composition, width, crystal, rng)
    return Filled(
        positions=np.vstack([cell.framework, mobile]),
        species=np.concatenate([cell.species, names]),
        grain=cell.grain,
        changes=changes | dopants,
        energies=energies,
    )


def _arranged(
    cell: Cell,
    lithium: FloatArray,
    kept: BoolArray,
    n_mobile: int,
    around: Surroundings,
    crystal: IonicCrystal,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Return ``n_mobile`` lithium positions, those near the boundaries arranged anew, and their energies."""
    moving = kept & (cell.boundaries.distance(lithium) < _BAND_A + cell.boundaries.gap / 2)
    still = lithium[kept & ~moving]
    vacant, grid = _free_places(cell, around)
    positions = np.vstack([lithium[moving], vacant, grid])
    energy = around.site_energy(positions)
    energy[len(positions) - len(grid) :] += _GRID_COST
    places = make_places(positions, energy, still, cell.vectors, crystal.closest["Li", "Li"])
    occupied = np.arange(len(positions)) < moving.sum()
    n_here = n_mobile - len(still)
    occupied, energies = arrange(places, occupied, n_here, _STEPS_PER_ION * n_here, rng)
    return np.vstack([still, places.positions[occupied]]), energies


def _conflicting(cell: Cell, lithium: FloatArray, reach: float, crystal: IonicCrystal) -> BoolArray:
    """Say which lithium is too close to the other grain; of two lithium the later one is."""
    conflict = np.zeros(len(lithium), dtype=bool)
    near = np.flatnonzero(cell.boundaries.distance(lithium) < reach)
    framework_near = cell.boundaries.distance(cell.framework) < reach + 3.0
    for element in np.unique(cell.species):
        limit = crystal.limit("Li", str(element))
        for other in np.unique(cell.grain):
            foreign = near[cell.lithium_grain[near] != other]
            member = framework_near & (cell.species == element) & (cell.grain == other)
            if not len(foreign) or not member.any():
                continue
            images, _ = periodic_images(cell.framework[member], cell.vectors, limit)
            nearest, _ = cKDTree(images).query(lithium[foreign], distance_upper_bound=limit)
            conflict[foreign] |= nearest < limit
    limit = crystal.closest["Li", "Li"]
    rest = near[~conflict[near]]
    images, owner = periodic_images(lithium[rest], cell.vectors, limit)
    pairs = cKDTree(lithium[rest]).sparse_distance_matrix(cKDTree(images), limit, output_type="coo_matrix")
    close = sorted((int(i), int(j)) for i, j in zip(pairs.row, owner[pairs.col], strict=True) if j < i)
    for i, j in close:
        if not conflict[rest[j]]:
            conflict[rest[i]] = True
    return conflict


def _free_places(cell: Cell, around: Surroundings) -> tuple[FloatArray, FloatArray]:
    """Return the empty sites and the grid points near the boundaries that lithium has room at."""
    half_gap = cell.boundaries.gap / 2
    vacant = wrapped(cell.vacant, cell.vectors)
    vacant = vacant[cell.boundaries.distance(vacant) < _BAND_A + half_gap]
    counts = [int(np.ceil(np.linalg.norm(v) / _GRID_A)) for v in cell.vectors]
    axes = [np.arange(n) / n for n in counts]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3) @ cell.vectors
    grid = grid[cell.boundaries.distance(grid) < _GRID_REACH_A + half_gap]
    return vacant[around.roomy(vacant)], grid[around.roomy(grid)]
