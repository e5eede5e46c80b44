"""What mattered, and the recommended boundary against a conventional one, from made-up campaigns."""

import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from example_campaigns.synthetic_campaign import campaign
from grainway.analysis import mackenzie_weights, weighted_mean
from grainway.domain import Estimate
from grainway.errors import AnalysisError
from grainway.report import print_status
from grainway.report.files.result_tables import summary_json
from grainway.report.files.statistics_tables import baseline_csv, effects_csv
from grainway.report.findings.boundary_sample import sampled_boundaries
from grainway.report.findings.campaign_statistics import campaign_statistics
from grainway.report.findings.conventional import against_baseline
from grainway.report.findings.effects import effects
from grainway.report.page.html import render_report
from grainway.report.words.statistics_text import statistics_sentences

ENRICHMENT_SLOPE, AXIS_EFFECT = -4.0, 0.3


def with_law(summary, *, recommended=0, error=0.02, **changed):
    """Let ρ_gb follow the axis and the enrichment, and recommend one boundary by its true value."""
    rng = np.random.default_rng(7)
    evaluations, truths = [], []
    for evaluation in summary.evaluations:
        if evaluation.status != "done":
            evaluations.append(evaluation)
            continue
        ler = 1 + 0.05 * rng.standard_normal()
        truth = 0.3 + ENRICHMENT_SLOPE * (ler - 1) + AXIS_EFFECT * (evaluation.trial.spec.axis == (1, 1, 0))
        y = truth + error * rng.standard_normal()
        rho = Estimate(10**y, error * math.log(10) * 10**y, "Ω cm", 500.0)
        seen = Estimate(ler + 0.02 * rng.standard_normal(), 0.02, "1", 40.0)
        estimates = {**evaluation.estimates, "rho_gb": rho, "ler": seen}
        evaluations.append(replace(evaluation, estimates=estimates))
        truths.append(truth)
    best = evaluations[recommended]
    mean = truths[recommended]
    recommendation = replace(
        summary.recommendation, mean=mean, standard_error=0.02, interval=(mean - 0.04, mean + 0.04)
    )
    objective = summary.config.objective.model_copy(update=changed)
    return replace(
        summary,
        config=summary.config.model_copy(update={"objective": objective}),
        evaluations=tuple(evaluations),
        recommended=best,
        recommendation=recommendation,
    )


def repeat(summary, numbers, of):
    """Make evaluations further runs of another one's boundary."""
    spec = summary.evaluations[of - 1].trial.spec
    again = [
        replace(e, trial=replace(e.trial, spec=spec)) if e.number in numbers else e
        for e in summary.evaluations
    ]
    recommended = next(e for e in again if e.number == summary.recommended.number)
    return replace(summary, evaluations=tuple(again), recommended=recommended)


@pytest.fixture(scope="module")
def thirty(tmp_path_factory):
    return with_law(campaign(tmp_path_factory.mktemp("campaign"), 24))


def test_the_regression_finds_the_law_that_the_campaign_was_made_with(thirty):
    found = effects(thirty).regression
    by_name = {c.name: c for c in found.coefficients}
    for name, truth in (("LER", ENRICHMENT_SLOPE), ("axis [110] rather than [001]", AXIS_EFFECT)):
        low, high = by_name[name].per_unit.interval(0.95)
        assert low < truth < high
        assert by_name[name].p_adjusted < 0.05
    assert abs(by_name["LER"].uncorrected) < abs(by_name["LER"].per_unit.value)
    assert by_name["LER"].reliability < 1
    reasons = {d.name: d.reason for d in found.dropped}
    assert "inclination" in reasons


def test_each_boundary_counts_once(thirty):
    before = len(sampled_boundaries(thirty))
    assert before == len({json.dumps(e.trial.spec.to_dict()) for e in thirty.done})
    again = repeat(thirty, {9, 10}, of=1)
    sample = sampled_boundaries(again)
    merged = next(b for b in sample if b.number == 1)
    assert {9, 10} < {e.number for e in merged.evaluations}
    assert effects(again).regression.n == len(sample)
    values = [math.log10(e.estimates["rho_gb"].value) for e in merged.evaluations]
    assert merged.logarithm.value == pytest.approx(np.mean(values))
    errors = [entry.standard_error for entry in merged.logarithms]
    assert merged.logarithm.standard_error == pytest.approx(math.hypot(*errors) / len(errors))


def test_boundaries_without_a_predictor_are_left_out_and_a_rare_predictor_is_dropped(thirty):
    limit = Estimate(1.2, math.nan, "1", 9.0, "upper")

    def without(numbers):
        changed = [
            replace(e, estimates={**e.estimates, "ler": limit}) if e.number in numbers else e
            for e in thirty.evaluations
        ]
        return effects(replace(thirty, evaluations=tuple(changed)))

    few = without({1})
    assert few.n_left_out == (1 if len(sampled_boundaries(thirty)[0].evaluations) == 1 else 0)
    many = without(set(range(1, 20)))
    assert many.n_left_out == 0
    assert "LER" in {d.name for d in many.regression.dropped}


def test_the_default_baseline_is_the_mean_weighted_as_misorientations_occur(thirty):
    sample = sampled_boundaries(thirty)
    weights, covered = mackenzie_weights([b.spec.angle_deg for b in sample])
    expected = weighted_mean([b.logarithm for b in sample], list(weights))
    found = against_baseline(thirty)
    assert found.baseline.logarithm == expected
    assert f"{100 * covered:.2g} %" in found.baseline.description
    candidate, comparison = found.compared[0]
    assert candidate.logarithm.value == thirty.recommendation.mean
    assert comparison.factor == pytest.approx(10 ** (expected.value - thirty.recommendation.mean))
    assert [c.role for c, _ in found.compared] == ["recommended", "no. 2", "no. 3"]
    assert len({c.label + str(c.number) for c, _ in found.compared}) == 3


def test_later_evaluations_of_the_recommended_boundary_are_compared_by_themselves(thirty):
    again = repeat(thirty, {9, 10, 11}, of=1)
    candidate, comparison = against_baseline(again).compared[1]
    later = [math.log10(e.estimates["rho_gb"].value) for e in sampled_boundaries(again)[0].evaluations[1:]]
    assert candidate.logarithm.value == pytest.approx(np.mean(later))
    assert candidate.logarithm.standard_error == pytest.approx(np.std(later, ddof=1) / math.sqrt(len(later)))
    assert comparison.difference.n_independent - 1 < 30


def test_a_list_of_evaluations_is_a_baseline_too(thirty):
    single = with_law(thirty, baseline=[3])
    value = against_baseline(single).baseline.logarithm
    assert value.value == pytest.approx(math.log10(single.evaluations[2].estimates["rho_gb"].value))
    several = against_baseline(with_law(thirty, baseline=[3, 4]))
    assert several.baseline.logarithm.n_independent == pytest.approx(2)
    assert "evaluation 3" in several.baseline.description
    runs = against_baseline(with_law(repeat(thirty, {4, 5}, of=3), baseline=[3]))
    assert runs.baseline.logarithm.n_independent == len(
        next(b for b in sampled_boundaries(repeat(thirty, {4, 5}, of=3)) if b.number == 3).evaluations
    )


@pytest.mark.parametrize(
    ("baseline", "message"),
    [([99], "evaluation 99, which is not finished"), ([25], "not finished"), ([1], "itself the baseline")],
)
def test_a_baseline_that_says_nothing_is_explained(thirty, baseline, message):
    with pytest.raises(AnalysisError, match=message):
        against_baseline(with_law(thirty, baseline=baseline))
    statistics = campaign_statistics(with_law(thirty, baseline=baseline))
    sentences = " ".join(statistics_sentences(statistics))
    assert message.split(",")[0] in sentences


def test_a_polycrystal_gains_less_with_larger_grains_and_never_more_than_its_boundaries_cost(thirty):
    gains = [against_baseline(with_law(thirty, grain_size=size)).gain for size in (0.02, 0.2, 2.0)]
    values = [g.gain.value for g in gains]
    assert values == sorted(values, reverse=True)
    for found in gains:
        assert 1 < found.gain.value < found.bound.value
        assert found.gain_interval[1] <= found.bound_interval[1]
        assert found.boundary_width == thirty.config.objective.width
    assert against_baseline(replace(thirty, bulk=None)).gain is None


def test_the_page_and_the_terminal_say_what_the_numbers_say(thirty):
    text = render_report(thirty, campaign_statistics(thirty), {})
    for heading in ('id="mattered"', 'id="conventional"', "For a polycrystal"):
        assert heading in text
    console = Console(file=io.StringIO(), width=140, color_system=None)
    print_status(thirty, console)
    said = " ".join(console.file.getvalue().split())
    found = against_baseline(thirty)
    assert f"lower than the baseline's by a factor of {found.compared[0][1].factor:.2f}" in said
    assert "f_gb" in said
    assert "What mattered" in said
    assert "LER" in said[said.index("What mattered") :]


def test_the_tables_and_the_record_agree_with_the_analysis(thirty):
    rows = list(csv.DictReader(io.StringIO(effects_csv(campaign_statistics(thirty)))))
    found = effects(thirty).regression
    fitted = [row for row in rows if row["p_value"]]
    assert [row["predictor"] for row in fitted] == [c.name for c in found.coefficients]
    for row, c in zip(fitted, found.coefficients, strict=True):
        assert float(row["decades_per_unit"]) == c.per_unit.value
        assert float(row["decades_per_sd_low"]) == c.per_deviation.interval(0.95)[0]
    assert {row["predictor"] for row in rows if row["dropped"]} == {d.name for d in found.dropped}
    record = json.loads(summary_json(thirty, campaign_statistics(thirty)))["statistics"]
    assert record["what_mattered"]["n"] == found.n
    compared = record["against_baseline"]["boundaries"]
    table = list(csv.DictReader(io.StringIO(baseline_csv(campaign_statistics(thirty)))))
    assert [float(row["factor"]) for row in table] == pytest.approx([c["factor"] for c in compared])
    gain = record["against_baseline"]["polycrystal"]
    assert gain["gain"]["value"] <= gain["bound"]["value"]


@pytest.mark.parametrize("n_done", [0, 1, 2, 3, 6])
def test_too_few_evaluations_are_said_in_a_sentence_and_nothing_breaks(tmp_path, n_done):
    summary = campaign(tmp_path, n_done)
    text = render_report(summary, campaign_statistics(summary), {})
    assert "cannot be said yet" in text
    assert ("There is nothing to compare with yet" in text) == (n_done < 3)
    sentences = statistics_sentences(campaign_statistics(summary))
    assert any("What mattered: not yet" in s for s in sentences)
    assert len(effects_csv(campaign_statistics(summary)).splitlines()) == 1
    record = json.loads(summary_json(summary, campaign_statistics(summary)))["statistics"]
    assert "missing" in record["what_mattered"]
    if n_done == 6:
        # the sentence says how many evaluations would do
        assert "evaluate" in record["what_mattered"]["missing"]


def test_a_boundary_that_is_worse_than_the_baseline_is_called_so(thirty):
    worse = replace(thirty, recommendation=replace(thirty.recommendation, mean=2.0))
    sentence = statistics_sentences(campaign_statistics(worse))[0]
    assert "higher than the baseline's by a factor of" in sentence
    same = replace(thirty, recommendation=replace(thirty.recommendation, standard_error=5.0))
    assert "not distinguishable from no difference" in statistics_sentences(campaign_statistics(same))[0]
