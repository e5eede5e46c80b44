"""The objective may depend on a quantity that is measured with it, and is known of no other point."""

import json

import numpy as np
import pytest
from scipy import stats

from example_engines.finite_differences import numeric_gradient
from grainway.design_space import Continuous, DesignSpace
from grainway.errors import ConfigError
from grainway.optimise import make_strategy
from grainway.optimise.gp.log_posterior import NUGGET, LogPosterior
from grainway.optimise.gp.surrogate import Surrogate, condition, fit_surrogate
from grainway.optimise.model.auxiliary_quantity import Auxiliary, fit_auxiliary
from grainway.optimise.model.composite import _composite, _second_moments, fit_composite
from grainway.optimise.model.model_choice import choose_model
from grainway.optimise.points.model_inputs import ModelInputs

SPACE = DesignSpace(tuple(Continuous(name, 0.0, 1.0) for name in "uvw"))
INPUTS = ModelInputs(SPACE)
GROUPS = INPUTS.groups
SLOPE = 0.6


def at(rows):
    return INPUTS.points([dict(zip("uvw", map(float, row), strict=True)) for row in rows])


def wave(x, rng):
    return np.sin(3.0 * x @ rng.standard_normal(3) + 6.0 * rng.random())


def draw(seed, n, *, slope=SLOPE, scatter=0.05, se=0.4, se_aux=0.05, n_new=150):
    """Draw y = g(x) + slope (a(x) + scatter) + error, with A = a(x) + scatter measured beside it.

    Returns:
        Evaluated points, y, se, told (A and its error), new points and f there.
    """
    rng = np.random.default_rng(seed)
    x = rng.random((n + n_new, 3))
    a, g = wave(x, rng), 0.3 * wave(x, rng)
    realised = a[:n] + scatter * rng.standard_normal(n)
    y = g[:n] + slope * realised + se * rng.standard_normal(n)
    told = [(float(v), se_aux) for v in realised + se_aux * rng.standard_normal(n)]
    return at(x[:n]), y, np.full(n, se), told, at(x[n:]), (g + slope * a)[n:]


def auxiliary(points, told, name="a"):
    return fit_auxiliary(name, points, told, GROUPS, kernel="matern52")


@pytest.fixture(scope="module")
def fitted():
    points, y, se, told, _, _ = draw(3, 14, scatter=0.6, se=0.1)
    other = [None, *((float(v), 0.2) for v in np.random.default_rng(0).standard_normal(12)), None]
    return fit_composite(points, y, se, GROUPS, [auxiliary(points, told), auxiliary(points, other, "b")])


def test_the_gradient_is_that_of_the_posterior(fitted):
    covariance, added = fitted.covariance, _second_moments(fitted.auxiliaries, np.ones(2))
    y = (fitted.y - fitted.level) / fitted.scale
    value_and_gradient = LogPosterior.of(
        covariance, fitted.points, y, np.full(14, 0.2), np.arange(14), added
    ).negative
    theta = covariance.layout.prior_median + 0.3 * np.random.default_rng(1).standard_normal(
        covariance.layout.size
    )
    numeric = numeric_gradient(lambda at: value_and_gradient(at)[0], theta)
    assert value_and_gradient(theta)[1] == pytest.approx(numeric, rel=1e-5, abs=1e-6)


def left_out(model, i):
    """The model at the same hyperparameters, conditioned on everything but evaluation i, from scratch."""
    kept = np.flatnonzero(np.arange(len(model.y)) != i)
    points = model.points.take(kept)
    auxiliaries = []
    for one in model.auxiliaries:
        s, rows = one.surrogate, one.measured != i
        of_fit = (s.covariance, s.theta, s.level, s.scale, s.builds[rows])
        again = condition(s.points.take(rows), s.y[rows], s.se[rows], *of_fit)
        measured = np.searchsorted(kept, one.measured[rows])
        auxiliaries.append(Auxiliary.of(one.name, one.unit, points, measured, again))
    b2 = np.exp(2.0 * model.theta[model.covariance.layout.strengths])
    added = _second_moments(auxiliaries, np.array(model.mean_squares) / b2)
    of_fit = (model.covariance, model.theta, model.level, model.scale, model.builds[kept], 0.0, added)
    rest = condition(points, model.y[kept], model.se[kept], *of_fit)
    return _composite(rest, auxiliaries, np.array(model.mean_squares))


def test_leaving_one_out_leaves_out_what_it_measured_of_the_auxiliary_quantities(fitted):
    """Against conditioning anew on the other evaluations, with nothing of the left-out one kept."""
    told = fitted.leave_one_out()
    for i in range(14):
        rest = left_out(fitted, i)
        mean, sd = rest.predict(fitted.points.take([i]))
        noise = fitted.se[i] ** 2 + rest.jitter**2 + NUGGET * fitted.scale**2
        assert told.mean[i] == pytest.approx(mean[0], abs=1e-6)
        assert told.sd[i] == pytest.approx(np.sqrt(sd[0] ** 2 + noise), rel=1e-6)
    # the formula that leaves out y alone would have known each A and looked far better than it is
    assert Surrogate.leave_one_out(fitted).log_density > told.log_density + 3.0


def test_blocks_of_the_posterior_are_those_of_the_union_however_prepared(fitted):
    a, b = at(np.random.default_rng(2).random((3, 3))), fitted.points.take([0, 4, 13])
    whole = fitted.joint(a.join(b))
    mean, covariance = fitted.joint(a, b)
    assert mean == pytest.approx(whole[0][:3])
    assert covariance == pytest.approx(whole[1][:3, 3:])
    compared = fitted.between(fitted.prepare(a), fitted.prepare(b, compared=True))
    assert compared == pytest.approx(covariance)
    assert fitted.predict(a)[1] == pytest.approx(np.sqrt(np.diag(whole[1])[:3]))
    assert np.linalg.eigvalsh(whole[1]).min() > -1e-9


def test_the_covariance_is_that_of_slope_times_quantity(fitted):
    """Draw β and, from the auxiliary's posterior, A at evaluations and a at points; nothing else is drawn."""
    one, rng, n = fitted.auxiliaries[0], np.random.default_rng(4), 200_000
    new = at([[0.1, 0.2, 0.3], [0.9, 0.5, 0.4]])
    there = one.surrogate.prepare(new)
    cross = one.covariance_with(there)
    joint = np.block([[one.covariance, cross], [cross.T, one.surrogate.between(there, there)]])
    assert np.linalg.eigvalsh(joint).min() > -1e-9
    mean = np.r_[one.mean, there.mean]
    values = rng.multivariate_normal(mean, joint + 1e-12 * np.eye(16), n, method="cholesky")
    product = rng.standard_normal((n, 1)) * values
    assert product.T @ product / n == pytest.approx(np.outer(mean, mean) + joint, abs=0.05)


def test_what_was_measured_is_known_better_than_the_mean_of_its_boundary():
    """Eight boundaries of three builds each, which differ by 0.6 and are measured to 0.01."""
    rng = np.random.default_rng(1)
    rows = np.repeat(rng.random((8, 3)), 3, axis=0)
    one = auxiliary(at(rows), [(v, 0.01) for v in rows[:, 0] + 0.6 * rng.standard_normal(24)])
    of_boundary = one.surrogate.predict(at(rows))[1]
    assert (np.sqrt(np.diag(one.covariance)) < 0.2 * of_boundary).all()
    # left out, a build is as uncertain as any other of its boundary
    sd = np.sqrt([one.without(i)[1][i, i] for i in range(24)])
    assert (sd > one.surrogate.jitter).all()
    assert 0.4 < one.surrogate.jitter * one.unit < 0.8


def test_at_a_new_point_the_uncertainty_of_the_quantity_counts_times_the_slope():
    rng = np.random.default_rng(5)
    rows = 0.4 * rng.random((40, 3))
    a = np.sin(8.0 * rows[:, 0])
    y = 0.5 * a + 0.02 * rng.standard_normal(40)
    points, far = at(rows), at([[1.0, 1.0, 1.0]])
    model = fit_composite(points, y, np.full(40, 0.02), GROUPS, [auxiliary(points, [(v, 0.01) for v in a])])
    (one,) = model.auxiliaries
    slope, error = model.slopes()["a"]
    assert slope == pytest.approx(0.5, abs=3.0 * error)
    assert model.predict(far)[1][0] > slope * one.unit * one.surrogate.predict(far)[1][0]


@pytest.mark.physics
def test_a_quantity_known_better_than_the_objective_tells_it_and_its_effect_is_found():
    """Twelve campaigns of 40 noisy evaluations; y falls with a(x), which is measured with a small error."""
    errors, slopes, weights, covered = [], [], [], []
    for seed in range(12):
        points, y, se, told, new, f = draw(seed, 40)
        chosen = choose_model(
            points, y, se, GROUPS, kernel="matern52", coincidence=False,
            auxiliaries=[auxiliary(points, told)],
        )  # fmt: skip
        plain = fit_surrogate(points, y, se, GROUPS)
        composite = chosen.comparison.composite
        mean, sd = composite.predict(new)
        errors.append([np.mean((m - f) ** 2) for m in (mean, plain.predict(new)[0])])
        covered.append(np.mean(np.abs(mean - f) < 1.96 * sd))
        slopes.append(composite.slopes()["a"])
        weights.append(chosen.comparison.weight)
    # paired over the campaigns, better beyond chance
    assert stats.ttest_rel(*np.log(errors).T, alternative="less").pvalue < 0.025
    value, error = np.transpose(slopes)
    assert abs(value.mean() - SLOPE) < 2.5 * np.sqrt(np.mean(error**2) / 12 + value.var() / 12)
    assert (np.abs(value - SLOPE) < 1.96 * error).mean() >= 9 / 12
    assert np.mean(np.array(weights) > 0.5) >= 0.75
    assert 0.8 < np.mean(covered) < 0.99


@pytest.mark.physics
def test_a_quantity_without_effect_changes_nothing():
    """The composite is out of use, or says what the plain model says."""
    changes, in_use = [], []
    for seed in range(12):
        points, y, se, told, new, f = draw(seed, 30, slope=0.0, scatter=0.5, se=0.15)
        options = {"kernel": "matern52", "coincidence": False}
        plain = choose_model(points, y, se, GROUPS, **options)
        chosen = choose_model(points, y, se, GROUPS, **options, auxiliaries=[auxiliary(points, told)])
        comparison = chosen.comparison
        in_use.append(comparison.weight)
        if not comparison.log_density > comparison.log_density_plain:
            assert comparison.weight == 0.0
            assert np.array_equal(chosen.surrogate.predict(new)[0], plain.surrogate.predict(new)[0])
        errors = [np.mean((m.surrogate.predict(new)[0] - f) ** 2) for m in (chosen, plain)]
        changes.append(np.log(errors[0] / errors[1]))
    assert np.mean(in_use) < 0.4
    assert abs(np.mean(changes)) < 0.1


@pytest.mark.physics
def test_intervals_hold_for_functions_drawn_from_the_model():
    """a and g are drawn from Gaussian processes; 95 % intervals of f where nothing was run."""
    covered = []
    for seed in range(16):
        rng = np.random.default_rng([9, seed])
        rows = rng.random((90, 3))
        distance = np.sqrt(5.0 * ((rows[:, None] - rows[None]) ** 2).sum(axis=2)) / 0.8
        root = np.linalg.cholesky((1 + distance + distance**2 / 3) * np.exp(-distance) + 1e-9 * np.eye(90))
        a, g = root @ rng.standard_normal(90), 0.4 * root @ rng.standard_normal(90)
        realised = a[:30] + 0.3 * rng.standard_normal(30)
        y = g[:30] + SLOPE * realised + 0.2 * rng.standard_normal(30)
        told = [(float(v), 0.1) for v in realised + 0.1 * rng.standard_normal(30)]
        points = at(rows[:30])
        model = fit_composite(points, y, np.full(30, 0.2), GROUPS, [auxiliary(points, told)])
        mean, sd = model.predict(at(rows[30:]))
        covered.append(np.mean(np.abs(mean - (g + SLOPE * a)[30:]) < 1.96 * sd))
    assert 0.85 < np.mean(covered) < 0.995


def test_the_unit_of_the_quantity_does_not_matter_but_for_the_slope():
    points, y, se, told, new, _ = draw(2, 20)
    one = fit_composite(points, y, se, GROUPS, [auxiliary(points, told)])
    in_percent = [(7.0 + 100.0 * value, 100.0 * error) for value, error in told]
    other = fit_composite(points, y, se, GROUPS, [auxiliary(points, in_percent)])
    assert other.predict(new)[0] == pytest.approx(one.predict(new)[0], abs=1e-4)
    assert other.slopes()["a"][0] == pytest.approx(one.slopes()["a"][0] / 100.0, rel=1e-3)


def test_a_quantity_that_is_always_the_same_explains_nothing():
    points, *_ = draw(2, 10)
    assert auxiliary(points, [(1.0, 0.1)] * 10) is None
    assert auxiliary(points, [None] * 10) is None


def told_strategy(n, aux, **options):
    strategy = make_strategy("sobol", SPACE, 4, **options)
    for proposal in strategy.ask(n):
        ler = 1.0 + 0.2 * np.sin(6.0 * proposal.values["u"])
        strategy.tell(proposal.id, 2.0 * ler, 0.3, {"ler": (ler, 0.002)} if aux else None)
    return strategy


def test_the_status_says_whether_it_is_in_use_and_both_densities():
    found = json.loads(json.dumps(told_strategy(20, True, composite=("ler",)).status()))
    said = found["model"]["composite"]
    assert found["composite"] == ["ler"]
    assert said["in_use"] == (said["leave_one_out_log_density"] > said["leave_one_out_log_density_plain"])
    assert said["slopes"]["ler"]["value"] == pytest.approx(
        2.0, abs=2.5 * said["slopes"]["ler"]["standard_error"]
    )


def test_it_takes_part_from_eight_measured_values_on():
    seven, eight = (told_strategy(n, True, composite=("ler",)).status()["model"] for n in (7, 8))
    assert seven["composite"] is None
    assert eight["composite"] is not None


def test_it_is_off_unless_asked_for_and_idle_until_told():
    plain = told_strategy(8, True)
    idle = told_strategy(8, False, composite=("ler", "ovc"))
    assert plain.status()["model"]["composite"] is None
    assert idle.status()["model"]["composite"] is None
    assert plain.recommend() == idle.recommend()


@pytest.mark.parametrize("names", [("ler", "ler"), ("",), "ler"])
def test_names_that_mean_nothing_are_refused(names):
    with pytest.raises(ConfigError, match="different names of told quantities"):
        make_strategy("sobol", SPACE, 0, composite=names)
