"""A ladder's report: predictions are called predictions, with their temperature, factor and limits."""

import io
import json
import math
import re

import pytest
from rich.console import Console

from example_campaigns.read_page import read_page, words
from example_campaigns.synthetic_campaign import campaign
from example_campaigns.synthetic_ladder import (
    BOUNDARY_ENERGY,
    BULK_ENERGY,
    LADDER,
    TARGETS,
    ladder_campaign,
    resistivity,
)
from grainway.report import print_status
from grainway.report.files.result_tables import evaluations_csv, summary_json
from grainway.report.findings.bulk_reference import bulk_reference
from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.findings.findings import objective, runs_at_the_cap, within_literature
from grainway.report.page.html import render_report
from grainway.report.words.numbers import interval, with_factor


def test_the_objective_is_the_prediction_at_the_first_target(tmp_path):
    summary = ladder_campaign(tmp_path)
    for evaluation in summary.done:
        told = objective(summary, evaluation)
        fit = evaluation.fits["rho_gb"].predict_log10(TARGETS[0])
        assert told.y == pytest.approx(fit.value)
        assert told.standard_error == pytest.approx(fit.standard_error)
        assert (told.temperature, told.ladder) == (TARGETS[0], LADDER)
        truth = math.log10(resistivity(BOUNDARY_ENERGY, TARGETS[0], 1.5 + 0.4 * evaluation.number))
        assert abs(told.y - truth) < 4 * told.standard_error


def test_every_place_that_names_the_objective_names_target_runs_and_fidelity(tmp_path):
    summary = ladder_campaign(tmp_path)
    console = Console(file=io.StringIO(), width=140, color_system=None)
    print_status(summary, console)
    printed = " ".join(console.file.getvalue().split())
    for text in (summary.objective_label, printed, words(read_page(summary))):
        assert "300 K" in text
        assert "1400, 1200, 1000, 600 K" in text
        assert "full fidelity" in text
        # the campaign file at the end explains both
        assert "cheap fidelity" not in text.replace("hot is the cheap fidelity", "")
    assert "not one for room temperature" not in printed


def test_the_recommendation_says_what_its_interval_allows_for(tmp_path):
    summary = ladder_campaign(tmp_path)
    fit, found, stated = summary.recommended.fits["rho_gb"], summary.recommendation, summary.stated
    shares, whole = fit.error_shares(TARGETS[0]), fit.predict_log10(TARGETS[0])
    straight = fit.if_one_process.predict_log10(TARGETS[0])
    assert stated.mean - found.mean == pytest.approx(whole.value - straight.value)
    # what the search knows of the statistics, and what the bend adds to it
    assert stated.standard_error**2 - found.standard_error**2 == pytest.approx(
        whole.standard_error**2 - straight.standard_error**2
    )
    console = Console(file=io.StringIO(), width=140, color_system=None)
    print_status(summary, console)
    printed = " ".join(console.file.getvalue().split())
    # the coldest run gave a limit
    sentence = (
        "allows for another process taking over below 1000 K (error in decades: "
        f"{shares.statistics:.2f} statistics, {shares.curvature:.2f} curvature). If one process carries at "
        f"all temperatures: {interval(*(10**end for end in found.interval))} Ω cm"
    )
    record = json.loads(summary_json(summary, campaign_statistics(summary)))["recommendation"]
    assert record["interval_95"] == pytest.approx(list(stated.interval))
    assert record["interval_95_if_one_process"] == pytest.approx(list(found.interval))
    for text in (printed, words(read_page(summary))):
        assert sentence in text
        assert interval(*(10**end for end in stated.interval)) in text
    hot = campaign(tmp_path / "hot")
    assert hot.stated == hot.recommendation
    assert "another process" not in words(read_page(hot))


def test_a_hot_campaign_is_called_the_cheap_fidelity(tmp_path):
    summary = campaign(tmp_path)
    for text in (summary.objective_label, words(read_page(summary))):
        assert "1400 K" in text
        assert "cheap fidelity" in text
    assert json.loads(summary_json(summary, campaign_statistics(summary)))["fidelity"] == "hot"
    assert read_page(summary).ids.count("ladder") == 0


def test_predictions_are_said_to_be_predictions(tmp_path):
    said = words(read_page(ladder_campaign(tmp_path)))
    assert "Resistivities at 300, 350 K are predictions" in said
    assert "not at room temperature" not in said
    assert "observed" not in re.sub(r"lowest of many.*?average", "", said)
    assert "×÷" in said


def test_the_table_of_rungs_has_limits_and_the_cap(tmp_path):
    summary = ladder_campaign(tmp_path)
    text = render_report(summary, campaign_statistics(summary), {})
    section = text[text.index('<section id="ladder">') :]
    section = section[: section.index("</section>")]
    assert section.count("cap reached") == 3  # the three evaluations that are shown
    assert "&gt; " in section
    assert "3 values, 1 limit<" in section
    assert section.count("cubic<") == len(LADDER)
    expected = "Cap reached: 4 of 20 runs ended at protocol.production_max = 300 ps"
    assert runs_at_the_cap(summary).startswith(expected)
    assert expected in words(read_page(summary))


def test_the_arrhenius_plot_shows_points_fit_band_and_predictions(tmp_path):
    summary = ladder_campaign(tmp_path)
    page = read_page(summary)
    figures = {a["id"]: json.loads(t) for a, t in page.scripts if a.get("type") == "application/json"}
    traces = {trace["name"]: trace for trace in figures["figure-ladder"]["data"]}
    measured = traces["ρ<sub>gb</sub>, measured"]
    assert measured["x"] == pytest.approx([1000 / t for t in LADDER])
    assert measured["marker"]["symbol"] == ["circle"] * 3 + ["triangle-up"]
    predicted, fit = traces["ρ<sub>gb</sub>, predicted"], summary.recommended.fits["rho_gb"]
    assert predicted["y"] == pytest.approx([fit.predict(t).value for t in TARGETS])
    low, high = fit.interval(TARGETS[0])
    assert predicted["error_y"]["array"][0] == pytest.approx(high - predicted["y"][0])
    assert predicted["error_y"]["arrayminus"][0] == pytest.approx(predicted["y"][0] - low)
    line = traces["ρ<sub>gb</sub>, fit"]
    assert max(line["x"]) == pytest.approx(1000 / min(TARGETS))
    bulk = traces["bulk, measured"]["y"]
    assert bulk == pytest.approx([resistivity(BULK_ENERGY, t, 0.8) for t in LADDER])
    assert {"ρ<sub>gb</sub>, 95 % band", "bulk, 95 % band"} <= set(traces)
    ends = sorted(
        t["y"][-1]
        for t in figures["figure-ladder"]["data"]
        if t["name"].startswith("ρ") and "one process" in t["name"]
    )
    assert ends == pytest.approx(list(fit.if_one_process.interval(min(TARGETS))))


def test_profile_and_literature_compare_at_the_temperature_of_the_run(tmp_path):
    summary = ladder_campaign(tmp_path)
    assert "along the boundary normal at 1000 K" in words(read_page(summary))
    at_rung = bulk_reference(summary, 1000.0)
    assert at_rung.resistivity.value == pytest.approx(resistivity(BULK_ENERGY, 1000.0, 0.8))
    assert not at_rung.predicted
    cold = bulk_reference(summary)
    assert cold.predicted
    assert cold.resistivity.value == pytest.approx(resistivity(BULK_ENERGY, 300.0, 0.8), rel=1e-6)
    of_conductivity = summary.bulk.fits["conductivity_nernst_einstein"].interval(300.0)
    assert cold.interval == pytest.approx([1 / end for end in reversed(of_conductivity)])
    ratio = summary.done[0].rungs[0].estimates["diffusivity_ratio"].value
    assert 0.2 < ratio < 1.0
    assert within_literature(list(summary.done)) == (4, 4)


def test_the_files_for_scripts_have_fidelity_rungs_and_predictions(tmp_path):
    summary = ladder_campaign(tmp_path)
    header, first = evaluations_csv(summary).splitlines()[:2]
    assert {"fidelity", "objective_temperature_K", "ladder_K"} <= set(header.split(","))
    assert "ladder,300.0,1400.0,1400 1200 1000 600" in first
    record = json.loads(summary_json(summary, campaign_statistics(summary)))
    ladder = record["evaluations"][0]["ladder"]
    assert [rung["temperature"] for rung in ladder["rungs"]] == list(LADDER)
    assert ladder["rungs"][-1]["estimates"]["rho_gb"]["bound"] == "lower"
    assert [p["temperature"] for p in ladder["fits"]["rho_gb"]["predictions"]] == list(TARGETS)
    assert ladder["fits"]["rho_gb"]["n_limits"] == 1


@pytest.mark.parametrize(
    ("value", "relative", "text"),
    [(1.234e5, 0.5, "1.2×10⁵ ×÷ 1.6"), (0.0123, 0.01, "0.012 ×÷ 1.0"), (3.0, 3.0, "3.0 ×÷ 20")],
)
def test_a_prediction_is_written_with_a_factor(value, relative, text):
    assert with_factor(value, relative) == text
