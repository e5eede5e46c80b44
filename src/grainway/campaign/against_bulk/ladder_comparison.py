"""A boundary against the bulk crystal on the same ladder: rung by rung, then at the target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grainway.analysis import (
    ArrheniusFit,
    boundary_diffusivity_ratio,
    bulk_resistivity,
    combined_resistivity,
    least_area_specific_resistance,
    resistivity_ratio,
)
from grainway.campaign.against_bulk.bulk_comparison import compare_with_bulk
from grainway.campaign.evaluation.temperature_ladder import Rung, fit_rungs
from grainway.domain import Estimate


def compare_rungs(boundary: Sequence[Rung], bulk: Sequence[Rung], width: float) -> tuple[Rung, ...]:
    """Return the boundary's rungs with what refers to the bulk at the same temperature.

    Where a rung gave only a lower limit of ρ_gb, ASR has the lower limit δ(ρ_gb - ρ_b), with ρ_b at the upper
    end of its one-sided 95 % interval, if that is positive.

    Args:
        boundary: rungs of a boundary.
        bulk: rungs of the bulk reference.
        width: δ, Å.
    """
    reference = {rung.temperature: rung for rung in bulk}
    return tuple(
        _compare_rung(rung, reference[rung.temperature], width) if rung.temperature in reference else rung
        for rung in boundary
    )


def _compare_rung(rung: Rung, bulk: Rung, width: float) -> Rung:
    names = ("asr", "diffusivity_ratio", "resistivity_ratio")
    conductivity = bulk.estimates.get("conductivity_nernst_einstein")
    if conductivity is None or conductivity.bound is not None or bulk.estimates["tracer_diffusivity"].bound:
        reason = f"the bulk run at {rung.temperature:g} K is not diffusive"
        return replace(rung, missing=rung.missing | dict.fromkeys(names, reason))
    if rung.profile is not None and "cell_resistance" in rung.estimates:
        return replace(rung, estimates=rung.estimates | compare_with_bulk(rung, bulk))
    reason = f"the boundary run at {rung.temperature:g} K is not diffusive"
    missing = rung.missing | dict.fromkeys(names, reason)
    limit = least_area_specific_resistance(rung.estimates["rho_gb"], bulk_resistivity(conductivity), width)
    if limit.value <= 0:
        return replace(rung, missing=missing)
    del missing["asr"]
    return replace(rung, estimates=rung.estimates | {"asr": limit}, missing=missing)


def fit_resistance(rungs: Sequence[Rung]) -> tuple[dict[str, ArrheniusFit], dict[str, str]]:
    """Fit ASR over the rungs; returns the fit by name, or the reason why there is none.

    ASR may be negative, for a boundary that conducts better than the bulk or by noise. Leaving such rungs out
    would bias the rest, so then there is no fit.
    """
    negative = [r.temperature for r in rungs if "asr" in r.estimates and r.estimates["asr"].value <= 0]
    if negative:
        listed = ", ".join(f"{t:g}" for t in negative)
        return {}, {
            "asr": f"no Arrhenius fit: ASR is not positive at {listed} K and has no logarithm there; ρ_gb, "
            "which is positive, is extrapolated by itself"
        }
    return fit_rungs(rungs, ["asr"])


def compare_at(
    fits: dict[str, ArrheniusFit], bulk_fits: dict[str, ArrheniusFit], temperature: float, width: float
) -> dict[str, Estimate]:
    """Return what refers to the bulk at a predicted temperature, where the fits allow it.

    - ``diffusivity_ratio`` and ``resistivity_ratio`` of two predictions, their errors in quadrature.
    - ``asr`` from its own fit.
    - ``rho_gb_combined``: ρ_b + ASR/δ, each extrapolated by itself. Their errors, taken as independent, are
      not: ASR has ρ_b subtracted, so the true error is rather smaller.

    Args:
        fits: of the boundary, with ``asr``.
        bulk_fits: of the bulk.
        temperature: K.
        width: δ, Å.
    """
    found: dict[str, Estimate] = {}
    if "band_diffusivity" in fits and "tracer_diffusivity" in bulk_fits:
        band, bulk_diffusivity = fits["band_diffusivity"], bulk_fits["tracer_diffusivity"]
        found["diffusivity_ratio"] = boundary_diffusivity_ratio(
            band.predict(temperature), bulk_diffusivity.predict(temperature)
        )
    if "conductivity_nernst_einstein" not in bulk_fits:
        return found
    bulk = bulk_resistivity(bulk_fits["conductivity_nernst_einstein"].predict(temperature))
    if "rho_gb" in fits:
        found["resistivity_ratio"] = resistivity_ratio(fits["rho_gb"].predict(temperature), bulk)
    if "asr" in fits:
        found["asr"] = fits["asr"].predict(temperature)
        found["rho_gb_combined"] = combined_resistivity(bulk, found["asr"], width)
    return found
