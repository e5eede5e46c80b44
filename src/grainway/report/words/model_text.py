"""What the optimiser's model says about the variables of the design, as text and for scripts."""

from typing import Any

from grainway.campaign import CampaignSummary
from grainway.optimise import LEAST_EVALUATIONS
from grainway.report.words.design_variables import design_variable
from grainway.report.words.numbers import show, with_error

_NOTEWORTHY = 0.05
"""A total is never below 0, so that only an interval above some share says anything."""


def model_content(summary: CampaignSummary) -> dict[str, Any]:
    """Return the shares of the model's variance, ready for the template, the largest total first.

    ``reason`` says why there are none; figure and table may be there one without the other.
    """
    explanation = summary.explanation
    if explanation is None:
        return {"reason": _missing(summary), "n": 0, "rows": []}
    indices = explanation.indices
    shares = sorted(indices.shares, key=lambda share: share.total.value, reverse=True)
    together = sum(share.first.value for share in shares)
    return {
        "reason": indices.reason,
        "n": explanation.n_evaluations,
        "rows": [
            {
                "name": design_variable(share.name).label,
                "first": show(share.first),
                "total": show(share.total),
                "sure": share.total.interval(0.95)[0] > _NOTEWORTHY,
            }
            for share in shares
        ],
        "together": f"{together:.2f}",
        "deviation": None
        if indices.deviation is None
        else with_error(indices.deviation.value, indices.deviation.standard_error),
        "n_rows": indices.n_rows,
        "n_functions": indices.n_samples * indices.n_designs,
    }


def model_record(summary: CampaignSummary) -> dict[str, Any]:
    """Return shares and dependences as a JSON-ready dictionary, or why they are missing.

    Means and errors of the dependences are of log10(ρ_gb / Ω cm), values as the optimiser has them.
    """
    explanation = summary.explanation
    return {"missing": _missing(summary)} if explanation is None else explanation.to_dict()


def _missing(summary: CampaignSummary) -> str:
    done = len(summary.done)
    if done < LEAST_EVALUATIONS:
        return f"the model needs {LEAST_EVALUATIONS} evaluations with a result, of these there are {done}"
    return "the model was not asked"
