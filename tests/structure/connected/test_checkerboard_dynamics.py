"""Boundaries that meet hold together: blocks stay crystals of their orientation in a hot run."""

import subprocess

import numpy as np
import pytest

from grainway.simulation import Protocol, RunSetup, find_lammps, load_potential
from grainway.simulation.lammps.lammps_output import read_binary_dump
from grainway.simulation.stages.stage_health import crystalline_fraction
from grainway.simulation.stages.stage_input import DATA_FILE, write_data
from grainway.structure import Catalogue, build_boundary, disorientation, load_garnet, measured_orientation
from grainway.structure.connected.connected_boundary import connect
from grainway.structure.lattice.misorientation import lab_rotation

pytestmark = [pytest.mark.lammps, pytest.mark.slow, pytest.mark.physics]

TEMPERATURE_K = 1000.0
STEPS = 1000


@pytest.mark.parametrize("connection", ["orthogonal", "stepped"])
def test_blocks_stay_crystals_of_their_orientation(connection, tmp_path):
    """2 ps at 1000 K and no pressure, each cell length on its own so that all gaps may close."""
    catalogue = Catalogue(axes=((0, 0, 1),), max_strain=0.0, characters=("symmetric tilt",))
    entry = next(e for e in catalogue.entries if e.normal_a == (4, 1, 0))
    spec = entry.spec(connection=connection, termination=0.3, translation=(0.3, 0.1))
    crystal = load_garnet()
    atoms, frame = build_boundary(spec, seed=1).atoms, connect(spec, crystal)
    setup = RunSetup(
        atoms=atoms,
        potential=load_potential("buck_core_zm"),
        protocol=Protocol(),
        kind="boundary",
        band=np.zeros(len(atoms), dtype=bool),
        seed=1,
    )
    write_data(setup, tmp_path / DATA_FILE)
    script = [
        "units metal",
        "atom_style charge",
        f"read_data {DATA_FILE}",
        *setup.potential.write(tmp_path),
        "thermo_style custom step temp press pe etotal lx ly lz",
        "thermo_modify lost error",
        "min_style cg",
        "minimize 1e-8 1e-3 100 100000",
        "reset_timestep 0",
        f"velocity all create {TEMPERATURE_K} 4711 mom yes rot no dist gaussian",
        "timestep 0.002",
        f"fix barostat all npt temp {TEMPERATURE_K} {TEMPERATURE_K} 0.1 "
        "x 1 1 1.0 y 1 1 1.0 z 1 1 1.0 couple none",
        "compute place all property/atom xu yu zu",
        f"fix mean all ave/atom 10 {STEPS // 20} {STEPS} c_place[1] c_place[2] c_place[3]",
        f"dump mean all custom {STEPS} mean.bin f_mean[1] f_mean[2] f_mean[3]",
        "dump_modify mean sort id",
        f"run {STEPS}",
    ]
    (tmp_path / "in").write_text("\n".join(script))
    binary = find_lammps()
    command = [binary.path, *setup.potential.command_line, "-in", "in", "-screen", "none"]
    subprocess.run(command, cwd=tmp_path, env=binary.full_environment(), check=True)
    dump = read_binary_dump(tmp_path / "mean.bin")
    now, cell = dump.values[-1], dump.cells[-1]
    inside = (atoms.numbers != 3) & (frame.boundaries.distance(atoms.positions) > 6.0)
    body = frame.body_at(atoms.positions)
    assert inside.sum() > 500
    assert crystalline_fraction(atoms.positions, now, body, inside) > 0.99
    for number in np.unique(body):
        zirconium = inside & (body == number) & (atoms.numbers == 40)
        measured = measured_orientation(now[zirconium], cell, crystal.lattice_parameter)
        lower = frame.grain_at(atoms.positions[zirconium])[0] == 0
        wanted, other = (
            lab_rotation(spec.axis, n)
            for n in ((spec.normal_a, spec.normal_b) if lower else (spec.normal_b, spec.normal_a))
        )
        # blocks settle by a degree or two as the gaps close; the other grain is 28 degrees away
        assert disorientation(measured, wanted)[0] < 4.0
        assert disorientation(measured, other)[0] > spec.angle_deg - 4.0
