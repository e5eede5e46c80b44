"""Share of an evaluation's wall time that LAMMPS has, at the size of the demonstration.

    python benchmarks/overhead.py

Runs one evaluation as a campaign does, in a worker process, and prints the wall time from the start of the
process to its end beside the sum of its LAMMPS runs. grainway's own part is the start of Python, building,
reading and measuring.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

from grainway.campaign import DEMO, Trial, make_proposals
from grainway.campaign.evaluation.trial import INPUTS, RESULT
from grainway.campaign.executor import start_worker
from grainway.campaign.file.config import parse_config
from grainway.machine.whole_files import write_json
from grainway.simulation import load_potential


def main() -> None:
    """Run and print."""
    config = parse_config(DEMO, "demo")
    entry = make_proposals(config).catalogue.entries[0]
    potential = load_potential(config.potential.name)
    trial = Trial(
        kind="boundary",
        spec=entry.spec(),
        protocol=config.protocol.protocol(),
        potential=potential.name,
        potential_digest=potential.digest,
        objective_width=config.objective.width,
        seed=1,
    )
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_json(folder / INPUTS, json.loads(trial.to_json()))
        started = time.monotonic()
        worker = start_worker(folder, "", keep_trajectories=False)
        worker.process.wait()
        wall = time.monotonic() - started
        outcome = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if outcome["status"] != "done":
        raise SystemExit(outcome["reason"])
    lammps = outcome["result"]["timing"]["lammps_s"]
    print(f"{trial.label}, {entry.n_atoms} atoms, {config.protocol.production:g} ps of production")
    print(f"wall time {wall:.1f} s, of it LAMMPS {lammps:.1f} s: {lammps / wall:.1%}")


if __name__ == "__main__":
    main()
