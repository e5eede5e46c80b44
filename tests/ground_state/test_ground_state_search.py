"""The search for the lowest translation, cut and amount of Li2O of a boundary."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from ase.io import read

from example_campaigns.small_boundary import J_PER_M2, engine, small_boundary, small_crystal
from grainway.domain import Composition
from grainway.errors import ConfigError, SimulationError, StoreError, StructureError
from grainway.ground_state import ground_state_search as ground_state
from grainway.ground_state import minimisation_record
from grainway.ground_state.boundary_candidates import measure_contacts, screen
from grainway.ground_state.ground_state_search import RESULT, TABLE, run_search
from grainway.ground_state.ground_state_settings import SearchSettings
from grainway.simulation.minimise.minimisation_script import MinimisationSettings
from grainway.structure import build_boundary
from grainway.structure.catalogue.microscopic_variants import microscopic_variants

pytestmark = pytest.mark.xdist_group("ground-state search")

BRIEF = MinimisationSettings(anneal=0.1, close_gaps=100)
FEW = SearchSettings(n_candidates=40, n_minimise=3, n_orderings=1, minimisation=BRIEF)


@pytest.mark.lammps
def test_the_perfect_crystal_cut_anywhere_and_rejoined_costs_nothing_and_is_one_boundary(
    tmp_path, monkeypatch
):
    spec = small_crystal()
    cuts = [spec, replace(spec, termination=0.3), replace(spec, termination=0.77)]
    shifted = replace(spec, translation=(0.3, 0.4))
    monkeypatch.setattr(ground_state, "microscopic_variants", lambda *_: [*cuts, shifted])
    settings = SearchSettings(
        n_candidates=4, n_minimise=4, n_orderings=3, minimisation=MinimisationSettings(anneal=0.0)
    )
    found = run_search(spec, tmp_path, settings)
    best, other = found.states
    assert best.n_duplicates == 2
    # the energy left at a force of 5e-3 eV/Å is that squared over a stiffness of 1 eV/Å², per coordinate
    left = 3 * 0.5 * 0.005**2 * len(build_boundary(spec).atoms) / (2 * build_boundary(spec).area) * J_PER_M2
    assert left < 1e-2
    assert np.abs(found.ordering_energies).max() < left
    assert len(found.ordering_energies) == 3
    # 500 bar against 100 GPa, over both grains
    assert abs(best.excess_volume) < 500 * 1e5 / 100e9 * 2 * 6.0
    # slid over itself, it is a fault
    assert other.candidate == 3
    assert other.energy > 0.1


@pytest.mark.lammps
def test_annealing_costs_the_perfect_crystal_nothing_and_lowers_a_boundary(tmp_path):
    """Its lithium does not leave its places in 2 ps at 600 K, that of a boundary does."""
    one = SearchSettings(n_candidates=1, n_minimise=1, n_orderings=1)
    crystal = run_search(small_crystal(), tmp_path / "crystal", one)
    assert crystal.energy == pytest.approx(0.0, abs=0.01)
    still = replace(one, n_candidates=40, minimisation=MinimisationSettings(anneal=0.0))
    annealed, only_minimised = (
        run_search(small_boundary(), tmp_path / "boundary", s).energy
        for s in (replace(one, n_candidates=40), still)
    )
    assert annealed < only_minimised


@pytest.mark.lammps
def test_energy_is_linear_in_the_chemical_potential_of_lithium_oxide(tmp_path):
    settings = replace(FEW, potential="buck_core_zm", n_minimise=1, lithium_oxide_per_nm2=(0.0, 0.8))
    rich = run_search(small_boundary(), tmp_path, settings)
    poor = run_search(small_boundary(), tmp_path, replace(settings, delta_mu=-1.5))
    area = build_boundary(small_boundary()).area
    assert poor.lithium_oxide == pytest.approx(rich.lithium_oxide - 1.5)
    before, after = ({s.structure: s for s in found.states} for found in (rich, poor))
    assert before.keys() == after.keys()
    assert sorted(s.n_lithium_oxide for s in rich.states) == [0, 4]
    for name, state in before.items():
        expected = 1.5 * state.n_lithium_oxide / (2 * area) * J_PER_M2
        assert after[name].energy - state.energy == pytest.approx(expected)
    # at a low enough potential nothing is taken up
    assert (
        run_search(small_boundary(), tmp_path, replace(settings, delta_mu=-20.0)).states[0].n_lithium_oxide
        == 0
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return folder, run_search(small_boundary(), folder, replace(FEW, n_orderings=3), workers=2)


@pytest.mark.lammps
def test_the_table_ranks_relaxed_candidates_and_says_where_they_are(whole):
    folder, found = whole
    energies = [s.energy for s in found.states]
    assert energies == sorted(energies)
    assert len(found.states) + sum(s.n_duplicates for s in found.states) == 3
    assert found.energy == energies[0] == found.ordering_energies[0]
    assert found.uncertainty == pytest.approx(np.std(found.ordering_energies, ddof=1))
    assert found.lithium_oxide is None
    assert found.spec.translation == found.states[0].translation
    for item in found.states:
        atoms = read(folder / "minimised" / item.structure)
        assert len(atoms) == len(build_boundary(small_boundary()).atoms)
        assert atoms.get_chemical_symbols().count("Li") == 7 * len(atoms) // 24
        assert item.max_force <= FEW.minimisation.force_tolerance
    record = json.loads((folder / RESULT).read_text())
    assert record["energy_J_per_m2"] == found.energy
    assert record["n_candidates"] == 40
    assert record["settings"]["n_minimise"] == 3
    with (folder / TABLE).open() as stream:
        rows = list(csv.DictReader(stream))
    assert [float(r["energy_J_per_m2"]) for r in rows] == energies
    assert [int(r["rank"]) for r in rows] == list(range(1, len(rows) + 1))


SESSION = """
import sys
from pathlib import Path
from example_campaigns.small_boundary import small_boundary
from grainway.ground_state.ground_state_search import run_search
from grainway.ground_state.ground_state_settings import SearchSettings
from grainway.simulation.minimise.minimisation_script import MinimisationSettings
brief = MinimisationSettings(anneal=0.1, close_gaps=100)
settings = SearchSettings(n_candidates=40, n_minimise=3, n_orderings=3, minimisation=brief)
run_search(small_boundary(), Path(sys.argv[1]), settings)
"""


@pytest.mark.lammps
def test_after_kill_9_nothing_finished_is_run_again_and_the_table_is_the_same(whole, tmp_path):
    results = tmp_path / "minimised"
    finished = {}
    for at_least in (1, 3):
        session = subprocess.Popen(
            [sys.executable, "-c", SESSION, str(tmp_path)], cwd=Path(__file__).parents[1]
        )
        try:
            deadline = time.monotonic() + 60
            while len(list(results.glob("*.json"))) < at_least:
                assert session.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.01)
        finally:
            os.kill(session.pid, signal.SIGKILL)
            session.wait()
        for path in results.glob("*.json"):
            facts = path.stat()
            known = finished.setdefault(path.name, (facts.st_ino, facts.st_mtime_ns))
            assert known == (facts.st_ino, facts.st_mtime_ns)
    assert not (tmp_path / RESULT).exists()
    folder, expected = whole
    found = run_search(small_boundary(), tmp_path, replace(FEW, n_orderings=3))
    assert found == expected
    for name in (RESULT, TABLE):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    for name, known in finished.items():
        facts = (results / name).stat()
        assert (facts.st_ino, facts.st_mtime_ns) == known, f"{name} was run again"
    assert not (results / "running").exists()


@pytest.mark.lammps
def test_a_finished_search_is_read_and_a_larger_one_adds_to_it(whole, monkeypatch):
    folder, found = whole
    started = []
    start = minimisation_record.start_minimisation

    def counted(*arguments):
        started.append(arguments)
        return start(*arguments)

    monkeypatch.setattr(minimisation_record, "start_minimisation", counted)
    progress = []
    again = run_search(
        small_boundary(), folder, replace(FEW, n_orderings=3), on_progress=lambda *a: progress.append(a)
    )
    assert again == found
    assert started == progress == []
    more = run_search(
        small_boundary(),
        folder,
        replace(FEW, n_minimise=4, n_orderings=1),
        on_progress=lambda *a: progress.append(a),
    )
    assert len(started) == 1
    assert progress == [("candidates", 4, 4)]
    assert {s.structure for s in found.states} <= {s.structure for s in more.states}


@pytest.mark.lammps
def test_a_candidate_that_cannot_be_built_is_named_and_the_others_are_ranked(tmp_path, monkeypatch):
    build = ground_state.build_boundary
    _, refused, _ = screen(measure_contacts(list(microscopic_variants(small_boundary(), 40, 0))), 3, 0.1)

    def sometimes(spec, seed):
        if spec == refused.spec:
            raise StructureError("no room for lithium")
        return build(spec, seed=seed)

    monkeypatch.setattr(ground_state, "build_boundary", sometimes)
    progress = []
    found = run_search(small_boundary(), tmp_path, FEW, on_progress=lambda *a: progress.append(a))
    assert found.failed == ((refused.number, "no room for lithium"),)
    assert len(found.states) == 2
    assert progress == [("perfect crystals", 1, 2), ("perfect crystals", 2, 2)] + [
        ("candidates", n, 3) for n in (1, 2, 3)
    ]


def test_an_engine_that_fails_is_recorded_with_its_words_and_log(tmp_path):
    failing = engine(tmp_path / "lmp", 'echo "ERROR: Lost atoms" > "$log"; exit 1')
    for _ in range(2):
        with pytest.raises(SimulationError, match="ERROR: Lost atoms") as error:
            run_search(small_boundary(), tmp_path / "out", FEW, lammps=failing)
        log = Path(str(error.value).rpartition("log: ")[2].rstrip(")"))
        assert log.read_text() == "ERROR: Lost atoms\n"
        failing.write_text("#!/bin/sh\nexit 9\n")  # the second time nothing is started


@pytest.mark.lammps
@pytest.mark.parametrize("ending", ['touch "$log"; kill -9 $$', "echo no library >&2; exit 127"])
def test_an_engine_stopped_from_outside_or_that_never_began_leaves_no_result(tmp_path, ending):
    broken = engine(tmp_path / "lmp", ending)
    with pytest.raises(SimulationError, match=r"status (-9|127)"):
        run_search(small_crystal(), tmp_path / "out", FEW, lammps=broken)
    assert not list((tmp_path / "out" / "minimised").glob("*.json"))
    settings = replace(FEW, n_candidates=1, n_minimise=1)
    assert run_search(small_crystal(), tmp_path / "out", settings).failed == ()


@pytest.mark.lammps
def test_a_reference_without_a_minimum_ends_the_search_and_says_why(tmp_path):
    settings = replace(FEW, minimisation=MinimisationSettings(close_gaps=0, rounds=1, iterations=1))
    with pytest.raises(SimulationError, match=r"not converged after 1 rounds.*allow more rounds"):
        run_search(small_boundary(), tmp_path, settings)


def test_a_damaged_result_is_named(tmp_path):
    failing = engine(tmp_path / "lmp", 'echo "ERROR: Lost atoms" > "$log"; exit 1')
    with pytest.raises(SimulationError):
        run_search(small_boundary(), tmp_path, FEW, lammps=failing)
    damaged = next((tmp_path / "minimised").glob("*.json"))
    damaged.write_text("{")
    with pytest.raises(StoreError, match=f"{damaged.name} is not a result"):
        run_search(small_boundary(), tmp_path, FEW, lammps=failing)


def test_a_second_search_in_one_folder_is_refused(tmp_path, monkeypatch):
    def nested(*_):
        with pytest.raises(StoreError, match="another process is working"):
            run_search(small_boundary(), tmp_path, FEW)
        raise KeyboardInterrupt

    monkeypatch.setattr(ground_state._Search, "run", nested)
    with pytest.raises(KeyboardInterrupt):
        run_search(small_boundary(), tmp_path, FEW)


def test_bad_inputs_of_a_search(tmp_path):
    spec = small_boundary()
    with pytest.raises(ConfigError, match=r"workers = 0 .*1 or more.*One per processor"):
        run_search(spec, tmp_path, workers=0)
    changed = replace(spec, composition=Composition(oxygen_vacancies=0.1))
    with pytest.raises(ConfigError, match=r"spec\.composition.*lithium_oxide_per_nm2"):
        run_search(changed, tmp_path)
    with pytest.raises(ConfigError, match="potential"):
        run_search(spec, tmp_path, replace(FEW, potential="nonsense"))
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="choose a writable folder"):
        run_search(spec, tmp_path / "file", FEW)
