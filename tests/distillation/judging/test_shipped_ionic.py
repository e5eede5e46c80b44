"""The shipped pair splines: whole, within their size, near their teacher, and watched after a run."""

import numpy as np
import pytest

from grainway.campaign.evaluation.realised_facts import trained_region
from grainway.distillation import read_card
from grainway.errors import SimulationError
from grainway.simulation import (
    IONIC_CARD,
    IONIC_NAME,
    Protocol,
    RunSetup,
    find_lammps,
    load_potential,
    run_stages,
)
from grainway.simulation.minimise.single_point import single_point
from grainway.simulation.potentials.pair.fitted_potential import committee_spread
from grainway.simulation.potentials.pair.pair_sums import own_coefficients, pair_sums
from grainway.structure import bulk_crystal, lithium_ordering


def test_it_is_complete_and_small():
    potential, card = load_potential(IONIC_NAME), read_card(IONIC_CARD)
    assert sum(path.stat().st_size for path in IONIC_CARD.parent.glob(f"{IONIC_NAME}*")) < 1_000_000
    committee = potential.fit.committee
    assert committee.n_members == len(card.members) == 10
    assert committee.spread_threshold == card.spread_threshold > 0
    assert set(committee.coefficients) == set(potential.fit.pairs)
    assert {"boundary", "melt", "bulk_cubic"} <= set(card.held_out)
    assert all(entry.force_mae.value < 0.4 * entry.force_scale for entry in card.accuracy)
    # lithium, which moves, is nearer than the shells that hold it
    for entry in card.accuracy:
        assert entry.by_element["Li"].force_mae.value < entry.force_mae.value
    assert card.excess_energies.rank_correlation >= 0.8


@pytest.mark.lammps
def test_forces_of_the_sums_over_pairs_are_those_of_lammps(tmp_path):
    """Two ways to the same numbers, as near as 4,000 points of a table come."""
    potential = load_potential(IONIC_NAME)
    crystal = bulk_crystal((1, 1, 1), lithium_ordering(4))
    crystal.positions += np.random.default_rng(3).normal(0.0, 0.1, crystal.positions.shape)
    point = single_point(crystal, potential, tmp_path, find_lammps())
    sums = pair_sums(
        potential.fit,
        own_coefficients(potential.fit),
        crystal.get_chemical_symbols(),
        crystal.positions,
        crystal.cell.array,
    )
    np.testing.assert_allclose(sums.forces[0], point.forces, atol=2e-3)


@pytest.fixture(scope="module")
def hot_run(tmp_path_factory):
    potential, folder = load_potential(IONIC_NAME), tmp_path_factory.mktemp("hot")
    crystal = bulk_crystal((1, 1, 1), lithium_ordering(2))
    protocol = Protocol(
        temperature=1000.0, constant_pressure=1.0, fixed_cell=0.2, production=2.0, production_segment=0.5,
        sample_interval=0.05, frame_interval=0.5,
    )  # fmt: skip
    nothing = np.zeros(len(crystal), dtype=bool)
    setup = RunSetup(atoms=crystal, potential=potential, protocol=protocol, kind="bulk", band=nothing, seed=5)
    grain = np.zeros(len(crystal), dtype=np.int64)
    framework = np.array(crystal.get_chemical_symbols()) != "Li"
    return potential, folder, run_stages(setup, folder, find_lammps(), framework, grain)


@pytest.mark.lammps
def test_a_run_in_hot_garnet_stays_within_what_was_taught(hot_run):
    potential, folder, finished = hot_run
    facts = trained_region(potential, folder, finished)
    assert facts["configurations_watched"] == 4
    assert facts["configurations_outside_training"] == 0
    assert 0 < facts["force_spread_largest_eV_per_A"] < facts["force_spread_threshold_eV_per_A"]


@pytest.mark.lammps
def test_of_a_long_run_a_dozen_ends_are_looked_at_the_last_one_among_them(hot_run):
    potential, folder, finished = hot_run
    names = [f.stage.name for f in finished if f.stage.kind == "production"]
    found = potential.extrapolation(folder, names * 10)
    assert found.n_samples == 12
    assert found.threshold == potential.fit.committee.spread_threshold
    with pytest.raises(SimulationError, match="no such stage left no final"):
        potential.extrapolation(folder, ["no such stage"])


@pytest.mark.parametrize("seed", range(5))
def test_a_crystal_squeezed_to_seven_tenths_lies_outside(seed):
    """A frame at 300-1200 K has a largest spread of 0.1 eV/Å; here oxygen and cations are 0.3 Å too near."""
    potential = load_potential(IONIC_NAME)
    crystal = bulk_crystal((1, 1, 1), lithium_ordering(2))
    crystal.set_cell(crystal.cell.array * 0.7 ** (1 / 3), scale_atoms=True)
    crystal.positions += np.random.default_rng(seed).normal(0.0, 0.15, crystal.positions.shape)
    spread = committee_spread(
        potential.fit, crystal.get_chemical_symbols(), crystal.positions, crystal.cell.array
    )
    assert spread[0] > potential.fit.committee.spread_threshold
