"""Runs side by side, each kept in its folder as soon as it is finished."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from grainway.errors import GrainwayError, StoreError
from grainway.machine.whole_files import write_json
from grainway.simulation import LammpsBinary, Potential, Progress
from grainway.validation.runs.validation_runs import ValidationRun, perform

RUNS = "runs"
_LEFT_BEHIND = ("*.restart", "pair.table", "*.final.bin")
_KEY_DIGITS = 12
_POLL_S = 0.5

OnFinished = Callable[[int, int, str], None]
"""Called with the number of finished runs, of all runs, and the name of the one just finished."""

_RESULT = "result.json"


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run that is over.

    Attributes:
        run: which.
        content: what ``perform`` returned; empty for a failed run.
        reason: why it failed; None for a good one.
        wall_s: of the session that finished it, s.
    """

    run: ValidationRun
    content: dict[str, Any]
    reason: str | None
    wall_s: float


class _StoppedError(Exception):
    """Ends a run when the others are ended."""


def perform_all(
    runs: Sequence[ValidationRun],
    potentials: Mapping[str, Potential],
    output: Path,
    binary: LammpsBinary,
    workers: int,
    on_finished: OnFinished | None = None,
) -> list[RunResult]:
    """Perform what has no result yet, several LAMMPS processes at a time.

    A run that failed is kept as failed for this table and tried again by the next call: an engine that was
    killed from outside says nothing about a potential.

    Returns:
        Results in the order of ``runs``.

    Raises:
        StoreError: when a result cannot be read.
    """
    results: dict[str, RunResult] = {}
    waiting = []
    for run in runs:
        kept = load_result(run, output)
        if kept is None or kept.reason is not None:
            waiting.append(run)
        else:
            results[run.name] = kept
    stop = Event()

    def work(run: ValidationRun) -> RunResult:
        if stop.is_set():
            raise _StoppedError
        return _perform_one(run, potentials[run.potential], output, binary, stop)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            pending: set[Future[RunResult]] = {pool.submit(work, run) for run in waiting}
            while pending:
                # a timeout, so that an interrupt from the keyboard is seen at once
                done, pending = wait(pending, timeout=_POLL_S, return_when=FIRST_COMPLETED)
                for future in done:
                    result = future.result()
                    results[result.run.name] = result
                    if on_finished is not None:
                        on_finished(len(results), len(runs), result.run.name)
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return [results[run.name] for run in runs]


def run_folder(run: ValidationRun, output: Path) -> Path:
    """Return where a run works; other settings of the same name have another folder."""
    return output / RUNS / f"{run.name}-{run.key[:_KEY_DIGITS]}"


def load_result(run: ValidationRun, output: Path) -> RunResult | None:
    """Return the kept result of a run, or None.

    Raises:
        StoreError: when the file is none of grainway's.
    """
    path = run_folder(run, output) / _RESULT
    if not path.exists():
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["key"] != run.key:
            return None
        return RunResult(run, record["content"], record["reason"], record["wall_s"])
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"{path} is not a result of grainway; move it away and run again") from error


def _perform_one(
    run: ValidationRun, potential: Potential, output: Path, binary: LammpsBinary, stop: Event
) -> RunResult:
    folder = run_folder(run, output)
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()

    def watch(_progress: Progress) -> None:
        if stop.is_set():
            raise _StoppedError

    content: dict[str, Any] = {}
    reason = None
    try:
        content = perform(run, potential, folder, binary, watch)
    except GrainwayError as error:
        reason = str(error)
    result = RunResult(run, content, reason, time.monotonic() - started)
    write_json(
        folder / _RESULT,
        {"key": run.key, "name": run.name, "content": content, "reason": reason, "wall_s": result.wall_s},
    )
    if reason is None:
        # trajectories are small and stay: without its result a run is measured again, not simulated again
        for pattern in _LEFT_BEHIND:
            for path in folder.glob(pattern):
                path.unlink()
    return result
