"""The gap at which two grains just touch."""

import numpy as np
from scipy.spatial import cKDTree

from grainway.array_types import FloatArray, StringArray
from grainway.geometry.periodic_points import periodic_images

CONTACT_SCALE = 0.85
"""Share of the closest distance at which grains are set in contact; the relaxation closes the rest."""


def contact_gap(
    below: FloatArray,
    below_species: StringArray,
    above: FloatArray,
    above_species: StringArray,
    cell: FloatArray,
    closest: dict[tuple[str, str], float],
) -> float:
    """Return how far two half crystals must be moved apart so that no pair is too close.

    For a cross pair at lateral distance ρ, with the lower atom z_i below and the upper one z_j above the
    cut, contact needs g ≥ √(D² - ρ²) - (z_i + z_j); the largest over all pairs, or 0, is the gap. No atom is
    deleted.

    Args:
        below: lower atoms with z ≤ 0 measured from the cut, shape (n, 3), Å.
        below_species: symbols, shape (n,).
        above: upper atoms with z ≥ 0 measured from the cut, shape (m, 3), Å.
        above_species: symbols, shape (m,).
        cell: cell rows; only the two in-plane vectors are used, shape (3, 3), Å.
        closest: shortest allowed distance per pair of species, Å.

    Returns:
        The gap, Å.
    """
    reach = max(closest.values())
    lower = below[:, 2] > -reach
    upper = above[:, 2] < reach
    below, below_species = below[lower], below_species[lower]
    above, above_species = above[upper], above_species[upper]
    if len(below) == 0 or len(above) == 0:
        return 0.0
    flat = cell.copy()
    flat[2] = [0.0, 0.0, 1.0]
    images, owner = periodic_images(above, flat, reach, directions=(0, 1))
    fractions = below @ np.linalg.inv(flat)
    fractions[:, :2] %= 1.0
    below = fractions @ flat
    pairs = cKDTree(below[:, :2]).sparse_distance_matrix(
        cKDTree(images[:, :2]), reach, output_type="coo_matrix"
    )
    names = sorted({*map(str, below_species), *map(str, above_species)})
    limits = np.array([[closest[p, q] for q in names] for p in names])
    row_type = np.searchsorted(names, below_species)[pairs.row]
    column_type = np.searchsorted(names, above_species[owner])[pairs.col]
    limit = limits[row_type, column_type]
    touching = pairs.data < limit
    if not touching.any():
        return 0.0
    needed = np.sqrt(limit[touching] ** 2 - pairs.data[touching] ** 2)
    present = images[pairs.col[touching], 2] - below[pairs.row[touching], 2]
    return max(0.0, float(np.max(needed - present)))
