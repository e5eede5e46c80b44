"""Snapshots from real runs of LAMMPS."""

import numpy as np
import pytest
from ase.geometry import find_mic

from grainway.distillation.sources.starting_structures import Cubic, Tetragonal
from grainway.distillation.sources.teaching_dynamics import Phase, snapshots
from grainway.errors import ConfigError, SimulationError
from grainway.simulation import find_lammps, load_potential

RNG = np.random.default_rng(0)
HEATING = (
    Phase(start=300.0, end=300.0, duration=0.05, timestep=0.001),
    Phase(start=300.0, end=900.0, duration=0.2, timestep=0.002, cell="isotropic", interval=0.1),
)


@pytest.mark.lammps
def test_snapshots_are_instants_of_one_trajectory_and_the_same_again(tmp_path):
    atoms = Cubic(3).build(RNG)
    potential = load_potential("buck_core_zm")
    first, again, other = (
        snapshots(atoms, potential, HEATING, seed, tmp_path / str(seed), find_lammps()) for seed in (5, 5, 6)
    )
    assert [s.temperature for s in first] == [600.0, 900.0]
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.atoms.positions, two.atoms.positions)
    assert np.abs(first[0].atoms.positions - other[0].atoms.positions).max() > 0.01
    for snapshot in first:
        frame = snapshot.atoms
        np.testing.assert_array_equal(frame.numbers, atoms.numbers)
        fractions = frame.get_scaled_positions(wrap=False)
        assert fractions.min() > -1e-9
        assert fractions.max() < 1 + 1e-9
        _, distance = find_mic(
            frame.positions - atoms.positions @ np.linalg.inv(atoms.cell.array) @ frame.cell.array, frame.cell
        )
        assert 0.01 < distance.mean() < 1.0


@pytest.mark.lammps
def test_the_cell_changes_as_far_as_it_is_free(tmp_path):
    potential = load_potential("buck_core_zm")

    def lengths(freedom):
        phase = Phase(start=600.0, end=600.0, duration=0.2, timestep=0.002, cell=freedom, interval=0.2)
        taken = snapshots(Tetragonal().build(RNG), potential, (phase,), 9, tmp_path / freedom, find_lammps())
        return taken[-1].atoms.cell.lengths()

    start = Tetragonal().build(RNG).cell.lengths()
    np.testing.assert_allclose(lengths("fixed"), start, atol=1e-6)
    isotropic = lengths("isotropic") / start
    np.testing.assert_allclose(isotropic, isotropic[0], rtol=1e-6)
    assert abs(isotropic[0] - 1) > 1e-5
    stacked = lengths("stacked") / start
    assert stacked[0] == pytest.approx(stacked[1], rel=1e-6)
    assert abs(stacked[2] - stacked[0]) > 1e-6
    assert len({round(x, 6) for x in lengths("axes") / start}) == 3


@pytest.mark.lammps
def test_a_failure_is_told_in_the_words_of_lammps(tmp_path):
    atoms = Cubic(3).build(RNG)
    atoms.positions[1] = atoms.positions[0] + 1e-3
    atoms.cell[2] *= 30
    wild = Phase(start=6000.0, end=6000.0, duration=1.0, timestep=0.004, interval=0.5)
    atoms.positions[:, 2] *= 0.02
    with pytest.raises(SimulationError, match="snapshots with buck_core_zm: LAMMPS ended"):
        snapshots(atoms, load_potential("buck_core_zm"), (wild,), 5, tmp_path, find_lammps())


@pytest.mark.parametrize(
    ("field", "value"),
    [("start", 0.0), ("end", 1e5), ("duration", 0.0), ("timestep", 0.01), ("interval", 2.0)],
)
def test_a_phase_that_cannot_be_is_refused_by_name(field, value):
    good = {"start": 300.0, "end": 300.0, "duration": 1.0, "timestep": 0.001}
    with pytest.raises(ConfigError, match=field):
        Phase(**{**good, field: value})
