"""Which tests notice when a formula is wrong: one change at a time in a copy of the source.

    python benchmarks/mutations.py [--only TEXT] [--list]

Run from the repository's root. Each mutation of the files mutated_*.py replaces a piece
of text that occurs once in src/grainway and runs the tests that must fail then, within two minutes. A piece
of text that is gone, or tests that fail without any mutation, end the run: the list is then out of date.
The status is 0 when every error bar and 95 % of the rest are noticed.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

from mutated_analysis import FORMULAS as OF_ANALYSIS
from mutated_errors import ERROR_BARS
from mutated_structure import FORMULAS as OF_STRUCTURE
from mutation import Mutation

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 120.0
FEWEST_NOTICED = 0.95
_LIBRARIES = (
    "numpy",
    "scipy.stats",
    "scipy.optimize",
    "scipy.spatial",
    "scipy.signal",
    "ase.build",
    "pytest",
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


def passes(copy: Copy, tests: tuple[str, ...]) -> bool | None:
    """Run tests on the copy in a process of their own; None when they took too long."""
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        sys.path.insert(0, str(copy.source))
        import pytest

        os._exit(int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests])))
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            code = os.waitstatus_to_exitcode(status)
            if code not in (0, 1):
                sys.exit(f"pytest ended with status {code}: {tests}")
            return code == 0
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return None


def judged(copy: Copy, mutation: Mutation) -> bool:
    """Print and return whether the mutation is noticed."""
    started = time.monotonic()
    path = copy.change(mutation)
    passed = passes(copy, mutation.tests)
    copy.restore(path)
    verdict = {True: "SURVIVED", False: "killed", None: "too slow"}[passed]
    print(f"{verdict:16} {time.monotonic() - started:5.1f} s  {mutation.name}", flush=True)
    # a test that was too slow has noticed nothing: a busy machine makes it so without the mutation
    return passed is False


def main() -> None:
    """Judge all mutations."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="mutations whose name contains this")
    parser.add_argument("--list", action="store_true", help="find every text, run nothing")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    started = time.monotonic()
    bars, formulas = (
        [m for m in all_of_them if arguments.only in m.name]
        for all_of_them in (ERROR_BARS, (*OF_ANALYSIS, *OF_STRUCTURE))
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
