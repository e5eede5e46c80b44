"""What is assumed of a dopant's interactions before any frame says otherwise: those of the ion it stands for.

Two dopants are rarely close to each other in the frames, but in a melt or a boundary they are. A function
that no frame has seen there would be anything; tantalum next to tantalum is rather like zirconium next to
zirconium than like nothing.
"""

from __future__ import annotations

import numpy as np

from grainway.array_types import FloatArray
from grainway.domain import DOPANT_HOST
from grainway.simulation.potentials.pair.spline_pairs import SplineGrid, SplinePair
from grainway.simulation.potentials.pair.spline_potential import Pair, SplinePotential

_PER_INTERVAL = 8
_STRAIGHT = 1e-3
"""Weight of second differences: it continues the function straight where the stand-in says nothing."""


def stand_in(pair: Pair, host: SplinePotential) -> SplinePair | None:
    """Return the host's interaction between the ions that a pair stands for; None where one is unknown."""
    a, b = (element if element in host.elements else DOPANT_HOST.get(element) for element in pair)
    if a is None or b is None:
        return None
    return host.pairs.get((a, b)) or host.pairs.get((b, a))


def coefficients_like(form: SplinePair, grid: SplineGrid) -> FloatArray:
    """Return the coefficients that follow another pair's function on a grid, shape (n_functions,), eV.

    Below the shortest distance that the other pair was fitted to they go on in a straight line.
    """
    first = max(grid.first, form.join)
    n_points = max(_PER_INTERVAL, round(_PER_INTERVAL * (grid.cutoff - first) / grid.spacing))
    r = np.linspace(first, grid.cutoff, n_points, endpoint=False)
    number, values, _ = grid.functions(r)
    design = np.zeros((n_points, grid.n_functions + 3))
    for k in range(4):
        design[np.arange(n_points), number + k] += values[:, k]
    bend = np.diff(np.eye(grid.n_functions), n=2, axis=0)
    rows = np.vstack([design[:, : grid.n_functions], _STRAIGHT * bend])
    sides = np.concatenate([form.evaluate(r)[0], np.zeros(len(bend))])
    return np.asarray(np.linalg.lstsq(rows, sides, rcond=None)[0], dtype=np.float64)
