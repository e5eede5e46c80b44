"""How much better a polycrystal conducts when its boundaries are exchanged for others."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from grainway.analysis.polycrystal.brick_layer import DEFAULT_WIDTH_A
from grainway.array_types import FloatArray
from grainway.domain import Estimate, first_order
from grainway.domain.student import degrees_of_freedom, has_normal_error
from grainway.errors import AnalysisError
from grainway.units import A_PER_UM

_DRAWS = 20_000
_SEED = 1958
_THINNEST_GRAIN_WIDTHS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PolycrystalGain:
    """Conductivity of a polycrystal with new boundaries over that with the baseline's.

    Attributes:
        gain: the factor; 1 is no change.
        gain_interval: its 95 % interval.
        boundary_share: f_gb, the share of the baseline's boundary bands in the total resistance.
        boundary_share_interval: its 95 % interval.
        bound: 1/(1 - f_gb): the gain of boundaries without any resistance, which nothing exceeds.
        bound_interval: its 95 % interval.
        grain_size_um: d, µm.
        boundary_width: δ, Å.
    """

    gain: Estimate
    gain_interval: tuple[float, float]
    boundary_share: Estimate
    boundary_share_interval: tuple[float, float]
    bound: Estimate
    bound_interval: tuple[float, float]
    grain_size_um: float
    boundary_width: float

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        estimates = {n: getattr(self, n).to_dict() for n in ("gain", "boundary_share", "bound")}
        return {**asdict(self), **estimates}


def polycrystal_gain(
    bulk: Estimate,
    baseline: Estimate,
    boundary: Estimate,
    grain_size_um: float,
    *,
    boundary_width: float = DEFAULT_WIDTH_A,
) -> PolycrystalGain:
    """Return by how much the total conductivity of a brick layer changes with its boundaries.

    With bands of width δ in grains of size d, ρ_total = ρ_b (1 - δ/d) + ρ_gb δ/d, which is 1/σ_b + ASR/d
    with ASR = (ρ_gb - ρ_b) δ. Then with a = ρ_gb δ/(ρ_b (d - δ)) of the baseline and b the same of the new
    boundary the gain is (1 + a)/(1 + b), f_gb = a/(1 + a), and since b ≥ 0 no gain exceeds
    1 + a = 1/(1 - f_gb): the grains remain. Values take the logarithms as they stand, with first-order
    errors; intervals are those of 20,000 draws of the three logarithms, each by Student's distribution with
    its ``n_independent - 1``, so that the ends too obey the bound.

    Args:
        bulk: log10 of ρ_b in Ω cm, decades.
        baseline: log10 of the baseline's ρ_gb over δ, Ω cm, decades.
        boundary: the same of the new boundary.
        grain_size_um: d, µm.
        boundary_width: δ, Å.

    Raises:
        AnalysisError: for limits, units other than decades, or grains thinner than 3 δ.
    """
    for name, estimate in (("bulk", bulk), ("baseline", baseline), ("boundary", boundary)):
        if estimate.bound is not None or estimate.unit != "decades":
            raise AnalysisError.about(name, estimate, "a logarithm in decades, no limit", "Run longer.")
    size = grain_size_um * A_PER_UM
    if not (math.isfinite(size) and size >= _THINNEST_GRAIN_WIDTHS * boundary_width > 0):
        raise AnalysisError.about(
            "grain_size_um",
            grain_size_um,
            f"at least three boundary widths, {_THINNEST_GRAIN_WIDTHS * boundary_width / A_PER_UM:.2g} µm",
            "The brick layer is a model of thick grains; simulate thin ones.",
        )
    geometry = math.log(boundary_width / (size - boundary_width))
    natural = math.log(10)
    a, b = (geometry + natural * (e.value - bulk.value) for e in (baseline, boundary))
    share, share_new = (1 / (1 + math.exp(-x)) for x in (a, b))
    gain = math.exp(np.logaddexp(0, a) - np.logaddexp(0, b))
    # log10 of ρ_gb/ρ_b, on which share and bound of the baseline depend alone
    contrast = baseline.minus(bulk)
    rng = np.random.default_rng(_SEED)
    drawn_bulk, drawn_baseline, drawn_boundary = (_draws(e, rng) for e in (bulk, baseline, boundary))
    drawn_a = geometry + natural * (drawn_baseline - drawn_bulk)
    drawn_b = geometry + natural * (drawn_boundary - drawn_bulk)
    log_bound = np.logaddexp(0, drawn_a)
    bound = 1 + math.exp(a)
    return PolycrystalGain(
        gain=first_order(
            gain,
            "1",
            (bulk, natural * gain * (share - share_new)),
            (baseline, natural * gain * share),
            (boundary, natural * gain * share_new),
        ),
        gain_interval=_interval(np.exp(np.clip(log_bound - np.logaddexp(0, drawn_b), -700, 700))),
        boundary_share=first_order(share, "1", (contrast, natural * share * (1 - share))),
        boundary_share_interval=_interval(-np.expm1(-log_bound)),
        bound=first_order(bound, "1", (contrast, natural * (bound - 1))),
        bound_interval=_interval(np.exp(np.clip(log_bound, None, 700))),
        grain_size_um=grain_size_um,
        boundary_width=boundary_width,
    )


def _draws(estimate: Estimate, rng: np.random.Generator) -> FloatArray:
    if has_normal_error(estimate.n_independent):
        noise = rng.standard_normal(_DRAWS)
    else:
        noise = rng.standard_t(degrees_of_freedom(estimate.n_independent), _DRAWS)
    return estimate.value + estimate.standard_error * noise


def _interval(draws: FloatArray) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)
