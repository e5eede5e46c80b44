"""A boundary against the bulk crystal of the same campaign: what only both results together give."""

from __future__ import annotations

import math
from typing import Any, Protocol

from grainway.domain import Estimate

_CM_PER_A = 1e-8


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
    """Return the quantities that refer to the bulk.

    - ``asr``: area-specific resistance of one boundary, R_cell/2 - ρ_b L_z/2, Ω cm² (may be negative),
      with the Nernst-Einstein resistivity of the bulk at the simulated temperature.
    - ``diffusivity_ratio``: D of the boundary bands across the boundary over D of the bulk.
    - ``resistivity_ratio``: ρ_gb(δ)/ρ_b.

    Args:
        boundary: a boundary whose profile has converged.
        bulk: the bulk reference at the same temperature.
    """
    assert boundary.profile is not None  # noqa: S101 the resistance of the cell comes with its profile
    cell = boundary.estimates["cell_resistance"]
    length = boundary.profile["length"] * _CM_PER_A
    bulk_resistivity = reciprocal(bulk.estimates["conductivity_nernst_einstein"], "Ω cm")
    asr = Estimate(
        (cell.value - bulk_resistivity.value * length) / 2,
        math.hypot(cell.standard_error, bulk_resistivity.standard_error * length) / 2,
        "Ω cm²",
        min(cell.n_independent, bulk_resistivity.n_independent),
    )
    return {
        "asr": asr,
        "diffusivity_ratio": quotient(
            boundary.estimates["band_diffusivity"], bulk.estimates["tracer_diffusivity"]
        ),
        "resistivity_ratio": quotient(boundary.estimates["rho_gb"], bulk_resistivity),
    }


def quotient(a: Estimate, b: Estimate) -> Estimate:
    """Return a/b of independent estimates with first-order error."""
    value = a.value / b.value
    relative = math.hypot(a.standard_error / a.value, b.standard_error / b.value)
    return Estimate(value, abs(value) * relative, "1", min(a.n_independent, b.n_independent))


def reciprocal(a: Estimate, unit: str) -> Estimate:
    """Return 1/a with first-order error."""
    value = 1 / a.value
    return Estimate(value, abs(value) * a.standard_error / abs(a.value), unit, a.n_independent)
