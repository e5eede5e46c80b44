"""One evaluation as recorded, with what follows from it and the bulk reference together, also on a ladder."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grainway.analysis import (
    ArrheniusFit,
    boundary_diffusivity_ratio,
    bulk_resistivity,
    combined_resistivity,
    least_area_specific_resistance,
    resistivity_ratio,
)
from grainway.campaign.against_bulk.bulk_comparison import compare_with_bulk
from grainway.campaign.against_bulk.energy_comparison import compare_energies
from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.campaign.evaluation.temperature_ladder import (
    Rung,
    fit_record,
    fit_rungs,
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


def compare_rungs(boundary: Sequence[Rung], bulk: Sequence[Rung], width: float) -> tuple[Rung, ...]:
    """Return the boundary's rungs with what refers to the bulk at the same temperature.

    Where a rung gave only a lower limit of ρ_gb, ASR has the lower limit δ(ρ_gb - ρ_b), with ρ_b at the upper
    end of its one-sided 95 % interval, if that is positive.

    Args:
        boundary: rungs of a boundary.
        bulk: rungs of the bulk reference.
        width: δ, Å.
    """
    reference = {rung.temperature: rung for rung in bulk}
    return tuple(
        _compare_rung(rung, reference[rung.temperature], width) if rung.temperature in reference else rung
        for rung in boundary
    )


def _compare_rung(rung: Rung, bulk: Rung, width: float) -> Rung:
    names = ("asr", "diffusivity_ratio", "resistivity_ratio")
    conductivity = bulk.estimates.get("conductivity_nernst_einstein")
    if conductivity is None or conductivity.bound is not None or bulk.estimates["tracer_diffusivity"].bound:
        reason = f"the bulk run at {rung.temperature:g} K is not diffusive"
        return replace(rung, missing=rung.missing | dict.fromkeys(names, reason))
    if rung.profile is not None and "cell_resistance" in rung.estimates:
        return replace(rung, estimates=rung.estimates | compare_with_bulk(rung, bulk))
    reason = f"the boundary run at {rung.temperature:g} K is not diffusive"
    missing = rung.missing | dict.fromkeys(names, reason)
    limit = least_area_specific_resistance(rung.estimates["rho_gb"], bulk_resistivity(conductivity), width)
    if limit.value <= 0:
        return replace(rung, missing=missing)
    del missing["asr"]
    return replace(rung, estimates=rung.estimates | {"asr": limit}, missing=missing)


def fit_resistance(rungs: Sequence[Rung]) -> tuple[dict[str, ArrheniusFit], dict[str, str]]:
    """Fit ASR over the rungs; returns the fit by name, or the reason why there is none.

    ASR may be negative, for a boundary that conducts better than the bulk or by noise. Leaving such rungs out
    would bias the rest, so then there is no fit.
    """
    negative = [r.temperature for r in rungs if "asr" in r.estimates and r.estimates["asr"].value <= 0]
    if negative:
        listed = ", ".join(f"{t:g}" for t in negative)
        return {}, {
            "asr": f"no Arrhenius fit: ASR is not positive at {listed} K and has no logarithm there; ρ_gb, "
            "which is positive, is extrapolated by itself"
        }
    return fit_rungs(rungs, ["asr"])


def compare_at(
    fits: dict[str, ArrheniusFit], bulk_fits: dict[str, ArrheniusFit], temperature: float, width: float
) -> dict[str, Estimate]:
    """Return what refers to the bulk at a predicted temperature, where the fits allow it.

    - ``diffusivity_ratio`` and ``resistivity_ratio`` of two predictions, their errors in quadrature.
    - ``asr`` from its own fit.
    - ``rho_gb_combined``: ρ_b + ASR/δ, each extrapolated by itself. Their errors, taken as independent, are
      not: ASR has ρ_b subtracted, so the true error is rather smaller.

    Args:
        fits: of the boundary, with ``asr``.
        bulk_fits: of the bulk.
        temperature: K.
        width: δ, Å.
    """
    found: dict[str, Estimate] = {}
    if "band_diffusivity" in fits and "tracer_diffusivity" in bulk_fits:
        band, bulk_diffusivity = fits["band_diffusivity"], bulk_fits["tracer_diffusivity"]
        found["diffusivity_ratio"] = boundary_diffusivity_ratio(
            band.predict(temperature), bulk_diffusivity.predict(temperature)
        )
    if "conductivity_nernst_einstein" not in bulk_fits:
        return found
    bulk = bulk_resistivity(bulk_fits["conductivity_nernst_einstein"].predict(temperature))
    if "rho_gb" in fits:
        found["resistivity_ratio"] = resistivity_ratio(fits["rho_gb"].predict(temperature), bulk)
    if "asr" in fits:
        found["asr"] = fits["asr"].predict(temperature)
        found["rho_gb_combined"] = combined_resistivity(bulk, found["asr"], width)
    return found
