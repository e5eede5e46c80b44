"""Composition in neutral units: Li2O in or out, vacancies, dopants on framework sites.

Whole units only; a boundary's share is rounded to the nearest, and all boundaries are treated alike.
Oxygen and dopants are changed here, lithium follows from neutrality.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import floor

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from grainway.domain import DOPANT_HOST, Composition
from grainway.errors import StructureError
from grainway.structure.cell import Cell
from grainway.structure.contact import CONTACT_SCALE, periodic_images
from grainway.structure.crystal import IonicCrystal
from grainway.structure.surroundings import surroundings

FloatArray = npt.NDArray[np.float64]
IndexArray = npt.NDArray[np.intp]

_BOND_A = 2.9  # La-O 2.6 and Zr-O 2.1 Å are bonds, the next shells are not
_VOID_GRID_A = 0.5
_VOID_DEPTH_A = 2.0


@dataclass(frozen=True, eq=False)
class ChangedFramework:
    """A cell whose framework has been changed.

    Attributes:
        cell: the cell.
        changes: units put in (+) or taken out (-), by name.
        emptied: where oxygen was taken out, shape (n, 3), Å.
    """

    cell: Cell
    changes: dict[str, int]
    emptied: FloatArray


def nearest_whole(amount: float) -> int:
    """Return the nearest whole number, halves away from zero."""
    return floor(abs(amount) + 0.5) * (1 if amount >= 0 else -1)


def region_of(cell: Cell, points: FloatArray, composition: Composition, width: float) -> list[IndexArray]:
    """Return which points lie in each part of the region: one part per boundary, or one for everywhere."""
    if composition.region == "everywhere":
        return [np.arange(len(points))]
    distances = cell.boundaries.distances(points)
    near = distances.min(axis=1) <= (width + cell.boundaries.gap) / 2
    nearest = np.argmin(distances, axis=1)
    return [np.flatnonzero(near & (nearest == b)) for b in range(distances.shape[1])]


def shares(total: int, parts: int) -> list[int]:
    """Return whole shares of a total that differ by one at most, the larger ones first."""
    return [total // parts + (1 if n < total % parts else 0) for n in range(parts)]


def amount_in_region(
    cell: Cell, amount: float, composition: Composition, width: float, crystal: IonicCrystal
) -> int:
    """Return the whole number of units that an amount per formula unit of the region stands for."""
    parts = region_of(cell, cell.framework, composition, width)
    return nearest_whole(amount * sum(map(len, parts)) / crystal.framework_per_formula_unit)


def chosen(
    candidates: list[IndexArray], total: int, field: str, amount: float, rng: np.random.Generator
) -> IndexArray:
    """Draw whole shares of a total from the parts of a region.

    Raises:
        StructureError: when a part holds fewer candidates than its share.
    """
    drawn = []
    for part, n in zip(candidates, shares(total, len(candidates)), strict=True):
        if n > len(part):
            raise StructureError.about(
                f"composition.{field}",
                amount,
                f"at most {amount * len(part) / n:.3g}: the region has {len(part)} places for {n}",
                "Lower it, or widen the region (width_layers, region = 'everywhere').",
            )
        drawn.append(np.sort(rng.choice(part, size=n, replace=False)))
    return np.concatenate(drawn) if drawn else np.zeros(0, dtype=np.intp)


def change_framework(
    cell: Cell, composition: Composition, width: float, crystal: IonicCrystal, rng: np.random.Generator
) -> ChangedFramework:
    """Put dopants on framework sites, take oxygen out and put it in.

    Raises:
        StructureError: when the region has too few sites, or no void for an added oxygen.
    """
    changes: dict[str, int] = {}
    if composition.is_stoichiometric:
        return ChangedFramework(cell, changes, np.zeros((0, 3)))
    species = cell.species.copy()
    parts = region_of(cell, cell.framework, composition, width)
    for element, amount in composition.dopants:
        host = DOPANT_HOST[element]
        if host == "Li":
            continue
        total = amount_in_region(cell, amount, composition, width, crystal)
        sites = [p[species[p] == host] for p in parts]
        species[chosen(sites, total, f"dopants.{element}", amount, rng)] = element
        changes[element] = total
    per_boundary = nearest_whole(composition.lithium_oxide_per_nm2 * cell.boundaries.area / 100)
    gone = np.zeros(len(species), dtype=bool)
    if per_boundary < 0:
        gone[_loosest_oxygen(cell, -per_boundary, composition, width)] = True
    if composition.oxygen_vacancies > 0:
        total = amount_in_region(cell, composition.oxygen_vacancies, composition, width, crystal)
        oxygen = [p[(species[p] == "O") & ~gone[p]] for p in parts]
        gone[chosen(oxygen, total, "oxygen_vacancies", composition.oxygen_vacancies, rng)] = True
        changes["V_O"] = total
    n_boundaries = cell.boundaries.distances(cell.framework[:1]).shape[1]
    if per_boundary:
        changes["Li2O"] = per_boundary * n_boundaries
    added = np.zeros((0, 3))
    if per_boundary > 0:
        added = _void_places(cell, per_boundary, composition, crystal)
    nearest_atom = cKDTree(cell.framework).query(added)[1] if len(added) else np.zeros(0, dtype=np.intp)
    changed = replace(
        cell,
        framework=np.vstack([cell.framework[~gone], added]),
        species=np.concatenate([species[~gone], np.repeat(np.array(["O"]), len(added))]),
        grain=np.concatenate([cell.grain[~gone], cell.grain[nearest_atom]]),
    )
    return ChangedFramework(changed, changes, cell.framework[gone])


def _loosest_oxygen(cell: Cell, n: int, composition: Composition, width: float) -> IndexArray:
    """Return the oxygen with the fewest cations around it, ``n`` at each boundary, the nearest first."""
    cations = ~np.isin(cell.species, ["O", "Li"])
    images, _ = periodic_images(cell.framework[cations], cell.vectors, _BOND_A)
    offset = cell.boundaries.distance(cell.framework)
    tree = cKDTree(images)
    taken = []
    for part in region_of(cell, cell.framework, replace(composition, region="band"), width):
        oxygen = part[cell.species[part] == "O"]
        if n > len(oxygen):
            most = composition.lithium_oxide_per_nm2 * len(oxygen) / n
            raise StructureError.about(
                "composition.lithium_oxide_per_nm2",
                composition.lithium_oxide_per_nm2,
                f"at least {most:.3g}: the band holds {len(oxygen)} oxygen",
                "Take out less, or widen the band (width_layers).",
            )
        bonds = tree.query_ball_point(cell.framework[oxygen], _BOND_A, return_length=True)
        order = np.lexsort((oxygen, np.round(offset[oxygen], 6), bonds))
        taken.append(oxygen[order[:n]])
    return np.concatenate(taken)


def _void_places(cell: Cell, n: int, composition: Composition, crystal: IonicCrystal) -> FloatArray:
    """Return the widest voids for oxygen, ``n`` at each boundary, shape (n·n_boundaries, 3), Å."""
    reach = _VOID_DEPTH_A + cell.boundaries.gap / 2
    counts = [int(np.ceil(np.linalg.norm(v) / _VOID_GRID_A)) for v in cell.vectors]
    axes = [np.arange(c) / c for c in counts]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3) @ cell.vectors
    grid = grid[cell.boundaries.distance(grid) < reach]
    near = cell.boundaries.distance(cell.framework) < reach + 8.0
    around = surroundings(cell.framework, cell.species, cell.vectors, crystal, near)
    clearance = np.round(around.clearance(grid, "O"), 9)
    nearest = cell.boundaries.nearest(grid)
    limit = crystal.closest["O", "O"]
    places = []
    for boundary in range(cell.boundaries.distances(grid[:1]).shape[1]):
        room = np.where(nearest == boundary, clearance, 0.0)
        for done in range(n):
            best = int(np.argmax(room))
            if room[best] < CONTACT_SCALE:
                raise StructureError.about(
                    "composition.lithium_oxide_per_nm2",
                    composition.lithium_oxide_per_nm2,
                    f"at most {composition.lithium_oxide_per_nm2 * done / n:.3g}: no void for more oxygen",
                    "Add less, open the boundary (contact_scale up to 1), or use another translation.",
                )
            places.append(grid[best])
            images, _ = periodic_images(grid[best : best + 1], cell.vectors, 2 * limit)
            room = np.minimum(room, cKDTree(images).query(grid)[0] / limit)
    return np.array(places)
