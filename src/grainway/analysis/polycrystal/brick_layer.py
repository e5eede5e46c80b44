"""What a boundary means for a polycrystal: the brick-layer model against grain size."""

import math

from grainway.domain import Estimate, first_order
from grainway.errors import AnalysisError
from grainway.units import CM_PER_A, CM_PER_UM

DEFAULT_WIDTH_A = 10.8
_THINNEST_GRAIN_WIDTHS = 3.0
"""Below, the terms of second order in δ/d that the model leaves out could lift σ above all its parts."""


def polycrystal_conductivity(
    bulk: Estimate,
    resistance: Estimate,
    grain_size_um: float,
    excess_conductance: Estimate | None = None,
    *,
    boundary_width: float = DEFAULT_WIDTH_A,
) -> Estimate:
    """Return σ of cubic grains of size d in series with their boundaries, 1/σ = 1/σ_b + ASR/d.

    Faces along the current add 2 G_ex/d where their excess conductance is given (brick layer; Maier,
    Prog. Solid State Chem. 23 (1995) 171). For d ≥ 3 δ the result never exceeds the most conductive of its
    parts, σ_b, 1/(1/σ_b + ASR/δ) and σ_b + G_ex/δ. Real pellets agree within a factor of about 2.5.

    Args:
        bulk: σ_b, S/cm.
        resistance: ASR of one boundary, Ω cm²; may be negative.
        grain_size_um: d, µm.
        excess_conductance: G_ex of one boundary, S; None leaves faces along the current as grain.
        boundary_width: δ, Å; it enters only the check that the parts are possible.

    Returns:
        σ in S/cm, first-order errors in quadrature.

    Raises:
        AnalysisError: for limits, other units, grains thinner than 3 δ, or an ASR or G_ex so negative that
            the band of width δ or the whole would have no positive conductivity.
    """
    size = _checked_size(bulk, resistance, grain_size_um, boundary_width)
    width = boundary_width * CM_PER_A
    if 1 / bulk.value + resistance.value / width <= 0:
        raise AnalysisError.about(
            "resistance",
            resistance.value,
            f"above -δ/σ_b = {-width / bulk.value:.3g} Ω cm²: "
            f"no band of {boundary_width:g} Å can conduct better than without resistance",
            "Measure it longer, since the subtraction of the bulk has left noise; or widen boundary_width.",
        )
    series = 1 / (1 / bulk.value + resistance.value / size)
    terms = [(bulk, series**2 / bulk.value**2), (resistance, series**2 / size)]
    value = series
    if excess_conductance is not None:
        _require(excess_conductance, "excess_conductance", "S")
        if bulk.value + excess_conductance.value / width < 0:
            raise AnalysisError.about(
                "excess_conductance",
                excess_conductance.value,
                f"at least -δ σ_b = {-width * bulk.value:.3g} S",
                "Measure it longer, or state a greater boundary_width.",
            )
        value += 2 * excess_conductance.value / size
        terms.append((excess_conductance, 2 / size))
    if value <= 0:
        raise AnalysisError.about(
            "excess_conductance",
            None if excess_conductance is None else excess_conductance.value,
            f"greater than -σd/2 = {-series * size / 2:.3g} S, "
            "where the faces along the current would take all that the rest conducts",
            "Leave it out: boundaries across the current decide here.",
        )
    return first_order(value, "S/cm", *terms)


def boundary_share(bulk: Estimate, resistance: Estimate, grain_size_um: float) -> Estimate:
    """Return f_gb = (ASR/d)/(1/σ_b + ASR/d), the boundaries' share of the total resistance.

    Args:
        bulk: σ_b, S/cm.
        resistance: ASR, Ω cm².
        grain_size_um: d, µm.

    Returns:
        The share with its first-order error; negative for boundaries that conduct better than the bulk.

    Raises:
        AnalysisError: as :func:`polycrystal_conductivity`.
    """
    size = _checked_size(bulk, resistance, grain_size_um, DEFAULT_WIDTH_A)
    gain = bulk.value * resistance.value / size
    if gain <= -1:
        raise AnalysisError.about("resistance", resistance.value, "above -d/σ_b", "Choose larger grains.")
    slope = 1 / (size * (1 + gain) ** 2)
    return first_order(
        gain / (1 + gain), "1", (bulk, resistance.value * slope), (resistance, bulk.value * slope)
    )


def _checked_size(bulk: Estimate, resistance: Estimate, grain_size_um: float, width: float) -> float:
    """Return the grain size in cm."""
    _require(bulk, "bulk", "S/cm")
    _require(resistance, "resistance", "Ω cm²")
    if bulk.value <= 0:
        raise AnalysisError.about("bulk", bulk.value, "positive", "Run the bulk longer.")
    size = grain_size_um * CM_PER_UM
    least = _THINNEST_GRAIN_WIDTHS * width * CM_PER_A
    if not (math.isfinite(size) and size >= least):
        raise AnalysisError.about(
            "grain_size_um",
            grain_size_um,
            f"at least three boundary widths, {least / CM_PER_UM:.2g} µm",
            "The brick layer is a model of thick grains; simulate thin ones.",
        )
    return size


def _require(estimate: Estimate, name: str, unit: str) -> None:
    if estimate.bound is not None or estimate.unit != unit:
        raise AnalysisError.about(name, estimate, f"a value in {unit}", "Run longer, or convert it.")
