"""First coordination shells: bond lengths and coordination numbers from the radial distribution."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from grainway.array_types import FloatArray, IndexArray
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from grainway.geometry.periodic_neighbours import PeriodicNeighbours

REACH_A = 4.5
_BIN_A = 0.02
_SMOOTHING_A = 0.1
"""Wider than the splitting of one shell into sites, narrower than the gap between shells."""

_ZR_O_SMOOTHING_A = 0.05
_ZR_O_SHELL_A = (1.6, 2.6)
_SEARCHED_TO_A = 4.2
_AS_LOW = 0.005
_SEPARATE = 0.2
_MOST_FRAMES = 20


@dataclass(frozen=True, slots=True)
class Shell:
    """The first shell of one species around another.

    Attributes:
        bond_length: mean distance within the shell, Å.
        coordination: neighbours per centre within it.
        cutoff: first minimum of g(r) after its first maximum, Å.
    """

    bond_length: float
    coordination: float
    cutoff: float


def first_shell(trajectory: Trajectory, centre: str, neighbour: str) -> Shell:
    """Return the first shell of ``neighbour`` around ``centre``, averaged over all frames.

    Frames that are averages over a vibration or more give distances between mean positions, which is what
    diffraction gives; distances of single snapshots are longer by the vibration across the bond.

    Returns:
        Mean over centres and frames.

    Raises:
        AnalysisError: when a species is absent, both are one, or no shell is within 4.5 Å.
    """
    if centre == neighbour:
        raise AnalysisError.about("neighbour", neighbour, "another species than the centre's", "Change one.")
    distances = pair_distances(trajectory, centre, neighbour, np.arange(trajectory.n_frames))
    if not distances.size:
        raise AnalysisError.about(
            f"{centre}-{neighbour} pairs", 0, f"some within {REACH_A:g} Å", "Check species and structure."
        )
    cutoff = _first_minimum(distances)
    bonds = distances[distances < cutoff]
    n_centres = trajectory.indices(centre).size * trajectory.n_frames
    return Shell(float(bonds.mean()), bonds.size / n_centres, cutoff)


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
    distances, smoothed = radial_density(pair_distances(trajectory, "Zr", "O", frames), _ZR_O_SMOOTHING_A)
    shell = np.flatnonzero((distances > _ZR_O_SHELL_A[0]) & (distances < _ZR_O_SHELL_A[1]))
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


def pair_distances(trajectory: Trajectory, centre: str, neighbour: str, frames: IndexArray) -> FloatArray:
    """Return the distances of all pairs of two species within 4.5 Å in some frames, Å."""
    inner, outer = trajectory.indices(centre), trajectory.indices(neighbour)
    found = []
    for number in frames:
        frame = trajectory.positions[number]
        cell = trajectory.cell if trajectory.cell.ndim == 2 else trajectory.cell[number]
        found.append(PeriodicNeighbours(frame[outer], cell, REACH_A).pairs(frame[inner])[2])
    return np.concatenate(found)


def radial_density(distances: FloatArray, smoothing: float) -> tuple[FloatArray, FloatArray]:
    """Return distances in Å and pairs per r² there, on any scale, smoothed by a Gaussian (Å)."""
    counts, edges = np.histogram(distances, np.arange(0.0, REACH_A + _BIN_A / 2, _BIN_A))
    middles = np.asarray((edges[1:] + edges[:-1]) / 2)
    return middles, gaussian_filter1d(counts / middles**2, smoothing / _BIN_A, mode="constant")


def _first_minimum(distances: FloatArray) -> float:
    """Return the first minimum of the smoothed radial density after its first maximum."""
    middles, density = radial_density(distances, _SMOOTHING_A)
    rising = np.diff(density) > 0
    # a shell stands out: single ions that stray between shells are no maximum
    tall = density[:-1] > density.max() / 2
    tops = np.flatnonzero(tall & ~rising)
    after = np.flatnonzero(rising[tops[0] :]) if tops.size else np.array([], dtype=np.intp)
    return float(middles[tops[0] + after[0]]) if after.size else REACH_A
