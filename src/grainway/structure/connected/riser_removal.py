"""Whole formula units taken out where two grains cannot be moved apart.

The teeth of a stepped boundary hang on their grains: moving the grains apart opens the terraces and not the
risers. Where frameworks overlap there, ions leave: first such that no pair is too close, then as many more
next to the risers as complete whole formula units, so that the cell stays neutral and of the same
composition.
"""

import numpy as np
from scipy.spatial import cKDTree

from grainway.array_types import BoolArray, FloatArray, IntArray, StringArray
from grainway.geometry.periodic_points import periodic_images
from grainway.structure.connected.formula_cuts import formula
from grainway.structure.crystal.crystal import IonicCrystal

_TOUCHING = 1e-7  # contact closes a gap to rounding


def overlaps(
    framework: FloatArray,
    species: StringArray,
    grain: IntArray,
    vectors: FloatArray,
    limits: dict[tuple[str, str], float],
) -> tuple[IntArray, FloatArray]:
    """Return the pairs of different grains that are too close, and the clearance of every atom.

    Args:
        framework: positions, shape (n, 3), Å.
        species: symbols, shape (n,).
        grain: 0 or 1, shape (n,).
        vectors: cell rows, shape (3, 3), Å.
        limits: least distance per pair of species, Å.

    Returns:
        Pairs (atom of grain 0, atom of grain 1), shape (n_pairs, 2), sorted; and each atom's shortest
        distance to the other grain over the least allowed one, shape (n,), infinite beyond twice the longest.
    """
    reach = 2.0 * max(limits.values())
    lower, upper = np.flatnonzero(grain == 0), np.flatnonzero(grain == 1)
    images, owner = periodic_images(framework[upper], vectors, reach)
    start, _ = periodic_images(framework[lower], vectors, 0.0)
    pairs = cKDTree(start[: len(lower)]).sparse_distance_matrix(
        cKDTree(images), reach, output_type="coo_matrix"
    )
    first, second = lower[pairs.row], upper[owner[pairs.col]]
    names = sorted({*map(str, species)})
    table = np.array([[limits[p, q] for q in names] for p in names])
    kind = np.searchsorted(names, species)
    ratio = np.round(pairs.data / table[kind[first], kind[second]], 9)
    clearance = np.full(len(framework), np.inf)
    np.minimum.at(clearance, first, ratio)
    np.minimum.at(clearance, second, ratio)
    close = ratio < 1.0 - _TOUCHING
    found = np.column_stack([first[close], second[close]])
    return np.unique(found, axis=0).astype(np.int64), clearance


def removal(
    pairs: IntArray,
    clearance: FloatArray,
    near: BoolArray,
    species: StringArray,
    grain: IntArray,
    crystal: IonicCrystal,
) -> BoolArray | None:
    """Choose the ions to take out so that no pair is left and each grain holds whole formula units.

    Args:
        pairs: atoms that may not both stay, shape (n_pairs, 2).
        clearance: of each atom from the other grain, shape (n,).
        near: atoms that may be taken out, shape (n,).
        species: symbols, shape (n,).
        grain: of each atom, shape (n,).
        crystal: its formula.

    Returns:
        Which atoms go, shape (n,); None where ``near`` has too few.
    """
    gone = _cover(pairs, species, crystal)
    elements, per_unit = formula(crystal)
    for own in (grain == 0, grain == 1):
        counts = np.array([int((own & ~gone & (species == e)).sum()) for e in elements])
        n_units = int(np.min(counts // per_unit))
        for element, surplus in zip(elements, counts - n_units * per_unit, strict=True):
            candidates = np.flatnonzero(own & near & ~gone & (species == element))
            if len(candidates) < surplus:
                return None
            order = np.lexsort((candidates, clearance[candidates]))
            gone[candidates[order[:surplus]]] = True
    return gone


def _cover(pairs: IntArray, species: StringArray, crystal: IonicCrystal) -> BoolArray:
    """Return atoms without which no pair is left: in turn that in most pairs for its share of a formula."""
    elements, per_unit = formula(crystal)
    weight = per_unit[np.searchsorted(elements, species)].astype(np.float64)
    gone = np.zeros(len(species), dtype=bool)
    order: list[int] = []
    left = pairs
    while len(left):
        score = np.bincount(left.ravel(), minlength=len(species)) * weight
        worst = int(np.argmax(score))
        gone[worst] = True
        order.append(worst)
        left = left[(left != worst).all(axis=1)]
    for atom in order:
        # an early choice may have become needless
        partners = pairs[(pairs == atom).any(axis=1)].ravel()
        if gone[partners[partners != atom]].all():
            gone[atom] = False
    return gone
