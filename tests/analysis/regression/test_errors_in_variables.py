"""Regression with errors in both: unbiased where least squares is attenuated, and intervals that hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from grainway.analysis import Predictor, regress
from grainway.domain import Estimate
from grainway.errors import AnalysisError

N, SLOPES, SCATTER, ERROR = 40, {"angle": 0.03, "LER": 3.0, "OVC": -20.0}, 0.15, 0.08


def decades(values, errors):
    errors = np.broadcast_to(errors, np.shape(values))
    return [Estimate(float(v), float(s), "decades", 100.0) for v, s in zip(values, errors, strict=True)]


def campaign(seed, reliability=0.75, skewed=False, n=N):
    """Boundaries whose LER follows the angle in part; LER and OVC are seen with errors of all sizes."""
    rng = np.random.default_rng([11, seed])
    angle = rng.uniform(5, 30, n)
    shape = rng.standard_exponential((n, 2)) - 1 if skewed else rng.standard_normal((n, 2))
    ler = 1.0 + 0.05 * (shape[:, 0] + 0.5 * (angle - 17.5) / 7.2)
    ovc = 0.06 + 0.01 * shape[:, 1]
    true = {"angle": angle, "LER": ler, "OVC": ovc}
    predictors = [Predictor(name="angle", unit="°", values=angle)]
    for name, spread in (("LER", 0.05), ("OVC", 0.01)):
        error = spread * math.sqrt((1 - reliability) / reliability) * np.exp(0.3 * rng.standard_normal(n))
        seen = true[name] + error * rng.standard_normal(n)
        predictors.append(Predictor(name=name, unit="1", values=seen, standard_errors=error))
    se = ERROR * np.exp(0.3 * rng.standard_normal(n))
    y = 0.4 + sum(SLOPES[name] * true[name] for name in true)
    return decades(y + SCATTER * rng.standard_normal(n) + se * rng.standard_normal(n), se), predictors


@pytest.mark.physics
@pytest.mark.parametrize("skewed", [False, True])
def test_intervals_hold_the_truth_and_the_attenuation_is_gone(skewed):
    seeds, unsure = 200, 0
    held, ratios, plain, tau = [], [], [], []
    for seed in range(seeds):
        found = regress(*campaign(seed, skewed=skewed))
        if found.dropped:
            unsure += 1
            continue
        intervals = [c.per_unit.interval(0.95) for c in found.coefficients]
        truths = list(SLOPES.values())
        held.append([low <= truth <= high for (low, high), truth in zip(intervals, truths, strict=True)])
        ratios.append([c.per_unit.value / SLOPES[c.name] for c in found.coefficients])
        plain.append([c.uncorrected / SLOPES[c.name] for c in found.coefficients])
        low, high = found.scatter_interval
        tau.append(low <= SCATTER <= high)
    assert unsure <= 0.02 * seeds
    coverage = np.mean(held, axis=0)
    # 200 draws of a 95 % interval scatter by 1.5 %
    assert (coverage >= 0.90).all()
    assert (coverage <= 0.985).all()
    assert 0.88 <= np.mean(tau) <= 0.99
    error = np.std(ratios, axis=0) / math.sqrt(seeds)
    assert (np.abs(np.mean(ratios, axis=0) - 1) < 3 * error + 0.03).all()
    # least squares loses about the unreliable quarter of both measured slopes
    assert (np.mean(plain, axis=0)[1:] < 0.85).all()


@pytest.mark.physics
def test_without_effects_one_campaign_in_twenty_claims_one():
    claims = 0
    for seed in range(200):
        rng = np.random.default_rng([12, seed])
        values = rng.standard_normal((25, 4))
        error = np.full(25, 0.4)
        predictors = [Predictor(name=f"x{i}", unit="1", values=values[:, i]) for i in range(3)]
        predictors.append(
            Predictor(
                name="w",
                unit="1",
                values=values[:, 3] + error * rng.standard_normal(25),
                standard_errors=error,
            )
        )
        y = decades(rng.standard_normal(25), 0.1)
        claims += any(c.p_adjusted < 0.05 for c in regress(y, predictors).coefficients)
    assert claims / 200 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)


def test_exact_predictors_and_equal_errors_are_ordinary_least_squares():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((30, 2)) * [1.0, 40.0] + [0.0, 300.0]
    y = 1.0 + x @ [0.3, 0.01] + 0.5 * rng.standard_normal(30)
    found = regress(
        decades(y, 0.1), [Predictor(name=n, unit="u", values=x[:, i]) for i, n in enumerate("ab")]
    )
    design = np.column_stack([np.ones(30), x])
    beta, squares, *_ = np.linalg.lstsq(design, y)
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * squares[0] / 27)
    for index, c in enumerate(found.coefficients, start=1):
        assert c.per_unit.value == pytest.approx(beta[index], rel=1e-6)
        assert c.per_unit.standard_error == pytest.approx(errors[index], rel=1e-4)
        assert c.per_unit.unit == "decades per u"
        assert c.uncorrected == pytest.approx(c.per_unit.value, rel=1e-6)
        assert c.p_value == pytest.approx(2 * student.sf(abs(beta[index] / errors[index]), 27), rel=1e-3)
        assert c.per_deviation.value == pytest.approx(beta[index] * x[:, index - 1].std(ddof=1), rel=1e-6)
        assert c.reliability == 1.0
    # restricted likelihood of equal errors is the unbiased variance, less what is known
    assert found.scatter**2 + 0.1**2 == pytest.approx(squares[0] / 27, rel=1e-3)
    assert found.mean.value == pytest.approx(y.mean())


def test_the_scatter_is_the_maximum_of_the_restricted_likelihood_on_a_grid():
    rng = np.random.default_rng(4)
    errors = rng.uniform(0.05, 0.4, 25)
    x = rng.standard_normal(25)
    y = 0.2 * x + 0.2 * rng.standard_normal(25) + errors * rng.standard_normal(25)
    design = np.column_stack([np.ones(25), x])

    def log_likelihood(tau):
        inverse = np.diag(1 / (tau**2 + errors**2))
        information = design.T @ inverse @ design
        residual = y - design @ np.linalg.solve(information, design.T @ inverse @ y)
        return (
            np.linalg.slogdet(inverse)[1] - np.linalg.slogdet(information)[1] - residual @ inverse @ residual
        )

    grid = np.linspace(0, 1, 2001)
    best = grid[np.argmax([log_likelihood(tau) for tau in grid])]
    found = regress(decades(y, errors), [Predictor(name="x", unit="1", values=x)])
    assert found.scatter == pytest.approx(best, abs=1e-3)


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(1e-6, 1e6), shift=st.floats(-100, 100), seed=st.integers(0, 50))
def test_units_and_zero_points_change_nothing(scale, shift, seed):
    y, predictors = campaign(seed)
    moved = [
        Predictor(
            name=p.name,
            unit="other",
            values=scale * p.values + scale * shift,
            standard_errors=None if p.standard_errors is None else scale * p.standard_errors,
        )
        for p in predictors
    ]
    before, after = regress(y, predictors), regress(y, moved)
    for a, b in zip(before.coefficients, after.coefficients, strict=True):
        assert b.per_unit.value * scale == pytest.approx(a.per_unit.value, rel=1e-4)
        assert b.per_deviation.value == pytest.approx(a.per_deviation.value, rel=1e-4)
        assert b.p_value == pytest.approx(a.p_value, rel=1e-2, abs=1e-12)
    assert after.predictive_share == pytest.approx(before.predictive_share, abs=1e-6)


def test_what_cannot_be_told_apart_is_dropped_by_name_with_the_reason():
    rng = np.random.default_rng(5)
    angle, spacing = rng.uniform(5, 30, 30), rng.uniform(0.5, 3, 30)
    noise = 1 + 0.02 * rng.standard_normal(30)
    found = regress(
        decades(0.02 * angle + 0.1 * rng.standard_normal(30), 0.05),
        [
            Predictor(name="angle", unit="°", values=angle),
            Predictor(name="width", unit="Å", values=np.full(30, 8.1)),
            Predictor(name="spacing", unit="Å", values=spacing),
            Predictor(name="sum", unit="1", values=2 * angle - spacing),
            Predictor(name="LER", unit="1", values=noise, standard_errors=np.full(30, 0.02)),
        ],
    )
    assert [c.name for c in found.coefficients] == ["angle", "spacing"]
    reasons = {d.name: d.reason for d in found.dropped}
    assert set(reasons) == {"width", "sum", "LER"}
    assert "8.1" in reasons["width"]
    assert "angle, spacing" in reasons["sum"]
    assert "standard errors" in reasons["LER"]


def test_too_few_boundaries_are_refused_with_their_number():
    rng = np.random.default_rng(6)
    predictors = [Predictor(name=f"x{i}", unit="1", values=rng.standard_normal(6)) for i in range(5)]
    with pytest.raises(AnalysisError, match=r"at least 7.*evaluate 1 more, or leave predictors out"):
        regress(decades(rng.standard_normal(6), 0.1), predictors)
    constant = Predictor(name="constant", unit="1", values=np.ones(6))
    # what does not vary costs nothing
    assert regress(decades(rng.standard_normal(6), 0.1), [*predictors[:4], constant]).n == 6


def test_the_predictive_share_is_that_of_boundaries_left_out_one_by_one():
    """Equal weights: the naive loop; noise alone is predicted worse than by the mean."""
    rng = np.random.default_rng(7)
    x = rng.standard_normal(40)
    for slope in (2.0, 0.0):
        y = slope * x + rng.standard_normal(40)
        errors, mean_errors = [], []
        for i in range(40):
            keep = np.arange(40) != i
            errors.append(y[i] - np.polyval(np.polyfit(x[keep], y[keep], 1), x[i]))
            mean_errors.append(y[i] - y[keep].mean())
        expected = 1 - np.sum(np.square(errors)) / np.sum(np.square(mean_errors))
        found = regress(decades(y, 0.1), [Predictor(name="x", unit="1", values=x)])
        assert found.predictive_share == pytest.approx(expected, abs=1e-9)
    assert found.predictive_share < 0.1


def test_an_axis_with_one_boundary_can_still_be_left_out():
    rng = np.random.default_rng(8)
    single = np.zeros(20)
    single[3] = 1.0
    predictors = [
        Predictor(name="x", unit="1", values=rng.standard_normal(20)),
        Predictor(name="axis [110]", unit="1", values=single),
    ]
    found = regress(decades(rng.standard_normal(20), 0.1), predictors)
    assert math.isfinite(found.predictive_share)


def test_exact_answers_without_scatter_are_found():
    x = np.linspace(0, 1, 12)
    found = regress(decades(1 + 2 * x, 0.05), [Predictor(name="x", unit="1", values=x)])
    assert found.coefficients[0].per_unit.value == pytest.approx(2)
    assert found.scatter == 0.0
    assert found.scatter_interval[0] == 0.0
    assert found.predictive_share == pytest.approx(1)


@pytest.mark.parametrize(
    ("y", "predictors", "message"),
    [
        (decades([1, 2, 3], 0.1), [], "predictors"),
        (
            [Estimate(1.0, math.nan, "decades", 3.0, "upper")] * 3,
            [Predictor(name="x", unit="1", values=np.arange(3.0))],
            "limit",
        ),
        (decades([1, 2, 3], 0.1), [Predictor(name="x", unit="1", values=np.arange(4.0))], "one value per"),
        (
            decades([1, 2, 3], 0.1),
            [Predictor(name="x", unit="1", values=np.array([1, 2, math.nan]))],
            "finite",
        ),
        (decades([1, 2, 3], 0.1), [Predictor(name="x", unit="1", values=np.arange(3.0))] * 2, "each name"),
        (decades([1, 2, 3], 0.1), [Predictor(name="x", unit="1", values=np.ones(3))], "no predictor varies"),
        (
            decades([1, 1, 1], 0.1),
            [Predictor(name="x", unit="1", values=np.arange(3.0))],
            "all resistivities",
        ),
    ],
)
def test_bad_input_is_refused(y, predictors, message):
    with pytest.raises(AnalysisError, match=message):
        regress(y, predictors)
