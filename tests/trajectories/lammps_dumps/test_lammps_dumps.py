"""What LAMMPS writes, through flips of a sheared box and a breathing one, reads alike from every format."""

import subprocess

import numpy as np
import pytest

from grainway.simulation.lammps.lammps_executable import find_lammps
from grainway.trajectories import Clock, Source

pytestmark = pytest.mark.lammps

INPUT = """
units metal
atom_style atomic
boundary p p p
region box prism 0 9 0 9 0 9 0 0 0
create_box 2 box
create_atoms 1 random 60 12 NULL overlap 1.2
create_atoms 2 random 20 34 NULL overlap 1.2
mass * 20
pair_style soft 2.5
pair_coeff * * 2.0
minimize 0 1e-3 200 1000
velocity all create 600 7 mom yes
fix move all {fix}
timestep 0.002
reset_timestep 0
dump text all custom 10 run.dump id type xu yu zu
dump wrapped all custom 10 wrapped.dump id type x y z
dump images all custom 10 images.dump type id xs ys zs ix iy iz
dump scaled all custom 10 scaled.dump id xsu ysu zsu
dump binary all custom 10 run.bin id type xu yu zu
dump dcd all dcd 10 run.dcd
dump xtc all xtc 10 run.xtc
dump_modify text format float %.12g time yes units yes
dump_modify wrapped format float %.12g
dump_modify images format float %.12g
dump_modify scaled format float %.14g
dump_modify xtc precision 10000
run {steps}
"""


@pytest.mark.parametrize(
    ("fix", "steps"),
    [
        ("npt temp 600 600 0.1 aniso 0 0 0.3", 400),
        ("nvt/sllod temp 600 600 0.1\nfix shear all deform 1 xy erate 1.2 remap v flip yes", 800),
    ],
    ids=["breathing", "sheared"],
)
def test_all_formats_of_one_run_agree(tmp_path, fix, steps):
    (tmp_path / "in.run").write_text(INPUT.format(fix=fix, steps=steps))
    lammps = find_lammps()
    subprocess.run(
        [lammps.path, "-in", "in.run", "-log", "none"],
        cwd=tmp_path,
        env=lammps.full_environment(),
        check=True,
        capture_output=True,
        timeout=120,
    )

    def fractions(name, clock=None):
        source = Source(paths=[tmp_path / name], clock=clock or Clock(timestep=0.002))
        samples = list(source.samples())
        assert [s.time for s in samples] == pytest.approx(0.02 * np.arange(steps // 10 + 1), abs=1e-5)
        found = np.array([s.fractions for s in samples])
        # DCD and XTC do not say where the corner of the cell is, which moves all atoms alike
        return found - found[0] - (found - found[0]).mean(axis=1, keepdims=True)

    true = fractions("run.dump", Clock())
    cells = np.array([s.cell for s in Source(paths=[tmp_path / "run.dump"]).samples()])
    assert np.ptp(cells, axis=0).max() > (9 if "shear" in fix else 0.05)
    assert np.abs(true).max() > 0.1
    for name in ("wrapped.dump", "images.dump", "scaled.dump", "run.bin"):
        assert fractions(name) == pytest.approx(true, abs=1e-9), name
    assert fractions("run.dcd") == pytest.approx(true, abs=1e-5)
    assert fractions("run.xtc") == pytest.approx(true, abs=3e-4)
