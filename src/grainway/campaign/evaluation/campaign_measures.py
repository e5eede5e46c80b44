"""What a campaign measures on a production run: the one list, and what it refuses or takes as a limit."""

from typing import Any

import numpy as np

from grainway.analysis import Measured, band_limits, measure_run
from grainway.array_types import IntArray
from grainway.domain import Trajectory
from grainway.errors import AnalysisError
from grainway.simulation import Production


def measure_bulk(production: Production, *, limits: bool = False) -> Measured:
    """Measure the perfect crystal.

    Args:
        production: trajectories.
        limits: accept a diffusivity that is only an upper limit, as one rung of a ladder may give.

    Raises:
        AnalysisError: when its diffusivity is not converged: nothing could be compared with it.
    """
    found = measure_run(production.lithium)
    if limits:
        return found
    for needed in ("tracer_diffusivity", "conductivity_nernst_einstein"):
        if needed in found.missing:
            raise AnalysisError(f"bulk reference: {found.missing[needed]}")
        if found.estimates[needed].bound is not None:
            raise AnalysisError(
                "bulk reference: the run is not diffusive, its diffusivity is only an upper bound; "
                "lengthen production or raise the temperature"
            )
    return found


def measure_boundary(
    production: Production, grain: IntArray, width: float, *, limits: bool = False
) -> Measured:
    """Measure a boundary cell; every band has the same stated width.

    Args:
        production: trajectories.
        grain: grain of each atom, shape (n_atoms,).
        width: δ, Å.
        limits: give limits of ρ_gb and of the bands' diffusivity, and no profile, where the profile does not
            converge, as one rung of a ladder may do.

    Raises:
        AnalysisError: when the resistivity profile, and with it the objective, is not converged.
    """
    heights = boundary_heights(production.frames, grain)
    found = measure_run(production.lithium, production.frames, boundaries=heights, width=width)
    if found.profile is None:
        if not limits:
            raise AnalysisError(found.missing["rho_gb"])
        diffusivity, resistivity = band_limits(production.lithium, heights, width)
        found.estimates |= {"rho_gb": resistivity, "band_diffusivity": diffusivity}
        for name in ("rho_gb", "band_diffusivity"):
            del found.missing[name]
    return found


def boundary_heights(frames: Trajectory, grain: IntArray) -> tuple[float, float]:
    """Return where the two boundaries are, from the centres of the grains' frameworks, Å.

    Two slabs of equal thickness T with centres z_A and z_B meet half-way between their centres, whatever the
    gaps have become.
    """
    mean = frames.positions.mean(axis=0)[:, 2]
    framework = np.array(frames.species) != "Li"
    length = float(frames.mean_cell[2, 2])
    lower, upper = (float(mean[framework & (grain == number)].mean()) for number in (0, 1))
    middle = (lower + upper) / 2
    return middle % length, (middle + length / 2) % length


def profile_record(measured: Measured) -> dict[str, Any] | None:
    """Return the profile along the boundary normal, JSON-ready; None where there is none."""
    profile = measured.profile
    if profile is None:
        return None
    return {
        "z": profile.z.tolist(),
        "length": profile.length,
        "boundaries": list(measured.boundaries),
        "width": measured.width,
        "density": profile.density.tolist(),
        "density_error": profile.density_error.tolist(),
        "diffusivity": profile.diffusivity.tolist(),
        "diffusivity_error": profile.diffusivity_error.tolist(),
        "resistivity": profile.resistivity.tolist(),
        "resistivity_error": profile.resistivity_error.tolist(),
        "lag_ps": profile.lag,
        "lag_sensitivity": profile.lag_sensitivity,
    }
