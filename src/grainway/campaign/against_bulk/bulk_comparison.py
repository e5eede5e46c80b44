"""A boundary against the bulk crystal of the same campaign: what only both results together give."""

from __future__ import annotations

import math
from typing import Any

from grainway.domain import Estimate

_CM_PER_A = 1e-8


def compare_with_bulk(boundary: dict[str, Any], bulk: dict[str, Any]) -> dict[str, Estimate]:
    """Return the quantities that refer to the bulk.

    - ``asr``: area-specific resistance of one boundary, R_cell/2 - ρ_b L_z/2, Ω cm² (may be negative),
      with the Nernst-Einstein resistivity of the bulk at the simulated temperature.
    - ``diffusivity_ratio``: D of the boundary bands across the boundary over D of the bulk.
    - ``resistivity_ratio``: ρ_gb(δ)/ρ_b.

    Args:
        boundary: result of a boundary evaluation.
        bulk: result of the bulk reference.
    """
    cell = _estimate(boundary, "cell_resistance")
    length = boundary["profile"]["length"] * _CM_PER_A
    bulk_resistivity = reciprocal(_estimate(bulk, "conductivity_nernst_einstein"), "Ω cm")
    asr = Estimate(
        (cell.value - bulk_resistivity.value * length) / 2,
        math.hypot(cell.standard_error, bulk_resistivity.standard_error * length) / 2,
        "Ω cm²",
        min(cell.n_independent, bulk_resistivity.n_independent),
    )
    return {
        "asr": asr,
        "diffusivity_ratio": quotient(
            _estimate(boundary, "band_diffusivity"), _estimate(bulk, "tracer_diffusivity")
        ),
        "resistivity_ratio": quotient(_estimate(boundary, "rho_gb"), bulk_resistivity),
    }


def _estimate(result: dict[str, Any], name: str) -> Estimate:
    return Estimate.from_dict(result["estimates"][name])


def quotient(a: Estimate, b: Estimate) -> Estimate:
    """Return a/b of independent estimates with first-order error."""
    value = a.value / b.value
    relative = math.hypot(a.standard_error / a.value, b.standard_error / b.value)
    return Estimate(value, abs(value) * relative, "1", min(a.n_independent, b.n_independent))


def reciprocal(a: Estimate, unit: str) -> Estimate:
    """Return 1/a with first-order error."""
    value = 1 / a.value
    return Estimate(value, abs(value) * a.standard_error / abs(a.value), unit, a.n_independent)
