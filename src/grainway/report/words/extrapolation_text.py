"""What the interval of a prediction below a ladder's coldest run rests on, in words."""

from __future__ import annotations

from grainway.analysis import ErrorShares
from grainway.campaign import CampaignSummary
from grainway.report.words.numbers import interval


def shares_text(shares: ErrorShares) -> str:
    """Return what an error of a predicted logarithm is made of."""
    return f"error in decades: {shares.statistics:.2f} statistics, {shares.curvature:.2f} curvature"


def extrapolation_sentence(summary: CampaignSummary) -> str | None:
    """Say what the recommended boundary's interval allows for, and what it would be with one process.

    Returns:
        None where ρ_gb was measured at its own temperature.
    """
    found, evaluation = summary.recommendation, summary.recommended
    if found is None or evaluation is None or "rho_gb" not in evaluation.fits:
        return None
    low, high = found.interval
    coldest = evaluation.fits["rho_gb"].temperatures[0]
    shares = evaluation.fits["rho_gb"].error_shares(evaluation.trial.objective_temperature)
    return (
        f"The interval allows for another process taking over below {coldest:.0f} K ({shares_text(shares)}). "
        f"If one process carries at all temperatures: {interval(10**low, 10**high)} Ω cm. What another "
        "potential would give is in neither."
    )
