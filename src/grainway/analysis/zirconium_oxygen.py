"""Where the first shell of oxygen about zirconium ends."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from grainway.analysis.neighbours import PeriodicNeighbours
from grainway.domain import Trajectory
from grainway.errors import AnalysisError

FloatArray = npt.NDArray[np.float64]

_REACH_A = 4.5
_BIN_A = 0.02
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
    distances = np.asarray(_BIN_A * (np.arange(round(_REACH_A / _BIN_A)) + 0.5), dtype=np.float64)
    smoothed = _smoothed_distribution(trajectory, distances)
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


def _smoothed_distribution(trajectory: Trajectory, distances: FloatArray) -> FloatArray:
    """Zr-O pairs per r², any scale, smoothed by a Gaussian of 0.05 Å."""
    zirconium, oxygen = trajectory.indices("Zr"), trajectory.indices("O")
    counts = np.zeros(distances.size)
    frames = np.unique(np.linspace(0, trajectory.n_frames - 1, _MOST_FRAMES).astype(int))
    edges = np.append(distances - 0.5 * _BIN_A, distances[-1] + 0.5 * _BIN_A)
    for frame in frames:
        cell = trajectory.cell if trajectory.cell.ndim == 2 else trajectory.cell[frame]
        neighbours = PeriodicNeighbours(trajectory.positions[frame, oxygen], cell, _REACH_A)
        _, _, found = neighbours.pairs(trajectory.positions[frame, zirconium])
        counts += np.histogram(found, edges)[0]
    kernel = np.exp(-0.5 * ((distances[:, None] - distances) / _SMOOTHING_A) ** 2)
    return np.asarray(kernel @ (counts / distances**2))
