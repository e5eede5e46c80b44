"""What the figures show, before any drawing."""

import html
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grainway.campaign import CampaignSummary, Evaluation
from grainway.report.findings.findings import interval_of, objective

_STEP_DEG = 0.22
_WIDEST_DEG = 1.2


@dataclass(frozen=True, slots=True)
class PlottedPoint:
    """A finished evaluation: ρ_gb and its 95 % interval, Ω cm, and the misorientation axis as text."""

    evaluation: Evaluation
    value: float
    low: float
    high: float
    axis: str

    @property
    def text(self) -> str:
        """What a reader sees who points at it; escaped, since plotly reads a subset of HTML."""
        return html.escape(f"evaluation {self.evaluation.number}: {self.evaluation.trial.label}")


def plotted_points(summary: CampaignSummary) -> list[PlottedPoint]:
    """Return the finished evaluations in the order of completion."""
    found = []
    for evaluation in summary.done:
        told = objective(summary, evaluation)
        low, high = interval_of(told)
        spec = evaluation.trial.spec
        axis = "".join(str(i) for i in spec.axis) if spec is not None else "none"
        found.append(PlottedPoint(evaluation, 10**told.y, low, high, axis))
    return found


def side_by_side(points: Sequence[PlottedPoint]) -> list[tuple[float, PlottedPoint]]:
    """Return misorientation angles, those of one angle set apart so that no error bar hides another."""
    groups: dict[float, list[PlottedPoint]] = defaultdict(list)
    for point in points:
        if point.evaluation.trial.spec is not None:
            groups[round(point.evaluation.trial.spec.angle_deg, 2)].append(point)
    placed = []
    for angle, group in groups.items():
        step = min(_STEP_DEG, _WIDEST_DEG / len(group))
        placed += [(angle + (i - (len(group) - 1) / 2) * step, p) for i, p in enumerate(group)]
    return placed


def bands_in_cell(profile: dict[str, Any]) -> list[tuple[float, float]]:
    """Return the pieces of the boundary bands inside the cell, split at its periodic border, Å."""
    length, half = float(profile["length"]), float(profile["width"]) / 2
    pieces = []
    for centre in profile["boundaries"]:
        for image in (-length, 0.0, length):
            low, high = max(centre + image - half, 0.0), min(centre + image + half, length)
            if high > low:
                pieces.append((low, high))
    return pieces
