"""Where a grain may be cut on two planes so that exactly its formula remains.

Cut on one plane, any whole number of lattice planes holds the exact formula. Cut on two, a part of the cell
need not hold a whole number of lattice points: how many sites of each kind it holds then depends on where
the edges fall, and only at some places the formula comes out for all species together. They are found by
counting.
"""

from collections.abc import Callable

import numpy as np

from grainway.array_types import BoolArray, FloatArray, IntArray
from grainway.structure.connected.grain_prism import ON_EDGE, Prism
from grainway.structure.crystal.crystal import IonicCrystal

Inside = Callable[[FloatArray, FloatArray], BoolArray]

_CLEAR = 1e-6  # a place that was searched for has no site this near to an edge
_CHUNK = 64


def formula(crystal: IonicCrystal) -> tuple[list[str], IntArray]:
    """Return the framework's elements and how many of each make one formula unit."""
    elements, counts = np.unique(crystal.framework_species, return_counts=True)
    divisor = np.gcd.reduce([crystal.n_lithium, *counts.tolist()])
    return [str(e) for e in elements], np.asarray(counts // divisor, dtype=np.int64)


def trial_offsets(n: int) -> FloatArray:
    """Return well spread places in the unit square, the same for ever, shape (n, 2).

    The first two terms of R. Roberts's generalised golden-ratio sequence (additive recurrence of the plastic
    number).
    """
    plastic = 1.32471795724474602596
    steps = np.array([1 / plastic, 1 / plastic**2])
    return np.asarray((0.5 + np.arange(1, n + 1)[:, None] * steps) % 1.0)


def above_cut(fractions: FloatArray, offset: float | FloatArray) -> FloatArray:
    """Return fractions measured upwards from a cut, in [0, 1) but for rounding: a site on the cut is at 0."""
    return np.asarray((fractions - offset + ON_EDGE) % 1.0 - ON_EDGE)


def exact_offset(
    prism: Prism,
    crystal: IonicCrystal,
    inside: Inside,
    units: int,
    asked: tuple[float, float],
    n_trials: int = 2048,
) -> tuple[float, float] | None:
    """Return the place nearest to the one asked for at which a region holds an exact number of formula units.

    Args:
        prism: the grain's cell.
        crystal: its sites.
        inside: says which sites, given by their y and z fractions above the cuts, are in the region.
        units: formula units that the region is to hold.
        asked: cuts along y and z, fractions of the cell.
        n_trials: other places to try.

    Returns:
        Cuts along y and z, fractions of the cell; those asked for wherever they are exact; None where no
        place was found.
    """
    fractions = prism.fractions(crystal.framework_sites)
    elements, per_unit = formula(crystal)
    kind = np.repeat(crystal.framework_species, len(prism.translations))
    members = [np.flatnonzero(kind == e) for e in elements]

    def exact(offsets: FloatArray) -> tuple[BoolArray, FloatArray, FloatArray]:
        y, z = (above_cut(fractions[None, :, d], offsets[:, d - 1, None]) for d in (1, 2))
        chosen = inside(y, z)
        counts = np.stack([chosen[:, m].sum(axis=1) for m in members], axis=1)
        return (counts == units * per_unit).all(axis=1), y, z

    first = np.array([asked])
    if exact(first)[0][0]:
        return asked
    trials = trial_offsets(n_trials)
    apart = (trials - first + 0.5) % 1.0 - 0.5
    distance = np.round(np.hypot(*(apart * prism.lengths[1:]).T), 9)
    trials = trials[np.argsort(distance, kind="stable")]
    for start in range(0, n_trials, _CHUNK):
        part = trials[start : start + _CHUNK]
        found, y, z = exact(part)
        part, y, z = part[found], y[found], z[found]
        # nothing that was searched for may hang on rounding
        sure = np.ones(len(part), dtype=bool)
        for shift in (-_CLEAR, _CLEAR):
            sure &= (inside((y + shift) % 1.0, (z + shift) % 1.0) == inside(y, z)).all(axis=1)
        if sure.any():
            y, z = part[int(np.argmax(sure))]
            return float(y), float(z)
    return None
