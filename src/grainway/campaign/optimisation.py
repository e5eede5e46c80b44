"""From the record to the optimiser and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grainway.campaign.config import CampaignConfig
from grainway.campaign.proposals import Proposals
from grainway.campaign.store import Row
from grainway.domain import Estimate
from grainway.objective import log10_boundary_resistivity
from grainway.optimise import (
    ConvergenceCheck,
    ConvergenceSettings,
    Proposal,
    Recommendation,
    RuleResult,
    Strategy,
    Verdict,
    make_strategy,
    verdict,
)

_AUXILIARY = ("ler", "ovc")


def convergence_settings(config: CampaignConfig) -> ConvergenceSettings:
    """Return the convergence rules as configured."""
    chosen = config.optimiser
    return ConvergenceSettings(window=chosen.window, epsilon=chosen.tolerance, regret=chosen.regret)


def restore_strategy(config: CampaignConfig, proposals: Proposals, rows: Sequence[Row]) -> Strategy:
    """Return the optimiser in the state that the record says.

    Args:
        config: the campaign.
        proposals: its design space.
        rows: the record, in the order of decision.
    """
    strategy = make_strategy(
        config.optimiser.engine, proposals.space, config.campaign.seed, proposals.features
    )
    strategy.restore([Proposal.from_dict(row.proposal) for row in rows if row.proposal is not None])
    told = [row for row in rows if row.proposal is not None and row.order_told is not None]
    for row in sorted(told, key=lambda r: r.order_told or 0):
        tell(config, strategy, row)
    return strategy


def tell(config: CampaignConfig, strategy: Strategy, row: Row) -> None:
    """Tell the optimiser a finished trial.

    The cost is not told: it varies between machines, and proposals must not depend on it.
    """
    if row.proposal is None:
        raise ValueError(f"trial {row.number} was not proposed by the optimiser")
    if row.result is None:
        strategy.tell_failed(row.proposal["id"], row.reason or "no reason given")
        return
    estimates = {name: Estimate.from_dict(e) for name, e in row.result["estimates"].items()}
    objective = log10_boundary_resistivity(
        estimates["rho_gb"],
        boundary_width=config.objective.width,
        temperature=config.objective_temperature,
        ladder=config.simulated_protocol().ladder,
    )
    auxiliary = {
        name: (estimates[name].value, estimates[name].standard_error)
        for name in _AUXILIARY
        if name in estimates and estimates[name].bound is None
    }
    strategy.tell(row.proposal["id"], objective.y, objective.standard_error, auxiliary)


def judge(config: CampaignConfig, checks: Mapping[int, dict[str, Any]], n_finished: int) -> Verdict:
    """Return where the campaign stands.

    Args:
        config: the campaign.
        checks: recorded convergence checks by number of evaluations.
        n_finished: boundary evaluations done or failed.
    """
    rebuilt = [
        ConvergenceCheck(
            record["n_evaluations"],
            *(RuleResult(**record[name]) for name in ("improvement", "regret", "audit")),
        )
        for _, record in sorted(checks.items())
    ]
    return verdict(
        rebuilt,
        convergence_settings(config),
        n_evaluations=n_finished,
        budget=config.optimiser.max_evaluations,
    )


def recommend(strategy: Strategy) -> Recommendation | None:
    """Return the recommendation, or None before the first result."""
    return strategy.recommend() if strategy.status()["n_evaluated"] else None
