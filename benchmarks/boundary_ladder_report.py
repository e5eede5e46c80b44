"""Two tilt boundaries on a ladder of temperatures: what the runs of boundary_ladder.py say.

    python benchmarks/boundary_ladder_report.py FOLDER [--target 298]

Every trajectory is analysed anew. Printed as Markdown: each quantity at each temperature as the mean over
builds with Student's error, both estimators of the conductivity beside each other, then activation energies
and what the ladder predicts at the target temperature with its 95 % interval.
"""

from __future__ import annotations

import argparse
import math
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from boundary_ladder import BOUNDARIES, PRODUCTION_PS, WIDTH_A, Run, ladder

from grainway.analysis import ReplicaMean, arrhenius_fit, combine_replicas, excess_conductance
from grainway.campaign.against_bulk.bulk_comparison import compare_with_bulk
from grainway.campaign.evaluation.campaign_measures import (
    measure_boundary,
    measure_bulk,
    profile_record,
)
from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.campaign.evaluation.starting_structure import build_start
from grainway.campaign.evaluation.trial import RESULT
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.simulation import RunSetup, load_potential, read_production
from grainway.simulation.stages.finished_stage import load_finished
from grainway.simulation.stages.protocol import plan_stages

Measured = dict[str, Any]
LABELS = {
    "diffusivity_ratio": "D_gb/D_bulk",
    "rho_gb": "ρ_gb, Ω cm",
    "asr": "ASR, Ω cm²",
    "excess_conductance": "G_ex, S",
    "conductivity_nernst_einstein": "σ Nernst-Einstein, S/cm",
    "conductivity_einstein": "σ Einstein, S/cm",
    "conductivity_green_kubo": "σ Green-Kubo, S/cm",
    "haven_ratio": "Haven ratio",
    "tracer_diffusivity": "D, Å²/ps",
    "ler": "LER",
    "ovc": "OVC",
}


def measure(job: tuple[Run, Path]) -> tuple[Run, Measured]:
    """Analyse one finished run."""
    run, root = job
    folder, trial = run.folder(root), run.trial
    start = build_start(trial)
    setup = RunSetup(
        atoms=start.atoms,
        potential=load_potential(trial.potential),
        protocol=trial.protocol,
        kind=trial.kind,
        band=start.band,
        seed=trial.seed,
    )
    segments = [s for s in plan_stages(trial.protocol, trial.kind) if s.kind == "production"]
    temperature = float(np.mean([load_finished(folder, s).mean_temperature for s in segments]))
    production = read_production(setup, folder, temperature)
    if start.boundary is None:
        result = measure_bulk(production)
    else:
        result = measure_boundary(production, start.grain, WIDTH_A)
    record = EvaluationResult(
        estimates=result.estimates,
        missing=result.missing,
        ranges={},
        profile=profile_record(result),
        realised={},
        timing={},
    )
    measured: dict[str, Any] = {**result.estimates, "result": record}
    if start.boundary is not None:
        measured["lithium"] = production.lithium
    return run, measured


def compare(runs: dict[tuple[str, int, int], dict]) -> dict[tuple[str, int], dict[str, list[Estimate]]]:
    """Gather each quantity over the replicas; a boundary is compared with the bulk of its own replica."""
    gathered: dict[tuple[str, int], dict[str, list[Estimate]]] = {}
    for (name, temperature, replica), measured in runs.items():
        estimates = {k: v for k, v in measured.items() if isinstance(v, Estimate)}
        bulk = runs.get(("bulk", temperature, replica))
        if name != "bulk" and bulk is not None:
            estimates |= compare_with_bulk(measured["result"], bulk["result"])
            estimates["excess_conductance"] = excess_conductance(
                measured["lithium"], bulk["conductivity_nernst_einstein"]
            )
        for quantity, estimate in estimates.items():
            gathered.setdefault((name, temperature), {}).setdefault(quantity, []).append(estimate)
    return gathered


def mean(values: list[Estimate], n_replicas: int) -> ReplicaMean | None:
    """Mean over replicas; None unless every replica gave a value."""
    if len(values) < n_replicas or any(v.bound is not None for v in values):
        return None
    return combine_replicas(values)


def shown(found: ReplicaMean | None) -> str:
    """Mean ± Student's half-width of 95 %, and how the scatter compares with the runs' own errors."""
    if found is None:
        return "-"
    low, high = found.estimate.interval(0.95)
    mark = f" ({found.error_ratio:.1f})"
    return f"{found.estimate.value:.3g} ± {(high - low) / 2:.2g}{mark}"


def print_table(name: str, gathered: dict[tuple[str, int], dict[str, list[Estimate]]], n: int) -> None:
    """Print one structure: a row per quantity, a column per temperature."""
    temperatures = sorted(PRODUCTION_PS, reverse=True)
    print(f"\n### {name}\n")
    print("| quantity | " + " | ".join(f"{t} K" for t in temperatures) + " |")
    print("|---" * (len(temperatures) + 1) + "|")
    for quantity, label in LABELS.items():
        cells = [gathered.get((name, t), {}).get(quantity, []) for t in temperatures]
        if any(cells):
            print(f"| {label} | " + " | ".join(shown(mean(c, n)) for c in cells) + " |")


def print_prediction(
    name: str, gathered: dict[tuple[str, int], dict[str, list[Estimate]]], n: int, target: float
) -> None:
    """Print activation energies and predictions; each mean's own error is Student's over the builds."""
    quantities = {
        "tracer_diffusivity": "D of the cell",
        "band_diffusivity": "D across the bands",
        "rho_gb": "ρ_gb",
        "asr": "ASR",
    }
    for quantity, label in quantities.items():
        points = [
            (float(t), m.estimate)
            for t in PRODUCTION_PS
            if (m := mean(gathered.get((name, t), {}).get(quantity, []), n)) is not None
        ]
        if len(points) < 3:
            continue
        try:
            fit = arrhenius_fit(points)
        except AnalysisError as error:
            print(f"| {name} | {label} | no fit: {error} | | | | |")
            continue
        energy = fit.activation_energy
        e_low, e_high = energy.interval(0.95)
        (low, high), bent = (each.interval(target, 0.95) for each in (fit.if_one_process, fit))
        value = fit.if_one_process.predict(target).value
        print(
            f"| {name} | {label} | {energy.value:.3f} [{e_low:.3f}, {e_high:.3f}] | "
            f"{fit.chi_squared:.1f}/{fit.degrees_of_freedom} | {value:.2e} {fit.unit} | "
            f"{low:.1e} to {high:.1e}, factor {math.sqrt(high / low):.2f} either way | "
            f"{bent[0]:.1e} to {bent[1]:.1e} |"
        )


def main() -> None:
    """Analyse what is there and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--potential", default="buck_core_zm")
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--target", type=float, default=298.0)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    jobs = [
        (run, arguments.folder)
        for run in ladder(arguments.potential, arguments.replicas)
        if (run.folder(arguments.folder) / RESULT).exists()
    ]
    with ProcessPoolExecutor(arguments.workers) as pool:
        measured = {(run.name, run.temperature, run.replica): found for run, found in pool.map(measure, jobs)}
    gathered = compare(measured)
    print(f"{len(measured)} runs with {arguments.potential}; δ = {WIDTH_A} Å.")
    print(
        "± is Student's 95 % half-width over the builds; in brackets their scatter over the runs' own errors."
    )
    for name in ("bulk", *BOUNDARIES):
        print_table(name, gathered, arguments.replicas)
    headings = (
        "structure",
        "quantity",
        "E_a, eV [95 %]",
        "χ²/ν",
        f"at {arguments.target:g} K, if one process",
    )
    print(f"\n| {' | '.join(headings)} | 95 % if one process | 95 % |")
    print("|---|---|---|---|---|---|---|")
    for name in ("bulk", *BOUNDARIES):
        print_prediction(name, gathered, arguments.replicas, arguments.target)


if __name__ == "__main__":
    main()
