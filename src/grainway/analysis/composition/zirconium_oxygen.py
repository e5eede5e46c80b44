"""Where the first shell of oxygen about zirconium ends."""

from __future__ import annotations

import numpy as np

from grainway.analysis.composition.coordination import pair_distances, radial_density
from grainway.domain import Trajectory
from grainway.errors import AnalysisError

_SMOOTHING_A = 0.05
_SHELL_A = (1.6, 2.6)
_SEARCHED_TO_A = 4.2
_AS_LOW = 0.005
_SEPARATE = 0.2
_MOST_FRAMES = 20


def zirconium_oxygen_cutoff(trajectory: Trajectory) -> float:
    """Return the first minimum of g_ZrO, the cut-off for ``oxygen_vacancies``.

    Where g is as good as zero over a range of distances, the middle of that range.

    Args:
        trajectory: the bulk crystal at the temperature of interest, frames best averaged over about 1 ps.

    Returns:
        The distance in Å.

    Raises:
        AnalysisError: when the first shell is not separate: g at its minimum exceeds a fifth of the peak.
    """
    frames = np.unique(np.linspace(0, trajectory.n_frames - 1, _MOST_FRAMES).astype(np.intp))
    distances, smoothed = radial_density(pair_distances(trajectory, "Zr", "O", frames), _SMOOTHING_A)
    shell = np.flatnonzero((distances > _SHELL_A[0]) & (distances < _SHELL_A[1]))
    peak = int(shell[np.argmax(smoothed[shell])])
    behind = np.flatnonzero((distances > distances[peak]) & (distances < _SEARCHED_TO_A))
    lowest = int(behind[np.argmin(smoothed[behind])])
    highest = float(smoothed[peak])
    # g is still falling at the end of the search, or never fell
    if not smoothed[lowest] < _SEPARATE * highest or lowest == behind[-1]:
        raise AnalysisError.about(
            "g_ZrO at its minimum over its peak",
            round(float(smoothed[lowest]) / highest, 3) if highest > 0 else 0.0,
            f"at most {_SEPARATE:g}, below {_SEARCHED_TO_A:g} Å",
            "Average the frames over 1 ps, or take a crystal rather than a boundary.",
        )
    ceiling = float(smoothed[lowest]) + _AS_LOW * highest
    low = high = lowest
    while smoothed[low - 1] <= ceiling and low > peak:
        low -= 1
    while high < behind[-1] and smoothed[high + 1] <= ceiling:
        high += 1
    return float(0.5 * (distances[low] + distances[high]))
