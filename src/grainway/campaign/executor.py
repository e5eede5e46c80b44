"""Evaluations as processes on this machine: started in a group of their own, watched, and ended by number."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grainway.errors import SimulationError

_END_TIMEOUT_S = 10.0


@dataclass(slots=True)
class Worker:
    """A running evaluation.

    Attributes:
        process: the child.
        folder: where it works.
    """

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def identity(self) -> dict[str, Any]:
        """What is needed to find this process again: its number and, against reuse, its start time."""
        return {"pid": self.process.pid, "started": process_start(self.process.pid)}

    @property
    def running(self) -> bool:
        """True until the process has ended."""
        return self.process.poll() is None

    def end(self) -> None:
        """Kill the evaluation with everything it started, and wait."""
        if self.running:
            _kill_group(self.process.pid)
        self.process.wait(timeout=_END_TIMEOUT_S)

    def last_words(self) -> str:
        """Return the last line that the worker printed."""
        text = (self.folder / "worker.err").read_text(encoding="utf-8", errors="replace").strip()
        return text.splitlines()[-1] if text else f"status {self.process.returncode}, no message"


def start_worker(folder: Path, lammps: str, keep_trajectories: bool) -> Worker:
    """Start the evaluation whose inputs lie in ``folder``.

    Args:
        folder: holds ``inputs.json``; the worker writes ``result.json`` there.
        lammps: path of the user's LAMMPS binary, or empty.
        keep_trajectories: leave raw trajectories in the folder.

    Returns:
        The running worker, leader of its own process group; it ends when this process does.
    """
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [
        sys.executable,
        "-m",
        "grainway.campaign.evaluation.worker",
        str(folder),
        str(os.getpid()),
        lammps,
        "keep" if keep_trajectories else "",
    ]
    with (folder / "worker.err").open("ab") as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            env=environment,
            start_new_session=True,
        )
    return Worker(process, folder)


def process_start(pid: int) -> str:
    """Return a text that differs between two processes that bear the same number at different times."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return ""
    return f"{boot}:{fields[19]}"


def end_leftover(identity: dict[str, Any]) -> bool:
    """End a worker of an earlier driver, recognised by number and start time; returns whether it ran.

    Raises:
        SimulationError: when it does not end.
    """
    pid = int(identity["pid"])
    started = str(identity["started"])
    if not started or process_start(pid) != started:
        return False
    _kill_group(pid)
    deadline = time.monotonic() + _END_TIMEOUT_S
    while process_start(pid) == started and not _is_zombie(pid):
        if time.monotonic() > deadline:
            raise SimulationError(f"process {pid} of an interrupted run does not end; end it and try again")
        time.sleep(0.05)
    return True


def _is_zombie(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return True
    return text.rpartition(")")[2].split()[0] == "Z"


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
