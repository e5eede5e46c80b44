"""Composition in neutral units: Li2O in or out, vacancies, dopants on framework sites.

Whole units only; a boundary's share is rounded to the nearest, and all boundaries are treated alike.
Oxygen and dopants are changed here, lithium follows from neutrality.
"""

from dataclasses import dataclass, replace
from math import floor

import numpy as np
from scipy.spatial import cKDTree

from grainway.array_types import FloatArray, IndexArray
from grainway.domain import DOPANT_HOST, Composition
from grainway.domain.composition_change import Region
from grainway.errors import StructureError
from grainway.geometry.band_grid import band_grid
from grainway.geometry.contact import CONTACT_SCALE
from grainway.geometry.periodic_points import canonical_order, periodic_images
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.filling.local_environment import local_environment
from grainway.structure.filling.tiled_cell import TiledCell

_BOND_A = 2.9  # La-O 2.6 and Zr-O 2.1 Å are bonds, the next shells are not
_VOID_GRID_A = 0.5
_VOID_DEPTH_A = 2.0


@dataclass(frozen=True, eq=False)
class Defect:
    """Changes of one kind, each of which lithium must leave for.

    Attributes:
        positions: where they are, shape (n, 3), Å.
        lithium: ions that leave for each.
        region: where these may come from.
        field: the input that asked for them, for the message when there are too few.
        amount: its value.
        hosts: lithium ions already given up for them as their sites.
    """

    positions: FloatArray
    lithium: int
    region: Region
    field: str
    amount: float
    hosts: int = 0


@dataclass(frozen=True, eq=False)
class ChangedFramework:
    """A cell whose framework has been changed.

    Attributes:
        cell: the cell; added oxygen comes last.
        changes: units put in (+) or taken out (-), by name.
        defects: what lithium must leave for.
        n_added: added oxygen ions.
        lithium_gain: lithium ions that come with the added oxygen at each boundary.
    """

    cell: TiledCell
    changes: dict[str, int]
    defects: list[Defect]
    n_added: int
    lithium_gain: int


def nearest_whole(amount: float) -> int:
    """Return the nearest whole number, halves away from zero."""
    return floor(abs(amount) + 0.5) * (1 if amount >= 0 else -1)


def half_band(cell: TiledCell, width: float) -> float:
    """Return how far the band reaches from a boundary's middle, Å."""
    return (width + cell.boundaries.gap) / 2


def region_of(
    cell: TiledCell, points: FloatArray, composition: Composition, width: float
) -> list[IndexArray]:
    """Return which points lie in each part of the region: one part per boundary, or one for everywhere."""
    if composition.region == "everywhere":
        return [np.arange(len(points))]
    distances = cell.boundaries.distances(points)
    near = distances.min(axis=1) <= half_band(cell, width)
    nearest = np.argmin(distances, axis=1)
    return [np.flatnonzero(near & (nearest == b)) for b in range(distances.shape[1])]


def shares(total: int, parts: int) -> list[int]:
    """Return whole shares of a total that differ by one at most, the larger ones first."""
    return [total // parts + (1 if n < total % parts else 0) for n in range(parts)]


def amount_in_region(
    cell: TiledCell, amount: float, composition: Composition, width: float, crystal: IonicCrystal
) -> int:
    """Return the whole number of units that an amount per formula unit of the region stands for."""
    parts = region_of(cell, cell.framework, composition, width)
    return nearest_whole(amount * sum(map(len, parts)) / crystal.framework_per_formula_unit)


def chosen(
    candidates: list[IndexArray],
    positions: FloatArray,
    cell: TiledCell,
    total: int,
    field: str,
    amount: float,
    rng: np.random.Generator,
) -> IndexArray:
    """Draw whole shares of a total from the parts of a region, in an order that geometry alone decides.

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
        listed = part[canonical_order(positions[part], cell.vectors)]
        drawn.append(listed[np.sort(rng.choice(len(listed), size=n, replace=False))])
    return np.concatenate(drawn) if drawn else np.zeros(0, dtype=np.intp)


def change_framework(
    cell: TiledCell, composition: Composition, width: float, crystal: IonicCrystal, rng: np.random.Generator
) -> ChangedFramework:
    """Put dopants on framework sites, take oxygen out and put it in.

    Raises:
        StructureError: when the region has too few sites, or no void for an added oxygen.
    """
    changes: dict[str, int] = {}
    defects: list[Defect] = []
    if composition.is_stoichiometric:
        return ChangedFramework(cell, changes, defects, 0, 0)
    species = cell.species.copy()
    where, region, lithium = cell.framework, composition.region, crystal.charge("Li")
    parts = region_of(cell, where, composition, width)
    for element, amount in composition.dopants:
        host = DOPANT_HOST[element]
        if host == "Li":
            continue
        total = amount_in_region(cell, amount, composition, width, crystal)
        sites = [p[species[p] == host] for p in parts]
        taken = chosen(sites, where, cell, total, f"dopants.{element}", amount, rng)
        species[taken] = element
        changes[element] = total
        surplus = (crystal.charge(element) - crystal.charge(host)) // lithium
        defects.append(Defect(where[taken], surplus, region, f"dopants.{element}", amount))
    oxide = composition.lithium_oxide_per_nm2
    per_boundary = nearest_whole(oxide * cell.boundaries.area / 100)
    per_oxygen = -crystal.charge("O") // lithium if "O" in species else 0
    gone = np.zeros(len(species), dtype=bool)
    if per_boundary < 0:
        loosest = _loosest_oxygen(cell, -per_boundary, composition, width, crystal)
        gone[loosest] = True
        defects.append(Defect(where[loosest], per_oxygen, "band", "lithium_oxide_per_nm2", oxide))
    if composition.oxygen_vacancies > 0:
        amount = composition.oxygen_vacancies
        total = amount_in_region(cell, amount, composition, width, crystal)
        oxygen = [p[(species[p] == "O") & ~gone[p]] for p in parts]
        taken = chosen(oxygen, where, cell, total, "oxygen_vacancies", amount, rng)
        gone[taken] = True
        changes["V_O"] = total
        defects.append(Defect(where[taken], per_oxygen, region, "oxygen_vacancies", amount))
    if per_boundary:
        changes["Li2O"] = per_boundary * cell.boundaries.distances(where[:1]).shape[1]
    added = np.zeros((0, 3))
    if per_boundary > 0:
        remaining = replace(cell, framework=where[~gone], species=species[~gone], grain=cell.grain[~gone])
        added = _void_places(remaining, per_boundary, composition, crystal)
    nearest_atom = cKDTree(where).query(added)[1] if len(added) else np.zeros(0, dtype=np.intp)
    changed = replace(
        cell,
        framework=np.vstack([where[~gone], added]),
        species=np.concatenate([species[~gone], np.repeat(np.array(["O"]), len(added))]),
        grain=np.concatenate([cell.grain[~gone], cell.grain[nearest_atom]]),
    )
    return ChangedFramework(changed, changes, defects, len(added), max(per_boundary, 0) * per_oxygen)


def _loosest_oxygen(
    cell: TiledCell, n: int, composition: Composition, width: float, crystal: IonicCrystal
) -> IndexArray:
    """Return the oxygen with the fewest cations around it, ``n`` at each boundary, the nearest first."""
    cations = np.isin(cell.species, [e for e in np.unique(cell.species) if crystal.charge(str(e)) > 0])
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
        oxygen = oxygen[canonical_order(cell.framework[oxygen], cell.vectors)]
        bonds = tree.query_ball_point(cell.framework[oxygen], _BOND_A, return_length=True)
        order = np.lexsort((np.arange(len(oxygen)), np.round(offset[oxygen], 6), bonds))
        taken.append(oxygen[order[:n]])
    return np.concatenate(taken)


def _void_places(cell: TiledCell, n: int, composition: Composition, crystal: IonicCrystal) -> FloatArray:
    """Return the widest voids for oxygen, ``n`` at each boundary, shape (n·n_boundaries, 3), Å."""
    reach = _VOID_DEPTH_A + cell.boundaries.gap / 2
    grid = band_grid(cell.vectors, cell.boundaries, _VOID_GRID_A, reach)
    near = cell.boundaries.distance(cell.framework) < reach + 8.0
    widest = 2.0 * max(crystal.closest.values())
    around = local_environment(cell.framework, cell.species, cell.vectors, crystal, near, widest)
    clearance = np.round(around.clearance(grid, "O"), 6)
    nearest = cell.boundaries.nearest(grid)
    points = cKDTree(grid)
    limit = crystal.closest["O", "O"]
    places = []
    for boundary in range(cell.boundaries.distances(grid[:1]).shape[1]):
        for done in range(n):
            room = np.where(nearest == boundary, clearance, 0.0)
            best = int(np.argmax(room))
            if room[best] < CONTACT_SCALE:
                raise StructureError.about(
                    "composition.lithium_oxide_per_nm2",
                    composition.lithium_oxide_per_nm2,
                    f"at most {composition.lithium_oxide_per_nm2 * done / n:.3g}: no void for more oxygen",
                    "Add less, open the boundary (contact_scale up to 1), or use another translation.",
                )
            places.append(grid[best])
            images, _ = periodic_images(grid[best : best + 1], cell.vectors, widest)
            for image in images:
                near_it = points.query_ball_point(image, widest)
                apart = np.linalg.norm(grid[near_it] - image, axis=1)
                clearance[near_it] = np.minimum(clearance[near_it], np.round(apart / limit, 6))
    return np.array(places)
