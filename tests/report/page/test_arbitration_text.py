"""What a second potential says stands in the report: offset, model error and order, in words."""

from dataclasses import replace

from example_campaigns.synthetic_campaign import bulk, campaign, finished
from grainway.campaign import Arbitration
from grainway.campaign.search.arbitration import compare_potentials
from grainway.domain import Estimate
from grainway.report.words.arbitration_tables import arbitration_content, model_error_sentences


def in_other(evaluation, factor):
    rho = evaluation.estimates["rho_gb"]
    changed = Estimate(rho.value * factor, rho.standard_error * factor, rho.unit, rho.n_independent)
    return replace(evaluation, estimates={**evaluation.estimates, "rho_gb": changed})


def arbitrated(tmp_path, factors):
    summary = campaign(tmp_path, n_done=len(factors))
    pairs = [(e, in_other(e, f)) for e, f in zip(summary.done, factors, strict=True)]
    arbitration = compare_potentials("softbv", bulk(tmp_path), pairs)
    return replace(summary, arbitrations=(arbitration,))


def test_a_common_factor_is_an_offset_and_no_model_error(tmp_path):
    (entry,) = arbitration_content(arbitrated(tmp_path, [2.0] * 6))
    offset, spread, ranking = entry["sentences"]
    assert "in softbv is 2.0" in offset
    assert "no more than their statistical errors" in spread
    assert " 0 the other way round" in ranking
    assert [row["number"] for row in entry["rows"]] == [1, 2, 3, 4, 5, 6]


def test_another_order_is_said_to_be_one(tmp_path):
    summary = campaign(tmp_path, n_done=6)
    # 1/ρ reverses every order
    pairs = [(e, in_other(e, e.estimates["rho_gb"].value ** -2)) for e in summary.done]
    arbitration = compare_potentials("softbv", None, pairs)
    _, spread, ranking = model_error_sentences("buck_core", arbitration)
    assert "Model error of the ranking" in spread
    assert " 0 the same way" in ranking
    assert arbitration.error.discordant > 0


def test_what_is_within_the_errors_is_no_order(tmp_path):
    one = finished(tmp_path / "x", 1, 0, 1.0)
    two = replace(finished(tmp_path / "y", 2, 1, 1.001), number=2)
    arbitration = compare_potentials("softbv", None, [(one, one), (two, two)])
    assert model_error_sentences("buck_core", arbitration)[-1].startswith("None of the pairs")


def test_one_boundary_compares_nothing(tmp_path):
    only = Arbitration(potential="softbv", bulk=None, pairs=(), error=None)
    assert "nothing can be compared yet" in model_error_sentences("buck_core", only)[0]
    summary = replace(campaign(tmp_path), arbitrations=(only,))
    assert arbitration_content(summary)[0]["bulk"][1] != ""
