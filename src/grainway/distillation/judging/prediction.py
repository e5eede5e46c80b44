"""A finished model put on labelled frames, through the engine that runs it in production."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.stress import full_3x3_to_voigt_6_stress

from grainway.distillation.nep_settings import ELEMENTS
from grainway.simulation.potentials.nep.nep_model import NEPModel


def predict_frames(model: Path, frames: Sequence[Atoms]) -> list[Atoms]:
    """Return the frames with a model's energy (eV), forces (eV/Å) and stress (eV/Å^3, Voigt).

    Args:
        model: a ``nep.txt``.
        frames: periodic configurations of Li, La, Zr and O.

    Raises:
        ConfigError: nep_adapters is not installed.
        SimulationError: the model cannot be loaded or gives no finite energy.
    """
    engine = NEPModel(model, ELEMENTS)
    predicted = []
    for frame in frames:
        types = np.array([ELEMENTS.index(symbol) for symbol in frame.get_chemical_symbols()], dtype=np.int32)
        cell = np.array(frame.cell)
        result = engine.evaluate(types, frame.get_positions(wrap=True), cell)
        copy = frame.copy()
        copy.calc = SinglePointCalculator(
            copy,
            energy=result.energy,
            forces=result.forces,
            stress=full_3x3_to_voigt_6_stress(-result.virial / frame.get_volume()),
        )
        predicted.append(copy)
    return predicted
