"""The model of a campaign is asked which variable matters only where a report is written."""

from pretended_runs import campaign, pretend, record

from grainway.campaign import summarise
from grainway.campaign import summary as summary_module


def test_the_model_finds_the_variable_that_the_outcome_follows_from(tmp_path, monkeypatch):
    pretend(monkeypatch)
    here = campaign(tmp_path / "c.toml", optimiser={"engine": "sobol", "max_evaluations": 14})
    here.run()
    before = record(here)
    found = summarise(here, explained=True).explanation
    totals = {share.name: share.total.value for share in found.indices.shares}
    assert max(totals, key=totals.get) == "termination"
    assert totals["termination"] > 0.8
    # the cut of lowest resistivity is at 0.3 of a period
    (curve,) = [one for one in found.dependences if one.name == "termination"]
    assert abs(curve.values[curve.mean.index(min(curve.mean))] - 0.3) < 0.1
    assert found == summarise(here, explained=True).explanation
    assert record(here) == before


def test_status_never_asks_and_few_evaluations_do_not_answer(tmp_path, monkeypatch):
    pretend(monkeypatch)
    here = campaign(tmp_path / "c.toml", optimiser={"engine": "sobol", "max_evaluations": 7})
    here.run()
    assert summarise(here, explained=True).explanation is None

    def ask(*_):
        raise AssertionError("the model was asked")

    monkeypatch.setattr(summary_module, "explain", ask)
    assert summarise(here).explanation is None
