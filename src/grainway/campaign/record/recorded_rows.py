"""What a campaign's record holds: its tables, its trials, and what happened to it besides."""

import sqlite3
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.campaign.evaluation.trial import Trial

STORE_VERSION = 4

_CHECKS = """
CREATE TABLE checks (
    n_evaluations INTEGER NOT NULL,
    era INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    PRIMARY KEY (n_evaluations, era)
);
"""
_CHANGES = """
CREATE TABLE changes (
    number INTEGER PRIMARY KEY,
    n_decided INTEGER NOT NULL,
    n_evaluated INTEGER NOT NULL,
    content TEXT NOT NULL
);
"""
_SCHEMA = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE trials (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    inputs TEXT NOT NULL,
    proposal TEXT,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    process TEXT,
    order_told INTEGER UNIQUE,
    result TEXT,
    reason TEXT,
    arbitrates INTEGER,
    source TEXT
);
{_CHECKS}{_CHANGES}"""
_UPGRADES = {
    1: "ALTER TABLE trials ADD COLUMN arbitrates INTEGER;",
    2: "".join(
        (
            "ALTER TABLE trials ADD COLUMN source TEXT; ALTER TABLE checks RENAME TO checks_before;",
            _CHECKS,
            "INSERT INTO checks SELECT n_evaluations, 0, outcome FROM checks_before;",
            "DROP TABLE checks_before;",
            _CHANGES,
        )
    ),
    3: "",
}
"""What is missing in a record of each earlier version. In 3 nothing is, but its program would take a proposal
that goes on with a run for an independent build."""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of an empty record."""
    # the version goes in last and with the tables: a record without it was cut off while it was made
    connection.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {STORE_VERSION};COMMIT;")


def upgrade(connection: sqlite3.Connection, version: int) -> bool:
    """Bring a record of an earlier version to this one; False when it is of no known version."""
    while version in _UPGRADES:
        # a transaction of its own, so that a kill leaves either version whole
        connection.executescript(
            f"BEGIN IMMEDIATE;{_UPGRADES[version]}PRAGMA user_version = {version + 1};COMMIT;"
        )
        version += 1
    return version == STORE_VERSION


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
