"""Lithium in the boundary bands: the right number, none too close, arranged by a short Monte Carlo."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import coo_array, csr_array

from grainway.array_types import BoolArray, FloatArray, IndexArray, IntArray
from grainway.errors import StructureError
from grainway.geometry.periodic_points import (
    canonical_order,
    into_cell,
    pairs_within,
    periodic_images,
    tree_of,
)
from grainway.structure.crystal.lithium_ordering import SOFT_LENGTH_A

_BARRED = 40.0  # repulsion of a pair below the closest distance: finite, so that moves can pass through one
_TAKEN = 1e4  # of an ion and the place it stands on: no second ion ever comes
PAIR_REACH_A = 4.0  # beyond it the repulsion is below 0.1 kT
# units of kT: from half the cost of a place without bonds down
_FIRST_TEMPERATURE, _LAST_TEMPERATURE = 2.0, 0.2
_CROWDED_TEMPERATURE = 8.0  # where ions stand too close, the moves must begin hot to make room
_CROWDED_SWEEPS = 10  # times as many: only cells that would be refused take them, so time is not what counts
_DRAWN_AT_ONCE = 2**14  # random numbers: 128 kB stay in a processor's cache


@dataclass(frozen=True, eq=False)
class Places:
    """Places for lithium, and what each costs.

    Attributes:
        positions: ordered by boundary, shape (n, 3), Å.
        boundary: the one each belongs to, never falling, shape (n,).
        energy: of one ion at each place amid the ions that stay put, shape (n,), kT.
        barred: places too close to an ion that stays put, shape (n,).
        repulsion: of each pair of places within reach, shape (n, n), kT; the diagonal forbids two ions on one
            place. Sparse: a place has some twenty others within reach, of thousands.
        order: where in the list they were made from each place stood, shape (n,).
    """

    positions: FloatArray
    boundary: IntArray
    energy: FloatArray
    barred: BoolArray
    repulsion: csr_array
    order: IndexArray

    def neighbours(self) -> list[tuple[IndexArray, FloatArray]]:
        """Return for each place the others within reach and itself, and their repulsion, kT."""
        others = self.repulsion.indices.astype(np.intp)
        costs: FloatArray = self.repulsion.data
        return [(others[a:b], costs[a:b]) for a, b in pairwise(self.repulsion.indptr.tolist())]


def make_places(
    positions: FloatArray,
    boundary: IntArray,
    site_energy: FloatArray,
    still: FloatArray,
    cell: FloatArray,
    closest: float,
) -> Places:
    """Return the places with their repulsion from each other and from the ions that stay put.

    Args:
        positions: places, shape (n, 3), Å.
        boundary: the boundary each belongs to, shape (n,).
        site_energy: of each, shape (n,), kT.
        still: lithium that is not moved, shape (m, 3), Å.
        cell: cell rows, shape (3, 3), Å.
        closest: least Li-Li distance, Å.
    """
    order = canonical_order(positions, cell)
    order = order[np.argsort(boundary[order], kind="stable")]
    positions = into_cell(positions[order], cell)
    n = len(positions)
    tree = tree_of(positions)

    def pairs_with(points: FloatArray) -> tuple[IndexArray, IndexArray, FloatArray]:
        images, owner = periodic_images(points, cell, PAIR_REACH_A)
        rows, columns, distance = pairs_within(tree, tree_of(images), PAIR_REACH_A)
        cost = np.where(distance < closest, _BARRED, (SOFT_LENGTH_A / np.maximum(distance, 0.5)) ** 6)
        return rows, owner[columns], cost

    rows, _, cost = pairs_with(still)
    energy = site_energy[order] + np.bincount(rows, weights=cost, minlength=n)
    barred = np.bincount(rows, weights=cost >= _BARRED, minlength=n) > 0
    rows, columns, cost = pairs_with(positions)
    # an ion's own image is no nearer than the cell is wide; the diagonal is free for what bars a second ion
    other, itself = rows != columns, np.arange(n)
    costs = np.concatenate([cost[other], np.full(n, _TAKEN)])
    pairs = (np.concatenate([rows[other], itself]), np.concatenate([columns[other], itself]))
    repulsion = coo_array((costs, pairs), shape=(n, n)).tocsr()
    return Places(positions, boundary[order].astype(np.int64), energy, barred, repulsion, order)


def arrange(
    places: Places, occupied: BoolArray, n_ions: IntArray, n_sweeps: int, rng: np.random.Generator
) -> tuple[BoolArray, FloatArray]:
    """Occupy a given number of places at each boundary, then let every ion choose anew in turn.

    Missing ions take the cheapest places one by one and surplus ones leave the dearest. In a sweep each ion
    is lifted and set down on place j of its boundary with probability proportional to exp(-E_j/T): the heat
    bath of M. Creutz, Phys. Rev. D 21 (1980) 2308, in which one move does the work of as many Metropolis
    trials as there are places. T falls from sweep to sweep. Ions stay at their boundary, so that none is
    charged at the cost of another. No pair below the closest distance is ever returned.

    Args:
        places: where ions may be, and the costs.
        occupied: where they are, shape (n,).
        n_ions: how many there must be at each boundary, shape (n_boundaries,).
        n_sweeps: moves per ion.
        rng: decides the moves.

    Returns:
        Occupation, shape (n,), and the energy before the sweeps and after them, kT.

    Raises:
        StructureError: when there is no room.
    """
    edges = np.searchsorted(places.boundary, np.arange(len(n_ions) + 1))
    room = np.diff(edges)
    if (n_ions < 0).any() or (n_ions > room).any():
        raise _no_room(n_ions, room)
    parts = [slice(int(a), int(b)) for a, b in pairwise(edges)]
    occupied = _counted(places, occupied, n_ions, parts)
    before = _energy(places, occupied)
    settled = occupied
    for hot in (False, True):
        if hot or not _crowded(places, occupied):
            start = _CROWDED_TEMPERATURE if hot else _FIRST_TEMPERATURE
            sweeps = n_sweeps * (_CROWDED_SWEEPS if hot else 1)
            settled = _swept(places, occupied, parts, np.geomspace(start, _LAST_TEMPERATURE, sweeps), rng)
            if not _crowded(places, settled):
                return settled, np.array([before, _energy(places, settled)])
    raise _no_room(n_ions, room)


def _counted(places: Places, occupied: BoolArray, n_ions: IntArray, parts: list[slice]) -> BoolArray:
    """Return the occupation with the right number of ions at each boundary."""
    occupied = occupied.copy()
    rows = places.neighbours()
    field = places.energy + places.repulsion @ occupied
    for part, n in zip(parts, n_ions.tolist(), strict=True):
        while (missing := n - int(occupied[part].sum())) != 0:
            # rounding makes equal places differ in the last digits; the first of equals is taken
            cost = np.round(field[part], 6)
            # where nothing is free the least barred place is taken: the sweeps may make room
            cost = cost if missing > 0 else np.where(occupied[part], -cost, np.inf)
            best = part.start + int(np.argmin(cost))
            occupied[best] = missing > 0
            near, repulsion = rows[best]
            field[near] += repulsion if missing > 0 else -repulsion
    return occupied


def _swept(
    places: Places,
    occupied: BoolArray,
    parts: list[slice],
    temperatures: FloatArray,
    rng: np.random.Generator,
) -> BoolArray:
    occupied = occupied.copy()
    rows = places.neighbours()
    for temperature in temperatures:
        # summed anew in each sweep: no error of rounding grows
        field = places.energy + places.repulsion @ occupied
        for part in parts:
            ions = np.flatnonzero(occupied[part]) + part.start
            here = field[part]
            at_once = _DRAWN_AT_ONCE // max(len(here), 1) + 1
            for n, site in enumerate(ions.tolist()):
                if n % at_once == 0:
                    # the largest of -E/T plus Gumbel noise falls on place j with probability ~ exp(-E_j/T)
                    drawn = rng.standard_exponential((min(at_once, len(ions) - n), len(here)))
                    noise = temperature * np.log(drawn)
                near, repulsion = rows[site]
                field[near] -= repulsion
                chosen = part.start + int((here + noise[n % at_once]).argmin())
                near, repulsion = rows[chosen]
                field[near] += repulsion
                ions[n] = chosen
            occupied[part] = False
            occupied[ions] = True
    return occupied


def _no_room(n_ions: IntArray, room: IndexArray) -> StructureError:
    return StructureError(
        f"no room for {n_ions.tolist()} lithium ions on {room.tolist()} places at the boundaries; "
        "use another translation or termination, a wider contact gap (contact_scale), "
        "or less lithium in the composition"
    )


def _crowded(places: Places, occupied: BoolArray) -> bool:
    """Say whether an ion is too close to another one, or to one that stays put."""
    return bool((_between(places, occupied) >= _BARRED).any() or (places.barred & occupied).any())


def _energy(places: Places, occupied: BoolArray) -> float:
    return float(places.energy[occupied].sum() + _between(places, occupied).sum() / 2)


def _between(places: Places, occupied: BoolArray) -> FloatArray:
    """Return the repulsion of each pair of ions within reach, every pair twice, kT."""
    pairs = places.repulsion.tocoo()
    first, second = pairs.coords
    return np.asarray(pairs.data[occupied[first] & occupied[second] & (first != second)])
