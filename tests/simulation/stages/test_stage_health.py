"""A run that exited with 0 and is no good is recognised."""

import numpy as np
import pytest

from grainway.errors import SimulationError
from grainway.simulation.lammps.lammps_output import read_averages, read_binary_dump, read_log
from grainway.simulation.stages.protocol import Stage
from grainway.simulation.stages.stage_health import check_crystalline, check_log, crystalline_fraction

STAGE = Stage(name="10-production-0000", kind="production", phases=((0.002, 200),), temperature=1000.0)
GOOD = """LAMMPS (22 Jul 2025 - Update 4)
Loop time of 1 on 1 procs for 200 steps with 10 atoms
  - [0, 1000.0, 1.0, -10.0, -9.0, 10.0, 10.0, 10.0, ]
  - [200, 1010.0, 1.0, -10.0, -9.0, 10.0, 10.0, 10.0, ]
Dangerous builds = 0
grainway: stage complete
Total wall time: 0:00:01
"""


def log_of(tmp_path, text):
    path = tmp_path / "log"
    path.write_text(text)
    return read_log(path)


def test_a_good_run_passes(tmp_path):
    log = log_of(tmp_path, GOOD)
    check_log(log, STAGE)
    assert log.rows.shape == (2, 8)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("1010.0", "-nan", "not a number"),
        ("1010.0", "nan", "not a number"),
        ("1010.0", "inf", "not a number"),
        ("[200,", "[100,", "stopped at step 100, 200 was asked for"),
        ("grainway: stage complete\n", "", "before the last command"),
        ("Total wall time: 0:00:01\n", "", "before the last command"),
        ("on 1 procs", "on 2 procs", "2 processes"),
        ("builds = 0", "builds = 3", "3 neighbour lists"),
        ("1010.0", "9010.0", "mean temperature"),
        ("Dangerous", "ERROR: Lost atoms: original 10 current 9\nDangerous", "Lost atoms"),
    ],
)
def test_a_bad_run_is_named(tmp_path, old, new, message):
    with pytest.raises(SimulationError, match=message):
        check_log(log_of(tmp_path, GOOD.replace(old, new)), STAGE)


def test_a_missing_log_is_an_error(tmp_path):
    with pytest.raises(SimulationError, match="left no log"):
        read_log(tmp_path / "none")


def test_damaged_output_is_an_error(tmp_path):
    path = tmp_path / "file"
    path.write_bytes((-10).to_bytes(8, "little", signed=True) + b"DUMPCUSTOM" + b"\x01\x00")
    with pytest.raises(SimulationError, match="middle of a frame"):
        read_binary_dump(path)
    path.write_bytes(b"\x00" * 64)
    with pytest.raises(SimulationError, match="no binary dump"):
        read_binary_dump(path)
    path.write_bytes(b"")
    with pytest.raises(SimulationError, match="holds no frame"):
        read_binary_dump(path)
    path.write_text("# only a header\n")
    with pytest.raises(SimulationError, match="no averages"):
        read_averages(path)


def test_strained_shifted_grains_are_crystalline_and_molten_ones_are_not():
    rng = np.random.default_rng(0)
    start = rng.random((400, 3)) * 30
    grain = (start[:, 2] > 15).astype(int)
    interior = np.ones(400, dtype=bool)
    strain = np.diag([1.01, 1.01, 0.99])
    moved = start @ strain + np.where(grain[:, None] == 1, [2.0, -1.0, 0.5], [0.0, 0.0, 0.0])
    vibrating = moved + rng.normal(0, 0.25, moved.shape)
    assert crystalline_fraction(start, vibrating, grain, interior) > 0.99
    molten = moved + rng.normal(0, 2.0, moved.shape)
    fraction = crystalline_fraction(start, molten, grain, interior)
    assert fraction < 0.6
    with pytest.raises(SimulationError, match="kept its place"):
        check_crystalline(fraction, STAGE)
