"""Wall time of the stages of a long work, counted over calls and kills."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grainway.machine.whole_files import read_json, write_json

_BEAT_S = 5.0


class StageClock:
    """A file with the seconds that each stage was given and took, written while it passes.

    A kill loses five seconds of the count at most.
    """

    def __init__(self, path: Path) -> None:
        """Read what earlier calls took.

        Args:
            path: of the file.

        Raises:
            StoreError: when the file cannot be read.
        """
        self._path = path
        self._stages: dict[str, dict[str, Any]] = read_json(path) or {}

    @property
    def spent_s(self) -> float:
        """Seconds of all stages."""
        return float(sum(stage["spent_s"] for stage in self._stages.values()))

    def taken_s(self, stage: str) -> float:
        """Return the seconds that a stage took so far."""
        return float(self._stages[stage]["spent_s"]) if stage in self._stages else 0.0

    def allotted_s(self, stage: str) -> float | None:
        """Return the seconds that a stage was given when it began; None when it did not."""
        return float(self._stages[stage]["allotted_s"]) if stage in self._stages else None

    def is_done(self, stage: str) -> bool:
        """Return whether a stage was finished."""
        return stage in self._stages and bool(self._stages[stage]["done"])

    @contextmanager
    def running(self, stage: str, allotted_s: float) -> Iterator[None]:
        """Count the time inside; a stage that is left without an exception is done.

        Args:
            stage: its name.
            allotted_s: kept when it begins; ignored when it goes on.
        """
        entry = self._stages.setdefault(stage, {"allotted_s": allotted_s, "spent_s": 0.0, "done": False})
        before, began = entry["spent_s"], time.monotonic()
        ended = threading.Event()

        def count() -> None:
            entry["spent_s"] = round(before + time.monotonic() - began, 3)
            write_json(self._path, self._stages)

        def beat() -> None:
            while not ended.wait(_BEAT_S):
                count()

        count()
        heart = threading.Thread(target=beat, daemon=True)
        heart.start()
        try:
            yield
            entry["done"] = True
        finally:
            ended.set()
            heart.join()
            count()
