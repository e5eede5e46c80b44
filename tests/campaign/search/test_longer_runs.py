"""A campaign that goes on with runs: exactly once, resumable, and counted as what they are."""

import csv
import json

import numpy as np
import pytest

from example_campaigns.pretended_runs import TILT, EndedWorker, campaign, record, result
from example_campaigns.small_campaign import SMALL
from grainway.campaign import driver as driver_module
from grainway.campaign import summarise
from grainway.campaign.evaluation.trial import INPUTS, RESULT, Trial
from grainway.campaign.record.recorded_rows import Row
from grainway.campaign.record.store import Store
from grainway.campaign.search.longer_runs import can_go_on, continued_trial, work_of
from grainway.campaign.search.point_of_recipe import same_boundary
from grainway.campaign.search.proposals import make_proposals
from grainway.campaign.search.told_and_asked import restore_strategy
from grainway.errors import ConfigError
from grainway.machine.whole_files import write_json
from grainway.report.files.result_tables import evaluations_csv
from grainway.report.findings.boundary_sample import sampled_boundaries
from grainway.report.words.history import label
from grainway.simulation import Protocol, kept_ends, load_potential, plan_stages
from grainway.structure import Catalogue

BUDGET = 12
NOISE = 0.3
SHORT = {**SMALL["protocol"], "production": 1.0}
"""Production is a fifth of the steps, so going on is cheap."""


def pretend(monkeypatch, *, keeps_state=True, fails=lambda trial: False):
    """Let every evaluation end when it is started, with a run-to-run error and no error of the build."""
    started = []

    def start_worker(folder, lammps, keep_trajectories):
        trial = Trial.from_json((folder / INPUTS).read_text())
        started.append(trial)
        outcome = {"status": "failed", "reason": "the energy diverged"}
        if not fails(trial):
            measured = result(trial, 0.0)
            rho = measured["estimates"].get("rho_gb")
            if rho is not None:
                error = np.random.default_rng(int(trial.id[:8], 16)).normal(0.0, NOISE)
                rho["value"] *= 10**error
                rho["standard_error"] = NOISE * np.log(10) * rho["value"]
            measured["realised"] |= {"n_atoms": 1000, "production_ps": trial.protocol.production}
            outcome = {"status": "done", "result": measured}
            if keeps_state:
                before = kept_ends(trial.protocol, folder / trial.continued_folder) if trial.continues else ()
                number = before[0].segment + 1 if before else 0
                (folder / f"10-production-{number:04d}.restart").write_bytes(b"a state")
        write_json(folder / RESULT, {"trial": trial.id, **outcome})
        return EndedWorker(folder)

    monkeypatch.setattr(driver_module, "start_worker", start_worker)
    return started


def lengthening(path, *, evaluations=BUDGET, lengthen=True):
    return campaign(
        path, TILT, protocol=SHORT, optimiser={"max_evaluations": evaluations, "lengthen": lengthen}
    )


def rows_of(campaign):
    store = Store(campaign.record_path)
    try:
        return store.rows()
    finally:
        store.close()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    with pytest.MonkeyPatch.context() as monkeypatch:
        started = pretend(monkeypatch)
        whole = lengthening(tmp_path_factory.mktemp("whole") / "whole.toml")
        whole.run()
    assert any(trial.continues for trial in started), "no run went on: the test would show nothing"
    return whole, started


def test_a_longer_run_has_boundary_seed_and_protocol_of_the_one_it_goes_on_with(finished):
    whole, started = finished
    rows = {row.id: row for row in rows_of(whole)}
    by_proposal = {row.proposal["id"]: row for row in rows.values() if row.proposal is not None}
    assert len(rows) == len(started) == BUDGET + 1
    for row in rows.values():
        trial = Trial.from_json(row.inputs)
        assert trial.id == row.id
        if not trial.continues:
            continue
        earlier = rows[trial.continues]
        assert by_proposal[row.proposal["continues"]] == earlier
        before = Trial.from_json(earlier.inputs)
        assert earlier.order_told < row.order_told
        assert (trial.seed, trial.protocol) == (before.seed, before.protocol)
        assert same_boundary(trial.spec, before.spec)
        assert row.proposal["values"] == earlier.proposal["values"]
    continued = [t.continues for t in started if t.continues]
    assert len(set(continued)) == len(continued)


def test_a_kill_before_a_longer_run_is_started_leaves_it_queued_and_run_once(tmp_path, monkeypatch, finished):
    whole, _ = finished
    killed = lengthening(tmp_path / "killed.toml")
    started = pretend(monkeypatch)
    run = driver_module.start_worker

    def die_once(folder, lammps, keep_trajectories):
        if Trial.from_json((folder / INPUTS).read_text()).continues:
            monkeypatch.setattr(driver_module, "start_worker", run)
            raise KeyboardInterrupt
        return run(folder, lammps, keep_trajectories)

    monkeypatch.setattr(driver_module, "start_worker", die_once)
    with pytest.raises(KeyboardInterrupt):
        killed.run()
    killed.run()
    assert record(killed) == record(whole)
    assert len(started) == BUDGET + 1


@pytest.mark.parametrize("case", ["not asked for", "no state kept"])
def test_no_run_goes_on_where_it_is_not_asked_for_or_cannot(tmp_path, monkeypatch, case):
    asked = case != "not asked for"
    started = pretend(monkeypatch, keeps_state=not asked)
    lengthening(tmp_path / "c.toml", lengthen=asked).run()
    assert len(started) == BUDGET + 1
    assert not any(trial.continues for trial in started)


def test_a_longer_run_that_fails_leaves_the_old_result_and_its_boundary(tmp_path, monkeypatch):
    started = pretend(monkeypatch, fails=lambda trial: bool(trial.continues))
    failing = lengthening(tmp_path / "c.toml")
    failing.run()
    rows = {row.id: row for row in rows_of(failing)}
    tried = [trial for trial in started if trial.continues]
    assert tried
    for trial in tried:
        assert rows[trial.id].status == "failed"
        assert rows[trial.continues].status == "done"
    assert len({trial.continues for trial in tried}) == len(tried)
    strategy = restore_strategy(
        failing.config, make_proposals(failing.config), [*rows.values()], failing.root
    )
    units = strategy.space.to_units([rows[trial.id].proposal["values"] for trial in tried])
    assert not strategy.failure_model().tabu(units).any()


def test_record_table_and_report_say_which_run_went_on(finished):
    whole, _ = finished
    summary = summarise(whole)
    longer = [e for e in summary.evaluations if e.continues is not None]
    assert {e.number for e in longer} == {
        row.number for row in rows_of(whole) if Trial.from_json(row.inputs).continues
    }
    shown = {
        int(row["number"]): row["continues"] for row in csv.DictReader(evaluations_csv(summary).splitlines())
    }
    for evaluation in summary.evaluations:
        expected = "" if evaluation.continues is None else str(evaluation.continues)
        assert shown[evaluation.number] == expected
        assert (f"run of {expected}, longer" in label(evaluation)) == bool(expected)


def test_runs_of_one_build_are_one_sample(finished):
    whole, _ = finished
    summary = summarise(whole)
    sample = sampled_boundaries(summary)
    n_builds = sum(e.continues is None for e in summary.done)
    assert sum(len(b.logarithms) for b in sample) == n_builds < len(summary.done)
    together = next(runs for b in sample for runs in b.builds if len(runs) > 1)
    assert [e.continues for e in together[1:]] == [e.number for e in together[:-1]]
    boundary = next(b for b in sample if together in b.builds)
    both = boundary.logarithms[boundary.builds.index(together)]
    # equally long stretches: the error of their mean falls as 1/√t
    assert both.standard_error == pytest.approx(NOISE / len(together) ** 0.5)


def test_an_imported_longer_run_is_known_as_one_and_cannot_go_on_itself(tmp_path, finished):
    source, _ = finished
    here = lengthening(tmp_path / "here.toml", evaluations=1)
    here.take_over(source.root)
    by_id = {row.id: row for row in rows_of(here)}
    for row in by_id.values():
        if not (earlier := Trial.from_json(row.inputs).continues):
            continue
        assert row.proposal["continues"] == by_id[earlier].proposal["id"]
    assert not any(can_go_on(row, here.root) for row in by_id.values())
    strategy = restore_strategy(here.config, make_proposals(here.config), [*by_id.values()], here.root)
    assert not any(row.continuation_cost for row in strategy.record.evaluations)
    assert len(set(strategy.record.builds(strategy.record.evaluations))) == sum(
        not Trial.from_json(row.inputs).continues for row in by_id.values() if row.proposal is not None
    )


def small_trial(**changes):
    potential = load_potential("buck_core_zm")
    entry = min(Catalogue(max_atoms=1400, min_grain_thickness=14.5).entries, key=lambda e: e.n_atoms)
    given = {
        "kind": "boundary",
        "spec": entry.spec(width_layers=2),
        "protocol": Protocol(production=10.0, production_segment=5.0),
        "potential": potential.name,
        "potential_digest": potential.digest,
        "objective_width": 5.4,
        "seed": 5,
    }
    return Trial(**{**given, **changes})


def done(trial, production_ps):
    measured = {"realised": {"n_atoms": 100, "production_ps": production_ps}}
    return Row(
        1, trial.id, trial.to_json(), {"id": "p0000", "values": {}}, "done", 1, None, 0, measured, None
    )


def test_work_is_steps_times_atoms_and_a_longer_run_has_none_before_production():
    trial = small_trial()
    row = done(trial, 10.0)
    protocol = trial.protocol
    stages = plan_stages(protocol, "boundary")
    steps = sum(stage.steps for stage in stages) + protocol.minimise_steps
    assert work_of(row) == pytest.approx((100 * steps, 100 * 10.0 / protocol.timestep))
    # twice the production: only that part of the work grows
    assert work_of(done(trial, 20.0))[0] - work_of(row)[0] == pytest.approx(work_of(row)[1])
    longer = continued_trial([row], "p0000")
    assert work_of(done(longer, 10.0)) == pytest.approx((work_of(row)[1], work_of(row)[1]))
    unknown = done(trial, 10.0)
    del unknown.result["realised"]["production_ps"]
    assert work_of(unknown) is None


def test_only_a_longer_run_has_another_id_than_before():
    trial = small_trial()
    assert "continues" not in json.loads(trial.to_json())
    longer = small_trial(continues=trial.id)
    assert longer.id != trial.id
    assert Trial.from_json(longer.to_json()) == longer


def test_lengthening_needs_the_engine_that_does_it(tmp_path):
    with pytest.raises(ConfigError, match="lengthen = true needs engine = 'grainway', not 'sobol'"):
        campaign(tmp_path / "c.toml", optimiser={"lengthen": True, "engine": "sobol"})
