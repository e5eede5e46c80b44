"""A boundary against the bulk crystal of the same campaign: what only both results together give."""

from typing import Any, Protocol

from grainway.analysis import (
    area_specific_resistance,
    boundary_diffusivity_ratio,
    bulk_resistivity,
    resistivity_ratio,
)
from grainway.domain import Estimate


class MeasuredRun(Protocol):
    """What was measured at one temperature: the result of an evaluation, or one rung of its ladder."""

    @property
    def estimates(self) -> dict[str, Estimate]:
        """Quantities by name."""

    @property
    def missing(self) -> dict[str, str]:
        """Name and reason of what the run could not give."""

    @property
    def profile(self) -> dict[str, Any] | None:
        """Along z; None for bulk and where it did not converge."""

    @property
    def realised(self) -> dict[str, Any]:
        """Facts of the run."""


def compare_with_bulk(boundary: MeasuredRun, bulk: MeasuredRun) -> dict[str, Estimate]:
    """Return ``asr``, ``diffusivity_ratio`` and ``resistivity_ratio`` at one temperature.

    The bulk's Nernst-Einstein conductivity is what the tracer resistivities of a profile are compared with.
    """
    assert boundary.profile is not None  # noqa: S101 the resistance of the cell comes with its profile
    found, length = boundary.estimates, float(boundary.profile["length"])
    resistivity = bulk_resistivity(bulk.estimates["conductivity_nernst_einstein"])
    return {
        "asr": area_specific_resistance(found["cell_resistance"], resistivity, length),
        "diffusivity_ratio": boundary_diffusivity_ratio(
            found["band_diffusivity"], bulk.estimates["tracer_diffusivity"]
        ),
        "resistivity_ratio": resistivity_ratio(found["rho_gb"], resistivity),
    }
