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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from boundary_runs import BULK, WIDTH_A, mean, pooled_ratio, record_of, run_trial, shown, symmetric_tilt

from grainway.analysis import boundary_diffusivity_ratio, model_error
from grainway.campaign import Trial
from grainway.domain import BoundarySpec, Estimate
from grainway.errors import AnalysisError
from grainway.machine.whole_files import write_json
from grainway.simulation import IONIC_NAME, NEP_NAME, POTENTIAL_NAMES, Protocol, load_potential

BOUNDARIES = {
    "Σ3 [111] (2 -1 -1)": ((1, 1, 1), (2, -1, -1)),
    "Σ5 [001] (3 1 0)": ((0, 0, 1), (3, 1, 0)),
    "Σ13 [001] (5 1 0)": ((0, 0, 1), (5, 1, 0)),
    "Σ13 [111] (4 -3 -1)": ((1, 1, 1), (4, -3, -1)),
}
"""Axis and plane; all potentials see the same cells, so thin grains are a bias that they share."""
PROTOCOL = Protocol(temperature=1400.0, anneal=4.0, constant_pressure=3.0, fixed_cell=0.5, production=15.0)
LONGER = {"softbv": 4.0}
"""So many times the production: ions that hop rarely need it, and it is cheap there."""
POTENTIALS = (NEP_NAME, IONIC_NAME, "buck_core", "buck_core_zm", "du_teter", "softbv")


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


def spec_of(structure: str) -> BoundarySpec | None:
    """Return the boundary, None for the bulk."""
    return None if structure == BULK else symmetric_tilt(*BOUNDARIES[structure])


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
    record = record_of(root / f"{run.stem}.json", trial_of(run))
    return None if record is None else record["result"]


def evaluate(run: Run, root: Path) -> str:
    """Run one evaluation unless its result is kept, and say how it ended."""
    if kept(run, root) is not None:
        return f"{run.stem}: kept"
    record = run_trial(trial_of(run), root / "running" / run.stem)
    if "result" not in record:
        return f"{run.stem}: {record['reason']}"
    write_json(root / f"{run.stem}.json", record)
    return f"{run.stem}: done, LAMMPS {record['result']['timing']['lammps_s']:.0f} s"


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
        every: list[Estimate] = []
        for structure in BOUNDARIES:
            found = {n: kept(Run(potential, structure, n), root) for n in range(1, replicas + 1)}
            done = {n: result for n, result in found.items() if result and bulks[n]}
            by_replica = {
                n: boundary_diffusivity_ratio(
                    _estimate(r, "band_diffusivity"), _estimate(bulks[n], "tracer_diffusivity")
                )
                for n, r in done.items()
            }
            every += [_estimate(r, "band_diffusivity") for r in done.values()]
            ratio = mean(list(by_replica.values()))
            values = [_estimate(r, "rho_gb") for r in done.values()]
            limited = any(v.bound is not None for v in values)
            logarithm = None if limited else mean([v.log10() for v in values])
            if logarithm is not None:
                logarithms[potential][structure] = logarithm
            cells = (potential, structure, shown(d_bulk, 10), shown(ratio), shown(mean(values)))
            print(f"| {' | '.join(cells)} |")
        # all boundaries over all bulk runs: a ratio build by build would count the bulk's scatter four times
        whole = pooled_ratio(every, [_estimate(b, "tracer_diffusivity") for b in bulks.values() if b])
        print(f"| {potential} | mean of all | {shown(d_bulk, 10)} | {shown(whole)} | |")
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
