"""What is said of a surrogate holds for the function that it was fitted to."""

import math

import numpy as np
import pytest
from scipy.stats import qmc

from grainway.design_space import Categorical, Continuous, DesignSpace, Integer
from grainway.errors import ConfigError, StructureError
from grainway.optimise import explain, make_strategy
from grainway.optimise.explain.partial_dependence import partial_dependence
from grainway.optimise.explain.sensitivity_design import points_of, uniform_units, with_value
from grainway.optimise.explain.sobol_indices import saltelli_indices, sobol_indices
from grainway.optimise.gp.mixture import Mixture, draw_functions
from grainway.optimise.gp.surrogate import condition, fit_surrogate
from grainway.optimise.points.model_inputs import ModelInputs
from grainway.optimise.points.reproducible_draws import stream

SPACE = DesignSpace((Continuous("x", -1.0, 1.0), Continuous("y", -1.0, 1.0), Continuous("nothing", 0.0, 5.0)))
A, B = 1.0, 1.2
VARIANCE = A**2 / 3 + B**2 / 9
FIRST = {"x": A**2 / 3 / VARIANCE, "y": 0.0, "nothing": 0.0}
TOTAL = {"x": 1.0, "y": B**2 / 9 / VARIANCE, "nothing": 0.0}


def interacting(values):
    """A x + B x y over [-1, 1]²: variances A²/3 of x alone and B²/9 of the interaction."""
    return A * values["x"] + B * values["x"] * values["y"]


def fitted(space, function, n, noise=0.01, seed=0, kernels=("rbf",)):
    inputs = ModelInputs(space)
    rng = np.random.default_rng(seed)
    told = points_of(space, uniform_units(space, n, 1, rng)[0])
    y = np.array([function(v) for v in told]) + noise * rng.standard_normal(n)
    parts = [
        fit_surrogate(inputs.points(told), y, np.full(n, noise), inputs.groups, kernel=kernel)
        for kernel in kernels
    ]
    return Mixture(tuple(parts), tuple([1 / len(parts)] * len(parts))), inputs


@pytest.fixture(scope="module")
def known():
    return fitted(SPACE, interacting, 64)


def by_name(indices, which):
    return {share.name: getattr(share, which) for share in indices.shares}


def test_the_estimators_give_the_indices_of_ishigami():
    """Ishigami & Homma (1990) with a = 7, b = 0.1: S = 0.3139, 0.4424, 0 and T = 0.5576, 0.4424, 0.2437."""
    a, b = 7.0, 0.1
    v1, v2 = 0.5 * (1 + b * math.pi**4 / 5) ** 2, a**2 / 8
    v13 = b**2 * math.pi**8 * (1 / 18 - 1 / 50)
    v = v1 + v2 + v13
    u = math.pi * (2 * qmc.Sobol(6, rng=np.random.default_rng(0)).random_base2(13) - 1)
    blocks = [u[:, :3], u[:, 3:]]
    for i in range(3):
        blocks.append(blocks[0].copy())
        blocks[-1][:, i] = blocks[1][:, i]
    x = np.array(blocks)
    f = np.sin(x[..., 0]) * (1 + b * x[..., 2] ** 4) + a * np.sin(x[..., 1]) ** 2
    first, total, variance = saltelli_indices(f[None])
    assert first[:, 0] == pytest.approx([v1 / v, v2 / v, 0.0], abs=0.02)
    assert total[:, 0] == pytest.approx([(v1 + v13) / v, v2 / v, v13 / v], abs=0.02)
    assert variance == pytest.approx(v, rel=0.02)


def test_indices_ignore_the_level_and_the_unit_of_the_function():
    f = np.random.default_rng(1).standard_normal((3, 5, 16))
    for one, other in zip(saltelli_indices(f)[:2], saltelli_indices(40.0 - 3.0 * f)[:2], strict=True):
        assert one == pytest.approx(other)


def test_indices_of_a_function_known_well_are_those_of_the_function(known):
    found = sobol_indices(*known, SPACE, seed=3)
    for which, truth in (("first", FIRST), ("total", TOTAL)):
        for name, estimate in by_name(found, which).items():
            assert abs(estimate.value - truth[name]) < 3 * estimate.standard_error + 0.02
            assert estimate.standard_error < 0.15
    assert by_name(found, "total")["nothing"].value < 0.01
    assert found.deviation.value == pytest.approx(math.sqrt(VARIANCE), rel=0.05)


def test_where_little_is_known_the_errors_hold_the_truth():
    """Ten noisy evaluations, twelve times: the total indices lie within two errors in most."""
    hits = []
    for seed in range(12):
        found = sobol_indices(
            *fitted(SPACE, interacting, 10, 0.3, seed), SPACE, seed=seed, n_base=16, n_designs=2
        )
        hits += [
            abs(estimate.value - TOTAL[name]) < 2 * estimate.standard_error
            for name, estimate in by_name(found, "total").items()
        ]
    assert np.mean(hits) > 0.8


def test_fewer_evaluations_leave_larger_errors(known):
    well = sobol_indices(*known, SPACE, seed=0)
    badly = sobol_indices(*fitted(SPACE, interacting, 10, 0.3), SPACE, seed=0)
    for name, estimate in by_name(badly, "total").items():
        assert estimate.standard_error > by_name(well, "total")[name].standard_error


def test_without_interaction_first_order_is_total_and_all_sum_to_one():
    space = DesignSpace((Categorical("kind", ("a", "b", "c")), Integer("n", 0, 4), Continuous("x", 0.0, 1.0)))
    height = {"a": 0.0, "b": 0.6, "c": -0.6}

    def additive(values):
        return height[values["kind"]] + 0.2 * values["n"] + values["x"]

    parts = {"kind": 0.24, "n": 0.08, "x": 1 / 12}
    model, inputs = fitted(space, additive, 64)
    found = sobol_indices(model, inputs, space, seed=1)
    for share in found.shares:
        for estimate in (share.first, share.total):
            assert abs(estimate.value - parts[share.name] / sum(parts.values())) < (
                3 * estimate.standard_error + 0.02
            )
    assert sum(s.first.value for s in found.shares) == pytest.approx(1.0, abs=0.1)
    for name, law in (("kind", height.get), ("n", lambda n: 0.2 * n), ("x", lambda x: x)):
        curve = partial_dependence(model, inputs, space, name, seed=1)
        truth = np.array([law(value) for value in curve.values])
        offset = np.array(curve.mean) - truth
        assert np.ptp(offset) < 0.03
    assert partial_dependence(model, inputs, space, "n", seed=1).values == (0, 1, 2, 3, 4)


def test_the_error_of_the_average_is_the_spread_of_averages_of_drawn_functions():
    model, inputs = fitted(SPACE, interacting, 10, 0.3, kernels=("rbf", "matern52"))
    curve = partial_dependence(model, inputs, SPACE, "x", n_grid=4, n_background=32, seed=5)
    others = points_of(SPACE, uniform_units(SPACE, 32, 1, stream(5, 0, "partial dependence"))[0])
    for value, mean, error in zip(curve.values, curve.mean, curve.standard_error, strict=True):
        points = inputs.points(with_value(others, "x", value))
        averages = model.sample(points, 20_000, np.random.default_rng(0)).mean(axis=1)
        assert averages.mean() == pytest.approx(mean, abs=5 * error / math.sqrt(20_000))
        assert averages.std() == pytest.approx(error, rel=0.05)
        assert error < model.predict(points)[1].mean()


def test_drawn_functions_have_the_moments_of_the_mixture_and_equal_points_equal_values():
    model, inputs = fitted(SPACE, interacting, 10, 0.3, kernels=("rbf", "matern52"))
    model = Mixture(model.components, (0.3, 0.7))
    points = inputs.points([{"x": x, "y": 0.2, "nothing": 1.0} for x in (0.9, -0.4, 0.9, 0.0)])
    f = draw_functions(model, points, 40_000, 0, np.random.default_rng(2))
    mean, covariance = model.joint(points)
    assert f[:, 0] == pytest.approx(f[:, 2], abs=0.0)
    assert f.mean(axis=0) == pytest.approx(mean, abs=0.02 * math.sqrt(covariance.max()))
    assert np.cov(f.T) == pytest.approx(covariance, abs=0.04 * covariance.max())


def test_a_batch_of_draws_continues_the_shares_of_the_one_before():
    """Eight at a time from a component of weight 0.04 give it 4 % in the end."""
    model, inputs = fitted(SPACE, interacting, 10, 0.3, kernels=("rbf", "matern52"))
    rare = Mixture(model.components, (0.04, 0.96))
    point = inputs.points([{"x": 0.0, "y": 0.0, "nothing": 1.0}])
    far = [
        draw_functions(rare, point, 8, 8 * k, np.random.default_rng(0))[:, 0]
        != draw_functions(Mixture.alone(model.components[1]), point, 8, 8 * k, np.random.default_rng(0))[:, 0]
        for k in range(25)
    ]
    assert np.mean(far) == pytest.approx(0.04, abs=0.01)


def test_the_order_of_the_parameters_changes_nothing(known):
    turned = DesignSpace(SPACE.parameters[::-1])
    again = fitted(turned, interacting, 64)
    here, there = sobol_indices(*known, SPACE, seed=2), sobol_indices(*again, turned, seed=2)
    for which in ("first", "total"):
        one, other = by_name(here, which), by_name(there, which)
        for name in SPACE.names:
            assert one[name].value == pytest.approx(other[name].value, abs=1e-3)
    curves = [partial_dependence(*m, s, "y", seed=2) for m, s in ((known, SPACE), (again, turned))]
    assert curves[0].mean == pytest.approx(curves[1].mean, abs=1e-3)


def test_the_seed_decides_and_another_seed_agrees_within_the_errors(known):
    one, again, other = (sobol_indices(*known, SPACE, seed=seed) for seed in (4, 4, 5))
    assert one == again
    assert one != other
    for a, b in zip(one.shares, other.shares, strict=True):
        assert abs(a.total.value - b.total.value) < 3 * math.hypot(
            a.total.standard_error, b.total.standard_error
        )
    curve = partial_dependence(*known, SPACE, "x", seed=4)
    assert curve == partial_dependence(*known, SPACE, "x", seed=4)


def test_a_function_without_variance_has_no_shares(known):
    """A surrogate whose amplitudes vanish draws constants, whatever the level of each."""
    model, inputs = known
    part = model.components[0]
    layout, theta = part.covariance.layout, part.theta.copy()
    theta[layout.amplitudes] = math.log(1e-6)
    flat = condition(
        part.points, part.y, part.se, part.covariance, theta, part.level, part.scale, part.builds
    )
    found = sobol_indices(Mixture.alone(flat), inputs, SPACE, seed=0)
    assert found.shares == ()
    assert found.deviation is None
    assert "no variance" in found.reason


def test_rows_with_a_point_that_cannot_be_built_are_left_out_and_too_few_are_refused():
    space = DesignSpace((Continuous("x", 0.0, 1.0), Continuous("y", 0.0, 1.0)))

    def features(limit):
        def of(values):
            if values["y"] > limit:
                raise StructureError("too thin")
            return {"a": values["x"], "b": values["y"]}

        return of

    def told(limit):
        inputs = ModelInputs(space, features(limit))
        points = points_of(space, uniform_units(space, 32, 1, np.random.default_rng(0))[0])
        points = [v for v in points if v["y"] <= limit]
        y = np.array([v["x"] for v in points])
        return Mixture.alone(
            fit_surrogate(inputs.points(points), y, np.full(len(y), 0.01), inputs.groups)
        ), inputs

    model, inputs = told(0.5)
    found = sobol_indices(model, inputs, space, seed=0)
    # A and B both below one half, and with them every mixture
    assert found.n_rows == pytest.approx(0.25 * 4 * 64, rel=0.15)
    assert by_name(found, "total")["x"].value == pytest.approx(1.0, abs=0.15)
    curve = partial_dependence(model, inputs, space, "x", seed=0)
    assert curve.n_background == pytest.approx(48, abs=2)
    with pytest.raises(ConfigError, match="can be built at every value of y, of these 0"):
        partial_dependence(model, inputs, space, "y", seed=0)
    model, inputs = told(0.2)
    assert "rows of a design can be built" in sobol_indices(model, inputs, space, seed=0, n_base=32).reason


def test_rows_are_rounded_up_to_a_power_of_two(known):
    assert sobol_indices(*known, SPACE, seed=0, n_base=9, n_designs=2).n_rows == 2 * 16


@pytest.mark.parametrize(
    ("changed", "message"),
    [({"n_designs": 1}, "n_designs"), ({"n_samples": 1}, "n_samples"), ({"n_base": 4}, "n_base")],
)
def test_too_small_designs_are_refused(known, changed, message):
    with pytest.raises(ConfigError, match=message):
        sobol_indices(*known, SPACE, seed=0, **changed)


@pytest.mark.parametrize(
    ("name", "changed", "message"),
    [("z", {}, "name"), ("x", {"n_grid": 1}, "n_grid"), ("x", {"n_background": 4}, "n_background")],
)
def test_a_wrong_partial_dependence_is_refused(known, name, changed, message):
    with pytest.raises(ConfigError, match=message):
        partial_dependence(*known, SPACE, name, seed=0, **changed)


def test_a_strategy_explains_itself_from_the_eighth_evaluation_on():
    strategy = make_strategy("sobol", SPACE, 1)
    for n in range(8):
        assert explain(strategy, 1) is None, n
        (proposal,) = strategy.ask()
        strategy.tell(proposal.id, interacting(proposal.values), 0.05)
    found = explain(strategy, 1)
    assert found.n_evaluations == 8
    assert [one.name for one in found.dependences] == list(SPACE.names)
    assert {s.name for s in found.indices.shares} == set(SPACE.names)
    assert found == explain(strategy, 1)
