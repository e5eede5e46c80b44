"""The evaluated boundaries, each once, however often it was evaluated.

Runs of one build share what it has by chance: they are one sample, their mean.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from grainway.campaign import CampaignSummary, Evaluation
from grainway.domain import BoundarySpec, Estimate, mean_of


@dataclass(frozen=True, slots=True)
class SampledBoundary:
    """One boundary with all its finished evaluations.

    Attributes:
        spec: the boundary.
        evaluations: of it, in the order in which their results became known.
        builds: the same, those of each independent build together.
        logarithms: log10 ρ_gb of each build, decades, with the error of its runs; on a ladder that of the
            straight line.
        bend: what the bend of a ladder's line adds to each, decades: builds share it, so that their mean has
            all of its error.
    """

    spec: BoundarySpec
    evaluations: tuple[Evaluation, ...]
    builds: tuple[tuple[Evaluation, ...], ...]
    logarithms: tuple[Estimate, ...]
    bend: Estimate

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
        """Mean log10 ρ_gb, decades, with the error that the single runs and the bend give it."""
        return mean_of(self.logarithms).plus(self.bend)

    def measured(self, name: str) -> Estimate | None:
        """Return the mean of a quantity over the builds whose runs give a value and not a limit."""
        found = [[e.estimates[name] for e in runs if name in e.estimates] for runs in self.builds]
        values = [[estimate for estimate in runs if estimate.bound is None] for runs in found]
        means = [mean_of(runs) for runs in values if runs]
        return mean_of(means) if means else None


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
        builds = _builds(summary, group)
        logarithms = tuple(mean_of([evaluation.searched_logarithm for evaluation in runs]) for runs in builds)
        found.append(SampledBoundary(spec, tuple(group), builds, logarithms, _shared_bend(group)))
    return found


def _shared_bend(group: Sequence[Evaluation]) -> Estimate:
    bends = [evaluation.bend for evaluation in group]
    return Estimate(
        fmean(bend.value for bend in bends),
        fmean(bend.standard_error for bend in bends),
        "decades",
        math.inf,
    )


def _builds(summary: CampaignSummary, group: Sequence[Evaluation]) -> tuple[tuple[Evaluation, ...], ...]:
    earlier = {evaluation.number: evaluation.continues for evaluation in summary.evaluations}
    builds: dict[int, list[Evaluation]] = {}
    for evaluation in group:
        first = evaluation.number
        while (before := earlier[first]) is not None:
            first = before
        builds.setdefault(first, []).append(evaluation)
    return tuple(map(tuple, builds.values()))
