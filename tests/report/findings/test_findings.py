import math
from dataclasses import replace

import pytest

from example_campaigns.synthetic_campaign import campaign
from grainway.domain import Estimate
from grainway.report.figures.plotted import bands_in_cell, plotted_points, side_by_side
from grainway.report.findings.bulk_reference import bulk_reference
from grainway.report.findings.findings import (
    improvement_over_mean,
    improvement_over_worst,
    polycrystal,
    ranked,
    selected,
    within_literature,
)


def _with_resistivity(evaluation, value, relative_error=0.1):
    changed = {**evaluation.estimates, "rho_gb": Estimate(value, relative_error * value, "Ω cm", 500.0)}
    return replace(evaluation, estimates=changed)


def _with_resistivities(summary, values, recommended, mean, error):
    chosen = [_with_resistivity(e, v) for e, v in zip(summary.done, values, strict=True)]
    best = replace(summary.recommendation, mean=mean, standard_error=error)
    return replace(summary, evaluations=tuple(chosen), recommendation=best, recommended=chosen[recommended])


def test_the_factor_is_the_difference_of_logarithms_with_errors_in_quadrature(tmp_path):
    summary = _with_resistivities(campaign(tmp_path, 4), [1.0, 10.0, 100.0, 1000.0], 0, 0.0, 0.05)
    worst = improvement_over_worst(summary)
    assert worst.value == pytest.approx(1000)
    assert math.log10(worst.high / worst.low) == pytest.approx(
        2 * 1.96 * math.hypot(0.1 / math.log(10), 0.05), rel=1e-4
    )
    mean = improvement_over_mean(summary)
    assert mean.value == pytest.approx(100)  # geometric mean of 10, 100 and 1000
    expected = math.hypot(0.1 / math.log(10) / math.sqrt(3), 0.05)
    assert math.log10(mean.high / mean.low) == pytest.approx(2 * 1.96 * expected, rel=1e-4)
    assert mean.distinguishable


def test_equal_boundaries_are_not_distinguishable(tmp_path):
    summary = _with_resistivities(campaign(tmp_path, 3), [2.0, 2.0, 2.0], 1, math.log10(2), 0.03)
    for factor in (improvement_over_worst(summary), improvement_over_mean(summary)):
        assert factor.value == pytest.approx(1)
        assert not factor.distinguishable


def test_one_boundary_has_nothing_to_be_compared_with(tmp_path):
    summary = campaign(tmp_path, 1)
    assert improvement_over_worst(summary) is None
    assert improvement_over_mean(summary) is None


def test_replicates_of_the_recommended_boundary_are_no_comparison(tmp_path):
    summary = campaign(tmp_path, 2)
    again = replace(summary.done[1], trial=replace(summary.done[1].trial, spec=summary.done[0].trial.spec))
    summary = replace(summary, evaluations=(summary.done[0], again), recommended=summary.done[0])
    assert improvement_over_mean(summary) is None


def test_the_recommended_evaluation_is_kept_first_even_where_another_was_observed_lower(tmp_path):
    summary = _with_resistivities(campaign(tmp_path, 4), [3.0, 1.0, 2.0, 4.0], 0, 0.3, 0.05)
    assert [e.number for e in ranked(summary)] == [2, 3, 1, 4]
    assert [e.number for e in selected(summary)] == [1, 2, 3]


def test_large_grains_conduct_as_the_bulk_and_small_ones_as_their_boundaries():
    bulk, resistance = Estimate(1e-3, 1e-5, "S/cm", 100.0), Estimate(10.0, 1.0, "Ω cm²", 100.0)
    large, small = polycrystal(bulk, resistance, 1e12), polycrystal(bulk, resistance, 1e-2)
    assert large.conductivity.value == pytest.approx(bulk.value, rel=1e-3)
    assert large.conductivity.standard_error == pytest.approx(bulk.standard_error, rel=1e-3)
    assert small.conductivity.value == pytest.approx(1e-6 / resistance.value, rel=1e-3)
    assert small.boundary_share == pytest.approx(1, abs=1e-3)


def test_the_gain_of_removing_boundaries_is_limited_by_their_share():
    bulk, resistance = Estimate(0.5, 0.01, "S/cm", 100.0), Estimate(3e-4, 1e-5, "Ω cm²", 100.0)
    result = polycrystal(bulk, resistance, 1.0)
    assert bulk.value / result.conductivity.value == pytest.approx(1 / (1 - result.boundary_share))


def test_no_polycrystal_from_a_limit_or_a_negative_total():
    bulk = Estimate(1.0, 0.1, "S/cm", 100.0)
    assert polycrystal(bulk, Estimate(1e-4, math.nan, "Ω cm²", 10.0, "upper")) is None
    assert polycrystal(bulk, Estimate(-2e-4, 1e-5, "Ω cm²", 10.0), 1.0) is None


def test_agreement_with_the_literature_counts_errors_and_ignores_limits(tmp_path):
    first, second, third, fourth = campaign(tmp_path, 4).done
    ratios = [
        (first, 0.5, 0.01, None),
        (second, 1.15, 0.1, None),
        (third, 1.5, 0.1, None),
        (fourth, 0.5, math.nan, "upper"),
    ]
    changed = [
        replace(e, estimates={"diffusivity_ratio": Estimate(v, s, "1", 50.0, bound)})
        for e, v, s, bound in ratios
    ]
    assert within_literature(changed) == (2, 3)


def test_the_bulk_density_is_that_of_garnet(tmp_path):
    reference = bulk_reference(campaign(tmp_path, 1))
    assert reference.density == pytest.approx(56 / 13.1**3)
    assert reference.resistivity.value * reference.conductivity.value == pytest.approx(1)
    assert reference.resistivity.standard_error / reference.resistivity.value == pytest.approx(
        reference.conductivity.standard_error / reference.conductivity.value
    )


def test_bands_across_the_periodic_border_keep_their_width():
    profile = {"length": 60.0, "width": 10.0, "boundaries": [2.0, 32.0]}
    pieces = bands_in_cell(profile)
    assert sum(high - low for low, high in pieces) == pytest.approx(20)
    assert all(0 <= low < high <= 60 for low, high in pieces)


def test_points_of_one_angle_are_set_apart_around_it(tmp_path):
    points = plotted_points(campaign(tmp_path, 7))
    placed = side_by_side(points)
    assert len(placed) == len(points)
    assert len({x for x, _ in placed}) == len(points)
    for x, point in placed:
        assert abs(x - point.evaluation.trial.spec.angle_deg) <= 0.6
        assert point.low < point.value < point.high
