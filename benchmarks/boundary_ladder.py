"""Two tilt boundaries on a ladder of temperatures, several builds at each: the runs.

    python benchmarks/boundary_ladder.py FOLDER [--potential buck_core_zm] [--replicas 3] [--workers 1]

Sigma13 (3 2 0) and Sigma17 (4 1 0) about [001] and the bulk crystal, each at 1400, 1200, 1050 and 900 K
(above the tetragonal-cubic change of the undoped garnet), every run with a structure, lithium order and
velocities of its own; and, for the published trend, Sigma5 (3 1 0) about [001] and Sigma3 (2 -1 -1) about
[111] at 1200 K. Finished runs are not repeated; trajectories stay in FOLDER.
"""

from __future__ import annotations

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from grainway.campaign import Trial
from grainway.campaign.evaluation.trial import INPUTS, RESULT
from grainway.campaign.executor import start_worker
from grainway.domain import BoundarySpec
from grainway.machine.whole_files import write_json
from grainway.simulation import POTENTIAL_NAMES, Protocol, load_potential
from grainway.structure import Catalogue

PRODUCTION_PS = {1400: 30.0, 1200: 40.0, 1050: 50.0, 900: 60.0}
BOUNDARIES = {
    "sigma13": ((0, 0, 1), (3, 2, 0), tuple(PRODUCTION_PS)),
    "sigma17": ((0, 0, 1), (4, 1, 0), tuple(PRODUCTION_PS)),
    "sigma5": ((0, 0, 1), (3, 1, 0), (1200,)),
    "sigma3": ((1, 1, 1), (2, -1, -1), (1200,)),
}
"""Axis, plane and temperatures."""
WIDTH_A = 10.8


@dataclass(frozen=True)
class Run:
    """One evaluation of the ladder."""

    name: str
    temperature: int
    replica: int
    trial: Trial

    def folder(self, root: Path) -> Path:
        """Where its files are."""
        return root / f"{self.name}-{self.temperature}K-{self.replica}"


def ladder(potential: str, replicas: int) -> list[Run]:
    """Return all runs, complete replicas first, so that an early end leaves whole ladders."""
    catalogue = Catalogue(max_atoms=5000, angle_range_deg=(5.0, 60.0), max_strain=0.0)
    specs: dict[str, BoundarySpec | None] = {"bulk": None}
    for name, (axis, normal, _) in BOUNDARIES.items():
        entry = next(e for e in catalogue.entries if e.normal_a == normal and e.axis == axis)
        specs[name] = entry.spec(width_layers=3, translation=(0.3, 0.4), termination=0.3)
    digest = load_potential(potential).digest
    runs = []
    for replica in range(1, replicas + 1):
        for temperature, production in PRODUCTION_PS.items():
            for name, spec in specs.items():
                if spec is not None and temperature not in BOUNDARIES[name][2]:
                    continue
                trial = Trial(
                    kind="bulk" if spec is None else "boundary",
                    spec=spec,
                    protocol=Protocol(temperature=temperature, anneal=4.0, production=production),
                    potential=potential,
                    potential_digest=digest,
                    objective_width=WIDTH_A,
                    seed=1000 * replica + temperature,
                )
                runs.append(Run(name, temperature, replica, trial))
    return runs


def evaluate(run: Run, root: Path) -> str:
    """Run one evaluation in a worker process unless it is finished, and say how it ended."""
    folder = run.folder(root)
    if not (folder / RESULT).exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / INPUTS, json.loads(run.trial.to_json()))
        start_worker(folder, "", keep_trajectories=True).process.wait()
    outcome = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if outcome["status"] != "done":
        return f"{folder.name}: {outcome['status']}: {outcome['reason']}"
    return f"{folder.name}: done, LAMMPS {outcome['result']['timing']['lammps_s']:.0f} s"


def main() -> None:
    """Run what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--potential", default="buck_core_zm", choices=POTENTIAL_NAMES)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    arguments = parser.parse_args()
    with ThreadPoolExecutor(arguments.workers) as pool:
        for line in pool.map(
            lambda run: evaluate(run, arguments.folder), ladder(arguments.potential, arguments.replicas)
        ):
            print(line, flush=True)


if __name__ == "__main__":
    main()
