"""Who labels frames: SevenNet-0, a second opinion, or any ASE calculator.

SevenNet-0 (Y. Park et al., J. Chem. Theory Comput. 20 (2024) 4857; MIT) and CHGNet (B. Deng et al., Nat.
Mach. Intell. 5 (2023) 1031; modified BSD) were both trained on relaxations of the Materials Project in PBE;
their weights ship in their wheels. They differ in architecture, so that their difference bounds from below
what a label is worth. This is the only module that imports them.
"""

from __future__ import annotations

import ctypes
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator

from grainway.distillation.frames.labelled_frames import Label
from grainway.errors import ConfigError

_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_NEVER_TRIM = -1


def keep_freed_memory() -> bool:
    """Tell glibc's malloc to serve large blocks from its heap and never to shrink that.

    A graph network makes and frees hundreds of tensors of many MB for each label; by default each is mapped
    afresh and zeroed by the kernel. SevenNet-0 then took 14.9 ms of CPU time per atom, with this 10.3. The
    process keeps its largest size until it ends.

    Returns:
        Whether the C library understood; others than glibc do not.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    mallopt.argtypes = (ctypes.c_int, ctypes.c_int)
    return bool(mallopt(_M_MMAP_MAX, 0)) and bool(mallopt(_M_TRIM_THRESHOLD, _NEVER_TRIM))


INSTALL = "pip install 'grainway[mlip]'"
TEACHERS = ("sevennet-0", "chgnet")


@dataclass(frozen=True, eq=False)
class Teacher:
    """A named source of labels.

    Attributes:
        name: kept with every label.
        calculator: energies in eV, forces in eV/Å, stress in eV/Å³.
    """

    name: str
    calculator: Calculator

    def label(self, atoms: Atoms) -> Label:
        """Return energy, forces and stress of a structure, which stays as it is."""
        asked = Atoms(numbers=atoms.numbers, positions=atoms.positions, cell=atoms.cell.array, pbc=True)
        asked.calc = self.calculator
        with warnings.catch_warnings():
            # their use of torch is older than torch
            warnings.filterwarnings("ignore", module=r"(chgnet|sevenn)\b.*")
            return Label(
                energy=float(asked.get_potential_energy()),
                forces=np.array(asked.get_forces(), dtype=np.float64),
                stress=np.array(asked.get_stress(voigt=True), dtype=np.float64),
            )


def load_teacher(name: str = "sevennet-0", device: str = "cpu", threads: int | None = None) -> Teacher:
    """Return a teacher by name.

    Args:
        name: "sevennet-0" or "chgnet".
        device: "cpu" or "cuda".
        threads: of torch in this process; None leaves its choice.

    Raises:
        ConfigError: when there is no such teacher, or its package is not installed.
    """
    makers: dict[str, Callable[[str], Calculator]] = {"sevennet-0": _sevennet, "chgnet": _chgnet}
    if name not in makers:
        raise ConfigError.about("teacher", name, f"one of {', '.join(TEACHERS)}", "Choose one of these.")
    if threads is not None:
        _package("torch").set_num_threads(threads)
    if device == "cpu":
        keep_freed_memory()
    with warnings.catch_warnings():
        # about accelerators that need a GPU, and about formats of their own files
        warnings.simplefilter("ignore")
        return Teacher(name, makers[name](device))


def _sevennet(device: str) -> Calculator:
    calculator: Calculator = _package("sevenn.calculator").SevenNetCalculator("7net-0", device=device)
    return calculator


def _chgnet(device: str) -> Calculator:
    model = _package("chgnet.model.model").CHGNet.load(use_device=device, verbose=False)
    dynamics = _package("chgnet.model.dynamics")
    calculator: Calculator = dynamics.CHGNetCalculator(model, use_device=device, on_isolated_atoms="ignore")
    return calculator


def _package(name: str) -> Any:
    """Import a module of the extra.

    Raises:
        ConfigError: when its package is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        root = name.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != root:
            raise
        raise ConfigError.about("teacher", root, "its package is not installed", f"Run {INSTALL}.") from error
