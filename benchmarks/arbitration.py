"""Which potential orders boundaries as the reactive one does? The same boundaries in each, several builds.

    python benchmarks/arbitration.py FOLDER [--replicas 3] [--potential NAME ...] [--report]

Symmetric tilts of low and high Σ about [001] and [111], and the bulk crystal, in every potential; each
replica has a structure, lithium order, anneal and velocities of its own, the same in all potentials. Printed:
D of the bulk, D_gb/D_bulk and ρ_gb(δ) with Student's 95 % half-width over the replicas, then each potential
against the reactive one: the offset of log10 ρ_gb, the spread beyond the statistical errors, and the pairs
of boundaries that both order. The reactive potential needs the extra mlip.

Finished runs are kept in FOLDER, one small file each, and not run again; a file that was made with another
potential of that name or another protocol is. Those behind docs/reactive_potential.md are in
benchmarks/results/arbitration. Two calls in one folder share the work when one of them
has --backwards.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from grainway.analysis import boundary_diffusivity_ratio, combine_replicas, model_error
from grainway.campaign import Trial
from grainway.campaign.evaluation.trial import INPUTS, RESULT
from grainway.campaign.executor import start_worker
from grainway.domain import BoundarySpec, Estimate
from grainway.errors import AnalysisError
from grainway.machine.whole_files import write_json
from grainway.simulation import NEP_NAME, POTENTIAL_NAMES, Protocol, load_potential
from grainway.structure import Catalogue

BOUNDARIES = {
    "Σ3 [111] (2 -1 -1)": ((1, 1, 1), (2, -1, -1)),
    "Σ5 [001] (3 1 0)": ((0, 0, 1), (3, 1, 0)),
    "Σ13 [001] (5 1 0)": ((0, 0, 1), (5, 1, 0)),
    "Σ13 [111] (4 -3 -1)": ((1, 1, 1), (4, -3, -1)),
}
"""Axis and plane; all potentials see the same cells, so thin grains are a bias that they share."""
BULK = "bulk"
GRAIN_A, WIDTH_A = 16.0, 10.8
PROTOCOL = Protocol(temperature=1400.0, anneal=4.0, constant_pressure=3.0, fixed_cell=0.5, production=15.0)
LONGER = {"softbv": 4.0}
"""So many times the production: ions that hop rarely need it, and it is cheap there."""
POTENTIALS = (NEP_NAME, "buck_core", "buck_core_zm", "du_teter", "softbv")


@dataclass(frozen=True)
class Run:
    """One evaluation."""

    potential: str
    structure: str
    replica: int

    @property
    def stem(self) -> str:
        """Name of its file."""
        return f"{self.potential}-{[BULK, *BOUNDARIES].index(self.structure)}-{self.replica}"


@lru_cache(maxsize=8)
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


def trial_of(run: Run) -> Trial:
    """Return what the worker is given."""
    spec = spec_of(run.structure)
    production = PROTOCOL.production * LONGER.get(run.potential, 1.0)
    return Trial(
        kind="bulk" if spec is None else "boundary",
        spec=spec,
        protocol=replace(PROTOCOL, production=production),
        potential=run.potential,
        potential_digest=load_potential(run.potential).digest,
        objective_width=WIDTH_A,
        seed=1000 + run.replica,
    )


def kept(run: Run, root: Path) -> dict[str, Any] | None:
    """Return the result that is kept of a run, None where it is missing or of another trial."""
    path = root / f"{run.stem}.json"
    if not path.exists():
        return None
    record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return record["result"] if record["trial"] == trial_of(run).id else None


def evaluate(run: Run, root: Path) -> str:
    """Run one evaluation in a worker process unless its result is kept, and say how it ended."""
    if kept(run, root) is not None:
        return f"{run.stem}: kept"
    trial, folder = trial_of(run), root / "running" / run.stem
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / INPUTS, json.loads(trial.to_json()))
    start_worker(folder, "", keep_trajectories=False).process.wait()
    outcome = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if outcome["status"] != "done":
        return f"{run.stem}: {outcome['status']}: {outcome['reason']}"
    result = {
        key: outcome["result"][key] for key in ("estimates", "timing", "profile") if key in outcome["result"]
    }
    if "profile" in result:
        result["profile"] = {"length": result["profile"]["length"]}
    write_json(root / f"{run.stem}.json", {"trial": trial.id, "result": result})
    shutil.rmtree(folder)
    return f"{run.stem}: done, LAMMPS {result['timing']['lammps_s']:.0f} s"


def mean(values: Sequence[Estimate]) -> Estimate | None:
    """Return the mean over replicas with Student's error, of one replica its own; None without a value."""
    values = [v for v in values if v.bound is None]
    if len(values) < 2:
        return values[0] if values else None
    return combine_replicas(values).estimate


def average(values: Sequence[Estimate]) -> Estimate:
    """Return the mean over boundaries; its error matters only where it is the only replica."""
    error = math.sqrt(sum(v.standard_error**2 for v in values)) / len(values)
    return Estimate(
        sum(v.value for v in values) / len(values), error, values[0].unit, values[0].n_independent
    )


def shown(value: Estimate | None, factor: float = 1.0) -> str:
    """Mean ± half-width of 95 % and the number of replicas (of independent samples where there is one)."""
    if value is None:
        return "-"
    low, high = value.interval(0.95)
    return f"{value.value * factor:.3g} ± {(high - low) / 2 * factor:.2g} ({value.n_independent:.0f})"


def report(potentials: Sequence[str], replicas: int, root: Path) -> None:
    """Print both tables from what is kept."""
    longer = ", ".join(f"{name} {PROTOCOL.production * factor:g}" for name, factor in LONGER.items())
    protocol = f"{PROTOCOL.temperature:g} K, {PROTOCOL.production:g} ps ({longer}), δ = {WIDTH_A} Å"
    print(f"\n{protocol}; mean ± Student's 95 % half-width (replicas)\n")
    print("| potential | boundary | D_bulk, 1e-5 cm²/s | D_gb/D_bulk | ρ_gb, Ω cm |\n|---|---|---|---|---|")
    logarithms: dict[str, dict[str, Estimate]] = {}
    for potential in potentials:
        bulks = {n: kept(Run(potential, BULK, n), root) for n in range(1, replicas + 1)}
        d_bulk = mean([_estimate(b, "tracer_diffusivity") for b in bulks.values() if b])
        logarithms[potential] = {}
        ratios: dict[int, list[Estimate]] = {}
        for structure in BOUNDARIES:
            found = {n: kept(Run(potential, structure, n), root) for n in range(1, replicas + 1)}
            done = {n: result for n, result in found.items() if result and bulks[n]}
            by_replica = {
                n: boundary_diffusivity_ratio(
                    _estimate(r, "band_diffusivity"), _estimate(bulks[n], "tracer_diffusivity")
                )
                for n, r in done.items()
            }
            for n, one in by_replica.items():
                ratios.setdefault(n, []).append(one)
            ratio = mean(list(by_replica.values()))
            values = [_estimate(r, "rho_gb") for r in done.values()]
            logarithm = mean([v.log10() for v in values if v.bound is None])
            if logarithm is not None:
                logarithms[potential][structure] = logarithm
            cells = (potential, structure, shown(d_bulk, 10), shown(ratio), shown(mean(values)))
            print(f"| {' | '.join(cells)} |")
        # the boundaries of one replica share its bulk, so replicas and not runs are what is independent
        whole = [average(every) for every in ratios.values() if len(every) == len(BOUNDARIES)]
        print(f"| {potential} | mean of all | {shown(d_bulk, 10)} | {shown(mean(whole))} | |")
    if NEP_NAME not in potentials:
        return
    print(f"\nlog10 ρ_gb, each potential against {NEP_NAME}\n")
    print("| potential | offset, decades | spread, decades | pairs alike | opposite | open |")
    print("|---|---|---|---|---|---|")
    for potential in potentials:
        common = [s for s in BOUNDARIES if s in logarithms[potential] and s in logarithms[NEP_NAME]]
        if potential == NEP_NAME or len(common) < 2:
            continue
        try:
            found = model_error(
                [logarithms[NEP_NAME][s] for s in common], [logarithms[potential][s] for s in common]
            )
        except AnalysisError as error:
            print(f"| {potential} | {error} | | | | |")
            continue
        offset = f"{found.offset.value:+.2f} ± {found.offset.standard_error:.2f}"
        pairs = f"{found.concordant} | {found.discordant} | {found.undecided}"
        print(f"| {potential} | {offset} | {found.spread:.2f} | {pairs} |")


def _estimate(result: dict[str, Any], name: str) -> Estimate:
    return Estimate.from_dict(result["estimates"][name])


def main() -> None:
    """Run what is missing and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--potential", nargs="+", default=list(POTENTIALS), choices=POTENTIAL_NAMES)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--backwards", action="store_true", help="last run first")
    parser.add_argument("--report", action="store_true", help="print what is there, run nothing")
    arguments = parser.parse_args()
    runs = [
        Run(potential, structure, replica)
        for replica in range(1, arguments.replicas + 1)
        for structure in (BULK, *BOUNDARIES)
        for potential in arguments.potential
    ]
    if not arguments.report:
        arguments.folder.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(arguments.workers) as pool:
            ordered = runs[::-1] if arguments.backwards else runs
            for line in pool.map(lambda run: evaluate(run, arguments.folder), ordered):
                print(line, flush=True)
    report(arguments.potential, arguments.replicas, arguments.folder)


if __name__ == "__main__":
    main()
