"""How many processors this process may use."""

from __future__ import annotations

import os


def available_processors() -> int:
    """Return the number of cores that the scheduler, a container or ``taskset`` left to this process."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
