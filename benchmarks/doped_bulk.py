"""Lithium in doped bulk, measured directly from 1000 to 400 K: D, conductivity, activation energies.

    python benchmarks/doped_bulk.py FOLDER [--dopant Ta=0.5 ...] [--replicas 3] [--production 400] [--report]

A cube of eight formula units, its dopants and lithium drawn once for each replica, repeated twice along x and
y, is cooled down a ladder of temperatures with the same production at each. Printed: D with its error, that
of the first and second half of a run (lithium that still ages is no equilibrium), Nernst-Einstein and
collective conductivity, c/a, and the activation energy between neighbouring temperatures. Each finished
replica is one small file in FOLDER; one that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from grainway.analysis import (
    collective_conductivity,
    haven_ratio,
    nernst_einstein_conductivity,
    tracer_diffusivity,
)
from grainway.campaign.evaluation.rung_measurement import ProductionDumps
from grainway.distillation.sources.frame_source import potential_for
from grainway.distillation.sources.starting_structures import DopedCubic
from grainway.domain import Estimate, Trajectory
from grainway.errors import AnalysisError
from grainway.machine.whole_files import write_json
from grainway.simulation import Protocol, RunSetup, find_lammps, production_at, run_stages
from grainway.units import BOLTZMANN_EV_PER_K

LADDER_K = (1000.0, 800.0, 600.0, 500.0, 400.0)
POTENTIAL = "grainway-ionic"
SEED = 500


@dataclass(frozen=True)
class Replica:
    """One cell down the ladder."""

    dopant: str
    amount: float
    number: int
    production: float

    @property
    def stem(self) -> str:
        """Name of its file."""
        return f"{self.dopant}{self.amount:g}-{self.number}-{self.production:g}ps"


def perform(replica: Replica, root: Path) -> str:
    """Run and measure a replica unless it is kept."""
    path = root / f"{replica.stem}.json"
    atoms = DopedCubic(replica.dopant, replica.amount, SEED + replica.number).build(np.random.default_rng(0))
    atoms = atoms.repeat((2, 2, 1))
    potential = potential_for(atoms, POTENTIAL)
    if path.exists() and json.loads(path.read_text(encoding="utf-8"))["potential"] == potential.digest:
        return f"{replica.stem}: kept"
    setup = RunSetup(
        atoms=atoms,
        potential=potential,
        protocol=Protocol(
            temperature=LADDER_K[0],
            ladder=LADDER_K,
            anneal=0.0,
            constant_pressure=20.0,
            production=replica.production,
            production_segment=20.0,
        ),
        # without a band "boundary" differs from "bulk" in that c is free beside a = b
        kind="boundary",
        band=np.zeros(len(atoms), dtype=bool),
        seed=SEED + replica.number,
    )
    folder = root / "running" / replica.stem
    folder.mkdir(parents=True, exist_ok=True)
    framework = ~np.isin(atoms.get_chemical_symbols(), ["Li", replica.dopant])
    finished = run_stages(setup, folder, find_lammps(), framework, np.zeros(len(atoms), dtype=np.int64))
    dumps = ProductionDumps(setup, folder)
    rungs = {}
    for temperature in LADDER_K:
        production = dumps.read(production_at(finished, temperature))
        lengths = production.frames.mean_cell[[0, 1, 2], [0, 1, 2]]
        rungs[f"{temperature:g}"] = {
            "temperature": production.lithium.temperature,
            "cell": [float(lengths[0]) / 2, float(lengths[1]) / 2, float(lengths[2])],
            **measured(production.lithium),
        }
    write_json(path, {"potential": potential.digest, "atoms": len(atoms), "rungs": rungs})
    shutil.rmtree(folder)
    return f"{replica.stem}: done"


def part(of: Trajectory, first: int, end: int) -> Trajectory:
    """Return a stretch of a trajectory."""
    cell = of.cell if of.cell.ndim == 2 else of.cell[first:end]
    return replace(of, positions=of.positions[first:end], times=of.times[first:end], cell=cell)


def measured(lithium: Trajectory) -> dict[str, Any]:
    """Return what a trajectory of lithium gives, or why it gives nothing."""
    half = lithium.n_frames // 2
    quantities = {
        "D": lambda: tracer_diffusivity(lithium),
        "D of the first half": lambda: tracer_diffusivity(part(lithium, 0, half)),
        "D of the second half": lambda: tracer_diffusivity(part(lithium, half, lithium.n_frames)),
        "sigma_NE": lambda: nernst_einstein_conductivity(lithium),
        "sigma": lambda: collective_conductivity(lithium, method="einstein"),
        "H_R": lambda: haven_ratio(lithium),
    }
    found: dict[str, Any] = {}
    for name, quantity in quantities.items():
        try:
            found[name] = quantity().to_dict()
        except AnalysisError as error:
            found[name] = str(error)
    return found


def shown(value: Any, factor: float = 1.0) -> str:
    """An estimate with half of its 95 % interval, a limit as one, nothing where it was refused."""
    if isinstance(value, str):
        return "-"
    estimate = Estimate.from_dict(value)
    if estimate.bound is not None:
        return f"{'<' if estimate.bound == 'upper' else '>'} {estimate.value * factor:.2g}"
    low, high = estimate.interval(0.95)
    return f"{estimate.value * factor:.3g} ± {(high - low) / 2 * factor:.1g}"


def activation_energy(hotter: dict[str, Any], colder: dict[str, Any]) -> str:
    """E_a between two temperatures from the values of D, eV, with half of its 95 % interval."""
    known = [rung["D"] for rung in (hotter, colder)]
    if any(isinstance(value, str) or value["bound"] is not None for value in known):
        return "-"
    hot, cold = (Estimate.from_dict(value) for value in known)
    low, high = hot.log10().minus(cold.log10()).interval(0.95)
    apart = (1 / colder["temperature"] - 1 / hotter["temperature"]) / BOLTZMANN_EV_PER_K
    per_decade = math.log(10) / apart
    return f"{(low + high) / 2 * per_decade:.3f} ± {(high - low) / 2 * per_decade:.3f}"


def report(root: Path) -> None:
    """Print a row for each replica and temperature."""
    columns = {
        "D": "D, 1e-6 cm²/s",
        "D of the first half": "first half",
        "D of the second half": "second half",
        "sigma_NE": "σ Nernst-Einstein, S/cm",
        "sigma": "σ Einstein, S/cm",
        "H_R": "H_R",
    }
    head = " | ".join(columns.values())
    print(f"| replica | T, K | c/a | {head} | E_a to the row above, eV |\n|{'---|' * 10}")
    for path in sorted(root.glob("*.json")):
        rungs = json.loads(path.read_text(encoding="utf-8"))["rungs"]
        before: dict[str, Any] | None = None
        for rung in (rungs[f"{temperature:g}"] for temperature in LADDER_K):
            energy = "" if before is None else activation_energy(before, rung)
            before = rung
            ratio = rung["cell"][2] / math.sqrt(rung["cell"][0] * rung["cell"][1])
            cells = " | ".join(shown(rung[name], 100.0 if name[0] == "D" else 1.0) for name in columns)
            print(f"| {path.stem} | {rung['temperature']:.0f} | {ratio:.4f} | {cells} | {energy} |")


def main() -> None:
    """Run what is missing and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dopant", nargs="+", default=["Ta=0.5", "Al=0.25"])
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--production", type=float, default=400.0, help="ps at each temperature")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--report", action="store_true", help="print what is there, run nothing")
    given = parser.parse_args()
    asked = [text.split("=") for text in given.dopant]
    replicas = [
        Replica(dopant, float(amount), number, given.production)
        for number in range(given.replicas)
        for dopant, amount in asked
    ]
    if not given.report:
        given.folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(given.workers) as pool:
            for line in pool.map(lambda replica: perform(replica, given.folder), replicas):
                print(line, flush=True)
    report(given.folder)


if __name__ == "__main__":
    main()
