"""Which recorded convergence checks count, and making those that are missing.

A check depends on the rules, the model and the design space. When one of them changes, earlier checks no
longer count and those that the verdict needs are made again. Checks before new data from outside or another
design space are not: what was evaluated until then was chosen without either.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.record.recorded_rows import Change
from grainway.campaign.record.store import Store
from grainway.campaign.search.told_and_asked import convergence_settings
from grainway.optimise import ConvergenceCheck, RuleResult, Strategy

MIN_EVALUATIONS = 2
_RULES = frozenset(
    f"optimiser.{key}" for key in ("engine", "kernel", "window", "tolerance", "regret", "replicates")
)


def record_checks(config: CampaignConfig, store: Store, strategy: Strategy) -> None:
    """Make and record the checks that the verdict rests on and that are not in the record."""
    changes = store.changes()
    era, n = _era(changes), int(strategy.status()["n_evaluated"])
    known = store.checks(era)
    first = max(MIN_EVALUATIONS, n - config.optimiser.consecutive + 1, _begin(changes))
    for n_evaluations in range(first, n + 1):
        if n_evaluations not in known:
            check = strategy.check(convergence_settings(config), n_evaluations)
            store.add_check(n_evaluations, check.to_dict(), era)


def counted_checks(store: Store) -> list[ConvergenceCheck]:
    """Return the recorded checks that count, in order of evaluations."""
    changes = store.changes()
    first = _begin(changes)
    return [_check(record) for n, record in sorted(store.checks(_era(changes)).items()) if n >= first]


def _era(changes: Sequence[Change]) -> int:
    """Return the number of the last change that a check depends on, 0 before any."""
    return max((c.number for c in changes if _is_new_data(c) or not _RULES.isdisjoint(c.settings)), default=0)


def _begin(changes: Iterable[Change]) -> int:
    """Return the number of evaluations known when design space or outside data last changed."""
    return max((c.n_evaluated for c in changes if _is_new_data(c)), default=0)


def _is_new_data(change: Change) -> bool:
    return change.imported is not None or any(key.startswith("design.") for key in change.settings)


def _check(record: dict[str, Any]) -> ConvergenceCheck:
    rules = (RuleResult(**record[name]) for name in ("improvement", "regret", "audit"))
    return ConvergenceCheck(record["n_evaluations"], *rules)
