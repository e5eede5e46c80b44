"""Does a boundary slow lithium where it matters? Bulk and eight boundaries from 1400 K down, several builds.

    python benchmarks/cold_boundaries.py FOLDER [--potential NAME] [--replicas 3] [--workers 2] [--report]

Symmetric tilts about three axes, Σ3 to Σ13, in grains of 16 Å, and the bulk crystal; each run has a
structure, lithium order, anneal and velocities of its own, and goes on the longer the colder it is. Whole
replicas come first, so that an early end leaves whole series. Finished runs are kept in FOLDER, one small
file each, and not run again; those behind docs/cold_boundaries.md are in benchmarks/results/cold_boundaries.
Printed: D of the bulk, D_gb/D_bulk, ρ_gb and LER over temperature, with Student's 95 % half-width over the
builds (of one build that of its own error), and the ratio pooled over the boundaries. No mean is shown where
a build gave a limit or was refused.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boundary_runs import BULK, WIDTH_A, mean, pooled_ratio, record_of, run_trial, shown, symmetric_tilt

from grainway.campaign import Trial
from grainway.domain import Estimate
from grainway.machine.whole_files import write_json
from grainway.simulation import IONIC_NAME, POTENTIAL_NAMES, Protocol, load_potential

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


def trial_of(run: Run, potential: str) -> Trial:
    """Return what the worker is given."""
    spec = None if run.structure == BULK else symmetric_tilt(*BOUNDARIES[run.structure])
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


def evaluate(run: Run, potential: str, root: Path) -> str:
    """Run one evaluation unless its record is kept, and say how it ended.

    A refusal is kept too: that lithium hopped too rarely is what a cold run says. Without its file it runs
    again.
    """
    path, trial = root / f"{run.stem}.json", trial_of(run, potential)
    if record_of(path, trial) is not None:
        return f"{run.stem}: kept"
    record = run_trial(trial, root / "running" / run.stem)
    write_json(path, record)
    return f"{run.stem}: {record.get('reason', 'done')}"


@dataclass(frozen=True)
class Column:
    """What the builds of all structures gave at one temperature, by build."""

    bulk: dict[int, dict[str, Any]]
    boundaries: dict[str, dict[int, dict[str, Any]]]
    refused: dict[str, int]

    def values(self, structure: str, name: str) -> list[Estimate]:
        """Return a quantity of every build of a structure; none where a build was refused."""
        records = self.bulk if structure == BULK else self.boundaries[structure]
        return [] if structure in self.refused else [Estimate.from_dict(r[name]) for r in records.values()]


def column(temperature: int, potential: str, replicas: int, root: Path) -> Column:
    """Read the records of one temperature."""
    found: dict[str, dict[int, dict[str, Any]]] = {name: {} for name in (BULK, *BOUNDARIES)}
    refused: dict[str, int] = {}
    for structure, builds in found.items():
        for number in range(1, replicas + 1):
            run = Run(structure, temperature, number)
            record = record_of(root / f"{run.stem}.json", trial_of(run, potential))
            if record is not None and "result" in record:
                builds[number] = record["result"]["estimates"]
            elif record is not None:
                refused[structure] = refused.get(structure, 0) + 1
                print(f"{run.stem}: {record['reason']}")
    return Column(found.pop(BULK), found, refused)


def against_bulk(found: Column, structure: str) -> Estimate | None:
    """Return D across the bands over that of the bulk, both as means over their builds."""
    return pooled_ratio(found.values(structure, "band_diffusivity"), found.values(BULK, "tracer_diffusivity"))


def report(potential: str, replicas: int, root: Path) -> None:
    """Print D_gb/D_bulk, ρ_gb and LER over temperature, and the ratio pooled over all boundaries."""
    columns = {t: column(t, potential, replicas, root) for t in PRODUCTION_PS}
    head = " | ".join(f"{t} K" for t in columns)
    print(f"\n| D, 1e-6 cm²/s | {head} |\n|{'---|' * (len(columns) + 1)}")
    bulk = [shown(mean(c.values(BULK, "tracer_diffusivity")), 100.0) for c in columns.values()]
    print(f"| bulk | {' | '.join(bulk)} |")
    for label, name in (("D_gb/D_bulk", ""), ("ρ_gb, Ω cm", "rho_gb"), ("LER", "ler")):
        print(f"\n| {label} | {head} |\n|{'---|' * (len(columns) + 1)}")
        for structure in BOUNDARIES:
            row = [
                shown(mean(c.values(structure, name)) if name else against_bulk(c, structure))
                for c in columns.values()
            ]
            print(f"| {structure} | {' | '.join(row)} |")
        if not name:
            pooled = [
                pooled_ratio(
                    [v for s in BOUNDARIES for v in c.values(s, "band_diffusivity")],
                    c.values(BULK, "tracer_diffusivity"),
                )
                for c in columns.values()
            ]
            print(f"| all | {' | '.join(map(shown, pooled))} |")


def main() -> None:
    """Run what is missing and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--potential", default=IONIC_NAME, choices=POTENTIAL_NAMES)
    parser.add_argument("--replicas", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--report", action="store_true", help="print what is there, run nothing")
    given = parser.parse_args()
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
