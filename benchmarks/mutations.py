"""Which tests notice when a formula is wrong: one change at a time in a copy of the source.

    python benchmarks/mutations.py [--only TEXT ...] [--besides TABLE] [--list]

Run from the repository's root. Each mutation of the files mutated_*.py replaces a piece of text that occurs
once in src/grainway and runs the tests that must fail then, within three minutes of processor time. A piece
of text that is gone, or tests that fail without any mutation, end the run: the list is then out of date. The
status is 0 when every error bar and 95 % of the rest are noticed.
"""

from __future__ import annotations

import argparse
import compileall
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

import pytest
from mutated_composition import FORMULAS as OF_COMPOSITION
from mutated_errors import ERROR_BARS
from mutated_inference import FORMULAS as OF_INFERENCE
from mutated_structure import FORMULAS as OF_STRUCTURE
from mutated_transport import FORMULAS as OF_TRANSPORT
from mutation import Mutation

ROOT = Path(__file__).resolve().parents[1]
CPU_SECONDS = 180
FEWEST_NOTICED = 0.95
_LIBRARIES = (
    "numpy",
    "scipy.stats",
    "scipy.optimize",
    "scipy.spatial",
    "scipy.signal",
    "ase.build",
)


class Copy:
    """A copy of the package in which one place at a time is changed."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "src"
        shutil.copytree(ROOT / "src", self.source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        self._texts = {path: path.read_text(encoding="utf-8") for path in self.source.rglob("*.py")}
        compileall.compile_dir(self.source, quiet=1)

    def place_of(self, mutation: Mutation) -> Path:
        """Return the file that holds the text.

        Raises:
            SystemExit: unless it occurs exactly once.
        """
        found = [path for path, text in self._texts.items() if mutation.before in text]
        number = sum(self._texts[path].count(mutation.before) for path in found)
        if number != 1:
            sys.exit(f"{mutation.name}: the text occurs {number} times, not once: {mutation.before!r}")
        return found[0]

    def change(self, mutation: Mutation) -> Path:
        """Write the mutation; returns its file."""
        path = self.place_of(mutation)
        path.write_text(
            self._texts[path].replace(mutation.before, mutation.after), encoding="utf-8", newline="\n"
        )
        # a compiled file of the same second and size would be taken for it
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
        return path

    def restore(self, path: Path) -> None:
        """Undo a mutation."""
        path.write_text(self._texts[path], encoding="utf-8", newline="\n")


class Judge:
    """What makes a verdict of pytest's status.

    Attributes:
        refused: whether a test file failed in the package before its first test, over what its tests run.
    """

    def __init__(self) -> None:
        self.refused = False

    def pytest_sessionstart(self) -> None:
        """Let the first example that fails be a verdict, and the next run look at the same ones."""
        # not before pytest, which rewrites what it imports
        from hypothesis import Phase, settings

        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("verdict", deadline=None, database=None, derandomize=True, phases=phases)
        settings.load_profile("verdict")

    def pytest_exception_interact(self, call: pytest.CallInfo[object], report: object) -> None:
        """Note what is no broken import or syntax: pytest makes a CollectError of these."""
        error = call.excinfo
        self.refused |= (
            isinstance(report, pytest.CollectReport)
            and error is not None
            and not error.errisinstance(pytest.Collector.CollectError)
        )


def passes(copy: Copy, tests: tuple[str, ...]) -> bool | None:
    """Run tests on the copy in a process of their own; None when they took too long."""
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        sys.path.insert(0, str(copy.source))
        # of the processor, not of the clock: other work on the machine is no verdict
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
        judge = Judge()
        code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests], plugins=[judge]))
        os._exit(1 if judge.refused else code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return None
    if code not in (0, 1):
        sys.exit(f"pytest ended with status {code}: {tests}")
    return code == 0


def judged(copy: Copy, mutation: Mutation) -> bool:
    """Print and return whether the mutation is noticed."""
    started = time.monotonic()
    path = copy.change(mutation)
    passed = passes(copy, mutation.tests)
    copy.restore(path)
    verdict = {True: "SURVIVED", False: "killed", None: "too slow"}[passed]
    print(f"{verdict:16} {time.monotonic() - started:5.1f} s  {mutation.name}", flush=True)
    # a test that was too slow has noticed nothing
    return passed is False


def killed_in(table: Path) -> set[str]:
    """Return the names of the mutations that a table of this program calls killed."""
    lines = table.read_text(encoding="utf-8").splitlines()
    return {line.split(" s  ", 1)[1] for line in lines if line.startswith("killed")}


def main() -> None:
    """Judge all mutations."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", default=[""], help="mutations whose name contains one of these")
    parser.add_argument("--besides", type=Path, help="leave out what an earlier run's table calls killed")
    parser.add_argument("--list", action="store_true", help="find every text, run nothing")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    started = time.monotonic()
    earlier = killed_in(arguments.besides) if arguments.besides else set()
    bars, formulas = (
        [m for m in all_of_them if m.name not in earlier and any(text in m.name for text in arguments.only)]
        for all_of_them in (ERROR_BARS, (*OF_TRANSPORT, *OF_COMPOSITION, *OF_INFERENCE, *OF_STRUCTURE))
    )
    with tempfile.TemporaryDirectory() as folder:
        copy = Copy(Path(folder))
        for mutation in (*bars, *formulas):
            copy.place_of(mutation)
        print(f"{len(bars)} error bars halved or doubled, {len(formulas)} other formulas", flush=True)
        if arguments.list:
            return
        sys.dont_write_bytecode = True
        for library in _LIBRARIES:
            import_module(library)
        for tests in dict.fromkeys(mutation.tests for mutation in (*bars, *formulas)):
            if passes(copy, tests) is not True:
                sys.exit(f"these tests fail, or are too slow, without any mutation: {tests}")
        noticed = [[judged(copy, mutation) for mutation in part] for part in (bars, formulas)]
    for name, found in zip(("error bars", "formulas"), noticed, strict=True):
        print(f"{name}: {sum(found)} of {len(found)} killed")
    print(f"{time.monotonic() - started:.0f} s on one core")
    sys.exit(not (all(noticed[0]) and sum(noticed[1]) >= FEWEST_NOTICED * len(noticed[1])))


if __name__ == "__main__":
    main()
