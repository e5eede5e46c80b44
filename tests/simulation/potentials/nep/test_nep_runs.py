"""Whole runs with a NEP model: continuation, watching the committee, errors, signals, orphans."""

import os
import signal
import subprocess
from pathlib import Path

import numpy as np
import pytest

from example_engines.engine_processes import assert_dies_with_its_parent
from example_engines.short_runs import SHORT, endless_nep_run, run
from example_potentials.nep_example import nep, run_script, scaled_model
from example_structures.small_bulk import small_bulk
from grainway.errors import SimulationError
from grainway.simulation import find_lammps, plan_stages, read_production
from grainway.simulation.lammps.lammps_process import start_lammps
from grainway.simulation.minimise.single_point import single_point
from grainway.simulation.potentials.extrapolation import read_spread, spread_file
from grainway.simulation.stages.field_run import run_fields
from grainway.structure import bulk_crystal, lithium_ordering

pytestmark = [pytest.mark.lammps, pytest.mark.mlip]


class InterruptionError(Exception):
    pass


@pytest.fixture(scope="module")
def doubled(tmp_path_factory):
    """A model that gives twice the forces: of the two, every atom's spread is half its force."""
    return scaled_model(tmp_path_factory.mktemp("model") / "doubled.txt", 2.0)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, doubled):
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(folder, *small_bulk(SHORT, nep(doubled)))


def test_the_stages_do_what_the_protocol_says(uninterrupted):
    folder, finished = uninterrupted
    hot = [f for f in finished if f.stage.kind == "production"]
    assert np.mean([f.mean_temperature for f in hot]) == pytest.approx(1000.0, rel=0.1)
    assert all(f.crystalline > 0.99 for f in finished)
    setup, *_ = small_bulk(SHORT, nep())
    production = read_production(setup, folder, 1000.0)
    assert production.lithium.positions.shape == (21, 56, 3)


def test_an_interrupted_run_continues_bit_for_bit(uninterrupted, doubled, tmp_path):
    whole, _ = uninterrupted
    for stop_after in plan_stages(SHORT, "bulk")[:-1]:

        def stop(stage, positions, cell, stop_after=stop_after):
            if stage == stop_after:
                raise InterruptionError

        with pytest.raises(InterruptionError):
            run(tmp_path, *small_bulk(SHORT, nep(doubled)), inspect=stop)
    run(tmp_path, *small_bulk(SHORT, nep(doubled)))
    for pattern in ("*.lithium.bin", "*.frames.bin", "*.centre", "*.cell", "*.final.bin", "*.spread"):
        assert list(whole.glob(pattern))
        for path in whole.glob(pattern):
            assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_watching_does_not_change_the_motion(uninterrupted, tmp_path):
    whole, _ = uninterrupted
    run(tmp_path, *small_bulk(SHORT, nep()))
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
    setup, interior, grain = small_bulk(SHORT, nep())
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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_signal_ends_the_engine_at_once(number, tmp_path):
    process = endless_nep_run(tmp_path)
    process.process.send_signal(number)
    assert process.process.wait(timeout=5) == -number
    assert process.was_stopped


def test_the_engine_does_not_outlive_a_killed_parent(tmp_path):
    start = "from example_engines.short_runs import endless_nep_run; endless_nep_run(folder).wait()"
    assert_dies_with_its_parent(start, tmp_path)
