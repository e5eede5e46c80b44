"""Facts of the structure that was built and of the run that it had, beside what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms

from grainway.campaign.evaluation.starting_structure import BULK_REPEATS, Start
from grainway.campaign.evaluation.trial import Trial
from grainway.simulation import FinishedStage, Potential


def structure_facts(trial: Trial, start: Start, final: Atoms) -> dict[str, Any]:
    """Return what was built, and the cell that it has at the end.

    Args:
        trial: inputs of the evaluation.
        start: the structure that it started from.
        final: the structure at the end of production.
    """
    facts: dict[str, Any] = {
        "potential": trial.potential,
        "fidelity": trial.fidelity,
        "n_atoms": len(start.atoms),
        "formula": start.atoms.get_chemical_formula(),
        "cell_lengths_A": [float(final.cell[i, i]) for i in range(3)],
    }
    if start.boundary is not None and trial.spec is not None:
        cell = start.atoms.cell.array
        facts |= {
            "gaps_A": list(start.boundary.gaps),
            "dipoles_e_per_A": list(start.boundary.dipoles),
            "composition_changes": start.boundary.composition_changes,
            "area_A2": float(abs(cell[0, 0] * cell[1, 1])),
            "character": trial.spec.character,
            "strain": trial.spec.strain,
            "axis": list(trial.spec.axis),
            "normal_a": list(trial.spec.normal_a),
            "normal_b": list(trial.spec.normal_b),
            "angle_deg": trial.spec.angle_deg,
            "sigma": trial.spec.sigma,
            "width_layers": trial.spec.width_layers,
            "translation": list(trial.spec.translation),
            "termination": trial.spec.termination,
            "termination_b": trial.spec.cut_b,
        }
    else:
        facts["lattice_parameter_A"] = float(np.mean(final.cell.lengths() / BULK_REPEATS))
    return facts


def trained_region(potential: Potential, folder: Path, finished: Sequence[FinishedStage]) -> dict[str, Any]:
    """Return facts of the production: how far the committee disagreed, and how often beyond its threshold.

    Args:
        potential: nothing is known of one without a committee.
        folder: of the evaluation.
        finished: its stages.

    Raises:
        SimulationError: when a stage left no record of the disagreement.
    """
    stages = [f.stage.name for f in finished if f.stage.kind == "production"]
    found = potential.extrapolation(folder, stages)
    if found is None:
        return {}
    return {
        "force_spread_largest_eV_per_A": found.largest,
        "force_spread_threshold_eV_per_A": found.threshold,
        "configurations_watched": found.n_samples,
        "configurations_outside_training": found.n_outside,
    }
