"""The evaluated boundaries, each once, however often it was evaluated."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

from grainway.campaign import CampaignSummary, Evaluation
from grainway.domain import BoundarySpec, Estimate
from grainway.report.findings import objective

DECADES = "decades"


@dataclass(frozen=True, slots=True)
class SampledBoundary:
    """One boundary with all its finished evaluations.

    Attributes:
        spec: the boundary.
        evaluations: of it, in the order in which their results became known.
        logarithms: log10 ρ_gb of each, decades, with the error of the single run.
    """

    spec: BoundarySpec
    evaluations: tuple[Evaluation, ...]
    logarithms: tuple[Estimate, ...]

    @property
    def label(self) -> str:
        """Short name for people."""
        return self.evaluations[0].trial.label

    @property
    def number(self) -> int:
        """Number of its first evaluation."""
        return self.evaluations[0].number

    @property
    def logarithm(self) -> Estimate:
        """Mean log10 ρ_gb, decades, with the error that the single runs give it."""
        return mean_of(self.logarithms)

    def measured(self, name: str) -> Estimate | None:
        """Return the mean of a quantity over the evaluations that give a value and not a limit."""
        found = [e.estimates[name] for e in self.evaluations if name in e.estimates]
        values = [estimate for estimate in found if estimate.bound is None]
        return mean_of(values) if values else None


def sampled_boundaries(summary: CampaignSummary) -> list[SampledBoundary]:
    """Return the boundaries with finished evaluations in the order of their first result."""
    groups: dict[str, list[Evaluation]] = {}
    for evaluation in summary.done:
        if evaluation.trial.spec is not None:
            key = json.dumps(evaluation.trial.spec.to_dict(), sort_keys=True)
            groups.setdefault(key, []).append(evaluation)
    found = []
    for group in groups.values():
        spec = group[0].trial.spec
        assert spec is not None  # noqa: S101 only boundaries are grouped
        logarithms = tuple(log10_resistivity(summary, evaluation) for evaluation in group)
        found.append(SampledBoundary(spec, tuple(group), logarithms))
    return found


def log10_resistivity(summary: CampaignSummary, evaluation: Evaluation) -> Estimate:
    """Return log10 ρ_gb of a finished evaluation, decades."""
    told = objective(summary, evaluation)
    return Estimate(told.y, told.standard_error, DECADES, evaluation.estimates["rho_gb"].n_independent)


def mean_of(estimates: Sequence[Estimate]) -> Estimate:
    """Return the plain mean with the error that the stated ones give it."""
    n = len(estimates)
    error = math.sqrt(sum(e.standard_error**2 for e in estimates)) / n
    mean = sum(e.value for e in estimates) / n
    return Estimate(mean, error, estimates[0].unit, sum(e.n_independent for e in estimates))
