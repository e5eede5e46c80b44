"""Who stands where on the shared sites of a built cell: whole numbers for each grain, spread out, neutral."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from grainway.array_types import BoolArray, FloatArray, IndexArray
from grainway.errors import StructureError
from grainway.geometry.periodic_points import (
    canonical_order,
    into_cell,
    pairs_within,
    periodic_images,
    tree_of,
)
from grainway.structure.crystal.crystal import IonicCrystal, SharedSites
from grainway.structure.filling.charge_compensation import charge_compensated
from grainway.structure.filling.local_environment import local_environment
from grainway.structure.filling.short_range_order import short_range_ordered
from grainway.structure.filling.tiled_cell import TiledCell

LatticeSites = Callable[[int, FloatArray], FloatArray]

_MATCH_A = 1e-3


@dataclass(frozen=True, eq=False)
class _Pool:
    """Shared sites of one grain in a cell.

    Attributes:
        shared: whose.
        ions: which framework atoms or lithium ions stand on them and may be exchanged, in canonical order.
        numbers: how many of each element are wanted, the guests by element.
    """

    shared: SharedSites
    ions: IndexArray
    numbers: dict[str, int]


def decorate(
    cell: TiledCell, lattice_sites: LatticeSites, crystal: IonicCrystal, rng: np.random.Generator
) -> TiledCell:
    """Put the guests of a crystal's shared sites into a cell that holds the hosts only.

    In each grain a pool of N equal sites gets the largest-remainder rounding of fraction times N of each
    element, so that the grains have the file's composition to within an ion. Ions of one element repel each
    other softly and stand apart. A guest on a lithium site replaces an ion of the ordering, so that it keeps
    lithium's distances. Each guest of higher charge than its host is neutralised where it stands: the nearest
    guests of lower charge count against it, then the nearest lithium leaves. The order in which atoms are
    listed changes nothing.

    Args:
        cell: framework of hosts and tiled lithium.
        lattice_sites: positions in the cell of a grain's sites, given the grain and cubic fractions.
        crystal: what the grains are made of.
        rng: decides among equals.

    Returns:
        The cell, neutral; guests on lithium sites have become framework atoms at its end. The cell as it came
        where nothing is shared.

    Raises:
        StructureError: when too few lithium ions stand where guests belong, or lithium cannot make the cell
            neutral.
    """
    if not crystal.shared_sites:
        return cell
    species = cell.species.astype("<U2")
    host_of_lithium = np.full(len(cell.lithium), "Li", dtype="<U2")
    exchangeable: BoolArray | None = None
    for place in ("framework", "lithium"):
        names = species if place == "framework" else host_of_lithium
        where = cell.framework if place == "framework" else cell.lithium
        if place == "lithium" and any(s.place == "lithium" for s in crystal.shared_sites):
            exchangeable = _has_room(cell, crystal)
        for shared in crystal.shared_sites:
            if shared.place != place:
                continue
            sites = crystal.framework_sites if place == "framework" else crystal.lithium_sites
            for grain in (0, 1):
                pool = _pool(
                    cell, where, shared, lattice_sites(grain, sites[list(shared.sites)]), exchangeable
                )
                names[pool.ions] = short_range_ordered(
                    where[pool.ions], pool.numbers, shared.host, cell.vectors, rng
                )
    charge_of = {e: crystal.charge(e) for e in crystal.formal_charges}
    surplus = np.array([charge_of[s] for s in species.tolist()]) - np.array(
        [charge_of[s] for s in cell.species.tolist()]
    )
    guests = host_of_lithium != "Li"
    extra = np.array(
        [charge_of[s] - charge_of["Li"] for s in host_of_lithium[guests].tolist()], dtype=np.int64
    )
    changed = replace(
        cell,
        framework=np.vstack([cell.framework, cell.lithium[guests]]),
        species=np.concatenate([species, host_of_lithium[guests]]),
        grain=np.concatenate([cell.grain, cell.lithium_grain[guests]]),
        lithium=cell.lithium[~guests],
        lithium_grain=cell.lithium_grain[~guests],
    )
    return charge_compensated(changed, np.concatenate([surplus, extra]), crystal)


def whole_numbers(fractions: tuple[tuple[str, float], ...], host: str, total: int) -> dict[str, int]:
    """Return how many of ``total`` sites each guest gets, by largest remainder; the host has the rest.

    Among equal remainders the host comes first, then the elements by name.
    """
    asked = {host: total * (1.0 - sum(x for _, x in fractions))} | {e: total * x for e, x in fractions}
    numbers = {e: int(np.floor(x + 1e-6)) for e, x in asked.items()}
    remainder = {e: round(asked[e] - numbers[e], 6) for e in asked}
    for element in sorted(asked, key=lambda e: (-remainder[e], e != host, e))[
        : total - sum(numbers.values())
    ]:
        numbers[element] += 1
    return {e: numbers[e] for e, _ in fractions}


def _pool(
    cell: TiledCell, where: FloatArray, shared: SharedSites, sites: FloatArray, exchangeable: BoolArray | None
) -> _Pool:
    """Return the ions of a grain that stand on its shared sites, and how many guests are to come.

    Raises:
        StructureError: when lithium stands on too few of them.
    """
    ions = _standing_on(where, sites, cell.vectors)
    numbers = whole_numbers(shared.fractions, shared.host, len(sites))
    if exchangeable is not None:
        ions = ions[exchangeable[ions]]
    asked = sum(numbers.values())
    if asked > len(ions):
        raise StructureError.about(
            "shared sites",
            dict(shared.fractions),
            f"at most {len(ions)} of {len(sites)} sites of a grain, "
            f"as many as {shared.host} stands on with room; {asked} are wanted",
            "Use thicker grains, another seed, or less of it.",
        )
    return _Pool(shared, ions[canonical_order(where[ions], cell.vectors)], numbers)


def _standing_on(positions: FloatArray, sites: FloatArray, vectors: FloatArray) -> IndexArray:
    """Return which ions stand on one of the sites, ascending."""
    if not len(sites):
        return np.zeros(0, dtype=np.intp)
    images, _ = periodic_images(into_cell(sites, vectors), vectors, 10 * _MATCH_A)
    distance, _ = tree_of(images).query(into_cell(positions, vectors), distance_upper_bound=_MATCH_A)
    return np.flatnonzero(np.isfinite(distance))


def _has_room(cell: TiledCell, crystal: IonicCrystal) -> BoolArray:
    """Say which lithium ions are nowhere too close to the framework or to another ion, shape (n,)."""
    everywhere = np.ones(len(cell.framework), dtype=bool)
    around = local_environment(cell.framework, cell.species, cell.vectors, crystal, everywhere)
    positions = into_cell(cell.lithium, cell.vectors)
    room = around.roomy(positions)
    limit = crystal.closest["Li", "Li"]
    images, owner = periodic_images(positions, cell.vectors, limit)
    first, second, distance = pairs_within(tree_of(positions), tree_of(images), limit)
    room[first[(owner[second] != first) & (distance < limit)]] = False
    return room
