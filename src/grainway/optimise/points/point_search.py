"""The search for the point of largest worth: first over the whole space, then around the best points."""

from collections.abc import Callable, Sequence

import numpy as np

from grainway.design_space import DesignSpace, Values
from grainway.optimise.points.candidates import Admission, Candidates, neighbours, space_filling

Weigh = Callable[[Candidates], list[tuple[float, Values]]]

N_SPACE_FILLING = 384
N_CENTRES = 4
N_NEIGHBOURS = 24
N_REFINED, N_ROUNDS = 4, 4
"""Some 900 points are weighed at a choice, as many around good ones as over the space. More would only refine
the maximum of a worth that the next outcome changes."""


def most_promising(
    space: DesignSpace,
    admission: Admission,
    centres: Sequence[Values],
    weigh: Weigh,
    rng: np.random.Generator,
    listed: Sequence[Values] = (),
) -> list[tuple[float, Values]]:
    """Return the best admissible points found with their worth, best first; none when none is admissible.

    Args:
        space: the design space.
        admission: which points may be proposed.
        centres: evaluated points believed good, best first; the first few get neighbours.
        weigh: returns points with what an evaluation there is worth, larger is better.
        rng: generator of the candidates.
        listed: further points to weigh.
    """
    pool = space_filling(space, N_SPACE_FILLING, rng)
    pool += neighbours(space, centres[:N_CENTRES], N_NEIGHBOURS, rng) + list(listed)
    best = _best(weigh(admission.located(pool)))
    for _ in range(N_ROUNDS):
        around = neighbours(space, [values for _, values in best], N_NEIGHBOURS, rng)
        best = _best(best + weigh(admission.located(around)))
    return best


def _best(weighed: Sequence[tuple[float, Values]]) -> list[tuple[float, Values]]:
    return sorted(weighed, key=lambda entry: -entry[0])[:N_REFINED]
