"""The processors left to a process, not those of the machine."""

import os
import subprocess
import sys

import pytest

from grainway.processors import available_processors

COUNT = "from grainway.processors import available_processors; print(available_processors())"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to processors")
def test_a_process_bound_to_one_processor_counts_one():
    bind = f"import os; os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}}); {COUNT}"
    bound = subprocess.run([sys.executable, "-c", bind], check=True, capture_output=True, text=True)
    assert int(bound.stdout) == 1


def test_a_free_process_counts_no_more_than_the_machine_has():
    assert 1 <= available_processors() <= os.cpu_count()
