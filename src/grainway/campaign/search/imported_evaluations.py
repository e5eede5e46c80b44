"""Evaluations of another campaign as data of this one, where both measured the same thing the same way."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from grainway.campaign.evaluation.trial import Trial
from grainway.campaign.record.recorded_rows import ForeignTrial, Row
from grainway.campaign.record.store import Store
from grainway.campaign.search.point_of_recipe import point_of
from grainway.campaign.search.proposals import Proposals
from grainway.errors import ConfigError
from grainway.optimise import Proposal

_DIGITS = 12
"""Of a potential's digest, in messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEvaluations:
    """What an import did.

    Attributes:
        campaign: name of the campaign that was read.
        joined: evaluations that joined the record, failed ones included.
        failed: how many of them had failed.
        known: evaluations that were in the record before.
        outside: evaluations that this design space does not hold and that were left out, in words.
        bulk: whether the bulk reference was taken over too.
    """

    campaign: str
    joined: int
    failed: int
    known: int
    outside: tuple[str, ...]
    bulk: bool

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return {**asdict(self), "outside": list(self.outside)}


def require_same_measurement(own: str, other_rows: Sequence[Row], campaign: str) -> None:
    """Refuse a record whose evaluations do not compare with a trial, naming the first difference.

    Args:
        own: inputs of a trial of this campaign; boundary and seed do not matter.
        other_rows: the other record.
        campaign: name of the other campaign.

    Raises:
        ConfigError: when the two differ in potential, protocol, objective or format.
    """
    here = _measurement(own)
    for row in chain.from_iterable(_finished(other_rows)):
        there = _measurement(row.inputs)
        different = next((field for field in here if here[field][0] != there[field][0]), None)
        if different is not None:
            raise ConfigError(
                f"evaluations of {campaign} do not compare with those of this campaign: "
                f"{different} is {there[different][1]} there and {here[different][1]} here. "
                "Import campaigns with the same potential, protocol and objective, "
                "or run the boundaries again in this one"
            )


def import_evaluations(
    store: Store, proposals: Proposals, other: Path, other_rows: Sequence[Row]
) -> ImportedEvaluations:
    """Join the finished evaluations of another campaign to a record that has its bulk reference.

    The bulk reference is this campaign's own: with the same potential and protocol it is another sample of
    the same quantity. Where it is the very same trial and not yet run, it is taken over. Evaluations that
    the other campaign had itself imported keep their first source.

    Args:
        store: the record to join.
        proposals: the design space of its campaign.
        other: folder of the other campaign.
        other_rows: the other record, which measured the same; see :func:`require_same_measurement`.
    """
    rows = store.rows()
    bulk, finished = _finished(other_rows)
    queued = {row.id for row in rows if row.status == "queued"}
    known = {row.id for row in rows} - queued
    n_asked = sum(row.proposal is not None for row in rows)
    proposal_ids = {row.id: row.proposal["id"] for row in rows if row.proposal is not None}
    joining = [_foreign(row, None, other) for row in bulk if row.id in queued]
    n_bulk, n_failed, outside = len(joining), 0, []
    for row in finished:
        if row.id in known:
            continue
        trial = row.trial
        values = None if trial.spec is None else point_of(proposals, trial.spec)
        if values is None:
            outside.append(f"{row.number} ({trial.label})")
            continue
        n_failed += row.result is None
        proposal = Proposal(f"p{n_asked:04d}", values, proposal_ids.get(trial.continues, ""))
        joining.append(_foreign(row, proposal.to_dict(), other))
        proposal_ids.setdefault(row.id, proposal.id)
        n_asked += row.id not in queued
    outcome = ImportedEvaluations(
        campaign=other.name,
        joined=len(joining) - n_bulk,
        failed=n_failed,
        known=sum(row.id in known for row in finished),
        outside=tuple(outside),
        bulk=bool(n_bulk),
    )
    if joining:
        store.join(joining, outcome.to_dict())
    return outcome


def _finished(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the finished bulk reference and the finished evaluations in the order told."""
    told = [row for row in rows if row.proposal is not None and row.order_told is not None]
    bulk = [row for row in rows if row.is_reference and row.result is not None]
    return bulk, sorted(told, key=lambda row: row.order_told or 0)


def _foreign(row: Row, proposal: dict[str, Any] | None, other: Path) -> ForeignTrial:
    source = row.source or {"campaign": other.name, "folder": str(other), "number": row.number}
    return ForeignTrial(row.id, row.inputs, proposal, row.result, row.reason, source)


def _measurement(inputs: str) -> dict[str, tuple[object, object]]:
    """Return what decides a result by the key of the campaign file: what is compared, and how it is shown."""
    trial = Trial.from_json(inputs)
    facts = {
        "version of the trial's format": json.loads(inputs)["format_version"],
        **{f"protocol.{key}": value for key, value in trial.protocol.to_dict().items()},
        "objective.width": trial.objective_width,
        "objective.target_temperatures": list(trial.target_temperatures),
    }
    # a potential may bear another name in another campaign: its digest is what counts
    digest = trial.potential_digest
    shown = f"{trial.potential} (digest {digest[:_DIGITS]})"
    return {"potential": (digest, shown), **{name: (value, value) for name, value in facts.items()}}
