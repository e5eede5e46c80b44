"""Everything a campaign knows, read from its record: for the command line, the report and scripts."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from grainway.campaign.against_bulk.recorded_evaluation import Evaluation, evaluation_of
from grainway.campaign.campaign import Campaign
from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.file.objective_section import REPORTED_KEYS
from grainway.campaign.record.recorded_rows import Change, Row
from grainway.campaign.record.store import Store
from grainway.campaign.search.arbitration import Arbitration, compare_potentials
from grainway.campaign.search.convergence_checks import counted_checks
from grainway.campaign.search.proposals import make_proposals
from grainway.campaign.search.told_and_asked import (
    auxiliaries,
    bulk_result,
    composite_use,
    judge,
    recommend,
    restore_strategy,
)
from grainway.domain.student import Z_95_TWO_SIDED
from grainway.errors import ConfigError
from grainway.optimise import ConvergenceVerdict, Explanation, Front, Recommendation, Strategy, explain


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
        recommendation: the optimiser's; None before the first result. See :attr:`stated`.
        recommended: the evaluation that the recommendation names.
        arbitrations: its boundaries in other potentials, one entry for each potential.
        changes: what happened to it besides evaluations: changed settings and imports.
        front: the trade-off with the second objective, by evaluation number; None without one.
        explanation: what the optimiser's model of log10 ρ_gb says about the variables of the design; None
            when not asked for or before there is enough to tell.
        composite: whether the model with LER or OVC is in use, with the comparison behind it; None without.
    """

    config: CampaignConfig
    root: Path
    bulk: Evaluation | None
    evaluations: tuple[Evaluation, ...]
    checks: dict[int, dict[str, Any]]
    verdict: ConvergenceVerdict
    recommendation: Recommendation | None
    recommended: Evaluation | None
    arbitrations: tuple[Arbitration, ...] = ()
    changes: tuple[Change, ...] = ()
    front: TradeOff | None = None
    explanation: Explanation | None = None
    composite: dict[str, Any] | None = None

    @property
    def own(self) -> tuple[Evaluation, ...]:
        """Evaluations that this campaign ran or will run itself, which is what its budget counts."""
        return tuple(e for e in self.evaluations if e.source is None)

    @property
    def imported(self) -> tuple[Evaluation, ...]:
        """Evaluations that other campaigns ran."""
        return tuple(e for e in self.evaluations if e.source is not None)

    @property
    def done(self) -> tuple[Evaluation, ...]:
        """Finished evaluations in the order in which their results became known."""
        finished = [e for e in self.evaluations if e.status == "done"]
        return tuple(sorted(finished, key=lambda e: e.order_told or 0))

    @property
    def stated(self) -> Recommendation | None:
        """The recommendation as stated: of a prediction with the bend that the search leaves out."""
        best, evaluation = self.recommendation, self.recommended
        if best is None or evaluation is None or "rho_gb" not in evaluation.fits:
            return best
        bend = evaluation.bend
        mean, half = best.mean + bend.value, Z_95_TWO_SIDED * bend.standard_error
        below, above = best.mean - best.interval[0], best.interval[1] - best.mean
        least, most = evaluation.fits["rho_gb"].possible(self.config.objective_temperature)
        low = max(mean - math.hypot(below, half), math.log10(least) if least > 0 else -math.inf)
        high = min(mean + math.hypot(above, half), math.log10(most))
        return replace(
            best,
            mean=mean,
            standard_error=math.hypot(best.standard_error, bend.standard_error),
            interval=(min(low, mean), max(high, mean)),
        )

    @property
    def objective_label(self) -> str:
        """What is minimised, with everything it refers to."""
        return f"log10(ρ_gb / Ω cm) over δ = {self.config.objective.width:g} Å {self.config.basis}"

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        best, found = self.stated, self.recommendation
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
            if best is None or found is None or self.recommended is None
            else {
                "number": self.recommended.number,
                "label": self.recommended.trial.label,
                "log10_rho_gb": best.mean,
                "standard_error": best.standard_error,
                "interval_95": list(best.interval),
                "interval_95_if_one_process": list(found.interval),
                "n_replicates": best.n_replicates,
                "probability_within_limits": best.probability_in_range,
            },
            "bulk": None if self.bulk is None else self.bulk.to_dict(),
            "evaluations": [evaluation.to_dict() for evaluation in self.evaluations],
            "checks": self.checks,
            "arbitrations": [arbitration.to_dict() for arbitration in self.arbitrations],
            "trade_off": None if self.front is None else asdict(self.front),
            "composite": self.composite,
            "changes": [asdict(change) for change in self.changes],
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


def summarise(campaign: Campaign, *, explained: bool = False) -> CampaignSummary:
    """Read the record of a campaign; nothing is changed.

    Args:
        campaign: one that has a record.
        explained: ask the model which variable matters, which takes some seconds.

    Raises:
        StoreError: when the record is damaged.
    """
    store = Store(campaign.record_path)
    try:
        text = store.get_meta("config")
        config = campaign.config
        if text is not None:
            config = _as_reported(CampaignConfig.model_validate(json.loads(text)), campaign.config)
        rows = store.rows()
        bulk_row = next((row for row in rows if row.is_reference), None)
        bulk = None if bulk_row is None else evaluation_of(bulk_row, None, campaign.root)
        bulk_result = None if bulk_row is None else bulk_row.measured
        boundaries = [row for row in rows if row.proposal is not None]
        strategy = restore_strategy(config, make_proposals(config), rows, campaign.root)
        best = recommend(strategy)
        state = judge(config, counted_checks(store), rows)
        numbers = {row.id: row.number for row in rows}
        evaluations = tuple(evaluation_of(row, bulk_result, campaign.root, numbers) for row in boundaries)
        recommended = None
        if best is not None:
            number = next(
                r.number for r in boundaries if r.proposal is not None and r.proposal["id"] == best.id
            )
            recommended = next(e for e in evaluations if e.number == number)
        return CampaignSummary(
            config,
            campaign.root,
            bulk,
            evaluations,
            store.checks(),
            state,
            best,
            recommended,
            _arbitrations(campaign.root, rows, evaluations),
            store.changes(),
            trade_off(config, strategy, rows),
            explain(strategy, config.campaign.seed, "decades") if explained else None,
            composite_use(strategy),
        )
    finally:
        store.close()


def _as_reported(recorded: CampaignConfig, file: CampaignConfig) -> CampaignConfig:
    """Return the campaign as it was run, with what the file now wants reported."""
    wanted = {key: getattr(file.objective, key) for key in REPORTED_KEYS}
    return recorded.model_copy(update={"objective": recorded.objective.model_copy(update=wanted)})


def _arbitrations(
    root: Path, rows: Sequence[Row], evaluations: Sequence[Evaluation]
) -> tuple[Arbitration, ...]:
    """Return what other potentials say, in the order in which they were asked."""
    by_number = {evaluation.number: evaluation for evaluation in evaluations}
    again = [row for row in rows if row.arbitrates is not None]
    names = list(dict.fromkeys(row.trial.potential for row in again))
    found = []
    for name in names:
        asked = [row for row in again if row.trial.potential == name]
        bulk_row = next((row for row in asked if row.arbitrates not in by_number), None)
        bulk_result = None if bulk_row is None else bulk_row.measured
        bulk = None if bulk_row is None else evaluation_of(bulk_row, None, root)
        pairs = [
            (by_number[row.arbitrates], evaluation_of(row, bulk_result, root))
            for row in asked
            if row.arbitrates in by_number
        ]
        found.append(compare_potentials(name, bulk, pairs))
    return tuple(found)


LEAST_MEASURED = 3
"""Fewer values of the second objective make no front."""


@dataclass(frozen=True, slots=True)
class TradeOff:
    """The boundaries that no other beats in both the resistivity and the second objective.

    Attributes:
        second: name of the second objective.
        numbers: evaluation numbers, in the order of the front.
        front: posterior means and errors of log10 of ρ_gb in Ω cm and of the second objective in its unit.
    """

    second: str
    numbers: tuple[int, ...]
    front: Front


def trade_off(config: CampaignConfig, strategy: Strategy, rows: Sequence[Row]) -> TradeOff | None:
    """Return the front, None without a second objective or with too few values of it.

    Args:
        config: the campaign.
        strategy: the optimiser, restored.
        rows: the record.
    """
    second, bulk = config.optimiser.second_objective, bulk_result(rows)
    boundaries = [row for row in rows if row.proposal is not None]
    found = [auxiliaries(row.measured, bulk) for row in boundaries if row.measured is not None]
    if sum(second in measured for measured in found) < LEAST_MEASURED:
        return None
    front = strategy.front(second)
    numbers = {row.proposal["id"]: row.number for row in boundaries if row.proposal is not None}
    return TradeOff(second, tuple(numbers[point.id] for point in front.points), front)
