"""What a campaign with a second objective has found: the boundaries that no other beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.search.told_and_asked import auxiliaries, bulk_result
from grainway.optimise import Front, Strategy

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
