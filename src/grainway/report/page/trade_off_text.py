"""The trade-off between resistivity and a second objective, ready for the report."""

from __future__ import annotations

from typing import Any

from grainway.campaign import CampaignSummary
from grainway.domain.student import Z_95_TWO_SIDED
from grainway.report.words.numbers import interval, significant, with_error
from grainway.report.words.quantities import quantity

_UNITS = {"boundary_energy": "J/m²"}


def trade_off_content(summary: CampaignSummary) -> dict[str, Any] | None:
    """Return the front as rows; None when the campaign has no second objective, ``rows`` empty before one."""
    second = summary.config.optimiser.second_objective
    if second == "none":
        return None
    content: dict[str, Any] = {"name": quantity(second).symbol, "unit": _UNITS.get(second, ""), "rows": []}
    found = summary.front
    if found is None:
        return content
    labels = {evaluation.number: evaluation.trial.label for evaluation in summary.evaluations}
    for number, point in zip(found.numbers, found.front.points, strict=True):
        half = Z_95_TWO_SIDED * point.standard_error[0]
        content["rows"].append(
            {
                "number": number,
                "label": labels[number],
                "resistivity": significant(10 ** point.mean[0]),
                "interval": interval(10 ** (point.mean[0] - half), 10 ** (point.mean[0] + half)),
                "second": with_error(point.mean[1], point.standard_error[1]),
            }
        )
    return content | {
        "area": significant(found.front.hypervolume),
        "reference": (significant(10 ** found.front.reference[0]), significant(found.front.reference[1])),
    }
