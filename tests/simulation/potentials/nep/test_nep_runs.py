"""Whole runs with a NEP model: continuation, watching the committee, errors, signals, orphans."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from example_engines.engine_processes import engines_in
from example_potentials.nep_example import nep, run_script, scaled_model
from grainway.errors import SimulationError
from grainway.simulation import (
    Protocol,
    RunSetup,
    find_lammps,
    plan_stages,
    read_production,
    read_spread,
    run_stages,
    spread_file,
)
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.minimise.single_point import single_point
from grainway.simulation.stages.field_run import run_fields
from grainway.structure import bulk_crystal, lithium_ordering

pytestmark = [pytest.mark.lammps, pytest.mark.mlip]

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


def small_bulk(potential, protocol=SHORT):
    """Return the setup of 192 atoms, which of them are framework, and the grain of each."""
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    nothing = np.zeros(len(atoms), dtype=bool)
    setup = RunSetup(atoms=atoms, potential=potential, protocol=protocol, kind="bulk", band=nothing, seed=11)
    return setup, atoms.numbers != 3, np.zeros(len(atoms), dtype=np.int64)


def run(folder, potential, protocol=SHORT, **options):
    setup, interior, grain = small_bulk(potential, protocol)
    return run_stages(setup, folder, find_lammps(), interior, grain, **options)


class InterruptionError(Exception):
    pass


@pytest.fixture(scope="module")
def doubled(tmp_path_factory):
    """A model that gives twice the forces: of the two, every atom's spread is half its force."""
    return scaled_model(tmp_path_factory.mktemp("model") / "doubled.txt", 2.0)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, doubled):
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(folder, nep(doubled))


def test_the_stages_do_what_the_protocol_says(uninterrupted):
    folder, finished = uninterrupted
    hot = [f for f in finished if f.stage.kind == "production"]
    assert np.mean([f.mean_temperature for f in hot]) == pytest.approx(1000.0, rel=0.1)
    assert all(f.crystalline > 0.99 for f in finished)
    setup, *_ = small_bulk(nep())
    production = read_production(setup, folder, 1000.0)
    assert production.lithium.positions.shape == (21, 56, 3)


def test_an_interrupted_run_continues_bit_for_bit(uninterrupted, doubled, tmp_path):
    whole, _ = uninterrupted
    for stop_after in plan_stages(SHORT, "bulk")[:-1]:

        def stop(stage, positions, cell, stop_after=stop_after):
            if stage == stop_after:
                raise InterruptionError

        with pytest.raises(InterruptionError):
            run(tmp_path, nep(doubled), inspect=stop)
    run(tmp_path, nep(doubled))
    for pattern in ("*.lithium.bin", "*.frames.bin", "*.centre", "*.cell", "*.final.bin", "*.spread"):
        assert list(whole.glob(pattern))
        for path in whole.glob(pattern):
            assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_watching_does_not_change_the_motion(uninterrupted, tmp_path):
    whole, _ = uninterrupted
    run(tmp_path, nep())
    name = f"{plan_stages(SHORT, 'bulk')[-1].name}.final.bin"
    assert (tmp_path / name).read_bytes() == (whole / name).read_bytes()
    assert not list(tmp_path.glob("*.spread"))


def test_the_spread_is_looked_at_in_every_stage_at_the_interval_asked_for(uninterrupted):
    folder, finished = uninterrupted
    for stage in (f.stage for f in finished if f.stage.kind != "minimise"):
        steps = read_spread(folder / spread_file(stage.name)).steps
        last = stage.first_step + stage.steps
        assert steps.tolist() == [step for step in range(stage.first_step, last + 1) if step % 100 == 0]


def test_the_spread_is_that_of_the_forces(doubled, tmp_path):
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    atoms.rattle(0.1, seed=5)
    forces = single_point(atoms, nep(doubled), tmp_path, find_lammps()).forces
    half = np.linalg.norm(forces, axis=1) / 2
    spread = read_spread(tmp_path / spread_file("single-point"))
    expected = [half.max(), half.mean(), np.sqrt((half**2).mean())]
    assert [spread.largest[0], spread.mean[0], spread.rms[0]] == pytest.approx(expected, rel=1e-5)


def test_ions_follow_a_field(tmp_path):
    """At 0.3 V/Å lithium goes along the field in its direction, against it in the other."""
    setup, interior, grain = small_bulk(nep())
    there, back = run_fields(setup, [0.3], tmp_path, find_lammps(), interior, grain)
    drift = [(p.lithium.positions[-1] - p.lithium.positions[0])[:, 2].mean() for p in (there, back)]
    assert drift[0] > 0.1
    assert drift[1] < -0.1


def test_an_error_in_the_callback_ends_the_run_with_its_words(tmp_path):
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    atoms.positions[1] = atoms.positions[0]
    with pytest.raises(
        SimulationError, match=r"status 1: ERROR: step 0: the NEP model gives .*on top of each other"
    ):
        single_point(atoms, nep(), tmp_path, find_lammps())


def test_a_model_that_cannot_be_loaded_is_named(tmp_path):
    potential = nep()
    lines = potential.write(tmp_path)
    (tmp_path / "nep-0.txt").unlink()
    process = start_lammps(find_lammps(), potential.command_line, "\n".join(lines), tmp_path, "run")
    process.wait()
    assert "status 1" in process.failure()
    assert "nep-0.txt cannot be loaded" in process.failure()


def test_an_error_of_lammps_is_reported_in_its_own_words(tmp_path):
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    process, _ = run_script(tmp_path, atoms, nep(), ["run 1", "fix 1 all nonsense", "run 1"])
    assert "status 1: ERROR: Unrecognized fix style 'nonsense'" in process.failure()


def test_several_processes_are_refused(tmp_path):
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    process, _ = run_script(tmp_path, atoms, nep(), ["run 0"])
    mpiexec = (
        Path(find_lammps().environment["LD_LIBRARY_PATH"].split(os.pathsep)[0]).parent / "bin" / "mpiexec"
    )
    finished = subprocess.run(
        [mpiexec, "-n", "2", *process.process.args],
        cwd=tmp_path,
        env=find_lammps().full_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert finished.returncode != 0
    assert "runs on one process" in finished.stderr


LONG = ["velocity all create 1000 1", "fix 1 all nve", "timestep 0.001", "run 10000000"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_the_engine_at_once(number, tmp_path):
    process = started(tmp_path)
    process.process.send_signal(number)
    assert process.process.wait(timeout=5) == -number
    assert process.was_stopped


def started(folder):
    """Start a long run and wait until it moves."""
    from grainway.simulation.stages.stage_input import write_data

    potential = nep()
    setup, *_ = small_bulk(potential)
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


def test_the_engine_does_not_outlive_a_killed_parent(tmp_path):
    script = (
        "import sys; from pathlib import Path; sys.path[:0] = sys.argv[2:];"
        "from test_nep_runs import started; started(Path(sys.argv[1])).wait()"
    )
    folders = [str(folder) for folder in Path(__file__).parents[:4:3]]
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path), *folders])
    try:
        deadline = time.monotonic() + 60
        while not engines_in(tmp_path):
            assert time.monotonic() < deadline, "the engine did not start"
            assert parent.poll() is None
            time.sleep(0.05)
    finally:
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 10
    while engines_in(tmp_path):
        assert time.monotonic() < deadline, "the engine outlived its parent"
        time.sleep(0.05)
