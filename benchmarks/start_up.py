"""CPU seconds from the call of a command to its end; median of several calls.

Compare two states of the source by ``PYTHONPATH=other/src python benchmarks/start_up.py``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

CALL = "import sys; sys.argv[0] = 'grainway'; from grainway.__main__ import main; main()"
LINES = (
    "--version",
    "--help",
    "analyze",
    "potential --help",
    "init made.toml",
    "run --help",
    "status absent.toml",
    "library --json --axis 001 --max-sigma 13",
    "build --help",
    "analyse --help",
    "validate --help",
)


def cpu_seconds(arguments: list[str], folder: str, environment: dict[str, str]) -> float:
    """Return user and system time of one call."""
    before = os.times()
    subprocess.run([sys.executable, "-c", CALL, *arguments], cwd=folder, env=environment, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=5)
    calls = parser.parse_args().calls
    completing = {"_GRAINWAY_COMPLETE": "complete_zsh", "_TYPER_COMPLETE_ARGS": "grainway "}
    with tempfile.TemporaryDirectory() as folder:
        cases = [(line, line.split(), dict(os.environ)) for line in LINES]
        cases.append(("completion of commands", [], {**os.environ, **completing}))
        for name, arguments, environment in cases:
            seconds = []
            for _ in range(calls + 1):
                (Path(folder) / "made.toml").unlink(missing_ok=True)
                seconds.append(cpu_seconds(arguments, folder, environment))
            # the first one may have written compiled modules
            print(f"{name:42} {median(seconds[1:]):.2f} s")


if __name__ == "__main__":
    main()
