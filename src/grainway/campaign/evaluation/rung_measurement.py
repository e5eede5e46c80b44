"""The production runs of an evaluation, temperature by temperature, as measurements."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grainway.analysis import TEN_AND_FIVE, block_average, garnet_phase
from grainway.campaign.evaluation.campaign_measures import measure_boundary, measure_bulk, profile_record
from grainway.campaign.evaluation.starting_structure import Start
from grainway.campaign.evaluation.temperature_ladder import Rung
from grainway.campaign.evaluation.trial import Trial
from grainway.domain import Estimate
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


class ProductionDumps:
    """Reads the production of a run, temperature by temperature.

    The last one is kept: what was looked at for its length is then measured without being read again. Those
    of hotter rungs are not, since all of a long ladder would take more memory than the analysis.
    """

    def __init__(self, setup: RunSetup, folder: Path) -> None:
        self._setup = setup
        self._folder = folder
        self._last: tuple[tuple[str, ...], Production] | None = None

    def read(self, segments: Sequence[FinishedStage]) -> Production:
        """Return the production of one temperature."""
        names = tuple(f.stage.name for f in segments)
        if self._last is None or self._last[0] != names:
            self._last = None  # not two at a time
            temperature = float(np.mean([f.mean_temperature for f in segments]))
            production = read_production(self._setup, self._folder, temperature, [f.stage for f in segments])
            self._last = names, production
        return self._last[1]

    def potential_energy(self, segments: Sequence[FinishedStage]) -> Estimate:
        """Return the mean potential energy of the cell, eV.

        Raises:
            AnalysisError: when the run is too short for an error.
        """
        return block_average(
            read_potential_energy(self._folder, [f.stage for f in segments]), "eV", TEN_AND_FIVE
        )


def measure_rung(
    trial: Trial, start: Start, dumps: ProductionDumps, finished: Sequence[FinishedStage], temperature: float
) -> Rung:
    """Measure what was run at one temperature.

    Raises:
        AnalysisError: when the objective is not converged and the trial has no ladder to use a limit in.
    """
    segments = production_at(finished, temperature)
    production = dumps.read(segments)
    limits = trial.fidelity == "ladder"
    measured = (
        measure_bulk(production, limits=limits)
        if start.boundary is None
        else measure_boundary(production, start.grain, trial.objective_width, limits=limits)
    )
    estimates, missing = dict(measured.estimates), dict(measured.missing)
    try:
        estimates["potential_energy"] = dumps.potential_energy(segments)
    except AnalysisError as error:
        missing["potential_energy"] = str(error)
    return Rung(
        temperature=temperature,
        mean_temperature=production.lithium.temperature,
        estimates=estimates,
        missing=missing,
        ranges={name: list(ends) for name, ends in measured.ranges.items()},
        profile=profile_record(measured),
        realised=_run_facts(trial, start, segments, production) | _length_facts(trial, estimates),
    )


def _run_facts(
    trial: Trial, start: Start, segments: Sequence[FinishedStage], production: Production
) -> dict[str, Any]:
    lengths = [float(production.frames.mean_cell[i, i]) for i in range(3)]
    facts: dict[str, Any] = {
        "temperature_K": production.lithium.temperature,
        "formula": start.atoms.get_chemical_formula(),
        "mean_pressure_bar": float(np.mean([f.mean_pressure for f in segments])),
        "asked_pressure_bar": trial.protocol.pressure * BAR_PER_ATM,
        "crystalline_fraction": segments[-1].crystalline,
        "production_ps": sum(f.stage.duration for f in segments),
        "cell_lengths_A": lengths,
    }
    if start.boundary is None and trial.fidelity == "ladder":
        facts["phase"] = garnet_phase(lengths)
    return facts


def _length_facts(trial: Trial, estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    """Say whether production reached the wanted error; nothing where its length was fixed."""
    wanted = trial.protocol.wanted_standard_error
    if wanted <= 0:
        return {}
    told = "rho_gb" if trial.kind == "boundary" else "conductivity_nernst_einstein"
    reached = estimates[told].log10_error if told in estimates else math.inf
    return {
        "wanted_standard_error": wanted,
        "reached_standard_error": reached if math.isfinite(reached) else None,
        "cap_reached": reached > wanted,
    }
