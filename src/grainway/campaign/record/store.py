"""The campaign's record: one SQLite file, written by the driver alone.

Contract. A trial is *queued* when it is decided, *running* while a process works on it, and *done* or
*failed* for ever after: a finished trial is never changed. ``order_told`` numbers finished trials in the
order their outcomes became known, which with the order of proposals is all that an optimiser depends on.
Every method is one transaction; a kill between two of them leaves a valid record.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grainway.campaign.record.recorded_rows import STORE_VERSION, Change, ForeignTrial, Row, create, upgrade
from grainway.domain import BoundarySpec
from grainway.errors import ConfigError, StoreError

_COLUMNS = (
    "number, id, inputs, proposal, status, attempts, process, order_told, result, reason, arbitrates, source"
)
_JSON_COLUMNS = ("proposal", "process", "result", "source")
_TOLD = "process = NULL, order_told = (SELECT COALESCE(MAX(order_told) + 1, 0) FROM trials)"


class Store:
    """The record in one file."""

    def __init__(self, path: Path) -> None:
        """Open or create the record.

        Raises:
            StoreError: when the file is damaged or of another version; it is left as it is.
        """
        self.path = path
        self._finished: dict[int, Row] = {}
        existed = path.exists() and path.stat().st_size > 0
        try:
            self._connection = sqlite3.connect(path, isolation_level=None)
            self._connection.execute("PRAGMA synchronous = FULL")
            if existed:
                self._verify()
            else:
                create(self._connection)
        except sqlite3.DatabaseError as error:
            raise StoreError(
                f"the campaign record {path} is damaged ({error}); it was kept as it is. "
                "Restore it from a backup, or move it away to start the campaign anew"
            ) from error

    def _verify(self) -> None:
        outcome = self._connection.execute("PRAGMA integrity_check").fetchone()[0]
        if outcome != "ok":
            first = outcome.splitlines()[min(1, outcome.count("\n"))]
            raise sqlite3.DatabaseError(f"integrity check: {first}")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not self._connection.execute("SELECT name FROM sqlite_master").fetchall():
            # a kill between opening the file and filling it leaves an empty database
            create(self._connection)
        elif not upgrade(self._connection, version):
            raise StoreError(
                f"the campaign record {self.path} has version {version}, "
                f"this program reads version {STORE_VERSION}; it was kept as it is. "
                "Use the version of grainway that wrote it"
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
        text = _dumps(proposal)
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
            number, "queued", "status = 'running', process = ?, attempts = attempts + 1", json.dumps(process)
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
        """Return all trials in the order of decision.

        A finished trial never changes: it is read and parsed once, and its row stays the same object.
        """
        cursor = self._connection.execute(
            f"SELECT {_COLUMNS} FROM trials WHERE number NOT IN (SELECT value FROM json_each(?))",  # noqa: S608
            (json.dumps(list(self._finished)),),
        )
        cursor.row_factory = sqlite3.Row
        read = [Row(**{**dict(row), **{name: _loads(row[name]) for name in _JSON_COLUMNS}}) for row in cursor]
        unfinished = {row.number: row for row in read if row.order_told is None}
        self._finished |= {row.number: row for row in read if row.order_told is not None}
        return [row for _, row in sorted((self._finished | unfinished).items())]

    def join(self, trials: Sequence[ForeignTrial], imported: dict[str, Any]) -> None:
        """Record finished trials of another campaign, in the order given.

        A trial that is queued here gets the outcome instead of being run.

        Raises:
            StoreError: when a trial is in the record and not queued; then nothing has joined.
        """
        queued = {row.id for row in self.rows() if row.status == "queued"}
        with self._transaction():
            decided = self._n_decided()
            for trial in trials:
                if trial.id not in queued:
                    self.add(trial.id, trial.inputs, trial.proposal)
                status = "failed" if trial.result is None else "done"
                self._connection.execute(
                    f"UPDATE trials SET status = ?, result = ?, reason = ?, source = ?, {_TOLD} "  # noqa: S608
                    "WHERE id = ?",
                    (status, _dumps(trial.result), trial.reason, _dumps(trial.source), trial.id),
                )
            self._add_change(decided, {"imported": imported})

    def set_config(self, text: str, settings: dict[str, list[Any]]) -> None:
        """Keep the campaign file and, where a begun campaign was changed, what has changed in it."""
        with self._transaction():
            self.set_meta("config", text)
            if settings:
                self._add_change(self._n_decided(), {"settings": settings})

    def _n_decided(self) -> int:
        counted = "SELECT COUNT(*) FROM trials WHERE proposal IS NOT NULL"
        return int(self._connection.execute(counted).fetchone()[0])

    def _add_change(self, n_decided: int, content: dict[str, Any]) -> None:
        self._connection.execute(
            "INSERT INTO changes VALUES ((SELECT COALESCE(MAX(number) + 1, 1) FROM changes), ?, "
            "(SELECT COUNT(*) FROM trials WHERE proposal IS NOT NULL AND status = 'done'), ?)",
            (n_decided, _dumps(content)),
        )

    def changes(self) -> tuple[Change, ...]:
        """Return what happened to the begun campaign, in order."""
        cursor = self._connection.execute("SELECT * FROM changes ORDER BY number")
        found = []
        for number, decided, evaluated, text in cursor:
            content = json.loads(text)
            found.append(
                Change(number, decided, evaluated, content.get("settings", {}), content.get("imported"))
            )
        return tuple(found)

    def add_check(self, n_evaluations: int, outcome: dict[str, Any], era: int = 0) -> None:
        """Record a convergence check; a check already recorded stays.

        Args:
            n_evaluations: evaluations that it is based on.
            outcome: all rules with their numbers.
            era: number of the last change that a check depends on; 0 before any.
        """
        self._connection.execute(
            "INSERT OR IGNORE INTO checks VALUES (?, ?, ?)", (n_evaluations, era, _dumps(outcome))
        )

    def checks(self, era: int | None = None) -> dict[int, dict[str, Any]]:
        """Return convergence checks by number of evaluations: of one era, or the latest at each number."""
        cursor = self._connection.execute("SELECT n_evaluations, era, outcome FROM checks ORDER BY 1, 2")
        return {int(n): json.loads(outcome) for n, of, outcome in cursor if era is None or of == era}

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _dumps(value: dict[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value, sort_keys=True)


def _loads(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    loaded: dict[str, Any] = json.loads(text)
    return loaded


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
