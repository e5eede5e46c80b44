"""Is a structure one that a simulation could start from? The same question for every builder.

Needs NumPy and SciPy only, so that it runs beside any builder.
"""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

FloatArray = npt.NDArray[np.float64]


def judge(
    species: list[str],
    positions: FloatArray,
    cell: FloatArray,
    closest: dict[str, float],
    charges: dict[str, int],
    scale: float,
) -> dict[str, Any]:
    """Return shortest distances per pair, stoichiometry and charge, and what is wrong with them.

    Args:
        species: symbol per atom.
        positions: Cartesian, shape (n, 3), Å.
        cell: rows are vectors, shape (3, 3), Å.
        closest: closest distance per pair ``"A-B"`` in the crystal, Å.
        charges: formal charge per element, e.
        scale: share of ``closest`` that is still allowed.

    Returns:
        JSON-ready findings; ``wrong`` is empty for a usable structure.
    """
    shortest = shortest_distances(np.array(species), positions, cell)
    counts = Counter(species)
    units = counts["La"] / 3
    charge = sum(charges[s] * n for s, n in counts.items())
    # a framework alone must carry exactly what its lithium will balance
    expected = 0 if counts["Li"] else units * (3 * charges["La"] + 2 * charges["Zr"] + 12 * charges["O"])
    near = {
        pair: {"distance_A": round(d, 3), "allowed_A": round(scale * closest[pair], 3)}
        for pair, d in sorted(shortest.items())
        if d < scale * closest[pair] - 1e-6
    }
    wrong = [f"{pair} {v['distance_A']:.2f} Å" for pair, v in near.items()]
    if counts["Zr"] * 3 != counts["La"] * 2 or counts["O"] * 3 != counts["La"] * 12:
        wrong.append(f"La:Zr:O {counts['La']}:{counts['Zr']}:{counts['O']}")
    if counts["Li"] and counts["Li"] * 3 != counts["La"] * 7:
        wrong.append(f"Li:La {counts['Li']}:{counts['La']}")
    if abs(charge - expected) > 1e-9:
        wrong.append(f"charge {charge - expected:+.0f} e")
    return {
        "n_atoms": len(species),
        "counts": dict(sorted(counts.items())),
        "shortest_A": {pair: round(d, 3) for pair, d in sorted(shortest.items())},
        "too_near": near,
        "excess_charge_e": round(float(charge - expected), 6),
        "wrong": wrong,
    }


def shortest_distances(
    species: npt.NDArray[np.str_], positions: FloatArray, cell: FloatArray, reach: float = 4.5
) -> dict[str, float]:
    """Return the shortest periodic distance of every pair of elements that comes within ``reach``, Å."""
    images, origin = _with_images(positions, cell, reach)
    everywhere, home = cKDTree(images), cKDTree(positions)
    pairs = home.sparse_distance_matrix(everywhere, reach, output_type="coo_matrix")
    first, second, distance = pairs.row, origin[pairs.col], pairs.data
    # an atom is met by itself at distance 0; two atoms on one spot are a finding
    apart = ~((first == second) & (distance < 1e-9))
    elements, index = np.unique(species, return_inverse=True)
    low, high = np.sort(index[np.array([first[apart], second[apart]])], axis=0)
    table = np.full((len(elements), len(elements)), np.inf)
    np.minimum.at(table, (low, high), distance[apart])
    return {
        pair_name(str(elements[i]), str(elements[j])): float(table[i, j])
        for i, j in np.argwhere(np.isfinite(table))
    }


def pair_name(first: str, second: str) -> str:
    """Return the name that both orders share."""
    return "-".join(sorted((first, second)))


def _with_images(
    positions: FloatArray, cell: FloatArray, reach: float
) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    """Return all periodic images within ``reach`` of the atoms' own places, and whose images they are."""
    heights = 1.0 / np.linalg.norm(np.linalg.inv(cell), axis=0)
    fractions = positions @ np.linalg.inv(cell)
    spread = np.ptp(fractions, axis=0)
    turns = [range(-n, n + 1) for n in np.ceil(spread + reach / heights).astype(int)]
    margin = reach / heights
    low, high = fractions.min(axis=0) - margin, fractions.max(axis=0) + margin
    kept, owners = [], []
    for turn in product(*turns):
        shifted = fractions + np.array(turn)
        inside = np.all((shifted >= low) & (shifted <= high), axis=1)
        kept.append(shifted[inside] @ cell)
        owners.append(np.flatnonzero(inside))
    return np.vstack(kept), np.concatenate(owners)
