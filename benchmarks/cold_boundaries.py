"""Does a boundary slow lithium where it matters? Bulk and eight boundaries from 1400 K down, several builds.

    python benchmarks/cold_boundaries.py FOLDER [--potential NAME] [--replicas 3] [--workers 2] [--report]

Symmetric tilts about three axes, Σ3 to Σ13, in grains of 16 Å, and the bulk crystal; each run has a
structure, lithium order, anneal and velocities of its own, and goes on the longer the colder it is. Whole
replicas come first, so that an early end leaves whole series. Finished runs are kept in FOLDER, one small
file each, and not run again; those behind docs/cold_boundaries.md are in benchmarks/results/cold_boundaries.
Printed: D of the bulk, D_gb/D_bulk, ρ_gb/ρ_b and LER over temperature, with Student's 95 % half-width over
the builds, and the same pooled over the boundaries; with --figure also drawn.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from grainway.analysis import combine_replicas
from grainway.campaign import Trial
from grainway.campaign.against_bulk.bulk_comparison import compare_with_bulk
from grainway.campaign.evaluation.evaluation_result import EvaluationResult
from grainway.campaign.evaluation.trial import INPUTS, RESULT
from grainway.campaign.executor import start_worker
from grainway.domain import BoundarySpec, Estimate
from grainway.machine.whole_files import write_json
from grainway.simulation import POTENTIAL_NAMES, Protocol, load_potential
from grainway.structure import Catalogue

BOUNDARIES = {
    "Σ5 [001] (3 1 0)": ((0, 0, 1), (3, 1, 0)),
    "Σ3 [111] (2 -1 -1)": ((1, 1, 1), (2, -1, -1)),
    "Σ13 [001] (5 1 0)": ((0, 0, 1), (5, 1, 0)),
    "Σ5 [001] (2 1 0)": ((0, 0, 1), (2, 1, 0)),
    "Σ9 [110] (2 -2 1)": ((1, 1, 0), (2, -2, 1)),
    "Σ7 [111] (3 -2 -1)": ((1, 1, 1), (3, -2, -1)),
    "Σ13 [111] (4 -3 -1)": ((1, 1, 1), (4, -3, -1)),
    "Σ11 [110] (3 -3 2)": ((1, 1, 0), (3, -3, 2)),
}
"""Axis and plane."""
BULK = "bulk"
GRAIN_A, WIDTH_A = 16.0, 10.8
PRODUCTION_PS = {1400: 30.0, 1000: 60.0, 800: 120.0, 700: 200.0}
FIRST_K = 800
"""Where boundaries begin to slow lithium: the temperatures nearest to it run first."""


@dataclass(frozen=True)
class Run:
    """One evaluation."""

    structure: str
    temperature: int
    replica: int

    @property
    def stem(self) -> str:
        """Name of its file."""
        return f"{[BULK, *BOUNDARIES].index(self.structure)}-{self.temperature}K-{self.replica}"


@lru_cache(maxsize=16)
def spec_of(structure: str) -> BoundarySpec | None:
    """Return the boundary, None for the bulk."""
    if structure == BULK:
        return None
    axis, normal = BOUNDARIES[structure]
    catalogue = Catalogue(
        max_atoms=3000, max_strain=0.0, min_grain_thickness=GRAIN_A, angle_range_deg=(5.0, 62.8), axes=(axis,)
    )
    entry = next(e for e in catalogue.entries if e.normal_a == normal and e.character == "symmetric tilt")
    return entry.spec(width_layers=3, translation=(0.3, 0.4), termination=0.3)


def trial_of(run: Run, potential: str) -> Trial:
    """Return what the worker is given."""
    spec = spec_of(run.structure)
    return Trial(
        kind="bulk" if spec is None else "boundary",
        spec=spec,
        protocol=Protocol(
            temperature=float(run.temperature), anneal=4.0, production=PRODUCTION_PS[run.temperature]
        ),
        potential=potential,
        potential_digest=load_potential(potential).digest,
        objective_width=WIDTH_A,
        seed=10_000 * run.replica + run.temperature,
    )


def kept(run: Run, potential: str, root: Path) -> dict[str, Any] | None:
    """Return the record of a run, None where it is missing or of another trial."""
    path = root / f"{run.stem}.json"
    if not path.exists():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record if record["trial"] == trial_of(run, potential).id else None


def evaluate(run: Run, potential: str, root: Path) -> str:
    """Run one evaluation in a worker process unless its result is kept, and say how it ended.

    A refusal is a result too: that lithium hopped too rarely is what a cold run says of its boundary.
    """
    if kept(run, potential, root) is not None:
        return f"{run.stem}: kept"
    trial, folder = trial_of(run, potential), root / "running" / run.stem
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / INPUTS, json.loads(trial.to_json()))
    start_worker(folder, "", keep_trajectories=False).process.wait()
    outcome = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    record: dict[str, Any] = {"trial": trial.id, "status": outcome["status"]}
    if outcome["status"] == "done":
        record["result"] = {
            key: outcome["result"][key] for key in ("estimates", "timing") if key in outcome["result"]
        }
        if "profile" in outcome["result"]:
            record["result"]["profile"] = {"length": outcome["result"]["profile"]["length"]}
    else:
        record["reason"] = outcome["reason"]
    write_json(root / f"{run.stem}.json", record)
    shutil.rmtree(folder)
    return f"{run.stem}: {outcome['status']} {outcome.get('reason', '')}"


def result_of(run: Run, potential: str, root: Path) -> EvaluationResult | None:
    """Return the result of a finished run."""
    record = kept(run, potential, root)
    if record is None or "result" not in record:
        return None
    return EvaluationResult.from_dict(record["result"], "bulk" if run.structure == BULK else "boundary")


def mean(values: Iterable[Estimate]) -> Estimate | None:
    """Return the mean over builds with Student's error, of one build its own; None without a value."""
    known = [value for value in values if value.bound is None]
    if len(known) < 2:
        return known[0] if known else None
    return combine_replicas(known).estimate


def shown(value: Estimate | None, factor: float = 1.0) -> str:
    """Mean ± half-width of 95 % and the number of builds (of independent samples where there is one)."""
    if value is None:
        return "-"
    low, high = value.interval(0.95)
    return f"{value.value * factor:.3g} ± {(high - low) / 2 * factor:.2g} ({value.n_independent:.0f})"


def series(potential: str, replicas: int, root: Path) -> dict[str, dict[int, dict[str, list[Estimate]]]]:
    """Return what the builds gave, by structure, temperature and quantity."""
    found: dict[str, dict[int, dict[str, list[Estimate]]]] = {}
    for temperature in PRODUCTION_PS:
        for replica in range(1, replicas + 1):
            bulk = result_of(Run(BULK, temperature, replica), potential, root)
            if bulk is not None:
                quantities = found.setdefault(BULK, {}).setdefault(temperature, {})
                quantities.setdefault("tracer_diffusivity", []).append(bulk.estimates["tracer_diffusivity"])
            for structure in BOUNDARIES:
                result = result_of(Run(structure, temperature, replica), potential, root)
                if result is None:
                    continue
                quantities = found.setdefault(structure, {}).setdefault(temperature, {})
                for name in ("rho_gb", "ler", "tracer_diffusivity"):
                    if name in result.estimates:
                        quantities.setdefault(name, []).append(result.estimates[name])
                if bulk is not None:
                    for name, value in compare_with_bulk(result, bulk).items():
                        quantities.setdefault(name, []).append(value)
    return found


def report(potential: str, replicas: int, root: Path) -> None:
    """Print the table of each quantity."""
    found = series(potential, replicas, root)
    temperatures = list(PRODUCTION_PS)
    names: list[str] = []
    for by_temperature in found.values():
        for quantities in by_temperature.values():
            names += [name for name in quantities if name not in names]
    for name in names:
        print(f"\n{name}\n\n| structure | {' | '.join(f'{t} K' for t in temperatures)} |")
        print(f"|{'---|' * (len(temperatures) + 1)}")
        for structure, by_temperature in found.items():
            row = [mean(by_temperature.get(t, {}).get(name, [])) for t in temperatures]
            if any(row):
                print(f"| {structure} | {' | '.join(map(shown, row))} |")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--potential", default="grainway-ionic", choices=POTENTIAL_NAMES)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--report", action="store_true", help="print what is there, run nothing")
    given = parser.parse_args(arguments)
    runs = [
        Run(structure, temperature, replica)
        for replica in range(1, given.replicas + 1)
        for temperature in sorted(PRODUCTION_PS, key=lambda t: abs(t - FIRST_K))
        for structure in (BULK, *BOUNDARIES)
    ]
    if not given.report:
        given.folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(given.workers) as pool:
            for line in pool.map(lambda run: evaluate(run, given.potential, given.folder), runs):
                print(line, flush=True)
    report(given.potential, given.replicas, given.folder)


if __name__ == "__main__":
    main()
