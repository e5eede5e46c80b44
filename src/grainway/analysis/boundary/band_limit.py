"""What a run in which lithium hardly moves still says about a boundary: a least resistivity."""

import math
from collections.abc import Sequence

import numpy as np

from grainway.analysis.boundary.bands import heights_along_normal
from grainway.analysis.conductivity.collective_conductivity import carrier_charge
from grainway.analysis.motion.displacement import MOBILE_SPECIES, framework_positions
from grainway.analysis.motion.tracer_diffusivity import tracer_diffusivity
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.units import BOLTZMANN_EV_PER_K, S_PER_CM_PER_INTERNAL


def band_limits(
    trajectory: Trajectory, boundaries: Sequence[float], width: float, species: str = MOBILE_SPECIES
) -> tuple[Estimate, Estimate]:
    """Return a 95 % upper limit of D across the bands and the lower limit of ρ_gb(δ) that follows.

    By Cauchy and Schwarz (1/δ)∫dz/(nD) ≥ 1/⟨nD⟩ over the band, so ρ_gb ≥ k_BT/(q² n D_zz) with the mean
    density of the bands and D_zz of the ions that live in them. Ions are assigned by where they spend at
    least half of the run, which is meaningful because in such a run they seldom leave.

    Args:
        trajectory: the carriers in the framework's frame; z is the boundary normal.
        boundaries: heights of the boundaries, Å.
        width: δ, Å.
        species: the carrier.

    Returns:
        D in Å²/ps, ``bound="upper"``, and ρ_gb in Ω cm, ``bound="lower"``; ``n_independent`` is the number
        of hops, or of samples, behind the limit.

    Raises:
        AnalysisError: when no ion lives in the bands or their motion cannot be read at all.
    """
    heights, length = heights_along_normal(trajectory, species)
    distance = np.min([np.abs((heights - z + length / 2) % length - length / 2) for z in boundaries], axis=0)
    inside = distance <= width / 2
    residents = trajectory.indices(species)[inside.mean(axis=0) >= 0.5]
    if residents.size == 0:
        raise AnalysisError.about(
            "ions that live in the bands", 0, "one or more", "Widen δ, or run hotter until the run diffuses."
        )
    alone = Trajectory(
        positions=framework_positions(trajectory, residents, species),
        cell=trajectory.cell,
        species=(species,) * residents.size,
        charges=trajectory.charges[residents],
        times=trajectory.times,
        temperature=trajectory.temperature,
    )
    along_normal = tracer_diffusivity(alone, species, per_axis=True)[2]
    limit = along_normal.one_sided_end("upper")
    area = trajectory.volume / length
    density = float(inside.sum(axis=1).mean()) / (area * width * len(boundaries))
    charge = carrier_charge(trajectory, species)
    conductivity = charge**2 * density * limit / (BOLTZMANN_EV_PER_K * trajectory.temperature)
    least = 1 / (conductivity * S_PER_CM_PER_INTERNAL)
    samples = along_normal.n_independent
    return (
        Estimate(limit, math.nan, "Å²/ps", samples, "upper"),
        Estimate(least, math.nan, "Ω cm", samples, "lower"),
    )
