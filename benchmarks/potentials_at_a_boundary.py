"""Does a boundary slow lithium? Each potential's answer for the same two boundaries.

    python benchmarks/potentials_at_a_boundary.py [--potential NAME ...] [--production 30]

For every potential: the bulk reference and the boundaries Σ13 (3 2 0) and Σ17 (5 3 0) about [001], same
recipe and seed, at 1400 K; printed are D of the bulk, D across the boundary bands over it, and ρ_gb. Two
evaluations run side by side.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from grainway.campaign import Trial
from grainway.campaign.comparison import compare_with_bulk
from grainway.campaign.executor import start_worker
from grainway.campaign.trial_folder import INPUTS, RESULT, write_atomically
from grainway.domain import BoundarySpec, Estimate
from grainway.simulation import POTENTIAL_NAMES, Protocol, load_potential
from grainway.structure import Catalogue

BOUNDARIES = ((3, 2, 0), (5, 3, 0))


def evaluate(name: str, spec: BoundarySpec | None, protocol: Protocol, folder: Path) -> dict[str, Any]:
    """Run one trial in a worker process and return its result."""
    potential = load_potential(name)
    trial = Trial(
        kind="bulk" if spec is None else "boundary",
        spec=spec,
        protocol=protocol,
        potential=name,
        potential_digest=potential.digest,
        objective_width=10.8,
        seed=1,
    )
    folder.mkdir()
    write_atomically(folder / INPUTS, json.loads(trial.to_json()))
    start_worker(folder, "", keep_trajectories=False).process.wait()
    outcome: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if outcome["status"] != "done":
        raise SystemExit(f"{name}, {trial.label}: {outcome['reason']}")
    result: dict[str, Any] = outcome["result"]
    return result


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--potential", nargs="+", default=list(POTENTIAL_NAMES), choices=POTENTIAL_NAMES)
    parser.add_argument("--production", type=float, default=30.0, help="ps")
    arguments = parser.parse_args()
    protocol = Protocol(production=arguments.production)
    entries = [e for n in BOUNDARIES for e in Catalogue().entries if e.normal_a == n]
    specs = [None, *(e.spec(width_layers=3, translation=(0.3, 0.4), termination=0.3) for e in entries)]
    print("potential     boundary     D bulk / 1e-5 cm²/s   D_gb/D_bulk     ρ_gb / Ω cm")
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(2) as pool:
        for name in arguments.potential:
            jobs = [
                pool.submit(evaluate, name, spec, protocol, Path(scratch) / f"{name}-{number}")
                for number, spec in enumerate(specs)
            ]
            bulk, *boundaries = (job.result() for job in jobs)
            diffusivity = Estimate.from_dict(bulk["estimates"]["tracer_diffusivity"]).scaled(
                10.0, "1e-5 cm²/s"
            )
            for entry, result in zip(entries, boundaries, strict=True):
                ratio = compare_with_bulk(result, bulk)["diffusivity_ratio"]
                rho = Estimate.from_dict(result["estimates"]["rho_gb"])
                label = f"Σ{entry.sigma} ({' '.join(map(str, entry.normal_a))})"
                columns = [
                    f"{estimate.value:6.2f} ± {estimate.standard_error:.2f}"
                    for estimate in (diffusivity, ratio, rho)
                ]
                print(f"{name:14}{label:16}{'    '.join(columns)}", flush=True)


if __name__ == "__main__":
    main()
