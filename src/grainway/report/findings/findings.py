"""What follows from a campaign's results taken together: ranking, improvement, polycrystal."""

from __future__ import annotations

import math
from dataclasses import dataclass

from grainway.analysis import boundary_share, polycrystal_conductivity
from grainway.campaign import CampaignSummary, Evaluation
from grainway.design_space.objective import ObjectiveValue
from grainway.domain import Estimate, mean_of
from grainway.domain.student import Z_95_TWO_SIDED
from grainway.errors import AnalysisError
from grainway.optimise import Recommendation

ROOM_TEMPERATURE_BELOW_K = 400.0
"""Above it a ranking is called hot: garnets are used at or below about 400 K."""
LITERATURE_RATIO = (0.2, 1.0)
"""D_gb/D_bulk at high temperature (Yu and Siegel, Chem. Mater. 29 (2017) 9639)."""


@dataclass(frozen=True, slots=True)
class Factor:
    """A ratio with its central 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def distinguishable(self) -> bool:
        """Whether the interval excludes 1, no difference."""
        return not self.low <= 1 <= self.high


@dataclass(frozen=True, slots=True)
class Polycrystal:
    """Brick-layer estimate for a stated grain size.

    Attributes:
        conductivity: of the polycrystal, S/cm.
        bulk_conductivity: of the grains, S/cm.
        boundary_share: ASR/d over the total resistivity.
    """

    conductivity: Estimate
    bulk_conductivity: Estimate
    boundary_share: float


def objective(summary: CampaignSummary, evaluation: Evaluation) -> ObjectiveValue:
    """Return log10 ρ_gb of a finished evaluation with its whole error."""
    return summary.config.objective_value(evaluation.estimates["rho_gb"])


def is_hot(summary: CampaignSummary) -> bool:
    """Whether the ranking is one at a temperature where no garnet is used."""
    return summary.config.objective_temperature > ROOM_TEMPERATURE_BELOW_K


def runs_at_the_cap(summary: CampaignSummary) -> str | None:
    """Say how many runs ended at the longest allowed length with a larger error than was wanted."""
    wanted = summary.config.protocol.wanted_standard_error
    evaluations = [*summary.done, *([summary.bulk] if summary.bulk is not None else [])]
    runs = [facts for e in evaluations for facts in ([r.realised for r in e.rungs] or [e.realised])]
    judged = [facts for facts in runs if "cap_reached" in facts]
    capped = sum(facts["cap_reached"] for facts in judged)
    if not capped:
        return None
    return (
        f"Cap reached: {capped} of {len(judged)} runs ended at protocol.production_max = "
        f"{summary.config.protocol.production_max:g} ps before the wanted error of {wanted:g} decades"
    )


def runs_outside_training(summary: CampaignSummary) -> str | None:
    """Say how many runs left what a trained potential was taught: their numbers are extrapolations."""
    again = [e for a in summary.arbitrations for e in (a.bulk, *(second for _, second in a.pairs))]
    evaluations = [e for e in (summary.bulk, *summary.done, *again) if e is not None]
    watched = [e.realised for e in evaluations if "configurations_watched" in e.realised]
    outside = sum(facts["configurations_outside_training"] > 0 for facts in watched)
    if not outside:
        return None
    return (
        f"Outside what the potential was taught: {outside} of {len(watched)} runs met configurations on "
        "which its models disagree more than on any they were tested on"
    )


def interval_of(value: ObjectiveValue) -> tuple[float, float]:
    """Return the 95 % interval of ρ_gb, Ω cm, symmetric in its logarithm."""
    half = Z_95_TWO_SIDED * value.standard_error
    return 10 ** (value.y - half), 10 ** (value.y + half)


def ranked(summary: CampaignSummary) -> list[Evaluation]:
    """Return the finished evaluations, lowest observed ρ_gb first."""
    return sorted(summary.done, key=lambda e: (e.estimates["rho_gb"].value, e.number))


def selected(summary: CampaignSummary, count: int = 3) -> list[Evaluation]:
    """Return the evaluations worth keeping: the recommended one, then the lowest observed."""
    order = ranked(summary)
    best = summary.recommended
    if best is not None:
        order = [best, *(e for e in order if e.number != best.number)]
    return order[:count]


def posterior(best: Recommendation) -> Estimate:
    """Return log10 ρ_gb of the recommended boundary as it is stated, decades."""
    return Estimate(best.mean, best.standard_error, "decades", math.inf)


def improvement_over_worst(summary: CampaignSummary) -> Factor | None:
    """Return ρ_gb of the highest observed boundary over the recommended one's posterior mean.

    log10 F = y_worst - m with variance se² + s². The highest of many noisy values lies above its truth on
    average, so the factor is an upper estimate. None with fewer than two boundaries.
    """
    best = summary.stated
    others = _others(summary)
    if best is None or not others:
        return None
    return _factor(others[-1].estimates["rho_gb"].log10().minus(posterior(best)))


def improvement_over_mean(summary: CampaignSummary) -> Factor | None:
    """Return the geometric mean of all other evaluated ρ_gb over the recommended one's posterior mean.

    The error is that of measurement; which boundaries were evaluated is taken as given. None with fewer than
    two boundaries.
    """
    best = summary.stated
    others = _others(summary)
    if best is None or not others:
        return None
    return _factor(mean_of([e.estimates["rho_gb"].log10() for e in others]).minus(posterior(best)))


def polycrystal(
    bulk_conductivity: Estimate, resistance: Estimate, grain_size_um: float = 1.0
) -> Polycrystal | None:
    """Return 1/σ = 1/σ_b + ASR/d (brick layer) with first-order errors.

    Args:
        bulk_conductivity: σ_b, S/cm.
        resistance: ASR, Ω cm².
        grain_size_um: d, µm.

    Returns:
        None for a mere limit, grains thinner than a few boundary widths, and when ASR is so negative that no
        band could conduct so well: the model does not hold there.
    """
    try:
        conductivity = polycrystal_conductivity(bulk_conductivity, resistance, grain_size_um)
        share = boundary_share(bulk_conductivity, resistance, grain_size_um)
    except AnalysisError:
        return None
    return Polycrystal(conductivity, bulk_conductivity, share.value)


def within_literature(evaluations: list[Evaluation]) -> tuple[int, int]:
    """Return how many D_gb/D_bulk agree with the published trend within two standard errors, of how many.

    The published trend is one at high temperature: on a ladder the hottest run is compared.
    """
    low, high = LITERATURE_RATIO
    measured = [e.rungs[0].estimates if e.rungs else e.estimates for e in evaluations]
    ratios = [m["diffusivity_ratio"] for m in measured if "diffusivity_ratio" in m]
    values = [r for r in ratios if r.bound is None]
    agreeing = [r for r in values if low - 2 * r.standard_error <= r.value <= high + 2 * r.standard_error]
    return len(agreeing), len(values)


def _others(summary: CampaignSummary) -> list[Evaluation]:
    """Finished evaluations other than of the recommended boundary, lowest observed ρ_gb first."""
    best = summary.recommended
    return [] if best is None else [e for e in ranked(summary) if e.trial.spec != best.trial.spec]


def _factor(logarithm: Estimate) -> Factor:
    mean, half = logarithm.value, Z_95_TWO_SIDED * logarithm.standard_error
    return Factor(10**mean, 10 ** (mean - half), 10 ** (mean + half))
