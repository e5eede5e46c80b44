"""A command that a shell script runs in its background, interruptions ignored, can still be asked to end."""

import signal
import subprocess
import sys
import time

import pytest

WORKING = """
import time
from grainway.machine import interruption
interruption.heed()
interruption.advise("the same command goes on.")
try:
    with interruption.OrderlyEnd(terminate=True):
        print("working", flush=True)
        time.sleep(60)
except KeyboardInterrupt:
    interruption.end()
"""


@pytest.fixture
def in_the_background():
    process = subprocess.Popen(
        [sys.executable, "-c", WORKING],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    assert process.stdout.readline() == b"working\n"
    yield process
    process.kill()
    process.communicate()


def test_an_ignored_interruption_stays_ignored_and_a_request_to_end_is_heeded(in_the_background):
    in_the_background.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert in_the_background.poll() is None
    in_the_background.send_signal(signal.SIGTERM)
    _, errors = in_the_background.communicate(timeout=30)
    assert in_the_background.returncode == 130
    assert errors == b"Interrupted; the same command goes on.\n"
