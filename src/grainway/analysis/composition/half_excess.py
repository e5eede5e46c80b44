"""How wide the excess of a profile around a boundary is, and whether it can be told at all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grainway.analysis.boundary.bands import check_slabs, closest_boundaries
from grainway.array_types import FloatArray
from grainway.domain import Estimate
from grainway.domain.student import Z_95_ONE_SIDED
from grainway.errors import AnalysisError

_NOISE_MULTIPLE = 4.0
"""Pure noise passes in one of twenty profiles: the highest of several independent stretches is compared."""

_NEAR_SHARE = 1 / 3
_RESOLVED = 1.25


@dataclass(frozen=True, eq=False)
class HeightProfile:
    """A quantity along the periodic boundary normal.

    Attributes:
        name: what it is, for messages.
        values: on equal bins from 0 to the period, shape (n_bins,).
        errors: their standard errors, shape (n_bins,).
        length: period L_z, Å.
        resolution: full width at half maximum of what a point would be smeared to, Å.
        n_independent: samples behind it.
    """

    name: str
    values: FloatArray
    errors: FloatArray
    length: float
    resolution: float
    n_independent: float


def half_excess_width(profile: HeightProfile, boundaries: Sequence[float], which: int = 0) -> Estimate:
    """Return the width over which a profile differs from its plateau by half of the greatest excess or more.

    The plateau is the mean over the middle third of the grains. Its scatter, and the profile's own error, are
    the noise: an edge at z has the error noise/|slope|, as the crossing of a noisy level by a noisy profile.

    Args:
        profile: on equal bins.
        boundaries: heights of all boundaries, Å.
        which: number of the boundary whose width is wanted.

    Returns:
        Width in Å with its standard error; an upper limit where it hardly exceeds the profile's resolution.

    Raises:
        AnalysisError: when the excess does not exceed four times the noise, or does not fall to half
            before the plateau begins: the width is not resolved.
    """
    check_slabs(boundaries, profile.resolution, profile.length)
    n_bins = profile.values.size
    step = profile.length / n_bins
    z = np.asarray((np.arange(n_bins) + 0.5) * step, dtype=np.float64)
    spacing = closest_boundaries(boundaries, profile.length)
    distances = np.abs(_from(z[:, None], np.asarray(boundaries), profile.length)).min(axis=1)
    plateau = distances >= _NEAR_SHARE * spacing
    level = float(profile.values[plateau].mean())
    # the plateau is smooth: it holds few stretches that are independent of one another
    stretches = max(2.0, float(plateau.sum()) * step / profile.resolution)
    scatter = float(profile.values[plateau].std()) * math.sqrt(stretches / (stretches - 1))
    offset = _from(z, float(boundaries[which]), profile.length)
    order = np.argsort(offset)
    offset, excess = offset[order], profile.values[order] - level
    noise = np.hypot(profile.errors[order], scatter)
    near = np.abs(offset) < _NEAR_SHARE * spacing
    peak = int(np.argmax(np.where(near, np.abs(excess), -1.0)))
    height = abs(float(excess[peak]))
    if height <= _NOISE_MULTIPLE * float(noise[peak]):
        raise AnalysisError(
            f"the width of the {profile.name} at z = {boundaries[which]:.1f} Å is not resolved: "
            f"its excess of {height:.3g} is below four times its noise of {noise[peak]:.3g}; run longer"
        )
    relative = excess * math.copysign(1.0, float(excess[peak]))
    edges, errors = [], []
    for direction in (-1, 1):
        edge, slope, at = _crossing(offset, relative, peak, direction, height / 2)
        if not abs(edge) < _NEAR_SHARE * spacing:
            raise AnalysisError(
                f"the width of the {profile.name} at z = {boundaries[which]:.1f} Å is not resolved: "
                "the excess does not fall to half before the plateau; use thicker grains"
            )
        edges.append(edge)
        # half of the peak's own error moves the level
        errors.append(math.hypot(float(noise[at]), 0.5 * float(noise[peak])) / slope)
    width, error = edges[1] - edges[0], math.hypot(*errors)
    # a point and a slab as wide as the resolution hardly differ
    if width - Z_95_ONE_SIDED * error <= _RESOLVED * profile.resolution:
        limit = max(width, profile.resolution) + Z_95_ONE_SIDED * error
        return Estimate(limit, math.nan, "Å", profile.n_independent, "upper")
    return Estimate(width, error, "Å", profile.n_independent)


def _crossing(
    offset: FloatArray, relative: FloatArray, peak: int, direction: int, half: float
) -> tuple[float, float, int]:
    """Distance at which the excess first falls to a level, its slope there, and the bin."""
    index = peak
    while 0 <= index + direction < offset.size:
        after = index + direction
        if relative[after] <= half:
            drop = float(relative[index] - relative[after])
            gap = float(offset[after] - offset[index])
            return float(offset[index]) + gap * float(relative[index] - half) / drop, drop / abs(gap), index
        index = after
    return math.inf, 1.0, peak


def _from(z: FloatArray, origin: float | FloatArray, length: float) -> FloatArray:
    return np.asarray(np.mod(z - origin + 0.5 * length, length) - 0.5 * length)
