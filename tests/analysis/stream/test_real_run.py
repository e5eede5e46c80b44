"""Transport identities on a short LAMMPS run of the garnet at 1200 K."""

import numpy as np
import pytest

from example_structures.small_bulk import small_bulk
from grainway.analysis import collective_conductivity, haven_ratio
from grainway.analysis.conductivity.collective_conductivity import per_volume, polarisation
from grainway.analysis.motion.displacement import framework_positions
from grainway.simulation import Protocol, find_lammps, read_production, run_stages

pytestmark = [pytest.mark.lammps, pytest.mark.slow, pytest.mark.physics]


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    """48 ps of 192 atoms: in half of it a quarter of the runs are not diffusive yet."""
    protocol = Protocol(
        temperature=1200.0,
        minimise_steps=100,
        constant_pressure=1.0,
        fixed_cell=0.5,
        production=48.0,
        production_segment=48.0,
        sample_interval=0.1,
        frame_interval=0.1,
    )
    setup, framework, grain = small_bulk(protocol, "softbv", seed=4)
    folder = tmp_path_factory.mktemp("bulk")
    run_stages(setup, folder, find_lammps(), framework, grain)
    return read_production(setup, folder, 1200.0)


def test_einstein_and_green_kubo_agree(production):
    einstein = collective_conductivity(production.lithium)
    green_kubo = collective_conductivity(production.lithium, method="green-kubo")
    joint = np.hypot(einstein.standard_error, green_kubo.standard_error)
    assert abs(einstein.value - green_kubo.value) < 2 * joint
    assert haven_ratio(production.lithium).bound is None


def test_all_ions_carry_the_current_of_lithium_in_the_framework_frame(production):
    frames = production.frames
    drift = np.random.default_rng(0).normal(size=(frames.n_frames, 1, 3)).cumsum(axis=0)
    total = np.einsum("tia,i->ta", frames.positions + drift, frames.charges)
    lithium = framework_positions(frames, frames.indices("Li")).sum(axis=1)
    np.testing.assert_allclose(total - total[0], lithium - lithium[0], atol=1e-3)
    moved = np.ptp(lithium, axis=0).max()
    assert moved > 1.0  # the identity above is not one of zeros
    np.testing.assert_allclose(polarisation(frames) - polarisation(frames)[0], total - total[0], atol=1e-3)
    assert per_volume(frames) == pytest.approx(per_volume(production.lithium), rel=1e-9)
