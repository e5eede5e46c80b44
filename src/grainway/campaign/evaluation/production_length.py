"""How long production goes on: until the resistivity is known as well as was asked for, or the cap."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from grainway.analysis import gb_resistivity, nernst_einstein_conductivity, resistivity_profile
from grainway.campaign.evaluation.campaign_measures import boundary_heights
from grainway.errors import AnalysisError
from grainway.simulation import Production, Protocol

_MOST_GROWTH = 2.0
"""An error of a short run is itself uncertain, so no batch more than doubles the run before the next look."""


def reached_error(production: Production, grain: npt.NDArray[np.int64] | None, width: float) -> float:
    """Return the standard error of log10 of the resistivity that decides, decades.

    Args:
        production: what there is so far.
        grain: grain of each atom of a boundary cell, for ρ_gb; None for the Nernst-Einstein resistivity of
            bulk.
        width: δ, Å.

    Returns:
        The error; infinite while the run gives a limit or nothing.
    """
    try:
        if grain is None:
            estimate = nernst_einstein_conductivity(production.lithium)
        else:
            heights = boundary_heights(production.frames, grain)
            estimate = gb_resistivity(resistivity_profile(production.lithium), heights, width)
    except AnalysisError:
        return math.inf
    return estimate.log10_error


def further_segments(protocol: Protocol, reached: float, n_segments: int) -> int:
    """Return how many segments to run before looking again, 0 for enough or the cap.

    Variances fall with time, so a run of t needs t (reached/wanted)²; a batch aims at that.

    Args:
        protocol: wanted error and cap.
        reached: standard error so far, decades; infinite where there is none yet.
        n_segments: segments run so far.
    """
    most = max(1, math.floor(protocol.production_max / protocol.production_segment + 1e-9))
    if reached <= protocol.wanted_standard_error or n_segments >= most:
        return 0
    ratio = min((reached / protocol.wanted_standard_error) ** 2, _MOST_GROWTH)
    return max(1, min(math.ceil(n_segments * ratio), most) - n_segments)
