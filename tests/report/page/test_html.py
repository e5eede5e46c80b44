import json
import subprocess
import sys
from dataclasses import replace

import pytest

from example_campaigns.read_page import ReadPage, read_page, words
from example_campaigns.synthetic_campaign import BUDGET_END, CONVERGED, RUNNING, campaign, failed
from grainway.domain import Estimate
from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.page.html import render_report
from grainway.report.writing import write_summary


def test_the_page_needs_no_network(tmp_path):
    page = read_page(campaign(tmp_path))
    assert page.links
    assert not [link for link in page.links if "//" in link]
    assert not [attributes for attributes, _ in page.scripts if "src" in attributes]
    assert sum("plotly.js v" in text for _, text in page.scripts) == 1
    again = campaign(tmp_path / "again")
    text = render_report(again, campaign_statistics(again), {})
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in text


def test_links_inside_the_page_have_their_targets(tmp_path):
    page = read_page(campaign(tmp_path))
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_every_figure_has_axis_titles_and_its_data(tmp_path):
    summary = campaign(tmp_path)
    page = read_page(summary)
    figures = {a["id"]: json.loads(t) for a, t in page.scripts if a.get("type") == "application/json"}
    assert set(figures) == {"figure-convergence", "figure-angle", "figure-profiles", "figure-composition"}
    for figure in figures.values():
        titles = [
            axis.get("title", {}).get("text", "") for name, axis in figure["layout"].items() if "axis" in name
        ]
        assert sum(bool(title) for title in titles) >= 2
    observed = next(t for t in figures["figure-convergence"]["data"] if t["name"].startswith("observed"))
    assert observed["y"] == pytest.approx([e.estimates["rho_gb"].value for e in summary.done])
    assert len(observed["error_y"]["array"]) == len(observed["error_y"]["arrayminus"]) == len(summary.done)


def test_text_from_data_is_escaped_everywhere(tmp_path):
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    summary = campaign(tmp_path / "<b>name", 3, reason=evil)
    first = replace(summary.evaluations[0], missing={evil: evil})
    summary = replace(
        summary, evaluations=(first, *summary.evaluations[1:]), verdict=replace(summary.verdict, reason=evil)
    )
    text = render_report(summary, campaign_statistics(summary), {1: evil})
    plain = campaign(tmp_path / "plain", 3)
    clean = render_report(plain, campaign_statistics(plain), {1: "1"})
    assert text.count("<script") == clean.count("<script")
    assert "<img src=x" not in text
    assert evil in ReadPage(text).text


def test_the_table_lists_every_evaluation_with_failures_and_reasons(tmp_path):
    summary = campaign(tmp_path)
    text = render_report(summary, campaign_statistics(summary), {})
    table = text[text.index('class="results sortable"') :]
    body = table[table.index("<tbody>") : table.index("</tbody>")]
    assert body.count("<tr ") == len(summary.evaluations)
    said = words(ReadPage(text))
    assert "stage 01-anneal: the energy diverged" in said
    assert "no plateau" in said


def test_a_limit_is_a_limit_and_an_absent_value_is_no_number(tmp_path):
    summary = campaign(tmp_path, 2)
    first = summary.evaluations[0]
    changed = {**first.estimates, "ler": Estimate(1.3, float("nan"), "1", 9.0, "lower")}
    del changed["ovc"]
    summary = replace(summary, evaluations=(replace(first, estimates=changed), *summary.evaluations[1:]))
    text = render_report(summary, campaign_statistics(summary), {})
    assert '<td data-key="1.3">&gt; 1.3</td><td data-key="">–</td>' in text
    assert ">nan" not in text.lower()
    assert "None" not in ReadPage(text).text


def test_the_end_of_a_budget_is_not_called_convergence(tmp_path):
    said = words(read_page(campaign(tmp_path, verdict=BUDGET_END)))
    assert BUDGET_END.reason in said
    assert "The end of a budget is not convergence" in said
    assert "converged under the model" not in said.lower()


@pytest.mark.parametrize("verdict", [CONVERGED, RUNNING])
def test_any_other_verdict_is_given_in_its_own_words(tmp_path, verdict):
    said = words(read_page(campaign(tmp_path, verdict=verdict)))
    assert verdict.reason in said
    assert "The end of a budget is not convergence" not in said


def test_a_hot_ranking_is_never_one_for_room_temperature(tmp_path):
    summary = campaign(tmp_path)
    said = words(read_page(summary))
    assert "hold at 1400 K, not at room temperature" in said
    cold = summary.config.model_copy(
        update={"protocol": summary.config.protocol.model_copy(update={"temperature": 350.0})}
    )
    assert "not at room temperature" not in words(read_page(replace(summary, config=cold)))


def test_the_recommendation_is_the_posterior_with_everything_it_refers_to(tmp_path):
    summary = campaign(tmp_path)
    said = words(read_page(summary))
    low, high = (10**end for end in summary.recommendation.interval)
    assert f"95 % interval {low:.2f} to {high:.2f} Ω cm" in said
    for part in ("δ = 10.8 Å", "1400 K", "buck_core_dsf", "posterior mean", summary.recommended.trial.label):
        assert part in said


def test_no_difference_is_said_to_be_none(tmp_path):
    summary = campaign(tmp_path, 2)
    wide = replace(summary.recommendation, standard_error=2.0)
    assert "not distinguishable from 1" in words(read_page(replace(summary, recommendation=wide)))


def test_nothing_finished_still_gives_a_readable_page(tmp_path):
    summary = campaign(tmp_path, 0)
    page = read_page(summary)
    said = words(page)
    assert "There is no recommendation" in said
    assert "the energy diverged" in said
    assert not [text for _, text in page.scripts if "plotly.js v" in text]
    path = write_summary(summary, campaign_statistics(summary))
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not list((tmp_path / "best").iterdir())


@pytest.mark.parametrize("bulk_status", [None, "queued", "failed"])
def test_a_missing_bulk_reference_is_said(tmp_path, bulk_status):
    summary = campaign(tmp_path, 3)
    bulk = None
    if bulk_status is not None:
        bulk = replace(failed(tmp_path, 0, 0, "not diffusive"), status=bulk_status)
    for evaluation in summary.done:
        for name in ("asr", "diffusivity_ratio", "resistivity_ratio"):
            del evaluation.estimates[name]
    said = words(read_page(replace(summary, bulk=bulk)))
    assert f"The bulk reference is {bulk_status or 'not started'}" in said
    assert "No evaluation could be compared yet" in said


def test_one_finished_evaluation_is_compared_with_nothing(tmp_path):
    said = words(read_page(campaign(tmp_path, 1)))
    assert "lower than the geometric mean" not in said


def test_all_files_are_written_and_no_half_ones_left(tmp_path):
    summary = campaign(tmp_path)
    path = write_summary(summary, campaign_statistics(summary))
    assert path == tmp_path / "report.html"
    names = {p.name for p in tmp_path.iterdir()}
    assert {"report.html", "evaluations.csv", "effects.csv", "baseline.csv", "report.json", "best"} <= names
    assert not list(tmp_path.rglob("*.tmp"))
    before = (tmp_path / "evaluations.csv").read_bytes()
    write_summary(summary, campaign_statistics(summary))
    assert (tmp_path / "evaluations.csv").read_bytes() == before


def test_heavy_packages_are_loaded_only_when_a_report_is_written():
    code = "import sys, grainway.report; print(sorted({'plotly', 'jinja2', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
