"""Evaluations of another campaign: data for the optimiser where both measured the same, and nothing else."""

import csv
import json

import pytest
from typer.testing import CliRunner

from example_campaigns.pretended_runs import TILT, WIDER, campaign, pretend, record
from grainway.campaign import make_proposals, summarise
from grainway.campaign.evaluation.trial import Trial
from grainway.campaign.record.store import Store
from grainway.campaign.search.decisions import decided_trial
from grainway.cli import app
from grainway.errors import ConfigError


def rows_of(campaign):
    store = Store(campaign.record_path)
    try:
        return store.rows()
    finally:
        store.close()


def fails_now_and_then(trial):
    return trial.spec is not None and trial.spec.termination > 0.7


@pytest.fixture
def other(tmp_path, monkeypatch):
    """A finished campaign of five evaluations, failed ones among them, and the list of what is started."""
    started = pretend(monkeypatch, fails=fails_now_and_then)
    campaign(tmp_path / "other.toml", optimiser={"max_evaluations": 5}).run()
    assert len(started) == 6
    started.clear()
    return campaign(tmp_path / "other.toml", optimiser={"max_evaluations": 5}), started


def test_imported_evaluations_are_data_that_the_budget_does_not_count(tmp_path, other):
    source, started = other
    theirs = record(source)
    here = campaign(tmp_path / "here.toml", WIDER, optimiser={"max_evaluations": 2})
    taken = here.take_over(source.root)
    assert record(source) == theirs
    n_failed = sum(row.status == "failed" for row in rows_of(source))
    assert n_failed > 0
    assert (taken.joined, taken.failed, taken.known, taken.outside) == (5, n_failed, 0, ())
    # the same trial in both campaigns, so it need not run again
    assert taken.bulk
    outcome = here.run()
    assert outcome.verdict.reason == "not converged: budget of 2 evaluations spent"
    assert [trial.kind for trial in started] == ["boundary"] * 2
    rows = rows_of(here)
    assert [row.source and row.source["number"] for row in rows] == [0, 1, 2, 3, 4, 5, None, None]
    for mine, its in zip(rows[:6], rows_of(source), strict=True):
        assert (mine.id, mine.inputs, mine.result, mine.reason) == (
            its.id,
            its.inputs,
            its.result,
            its.reason,
        )
    assert outcome.recommendation.n_evaluations == sum(row.status == "done" for row in rows[1:])
    # the values stand where the optimiser of this campaign sees the same boundary
    proposals = make_proposals(here.config)
    for row in rows[1:6]:
        spec = Trial.from_json(row.inputs).spec
        assert proposals.spec(row.proposal["values"]).normal_a == spec.normal_a


def test_record_table_and_report_name_the_source(tmp_path, other):
    source, _ = other
    here = campaign(tmp_path / "here.toml", optimiser={"max_evaluations": 1})
    here.take_over(source.root)
    ran = CliRunner().invoke(app, ["run", str(tmp_path / "here.toml")])
    assert ran.exit_code == 0, ran.output
    summary = summarise(here)
    assert (len(summary.imported), len(summary.own)) == (5, 1)
    with (here.root / "evaluations.csv").open() as stream:
        assert [row["source"] for row in csv.DictReader(stream)] == [f"other {i}" for i in range(1, 6)] + [""]
    written = json.loads((here.root / "report.json").read_text())
    assert [e["source"] and e["source"]["campaign"] for e in written["evaluations"]] == ["other"] * 5 + [None]
    assert written["changes"][0]["imported"]["joined"] == 5
    page = (here.root / "report.html").read_text()
    assert "(from other 1)" in page
    assert "Evaluations spent: 1 of 1" in page
    assert "Imported and not charged to the budget: 5 from other" in page
    status = CliRunner().invoke(app, ["status", str(tmp_path / "here.toml")])
    assert "5 from other" in status.output


def test_the_same_evaluation_joins_once(tmp_path, other):
    source, _ = other
    here = campaign(tmp_path / "here.toml")
    here.take_over(source.root)
    before = record(here)
    again = here.take_over(source.root)
    assert (again.joined, again.known) == (0, 5)
    assert record(here) == before
    # by way of a third campaign, which has them from the first: known as well, and of the first in any case
    third = campaign(tmp_path / "third.toml")
    assert third.take_over(here.root).joined == 5
    assert {row.source["campaign"] for row in rows_of(third)[1:]} == {"other"}
    assert third.take_over(source.root).known == 5


def test_what_lies_outside_is_left_out_and_taken_once_the_space_holds_it(tmp_path, monkeypatch):
    pretend(monkeypatch)
    source = campaign(tmp_path / "other.toml", WIDER, optimiser={"max_evaluations": 6})
    source.run()
    elsewhere = {
        str(r.number) for r in rows_of(source)[1:] if Trial.from_json(r.inputs).spec.axis != (0, 0, 1)
    }
    assert 0 < len(elsewhere) < 6
    path = tmp_path / "here.toml"
    narrow = {**WIDER, "axes": ["001"]}
    first = campaign(path, narrow).take_over(source.root)
    assert {text.split()[0] for text in first.outside} == elsewhere
    assert first.joined == 6 - len(elsewhere)
    second = campaign(path, WIDER).take_over(source.root)
    assert (second.joined, second.outside) == (len(elsewhere), ())


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"protocol": {"temperature": 1700.0}}, r"protocol\.temperature is 1900\.0 there and 1700\.0 here"),
        ({"protocol": {"timestep": 0.001}}, r"protocol\.timestep is 0\.002 there and 0\.001 here"),
        ({"protocol": {"production": 7.0}}, r"protocol\.production is 3\.0 there and 7\.0 here"),
        ({"objective": {"width": 8.1}}, r"objective\.width is 10\.8 there and 8\.1 here"),
        (
            {"potential": {"name": "softbv"}},
            r"potential is buck_core_zm \(digest \w{12}\) there and softbv \(",
        ),
        ({"objective": {"fidelity": "ladder"}}, r"protocol\.temperature is 1900\.0 there and 1400\.0 here"),
    ],
)
def test_what_was_measured_otherwise_is_refused_with_both_values(tmp_path, other, sections, message):
    source, _ = other
    here = campaign(tmp_path / "here.toml", **sections)
    with pytest.raises(ConfigError, match=message):
        here.take_over(source.root)
    # nothing has begun: the file may be corrected to what the other campaign has
    assert rows_of(here) == []
    assert campaign(tmp_path / "here.toml").take_over(source.root).joined == 5


def test_an_imported_record_goes_on_as_any_other(tmp_path, other):
    source, _ = other
    records = []
    for name, budgets in (("whole", (4,)), ("stopped", (1, 2, 4))):
        campaign(tmp_path / f"{name}.toml").take_over(source.root)
        for budget in budgets:
            here = campaign(tmp_path / f"{name}.toml", optimiser={"max_evaluations": budget})
            here.run()
        records.append(record(here))
    assert records[0] == records[1]


def test_a_boundary_that_was_imported_is_run_again_with_other_random_numbers(tmp_path, other):
    source, _ = other
    here = campaign(tmp_path / "here.toml")
    here.take_over(source.root)
    rows = rows_of(here)
    for index in range(1, 7):
        spec = Trial.from_json(rows[3].inputs).spec
        potential = here.config.potential.load(tmp_path)
        again = decided_trial(here.config, potential, rows, spec, index)
        assert again.id not in {row.id for row in rows}
        assert again.spec == spec


def test_checks_before_an_import_do_not_count_after_it(tmp_path, other):
    source, _ = other
    rules = {"window": 1, "tolerance": 2.0, "regret": 2.0, "replicates": 1, "consecutive": 2}
    here = campaign(tmp_path / "here.toml", optimiser={**rules, "max_evaluations": 9})
    here.take_over(source.root)
    n = sum(row.status == "done" for row in rows_of(here)[1:])
    assert here.run().verdict.converged
    # one check with the imported data, one more after an evaluation of its own
    assert len(summarise(here).own) >= 1
    assert min(summarise(here).checks) == n


def test_the_command_says_what_it_did(tmp_path, other):
    campaign(tmp_path / "here.toml")
    files = [str(tmp_path / "here.toml"), str(tmp_path / "other.toml")]
    printed = CliRunner().invoke(app, ["import", *files])
    assert printed.exit_code == 0, printed.output
    assert "5 evaluations of other joined" in printed.output
    scripted = CliRunner().invoke(app, ["import", *files, "--json"])
    assert json.loads(scripted.output) == {
        "campaign": "other",
        "joined": 0,
        "failed": 0,
        "known": 5,
        "outside": [],
        "bulk": False,
    }


def test_there_must_be_another_campaign(tmp_path, other):
    here = campaign(tmp_path / "here.toml", TILT)
    for nothing in (here.root, tmp_path / "none"):
        with pytest.raises(ConfigError, match="another campaign that has a record"):
            here.take_over(nothing)
