"""What is measured on a production run, each quantity an Estimate or a reason for its absence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from grainway.analysis import (
    ResistivityProfile,
    band_limits,
    collective_conductivity,
    gb_resistivities,
    gb_resistivity,
    haven_ratio,
    lithium_enrichment,
    nernst_einstein_conductivity,
    oxygen_vacancies,
    resistivity_profile,
    tracer_diffusivity,
)
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.simulation import Production

_CM_PER_A = 1e-8


class _Measurements:
    """Collects estimates and, where a run cannot give one, the reason."""

    def __init__(self) -> None:
        self.estimates: dict[str, Any] = {}
        self.missing: dict[str, str] = {}
        self.ranges: dict[str, list[float]] = {}  # value when a cut-off is changed by 0.2 Å either way

    def take(self, name: str, measure: Callable[[], Estimate]) -> None:
        try:
            self.estimates[name] = measure().to_dict()
        except AnalysisError as error:
            self.missing[name] = str(error)


def _transport(lithium: Trajectory) -> _Measurements:
    """Measure what bulk and boundary cells have in common."""
    found = _Measurements()
    found.take("tracer_diffusivity", lambda: tracer_diffusivity(lithium))
    found.take("conductivity_nernst_einstein", lambda: nernst_einstein_conductivity(lithium))
    found.take("conductivity_einstein", lambda: collective_conductivity(lithium, method="einstein"))
    found.take("conductivity_green_kubo", lambda: collective_conductivity(lithium, method="green-kubo"))
    found.take("haven_ratio", lambda: haven_ratio(lithium))
    return found


def measure_bulk(production: Production, *, limits: bool = False) -> dict[str, Any]:
    """Measure the perfect crystal.

    Args:
        production: trajectories.
        limits: accept a diffusivity that is only an upper limit, as one rung of a ladder may give.

    Raises:
        AnalysisError: when its diffusivity is not converged: nothing could be compared with it.
    """
    found = _transport(production.lithium)
    if limits:
        return {"estimates": found.estimates, "missing": found.missing}
    for needed in ("tracer_diffusivity", "conductivity_nernst_einstein"):
        if needed in found.missing:
            raise AnalysisError(f"bulk reference: {found.missing[needed]}")
        if found.estimates[needed]["bound"] is not None:
            raise AnalysisError(
                "bulk reference: the run is not diffusive, its diffusivity is only an upper bound; "
                "lengthen production or raise the temperature"
            )
    return {"estimates": found.estimates, "missing": found.missing}


def boundary_heights(frames: Trajectory, grain: npt.NDArray[np.int64]) -> tuple[float, float]:
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


def _vacancies(found: _Measurements, frames: Trajectory, heights: tuple[float, float], width: float) -> None:
    """Measure the three vacancy concentrations; ``ovc`` is the share of Zr-O bonds that is missing."""
    names = ("ovc", "ovc_uncovered", "ovc_missing")
    try:
        measured = oxygen_vacancies(frames, heights, width)
    except AnalysisError as error:
        found.missing |= dict.fromkeys(names, str(error))
        return
    for name, estimate in zip(names, (measured.unbonded, measured.uncovered, measured.missing), strict=True):
        found.estimates[name] = estimate.to_dict()
    found.ranges["ovc"] = list(measured.unbonded_sensitivity)
    found.ranges["ovc_uncovered"] = list(measured.uncovered_sensitivity)


def measure_boundary(
    production: Production, grain: npt.NDArray[np.int64], width: float, *, limits: bool = False
) -> dict[str, Any]:
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
    found = _transport(production.lithium)
    profile = None
    try:
        profile = resistivity_profile(production.lithium)
        found.estimates["rho_gb"] = gb_resistivity(profile, heights, width).to_dict()
    except AnalysisError as error:
        if not limits:
            raise
        diffusivity, resistivity = band_limits(production.lithium, heights, width)
        found.estimates |= {"rho_gb": resistivity.to_dict(), "band_diffusivity": diffusivity.to_dict()}
        found.missing["cell_resistance"] = str(error)
    measured: dict[str, Any] = {}
    if profile is not None:
        for number, estimate in enumerate(gb_resistivities(profile, heights, width), start=1):
            found.estimates[f"rho_gb_{number}"] = estimate.to_dict()
        found.take("cell_resistance", lambda: profile.resistance(0.0, profile.length))
        found.take("band_diffusivity", lambda: profile.band_diffusivity(heights, width))
        measured["profile"] = _profile_record(profile, heights, width)
    found.take("ler", lambda: lithium_enrichment(production.frames, heights, width))
    _vacancies(found, production.frames, heights, width)
    return {"estimates": found.estimates, "missing": found.missing, "ranges": found.ranges, **measured}


def _profile_record(
    profile: ResistivityProfile, heights: tuple[float, float], width: float
) -> dict[str, Any]:
    return {
        "z": profile.z.tolist(),
        "length": profile.length,
        "boundaries": list(heights),
        "width": width,
        "density": profile.density.tolist(),
        "density_error": profile.density_error.tolist(),
        "diffusivity": profile.diffusivity.tolist(),
        "diffusivity_error": profile.diffusivity_error.tolist(),
        "resistivity": profile.resistivity.tolist(),
        "resistivity_error": profile.resistivity_error.tolist(),
        "lag_ps": profile.lag,
        "lag_sensitivity": profile.lag_sensitivity,
    }
