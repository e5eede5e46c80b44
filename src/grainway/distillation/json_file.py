"""Records kept as JSON files that a kill leaves whole."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from grainway.errors import StoreError


def read_json(path: Path) -> dict[str, Any] | None:
    """Read a record; None where there is no file.

    Raises:
        StoreError: when the file holds no JSON object.
    """
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreError(f"{path} is no JSON file: {error}") from error
    if not isinstance(record, dict):
        raise StoreError(f"{path} holds no JSON object")
    return record


def write_json(path: Path, record: dict[str, Any]) -> None:
    """Write a record, on the disk and whole or not at all."""
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as stream:
        json.dump(record, stream, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
