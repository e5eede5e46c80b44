"""What a boundary's run says against a bulk run of the same crystal at the same temperature."""

from dataclasses import dataclass

from grainway.analysis.boundary.boundary_resistance import (
    area_specific_resistance,
    boundary_diffusivity_ratio,
    bulk_resistivity,
    resistivity_ratio,
)
from grainway.analysis.boundary.slab_diffusivity import excess_conductance
from grainway.analysis.measures.measured import Measured
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError

_MOST_RELATIVE_DIFFERENCE = 0.02
"""Of the temperatures: at 0.3 eV and 1000 K conductivities then differ by 7 %, the error of a good run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRun:
    """A run of the perfect crystal, analysed by itself.

    Attributes:
        temperature: K.
        diffusivity: tracer diffusivity, Å²/ps.
        conductivity: Nernst-Einstein conductivity, S/cm.
    """

    temperature: float
    diffusivity: Estimate
    conductivity: Estimate


def compare_with_bulk_run(found: Measured, run: Trajectory, bulk: BulkRun, species: str) -> None:
    """Add ASR, D_gb/D_bulk, ρ_gb/ρ_bulk and the excess conductance along a boundary.

    Args:
        found: measured on the boundary cell; what is found is added to it.
        run: the mobile ions of the boundary cell.
        bulk: at the same potential, composition and temperature.
        species: the ions under study.
    """
    if abs(bulk.temperature / run.temperature - 1) > _MOST_RELATIVE_DIFFERENCE:
        found.warnings.append(
            f"the bulk run is at {bulk.temperature:g} K, this run at {run.temperature:g} K: "
            "what refers to the bulk compares two temperatures, too"
        )
    found.take(
        "excess_conductance",
        lambda: excess_conductance(run, bulk.conductivity, len(found.boundaries), species),
    )
    profile, width = found.profile, found.width
    if profile is None or width is None:
        reason = found.missing.get("rho_gb", "there is no boundary: give --boundaries and --width")
        found.missing |= dict.fromkeys(("asr", "diffusivity_ratio", "resistivity_ratio"), reason)
        return
    length, count = profile.length, len(found.boundaries)
    found.take(
        "asr",
        lambda: area_specific_resistance(profile.resistance(0.0, length), _resistivity(bulk), length, count),
    )
    found.take(
        "diffusivity_ratio",
        lambda: boundary_diffusivity_ratio(
            profile.band_diffusivity(found.boundaries, width), bulk.diffusivity
        ),
    )
    found.take("resistivity_ratio", lambda: resistivity_ratio(found.estimates["rho_gb"], _resistivity(bulk)))


def _resistivity(bulk: BulkRun) -> Estimate:
    if bulk.conductivity.bound is not None:
        raise AnalysisError("the conductivity of the bulk run is only a limit: run the bulk longer")
    return bulk_resistivity(bulk.conductivity)
