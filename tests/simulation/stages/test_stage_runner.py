"""Real LAMMPS runs: bit-for-bit continuation, sampled quantities, failures, orphans."""

import subprocess

import numpy as np
import pytest

from example_engines.engine_processes import assert_dies_with_its_parent
from example_engines.short_runs import SHORT, run
from example_structures.small_bulk import small_bulk
from grainway.errors import SimulationError
from grainway.simulation import (
    Protocol,
    RunSetup,
    find_lammps,
    load_potential,
    plan_stages,
    read_production,
)
from grainway.simulation.lammps.lammps_output import read_binary_dump
from grainway.structure import Catalogue, build_boundary, bulk_crystal, lithium_ordering

pytestmark = [pytest.mark.lammps, pytest.mark.xdist_group("stage runner")]


class InterruptionError(Exception):
    pass


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(folder, *small_bulk(SHORT))


def test_an_interrupted_run_continues_bit_for_bit(uninterrupted, tmp_path):
    whole, _ = uninterrupted
    stages = plan_stages(SHORT, "bulk")
    for stop_after in stages[:-1]:

        def stop(stage, positions, cell, stop_after=stop_after):
            if stage == stop_after:
                raise InterruptionError

        with pytest.raises(InterruptionError):
            run(tmp_path, *small_bulk(SHORT), inspect=stop)
    run(tmp_path, *small_bulk(SHORT))
    for pattern in ("*.lithium.bin", "*.frames.bin", "*.centre", "*.cell", "*.final.bin"):
        for path in whole.glob(pattern):
            assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_finished_stages_are_not_run_again(uninterrupted):
    folder, first = uninterrupted
    before = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.log")}
    again = run(folder, *small_bulk(SHORT))
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("*.log")} == before
    assert [f.wall_s for f in again] == [f.wall_s for f in first]


def test_the_run_does_what_the_protocol_says(uninterrupted):
    _, finished = uninterrupted
    hot = [f for f in finished if f.stage.kind == "production"]
    # 192 atoms: the temperature of one configuration scatters by T sqrt(2/3N) = 6 %; means by less
    assert np.mean([f.mean_temperature for f in hot]) == pytest.approx(1000.0, rel=0.1)
    cell = next(f.mean_cell for f in finished if f.mean_cell is not None)
    assert cell[0] == pytest.approx(cell[1], rel=1e-9)
    assert cell[0] == pytest.approx(13.0, rel=0.02)
    assert all(f.crystalline > 0.99 for f in finished)


def test_lithium_is_sampled_in_the_frame_of_the_framework(uninterrupted):
    """The current of lithium in the framework's frame is the current of all ions."""
    folder, _ = uninterrupted
    setup, *_ = small_bulk(SHORT)
    production = read_production(setup, folder, 1000.0)
    lithium, frames = production.lithium, production.frames
    assert lithium.positions.shape == (21, 56, 3)
    assert lithium.time_step == pytest.approx(0.05)
    assert frames.positions.shape == (4, 192, 3)
    charges = frames.charges
    framework = charges != 1.0
    centre = np.einsum("fni,n->fi", frames.positions[:, framework], charges[framework])
    assert np.ptp(centre / charges[framework].sum(), axis=0).max() < 1e-9
    # the frames average what is sampled: lithium of a frame is the mean of its interval
    for number, stop in enumerate((5, 10, 15, 20)):
        sampled = lithium.positions[stop - 5 : stop + 1].mean(axis=0)
        averaged = frames.positions[number][~framework]
        assert np.abs(sampled - averaged).max() < 0.5


def test_binary_dump_equals_the_text_dump_of_lammps(tmp_path):
    boundary = build_boundary(Catalogue(min_grain_thickness=8.0).entries[-2].spec(), seed=0)
    protocol = Protocol(temperature=300.0, minimise_steps=0, anneal=0.0, constant_pressure=0.5)
    atoms = boundary.atoms
    assert np.abs(np.tril(atoms.cell.array, -1)).max() > 1  # a tilted cell
    setup = RunSetup(
        atoms=atoms,
        potential=load_potential("softbv"),
        protocol=protocol,
        kind="boundary",
        band=np.zeros(len(atoms), dtype=bool),
        seed=1,
    )
    from grainway.simulation.stages.stage_input import DATA_FILE, write_data

    write_data(setup, tmp_path / DATA_FILE)
    script = "\n".join(
        [
            "units metal",
            "atom_style charge",
            "box tilt large",
            f"read_data {DATA_FILE}",
            "pair_style zero 5.0",
            "pair_coeff * *",
            "run 0",
            "write_dump all custom out.bin id type xu yu zu modify sort id",
            "write_dump all custom out.txt id type xu yu zu modify sort id format float %.17g",
        ]
    )
    (tmp_path / "in").write_text(script)
    binary = find_lammps()
    subprocess.run(
        [binary.path, "-in", "in", "-screen", "none"], cwd=tmp_path, env=binary.full_environment(), check=True
    )
    dump = read_binary_dump(tmp_path / "out.bin")
    text = (tmp_path / "out.txt").read_text().splitlines()
    table = np.array([line.split() for line in text[9:]], dtype=float)
    assert np.array_equal(dump.values[0], table)
    assert np.allclose(dump.cells[0], atoms.cell.array, atol=1e-9)
    assert np.allclose(table[:, 2:], atoms.positions, atol=1e-9)


def test_a_failing_engine_is_reported_with_its_own_words(tmp_path):
    setup, interior, grain = small_bulk(SHORT)
    run(tmp_path, setup, interior, grain, inspect=None)
    (tmp_path / "10-production-0001.done.json").unlink()
    (tmp_path / "10-production-0000.restart").write_bytes(b"not a restart file")
    with pytest.raises(SimulationError, match=r"10-production-0001: LAMMPS ended with status 1: ERROR"):
        run(tmp_path, setup, interior, grain)


def test_a_potential_without_an_element_is_refused():
    atoms = bulk_crystal((1, 1, 1), lithium_ordering(3))
    atoms.symbols[-1] = "Ag"
    with pytest.raises(SimulationError, match="no parameters for Ag"):
        RunSetup(
            atoms=atoms,
            potential=load_potential("softbv"),
            protocol=SHORT,
            kind="bulk",
            band=np.zeros(len(atoms), dtype=bool),
            seed=1,
        )


def test_lammps_does_not_outlive_a_killed_parent(tmp_path):
    """kill -9 on the process that runs the stages leaves no engine behind."""
    start = """
from dataclasses import replace
from example_engines.short_runs import SHORT, run
from example_structures.small_bulk import small_bulk
run(folder, *small_bulk(replace(SHORT, production=200.0, constant_pressure=200.0)))
"""
    assert_dies_with_its_parent(start, tmp_path)
