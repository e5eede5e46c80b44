"""The surrogate is the textbook Gaussian process, with a coincidence feature that earns its place."""

import math

import numpy as np
import pytest

from example_engines.finite_differences import numeric_gradient
from grainway.design_space import Categorical, Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise.gp.covariance import LEVEL_VARIANCE
from grainway.optimise.gp.kernel import KERNELS
from grainway.optimise.gp.log_posterior import LogPosterior
from grainway.optimise.gp.surrogate import fit_surrogate, square_root
from grainway.optimise.model.model_choice import choose_model
from grainway.optimise.points.coincidence_feature import CoincidenceTable, nearness
from grainway.optimise.points.model_inputs import ModelInputs

SPACE = DesignSpace(
    (Categorical("axis", ("001", "110")), Continuous("angle_deg", 10.0, 80.0), Continuous("shift", 0.0, 1.0))
)
COINCIDENCES = {"001": ((36.87, 5), (28.07, 17), (67.38, 13)), "110": ((38.94, 9), (50.48, 11), (70.53, 3))}


def features(values):
    """Every seventh degree or so is a low-Σ boundary, the rest are general ones."""
    table = [*COINCIDENCES[values["axis"]], *((10.0 + 2.3 * i, 201) for i in range(31))]
    angle, sigma = min(table, key=lambda entry: abs(entry[0] - values["angle_deg"]))
    return {"angle_deg": angle, "sigma": sigma, "shift": values["shift"]}


def sample(inputs, n, seed):
    rng = np.random.default_rng(seed)
    values = [SPACE.sample(rng) for _ in range(n)]
    return inputs.points(values), values, rng


@pytest.fixture(scope="module")
def informed():
    return ModelInputs(SPACE, features)


@pytest.fixture(scope="module")
def fitted(informed):
    points, _, rng = sample(informed, 25, 1)
    y = np.sin(4.0 * points.columns[:, 0]) + 0.1 * rng.standard_normal(25)
    return fit_surrogate(points, y, rng.uniform(0.05, 0.2, 25), informed.groups, coincidence=True)


@pytest.mark.parametrize("kernel", list(KERNELS.values()), ids=list(KERNELS))
def test_a_correlation_starts_at_one_falls_and_has_the_stated_slope(kernel):
    r2 = np.linspace(0.0, 9.0, 500)
    value, slope = kernel.with_slope(r2)
    assert kernel.correlation(r2) == pytest.approx(value)
    assert value[0] == 1.0
    assert (np.diff(value) < 0).all()
    middle = r2[1:] - r2[1] / 2
    assert np.diff(value) / r2[1] == pytest.approx(kernel.with_slope(middle)[1], rel=2e-2, abs=1e-3)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize(
    "builds", [np.arange(12), np.repeat(np.arange(6), [1, 3, 2, 1, 4, 1])], ids=["own", "shared"]
)
@pytest.mark.parametrize("coincidence", [False, True])
@pytest.mark.parametrize("kernel", ["matern52", "rbf"])
def test_the_gradient_is_that_of_the_posterior(informed, kernel, coincidence, builds):
    points, _, rng = sample(informed, 12, 3)
    y = rng.standard_normal(12)
    model = fit_surrogate(
        points, y, np.full(12, 0.1), informed.groups, kernel=kernel, coincidence=coincidence
    )
    covariance = model.covariance
    value_and_gradient = LogPosterior.of(covariance, points, y, rng.uniform(0.1, 0.3, 12), builds).negative
    theta = covariance.layout.prior_median + 0.1 * rng.standard_normal(covariance.layout.size)
    numeric = numeric_gradient(lambda at: value_and_gradient(at)[0], theta)
    assert value_and_gradient(theta)[1] == pytest.approx(numeric, rel=1e-5, abs=1e-6)


def test_the_covariance_is_the_sum_of_parts_of_one_two_and_all_inputs(fitted, informed):
    """The formula of the module, one pair of points after the other."""
    a, _, _ = sample(informed, 4, 11)
    b, _, _ = sample(informed, 3, 12)
    covariance, layout = fitted.covariance, fitted.covariance.layout
    theta = layout.prior_median + 0.3 * np.random.default_rng(13).standard_normal(layout.size)
    full, additive, pairwise = np.exp(2.0 * theta[layout.amplitudes])
    shared, family = np.exp(2.0 * theta[layout.depths])
    log_width, exponent = theta[layout.cusp]

    def correlation(r2):
        s = math.sqrt(5.0 * r2)
        return (1.0 + s + s * s / 3.0) * math.exp(-s)

    def h(points, i):
        u2 = np.square(points.scaled_deviation[i] / math.exp(log_width))
        return float(np.max(points.sigma[i] ** -exponent * np.exp(-u2 / 2.0)))

    for i in range(4):
        for j in range(3):
            lengths = np.exp(theta[layout.lengths])
            r2 = np.zeros(layout.n_groups)
            for column, group in enumerate(informed.groups):
                r2[group] += (a.columns[i, column] - b.columns[j, column]) ** 2 / lengths[group] ** 2
            one = [correlation(r) for r in r2]
            two = [p * q for n, p in enumerate(one) for q in one[n + 1 :]]
            assert len(two) == layout.n_pairs
            expected = LEVEL_VARIANCE + additive * sum(one) + pairwise * sum(two)
            expected += full * correlation(r2.sum() / layout.n_groups)
            expected += (shared + family * (a.family[i] == b.family[j])) * h(a, i) * h(b, j)
            assert covariance.matrix(theta, a, b)[i, j] == pytest.approx(expected, rel=1e-12)
    assert covariance.diagonal(theta, a) == pytest.approx(np.diag(covariance.matrix(theta, a, a)), rel=1e-12)


def test_prediction_is_the_textbook_formula(fitted, informed):
    """Rasmussen & Williams (2006), equations 2.23 and 2.24, by plain inversion."""
    new, _, _ = sample(informed, 7, 9)
    model, theta = fitted, fitted.theta
    noise = (model.se / model.scale) ** 2 + (model.jitter / model.scale) ** 2
    inverse = np.linalg.inv(model.covariance.matrix(theta, model.points, model.points) + np.diag(noise))
    cross = model.covariance.matrix(theta, new, model.points)
    mean = model.level + cross @ inverse @ (model.y - model.level)
    covariance = model.scale**2 * (model.covariance.matrix(theta, new, new) - cross @ inverse @ cross.T)
    assert model.predict(new)[0] == pytest.approx(mean, abs=1e-5)
    assert model.predict(new)[1] == pytest.approx(np.sqrt(np.diag(covariance)), abs=1e-5)
    assert model.joint(new)[1] == pytest.approx(covariance, abs=1e-5)
    assert model.joint(new, new.take([0, 1]))[1] == pytest.approx(covariance[:, :2], abs=1e-5)


def test_leaving_one_out_is_conditioning_on_the_others(fitted):
    model, theta = fitted, fitted.theta
    told = model.leave_one_out()
    noise = (model.se / model.scale) ** 2 + (model.jitter / model.scale) ** 2
    k = model.covariance.matrix(theta, model.points, model.points) + np.diag(noise)
    scaled = (model.y - model.level) / model.scale
    for i in (0, 7, 24):
        rest = np.delete(np.arange(25), i)
        gain = np.linalg.solve(k[np.ix_(rest, rest)], k[rest, i])
        assert told.mean[i] == pytest.approx(model.level + model.scale * gain @ scaled[rest], abs=1e-5)
        assert told.sd[i] == pytest.approx(model.scale * math.sqrt(k[i, i] - gain @ k[rest, i]), rel=1e-5)
        assert told.z[i] == pytest.approx((model.y[i] - told.mean[i]) / told.sd[i])


def test_samples_have_the_posterior_mean_and_covariance(fitted, informed):
    new, _, _ = sample(informed, 4, 2)
    drawn = fitted.sample(new, 40_000, np.random.default_rng(0))
    mean, covariance = fitted.joint(new)
    # four standard errors of each entry's own sampling error
    sd = np.sqrt(np.diag(covariance))
    assert (np.abs(drawn.mean(axis=0) - mean) < 4 * sd / 200).all()
    assert (np.abs(np.cov(drawn.T) - covariance) < 4 * math.sqrt(2) * np.outer(sd, sd) / 200).all()


def test_a_square_root_squares_to_a_singular_matrix():
    a = np.array([[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    assert square_root(a) @ square_root(a).T == pytest.approx(a, abs=1e-12)


def test_the_same_data_give_the_same_model_to_the_last_bit(fitted, informed):
    again = fit_surrogate(fitted.points, fitted.y, fitted.se, informed.groups, coincidence=True)
    assert np.array_equal(again.theta, fitted.theta)
    assert np.array_equal(again.weights, fitted.weights)


def test_exact_evaluations_are_interpolated():
    inputs = ModelInputs(SPACE)
    points, _, _ = sample(inputs, 20, 5)
    y = np.sin(3.0 * points.columns[:, 2]) + points.columns[:, 3]
    model = fit_surrogate(points, y, np.zeros(20), inputs.groups)
    mean, sd = model.predict(points)
    assert mean == pytest.approx(y, abs=0.02)
    assert sd.max() < 0.05


def test_shifting_and_stretching_the_objective_shifts_and_stretches_the_prediction():
    """Exact but for the weight of the one pseudo-evaluation in the scale, negligible at large spread."""
    inputs = ModelInputs(SPACE)
    points, _, rng = sample(inputs, 20, 6)
    y = 50.0 * rng.standard_normal(20)
    new = points.take([0, 3, 5])
    mean, sd = fit_surrogate(points, y, np.full(20, 5.0), inputs.groups).predict(new)
    other_mean, other_sd = fit_surrogate(points, 7.0 - 2.0 * y, np.full(20, 10.0), inputs.groups).predict(new)
    assert other_mean == pytest.approx(7.0 - 2.0 * mean, abs=0.2)
    assert other_sd == pytest.approx(2.0 * sd, rel=1e-2)


def test_replicates_average_as_one_over_the_root_of_their_number():
    inputs = ModelInputs(SPACE)
    points, _, _ = sample(inputs, 2, 7)
    sds = []
    for n in (4, 64):
        many = points.take([0] * n + [1])
        model = fit_surrogate(many, np.r_[np.zeros(n), 1.0], np.full(n + 1, 0.3), inputs.groups)
        noise = math.hypot(0.3, model.jitter)
        sds.append(model.predict(points.take([0]))[1][0] / noise)
    assert sds[0] == pytest.approx(1 / 2, rel=0.1)
    assert sds[1] == pytest.approx(1 / 8, rel=0.1)


def test_understated_errors_are_found_out():
    """Replicates that scatter ten times more than stated raise the jitter, and stated ones do not."""
    inputs = ModelInputs(SPACE)
    points, _, rng = sample(inputs, 10, 8)
    pairs = points.take(np.repeat(np.arange(10), 3))
    scatter = rng.standard_normal(30)
    honest = fit_surrogate(pairs, 0.02 * scatter, np.full(30, 0.02), inputs.groups).jitter
    wrong = fit_surrogate(pairs, 0.2 * scatter, np.full(30, 0.02), inputs.groups).jitter
    assert honest < 0.03
    assert 0.12 < wrong < 0.3


def test_one_evaluation_is_enough_for_a_model():
    inputs = ModelInputs(SPACE)
    points, _, _ = sample(inputs, 1, 0)
    mean, sd = fit_surrogate(points, np.array([3.0]), np.array([0.1]), inputs.groups).predict(points)
    assert mean[0] == pytest.approx(3.0, abs=0.05)
    assert 0.0 < sd[0] < 0.3


def test_an_unknown_kernel_is_refused(fitted, informed):
    with pytest.raises(ConfigError, match="kernel"):
        fit_surrogate(fitted.points, fitted.y, fitted.se, informed.groups, kernel="linear")


def test_the_reach_of_a_coincidence_falls_as_the_root_of_sigma():
    """Half depth is reached at Δθ = w √(2 ln 2 / Σ)."""
    width = 15.0
    for sigma in (3, 5, 25):
        table = CoincidenceTable.from_points(np.array([40.0]), np.array([float(sigma)]), np.array([0]))
        half = width * math.sqrt(2.0 * math.log(2.0) / sigma)
        family = np.zeros(3, dtype=int)
        deviation = table.scaled_deviation(np.array([40.0, 40.0 + half, 40.0 - half]), family)
        h, _, _ = nearness(deviation, table.sigma, math.log(width), 0.5)
        assert h == pytest.approx(sigma**-0.5 * np.array([1.0, 0.5, 0.5]))


def test_a_coincidence_of_another_axis_does_not_reach():
    table = CoincidenceTable.from_points(np.array([40.0]), np.array([5.0]), np.array([1]))
    h, h_width, h_exponent = nearness(
        table.scaled_deviation(np.array([40.0]), np.array([0])), table.sigma, 2.7, 0.5
    )
    assert h[0] == h_width[0] == h_exponent[0] == 0.0


def test_the_coincidences_are_read_off_the_features(informed):
    assert informed.table is not None
    low = {(angle, sigma) for axis in COINCIDENCES for angle, sigma in COINCIDENCES[axis]}
    assert (
        set(zip(informed.table.angle.tolist(), informed.table.sigma.astype(int).tolist(), strict=True)) == low
    )


def test_points_that_snap_to_one_boundary_are_one_point(informed):
    values = {"axis": "001", "angle_deg": 36.9, "shift": 0.5}
    same, other = {**values, "angle_deg": 36.8}, {**values, "angle_deg": 45.0}
    keys = informed.points([values, same, other]).keys()
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda v: {"angle_deg": math.nan}, "finite"),
        (lambda v: {"a": 1.0} if v["shift"] < 0.5 else {"b": 1.0}, "same names"),
        (lambda v: {"sigma": 0.0, "angle_deg": v["angle_deg"]}, "coincidence index"),
    ],
)
def test_features_that_make_no_sense_are_refused(wrong, message):
    with pytest.raises(ConfigError, match=message):
        ModelInputs(SPACE, wrong)


def test_constant_features_alone_are_refused():
    space = DesignSpace((Continuous("angle_deg", 10.0, 80.0),))
    with pytest.raises(ConfigError, match="vary over the space"):
        ModelInputs(space, lambda v: {"atoms": 1000.0})


def cusped(points, values, depth):
    """A smooth trend with exponential cusps, deeper than the surrogate's Gaussian form at the centre."""
    y = 0.4 * np.sin(5.0 * np.array([v["shift"] for v in values]))
    for i, v in enumerate(values):
        realised = features(v)["angle_deg"]
        y[i] -= depth * max(
            sigma**-0.5 * math.exp(-abs(realised - angle) * math.sqrt(sigma) / 12.0)
            for angle, sigma in COINCIDENCES[v["axis"]]
        )
    return y


@pytest.mark.physics
def test_the_coincidence_feature_predicts_cusps_and_does_no_harm_without_them(informed):
    """Errors on 150 unseen points, over six seeds; the second objective knows no Σ at all."""
    with_cusps, without_cusps = [], []
    for seed in range(6):
        points, values, rng = sample(informed, 30, 100 + seed)
        unseen, unseen_values, _ = sample(informed, 150, 200 + seed)
        noise, se = 0.1 * rng.standard_normal(30), np.full(30, 0.1)
        for depth, ratios in ((3.0, with_cusps), (0.0, without_cusps)):
            y = cusped(points, values, depth)
            truth = cusped(unseen, unseen_values, depth)
            plain = fit_surrogate(points, y + noise, se, informed.groups)
            chosen = choose_model(
                points, y + noise, se, informed.groups, kernel="matern52", coincidence=True
            ).surrogate
            errors = [np.sqrt(np.mean((m.predict(unseen)[0] - truth) ** 2)) for m in (chosen, plain)]
            ratios.append(errors[0] / errors[1])
    assert np.median(with_cusps) < 0.8
    assert np.median(without_cusps) < 1.1
