"""The recipe of an evaluation that a campaign has recorded."""

from __future__ import annotations

from pathlib import Path

from grainway.campaign.record.store import Store
from grainway.domain import BoundarySpec
from grainway.errors import ConfigError


def trial_of(record: Path, number: int) -> tuple[BoundarySpec, int]:
    """Return recipe and seed of a campaign's boundary evaluation by its number.

    Raises:
        ConfigError: when there is none.
    """
    if not record.exists():
        raise ConfigError(
            f"there is no campaign record {record} yet; run the campaign first, or give --angle"
        )
    store = Store(record)
    try:
        rows = {row.number: row for row in store.rows() if row.proposal is not None}
    finally:
        store.close()
    if number not in rows:
        listed = f"1 to {max(rows)}" if rows else "none yet"
        raise ConfigError.about(
            "trial", number, f"boundary evaluations of this campaign: {listed}", "See status."
        )
    trial = rows[number].trial
    if trial.spec is None:
        raise ConfigError(f"evaluation {number} is the bulk reference, which has no boundary")
    return trial.spec, trial.seed
