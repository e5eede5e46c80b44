"""Everything a campaign knows, read from its record: for the command line, the report and scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grainway.analysis import ArrheniusFit
from grainway.campaign.campaign import Campaign
from grainway.campaign.comparison import compare_with_bulk
from grainway.campaign.config import CampaignConfig
from grainway.campaign.ladder import BOUNDARY_QUANTITIES, BULK_QUANTITIES, Rung, fit_record, fit_rungs
from grainway.campaign.ladder_comparison import compare_at, compare_rungs, fit_resistance
from grainway.campaign.optimisation import judge, recommend, restore_strategy
from grainway.campaign.proposals import make_proposals
from grainway.campaign.store import Row, Status, Store
from grainway.campaign.trial import Trial
from grainway.domain import Estimate
from grainway.errors import ConfigError
from grainway.optimise import Recommendation, Verdict


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

    @property
    def predicted(self) -> frozenset[str]:
        """Names of the estimates that are extrapolated and not measured."""
        derived = {"diffusivity_ratio", "resistivity_ratio", "rho_gb_combined"} if self.fits else set()
        return frozenset(self.estimates) & (frozenset(self.fits) | derived)

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
            **({"ladder": self._ladder_record()} if self.rungs else {}),
        }

    def _ladder_record(self) -> dict[str, Any]:
        rungs = [{k: v for k, v in rung.to_dict().items() if k != "profile"} for rung in self.rungs]
        targets = self.trial.target_temperatures
        fits = {name: fit_record(fit, targets) for name, fit in self.fits.items()}
        return {"targets": list(targets), "rungs": rungs, "fits": fits}


@dataclass(frozen=True, slots=True)
class CampaignSummary:
    """A campaign at one moment.

    Attributes:
        config: the campaign file.
        root: its folder.
        bulk: the bulk reference; None before it was decided.
        evaluations: boundary evaluations in the order of decision.
        checks: convergence checks by number of evaluations.
        verdict: where the campaign stands.
        recommendation: the optimiser's; None before the first result.
        recommended: the evaluation that the recommendation names.
    """

    config: CampaignConfig
    root: Path
    bulk: Evaluation | None
    evaluations: tuple[Evaluation, ...]
    checks: dict[int, dict[str, Any]]
    verdict: Verdict
    recommendation: Recommendation | None
    recommended: Evaluation | None

    @property
    def done(self) -> tuple[Evaluation, ...]:
        """Finished evaluations in the order in which their results became known."""
        finished = [e for e in self.evaluations if e.status == "done"]
        return tuple(sorted(finished, key=lambda e: e.order_told or 0))

    @property
    def objective_label(self) -> str:
        """What is minimised, with everything it refers to."""
        return f"log10(ρ_gb / Ω cm) over δ = {self.config.objective.width:g} Å {self.config.basis}"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        best = self.recommendation
        return {
            "folder": str(self.root),
            "objective": self.objective_label,
            "fidelity": self.config.objective.fidelity,
            "verdict": {
                "stop": self.verdict.stop,
                "converged": self.verdict.converged,
                "reason": self.verdict.reason,
            },
            "recommendation": None
            if best is None or self.recommended is None
            else {
                "number": self.recommended.number,
                "label": self.recommended.trial.label,
                "log10_rho_gb": best.mean,
                "standard_error": best.standard_error,
                "interval_95": list(best.interval),
                "n_replicates": best.n_replicates,
            },
            "bulk": None if self.bulk is None else self.bulk.to_dict(),
            "evaluations": [evaluation.to_dict() for evaluation in self.evaluations],
            "checks": self.checks,
        }


def open_campaign(config: CampaignConfig, root: Path) -> Campaign:
    """Return a campaign that has a record.

    Raises:
        ConfigError: when it was never started.
    """
    campaign = Campaign(config, root)
    if not campaign.record_path.exists():
        raise ConfigError(f"there is no campaign in {root} yet; start it with: grainway run {root}.toml")
    return campaign


def summarise(campaign: Campaign) -> CampaignSummary:
    """Read the record of a campaign; nothing is changed.

    Raises:
        StoreError: when the record is damaged.
    """
    store = Store(campaign.record_path)
    try:
        text = store.get_meta("config")
        config = campaign.config if text is None else CampaignConfig.model_validate(json.loads(text))
        rows = store.rows()
        bulk_row = next((row for row in rows if row.proposal is None), None)
        bulk = None if bulk_row is None else _evaluation(bulk_row, None, campaign.root)
        bulk_result = None if bulk_row is None else bulk_row.result
        boundaries = [row for row in rows if row.proposal is not None]
        best = recommend(restore_strategy(config, make_proposals(config), rows))
        state = judge(config, store.checks(), sum(row.order_told is not None for row in boundaries))
        evaluations = tuple(_evaluation(row, bulk_result, campaign.root) for row in boundaries)
        recommended = None
        if best is not None:
            number = next(
                r.number for r in boundaries if r.proposal is not None and r.proposal["id"] == best.id
            )
            recommended = next(e for e in evaluations if e.number == number)
        return CampaignSummary(
            config, campaign.root, bulk, evaluations, store.checks(), state, best, recommended
        )
    finally:
        store.close()


def _evaluation(row: Row, bulk: dict[str, Any] | None, root: Path) -> Evaluation:
    trial = Trial.from_json(row.inputs)
    result = row.result or {}
    estimates = {name: Estimate.from_dict(record) for name, record in result.get("estimates", {}).items()}
    missing = dict(result.get("missing", {}))
    rungs, fits = _ladder(result, BOUNDARY_QUANTITIES if trial.kind == "boundary" else BULK_QUANTITIES)
    if row.result is not None and bulk is not None and trial.kind == "boundary":
        if rungs:
            bulk_rungs, bulk_fits = _ladder(bulk, BULK_QUANTITIES)
            rungs = compare_rungs(rungs, bulk_rungs, trial.objective_width)
            resistance, reasons = fit_resistance(rungs)
            fits, missing = fits | resistance, missing | reasons
            estimates |= compare_at(fits, bulk_fits, trial.objective_temperature, trial.objective_width)
        else:
            estimates |= compare_with_bulk(row.result, bulk)
    return Evaluation(
        number=row.number,
        trial=trial,
        status=row.status,
        order_told=row.order_told,
        estimates=estimates,
        missing=missing,
        realised=result.get("realised", {}),
        profile=result.get("profile"),
        ranges=result.get("ranges", {}),
        timing=result.get("timing", {}),
        reason=row.reason,
        folder=trial.folder(root),
        rungs=rungs,
        fits=fits,
    )


def _ladder(result: dict[str, Any], names: Sequence[str]) -> tuple[tuple[Rung, ...], dict[str, ArrheniusFit]]:
    """Return the rungs of a recorded result and the fits that follow from them; nothing without a ladder."""
    if "ladder" not in result:
        return (), {}
    rungs = tuple(Rung.from_dict(record) for record in result["ladder"]["rungs"])
    return rungs, fit_rungs(rungs, names)[0]
