"""Several evaluations side by side, replicates, and a driver that dies between any two steps."""

import json

import pytest
from typer.testing import CliRunner

from example_campaigns.pretended_runs import CrashError, campaign, pretend, record
from grainway.campaign import driver as driver_module
from grainway.campaign import summarise
from grainway.campaign.record.store import Store
from grainway.campaign.search.point_of_recipe import same_boundary
from grainway.cli import app

LOOSE = {"window": 2, "tolerance": 2.0, "regret": 2.0}
"""Rules that hold as soon as they can."""


def test_four_workers_run_four_different_boundaries(tmp_path, monkeypatch):
    started = pretend(monkeypatch)
    here = campaign(tmp_path / "c.toml", campaign={"workers": 4}, optimiser={"max_evaluations": 11})
    here.run()
    rows, checks = record(here)
    specs = [trial.spec for trial in started if trial.spec is not None]
    # the bulk and three boundaries first, then four at a time, also those that the model has chosen
    for batch in (specs[:3], specs[3:7], specs[7:11]):
        for i, spec in enumerate(batch):
            assert not any(same_boundary(spec, other) for other in batch[:i])
    assert [row[3] for row in rows] == ["done"] * 12
    assert len({trial.seed for trial in started}) == 12
    # no number is left out where several results came in together
    assert sorted(checks) == [2, 3, 5, 6, 7, 9, 10, 11]


@pytest.mark.parametrize("moment", ["before it is recorded", "before it is started", "once it is started"])
def test_a_crash_between_ask_and_start_repeats_the_same_proposal(tmp_path, monkeypatch, moment):
    pretend(monkeypatch)
    budget = {"max_evaluations": 7}
    whole = campaign(tmp_path / "whole.toml", optimiser=budget)
    whole.run()
    broken = campaign(tmp_path / "broken.toml", optimiser=budget)
    owner, name = {
        "before it is recorded": (Store, "add"),
        "before it is started": (driver_module, "start_worker"),
        "once it is started": (Store, "start"),
    }[moment]
    real, calls = getattr(owner, name), []

    def dies_now_and_then(*arguments):
        calls.append(arguments)
        if len(calls) % 3 == 0:
            raise CrashError(moment)
        return real(*arguments)

    monkeypatch.setattr(owner, name, dies_now_and_then)
    for _ in range(40):
        try:
            broken.run()
            break
        except CrashError:
            continue
    assert len(calls) > 8
    assert record(broken) == record(whole)


def test_the_recommended_boundary_is_replicated_before_the_end(tmp_path, monkeypatch):
    started = pretend(monkeypatch)
    rules = {**LOOSE, "replicates": 3, "consecutive": 2, "max_evaluations": 30}
    here = campaign(tmp_path / "c.toml", optimiser=rules)
    outcome = here.run()
    assert outcome.verdict.converged, outcome.verdict
    best = outcome.recommendation
    assert best.n_replicates >= 3
    summary = summarise(here)
    spec = summary.recommended.trial.spec
    there = [trial for trial in started if trial.spec is not None and same_boundary(trial.spec, spec)]
    assert len(there) == best.n_replicates
    # a replicate is a trial of its own: built and run with other random numbers
    assert len({t.seed for t in there}) == len({t.id for t in there}) == len(there)
    held = [n for n, check in summary.checks.items() if check["holds"]]
    assert held[-2:] == [len(summary.done) - 1, len(summary.done)]
    for check in summary.checks.values():
        assert check["audit"]["numbers"]["n_replicates"] >= (3 if check["holds"] else 1)
    assert len(summary.done) < 30


def test_replicates_run_side_by_side(tmp_path, monkeypatch):
    started = pretend(monkeypatch)
    rules = {**LOOSE, "replicates": 3, "consecutive": 1, "max_evaluations": 30}
    here = campaign(tmp_path / "c.toml", campaign={"workers": 4}, optimiser=rules)
    outcome = here.run()
    best = summarise(here).recommended.trial.spec
    assert outcome.verdict.converged
    # the missing ones and no more, though four could start
    assert sum(t.spec is not None and same_boundary(t.spec, best) for t in started) == 3


def test_a_boundary_that_fails_again_and_again_does_not_take_the_budget(tmp_path, monkeypatch):
    seen = []

    def fails_again(trial):
        repeated = trial.spec is not None and any(same_boundary(trial.spec, spec) for spec in seen)
        seen.extend([] if trial.spec is None else [trial.spec])
        return repeated

    pretend(monkeypatch, fails=fails_again)
    rules = {**LOOSE, "replicates": 2, "max_evaluations": 9}
    here = campaign(tmp_path / "c.toml", optimiser=rules)
    outcome = here.run()
    assert not outcome.verdict.converged
    rows, _ = record(here)
    assert sum(row[3] == "failed" for row in rows) >= 2
    for i, spec in enumerate(seen):
        assert sum(same_boundary(spec, other) for other in seen[:i]) <= 2


def test_the_end_of_a_budget_is_never_called_convergence(tmp_path, monkeypatch):
    pretend(monkeypatch)
    here = campaign(tmp_path / "c.toml", optimiser={"max_evaluations": 2})
    ran = CliRunner().invoke(app, ["run", str(tmp_path / "c.toml")])
    assert ran.exit_code == 0, ran.output
    reason = "not converged: budget of 2 evaluations spent"
    status = CliRunner().invoke(app, ["status", str(tmp_path / "c.toml"), "--json"])
    for written in (json.loads(status.output), json.loads((here.root / "report.json").read_text())):
        assert written["verdict"] == {"stop": True, "converged": False, "reason": reason}
    assert reason in (here.root / "report.html").read_text()
    assert reason in ran.output
    assert "not convergence" in ran.output
