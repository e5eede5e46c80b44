"""Which LAMMPS processes a test has left running."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

TESTS = Path(__file__).parents[1]


def engines_in(folder):
    """Numbers of the living processes that work in a folder, found without touching any."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                if (entry / "cwd").resolve() == folder.resolve() and state != "Z":
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def assert_dies_with_its_parent(start, folder):
    """Kill -9 a Python process that has started an engine: nothing of the engine may be left.

    Args:
        start: Python text that starts the engine in ``folder``, a Path, and waits for it.
        folder: where the engine works.
    """
    script = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2]); folder = Path(sys.argv[1])\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script + start, str(folder), str(TESTS)])
    try:
        deadline = time.monotonic() + 60
        while not engines_in(folder):
            assert time.monotonic() < deadline, "the engine did not start"
            assert parent.poll() is None
            time.sleep(0.05)
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 10
    while engines_in(folder):
        assert time.monotonic() < deadline, "the engine outlived its parent"
        time.sleep(0.05)
