"""The tables of a campaign's record, and how records of earlier versions are taken over."""

from __future__ import annotations

import sqlite3

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
