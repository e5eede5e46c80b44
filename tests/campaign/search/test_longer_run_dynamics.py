"""A real run that goes on: from the state in which the earlier one ended, with an estimate of its own."""

import pytest

from grainway.campaign.evaluation.evaluate import evaluate, remove_trajectories
from grainway.campaign.evaluation.trial import Trial
from grainway.errors import SimulationError
from grainway.simulation import Protocol, find_lammps, kept_ends, load_potential
from grainway.simulation.lammps.lammps_output import THERMO_COLUMNS, read_binary_dump, read_log
from grainway.structure import Catalogue

pytestmark = [pytest.mark.lammps, pytest.mark.slow, pytest.mark.xdist_group("longer run")]

FIRST, SECOND = 3.0, 3.0


def trial(production, continues=""):
    """The smallest boundary of the catalogue, hot enough for lithium to diffuse within picoseconds."""
    potential = load_potential("buck_core_zm")
    entry = min(Catalogue(max_atoms=1400, min_grain_thickness=14.5).entries, key=lambda e: e.n_atoms)
    return Trial(
        kind="boundary",
        spec=entry.spec(width_layers=2),
        protocol=Protocol(
            temperature=1900.0,
            minimise_steps=50,
            anneal=0.2,
            constant_pressure=0.5,
            fixed_cell=0.1,
            production=production,
            production_segment=1.5,
            sample_interval=0.05,
            frame_interval=0.5,
        ),
        potential=potential.name,
        potential_digest=potential.digest,
        objective_width=5.4,
        seed=5,
        continues=continues,
    )


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Folder and result of a run, of the one that goes on with it, and the last sample of the first."""
    root = tmp_path_factory.mktemp("campaign")
    first = trial(FIRST)
    folder = first.folder(root)
    folder.mkdir(parents=True)
    result = evaluate(first, folder, find_lammps()).to_dict()
    last = {
        "lithium": read_binary_dump(folder / "10-production-0001.lithium.bin").values[-1],
        "thermo": read_log(folder / "10-production-0001.log").rows[-1],
    }
    remove_trajectories(folder)
    longer = trial(SECOND, first.id)
    behind = longer.folder(root)
    behind.mkdir()
    return folder, result, last, behind, evaluate(longer, behind, find_lammps()).to_dict()


def test_the_state_at_the_end_of_production_is_what_is_kept(runs):
    folder, *_ = runs
    (end,) = kept_ends(trial(FIRST).protocol, folder)
    assert [path.name for path in folder.glob("*.restart")] == [f"{end.name}.restart"]
    assert end.segment == 1
    assert not list(folder.glob("*.bin"))


def test_the_first_frame_is_the_last_one_of_the_run_it_goes_on_with(runs):
    _, _, last, behind, _ = runs
    dump = read_binary_dump(behind / "10-production-0002.lithium.bin")
    # Å: reading the state wraps the atoms into the cell, which rounds the last digits
    assert dump.values[0] == pytest.approx(last["lithium"], rel=0, abs=1e-9)
    now, then = (
        dict(zip(THERMO_COLUMNS, row, strict=True))
        for row in (read_log(behind / "10-production-0002.log").rows[0], last["thermo"])
    )
    assert now["step"] == then["step"]
    # velocities, interactions and cell are those of the end, summed in another order
    for column in ("temperature", "potential", "total", "lx", "ly", "lz"):
        assert now[column] == pytest.approx(then[column], rel=1e-7)


def test_nothing_but_production_is_run_and_it_gives_an_estimate_of_its_own(runs):
    _, first, _, behind, longer = runs
    done = sorted(path.name.removesuffix(".done.json") for path in behind.glob("*.done.json"))
    assert done == ["10-production-0002", "10-production-0003"]
    assert longer["realised"]["production_ps"] == pytest.approx(SECOND)
    both = [r["estimates"]["rho_gb"] for r in (first, longer)]
    for estimate in both:
        assert estimate["value"] > 0
        assert estimate["standard_error"] > 0
    assert both[0]["value"] != both[1]["value"]
    assert longer["realised"]["n_atoms"] == first["realised"]["n_atoms"]
    # the cell stays that of the first run's mean
    assert longer["realised"]["cell_lengths_A"] == pytest.approx(first["realised"]["cell_lengths_A"])


def test_a_third_run_could_go_on_from_the_second(runs):
    *_, behind, _ = runs
    (end,) = kept_ends(trial(SECOND).protocol, behind)
    assert end.segment == 3


def test_a_lost_state_is_a_failure_with_a_reason(tmp_path):
    longer = trial(SECOND, "0" * 64)
    folder = longer.folder(tmp_path)
    folder.mkdir(parents=True)
    with pytest.raises(SimulationError, match="final state of the run that was to go on is no longer"):
        evaluate(longer, folder, find_lammps())
