"""What a second potential says of a campaign's boundaries, as text."""

from typing import Any

from grainway.analysis import ModelError
from grainway.campaign import Arbitration, CampaignSummary
from grainway.domain import Estimate
from grainway.report.words.numbers import ABSENT, interval, significant
from grainway.report.words.quantities import shown

_HEADINGS = ("rho_gb", "diffusivity_ratio")


def arbitration_content(summary: CampaignSummary) -> list[dict[str, Any]]:
    """Return one entry for each second potential, ready for the template; empty without one."""
    own = summary.config.potential.name
    return [
        {
            "own": own,
            "other": arbitration.potential,
            "bulk": _bulk(summary, arbitration),
            "rows": [
                {
                    "number": first.number,
                    "label": first.trial.label,
                    "cells": [shown(e, name) for name in _HEADINGS for e in (first, second)],
                    "status": second.reason if second.status == "failed" else second.status,
                }
                for first, second in arbitration.pairs
            ],
            "sentences": model_error_sentences(own, arbitration),
        }
        for arbitration in summary.arbitrations
    ]


def model_error_sentences(own: str, arbitration: Arbitration) -> list[str]:
    """Say what the two potentials agree and disagree on."""
    error, other = arbitration.error, arbitration.potential
    if error is None:
        return [f"Fewer than two boundaries are finished in {other}: nothing can be compared yet."]
    return [_offset(own, other, error.offset), _spread(error), _ranking(error)]


def _offset(own: str, other: str, offset: Estimate) -> str:
    low, high = offset.interval(0.95)
    behind = f"mean of {offset.n_independent:g} boundaries, 95 % interval {interval(10**low, 10**high)}"
    return f"ρ_gb in {other} is {significant(10**offset.value)} times that in {own} ({behind})."


def _spread(error: ModelError) -> str:
    if error.spread == 0:
        return "Beyond this factor the two differ no more than their statistical errors explain."
    return (
        f"Model error of the ranking: beyond this factor the two differ by {error.spread:.2f} decades "
        "(standard deviation between boundaries, statistical errors taken off)."
    )


def _ranking(error: ModelError) -> str:
    decided = error.concordant + error.discordant
    pairs = decided + error.undecided
    if not decided:
        return f"None of the pairs of boundaries ({pairs}) is ordered by both beyond their 95 % intervals."
    return (
        f"Both order {decided} of the pairs of boundaries ({pairs}) beyond their 95 % intervals: "
        f"{error.concordant} the same way, {error.discordant} the other way round."
    )


def _bulk(summary: CampaignSummary, arbitration: Arbitration) -> list[str]:
    """Return D of the bulk in both potentials."""
    name = "tracer_diffusivity"
    return [
        ABSENT if e is None or name not in e.estimates else shown(e, name, unit=True)
        for e in (summary.bulk, arbitration.bulk)
    ]
