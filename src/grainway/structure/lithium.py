"""Lithium: orderings of the perfect crystal, and its repair at the boundary.

Garnet holds 28 Li on 60 sites of its primitive cell. An ordering with the period of the primitive cell
tiles any slab of whole lattice planes without a seam and with the exact count; two grains get two
different ones. Only ions that end up too close to the other grain are moved, never deleted: charge and
stoichiometry are exact by construction.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from grainway.errors import StructureError
from grainway.structure.bulk import load_garnet
from grainway.structure.contact import periodic_images, wrapped
from grainway.structure.crystal import IonicCrystal

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_SOFT_LENGTH_A = 2.6  # below the preferred Li-Li distance the repulsion rises above kT
_GRID_SPACING_A = 0.6
_EXCLUDED = 40.0  # repulsion of an excluded pair: finite, so that annealing can pass through one
_STEPS = 10_000
_ATTEMPTS = 20


@lru_cache(maxsize=256)
def lithium_ordering(seed: int) -> BoolArray:
    """Return one occupation of the lithium sites with the period of the primitive cell.

    Random occupation annealed by swaps under a soft Li-Li repulsion; no pair nearer than the exclusion
    distance is accepted. Molecular dynamics equilibrates the rest within picoseconds at the temperatures
    of a run.

    Args:
        seed: the ordering's own seed.

    Returns:
        Occupation per site, shape (60,); exactly the neutral number are True.

    Raises:
        StructureError: when no ordering without an excluded pair was found.
    """
    crystal = load_garnet()
    repulsion = _site_repulsion(crystal)
    rng = np.random.default_rng([20, seed])
    for _ in range(_ATTEMPTS):
        occupied = _anneal(repulsion, crystal.n_lithium, rng)
        pairs = repulsion[np.ix_(occupied, occupied)]
        if (pairs < _EXCLUDED).all():
            occupied.flags.writeable = False
            return occupied
    raise StructureError(f"no lithium ordering was found with seed {seed}; use another seed")


def _anneal(repulsion: FloatArray, n_lithium: int, rng: np.random.Generator) -> BoolArray:
    n_sites = len(repulsion)
    shuffled = rng.permutation(n_sites)
    full, empty = shuffled[:n_lithium], shuffled[n_lithium:]
    field = repulsion[full].sum(axis=0)
    picks = rng.random((_STEPS, 3))
    for step, (first, second, chance) in enumerate(picks):
        temperature = 8.0 * (1.0 - step / _STEPS) ** 2 + 0.05
        i, j = int(first * len(full)), int(second * len(empty))
        site, target = full[i], empty[j]
        change = field[target] - repulsion[site, target] - field[site]
        if change < 0 or chance < np.exp(-change / temperature):
            field += repulsion[target] - repulsion[site]
            full[i], empty[j] = target, site
    occupied = np.zeros(n_sites, dtype=bool)
    occupied[full] = True
    return occupied


def _site_repulsion(crystal: IonicCrystal) -> FloatArray:
    """Return the pair repulsion between lithium sites over periodic images, shape (n, n), units of kT."""
    sites = crystal.lithium_sites
    vectors = np.array(
        [[i, j, k] for i in range(-1, 2) for j in range(-1, 2) for k in range(-1, 2)], dtype=np.float64
    )
    vectors = np.vstack([vectors, vectors + 0.5, vectors - 0.5])
    vectors = np.unique(vectors, axis=0)
    energy = np.zeros((len(sites), len(sites)))
    for shift in vectors:
        difference = (sites[:, None, :] - sites[None, :, :] + shift) * crystal.lattice_parameter
        distance = np.linalg.norm(difference, axis=2)
        distance[distance < 1e-9] = np.inf
        energy += np.where(
            distance < crystal.closest["Li", "Li"], _EXCLUDED, (_SOFT_LENGTH_A / distance) ** 6
        )
    return energy


def repair_lithium(
    framework: FloatArray,
    framework_species: npt.NDArray[np.str_],
    framework_grain: npt.NDArray[np.int64],
    lithium: FloatArray,
    lithium_grain: npt.NDArray[np.int64],
    vacant: FloatArray,
    cell: FloatArray,
    boundary_positions: tuple[float, ...],
    rng: np.random.Generator,
) -> FloatArray:
    """Move lithium that is too close to the other grain to free places near the boundary.

    Args:
        framework: positions of La, Zr, O, shape (n, 3), Å.
        framework_species: their symbols, shape (n,).
        framework_grain: their grain, shape (n,).
        lithium: tiled lithium positions, shape (m, 3), Å.
        lithium_grain: their grain, shape (m,).
        vacant: unoccupied lithium sites of both grains, shape (v, 3), Å.
        cell: cell rows, shape (3, 3), Å.
        boundary_positions: heights of the boundaries, Å.
        rng: decides between equally good places.

    Returns:
        Positions of the same number of lithium ions, shape (m, 3), Å.

    Raises:
        StructureError: when there is no room left.
    """
    closest = load_garnet().closest
    lithium = wrapped(lithium, cell)
    conflict = np.zeros(len(lithium), dtype=bool)
    for element in np.unique(framework_species):
        member = framework_species == element
        distance = closest["Li", str(element)]
        positions, owner = periodic_images(framework[member], cell, distance)
        tree = cKDTree(positions)
        grain_of = framework_grain[member][owner]
        pairs = cKDTree(lithium).query_ball_tree(tree, distance)
        for i, neighbours in enumerate(pairs):
            conflict[i] |= bool((grain_of[neighbours] != lithium_grain[i]).any())
    minimum = closest["Li", "Li"]
    positions, owner = periodic_images(lithium, cell, minimum)
    for i, neighbours in enumerate(cKDTree(lithium).query_ball_tree(cKDTree(positions), minimum)):
        # of a pair that is too close, the later one moves
        if not conflict[i] and any(owner[n] < i and not conflict[owner[n]] for n in neighbours):
            conflict[i] = True
    n_moved = int(conflict.sum())
    kept = lithium[~conflict]
    if n_moved == 0:
        return lithium
    candidates = wrapped(np.vstack([vacant, _grid_near(boundary_positions, cell)]), cell)
    clearance = np.full(len(candidates), np.inf)
    for element in np.unique(framework_species):
        positions, _ = periodic_images(framework[framework_species == element], cell, 6.0)
        nearest, _ = cKDTree(positions).query(candidates)
        clearance = np.minimum(clearance, nearest / closest["Li", str(element)])
    free = clearance >= 1.0
    candidates, clearance = candidates[free], clearance[free]
    height = cell[2, 2]
    offset = np.min(
        [np.abs((candidates[:, 2] - z + height / 2) % height - height / 2) for z in boundary_positions],
        axis=0,
    )
    # places near the boundary first, wider ones before narrower ones; the noise makes builds differ
    score = np.minimum(clearance, 1.3) - 0.05 * offset + 0.1 * rng.random(len(candidates))
    placed = list(kept)
    tree_positions, _ = periodic_images(kept, cell, minimum)
    blocked = cKDTree(tree_positions).query(candidates, distance_upper_bound=minimum)[0] < minimum
    lattice_inverse = np.linalg.inv(cell)
    for _ in range(n_moved):
        open_places = np.flatnonzero(~blocked)
        if open_places.size == 0:
            raise StructureError(
                f"no room for {n_moved} displaced lithium ions at the boundary; "
                "use another translation or termination, or open a wider contact gap"
            )
        best = open_places[np.argmax(score[open_places])]
        placed.append(candidates[best])
        difference = (candidates - candidates[best]) @ lattice_inverse
        difference = (difference - np.round(difference)) @ cell
        blocked |= (difference**2).sum(axis=1) < minimum**2
    return np.array(placed)


def _grid_near(boundary_positions: tuple[float, ...], cell: FloatArray) -> FloatArray:
    """Return a grid of points within 4 Å of the boundaries, shape (n, 3), Å."""
    counts = [max(int(np.ceil(np.linalg.norm(cell[i]) / _GRID_SPACING_A)), 1) for i in (0, 1)]
    heights = np.arange(-4.0, 4.01, _GRID_SPACING_A)
    s, t = np.meshgrid(np.arange(counts[0]) / counts[0], np.arange(counts[1]) / counts[1], indexing="ij")
    plane = s.reshape(-1, 1) * cell[0] + t.reshape(-1, 1) * cell[1]
    return np.vstack([plane + np.array([0.0, 0.0, z + h]) for z in boundary_positions for h in heights])
