"""The processors left to a process, not those of the machine."""

import os
import subprocess
import sys

from grainway.machine.processors import available_processors

COUNT = "from grainway.machine.processors import available_processors; print(available_processors())"


def test_a_process_bound_to_one_processor_counts_one():
    can_bind = hasattr(os, "sched_setaffinity")
    bind = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); " if can_bind else ""
    bound = subprocess.run([sys.executable, "-c", bind + COUNT], check=True, capture_output=True, text=True)
    # where no process can be bound to processors, all of them are left to it
    assert int(bound.stdout) == (1 if can_bind else os.cpu_count())


def test_a_free_process_counts_no_more_than_the_machine_has():
    assert 1 <= available_processors() <= os.cpu_count()
