"""First coordination shells: bond lengths and coordination numbers from the radial distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from grainway.geometry.periodic_neighbours import PeriodicNeighbours

FloatArray = npt.NDArray[np.float64]

REACH_A = 4.5
_BIN_A = 0.02
_SMOOTHING_A = 0.1
"""Wider than the splitting of one shell into sites, narrower than the gap between shells."""


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

    Args:
        trajectory: positions of all atoms.
        centre: symbol of the central ions.
        neighbour: symbol of another species around them.

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


def pair_distances(
    trajectory: Trajectory, centre: str, neighbour: str, frames: npt.NDArray[np.intp]
) -> FloatArray:
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
