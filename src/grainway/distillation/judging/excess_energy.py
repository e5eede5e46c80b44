"""Does a model order boundaries and surfaces by energy as its teacher does?

The excess of a cell with two boundaries (or surfaces) of area A each over the bulk of its composition is
γ = [E − N e(T)]/2A. A line e(T) through the energies per atom of bulk frames, at least to 1200 K, stands for
the bulk and takes the heat of the frame off; the model has a line of its own. What both have in common, such
as a frame's momentary heat, drops out of their difference, but not out of the correlation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from ase import Atoms, units
from scipy.stats import spearmanr

from grainway.array_types import FloatArray
from grainway.distillation.frames.frame_origins import kind_of, origin_of

_BULK = ("bulk_cubic", "bulk_tetragonal")
_WITH_BOUNDARIES = ("boundary", "annealed_boundary", "surface")
_HOTTEST_K = 1200.0
"""Above it the crystal that the excess refers to is no longer one."""
_FEWEST_BULK, _FEWEST_COMPARED = 4, 3
_PER_EV_PER_A2 = units.m**2 / units.J
"""J/m² in an eV/Å²."""


@dataclass(frozen=True, slots=True)
class ExcessEnergies:
    """Excess energies of boundaries and surfaces, model against teacher.

    Attributes:
        n_frames: compared.
        n_origins: independent boundaries behind them.
        lowest: of the teacher, J/m².
        highest: of the teacher, J/m².
        rank_correlation: Spearman's, between model and teacher over the frames.
        rms_difference: root mean square of model minus teacher, J/m².
        mean_difference: of model minus teacher, J/m².
    """

    n_frames: int
    n_origins: int
    lowest: float
    highest: float
    rank_correlation: float
    rms_difference: float
    mean_difference: float


def compare_excess_energies(
    bulk: Sequence[tuple[Atoms, Atoms]], held_out: Sequence[tuple[Atoms, Atoms]]
) -> ExcessEnergies | None:
    """Compare the excess energies that a model and its teacher give to the same frames.

    Args:
        bulk: labelled and predicted frames among which those of bulk, to 1200 K, make the reference.
        held_out: labelled and predicted frames; those with boundaries, to 1200 K, whose composition has four
            frames of bulk or more are compared. Boundaries lie across the third cell vector, two in a cell.

    Returns:
        None with fewer than three frames to compare.
    """
    lines = _bulk_lines(bulk)
    found, origins = [], []
    for pair in held_out:
        frame = pair[0]
        formula = frame.get_chemical_formula(empirical=True)
        if kind_of(frame) in _WITH_BOUNDARIES and _temperature(frame) <= _HOTTEST_K and formula in lines:
            area = float(np.linalg.norm(np.cross(frame.cell.array[0], frame.cell.array[1])))
            per_atom = np.polynomial.polynomial.polyval(_temperature(frame), lines[formula])
            excess = _energies(pair) - len(frame) * per_atom
            found.append(excess / (2 * area) * _PER_EV_PER_A2)
            origins.append(origin_of(frame))
    if len(found) < _FEWEST_COMPARED:
        return None
    teacher, model = np.array(found).T
    difference = model - teacher
    return ExcessEnergies(
        n_frames=len(found),
        n_origins=len(set(origins)),
        lowest=float(teacher.min()),
        highest=float(teacher.max()),
        rank_correlation=float(spearmanr(teacher, model).statistic),
        rms_difference=float(np.sqrt(np.mean(difference**2))),
        mean_difference=float(difference.mean()),
    )


def _bulk_lines(bulk: Sequence[tuple[Atoms, Atoms]]) -> dict[str, FloatArray]:
    """Return offset and slope of the energy per atom by formula, shape (2, 2): of teacher and model."""
    points: dict[str, list[tuple[float, FloatArray]]] = defaultdict(list)
    for pair in bulk:
        frame = pair[0]
        if kind_of(frame) in _BULK and _temperature(frame) <= _HOTTEST_K:
            formula = frame.get_chemical_formula(empirical=True)
            points[formula].append((_temperature(frame), _energies(pair) / len(frame)))
    lines = {}
    for formula, known in points.items():
        temperatures = np.array([temperature for temperature, _ in known])
        if len(known) >= _FEWEST_BULK and np.ptp(temperatures) > 0:
            energies = np.array([energy for _, energy in known])
            lines[formula] = np.polynomial.polynomial.polyfit(temperatures, energies, 1)
    return lines


def _energies(pair: tuple[Atoms, Atoms]) -> FloatArray:
    return np.array([frame.get_potential_energy() for frame in pair])


def _temperature(frame: Atoms) -> float:
    return float(frame.info.get("temperature") or 0.0)
