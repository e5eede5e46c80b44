"""From the record to the optimiser and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grainway.campaign.against_bulk.energy_comparison import compare_energies
from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.search.longer_runs import can_go_on, work_of
from grainway.campaign.search.point_of_recipe import placed
from grainway.campaign.search.proposals import Proposals
from grainway.errors import ConfigError
from grainway.optimise import (
    ConvergenceCheck,
    ConvergenceSettings,
    ConvergenceVerdict,
    Proposal,
    Recommendation,
    Strategy,
    make_strategy,
    verdict,
)

_AUXILIARY = ("ler", "ovc")


def convergence_settings(config: CampaignConfig) -> ConvergenceSettings:
    """Return the convergence rules as configured."""
    chosen = config.optimiser
    return ConvergenceSettings(
        window=chosen.window,
        epsilon=chosen.tolerance,
        regret=chosen.regret,
        consecutive=chosen.consecutive,
        replicates=chosen.replicates,
    )


def restore_strategy(
    config: CampaignConfig, proposals: Proposals, rows: Sequence[Row], root: Path
) -> Strategy:
    """Return the optimiser in the state that the record says.

    Args:
        config: the campaign.
        proposals: its design space.
        rows: the record, in the order of decision.
        root: the campaign's folder.

    Raises:
        ConfigError: when a recorded boundary lies outside of the design space.
    """
    strategy = make_strategy(
        config.optimiser.engine,
        proposals.space,
        config.campaign.seed,
        proposals.features,
        kernel=config.optimiser.kernel,
        entries=proposals.entries(),
        constraints=config.optimiser.constraints,
        second_objective="" if (second := config.optimiser.second_objective) == "none" else second,
        composite=config.optimiser.composite,
    )
    strategy.restore([_restored(proposals, row) for row in rows if row.proposal is not None])
    told = [row for row in rows if row.proposal is not None and row.order_told is not None]
    bulk = bulk_result(rows)
    for row in sorted(told, key=lambda r: r.order_told or 0):
        tell(config, strategy, row, bulk, root)
    return strategy


def bulk_result(rows: Sequence[Row]) -> EvaluationResult | None:
    """Return the result of the bulk reference, None before it is done."""
    return next((row.measured for row in rows if row.is_reference), None)


def _restored(proposals: Proposals, row: Row) -> Proposal:
    values = placed(proposals, row)
    if values is None or row.proposal is None:
        raise ConfigError.about(
            "design",
            f"evaluation {row.number}, {row.trial.label}",
            "a boundary that the design space holds",
            "Take the version of grainway that ran it, or change [design] back.",
        )
    return replace(Proposal.from_dict(row.proposal), values=values)


def next_proposal(
    config: CampaignConfig, strategy: Strategy, rows: Sequence[Row], checks: Sequence[ConvergenceCheck]
) -> Proposal:
    """Return what to evaluate next: what the audit still asks for, or the engine's choice.

    Replicates of the recommended boundary and coincidences not looked at are run as soon as improvement and
    regret say that the search is over, not before: until then the engine's own choice tells more.

    Args:
        config: the campaign.
        strategy: the optimiser.
        rows: the record.
        checks: those that count, in order of evaluations.
    """
    last = checks[-1] if checks else None
    if last is not None and last.improvement.holds and last.regret.holds:
        confirming = strategy.confirm(convergence_settings(config))
        if confirming is not None:
            return confirming
    pending = [r.proposal["id"] for r in rows if r.proposal is not None and r.order_told is None]
    (proposal,) = strategy.ask(1, pending)
    return proposal


def tell(
    config: CampaignConfig, strategy: Strategy, row: Row, bulk: EvaluationResult | None, root: Path
) -> None:
    """Tell the optimiser a finished trial.

    Its cost is told as the work done, and what it would cost to go on where that is wanted and possible.

    Args:
        config: the campaign.
        strategy: the optimiser.
        row: of the record.
        bulk: result of the bulk reference, None before it is done.
        root: the campaign's folder.
    """
    if row.proposal is None:
        raise ValueError(f"trial {row.number} was not proposed by the optimiser")
    if row.measured is None:
        strategy.tell_failed(row.proposal["id"], row.reason or "no reason given")
        return
    objective = config.objective_value(row.measured.searched_resistivity)
    cost, longer = work_of(row) or (None, None)
    if not (config.optimiser.lengthen and can_go_on(row, root)):
        longer = None
    measured = auxiliaries(row.measured, bulk)
    strategy.tell(row.proposal["id"], objective.y, objective.standard_error, measured, cost, longer)


def auxiliaries(result: EvaluationResult, bulk: EvaluationResult | None) -> dict[str, tuple[float, float]]:
    """Return what the optimiser is told beside the objective, values with standard errors by name.

    Args:
        result: of a boundary evaluation.
        bulk: of the bulk reference, None before it is done.
    """
    measured = {name: result.estimates[name] for name in _AUXILIARY if name in result.estimates}
    if bulk is not None:
        measured |= compare_energies(result, bulk)[0]
    return {name: (e.value, e.standard_error) for name, e in measured.items() if e.bound is None}


def judge(
    config: CampaignConfig, checks: Sequence[ConvergenceCheck], rows: Sequence[Row]
) -> ConvergenceVerdict:
    """Return where the campaign stands.

    Args:
        config: the campaign.
        checks: those that count, in order of evaluations.
        rows: the record; of it only the campaign's own evaluations are charged to the budget.
    """
    return verdict(
        checks,
        convergence_settings(config),
        n_evaluations=sum(row.is_own_proposal and row.order_told is not None for row in rows),
        budget=config.optimiser.max_evaluations,
    )


def composite_use(strategy: Strategy) -> dict[str, Any] | None:
    """Return whether the model with auxiliary quantities is in use, both log densities and its slopes.

    None before there is enough to fit it to, and where it was not asked for.
    """
    model = strategy.status()["model"]
    return None if model is None else model["composite"]


def recommend(strategy: Strategy) -> Recommendation | None:
    """Return the recommendation, or None before the first result."""
    return strategy.recommend() if strategy.status()["n_evaluated"] else None
