"""A campaign with a second objective, or with limits: the record holds what both need."""

from example_campaigns import pretended_runs
from example_campaigns.pretended_runs import campaign, pretend
from grainway.campaign import summarise
from grainway.domain import Estimate
from grainway.report.files.result_tables import summary_json
from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.page.html import render_report


def with_vacancies(monkeypatch):
    """The cut that is good for the resistivity is bad for the vacancies."""
    started = pretend(monkeypatch)
    plain = pretended_runs.result

    def result(trial, noise):
        found = plain(trial, noise)
        if trial.spec is not None:
            share = 0.05 + 0.1 * abs(trial.spec.termination - 0.8)
            found["estimates"]["ovc"] = Estimate(share, 0.002, "1", 50.0).to_dict()
        return found

    monkeypatch.setattr(pretended_runs, "result", result)
    return started


def test_the_front_is_in_summary_json_and_report(tmp_path, monkeypatch):
    with_vacancies(monkeypatch)
    chosen = campaign(tmp_path / "two.toml", optimiser={"max_evaluations": 12, "second_objective": "ovc"})
    chosen.run()
    summary = summarise(chosen)
    found = summary.front
    assert len(found.numbers) == len(found.front.points) >= 2
    means = [point.mean for point in found.front.points]
    assert means == sorted(means)
    assert [m[1] for m in means] == sorted((m[1] for m in means), reverse=True)
    assert f'"second": "{found.second}"' in summary_json(summary, campaign_statistics(summary))
    page = render_report(summary, campaign_statistics(summary), {})
    assert "Resistivity against OVC" in page
    assert all(f'<th scope="row">{number}</th>' in page for number in found.numbers)


def test_a_limit_moves_the_recommendation_and_is_stated(tmp_path, monkeypatch):
    with_vacancies(monkeypatch)
    free = campaign(tmp_path / "free.toml", optimiser={"max_evaluations": 12})
    held = campaign(tmp_path / "held.toml", optimiser={"max_evaluations": 12, "ovc_max": 0.07})
    free.run()
    held.run()
    without, within = summarise(free), summarise(held)
    assert within.recommended.estimates["ovc"].value < 0.075
    assert without.recommended.estimates["ovc"].value > within.recommended.estimates["ovc"].value
    assert "Within the limits (OVC at most 0.07)" in render_report(within, campaign_statistics(within), {})
    assert without.front is None
    assert "Resistivity against" not in render_report(without, campaign_statistics(without), {})
