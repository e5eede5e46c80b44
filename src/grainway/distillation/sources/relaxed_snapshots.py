"""Snapshots of a classical potential moved on to the surface that is being learnt.

Bonds of a classical potential are too short or too long for the teacher, and a frame of such bonds teaches
what no run of the learnt model will visit. A third of a picosecond of Langevin dynamics with a first, rough
model mends the bonds and leaves the arrangement, for half the cost of one label; where that model is wrong,
the label says so. For cubic Li7La3Zr2O12 at 900 K from buck_core_zm, a model of 38 frames lengthened Zr-O
from 2.08 to 2.16 Å and lowered SevenNet-0's energy by 6 meV per atom and its forces by a fifth.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt
from ase import Atoms

from grainway.array_types import FloatArray
from grainway.distillation.nep_settings import ELEMENTS
from grainway.errors import SimulationError
from grainway.simulation.potentials.nep.nep_model import EnergyAndForces
from grainway.units import BOLTZMANN_EV_PER_K, EV_PER_A3_PER_GPA

_STEPS = 180
_STEP_PS, _HOT_STEP_PS, _HOT_K = 0.002, 0.0015, 1200.0
_FRICTION_PER_PS = 10.0
_MASS_UNIT = 1.0364269e-4  # of a Dalton, eV ps²/Å²
_COLDEST_K = 50.0
_LARGEST_FORCE = 40.0
"""eV/Å: a rough model at a contact that it has never seen must not throw ions through the cell."""
_PRESSURE_STEPS = (40, 70, 100, 130)
_STIFFNESS_EV_PER_A3 = 300.0 * EV_PER_A3_PER_GPA  # three times a bulk modulus of 100 GPa
_LARGEST_STRAIN = 0.012
_TAKEN = 0.8  # of the strain that would bring the pressure to zero


class MovingModel(Protocol):
    """What can move atoms, such as :class:`~grainway.simulation.potentials.nep.nep_model.NEPModel`."""

    def evaluate(
        self, types: npt.NDArray[np.int32], positions: FloatArray, cell: FloatArray
    ) -> EnergyAndForces:
        """Return energy, forces and virial of a periodic configuration."""
        ...


def settle(
    atoms: Atoms, model: MovingModel, temperature: float, rng: np.random.Generator, *, free_cell: bool
) -> Atoms:
    """Return a copy after a third of a picosecond with a model, wrapped into its cell.

    Langevin dynamics in the BAOAB splitting (B. Leimkuhler & C. Matthews, J. Chem. Phys. 138 (2013) 174102).

    Args:
        atoms: a snapshot.
        model: that moves it.
        temperature: K; at least 50.
        rng: of velocities and noise.
        free_cell: whether all lengths follow the model's pressure to zero.

    Raises:
        SimulationError: when the model gives a force that is not a number.
    """
    types = np.array([ELEMENTS.index(symbol) for symbol in atoms.get_chemical_symbols()], dtype=np.int32)
    masses = atoms.get_masses()[:, None] * _MASS_UNIT
    heat = BOLTZMANN_EV_PER_K * max(temperature, _COLDEST_K)
    step = _STEP_PS if temperature <= _HOT_K else _HOT_STEP_PS
    kept = np.exp(-_FRICTION_PER_PS * step)
    thermal = np.sqrt(heat / masses)
    positions, cell = atoms.positions.copy(), atoms.cell.array.copy()
    velocities = rng.normal(size=positions.shape) * thermal
    here = model.evaluate(types, positions, cell)
    forces = here.forces
    for number in range(_STEPS):
        velocities += 0.5 * step * forces / masses
        positions = positions + 0.5 * step * velocities
        noise = rng.normal(size=positions.shape) * thermal
        velocities = kept * velocities + np.sqrt(1.0 - kept * kept) * noise
        positions = positions + 0.5 * step * velocities
        if free_cell and number in _PRESSURE_STEPS:
            factor = 1.0 + _strain(here, cell, len(atoms) * heat)
            positions, cell = positions * factor, cell * factor
        positions = _wrapped(positions, cell)
        here = model.evaluate(types, positions, cell)
        forces = here.forces
        largest = float(np.abs(forces).max())
        if not np.isfinite(largest):
            raise SimulationError(
                "a model gave a force that is not a number: it does not know this structure"
            )
        if largest > _LARGEST_FORCE:
            forces = forces * (_LARGEST_FORCE / largest)
        velocities += 0.5 * step * forces / masses
    return Atoms(numbers=atoms.numbers, positions=_wrapped(positions, cell), cell=cell, pbc=True)


def _strain(here: EnergyAndForces, cell: FloatArray, kinetic: float) -> float:
    """Return the linear strain against the pressure, towards zero and never large."""
    pressure = (float(np.trace(here.virial)) / 3.0 + kinetic) / abs(float(np.linalg.det(cell)))
    return _TAKEN * float(np.clip(pressure / _STIFFNESS_EV_PER_A3, -_LARGEST_STRAIN, _LARGEST_STRAIN))


def _wrapped(positions: FloatArray, cell: FloatArray) -> FloatArray:
    fractions = positions @ np.linalg.inv(cell)
    return np.ascontiguousarray((fractions % 1.0) @ cell)
