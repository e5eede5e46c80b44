"""The recommended boundary against a stated conventional one, and what a polycrystal gains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grainway.analysis import (
    BaselineComparison,
    PolycrystalGain,
    combine_replicas,
    compare_with_baseline,
    mackenzie_weights,
    polycrystal_gain,
    shrunken,
    weighted_mean,
)
from grainway.campaign import CampaignSummary
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.report.findings.boundary_sample import SampledBoundary, sampled_boundaries
from grainway.report.findings.bulk_reference import bulk_reference
from grainway.report.findings.findings import posterior

_RUNNERS_UP = 2
_LEAST_BOUNDARIES = 3
"""Of two, the 95 % interval would reach 12.7 errors to either side (Student), of three 4.3."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The conventional boundary.

    Attributes:
        logarithm: log10 ρ_gb, decades; ``n_independent`` is how many boundaries of equal weight it counts as.
        description: what it is, in words that follow "Baseline:".
    """

    logarithm: Estimate
    description: str


@dataclass(frozen=True, slots=True)
class ComparedBoundary:
    """A boundary that is compared with the baseline.

    Attributes:
        role: what it is among all.
        label: the boundary.
        number: its first evaluation.
        basis: where its value comes from.
        logarithm: log10 ρ_gb, decades.
    """

    role: str
    label: str
    number: int
    basis: str
    logarithm: Estimate


@dataclass(frozen=True, slots=True)
class Conventional:
    """What a campaign says against a conventional boundary.

    Attributes:
        baseline: the conventional boundary.
        compared: candidates with their comparison, the recommended boundary first.
        gain: of a polycrystal with recommended instead of conventional boundaries; None without the bulk.
        gain_missing: why there is no gain.
    """

    baseline: Baseline
    compared: tuple[tuple[ComparedBoundary, BaselineComparison], ...]
    gain: PolycrystalGain | None
    gain_missing: str | None


def against_baseline(summary: CampaignSummary) -> Conventional:
    """Compare the recommended boundary and the next lowest with the configured baseline.

    No candidate enters with the value that it was selected for: the recommended one has its posterior mean
    under the optimiser's model and, where two or more builds of it came after the first, also the mean
    of these alone; the others are shrunken towards the mean of all.

    Raises:
        AnalysisError: when there is too little to compare; the message says what is missing.
    """
    sample = sampled_boundaries(summary)
    candidates = _candidates(summary, sample)
    baseline = _baseline(summary, sample, candidates[0])
    comparisons = compare_with_baseline([c.logarithm for c in candidates], baseline.logarithm)
    compared = tuple(zip(candidates, comparisons, strict=True))
    bulk = bulk_reference(summary)
    if bulk is None:
        return Conventional(baseline, compared, None, "the bulk reference is missing")
    gain = polycrystal_gain(
        bulk.resistivity.log10(),
        baseline.logarithm,
        candidates[0].logarithm,
        summary.config.objective.grain_size,
        boundary_width=summary.config.objective.width,
    )
    return Conventional(baseline, compared, gain, None)


def _candidates(summary: CampaignSummary, sample: Sequence[SampledBoundary]) -> list[ComparedBoundary]:
    best, evaluation = summary.stated, summary.recommended
    if best is None or evaluation is None:
        raise AnalysisError("no boundary has been evaluated yet")
    chosen = next(b for b in sample if b.spec == evaluation.trial.spec)
    found = [
        ComparedBoundary(
            "recommended",
            chosen.label,
            evaluation.number,
            "posterior mean of the optimiser's model",
            posterior(best),
        )
    ]
    later = chosen.logarithms[1:]
    if len(later) >= 2:
        mean = combine_replicas(later).estimate.plus(chosen.bend)
        found.append(
            ComparedBoundary(
                "recommended",
                chosen.label,
                evaluation.number,
                f"mean of the {len(later)} builds after the first, by their scatter",
                mean,
            )
        )
    others = [b for b in sample if b is not chosen]
    try:
        values = shrunken([b.logarithm for b in sample])
    except AnalysisError:
        return found
    expected = {b.number: value for b, value in zip(sample, values, strict=True)}
    others.sort(key=lambda b: (expected[b.number].value, b.number))
    for place, other in enumerate(others[:_RUNNERS_UP], start=2):
        basis = "its own value, shrunken towards the mean of all"
        found.append(
            ComparedBoundary(f"no. {place}", other.label, other.number, basis, expected[other.number])
        )
    return found


def _baseline(
    summary: CampaignSummary, sample: Sequence[SampledBoundary], recommended: ComparedBoundary
) -> Baseline:
    asked = summary.config.objective.baseline
    if asked == "mackenzie":
        if len(sample) < _LEAST_BOUNDARIES:
            raise AnalysisError(
                f"a mean that stands for a random polycrystal needs {_LEAST_BOUNDARIES} or more different "
                f"boundaries, and {len(sample)} {'is' if len(sample) == 1 else 'are'} finished; evaluate "
                "more, or name evaluations as objective.baseline"
            )
        angles = [b.spec.angle_deg for b in sample]
        weights, covered = mackenzie_weights(angles)
        mean = weighted_mean([b.logarithm for b in sample], list(weights))
        span = (
            f"misorientations from {min(angles):.1f} to {max(angles):.1f}°, where {100 * covered:.2g} % of "
            "them lie"
            if covered
            else f"the misorientation {angles[0]:.1f}° alone"
        )
        return Baseline(
            mean,
            f"geometric mean of the {len(sample)} evaluated boundaries, each weighted by how often its "
            f"misorientation occurs between random grains (Mackenzie 1958); it stands for {span}",
        )
    done = {e.number: b for b in sample for e in b.evaluations}
    missing = [number for number in asked if number not in done]
    if missing:
        raise AnalysisError(
            f"objective.baseline names evaluation {', '.join(map(str, missing))}, which is not finished; "
            f"finished are {', '.join(map(str, sorted(done))) or 'none yet'}"
        )
    chosen = list({done[number].number: done[number] for number in asked}.values())
    names = ", ".join(f"evaluation {n}, {done[n].label}" for n in asked)
    if len(chosen) == 1 and recommended.number in {e.number for e in chosen[0].evaluations}:
        raise AnalysisError("the recommended boundary is itself the baseline; name others")
    if len(chosen) > 1:
        return Baseline(weighted_mean([b.logarithm for b in chosen]), f"geometric mean of {names}")
    runs = chosen[0].logarithms
    if len(runs) > 1:
        scatter = combine_replicas(runs).estimate.plus(chosen[0].bend)
        return Baseline(scatter, f"{names}; mean of its {len(runs)} builds, by their scatter")
    return Baseline(chosen[0].logarithm, f"{names}; a single evaluation with the error of its run")
