"""What one evaluation gave: as its process concludes it, and as the record keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grainway.campaign.evaluation.temperature_ladder import (
    BOUNDARY_QUANTITIES,
    BULK_QUANTITIES,
    FROZEN,
    Ladder,
    Rung,
)
from grainway.campaign.evaluation.trial import TrialKind
from grainway.domain import Estimate
from grainway.errors import AnalysisError


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationResult:
    """The result of an evaluation.

    Attributes:
        estimates: by name; on a ladder predictions at the first target temperature.
        missing: name and reason of what the run could not give.
        ranges: quantities that depend on a cut-off, at the cut-off less and plus 0.2 Å.
        profile: along z; None for bulk and where it did not converge.
        realised: facts of the structure and the run.
        timing: wall times, s.
        ladder: what was measured at each temperature, and its fits; None with one temperature.
    """

    estimates: dict[str, Estimate]
    missing: dict[str, str]
    ranges: dict[str, list[float]]
    profile: dict[str, Any] | None
    realised: dict[str, Any]
    timing: dict[str, float]
    ladder: Ladder | None = None

    @property
    def coldest(self) -> EvaluationResult | Rung:
        """What was measured at the coldest temperature, of a ladder or of one run."""
        if self.ladder is None or not self.ladder.rungs:
            return self
        return min(self.ladder.rungs, key=lambda rung: rung.temperature)

    @property
    def searched_resistivity(self) -> Estimate:
        """ρ_gb as the optimiser is told it: of a prediction that of the straight line.

        What the lines of two boundaries do below their coldest runs drops out of a comparison between them as
        far as it is alike, and further builds of one do not average it out: it is no noise of runs.
        """
        if self.ladder is None or not self.ladder.targets:
            return self.estimates["rho_gb"]
        return self.ladder.fits["rho_gb"].if_one_process.predict(self.ladder.targets[0])

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary; :meth:`from_dict` is its inverse."""
        return {
            "estimates": {name: estimate.to_dict() for name, estimate in self.estimates.items()},
            "missing": self.missing,
            "ranges": self.ranges,
            "realised": self.realised,
            "timing": self.timing,
            **({} if self.profile is None else {"profile": self.profile}),
            **({} if self.ladder is None else {"ladder": self.ladder.to_dict()}),
        }

    @classmethod
    def from_dict(cls, record: dict[str, Any], kind: TrialKind) -> EvaluationResult:
        """Rebuild a result; what a record of an earlier version does not have is empty.

        Args:
            record: from :meth:`to_dict`.
            kind: of the trial, which says what a ladder predicts.
        """
        quantities = BOUNDARY_QUANTITIES if kind == "boundary" else BULK_QUANTITIES
        return cls(
            estimates={name: Estimate.from_dict(e) for name, e in record.get("estimates", {}).items()},
            missing=record.get("missing", {}),
            ranges=record.get("ranges", {}),
            profile=record.get("profile"),
            realised=record.get("realised", {}),
            timing=record.get("timing", {}),
            ladder=Ladder.from_dict(record["ladder"], quantities) if "ladder" in record else None,
        )


def measured_result(rung: Rung, realised: dict[str, Any], timing: dict[str, float]) -> EvaluationResult:
    """Return the result of an evaluation at one temperature.

    Args:
        rung: what was measured.
        realised: facts of the structure.
        timing: wall times, s.
    """
    return EvaluationResult(
        estimates=rung.estimates,
        missing=rung.missing,
        ranges=rung.ranges,
        profile=rung.profile,
        realised=realised | rung.realised,
        timing=timing,
    )


def ladder_result(ladder: Ladder, realised: dict[str, Any], timing: dict[str, float]) -> EvaluationResult:
    """Return the result of an evaluation on a ladder: predictions at its first target.

    Args:
        ladder: measurements, hot to cold; the first of its quantities decides.
        realised: facts of the structure.
        timing: wall times, s.

    Returns:
        Estimates at the first target, composition and profile of the coldest rung that has them.

    Raises:
        AnalysisError: when the first quantity cannot be predicted.
    """
    decisive, rungs = ladder.quantities[0], ladder.rungs
    if decisive in ladder.missing:
        raise AnalysisError(f"{decisive} from the ladder: {ladder.missing[decisive]}")
    predicted = {name: fit.predict(ladder.targets[0]) for name, fit in ladder.fits.items()}
    coldest = {name: rung for rung in rungs for name in FROZEN if name in rung.estimates}
    profiles = [
        {**rung.profile, "temperature": rung.temperature} for rung in rungs if rung.profile is not None
    ]
    return EvaluationResult(
        estimates=predicted | {name: rung.estimates[name] for name, rung in coldest.items()},
        missing=ladder.missing,
        ranges={name: rung.ranges[name] for name, rung in coldest.items() if name in rung.ranges},
        profile=profiles[-1] if profiles else None,
        realised=realised,
        timing=timing,
        ladder=ladder,
    )
