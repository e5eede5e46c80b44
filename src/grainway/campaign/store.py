"""The campaign's record: one SQLite file, written by the driver alone.

Contract. A trial is *queued* when it is decided, *running* while a process works on it, and *done* or
*failed* for ever after: a finished trial is never changed. ``order_told`` numbers finished trials in the
order their outcomes became known, which with the order of proposals is all that an optimiser depends on.
Every method is one transaction; a kill between two of them leaves a valid record.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from grainway.errors import StoreError

STORE_VERSION = 2
Status = Literal["queued", "running", "done", "failed"]

_SCHEMA = """
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
    arbitrates INTEGER
);
CREATE TABLE checks (n_evaluations INTEGER PRIMARY KEY, outcome TEXT NOT NULL);
"""
_TOLD = "process = NULL, order_told = (SELECT COALESCE(MAX(order_told) + 1, 0) FROM trials)"


@dataclass(frozen=True, slots=True)
class Row:
    """A trial as recorded.

    Attributes:
        number: order of decision, from 0.
        id: the trial's id.
        inputs: canonical JSON of the trial.
        proposal: the optimiser's proposal; None for the bulk reference and for arbitrations.
        status: queued, running, done or failed.
        attempts: times a process was started for it.
        process: identity of the process, as the executor gave it; None when none runs.
        order_told: place among finished trials; None before.
        result: outcome; None before.
        reason: why it failed.
        arbitrates: number of the trial that this one repeats in a second potential, or None.
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

    @property
    def is_reference(self) -> bool:
        """Whether this is the campaign's own bulk reference."""
        return self.proposal is None and self.arbitrates is None


class Store:
    """The record in one file."""

    def __init__(self, path: Path) -> None:
        """Open or create the record.

        Raises:
            StoreError: when the file is damaged or of another version; it is left as it is.
        """
        self.path = path
        existed = path.exists() and path.stat().st_size > 0
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA synchronous = FULL")
            if existed:
                self._verify()
            else:
                self._create()
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"the campaign record {path} is damaged ({error}); it was kept as it is. "
                "Restore it from a backup, or move it away to start the campaign anew"
            ) from error

    def _create(self) -> None:
        # the version goes in last and with the tables: a record without it was cut off while it was made
        self._connection.executescript(
            f"BEGIN IMMEDIATE;{_SCHEMA}PRAGMA user_version = {STORE_VERSION};COMMIT;"
        )

    def _verify(self) -> None:
        outcome = self._connection.execute("PRAGMA integrity_check").fetchone()[0]
        if outcome != "ok":
            first = outcome.splitlines()[min(1, outcome.count("\n"))]
            raise sqlite3.DatabaseError(f"integrity check: {first}")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not self._connection.execute("SELECT name FROM sqlite_master").fetchall():
            self._create()  # a kill between opening the file and filling it leaves an empty database
        elif version == 1:
            # the one difference; a transaction of its own, so that a kill leaves either version whole
            self._connection.executescript(
                "BEGIN IMMEDIATE;ALTER TABLE trials ADD COLUMN arbitrates INTEGER;"
                f"PRAGMA user_version = {STORE_VERSION};COMMIT;"
            )
        elif version != STORE_VERSION:
            raise StoreError(
                f"the campaign record {self.path} has version {version}, this program reads version "
                f"{STORE_VERSION}; it was kept as it is. Use the version of grainway that wrote it"
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def get_meta(self, key: str) -> str | None:
        """Return a text kept under a key, or None."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def set_meta(self, key: str, value: str) -> None:
        """Keep a text under a key."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def add(
        self, trial_id: str, inputs: str, proposal: dict[str, Any] | None, arbitrates: int | None = None
    ) -> int:
        """Record a decision; returns the trial's number.

        Raises:
            StoreError: when the same trial was decided before.
        """
        text = None if proposal is None else json.dumps(proposal, sort_keys=True)
        try:
            cursor = self._connection.execute(
                "INSERT INTO trials (number, id, inputs, proposal, status, arbitrates) "
                "VALUES ((SELECT COALESCE(MAX(number) + 1, 0) FROM trials), ?, ?, ?, 'queued', ?)",
                (trial_id, inputs, text, arbitrates),
            )
        except sqlite3.IntegrityError as error:
            raise StoreError(f"trial {trial_id[:16]} is already in the record {self.path}") from error
        return int(cursor.lastrowid or 0)

    def start(self, number: int, process: dict[str, Any]) -> None:
        """Record that a process works on a queued trial."""
        self._change(
            number,
            "queued",
            "status = 'running', process = ?, attempts = attempts + 1",
            json.dumps(process),
        )

    def requeue(self, number: int) -> None:
        """Record that a running trial's process has ended without an outcome."""
        self._change(number, "running", "status = 'queued', process = NULL")

    def finish(self, number: int, result: dict[str, Any]) -> None:
        """Record the outcome of a running trial, for ever."""
        text = json.dumps(result, sort_keys=True)
        self._change(number, "running", f"status = 'done', result = ?, {_TOLD}", text)

    def fail(self, number: int, reason: str) -> None:
        """Record that a running trial gave no result, for ever."""
        self._change(number, "running", f"status = 'failed', reason = ?, {_TOLD}", reason)

    def _change(self, number: int, expected: str, assignments: str, *values: str) -> None:
        cursor = self._connection.execute(
            f"UPDATE trials SET {assignments} WHERE number = ? AND status = ?",  # noqa: S608 - no user text
            (*values, number, expected),
        )
        if cursor.rowcount != 1:
            raise StoreError(f"trial {number} is not {expected} in the record {self.path}")

    def rows(self) -> list[Row]:
        """Return all trials in the order of decision."""
        cursor = self._connection.execute(
            "SELECT number, id, inputs, proposal, status, attempts, process, order_told, result, reason, "
            "arbitrates FROM trials ORDER BY number"
        )
        return [
            Row(
                number,
                trial_id,
                inputs,
                _loads(proposal),
                status,
                attempts,
                _loads(process),
                told,
                _loads(result),
                reason,
                arbitrates,
            )
            for (
                number,
                trial_id,
                inputs,
                proposal,
                status,
                attempts,
                process,
                told,
                result,
                reason,
                arbitrates,
            ) in cursor
        ]

    def add_check(self, n_evaluations: int, outcome: dict[str, Any]) -> None:
        """Record a convergence check; a check already recorded stays."""
        self._connection.execute(
            "INSERT OR IGNORE INTO checks VALUES (?, ?)", (n_evaluations, json.dumps(outcome, sort_keys=True))
        )

    def checks(self) -> dict[int, dict[str, Any]]:
        """Return the convergence checks by number of evaluations."""
        return {
            int(n): json.loads(outcome)
            for n, outcome in self._connection.execute("SELECT * FROM checks ORDER BY n_evaluations")
        }


def _loads(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    loaded: dict[str, Any] = json.loads(text)
    return loaded
