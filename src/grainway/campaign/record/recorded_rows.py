"""What a campaign's record holds: its trials, and what happened to it besides."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.campaign.evaluation.trial import Trial

Status = Literal["queued", "running", "done", "failed"]


@dataclass(frozen=True)
class Row:
    """A trial as recorded; one that has finished never changes, so that its readers may share it.

    Attributes:
        number: order of decision, from 0.
        id: the trial's id.
        inputs: canonical JSON of the trial.
        proposal: the optimiser's proposal; None for the bulk reference and for arbitrations.
        status: queued, running, done or failed.
        attempts: times a process was started for it.
        process: identity of the process, as the executor gave it; None when none runs.
        order_told: place among finished trials; None before.
        result: outcome as it was recorded; None before.
        reason: why it failed.
        arbitrates: number of the trial that this one repeats in a second potential, or None.
        source: the campaign that ran it and its number there, where that was another; None for an own trial.
    """

    number: int
    id: str
    inputs: str
    proposal: dict[str, Any] | None
    status: Status
    attempts: int
    process: dict[str, Any] | None
    order_told: int | None
    result: dict[str, Any] | None
    reason: str | None
    arbitrates: int | None = None
    source: dict[str, Any] | None = None

    @cached_property
    def trial(self) -> Trial:
        """The inputs, parsed once."""
        return Trial.from_json(self.inputs)

    @cached_property
    def measured(self) -> EvaluationResult | None:
        """The result, parsed once; None before."""
        return None if self.result is None else EvaluationResult.from_dict(self.result, self.trial.kind)

    @property
    def is_reference(self) -> bool:
        """Whether this is the campaign's own bulk reference."""
        return self.proposal is None and self.arbitrates is None

    @property
    def is_own_proposal(self) -> bool:
        """Whether the optimiser of this campaign chose it, which is what the budget counts."""
        return self.proposal is not None and self.source is None


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a begun campaign other than an evaluation.

    Attributes:
        number: in the order of events, from 1.
        n_decided: boundary evaluations decided before it.
        n_evaluated: results that the optimiser knows once it is made.
        settings: changed keys of the campaign file, each with the value before and after.
        imported: what joined the record from another campaign; None for a change of settings.
    """

    number: int
    n_decided: int
    n_evaluated: int
    settings: dict[str, list[Any]]
    imported: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ForeignTrial:
    """A finished trial of another campaign.

    Attributes:
        id: the trial's id.
        inputs: canonical JSON of the trial.
        proposal: where it lies in this campaign's design space; None for the bulk reference.
        result: outcome, or None when it failed.
        reason: why it failed.
        source: the campaign that ran it and its number there.
    """

    id: str
    inputs: str
    proposal: dict[str, Any] | None
    result: dict[str, Any] | None
    reason: str | None
    source: dict[str, Any]
