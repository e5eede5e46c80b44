"""A campaign whose model may know that the resistivity depends on the enrichment."""

import io
import json

import pytest
from rich.console import Console

from example_campaigns import pretended_runs
from example_campaigns.pretended_runs import campaign, pretend
from grainway.campaign import CampaignConfig, summarise
from grainway.domain import Estimate
from grainway.report.files.result_tables import summary_json
from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.page.html import render_report
from grainway.report.terminal.console import print_status
from grainway.report.words.composite_text import composite_sentence


def with_enrichment(monkeypatch):
    """Where a cut is good for the resistivity there is more lithium."""
    pretend(monkeypatch)
    plain = pretended_runs.result

    def result(trial, noise):
        found = plain(trial, noise)
        if trial.spec is not None:
            ler = 1.0 + 0.4 * (0.5 - abs(trial.spec.termination - 0.3))
            found["estimates"]["ler"] = Estimate(ler, 0.01, "1", 50.0).to_dict()
        return found

    monkeypatch.setattr(pretended_runs, "result", result)


def test_report_status_and_json_say_whether_it_is_in_use(tmp_path, monkeypatch):
    with_enrichment(monkeypatch)
    asked = campaign(tmp_path / "two.toml", optimiser={"max_evaluations": 10, "composite": ["ler"]})
    asked.run()
    summary = summarise(asked)
    found = json.loads(summary_json(summary, campaign_statistics(summary)))["composite"]
    better = found["leave_one_out_log_density"] > found["leave_one_out_log_density_plain"]
    assert (found["in_use"], found["weight"] > 0) == (better, better)
    sentence = composite_sentence(["ler"], summary.composite)
    assert f"{found['leave_one_out_log_density']:.1f} with it" in sentence
    assert f"{found['leave_one_out_log_density_plain']:.1f} without" in sentence
    assert sentence in render_report(summary, campaign_statistics(summary), {})
    screen = io.StringIO()
    print_status(summary, Console(file=screen, width=1000))
    assert sentence in screen.getvalue()


def test_the_sentence_follows_the_comparison():
    found = {
        "in_use": True,
        "weight": 0.8,
        "leave_one_out_log_density": -3.04,
        "leave_one_out_log_density_plain": -4.4,
        "slopes": {"ler": {"value": -1.52, "standard_error": 0.4}},
    }
    used = composite_sentence(["ler"], found)
    assert used.startswith("The model of ρ_gb with LER is in use with a weight of 0.80")
    assert "-1.5 ± 0.4 decades per unit of LER" in used
    assert "is not in use" in composite_sentence(["ler"], found | {"in_use": False})
    assert "Too few measured values of LER and OVC" in composite_sentence(["ler", "ovc"], None)
    assert composite_sentence([], None) is None


def test_a_campaign_asks_for_it_by_name_and_once():
    assert CampaignConfig().optimiser.composite == []
    with pytest.raises(ValueError, match="must name each quantity once"):
        CampaignConfig.model_validate({"optimiser": {"composite": ["ler", "ler"]}})
    with pytest.raises(ValueError, match="'ler' or 'ovc'"):
        CampaignConfig.model_validate({"optimiser": {"composite": ["asr"]}})
