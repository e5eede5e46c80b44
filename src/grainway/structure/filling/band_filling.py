"""From a framework to a whole cell: composition, then lithium by neutrality, arranged near the boundaries."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from grainway.array_types import BoolArray, FloatArray, IntArray, StringArray
from grainway.domain import Composition
from grainway.errors import StructureError
from grainway.geometry.band_grid import band_grid
from grainway.geometry.periodic_points import (
    canonical_order,
    into_cell,
    pairs_within,
    periodic_images,
    tree_of,
)
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.filling.lithium_monte_carlo import PAIR_REACH_A, arrange, make_places
from grainway.structure.filling.lithium_sublattice import (
    LithiumSublattice,
    site_dopants,
    transferred,
    without,
)
from grainway.structure.filling.local_environment import LocalEnvironment, local_environment
from grainway.structure.filling.stoichiometry import change_framework
from grainway.structure.filling.tiled_cell import TiledCell

_BAND_A = 3.0
"""Lithium within this distance of a boundary is arranged anew; deeper ions keep their ordering."""
_GRID_A = 1.0
_GRID_REACH_A = 1.0
"""Measured on 40 cells: a spacing of 0.7 Å gains 1.8 ± 1.3 kT a cell, 1.4 Å costs 5.5 ± 1.4 and finds no room
in one; no reach beyond the faces of the gap costs 3.7 ± 1.3, and 3 Å gain nothing."""
_HOLE_A = 1.3  # of grid points nearer than this to each other only the best bonded is a place
_GRID_COST = 2.0  # kT by which a place off the lattice is dearer than a site of equal bonding
_SWEEPS = 5
"""Measured on 40 cells: their energy falls by 94 kT from one sweep to three, 6 from there to five, then by
3 to ten and 5.5 to forty, which take four times as long; the anneal does the rest."""
_DIGITS = 9  # Å; below any meaning, above the noise of one processor or another


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
    cell: TiledCell, composition: Composition, width: float, crystal: IonicCrystal, rng: np.random.Generator
) -> Filled:
    """Change the composition, then place lithium so that the cell is neutral and no pair is too close.

    Every unit is neutral by itself and near itself: lithium leaves next to a dopant or a vacancy, comes with
    added oxygen, and never changes from one boundary to another. The order in which atoms are listed changes
    nothing but the order of the answer.

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
    band = max(_BAND_A, *(crystal.limit("Li", str(e)) for e in set(crystal.framework_species)))
    band += cell.boundaries.gap / 2
    offset = cell.boundaries.distance(cell.framework)
    around = local_environment(cell.framework, cell.species, cell.vectors, crystal, offset < band + 3.5)
    positions = into_cell(cell.lithium, cell.vectors)
    n_boundaries = cell.boundaries.distances(cell.framework[:1]).shape[1]
    lithium = LithiumSublattice(
        positions=positions,
        present=np.ones(len(positions), dtype=bool),
        placed=~_in_the_way(cell, positions, band, around, crystal),
        vacant=into_cell(cell.vacant, cell.vectors),
        gain=np.full(n_boundaries, changed.lithium_gain, dtype=np.int64),
    )
    lithium = without(cell, lithium, changed.defects, width)
    dopants, names, defects, lithium = site_dopants(cell, lithium, composition, width, crystal, rng)
    lithium = without(cell, lithium, defects, width)
    lithium, moved = transferred(cell, lithium, dopants, composition, width, crystal, rng)
    if moved:
        changes["Li to band"] = moved
    if composition.is_stoichiometric and lithium.placed.all():
        mobile, energies = lithium.positions, np.zeros(2)  # the orderings stand as they are
    else:
        if len(dopants):
            both, kinds = np.vstack([cell.framework, dopants]), np.concatenate([cell.species, names])
            near = cell.boundaries.distance(both) < band + 3.5
            around = local_environment(both, kinds, cell.vectors, crystal, near)
        mobile, energies = _arranged(cell, lithium, band, around, crystal, rng)
    for element in np.unique(names):
        changes[str(element)] = int((names == element).sum())
    everything: FloatArray = np.vstack([cell.framework, mobile, dopants])
    filled = Filled(
        positions=everything.round(_DIGITS),
        species=np.concatenate([cell.species, np.repeat(np.array(["Li"]), len(mobile)), names]),
        grain=cell.grain,
        changes=changes,
        energies=energies,
    )
    charge = sum(crystal.charge(s) * n for s, n in Counter(filled.species.tolist()).items())
    if charge:
        raise ArithmeticError(f"the cell carries {charge} e")
    return filled


def _arranged(
    cell: TiledCell,
    lithium: LithiumSublattice,
    band: float,
    around: LocalEnvironment,
    crystal: IonicCrystal,
    rng: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Return the lithium positions, those near the boundaries arranged anew, and the energies."""
    depth = cell.boundaries.distance(lithium.positions)
    near = depth < band
    still = lithium.positions[lithium.present & ~near]
    felt = lithium.positions[lithium.present & ~near & (depth < band + PAIR_REACH_A)]
    vacant = lithium.vacant[cell.boundaries.distance(lithium.vacant) < band]
    # sites that ions have left are free for others
    sites = np.vstack([lithium.positions[near], vacant])
    full = np.concatenate([(lithium.present & lithium.placed)[near], np.zeros(len(vacant), dtype=bool)])
    roomy = around.roomy(sites) | full
    sites, full = sites[roomy], full[roomy]
    site_energy = around.site_energy(sites)
    here = cell.boundaries.nearest(lithium.positions[lithium.present & near])
    wanted = np.bincount(here, minlength=len(lithium.gain)) + lithium.gain
    if (wanted < 0).any():
        raise StructureError.about(
            "composition.lithium_transfer_per_nm2",
            wanted.tolist(),
            "so much that 0 or more lithium ions are left at each boundary",
            "Take out less, or lower the dopants.",
        )
    # few holes are quick and serve nearly always; where ions are many, every point of the grid is offered
    for depth_of_grid, apart in ((_GRID_REACH_A, _HOLE_A), (_BAND_A, 0.0)):
        holes, hole_energy = _holes(cell, around, depth_of_grid, apart)
        positions = np.vstack([sites, holes])
        places = make_places(
            positions,
            cell.boundaries.nearest(positions),
            np.concatenate([site_energy, hole_energy + _GRID_COST]),
            felt,
            cell.vectors,
            crystal.closest["Li", "Li"],
        )
        occupied = np.concatenate([full, np.zeros(len(holes), dtype=bool)])[places.order]
        try:
            occupied, energies = arrange(places, occupied, wanted, _SWEEPS, rng)
        except StructureError:
            if apart == 0.0:
                raise
        else:
            break
    return np.vstack([still, places.positions[occupied]]), energies


def _in_the_way(
    cell: TiledCell, lithium: FloatArray, band: float, around: LocalEnvironment, crystal: IonicCrystal
) -> BoolArray:
    """Say which lithium is too close to the framework, or to other lithium: of two, one."""
    near = np.flatnonzero(cell.boundaries.distance(lithium) < band)
    near = near[canonical_order(lithium[near], cell.vectors)]
    conflict = np.zeros(len(lithium), dtype=bool)
    conflict[near] = ~around.roomy(lithium[near])
    limit = crystal.closest["Li", "Li"]
    rest = near[~conflict[near]]
    images, owner = periodic_images(lithium[rest], cell.vectors, limit)
    first, second, distance = pairs_within(tree_of(lithium[rest]), tree_of(images), limit)
    second = owner[second]
    close = (second < first) & (distance < limit)
    for i, j in sorted(zip(first[close].tolist(), second[close].tolist(), strict=True)):
        if not conflict[rest[j]]:
            conflict[rest[i]] = True
    return conflict


def _holes(
    cell: TiledCell, around: LocalEnvironment, reach: float, apart: float
) -> tuple[FloatArray, FloatArray]:
    """Return the grid points where lithium is best bonded off its lattice, and their energies, kT.

    Args:
        cell: where.
        around: the framework.
        reach: depth of the grid from the faces of the gap, Å.
        apart: of points nearer than this to each other only the best bonded is kept, Å; 0 for all.
    """
    grid = band_grid(cell.vectors, cell.boundaries, _GRID_A, reach + cell.boundaries.gap / 2)
    grid = grid[around.roomy(grid)]
    energy = around.site_energy(grid)
    if apart == 0.0:
        return grid, energy
    images, owner = periodic_images(grid, cell.vectors, apart)
    first, second, _ = pairs_within(tree_of(grid), tree_of(images), apart)
    # of points equal by symmetry the first of the grid wins
    rank = np.empty(len(grid), dtype=np.intp)
    rank[np.argsort(np.round(energy, 6), kind="stable")] = np.arange(len(grid))
    beaten = np.zeros(len(grid), dtype=bool)
    beaten[first[rank[owner[second]] < rank[first]]] = True
    return grid[~beaten], energy[~beaten]
