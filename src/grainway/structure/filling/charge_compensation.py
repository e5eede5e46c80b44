"""Lithium leaves where guests carry more charge than what they replace, and comes where they carry less."""

from dataclasses import replace

import numpy as np

from grainway.array_types import FloatArray, IndexArray, IntArray
from grainway.errors import StructureError
from grainway.geometry.periodic_points import canonical_order, into_cell, periodic_images, tree_of
from grainway.structure.crystal.crystal import IonicCrystal
from grainway.structure.filling.local_environment import local_environment
from grainway.structure.filling.tiled_cell import TiledCell

_NEAR_A = 6.0  # where lithium to leave is looked for before all of it is


def charge_compensated(cell: TiledCell, surplus: IntArray, crystal: IonicCrystal) -> TiledCell:
    """Return the cell made neutral by its lithium.

    Guests of opposite surplus that stand nearest make each other neutral. For each elementary charge that is
    left the nearest lithium ion leaves and its site is free, or one comes to the free site with room that is
    nearest.

    Args:
        cell: its framework as it is to be.
        surplus: charge of each framework atom beyond that for which the lithium was tiled, shape (n,), e.
        crystal: charges and closest distances.

    Raises:
        StructureError: when there is too little lithium, or no room for more.
    """
    rest = _paired_off(cell, surplus)
    positive, negative = np.flatnonzero(rest > 0), np.flatnonzero(rest < 0)
    if len(positive):
        cell = _without(cell, np.repeat(positive, rest[positive]))
    if len(negative):
        cell = _with_more(cell, np.repeat(negative, -rest[negative]), crystal)
    return cell


def _in_order(cell: TiledCell, atoms: IndexArray) -> IndexArray:
    return np.asarray(atoms[canonical_order(cell.framework[atoms], cell.vectors)])


def _paired_off(cell: TiledCell, surplus: IntArray) -> IntArray:
    """Return the surplus after the nearest opposite ones have made each other neutral."""
    rest = surplus.copy()
    lower = _in_order(cell, np.flatnonzero(rest < 0))
    upper = _in_order(cell, np.flatnonzero(rest > 0))
    if not (len(lower) and len(upper)):
        return rest
    for atom in lower.tolist():
        open_ = upper[rest[upper] > 0]
        for other in _nearest_first(cell.framework[open_], cell.framework[atom], cell.vectors):
            both = min(-int(rest[atom]), int(rest[open_[other]]))
            rest[atom] += both
            rest[open_[other]] -= both
            if rest[atom] == 0:
                break
    return rest


def _nearest_first(points: FloatArray, centre: FloatArray, vectors: FloatArray) -> list[int]:
    """Return the order of points by their distance from one place, equal ones by where they stand."""
    if not len(points):
        return []
    listed = canonical_order(points, vectors)
    fractions = (points[listed] - centre) @ np.linalg.inv(vectors)
    # the cells are not far from rectangular: the image in the middle cell and those beside it are enough
    apart = (fractions - np.round(fractions)) @ vectors
    steps = np.stack(np.meshgrid(*[[-1, 0, 1]] * 3, indexing="ij"), axis=-1).reshape(-1, 1, 3) @ vectors
    distance = np.linalg.norm(apart + steps, axis=2).min(axis=0)
    return list(listed[np.argsort(np.round(distance, 6), kind="stable")].tolist())


def _without(cell: TiledCell, atoms: IndexArray) -> TiledCell:
    """Take out one lithium ion for each atom listed, the nearest that is left."""
    if len(atoms) > len(cell.lithium):
        raise StructureError.about(
            "shared sites",
            len(atoms),
            f"charges that the {len(cell.lithium)} lithium ions of the cell can leave for",
            "Correct formal_charges or the occupancies.",
        )
    present = np.ones(len(cell.lithium), dtype=bool)
    positions = into_cell(cell.lithium, cell.vectors)
    images, owner = periodic_images(positions, cell.vectors, _NEAR_A)
    tree = tree_of(images)
    ordered = _in_order(cell, atoms)
    near = tree.query_ball_point(into_cell(cell.framework[ordered], cell.vectors), _NEAR_A)
    for atom, found in zip(ordered.tolist(), near, strict=True):
        left = np.unique(owner[found])
        left = left[present[left]]
        if not len(left):
            left = np.flatnonzero(present)
        present[left[_nearest_first(positions[left], cell.framework[atom], cell.vectors)[0]]] = False
    return replace(
        cell,
        lithium=cell.lithium[present],
        lithium_grain=cell.lithium_grain[present],
        vacant=np.vstack([cell.vacant, cell.lithium[~present]]),
    )


def _with_more(cell: TiledCell, atoms: IndexArray, crystal: IonicCrystal) -> TiledCell:
    """Put one lithium ion on a free site for each atom listed, the nearest with room."""
    everywhere = np.ones(len(cell.framework), dtype=bool)
    around = local_environment(cell.framework, cell.species, cell.vectors, crystal, everywhere)
    limit = crystal.closest["Li", "Li"]
    for atom in _in_order(cell, atoms).tolist():
        images, _ = periodic_images(into_cell(cell.lithium, cell.vectors), cell.vectors, limit)
        vacant = into_cell(cell.vacant, cell.vectors)
        nearest, _ = tree_of(images).query(vacant, distance_upper_bound=limit)
        room = np.flatnonzero(~np.isfinite(nearest) & around.roomy(vacant))
        if not len(room):
            raise StructureError.about(
                "shared sites",
                len(atoms),
                "room for one more lithium ion for each charge that the guests lack; none was found",
                "Use another seed, thicker grains, or a lower closest Li-Li distance.",
            )
        best = int(room[_nearest_first(vacant[room], cell.framework[atom], cell.vectors)[0]])
        cell = replace(
            cell,
            lithium=np.vstack([cell.lithium, cell.vacant[best]]),
            lithium_grain=np.append(cell.lithium_grain, cell.grain[atom]),
            vacant=np.delete(cell.vacant, best, axis=0),
        )
    return cell
