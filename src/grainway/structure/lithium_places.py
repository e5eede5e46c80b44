"""Lithium in the boundary band: the right number of ions, none too close, arranged by a short Monte Carlo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from grainway.errors import StructureError
from grainway.structure.contact import periodic_images, wrapped
from grainway.structure.lithium import SOFT_LENGTH_A

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
IndexArray = npt.NDArray[np.intp]

_BARRED = 40.0  # repulsion of a pair below the closest distance: finite, so that swaps can pass through one
_PAIR_REACH_A = 4.0  # beyond it the repulsion is below 0.1 kT
_FIRST_TEMPERATURE, _LAST_TEMPERATURE = 2.0, 0.05
_CROWDED_TEMPERATURE = 8.0  # where ions stand too close, swaps must begin hot to make room


@dataclass(frozen=True, eq=False)
class Places:
    """Places for lithium in the bands, and what each costs.

    Attributes:
        positions: shape (n, 3), Å.
        energy: of one ion at each place amid the ions that stay put, shape (n,), kT.
        barred: places too close to an ion that stays put, shape (n,).
        repulsion: of each pair of places, shape (n, n), kT.
    """

    positions: FloatArray
    energy: FloatArray
    barred: BoolArray
    repulsion: FloatArray


def make_places(
    positions: FloatArray, site_energy: FloatArray, still: FloatArray, cell: FloatArray, closest: float
) -> Places:
    """Return the places with their repulsion from each other and from the ions that stay put.

    Args:
        positions: places, shape (n, 3), Å.
        site_energy: of each, shape (n,), kT.
        still: lithium that is not moved, shape (m, 3), Å.
        cell: cell rows, shape (3, 3), Å.
        closest: least Li-Li distance, Å.
    """
    positions = wrapped(positions, cell)
    tree = cKDTree(positions)

    def pairs_with(points: FloatArray) -> tuple[IndexArray, IndexArray, FloatArray]:
        images, owner = periodic_images(points, cell, _PAIR_REACH_A)
        pairs = tree.sparse_distance_matrix(cKDTree(images), _PAIR_REACH_A, output_type="coo_matrix")
        cost = np.where(pairs.data < closest, _BARRED, (SOFT_LENGTH_A / np.maximum(pairs.data, 0.5)) ** 6)
        cost[pairs.data < 1e-9] = 0.0  # the place itself
        return pairs.row.astype(np.intp), owner[pairs.col].astype(np.intp), cost

    n = len(positions)
    rows, _, cost = pairs_with(still)
    energy = site_energy + np.bincount(rows, weights=cost, minlength=n)
    barred = np.bincount(rows, weights=cost >= _BARRED, minlength=n) > 0
    rows, columns, cost = pairs_with(positions)
    table = np.bincount(rows * n + columns, weights=cost, minlength=n * n)
    return Places(positions, energy, barred, np.asarray(table, dtype=np.float64).reshape(n, n))


def arrange(
    places: Places, occupied: BoolArray, n_ions: int, n_steps: int, rng: np.random.Generator
) -> tuple[BoolArray, FloatArray]:
    """Occupy ``n_ions`` places: the cheapest one by one, then Metropolis swaps at falling temperature.

    N. Metropolis et al., J. Chem. Phys. 21 (1953) 1087. Pairs below the closest distance never come about.

    An ion that finds no free place is put in anyway and the swaps make room for it, or it is an error.

    Args:
        places: where ions may be, and the costs.
        occupied: where they are, shape (n,).
        n_ions: how many there must be.
        n_steps: swaps to try.
        rng: decides the swaps.

    Returns:
        Occupation, shape (n,), and the energy before the swaps and after them, kT.

    Raises:
        StructureError: when there is no room.
    """
    occupied = occupied.copy()
    field = places.energy + places.repulsion @ occupied
    while (n_missing := n_ions - int(occupied.sum())) != 0:
        # rounding makes equal places differ in the last digits; the first of equals is taken
        cost = np.round(field, 9)
        if n_missing > 0:
            if occupied.all():
                break
            # where nothing is free the least barred place is taken: the swaps may make room
            best = int(np.argmin(np.where(occupied, np.inf, cost)))
        else:
            best = int(np.argmax(np.where(occupied, cost, -np.inf)))
        occupied[best] = not occupied[best]
        field += places.repulsion[best] * (1.0 if occupied[best] else -1.0)
    full, empty = np.flatnonzero(occupied), np.flatnonzero(~occupied)
    energies = [_energy(places, occupied)]
    if len(full) and len(empty):
        temperature = _CROWDED_TEMPERATURE if _crowded(places, occupied) else _FIRST_TEMPERATURE
        cooling = (_LAST_TEMPERATURE / temperature) ** (1.0 / max(n_steps, 1))
        picks = (rng.integers(len(full), size=n_steps), rng.integers(len(empty), size=n_steps))
        bars = -np.log(1.0 - rng.random(n_steps))
        # plain numbers: single elements of arrays would take most of the time
        for i, j, bar in zip(picks[0].tolist(), picks[1].tolist(), bars.tolist(), strict=True):
            temperature *= cooling
            site, target = full[i], empty[j]
            row = places.repulsion[site]
            if field[target] - row[target] - field[site] < bar * temperature:
                field += places.repulsion[target] - row
                full[i], empty[j] = target, site
        occupied[:] = False
        occupied[full] = True
        energies.append(_energy(places, occupied))
    if _crowded(places, occupied) or int(occupied.sum()) != n_ions:
        raise StructureError(
            f"no room for {n_ions} lithium ions on {len(occupied)} places; use another translation or "
            "termination, a wider contact gap (contact_scale), or less lithium in the composition"
        )
    return occupied, np.array([energies[0], energies[-1]])


def _crowded(places: Places, occupied: BoolArray) -> bool:
    """Say whether an ion is too close to another one, or to one that stays put."""
    pairs = places.repulsion[np.ix_(occupied, occupied)]
    return bool((pairs >= _BARRED).any() or (places.barred & occupied).any())


def _energy(places: Places, occupied: BoolArray) -> float:
    pairs = places.repulsion[np.ix_(occupied, occupied)].sum() / 2
    return float(places.energy[occupied].sum() + pairs)
