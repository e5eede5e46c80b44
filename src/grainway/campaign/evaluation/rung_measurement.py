"""The production runs of an evaluation, temperature by temperature, as measurements."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grainway.analysis import garnet_phase, time_average
from grainway.campaign.evaluation.campaign_measures import measure_boundary, measure_bulk, profile_record
from grainway.campaign.evaluation.production_length import log10_error
from grainway.campaign.evaluation.starting_structure import Start
from grainway.campaign.evaluation.temperature_ladder import Rung
from grainway.campaign.evaluation.trial import Trial
from grainway.errors import AnalysisError
from grainway.simulation import (
    FinishedStage,
    Production,
    RunSetup,
    production_at,
    read_potential_energy,
    read_production,
)
from grainway.units import BAR_PER_ATM


def production_of(setup: RunSetup, folder: Path, segments: Sequence[FinishedStage]) -> Production:
    """Read the production of one temperature.

    Args:
        setup: of the run.
        folder: of the run.
        segments: finished production of one temperature, in order.
    """
    temperature = float(np.mean([f.mean_temperature for f in segments]))
    return read_production(setup, folder, temperature, [f.stage for f in segments])


def measure_rung(
    trial: Trial,
    setup: RunSetup,
    start: Start,
    folder: Path,
    finished: Sequence[FinishedStage],
    temperature: float,
) -> Rung:
    """Measure what was run at one temperature.

    Args:
        trial: inputs of the evaluation.
        setup: of its run.
        start: its structure.
        folder: of the run.
        finished: all finished stages.
        temperature: one of the protocol's, K.

    Raises:
        AnalysisError: when the objective is not converged and the trial has no ladder to use a limit in.
    """
    segments = production_at(finished, temperature)
    production = production_of(setup, folder, segments)
    limits = trial.fidelity == "ladder"
    measured = (
        measure_bulk(production, limits=limits)
        if start.boundary is None
        else measure_boundary(production, start.grain, trial.objective_width, limits=limits)
    )
    facts: dict[str, Any] = {
        "temperature_K": production.lithium.temperature,
        "formula": setup.atoms.get_chemical_formula(),
        "mean_pressure_bar": float(np.mean([f.mean_pressure for f in segments])),
        "asked_pressure_bar": trial.protocol.pressure * BAR_PER_ATM,
        "crystalline_fraction": segments[-1].crystalline,
        "production_ps": sum(f.stage.duration for f in segments),
        "cell_lengths_A": [float(production.frames.mean_cell[i, i]) for i in range(3)],
    }
    estimates, missing = measured.estimates, measured.missing
    try:
        energies = read_potential_energy(folder, [f.stage for f in segments])
        estimates["potential_energy"] = time_average(energies, "eV")
    except AnalysisError as error:
        missing["potential_energy"] = str(error)
    if trial.protocol.wanted_standard_error > 0:
        told = "rho_gb" if start.boundary is not None else "conductivity_nernst_einstein"
        reached = log10_error(estimates[told]) if told in estimates else math.inf
        facts |= {
            "wanted_standard_error": trial.protocol.wanted_standard_error,
            "reached_standard_error": reached if math.isfinite(reached) else None,
            "cap_reached": reached > trial.protocol.wanted_standard_error,
        }
    if start.boundary is None and trial.fidelity == "ladder":
        facts["phase"] = garnet_phase(facts["cell_lengths_A"])
    return Rung(
        temperature=temperature,
        mean_temperature=production.lithium.temperature,
        estimates=estimates,
        missing=missing,
        ranges={name: list(ends) for name, ends in measured.ranges.items()},
        profile=profile_record(measured),
        realised=facts,
    )
