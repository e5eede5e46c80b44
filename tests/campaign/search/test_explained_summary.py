"""The model of a campaign is asked which variable matters only where a report is written."""

from example_campaigns.pretended_runs import campaign, pretend, record
from grainway.campaign import summarise
from grainway.campaign import summary as summary_module


def test_the_report_asks_the_model_which_finds_the_variable_and_status_never_asks(tmp_path, monkeypatch):
    """The outcome follows from the cut, which is best at 0.3 of a period, and hardly from the rest."""
    pretend(monkeypatch)
    here = campaign(tmp_path / "c.toml", optimiser={"engine": "sobol", "max_evaluations": 10})
    here.run()
    before = record(here)
    found = summarise(here, explained=True).explanation
    totals = {share.name: share.total.value for share in found.indices.shares}
    assert max(totals, key=totals.get) == "termination"
    (curve,) = [one for one in found.dependences if one.name == "termination"]
    assert abs(curve.values[curve.mean.index(min(curve.mean))] - 0.3) < 0.15
    assert record(here) == before

    def ask(*_):
        raise AssertionError("the model was asked")

    monkeypatch.setattr(summary_module, "explain", ask)
    assert summarise(here).explanation is None
