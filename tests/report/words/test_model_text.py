"""What the optimiser's model says reaches page and record, in words, with errors, and never status."""

import json
import re
from dataclasses import replace

import pytest

from example_campaigns.synthetic_campaign import campaign
from grainway.campaign import make_proposals
from grainway.optimise import SobolIndices, explain, make_strategy
from grainway.report.figures.model_figure import dependence_figure
from grainway.report.files.result_tables import summary_json
from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.page.html import render_report
from grainway.report.words.design_variables import DesignVariable, design_variable
from grainway.report.words.model_text import model_content


@pytest.fixture(scope="module")
def explained(tmp_path_factory):
    """A campaign whose model has learned that half a decade lies in the angle and a tenth in the width."""
    summary = campaign(tmp_path_factory.mktemp("campaign"), 8)
    proposals = make_proposals(summary.config)
    strategy = make_strategy("sobol", proposals.space, 1, proposals.features)
    for _ in range(24):
        (proposal,) = strategy.ask()
        seen = proposals.features(proposal.values)
        y = 0.3 + 0.02 * (seen["angle_deg"] - 15) + 0.03 * seen["width_layers"]
        strategy.tell(proposal.id, y, 0.02)
    return replace(summary, explanation=explain(strategy, 1, "decades"))


def words(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def test_variables_stand_in_words_with_errors_the_largest_share_first(explained):
    content = model_content(explained)
    assert content["reason"] is None
    assert content["rows"][0]["name"] == "misorientation"
    assert content["rows"][0]["sure"]
    assert not content["rows"][-1]["sure"]
    assert all("±" in row["total"] and "±" in row["first"] for row in content["rows"])
    page = render_report(explained, campaign_statistics(explained), {})
    section = words(page[page.index('id="mattered"') : page.index('id="evaluations"')])
    assert "statements of the model, not causes" in section
    for name in make_proposals(explained.config).space.names:
        assert design_variable(name).label in section
    assert "width_layers" not in section


def test_every_variable_of_the_design_has_words(tmp_path):
    """With all that a campaign can vary, no name of the program reaches the reader."""
    summary = campaign(tmp_path, 1)
    design = summary.config.design.model_copy(
        update={
            "both_cuts": True,
            "lithium_oxide_max": 1.0,
            "lithium_transfer_max": 1.0,
            "oxygen_vacancies_max": 0.1,
        }
    )
    names = make_proposals(summary.config.model_copy(update={"design": design})).space.names
    assert "oxygen_vacancies" in names
    for name in (*names, "axis_normal"):
        assert design_variable(name) != DesignVariable(name)
        assert "_" not in design_variable(name).heading
    assert design_variable("axis_normal").shown(0.5) == 45.0


def test_each_variable_has_a_panel_with_its_unit_and_band(explained):
    figure = json.loads(dependence_figure(explained).to_json())
    titles = [
        axis["title"]["text"].replace("<br>", " ").replace("\u00a0", " ")
        for name, axis in figure["layout"].items()
        if name.startswith("xaxis") and axis.get("title", {}).get("text")
    ]
    names = make_proposals(explained.config).space.names
    assert sorted(titles) == sorted(design_variable(name).heading for name in names)
    assert titles[0] == "misorientation / °"
    curve = next(c for c in explained.explanation.dependences if c.name == "angle")
    band, line = figure["data"][:2]
    assert line["y"] == pytest.approx(curve.mean)
    n = len(curve.mean)
    upper, lower = band["y"][:n], band["y"][: n - 1 : -1]
    for high, low, mean, error in zip(upper, lower, curve.mean, curve.standard_error, strict=True):
        assert (high + low) / 2 == pytest.approx(mean)
        assert (high - low) / 2 == pytest.approx(1.96 * error, rel=1e-3)


def test_the_record_for_scripts_has_it_too_and_the_summary_alone_has_not(explained):
    said = json.loads(summary_json(explained, campaign_statistics(explained)))["statistics"]["model"]
    assert said["n_evaluations"] == 24
    assert {s["name"] for s in said["sobol_indices"]["shares"]} == {
        curve["name"] for curve in said["partial_dependence"]
    }
    assert said["sobol_indices"]["deviation"]["unit"] == "decades"
    assert "sobol_indices" not in json.dumps(explained.to_dict())


def test_without_enough_evaluations_page_and_record_say_how_many_are_missing(tmp_path):
    summary = campaign(tmp_path, 5)
    missing = "the model needs 8 evaluations with a result, of these there are 5"
    statistics = campaign_statistics(summary)
    record = json.loads(summary_json(summary, statistics))
    assert record["statistics"]["model"] == {"missing": missing}
    page = render_report(summary, statistics, {})
    assert missing in words(page)
    assert 'data-figure="figure-dependence"' not in page


def test_undefined_shares_are_said_to_be_and_the_curves_stay(explained):
    undefined = SobolIndices((), None, 256, 4, 8, "the model is constant")
    summary = replace(explained, explanation=replace(explained.explanation, indices=undefined))
    page = render_report(summary, campaign_statistics(summary), {})
    assert "cannot be said: the model is constant." in words(page)
    assert 'data-figure="figure-dependence"' in page
