"""How many processors this process may use."""

import os


def available_processors() -> int:
    """Return the number of cores that this process may run on: Slurm, a cpuset or ``taskset`` may bind it.

    A share of their time (a container's CPU quota) is not seen.
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
