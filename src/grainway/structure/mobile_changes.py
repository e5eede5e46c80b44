"""Changes of composition on the lithium sites: how many ions there must be, and which leave or come."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from grainway.domain import DOPANT_HOST, Composition
from grainway.errors import StructureError
from grainway.structure.cell import Cell
from grainway.structure.composition import amount_in_region, chosen, nearest_whole, region_of
from grainway.structure.contact import periodic_images
from grainway.structure.crystal import IonicCrystal
from grainway.structure.lithium_places import arrange, make_places
from grainway.structure.surroundings import surroundings

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_STEPS_PER_ION = 1500  # the inside is nearly full: room for one more ion is hard to find
_ATTEMPTS = 5
_INSIDE_A = 2.0  # beyond the band by this much a grain's inside begins


def site_dopants(cell: Cell, composition: Composition, width: float, crystal: IonicCrystal) -> dict[str, int]:
    """Return how many of each dopant go on lithium sites."""
    return {
        element: amount_in_region(cell, amount, composition, width, crystal)
        for element, amount in composition.dopants
        if DOPANT_HOST[element] == "Li"
    }


def n_mobile_ions(cell: Cell, dopants: dict[str, int], crystal: IonicCrystal) -> int:
    """Return how many ions stand on lithium sites in the neutral cell, lithium and dopants together.

    Raises:
        StructureError: when neutrality asks for less than no lithium.
    """
    charge = sum(crystal.charge(str(s)) * int((cell.species == s).sum()) for s in np.unique(cell.species))
    charge += sum(crystal.charge(element) * n for element, n in dopants.items())
    n_lithium = -charge // crystal.charge("Li")
    if n_lithium < 0:
        raise StructureError.about(
            "composition",
            dopants,
            f"a cell that lithium can make neutral; {-n_lithium} lithium too many would leave",
            "Lower the dopants or the oxygen that is taken out.",
        )
    return n_lithium + sum(dopants.values())


def thinned(
    cell: Cell,
    lithium: FloatArray,
    kept: BoolArray,
    emptied: FloatArray,
) -> BoolArray:
    """Take out the two lithium ions nearest to each oxygen that has gone."""
    kept = kept.copy()
    if not len(emptied):
        return kept
    images, owner = periodic_images(lithium, cell.vectors, 8.0)
    distance, found = cKDTree(images).query(emptied, k=min(24, len(images)))
    for near, apart in zip(owner[found], np.asarray(distance), strict=True):
        order = near[np.lexsort((near, np.round(apart, 6)))]
        left = [int(i) for i in dict.fromkeys(order.tolist()) if kept[i]]
        kept[left[:2]] = False
    return kept


def transferred(
    cell: Cell,
    lithium: FloatArray,
    kept: BoolArray,
    composition: Composition,
    width: float,
    crystal: IonicCrystal,
    rng: np.random.Generator,
) -> tuple[FloatArray, BoolArray, int]:
    """Move lithium between the insides of the grains and the bands.

    Returns:
        Lithium positions, which of them stay, and how many ions the bands gain (+) or lose (-). What the
        inside loses the arrangement puts into the bands, and the reverse.

    Raises:
        StructureError: when the inside has too few ions or free sites.
    """
    amount = composition.lithium_transfer_per_nm2
    n_boundaries = cell.boundaries.distances(lithium[:1]).shape[1]
    total = nearest_whole(amount * cell.boundaries.area / 100) * n_boundaries
    if total == 0:
        return lithium, kept, 0
    deep = (width + cell.boundaries.gap) / 2 + _INSIDE_A
    field = "lithium_transfer_per_nm2"
    if total > 0:
        inside = np.flatnonzero(kept & (cell.boundaries.distance(lithium) > deep))
        kept = kept.copy()
        kept[chosen([inside], total, field, amount, rng)] = False
        return lithium, kept, total
    within = kept & (cell.boundaries.distance(lithium) > deep)
    vacant = cell.vacant[cell.boundaries.distance(cell.vacant) > deep]
    positions = np.vstack([lithium[within], vacant])
    rest = lithium[~within]
    places = make_places(
        positions,
        np.zeros(len(positions)),
        lithium[kept & ~within],
        cell.vectors,
        crystal.closest["Li", "Li"],
    )
    n_inside = int(within.sum())
    start = np.arange(len(positions)) < n_inside
    for _ in range(_ATTEMPTS):
        try:
            occupied, _ = arrange(places, start, n_inside - total, _STEPS_PER_ION * n_inside, rng)
            break
        except StructureError:
            continue
    else:
        raise StructureError.about(
            f"composition.{field}",
            amount,
            f"nearer to 0: no room was found for {-total} more lithium ions inside the grains",
            "Move less, use thicker grains, or another seed.",
        )
    settled = places.positions[occupied]
    return (
        np.vstack([rest, settled]),
        np.concatenate([kept[~within], np.ones(len(settled), dtype=bool)]),
        total,
    )


def placed_dopants(
    cell: Cell,
    mobile: FloatArray,
    dopants: dict[str, int],
    composition: Composition,
    width: float,
    crystal: IonicCrystal,
    rng: np.random.Generator,
) -> npt.NDArray[np.str_]:
    """Return the symbols of the ions on lithium sites: dopants take those with the fewest oxygen neighbours.

    Al and Ga prefer the tetrahedral site; among equals the draw decides.
    """
    names = np.repeat(np.array(["Li"]), len(mobile))
    for element, total in dopants.items():
        everywhere = np.ones(len(cell.framework), dtype=bool)
        around = surroundings(cell.framework, cell.species, cell.vectors, crystal, everywhere)
        neighbours = np.asarray(around.trees["O"].query_ball_point(mobile, 2.35, return_length=True))
        amount = dict(composition.dopants)[element]
        parts = []
        for part in region_of(cell, mobile, composition, width):
            free = part[names[part] == "Li"]
            tetrahedral = free[neighbours[free] <= 4]
            # enough of the preferred site leaves the draw to it alone
            parts.append(tetrahedral if len(tetrahedral) >= total else free)
        names[chosen(parts, total, f"dopants.{element}", amount, rng)] = element
    return names
