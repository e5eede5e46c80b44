"""Which changes of the campaign file a begun campaign takes, and which would mix what does not compare.

Free is whatever leaves every result as it is: budget, rules, engine, workers, the second potential. The
design space may change as long as it holds every boundary decided so far. What decides the outcome of an
evaluation stays: potential, protocol, objective and the seed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from grainway.campaign.file.config import CampaignConfig
from grainway.campaign.file.objective_section import REPORTED_KEYS
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.search.point_of_recipe import placed
from grainway.campaign.search.proposals import Proposals
from grainway.errors import ConfigError

_ANOTHER = "Change it back, or copy the campaign file to a new name to start another campaign"
_FIXED = {
    "potential": f"energies of two potentials do not compare. {_ANOTHER}, or name the other potential under "
    "[arbitration]",
    "protocol": f"results of two protocols do not compare. {_ANOTHER}",
    "objective": f"values of two objectives do not compare. {_ANOTHER}",
    "campaign.seed": f"every random number of the record derives from it. {_ANOTHER} and take over the "
    "results with: grainway import",
}
"""Sections and keys that decide the outcome of an evaluation, with the reason and the remedy."""

_REPORTED = {f"objective.{key}" for key in REPORTED_KEYS}
"""What only the report reads."""

_LISTED = 5


def changed_settings(before: str, now: CampaignConfig) -> dict[str, list[Any]]:
    """Return what differs from the recorded campaign file, dotted key → value before and after.

    Args:
        before: the recorded file as JSON; keys that its version did not know have their defaults.
        now: the file of today.
    """
    recorded = CampaignConfig.model_validate(json.loads(before)).model_dump(mode="json")
    return {
        f"{section}.{key}": [recorded[section][key], value]
        for section, entries in now.model_dump(mode="json").items()
        for key, value in entries.items()
        if recorded[section][key] != value
    }


def require_comparable(changed: dict[str, list[Any]], proposals: Proposals, rows: Sequence[Row]) -> None:
    """Refuse changes after which old and new evaluations would not compare.

    Args:
        changed: from :func:`changed_settings`.
        proposals: the design space of today.
        rows: the record.

    Raises:
        ConfigError: naming the changed keys, what they were and are, and the remedy.
    """
    for protected, why in _FIXED.items():
        keys = [
            key
            for key in changed
            if (key == protected or key.startswith(f"{protected}.")) and key not in _REPORTED
        ]
        if keys:
            raise ConfigError(f"the campaign was begun with other settings: {_named(changed, keys)}: {why}")
    design = [key for key in changed if key.startswith("design.")]
    if not design:
        return
    outside = [row for row in rows if row.proposal is not None and placed(proposals, row) is None]
    if outside:
        listed = ", ".join(f"{row.number} ({row.trial.label})" for row in outside[:_LISTED])
        more = f" and {len(outside) - _LISTED} more" if len(outside) > _LISTED else ""
        raise ConfigError(
            f"{_named(changed, design)}: the design space of a begun campaign must hold every boundary "
            f"decided so far, and would lose {len(outside)}: number {listed}{more}. Change it back or "
            "wider, or copy the campaign file to a new name to start another campaign and take over what "
            "that one holds with: grainway import"
        )


def _named(changed: dict[str, list[Any]], keys: Sequence[str]) -> str:
    return "; ".join(f"{key} (was {changed[key][0]!r}, is {changed[key][1]!r})" for key in keys)
