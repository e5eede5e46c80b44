"""Ctrl-C at random moments, the first second included: one line, status 130, nobody left behind."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# what Python does before the first line of grainway is out of its reach: moments count from there
STARTED = (
    "from grainway.machine import interruption; interruption.heed(); print(flush=True);"
    "from grainway.__main__ import main; main()"
)
N_SHOTS = 6


def left_in_session(session):
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(entry.name)
    return found


def interrupted_after(seconds, arguments, folder, whole_group):
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    process.stdout.readline()
    time.sleep(seconds)
    # a terminal interrupts all processes of the command, a script the command alone
    (os.killpg if whole_group else os.kill)(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    deadline = time.monotonic() + 10
    while left := left_in_session(process.pid):
        assert time.monotonic() < deadline, f"left behind: {left}"
        time.sleep(0.05)
    return process.returncode, errors.decode()


def write_dump(path):
    """Large enough for several processes: two pieces of 8 MB and more."""
    atoms = "".join(f"{i + 1} {i % 4 + 1} {i % 20}.1234 {i % 19}.1234 {i % 17}.1234\n" for i in range(1000))
    box = "ITEM: BOX BOUNDS pp pp pp\n0 20\n0 20\n0 20\nITEM: ATOMS id type x y z\n"
    with path.open("w") as stream:
        for step in range(900):
            stream.write(f"ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n1000\n{box}{atoms}")


COMMANDS = {
    "library": ("library --axis 001 --max-sigma 25 --build lib --samples 500 --processes 2", 8.0),
    "analyse": ("analyse run.dump --types Li,La,Zr,O --timestep 0.002 --temperature 900 --workers 2", 4.0),
    "validate": ("validate --quick --out checked --potential softbv", 6.0),
}


@pytest.mark.slow
@pytest.mark.lammps
@pytest.mark.parametrize("command", COMMANDS)
def test_an_interruption_is_one_line_and_status_130_whenever_it_comes(command, tmp_path):
    line, longest = COMMANDS[command]
    if command == "analyse":
        write_dump(tmp_path / "run.dump")
    rng = random.Random(f"{command} 1")
    # half of them while modules are loaded
    moments = [rng.uniform(0.0, 1.0 if shot % 2 else longest) for shot in range(N_SHOTS)]
    n_interrupted = 0
    for shot, moment in enumerate(moments):
        status, errors = interrupted_after(moment, line.split(), tmp_path, shot % 4 < 2)
        assert "Traceback" not in errors, errors
        said = [text for text in errors.splitlines() if text.startswith("Interrupted")]
        if status == 0:  # the work was done before
            assert not said
            continue
        n_interrupted += 1
        assert status == 130, errors
        assert len(said) == 1
        assert errors.splitlines()[-1] == said[0]
    assert n_interrupted >= N_SHOTS // 2


def test_an_ignored_interruption_stays_ignored():
    """As of a command that a shell started in the background."""
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN);"
        "from grainway.machine import interruption; interruption.heed(); signal.raise_signal(signal.SIGINT)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_an_interruption_that_a_finaliser_swallows_comes_again():
    code = """
import signal, time
from grainway.machine import interruption
interruption.heed()
class Last:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)
try:
    with interruption.OrderlyEnd():
        last = Last()
        del last
        time.sleep(20)
finally:
    if interruption.happened():
        interruption.end()
"""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "Interrupted.\n")
    assert time.monotonic() - started < 15
