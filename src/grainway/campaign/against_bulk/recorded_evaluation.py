"""One evaluation as recorded, with what follows from it and the bulk reference together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grainway.analysis import ArrheniusFit
from grainway.campaign.against_bulk.bulk_comparison import compare_with_bulk
from grainway.campaign.against_bulk.energy_comparison import compare_energies
from grainway.campaign.against_bulk.ladder_comparison import compare_at, compare_rungs, fit_resistance
from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.campaign.evaluation.temperature_ladder import (
    Rung,
    fit_record,
)
from grainway.campaign.evaluation.trial import Trial
from grainway.campaign.record.recorded_rows import Row, Status
from grainway.domain import Estimate

_NOTHING = EvaluationResult(estimates={}, missing={}, ranges={}, profile=None, realised={}, timing={})
"""Of a trial without a result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """One boundary evaluation.

    Attributes:
        number: in the order of decision; 0 is the bulk reference.
        trial: its inputs.
        status: queued, running, done or failed.
        order_told: place among finished evaluations, None before.
        estimates: measured quantities by name, with those that refer to the bulk when it is done.
        missing: quantities the run could not give, with the reason.
        realised: facts of the structure and the run.
        profile: resistivity, diffusivity and density along z; None before.
        ranges: quantities that depend on a cut-off, at the cut-off less and plus 0.2 Å.
        timing: wall times, s.
        reason: why it failed.
        folder: its files.
        rungs: on a ladder, what was measured at each temperature, hot to cold; then the estimates above are
            predictions at the first target temperature.
        fits: the Arrhenius fits behind the predictions, by quantity.
        source: the campaign that ran it, its folder and the number there; None for an own evaluation.
        continues: number of the evaluation whose run it went on with; None for a build of its own.
    """

    number: int
    trial: Trial
    status: Status
    order_told: int | None
    estimates: dict[str, Estimate]
    missing: dict[str, str]
    realised: dict[str, Any]
    profile: dict[str, Any] | None
    ranges: dict[str, list[float]]
    timing: dict[str, float]
    reason: str | None
    folder: Path
    rungs: tuple[Rung, ...] = ()
    fits: dict[str, ArrheniusFit] = field(default_factory=dict)
    source: dict[str, Any] | None = None
    continues: int | None = None

    @property
    def origin(self) -> str:
        """Where an imported evaluation was run, in words; empty for an own one."""
        return "" if self.source is None else f"{self.source['campaign']} {self.source['number']}"

    @property
    def predicted(self) -> frozenset[str]:
        """Names of the estimates that are extrapolated and not measured."""
        derived = {"diffusivity_ratio", "resistivity_ratio", "rho_gb_combined"} if self.fits else set()
        return frozenset(self.estimates) & (frozenset(self.fits) | derived)

    @property
    def searched_logarithm(self) -> Estimate:
        """log10 ρ_gb as the optimiser is told it, decades: of a prediction that of the straight line."""
        fit = self.fits.get("rho_gb")
        if fit is None:
            return self.estimates["rho_gb"].log10()
        return fit.if_one_process.predict(self.trial.objective_temperature).log10()

    @property
    def bend(self) -> Estimate:
        """What a bend of the line adds to :attr:`searched_logarithm`, decades; 0 for what was measured."""
        fit, target = self.fits.get("rho_gb"), self.trial.objective_temperature
        if fit is None:
            return Estimate(0.0, 0.0, "decades", math.inf)
        bent, straight = fit.predict_log10(target), fit.if_one_process.predict_log10(target)
        added = max(bent.standard_error**2 - straight.standard_error**2, 0.0)
        return Estimate(bent.value - straight.value, math.sqrt(added), "decades", math.inf)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary without the profile."""
        return {
            "number": self.number,
            "id": self.trial.id,
            "label": self.trial.label,
            "status": self.status,
            "order_told": self.order_told,
            "estimates": {name: estimate.to_dict() for name, estimate in self.estimates.items()},
            "missing": self.missing,
            "realised": self.realised,
            "ranges": self.ranges,
            "timing": self.timing,
            "reason": self.reason,
            "folder": str(self.folder),
            "fidelity": self.trial.fidelity,
            "source": self.source,
            "continues": self.continues,
            **({"ladder": self._ladder_record()} if self.rungs else {}),
        }

    def _ladder_record(self) -> dict[str, Any]:
        rungs = [{k: v for k, v in rung.to_dict().items() if k != "profile"} for rung in self.rungs]
        targets = self.trial.target_temperatures
        fits = {name: fit_record(fit, targets) for name, fit in self.fits.items()}
        return {"targets": list(targets), "rungs": rungs, "fits": fits}


def evaluation_of(
    row: Row, bulk: EvaluationResult | None, root: Path, numbers: Mapping[str, int] = MappingProxyType({})
) -> Evaluation:
    """Return a recorded trial.

    Args:
        row: of the record.
        bulk: result of the bulk reference in the same potential; None before it is done.
        root: the campaign's folder.
        numbers: of all trials of the record, by id.
    """
    trial, result = row.trial, row.measured or _NOTHING
    estimates, missing = result.estimates, result.missing
    rungs = () if result.ladder is None else result.ladder.rungs
    fits = {} if result.ladder is None else result.ladder.fits
    # a record of an earlier version has predictions without the error of a bend
    estimates = estimates | {name: fit.predict(trial.objective_temperature) for name, fit in fits.items()}
    if row.measured is not None and bulk is not None and trial.kind == "boundary":
        if rungs:
            bulk_rungs = () if bulk.ladder is None else bulk.ladder.rungs
            bulk_fits = {} if bulk.ladder is None else bulk.ladder.fits
            rungs = compare_rungs(rungs, bulk_rungs, trial.objective_width)
            resistance, reasons = fit_resistance(rungs)
            fits, missing = fits | resistance, missing | reasons
            compared = compare_at(fits, bulk_fits, trial.objective_temperature, trial.objective_width)
        else:
            compared = compare_with_bulk(result, bulk)
        energy, reasons = compare_energies(result, bulk)
        estimates, missing = estimates | compared | energy, missing | reasons
    return Evaluation(
        number=row.number,
        trial=trial,
        status=row.status,
        order_told=row.order_told,
        estimates=estimates,
        missing=missing,
        realised=result.realised,
        profile=result.profile,
        ranges=result.ranges,
        timing=result.timing,
        reason=row.reason,
        folder=trial.folder(root if row.source is None else Path(row.source["folder"])),
        rungs=rungs,
        fits=fits,
        source=row.source,
        continues=numbers.get(trial.continues),
    )
