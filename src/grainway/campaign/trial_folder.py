"""Names and atomic writing of the files by which driver and worker speak to each other."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

INPUTS = "inputs.json"
RESULT = "result.json"
PROGRESS = "progress.json"


def write_atomically(path: Path, record: dict[str, Any], *, durable: bool = True) -> None:
    """Write JSON so that a reader sees the old content or the new, never a part.

    Args:
        path: where to.
        record: what.
        durable: wait until the disk has it; not needed for progress.
    """
    temporary = path.with_suffix(".tmp")
    with temporary.open("w", encoding="utf-8") as stream:
        json.dump(record, stream, sort_keys=True)
        stream.flush()
        if durable:
            os.fsync(stream.fileno())
    temporary.replace(path)
