"""Runs of a picosecond, long enough for every stage, and one that does not end by itself."""

import time

from example_potentials.nep_example import nep
from example_structures.small_bulk import small_bulk
from grainway.simulation import Protocol, find_lammps, run_stages
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.stages.stage_input import write_data

SHORT = Protocol(
    temperature=1000.0,
    minimise_steps=20,
    constant_pressure=0.5,
    fixed_cell=0.1,
    production=1.0,
    production_segment=0.5,
    sample_interval=0.05,
    frame_interval=0.25,
)


def run(folder, setup, interior, grain, **options):
    return run_stages(setup, folder, find_lammps(), interior, grain, **options)


LONG = ["velocity all create 1000 1", "fix 1 all nve", "timestep 0.001", "run 10000000"]


def endless_nep_run(folder):
    """Start a run with a NEP model and wait until it moves."""
    potential = nep()
    setup, *_ = small_bulk(SHORT, potential)
    write_data(setup, folder / "start.data")
    script = ["units metal", "atom_style charge", "read_data start.data", *potential.write(folder)]
    process = start_lammps(
        find_lammps(), potential.command_line, "\n".join([*script, "thermo 1", *LONG]), folder, "run"
    )
    deadline = time.monotonic() + 60
    while not (process.log.exists() and "Step" in process.log.read_text()):
        assert time.monotonic() < deadline
        assert process.running, process.failure()
        time.sleep(0.05)
    return process
