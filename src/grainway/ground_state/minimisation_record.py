"""Minimisations that are done once: each named by its inputs, kept on disk, run side by side."""

import json
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ase import Atoms

from grainway.errors import GrainwayError, StoreError
from grainway.machine.whole_files import exclusive, write_json
from grainway.simulation import LammpsBinary, Potential
from grainway.simulation.minimise.minimisation import Minimisation, start_minimisation
from grainway.simulation.minimise.minimisation_script import MinimisationSettings, Relaxed

FORMAT_VERSION = 1
"""Raised whenever the same inputs would give another result."""
_POLL_S = 0.02
_PREFIX = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimisationTask:
    """A structure to be minimised.

    Attributes:
        inputs: everything that determines it besides potential and tolerances, JSON-ready.
        build: makes the structure and facts about it that are kept with the result; may raise StructureError.
        relaxed: what of the cell is relaxed.
    """

    inputs: dict[str, Any]
    build: Callable[[], tuple[Atoms, dict[str, Any]]]
    relaxed: Relaxed = "stacking"


class MinimisationRecord:
    """Results of minimisations in a folder, one file each, written by renaming.

    Args:
        folder: of the record; existing results in it are used.
        potential: the interatomic potential.
        settings: tolerances.
        binary: LAMMPS.
        workers: minimisations at a time.
    """

    def __init__(
        self,
        folder: Path,
        potential: Potential,
        settings: MinimisationSettings,
        binary: LammpsBinary,
        workers: int,
    ) -> None:
        self.folder = folder
        self._potential = potential
        self._settings = settings
        self._binary = binary
        self._workers = workers
        folder.mkdir(parents=True, exist_ok=True)

    def locked(self) -> AbstractContextManager[None]:
        """Hold the record against a second process.

        Raises:
            StoreError: when another process works on it.
        """
        return exclusive(
            self.folder / "record.lock",
            f"another process is working in {self.folder}; wait for it or choose another folder",
        )

    def key(self, task: MinimisationTask) -> str:
        """Return the sha256 of everything that determines a result, hexadecimal."""
        inputs = {
            "format_version": FORMAT_VERSION,
            "structure": task.inputs,
            "relaxed": task.relaxed,
            "potential": self._potential.digest,
            "settings": self._settings.to_dict(),
        }
        return sha256(json.dumps(inputs, sort_keys=True, separators=(",", ":")).encode()).hexdigest()

    def structure_path(self, key: str) -> Path:
        """Return where the relaxed structure of a result lies."""
        return self.folder / f"{key[:_PREFIX]}.extxyz"

    def run(
        self, tasks: list[MinimisationTask], on_finished: Callable[[int, int], None] | None = None
    ) -> list[dict[str, Any]]:
        """Minimise what has no result yet, several at a time.

        Args:
            tasks: in the order in which they are started.
            on_finished: called with the number of results that are there and of all tasks.

        Returns:
            One result per task: ``status`` "done" with ``energy`` (eV), ``cell`` (Å), ``n_steps``,
            ``n_evaluations``, ``max_force``, ``stress``, ``wall_s`` and the facts of the task, or "failed"
            with ``reason``. A failure is a result too: the same inputs would fail again.
        """
        keys = [self.key(task) for task in tasks]
        waiting = [n for n, key in enumerate(keys) if self._load(key) is None and key not in keys[:n]]
        waiting.reverse()
        running: dict[int, tuple[int, Minimisation, dict[str, Any], float]] = {}
        n_done = len(keys) - len(waiting)
        scratch = self.folder / "running"
        try:
            while waiting or running:
                for slot in range(self._workers):
                    if slot not in running and waiting:
                        number = waiting.pop()
                        started = self._start(tasks[number], keys[number], scratch / str(slot))
                        if started is not None:
                            running[slot] = (number, *started, time.monotonic())
                            continue
                        n_done += 1
                        if on_finished is not None:
                            on_finished(n_done, len(tasks))
                for slot, (number, minimisation, facts, begun) in list(running.items()):
                    if minimisation.process.running:
                        continue
                    del running[slot]
                    self._save(tasks[number], keys[number], minimisation, facts, time.monotonic() - begun)
                    n_done += 1
                    if on_finished is not None:
                        on_finished(n_done, len(tasks))
                if running:
                    time.sleep(_POLL_S)
        finally:
            for _, minimisation, *_ in running.values():
                minimisation.process.end()
            shutil.rmtree(scratch, ignore_errors=True)
        results = []
        for key in keys:
            result = self._load(key)
            if result is None:
                raise StoreError(f"the result {key[:_PREFIX]} has vanished from {self.folder}; run it again")
            results.append(result)
        return results

    def _start(
        self, task: MinimisationTask, key: str, folder: Path
    ) -> tuple[Minimisation, dict[str, Any]] | None:
        """Build and start a task; a structure that cannot be built is a result at once."""
        try:
            atoms, facts = task.build()
            running = start_minimisation(
                atoms, self._potential, folder, self._binary, self._settings, task.relaxed, key[:_PREFIX]
            )
        except GrainwayError as error:
            self._write(task, key, {"status": "failed", "reason": str(error)})
            return None
        return running, facts

    def _save(
        self,
        task: MinimisationTask,
        key: str,
        minimisation: Minimisation,
        facts: dict[str, Any],
        wall_s: float,
    ) -> None:
        try:
            minimum = minimisation.result()
        except GrainwayError as error:
            # neither an engine ended from outside nor one that never began says anything about the structure
            if minimisation.process.was_stopped or not minimisation.process.log.exists():
                raise
            kept = self.folder / f"{key[:_PREFIX]}.log"
            minimisation.process.log.replace(kept)
            reason = str(error).replace(str(minimisation.process.log), str(kept))
            self._write(task, key, {"status": "failed", "reason": reason})
            return
        finally:
            for path in minimisation.process.folder.glob(f"{key[:_PREFIX]}.*"):
                path.unlink()
        # the structure first: a result says that both are there
        path = self.structure_path(key)
        temporary = path.with_name(f"{path.stem}.part.extxyz")
        minimum.atoms.write(temporary, format="extxyz")
        temporary.replace(path)
        result = {
            "status": "done",
            "energy": minimum.energy,
            "cell": minimum.atoms.cell.array.tolist(),
            "n_atoms": len(minimum.atoms),
            "n_steps": minimum.n_steps,
            "n_evaluations": minimum.n_evaluations,
            "max_force": minimum.max_force,
            "stress": minimum.stress,
            "wall_s": wall_s,
            **facts,
        }
        self._write(task, key, result)

    def _write(self, task: MinimisationTask, key: str, result: dict[str, Any]) -> None:
        record = {"key": key, "potential": self._potential.name, "inputs": task.inputs, "result": result}
        write_json(self.folder / f"{key[:_PREFIX]}.json", record)

    def _load(self, key: str) -> dict[str, Any] | None:
        path = self.folder / f"{key[:_PREFIX]}.json"
        if not path.exists():
            return None
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            found, result = record["key"], record["result"]
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{path} is not a result of grainway; move it away and run again") from error
        return {"key": key, **result} if found == key else None
