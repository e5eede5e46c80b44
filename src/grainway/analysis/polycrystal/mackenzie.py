"""How often each misorientation occurs between grains of random orientation."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from grainway.array_types import FloatArray
from grainway.errors import AnalysisError

_FACE = float(np.sqrt(2) - 1)
_CORNER = float(1 / np.sqrt(3))
"""Distances of the truncated cube's faces along ⟨100⟩ and ⟨111⟩."""
_EDGE = float(np.sqrt(2) * _FACE)
"""Distance of its edges, all the same."""
_PIECES_DEG = tuple(float(np.degrees(2 * np.arctan(d))) for d in (_FACE, _CORNER, _EDGE))
"""Angles at which the sphere of rotations meets faces, corners and edges: 45, 60 and 60.7 degrees."""
MACKENZIE_LARGEST_DEG = float(np.degrees(2 * np.arctan(_FACE * np.sqrt(5 - 2 * np.sqrt(2)))))
"""No two cubes differ by more: 62.8 degrees."""
_SAME_DEG = 1e-6
_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(32)


def mackenzie_density(angles_deg: float | FloatArray) -> FloatArray:
    """Return the density of the disorientation of two random cubic crystals, per degree.

    The turns of least angle fill, as n tan(θ/2), a truncated cube with faces at √2 - 1 along ⟨100⟩ and at
    1/√3 along ⟨111⟩. The density is (2/15)(1 - cos θ), that of all turns times 24, times the share of the
    sphere of radius tan(θ/2) inside: less 6 + 8 caps beyond the faces, plus what caps have in common beyond
    the 12 + 24 edges (J. K. Mackenzie, Biometrika 45 (1958) 229). Its mean is 40.7 degrees.

    Args:
        angles_deg: any shape; outside 0 to 62.8 degrees the density is 0.
    """
    angle = np.asarray(angles_deg, dtype=np.float64)
    inside = (angle > 0) & (angle <= MACKENZIE_LARGEST_DEG)
    radius = np.tan(np.radians(np.where(inside, angle, 1.0)) / 2)
    face, corner = np.minimum(_FACE / radius, 1.0), np.minimum(_CORNER / radius, 1.0)
    share = 1 - 6 * (1 - face) / 2 - 8 * (1 - corner) / 2
    common = 12 * _overlap(face, face, 0.0) + 24 * _overlap(face, corner, _CORNER)
    share = share + np.where(radius > _EDGE, common, 0.0)
    turned = 1 - np.cos(np.radians(angle))
    density: FloatArray = np.where(inside, np.maximum(share, 0.0), 0.0) * turned * 2 / 15
    return density


def mackenzie_share(low_deg: float, high_deg: float) -> float:
    """Return the share of the boundaries of a random polycrystal between two misorientations, 0 to 1."""
    low, high = max(low_deg, 0.0), min(high_deg, MACKENZIE_LARGEST_DEG)
    if high <= low:
        return 0.0
    breaks = np.array([low, *(p for p in _PIECES_DEG if low < p < high), high])
    half = np.diff(breaks)[:, None] / 2
    angles = breaks[:-1, None] + half * (1 + _NODES)
    return float((half * _NODE_WEIGHTS * mackenzie_density(angles)).sum())


def mackenzie_weights(angles_deg: Sequence[float]) -> tuple[FloatArray, float]:
    """Return weights with which boundaries stand for a random polycrystal, and how much of it they span.

    Every misorientation between the smallest and the largest angle given is represented by the nearest one:
    its weight is Mackenzie's density integrated up to half way to its neighbours, shared by the boundaries
    of the same angle. So an angle that was searched often counts no more than one that was seen once.

    Args:
        angles_deg: misorientations, between 0 and 62.8 degrees.

    Returns:
        Weights that sum to 1, shape (n,), and the share of a random polycrystal's boundaries between the
        smallest and the largest angle, about which alone the weighted mean says something.

    Raises:
        AnalysisError: without angles, or for one outside the range.
    """
    angles = np.asarray(angles_deg, dtype=np.float64)
    if not len(angles) or not ((angles > 0) & (angles <= MACKENZIE_LARGEST_DEG + 0.1)).all():
        raise AnalysisError.about(
            "angles_deg",
            list(angles_deg),
            f"one or more misorientations above 0, up to {MACKENZIE_LARGEST_DEG:.1f} degrees",
            "Give the smallest of all equivalent turns.",
        )
    distinct, group, counts = np.unique(np.round(angles / _SAME_DEG), return_inverse=True, return_counts=True)
    places = distinct * _SAME_DEG
    if len(places) == 1:
        return np.full(len(angles), 1 / len(angles)), 0.0
    edges = [places[0], *((places[1:] + places[:-1]) / 2), places[-1]]
    masses = np.array([mackenzie_share(a, b) for a, b in pairwise(edges)])
    total = float(masses.sum())
    return (masses / counts)[group] / total, total


def _overlap(first: FloatArray, second: FloatArray, between: float) -> FloatArray:
    """Return the share of a sphere that two caps have in common; all angles by their cosines."""
    sine = np.sqrt(1 - between**2)
    sines = [np.sqrt(np.maximum(1 - c**2, 1e-30)) for c in (first, second)]
    apart = _arccos((between - first * second) / (sines[0] * sines[1]))
    at_first = _arccos((second - first * between) / (sines[0] * sine))
    at_second = _arccos((first - second * between) / (sines[1] * sine))
    share: FloatArray = (np.pi - apart - first * at_first - second * at_second) / (2 * np.pi)
    return share


def _arccos(value: FloatArray) -> FloatArray:
    # rounding may carry the ends of a piece beyond 1
    clipped: FloatArray = np.arccos(np.clip(value, -1.0, 1.0))
    return clipped
