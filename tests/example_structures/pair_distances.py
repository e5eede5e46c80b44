"""Every periodic pair of a cell by plain repetition, and how near each is to what its elements allow."""

from itertools import product

import numpy as np
from scipy.spatial import cKDTree

MOBILE = ("Li", "Al", "Ga")


def with_images(positions, cell, reach):
    """Atoms wrapped into the cell, then their images within reach of it, and the atom each belongs to."""
    inverse = np.linalg.inv(cell)
    fractions = (positions @ inverse) % 1.0
    # faces of the cell are 1/|column of the inverse| apart
    margin = reach * np.linalg.norm(inverse, axis=0)
    turns = np.ceil(margin).astype(int)
    shifts = sorted(product(*(range(-t, t + 1) for t in turns)), key=lambda s: (any(s), s))
    images, owner = [], []
    for shift in shifts:
        moved = fractions + shift
        inside = np.all((moved > -margin) & (moved < 1.0 + margin), axis=1) if any(shift) else slice(None)
        images.append(moved[inside] @ cell)
        owner.append(np.arange(len(positions))[inside])
    return np.vstack(images), np.concatenate(owner)


def pairs(atoms, cutoff):
    """First atom, second atom, distance and height of the middle of every pair below a cut-off, Å.

    A pair within the cell comes once, one that leaves the cell from either end.
    """
    images, owner = with_images(atoms.positions, atoms.cell.array, cutoff)
    found = cKDTree(images).query_pairs(cutoff, output_type="ndarray")
    found = found[found.min(axis=1) < len(atoms)]
    first, second = images[found[:, 0]], images[found[:, 1]]
    heights = (first[:, 2] + second[:, 2]) / 2
    return owner[found[:, 0]], owner[found[:, 1]], np.linalg.norm(first - second, axis=1), heights


def limit_table(crystal, kinds, framework_scale):
    """Least distance of each pair of elements, Å; the framework's is scaled, that of mobile ions is kept."""
    return np.array(
        [
            [
                crystal.limit(p, q) * (1.0 if p in MOBILE or q in MOBILE else framework_scale)
                for q in map(str, kinds)
            ]
            for p in map(str, kinds)
        ]
    )
